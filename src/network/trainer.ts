import { childStream, type Stream } from "../base/index.ts";
import {
  compile,
  type KernelModule,
  type ParameterSet,
  type Program,
  type ProgramSpec,
  planMemory,
  shardsFor,
} from "../engine/index.ts";
import { scorePredictions, type Task } from "../tasks/index.ts";
import type { Resumable, Twin } from "../twin/index.ts";
import { type BatchShape, chooseWindow } from "./batches.ts";
import { createNetworkGraph } from "./bptt.ts";
import { createFeeder, createPieceFeeder, cutWindow, type FedNoise } from "./feeder.ts";
import { type Network, sizesOf } from "./network.ts";
import { type ObjectiveOptions, specOf } from "./objective.ts";
import { readOutputs } from "./readout.ts";
import { nextOutputs } from "./simulate.ts";
import {
  checkRanges,
  createNodeGraphs,
  type NodeTwins,
  twinParameters,
  twinsByName,
} from "./twins.ts";
import { createNetworkWalker } from "./walk.ts";

/** Options of `trainNetwork`. */
export interface TrainOptions extends ObjectiveOptions {
  /**
   * Whether the twins' noise is on during training. The others are controls: no noise at all, as in
   * the paper, or none but `driveNoise`, the same on all drives.
   */
  readonly arm?: "noise-aware" | "noise-agnostic" | "constant-noise";
  /** Deviation of white noise added to every standardised drive, per task step (default 0). */
  readonly driveNoise?: number;
  /** Updates (default 1000). */
  readonly iterations?: number;
  /** Instead of `iterations`: seconds of a clock, turned into a number of updates beforehand. */
  readonly budget?: { readonly seconds: number; readonly clock: () => number };
  /** Examples per update (default 32). */
  readonly batch?: number;
  /** Noisy paths per example (default 1). */
  readonly paths?: number;
  /**
   * Task steps between the states that are kept for derivatives; what lies between is walked twice.
   * Default: all are kept, or, where that would take over a gigabyte, every root of the steps.
   */
  readonly checkpoint?: number;
  /** Task steps of a window where sequences are longer (default 120). */
  readonly window?: number;
  /** Unscored steps of a window; default min(40, window / 3), or the task's own for whole sequences. */
  readonly warmUp?: number;
  /**
   * Truncated backpropagation: an update every so many task steps of a window, derivatives no
   * further back than that. Default: one update per window, derivatives through all of it.
   */
  readonly truncate?: number;
  /** First rate of Adam (default 5e-3). */
  readonly learningRate?: number;
  /** How it goes on: falling as a cosine to a hundredth (default), or the same throughout. */
  readonly schedule?: "cosine" | "constant";
  /** Updates over which it rises from zero at first (default 0). */
  readonly rise?: number;
  /** Updates between two validations (default a twentieth of all). */
  readonly every?: number;
  /** Validations in a row without a better one after which the training stops (default: none). */
  readonly patience?: number;
  /** Refit the readout by ridge regression at the end, and keep it if it validates better. */
  readonly refit?: boolean;
}

/** A compiled training: what an update needs, and how weights are judged. */
export interface Trainer {
  readonly program: Program;
  /** Feed the batch, starts and noise of an update; 0 begins anew. */
  readonly prepare: (iteration: number) => void;
  /** What updates change beside the program. */
  readonly state: Resumable;
  /** Score on the validation part. */
  readonly validate: (weights: ParameterSet) => number;
}

/** Compile the training of a network of twins on a task. */
export function createTrainer(
  kernels: KernelModule,
  network: Network,
  given: NodeTwins,
  task: Task,
  options: TrainOptions,
  stream: Stream,
): Trainer {
  const twins = twinsByName(network, given, "trainNetwork");
  checkRanges(network, twins, "trainNetwork");
  const { truncate, batch = 32, paths = 1, driveNoise = 0 } = options;
  const shape: BatchShape = { batch, paths, ...chooseWindow(task, options.window, options.warmUp) };
  const noise: FedNoise = { twins: hearsTwins(options), drives: driveNoise > 0, stream };
  const pieces = truncate === undefined ? undefined : cutWindow(task, shape, truncate);
  const run = pieces ? { ...shape, steps: pieces.steps, warmUp: 0 } : shape;
  const { program, carried } = createTrainingProgram(kernels, network, twins, task, options, run);
  program.setParameters({ ...twinParameters(twins), ...network.weights });
  const feeder = pieces
    ? createPieceFeeder(program, network, twins, task, { shape, pieces, carried }, noise)
    : createFeeder(program, network, twins, task, shape, noise);
  return {
    program,
    ...feeder,
    validate: createJudge(kernels, network, twins, task, options, stream),
  };
}

/** Whether the noise of the twins is on. */
export const hearsTwins = ({ arm = "noise-aware" }: TrainOptions): boolean => arm === "noise-aware";

/** Score weights on the validation part, under the noise of the training's own arm. */
function createJudge(
  kernels: KernelModule,
  network: Network,
  twins: NodeTwins,
  task: Task,
  options: TrainOptions,
  stream: Stream,
): Trainer["validate"] {
  const walk = createNetworkWalker(kernels, network, twins, {
    noise: hearsTwins(options),
    driveNoise: options.arm === "constant-noise" ? options.driveNoise : 0,
  });
  const judged = task.validation.map((sequence) => sequence.input);
  const heard = { stream: childStream(stream, "validation"), run: 0 };
  return (weights) => {
    const current = { ...network, weights };
    const outputs = new Array(judged.length);
    walk(weights, judged, heard, (i, responses) => {
      outputs[i] = readOutputs(current, responses, judged[i], task.warmUp);
    });
    return scorePredictions(task, task.validation, outputs).value;
  };
}

/** A program, and the names of what it carries on if its windows are cut. */
interface TrainingProgram {
  readonly program: Program;
  readonly carried: readonly string[];
}

/** Beyond this, values between checkpoints are computed twice rather than kept. */
const mostKeptBytes = 2 ** 30;

function createTrainingProgram(
  kernels: KernelModule,
  network: Network,
  twins: Readonly<Record<string, Twin>>,
  task: Task,
  options: TrainOptions,
  shape: BatchShape,
): TrainingProgram {
  const { checkpoint } = options;
  const whole = createTrainingSpec(network, twins, task, options, shape);
  const isSmall = checkpoint !== undefined || planMemory(whole.spec) <= mostKeptBytes;
  const root = { ...options, checkpoint: Math.ceil(Math.sqrt(shape.steps)) };
  const { spec, carried } = isSmall ? whole : createTrainingSpec(network, twins, task, root, shape);
  return { program: compile(kernels, spec), carried };
}

function createTrainingSpec(
  network: Network,
  twins: Readonly<Record<string, Twin>>,
  task: Task,
  options: TrainOptions,
  shape: BatchShape,
): { readonly spec: ProgramSpec; readonly carried: readonly string[] } {
  const { driveNoise, checkpoint, truncate } = options;
  const { steps } = shape;
  const shards = shardsFor(shape.batch * shape.paths, network.nodes.length);
  const rows = (shape.batch * shape.paths) / shards;
  const noise = hearsTwins(options);
  const size = { steps, rows, noise, driveNoise, checkpoint };
  const graph = createNetworkGraph(network, createNodeGraphs(twins), size);
  const spec = specOf(network, graph, task, options, { ...shape, rows, shards });
  if (truncate === undefined) return { spec, carried: [] };
  const outputs = nextOutputs(graph.next, sizesOf(network).memory);
  return { spec: { ...spec, outputs }, carried: Object.keys(graph.next) };
}
