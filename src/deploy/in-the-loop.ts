import { childStream, fault, type HostArray, type Stream } from "../base/index.ts";
import type { KernelModule } from "../engine/index.ts";
import {
  checkNetwork,
  checkTask,
  createDriveSource,
  createLoopTrainer,
  isBetter,
  type LoopTrainer,
  type LoopTrainOptions,
  type MeasuredRun,
  type Network,
  readOutputs,
  withOutputScales,
} from "../network/index.ts";
import { scorePredictions, type Task } from "../tasks/index.ts";
import type { Twin } from "../twin/index.ts";
import { type NodeDevices, type PreparedDevices, prepareDevices } from "./node-devices.ts";
import { createSequenceRunner } from "./run-sequence.ts";
import { samplesOf } from "./stage-responses.ts";

/** Options of {@link trainInTheLoop}. */
export interface InTheLoopOptions extends LoopTrainOptions {
  /** Validations on the device, of the start and then evenly, at least 2 (default 4). */
  readonly validations?: number;
}

/** A validation on the device. */
export interface InTheLoopProgress {
  /** Updates done. */
  readonly done: number;
  readonly total: number;
  /** Mean loss of the devices since the last report; NaN before the first update. */
  readonly loss: number;
  /** The devices' score on the validation part. */
  readonly validation: number;
  readonly deviceSteps: number;
}

/** What in-the-loop training needs from its caller. */
export interface InTheLoopContext {
  /** Decides the examples. */
  readonly stream: Stream;
  /** As for `transferNetwork`. */
  readonly devices: NodeDevices;
  readonly onProgress?: (progress: InTheLoopProgress) => void;
  readonly signal?: AbortSignal;
}

/** A network trained on devices. */
export interface InTheLoopResult {
  /** The weights that scored best on the devices' validation part. */
  readonly network: Network;
  readonly history: readonly InTheLoopProgress[];
  readonly deviceSteps: number;
}

const chosen = ({ updates = 40, validations = 4 }: InTheLoopOptions) => ({
  updates,
  validations: Math.max(2, Math.min(validations, updates + 1)),
});

/**
 * Train a network with what devices do as its forward pass and their twins' derivative as its
 * backward pass, at every time step.
 *
 * For each update a batch of training windows is measured with the present weights. A twin needs to
 * be right about the slopes alone: its error in the value of a state does not add up, for every step
 * starts from what was measured. The test part is not read.
 *
 * @param network  Where to start: trained through the twins, say.
 * @param twin     Gives the derivative.
 * @throws         As `trainNetwork` and `transferNetwork`; `not-finite` naming the update.
 * @source         Wright et al. 2022, Nature 601:549, extended to every time step.
 */
export async function trainInTheLoop(
  kernels: KernelModule,
  network: Network,
  twin: Twin,
  task: Task,
  options: InTheLoopOptions,
  { stream, devices, onProgress, signal }: InTheLoopContext,
): Promise<InTheLoopResult> {
  const where = "trainInTheLoop";
  checkNetwork(network, where);
  checkTask(network, task, where);
  const { updates, validations } = chosen(options);
  const bench = createBench(task, await prepareDevices(network, devices, where, signal), signal);
  let now = withOutputScales(network, task);
  const own = childStream(stream, "in the loop");
  const trainer = createLoopTrainer(kernels, now, twin, task, options, own);
  const history: InTheLoopProgress[] = [];
  let best = { network: now, validation: Number.NaN };
  let [sum, count] = [0, 0];
  const judge = async (done: number): Promise<void> => {
    const validation = await bench.validate(now);
    if (done === 0 || isBetter(task, validation, best.validation))
      best = { network: now, validation };
    const { deviceSteps } = bench.counts;
    const progress = { done, total: updates, loss: sum / count, validation, deviceSteps };
    history.push(progress);
    onProgress?.(progress);
    [sum, count] = [0, 0];
  };
  try {
    await judge(0);
    for (let i = 0; i < updates; i++) {
      if (signal?.aborted) throw stopped(i, updates);
      const { loss, weights } = await updateOnce(trainer, bench, now);
      if (!Number.isFinite(loss)) throw notFinite(i, updates, loss);
      now = { ...now, weights };
      sum += loss;
      count++;
      const due = Math.floor(((i + 1) * (validations - 1)) / updates);
      if (due > Math.floor((i * (validations - 1)) / updates)) await judge(i + 1);
    }
  } finally {
    trainer.close();
  }
  return { network: best.network, history, deviceSteps: bench.counts.deviceSteps };
}

async function updateOnce(
  trainer: LoopTrainer,
  bench: Bench,
  network: Network,
): Promise<ReturnType<LoopTrainer["update"]>> {
  const batch = trainer.draw();
  const runs = await bench.measure(network, batch.inputs);
  return trainer.update(batch, runs);
}

/** The devices, and what they ran. */
interface Bench {
  readonly measure: (network: Network, inputs: readonly HostArray[]) => Promise<MeasuredRun[]>;
  /** Score on the validation part. */
  readonly validate: (network: Network) => Promise<number>;
  readonly counts: { deviceSteps: number };
}

function createBench(task: Task, prepared: PreparedDevices, signal?: AbortSignal): Bench {
  const counts = { deviceSteps: 0 };
  const measure: Bench["measure"] = async (network, inputs) => {
    const play = createSequenceRunner(network, createDriveSource(network), prepared);
    const runs: MeasuredRun[] = [];
    for (const input of inputs) {
      const run = await play(input, signal);
      counts.deviceSteps += run.deviceSteps;
      runs.push(run);
    }
    return runs;
  };
  return {
    ...{ counts, measure },
    async validate(network) {
      const inputs = task.validation.map(({ input }) => input);
      const runs = await measure(network, inputs);
      const said = runs.map(({ responses }, i) =>
        readOutputs(network, responses, inputs[i], task.warmUp),
      );
      return scorePredictions(task, task.validation, said).value;
    },
  };
}

/**
 * Samples that devices will run in an in-the-loop training, all nodes together: known before anything
 * is driven.
 *
 * @param steps  Task steps of an example: what `chooseWindow` says.
 */
export function inTheLoopCost(
  network: Network,
  task: Task,
  options: InTheLoopOptions,
  steps: number,
): number {
  const { updates, validations } = chosen(options);
  const judged = task.validation.reduce((sum, { input }) => sum + input.shape[0], 0);
  const perUpdate = (options.batch ?? 16) * steps;
  return samplesOf(network) * (updates * perUpdate + validations * judged);
}

const stopped = (done: number, total: number): Error =>
  fault("interrupted", {
    where: "trainInTheLoop",
    what: "the training was stopped",
    got: `a signal after ${done} updates`,
    expected: `${total} updates`,
    fix: "Start it again from the network that it began with",
  });

const notFinite = (update: number, total: number, loss: number): Error =>
  fault("not-finite", {
    where: "trainInTheLoop",
    what: `in update ${update + 1} of ${total}, the loss is not finite`,
    got: `${loss}`,
    expected: "a finite number at every update",
    fix: "Lower the learning rate",
  });
