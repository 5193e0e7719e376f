import { childStream, fault, mean, type Stream, standardDeviation } from "../base/index.ts";
import type { KernelModule, ParameterSet, Program } from "../engine/index.ts";
import { cosineRate } from "../nn/index.ts";
import type { Task } from "../tasks/index.ts";
import { withConstraintsKept } from "./check.ts";
import { isConstrained, projectWeights } from "./constraints.ts";
import { checkTask } from "./evaluate.ts";
import { fitReadout, isBetter } from "./fit-readout.ts";
import type { Network } from "./network.ts";
import { readoutMap, withReadout } from "./readout.ts";
import { createTrainer, type Trainer, type TrainOptions } from "./trainer.ts";
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
}

/** A trained network and how it was reached. */
export interface TrainResult {
  readonly network: Network;
  readonly history: readonly TrainProgress[];
  /** Updates made: with the stream, enough to repeat the training bit for bit. */
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
 * @throws         `bad-value` if network, task and options do not fit; `not-finite` naming the
 *                 update; `interrupted` if the signal fires.
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
  checkTask(network, task, "trainNetwork");
  const scaled = withOutputScales(kept, task);
  const trainer = createTrainer(kernels, scaled, twins, task, options, context.stream);
  context.onPlan?.(trainer.program.memory);
  const iterations = chooseIterations(trainer, options, scaled);
  const trained = await runTraining(
    trainer,
    scaled,
    task,
    { ...options, iterations },
    context,
  ).finally(trainer.program.close);
  if (!options.refit) return { ...trained, iterations };
  const noise = options.arm !== "noise-agnostic";
  const refit = fitReadout(kernels, trained.network, twins, task, {
    noise,
    paths: options.paths,
    stream: childStream(context.stream, "refit"),
  });
  const { validation } = refit;
  return isBetter(task, validation, trained.validation)
    ? { network: refit.network, history: trained.history, iterations, validation }
    : { ...trained, iterations };
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

async function runTraining(
  trainer: Trainer,
  network: Network,
  task: Task,
  options: TrainOptions & { readonly iterations: number },
  { onProgress, signal }: TrainContext,
): Promise<Omit<TrainResult, "iterations">> {
  const { iterations, learningRate: first = 5e-3 } = options;
  const every = options.every ?? Math.max(1, Math.ceil(iterations / validationsPerTraining));
  const { program } = trainer;
  const history: TrainProgress[] = [];
  let weights: ParameterSet = network.weights;
  let validation = trainer.validate(weights);
  let sum = 0;
  let count = 0;
  for (let iteration = 0; iteration < iterations; iteration++) {
    checkSignal(signal, iteration, iterations);
    trainer.prepare(iteration);
    program.run();
    sum += checkFinite(program.loss(), program, iteration, iterations);
    count++;
    const learningRate = cosineRate(iteration, iterations, { first });
    checkFinite(program.update({ learningRate }), program, iteration, iterations);
    if (isConstrained(network)) keepConstraints(program, network);
    if ((iteration + 1) % every !== 0 && iteration + 1 !== iterations) continue;
    const now = projectWeights(network, weightsOf(network, program.getParameters()));
    const judged = trainer.validate(now);
    if (isBetter(task, judged, validation)) {
      validation = judged;
      weights = now;
    }
    const progress = {
      iteration: iteration + 1,
      iterations,
      loss: sum / count,
      validation: judged,
    };
    history.push(progress);
    onProgress?.(progress);
    [sum, count] = [0, 0];
    await pause();
  }
  return { network: { ...network, weights }, history, validation };
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

function checkSignal(signal: AbortSignal | undefined, iteration: number, iterations: number): void {
  if (!signal?.aborted) return;
  throw fault("interrupted", {
    where: "trainNetwork",
    what: "the training was stopped",
    got: `a signal after ${iteration} updates`,
    expected: `${iterations} updates`,
    fix: "Start it again; the same stream gives the same network",
  });
}

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
