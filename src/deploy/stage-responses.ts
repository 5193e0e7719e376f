// What a trained stage answers to the training and validation parts: measured, or from twins.
import { childStream, fault, type HostArray, type Stream } from "../base/index.ts";
import type { KernelModule } from "../engine/index.ts";
import {
  type Block,
  blockOf,
  createDriveSource,
  createNetworkWalker,
  type Network,
  type Stage,
  sizesOf,
} from "../network/index.ts";
import type { Task } from "../tasks/index.ts";
import type { Twin } from "../twin/index.ts";
import { type NodeDevices, prepareDevices } from "./node-devices.ts";
import { createStageRunner } from "./run-sequence.ts";
import { type MeasuredParts, stageInput, stageNetwork } from "./stage-network.ts";

/** Runs of one stage as they are measured, the last ones still to come. */
export interface MeasuredRuns {
  /** Runs that are there. */
  readonly count: number;
  /** Standardised responses of a run, [time * samples of the stage]. */
  readonly read: (run: number) => Float64Array;
  /** Keep the next run. */
  readonly append: (responses: Float64Array) => void;
  readonly close: () => Promise<void>;
}

/** Keeps what is measured while it is measured. */
export interface RunKeeper {
  /** Opens the runs of a stage, each of `sizes` numbers, with those that were measured before. */
  readonly openRuns: (stage: number, sizes: readonly number[]) => MeasuredRuns;
}

/** Fills a stage's columns of all responses; resolves to the samples that devices ran for it. */
export type StageResponder = (
  network: Network,
  stage: Stage,
  index: number,
  task: Task,
  seen: MeasuredParts,
  onProgress: (progress: {
    readonly done: number;
    readonly total: number;
    readonly deviceSteps: number;
  }) => void,
) => Promise<number>;

/** A sequence to be run, and where its responses go. */
interface PlannedRun {
  readonly input: HostArray;
  readonly responses: HostArray;
}

/** Recording by recording of the training part, then the validation part. */
function planRuns(task: Task, { train, validation }: MeasuredParts): readonly PlannedRun[] {
  const of = (part: Task["train"], responses: readonly HostArray[]): PlannedRun[] =>
    part.map(({ input }, i) => ({ input, responses: responses[i] }));
  return [
    ...train.flatMap((responses) => of(task.train, responses)),
    ...of(task.validation, validation),
  ];
}

/**
 * Devices answer: every run after a reset, with the responses of the same recording before it.
 *
 * Runs that a keeper has are not measured again. A run has a number of its own, so that devices
 * which can seek give the same noise whether or not the cascade was cut off.
 */
export async function createDeviceResponder(
  network: Network,
  devices: NodeDevices,
  { keeper, signal }: { readonly keeper?: RunKeeper; readonly signal?: AbortSignal },
): Promise<StageResponder> {
  const prepared = await prepareDevices(network, devices, "trainCascade", signal);
  const sizes = sizesOf(network);
  return async (whole, stage, index, task, seen, onProgress) => {
    const play = createStageRunner(whole, createDriveSource(whole), prepared);
    const planned = planRuns(task, seen);
    const columns = blockOf(sizes, stage, "samples");
    const stepsOf = ({ input }: PlannedRun): number => input.shape[0] * samplesOf(network, stage);
    const kept = keeper?.openRuns(
      index,
      planned.map(({ input }) => input.shape[0] * columns.count),
    );
    let deviceSteps = 0;
    try {
      for (const [i, run] of planned.entries()) {
        if (signal?.aborted) throw stopped(index, i, planned.length);
        if (kept && i < kept.count) putColumns(run.responses, columns, kept.read(i));
        else {
          // A device that plays all nodes goes through the runs of node after node.
          const runOf = (node: number) => (prepared.isShared ? node * planned.length : 0) + i;
          await play(stage, run.input, run.responses, { runOf, signal });
          kept?.append(takeColumns(run.responses, columns));
        }
        deviceSteps += stepsOf(run);
        onProgress({ done: i + 1, total: planned.length, deviceSteps });
      }
    } finally {
      await kept?.close();
    }
    return deviceSteps;
  };
}

/** Noisy twins answer; nothing is measured. */
export function createTwinResponder(
  kernels: KernelModule,
  twin: Twin,
  stream: Stream,
): StageResponder {
  return async (network, stage, index, task, seen) => {
    const own = stageNetwork(network, stage);
    const walk = createNetworkWalker(kernels, own, twin, { noise: true });
    const columns = blockOf(sizesOf(network), stage, "samples");
    const planned = planRuns(task, seen);
    const inputs = planned.map(({ input, responses }) =>
      stageInput(network, stage, input, responses),
    );
    const noise = childStream(childStream(stream, "twin responses"), index);
    walk(own.weights, inputs, { stream: noise, run: 0 }, (i, responses) => {
      putColumns(planned[i].responses, columns, responses.data);
    });
    return 0;
  };
}

/** Samples that the devices of a stage, or of all nodes, run at a task step, all together. */
export function samplesOf(
  network: Network,
  { first, count }: Pick<Stage, "first" | "count"> = { first: 0, count: network.nodes.length },
): number {
  const nodes = sizesOf(network).nodes.slice(first, first + count);
  return nodes.reduce((sum, { hold }) => sum + hold, 0);
}

function putColumns({ shape, data }: HostArray, columns: Block, values: Float64Array): void {
  for (let t = 0; t < shape[0]; t++) {
    const row = values.subarray(t * columns.count, (t + 1) * columns.count);
    data.set(row, t * shape[1] + columns.first);
  }
}

function takeColumns({ shape, data }: HostArray, columns: Block): Float64Array {
  const values = new Float64Array(shape[0] * columns.count);
  for (let t = 0; t < shape[0]; t++) {
    const at = t * shape[1] + columns.first;
    values.set(data.subarray(at, at + columns.count), t * columns.count);
  }
  return values;
}

const stopped = (stage: number, done: number, total: number): Error =>
  fault("interrupted", {
    where: `trainCascade, stage ${stage + 1}`,
    what: "the recording was stopped",
    got: `a signal after ${done} of ${total} sequences`,
    expected: "every sequence",
    fix: "Start it again; sequences that were kept are not measured again",
  });
