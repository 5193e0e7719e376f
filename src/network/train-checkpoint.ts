// What a training of a network needs to go on after it was cut off, with the same bits: in the form of
// a fit's checkpoint with one phase, so that one file format and one keeper serve both.
import { fault, type Stream } from "../base/index.ts";
import type { KernelModule, ParameterSet } from "../engine/index.ts";
import type { Task } from "../tasks/index.ts";
import type { FitCheckpoint, Resumable } from "../twin/index.ts";
import { createFingerprint, type Fingerprint } from "./fingerprint.ts";
import type { Network } from "./network.ts";
import type { TrainProgress } from "./train.ts";
import type { TrainOptions } from "./trainer.ts";
import { type NodeTwins, twinsByName } from "./twins.ts";

/** Where a training stands between two updates, beside its program and what feeds it. */
export interface Standing {
  /** Updates done. */
  iteration: number;
  /** Sum of the losses since the last report, and their number. */
  sum: number;
  count: number;
  /** Best so far. */
  weights: ParameterSet;
  validation: number;
  /** Validations since. */
  waited: number;
}

/** A training that begins, and how it is kept. */
export function createStanding(first: ParameterSet): {
  readonly now: Standing;
  readonly state: Resumable;
} {
  const now = { iteration: 0, sum: 0, count: 0, weights: first, validation: 0, waited: 0 };
  const nameOf = (weights: string): string => `best ${weights}`;
  return {
    now,
    state: {
      save() {
        const { iteration, sum, count, validation, waited, weights } = now;
        const best = Object.entries(weights).map(([name, { data }]) => [
          nameOf(name),
          data.slice(),
        ]);
        const numbers = Float64Array.of(iteration, sum, count, validation, waited);
        return { numbers, ...Object.fromEntries(best) };
      },
      restore(saved) {
        [now.iteration, now.sum, now.count, now.validation, now.waited] = saved.numbers;
        now.weights = Object.fromEntries(
          Object.entries(first).map(([name, { shape }]) => {
            return [name, { shape, data: Float32Array.from(saved[nameOf(name)]) }];
          }),
        );
      },
    },
  };
}

/** What tells one training from another: network, twins, task, options and stream. */
export function identify(
  kernels: KernelModule,
  network: Network,
  given: NodeTwins,
  task: Task,
  options: TrainOptions,
  stream: Stream,
): FitCheckpoint["identity"] {
  const print = createFingerprint();
  const { weights, ...shape } = network;
  // The clock of a budget is the caller's; what it bought stands in the checkpoint.
  print.addText(
    JSON.stringify({ shape, options: { ...options, budget: options.budget?.seconds } }),
  );
  addWeights(print, weights);
  for (const { parameters, ...twin } of Object.values(
    twinsByName(network, given, "trainNetwork"),
  )) {
    print.addText(JSON.stringify(twin));
    addWeights(print, parameters);
  }
  const { train, validation, test: _, ...named } = task;
  print.addText(JSON.stringify(named));
  for (const { input, target, labels } of [...train, ...validation]) {
    print.addNumbers(input.data);
    print.addNumbers(target?.data ?? labels ?? []);
  }
  return { recording: print.toText(), stream, rounding: kernels.rounding };
}

function addWeights(print: Fingerprint, weights: ParameterSet): void {
  for (const [name, { data }] of Object.entries(weights)) {
    print.addText(name);
    print.addNumbers(data);
  }
}

const phase = "network";

/** A training as far as an earlier process brought it. */
export interface SavedCourse {
  readonly iterations: number;
  readonly hasEnded: boolean;
  readonly history: readonly TrainProgress[];
  readonly numbers: ReturnType<Resumable["save"]>;
}

/** A training as far as it has come. */
export function toCheckpoint(
  identity: FitCheckpoint["identity"],
  iterations: number,
  history: readonly TrainProgress[],
  { iteration }: Standing,
  hasEnded: boolean,
  numbers: SavedCourse["numbers"],
): FitCheckpoint {
  const reports = history.map(({ iteration: step, loss, validation }) => {
    return { phase, step, steps: iterations, loss, validation };
  });
  const training = { phase, step: iteration, hasEnded, reports, numbers };
  return { identity, phases: [{ name: phase, steps: iterations }], trainings: [training] };
}

/**
 * The training that a checkpoint is of.
 *
 * @throws  `bad-value` if that is another one.
 */
export function savedTraining(
  { identity: found, phases, trainings }: FitCheckpoint,
  wanted: FitCheckpoint["identity"],
): SavedCourse {
  const text = ({ recording, stream, rounding }: FitCheckpoint["identity"]): string =>
    `${recording}, stream ${stream.key0} ${stream.key1}, ${rounding} kernels`;
  const [plan, training] = [phases[0], trainings[0]];
  if (plan?.name === phase && training && text(found) === text(wanted)) {
    const history = training.reports.map(({ step, steps, loss, validation }) => {
      return { iteration: step, iterations: steps, loss, validation };
    });
    const { hasEnded, numbers } = training;
    return { iterations: plan.steps, hasEnded, history, numbers };
  }
  throw fault("bad-value", {
    where: "trainNetwork",
    what: "the checkpoint is of another training, or of kernels that round otherwise",
    got: plan?.name === phase ? text(found) : `the fit of a twin, ${text(found)}`,
    expected: text(wanted),
    fix: "Resume with the network, twins, task, options and seed of the first start, or start anew",
  });
}
