import { childStream, fault, type HostArray, type Stream } from "../base/index.ts";
import type { KernelModule } from "../engine/index.ts";
import {
  type ScoreResult,
  scorePredictions,
  type Task,
  type TaskSequence,
} from "../tasks/index.ts";
import type { Network } from "./network.ts";
import { readOutputs } from "./readout.ts";
import { type ScoreSummary, summariseScores } from "./summary.ts";
import type { NodeTwins } from "./twins.ts";
import { createNetworkWalker } from "./walk.ts";

/** Options of {@link evaluateOnTwin}. */
export interface EvaluateOptions {
  /** Whether the twins' noise is on. */
  readonly noise: boolean;
  /** Independent runs (default 1; without noise all are alike). */
  readonly runs?: number;
  /** Decides noise and resampling. */
  readonly stream: Stream;
  /** Sees the responses of each run and sequence, [time, samples of all nodes]. */
  readonly onResponses?: (run: number, sequence: number, responses: HostArray) => void;
}

/** What a network of twins said, and how well. */
export interface Evaluation extends ScoreSummary {
  /** One per run. */
  readonly results: readonly ScoreResult[];
  /** [run][sequence]: [time, outputs], or [1, outputs] where a sequence is judged once. */
  readonly outputs: readonly (readonly HostArray[])[];
}

/**
 * Score a network on its own twins.
 *
 * @param twins      The twin of all nodes, or each by name.
 * @param task       Decides score and warm-up.
 * @param sequences  `task.test`, or another part.
 * @throws           `bad-value` if the task does not fit the network.
 */
export function evaluateOnTwin(
  kernels: KernelModule,
  network: Network,
  twins: NodeTwins,
  task: Task,
  sequences: readonly TaskSequence[],
  { noise, runs = 1, stream, onResponses }: EvaluateOptions,
): Evaluation {
  checkTask(network, task, "evaluateOnTwin");
  const walk = createNetworkWalker(kernels, network, twins, { noise });
  const inputs = sequences.map((sequence) => sequence.input);
  const outputs = Array.from({ length: runs }, (_, run) => {
    const said: HostArray[] = new Array(inputs.length);
    walk(network.weights, inputs, { stream, run }, (i, responses) => {
      onResponses?.(run, i, responses);
      said[i] = readOutputs(network, responses, inputs[i], task.warmUp);
    });
    return said;
  });
  const results = outputs.map((said) => scorePredictions(task, sequences, said));
  return { ...summariseScores(results, childStream(stream, "interval")), results, outputs };
}

/**
 * Refuse a task that a network cannot be asked.
 *
 * @throws  `bad-value`
 */
export function checkTask(network: Network, task: Task, where: string): void {
  const over = network.readout.over === "each-step" ? "each-step" : "sequence";
  const got = `${network.taskInputs} inputs, ${network.outputs} outputs, read over ${over}`;
  const expected = `${task.inputs} inputs, ${task.outputs} outputs, read over ${task.scored}`;
  if (got === expected) return;
  throw fault("bad-value", {
    where,
    what: `the network does not fit the task '${task.name}'`,
    got,
    expected,
    fix: "Create the network with the task's numbers and a readout over what it scores",
  });
}
