import { childStream, fault, mean, type Stream, standardDeviation } from "../base/index.ts";
import type { KernelModule, ParameterSet, Program } from "../engine/index.ts";
import { cosineRate } from "../nn/index.ts";
import type { Task } from "../tasks/index.ts";
import { type FitCheckpoint, type KeepCheckpoint, resumeProgram, together } from "../twin/index.ts";
import { withConstraintsKept } from "./check.ts";
import { isConstrained, projectWeights } from "./constraints.ts";
import { checkTask } from "./evaluate.ts";
import { fitReadout, isBetter } from "./fit-readout.ts";
import type { Network } from "./network.ts";
import { readoutMap, withReadout } from "./readout.ts";
import {
  createStanding,
  identify,
  type SavedCourse,
  type Standing,
  savedTraining,
  toCheckpoint,
} from "./train-checkpoint.ts";
import { createTrainer, hearsTwins, type Trainer, type TrainOptions } from "./trainer.ts";
import type { NodeTwins } from "./twins.ts";

/** How far a training has come. */
export interface TrainProgress {
  /** Updates done. */
  readonly iteration: number;
  readonly iterations: number;
  /** Mean training loss since the last report: nats, or squared standardised units. */
  readonly loss: number;
  /** The task's score on its validation part. */
  readonly validation: number;
}

/** What a training needs from its caller. */
export interface TrainContext {
  /** Decides batches, noise and starts. */
  readonly stream: Stream;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Told what memory the plan takes, in words, before it runs. */
  readonly onPlan?: (memory: string) => void;
  readonly signal?: AbortSignal;
  /** As an earlier process left the same training; all that it reported is told again. */
  readonly checkpoint?: FitCheckpoint;
  /** Told whenever a checkpoint may be made. */
  readonly onCheckpoint?: KeepCheckpoint;
}

/** A trained network and how it was reached. */
export interface TrainResult {
  readonly network: Network;
  readonly history: readonly TrainProgress[];
  /** Updates planned: with the stream, enough to repeat the training bit for bit. */
  readonly iterations: number;
  /** Best score on the validation part. */
  readonly validation: number;
}

/**
 * Train masks, couplings, biases and readout by backpropagation through time through the twins.
 *
 * Noise-aware: each update draws new noise, one realisation per path, kept for its backward pass.
 * The weights that validate best are kept, on twins with the arm's own noise. Beginning from what
 * `fitReadout` gives saves updates.
 *
 * @param network  Where to start; not changed. Scales of outputs are set from the targets.
 * @param twins    The twin of all nodes, or each by name; their weights stay as they are.
 * @param context  With a `checkpoint`, all else as at the first start.
 * @throws         `bad-value` if network, task, options or checkpoint do not fit; `not-finite` naming
 *                 the update; `interrupted` if the signal fires.
 * @source         Manneschi et al. 2025, arXiv:2401.07387, Methods.
 */
export async function trainNetwork(
  kernels: KernelModule,
  network: Network,
  twins: NodeTwins,
  task: Task,
  options: TrainOptions,
  context: TrainContext,
): Promise<TrainResult> {
  const kept = withConstraintsKept(network, "trainNetwork");
  checkTask(kept, task, "trainNetwork");
  checkOptions(options);
  const scaled = withOutputScales(kept, task);
  const identity = identify(kernels, scaled, twins, task, options, context.stream);
  const saved = context.checkpoint && savedTraining(context.checkpoint, identity);
  const trainer = createTrainer(kernels, scaled, twins, task, options, context.stream);
  context.onPlan?.(trainer.program.memory);
  const iterations = saved?.iterations ?? chooseIterations(trainer, options, scaled);
  const course = { ...options, iterations, identity, saved };
  const trained = await runTraining(trainer, scaled, task, course, context).finally(
    trainer.program.close,
  );
  if (!options.refit) return { ...trained, iterations };
  const refit = fitReadout(kernels, trained.network, twins, task, {
    noise: hearsTwins(options),
    paths: options.paths,
    stream: childStream(context.stream, "refit"),
  });
  const { validation } = refit;
  return isBetter(task, validation, trained.validation)
    ? { network: refit.network, history: trained.history, iterations, validation }
    : { ...trained, iterations };
}

function checkOptions({ arm, driveNoise = 0, free }: TrainOptions): void {
  const problem =
    arm === "constant-noise" && !(driveNoise > 0)
      ? `the arm 'constant-noise' with a driveNoise of ${driveNoise}`
      : free?.length === 0
        ? "no part of the network that is free"
        : undefined;
  if (problem === undefined) return;
  throw fault("bad-value", {
    where: "trainNetwork",
    what: "there is nothing to train, or nothing to train under",
    got: problem,
    expected: "a driveNoise above 0 for that arm, and one part or more that is free",
    fix: "Correct the options",
  });
}

/**
 * The network with the scales of a task's targets; what it says stays the same. Classes keep 0 and 1.
 *
 * @param task  Its training part is read, after the warm-up.
 */
export function withOutputScales(network: Network, task: Task): Network {
  if (task.kind === "classification") return network;
  const columns = Array.from({ length: task.outputs }, (_, o) =>
    task.train.flatMap(({ target }) => {
      const data = target?.data ?? new Float64Array(0);
      const values: number[] = [];
      for (let i = task.warmUp * task.outputs + o; i < data.length; i += task.outputs) {
        values.push(data[i]);
      }
      return values;
    }),
  );
  const outputScales = {
    mean: columns.map((values) => mean(values)),
    sd: columns.map((values) => standardDeviation(values) || 1),
  };
  return withReadout({ ...network, outputScales }, readoutMap(network));
}

const defaultIterations = 1000;
const fewestIterations = 10;
/** A budget is not used to the brim. */
const usableShare = 0.9;
const validationsPerTraining = 20;
const timedUpdates = 5;

/** The number of updates asked for, or what a budget buys; measuring changes nothing. */
function chooseIterations(
  trainer: Trainer,
  { iterations, budget }: TrainOptions,
  network: Network,
): number {
  if (!budget) return iterations ?? defaultIterations;
  if (!(budget.seconds > 0)) {
    throw fault("bad-value", {
      where: "trainNetwork",
      what: "the time budget is not positive",
      got: `${budget.seconds} s`,
      expected: "more than 0 s",
      fix: "Give seconds, or leave `budget` out and give `iterations`",
    });
  }
  const { clock, seconds } = budget;
  const timed = (work: () => void): number => {
    const start = clock();
    work();
    return clock() - start;
  };
  const judge = (): number => trainer.validate(network.weights);
  judge();
  const validation = timed(judge);
  trainer.prepare(0);
  const start = clock();
  do trainer.program.run();
  while (!trainer.program.isSettled() && clock() - start < 1);
  const updates = timed(() => {
    for (let i = 1; i <= timedUpdates; i++) {
      trainer.prepare(i);
      trainer.program.run();
    }
  });
  const left = usableShare * seconds - (validationsPerTraining + 2) * validation;
  return Math.max(fewestIterations, Math.floor((left * timedUpdates) / updates));
}

/** A training of a known length, and as far as an earlier process brought it. */
interface Course extends TrainOptions {
  readonly iterations: number;
  readonly identity: FitCheckpoint["identity"];
  readonly saved?: SavedCourse;
}

async function runTraining(
  trainer: Trainer,
  network: Network,
  task: Task,
  course: Course,
  { onProgress, onCheckpoint, signal }: TrainContext,
): Promise<Omit<TrainResult, "iterations">> {
  const { iterations, identity, saved, patience = Number.POSITIVE_INFINITY } = course;
  const every = course.every ?? Math.max(1, Math.ceil(iterations / validationsPerTraining));
  const { program } = trainer;
  const standing = createStanding(network.weights);
  const moving = together({
    ...{ program: resumeProgram(program), trainer: trainer.state, standing: standing.state },
  });
  if (saved) moving.restore(saved.numbers);
  else standing.now.validation = trainer.validate(network.weights);
  const history: TrainProgress[] = [...(saved?.history ?? [])];
  const keep = (hasEnded: boolean, occasion: "report" | "stop"): unknown =>
    onCheckpoint?.(
      () => toCheckpoint(identity, iterations, history, standing.now, hasEnded, moving.save()),
      occasion,
    );
  for (const progress of history) onProgress?.(progress);
  const { now } = standing;
  let hasEnded = saved?.hasEnded ?? iterations === 0;
  while (!hasEnded) {
    if (signal?.aborted) {
      await keep(false, "stop");
      throw stopped(now.iteration, iterations);
    }
    advance(trainer, network, course, now);
    if (now.iteration % every !== 0 && now.iteration !== iterations) continue;
    const progress = judge(trainer, network, task, iterations, now);
    history.push(progress);
    hasEnded = now.iteration === iterations || now.waited >= patience;
    await keep(hasEnded, "report");
    onProgress?.(progress);
    await pause();
  }
  const { weights, validation } = now;
  return { network: { ...network, weights }, history, validation };
}

/** One update. */
function advance(
  { program, prepare }: Trainer,
  network: Network,
  { iterations, learningRate: first = 5e-3, schedule = "cosine", rise = 0 }: Course,
  now: Standing,
): void {
  const { iteration } = now;
  prepare(iteration);
  program.run();
  now.sum += checkFinite(program.loss(), program, iteration, iterations);
  const lastShare = schedule === "constant" ? 1 : undefined;
  const learningRate = cosineRate(iteration, iterations, { first, rise, lastShare });
  checkFinite(program.update({ learningRate }), program, iteration, iterations);
  if (isConstrained(network)) keepConstraints(program, network);
  now.count++;
  now.iteration++;
}

/** Validate, and keep the weights if they are the best so far. */
function judge(
  trainer: Trainer,
  network: Network,
  task: Task,
  iterations: number,
  now: Standing,
): TrainProgress {
  const weights = projectWeights(network, weightsOf(network, trainer.program.getParameters()));
  const validation = trainer.validate(weights);
  now.waited++;
  if (isBetter(task, validation, now.validation)) {
    Object.assign(now, { validation, weights, waited: 0 });
  }
  const loss = now.sum / now.count;
  Object.assign(now, { sum: 0, count: 0 });
  return { iteration: now.iteration, iterations, loss, validation };
}

/** The network's own weights among a program's parameters. */
function weightsOf(network: Network, parameters: ParameterSet): ParameterSet {
  return Object.fromEntries(Object.keys(network.weights).map((name) => [name, parameters[name]]));
}

/** Bring weights back to their constraints; between levels they may stay, the graph rounds them. */
function keepConstraints(program: Program, network: Network): void {
  const weights = weightsOf(network, program.getParameters());
  program.setParameters(projectWeights(network, weights, { levels: false }));
}

/** Let timers and messages in between two stretches of work. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

const stopped = (iteration: number, iterations: number): Error =>
  fault("interrupted", {
    where: "trainNetwork",
    what: "the training was stopped",
    got: `a signal after ${iteration} updates`,
    expected: `${iterations} updates`,
    fix: "Resume it from its last checkpoint, or start it again; the same stream gives the same network",
  });

function checkFinite(
  value: number,
  program: Program,
  iteration: number,
  iterations: number,
): number {
  if (Number.isFinite(value)) return value;
  const found = program.diagnose()?.details ?? {
    what: "the loss is not finite",
    got: `${value}`,
    expected: "a finite number at every update",
    fix: "Lower the learning rate or the scales of couplings, or shorten the window",
  };
  const what = `in update ${iteration + 1} of ${iterations}, ${found.what}`;
  throw fault("not-finite", { ...found, where: "trainNetwork", what });
}
