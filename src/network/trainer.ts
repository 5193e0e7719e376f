import { childStream, createGenerator, type Stream } from "../base/index.ts";
import {
  compile,
  input,
  type KernelModule,
  mul,
  type Node,
  type ParameterSet,
  type Program,
  type ProgramSpec,
  planMemory,
  shardsFor,
} from "../engine/index.ts";
import { crossEntropy, meanSquaredError } from "../nn/index.ts";
import { scorePredictions, type Task } from "../tasks/index.ts";
import type { Twin } from "../twin/index.ts";
import { type BatchShape, chooseWindow, createBatchSource, weighsOutputs } from "./batches.ts";
import { applyReadoutGraph, createNetworkGraph, networkInputs } from "./bptt.ts";
import { type Network, sizesOf } from "./network.ts";
import { readOutputs } from "./readout.ts";
import { nodeGroups, resetProgram, setCarriers } from "./simulate.ts";
import {
  checkRanges,
  createNodeGraphs,
  type NodeTwins,
  twinParameters,
  twinsByName,
} from "./twins.ts";
import { createNetworkWalker } from "./walk.ts";

/** Options of `trainNetwork`. */
export interface TrainOptions {
  /** Whether the twins' noise is on during training; the second is the paper's control. */
  readonly arm?: "noise-aware" | "noise-agnostic";
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
  /** First rate of Adam, which falls as a cosine (default 5e-3). */
  readonly learningRate?: number;
  /** Largest norm of the gradient (default 1). */
  readonly clipNorm?: number;
  /** Decoupled weight decay of the readout (default 0). */
  readonly readoutDecay?: number;
  /** What is trained besides the readout (default all three). */
  readonly train?: readonly ("inputMask" | "bias" | "couplings")[];
  /** Updates between two validations (default a twentieth of all). */
  readonly every?: number;
  /** Refit the readout by ridge regression at the end, and keep it if it validates better. */
  readonly refit?: boolean;
}

/** A compiled training: what an update needs, and how weights are judged. */
export interface Trainer {
  readonly program: Program;
  /** Feed the batch, starts and noise of an update; 0 begins anew. */
  readonly prepare: (iteration: number) => void;
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
  const noise = options.arm !== "noise-agnostic";
  const window = chooseWindow(task, options.window, options.warmUp);
  const shape: BatchShape = { batch: options.batch ?? 32, paths: options.paths ?? 1, ...window };
  const program = createTrainingProgram(kernels, network, twins, task, options, shape);
  program.setParameters({ ...twinParameters(twins), ...network.weights });
  let draw = createBatchSource(network, task, shape);
  let generator = createGenerator(childStream(stream, "batches"));
  const ids = Array.from({ length: shape.batch * shape.paths }, (_, i) => i);
  const groups = nodeGroups(network, twins);
  const sizes = sizesOf(network);
  const drawsNoise = noise || (options.driveNoise ?? 0) > 0;
  const walk = createNetworkWalker(kernels, network, twins, { noise });
  const judged = task.validation.map((sequence) => sequence.input);
  setCarriers(program, groups, shape.steps, 0);
  if (drawsNoise) program.setInput(networkInputs.ids, ids);
  return {
    program,
    prepare(iteration) {
      if (iteration === 0) {
        draw = createBatchSource(network, task, shape);
        generator = createGenerator(childStream(stream, "batches"));
      }
      const { input: given, target, shares } = draw(generator);
      program.setInput(networkInputs.task, given);
      program.setInput("target", target);
      if (shares) program.setInput("shares", shares);
      const starts = childStream(childStream(stream, "starts"), iteration);
      resetProgram(program, groups, sizes, ids, noise ? starts : undefined);
      if (drawsNoise) program.setNoise({ stream: childStream(stream, "noise"), iteration });
    },
    validate(weights) {
      const current = { ...network, weights };
      const outputs = new Array(judged.length);
      walk(
        weights,
        judged,
        { stream: childStream(stream, "validation"), run: 0 },
        (i, responses) => {
          outputs[i] = readOutputs(current, responses, judged[i], task.warmUp);
        },
      );
      return scorePredictions(task, task.validation, outputs).value;
    },
  };
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
): Program {
  const { checkpoint } = options;
  const whole = createTrainingSpec(network, twins, task, options, shape);
  if (checkpoint !== undefined || planMemory(whole) <= mostKeptBytes)
    return compile(kernels, whole);
  const root = Math.ceil(Math.sqrt(shape.steps));
  const spec = createTrainingSpec(network, twins, task, { ...options, checkpoint: root }, shape);
  return compile(kernels, spec);
}

function createTrainingSpec(
  network: Network,
  twins: Readonly<Record<string, Twin>>,
  task: Task,
  options: TrainOptions,
  shape: BatchShape,
): ProgramSpec {
  const { driveNoise, checkpoint, clipNorm = 1, readoutDecay = 0 } = options;
  const shards = shardsFor(shape.batch * shape.paths, network.nodes.length);
  const rows = (shape.batch * shape.paths) / shards;
  const graph = createNetworkGraph(network, createNodeGraphs(twins), {
    steps: shape.steps,
    rows,
    noise: options.arm !== "noise-agnostic",
    driveNoise,
    checkpoint,
  });
  const isWeighed = shape.isPadded && weighsOutputs(task);
  const shares = isWeighed
    ? input("shares", [rows, 1], { steps: shape.steps - shape.warmUp })
    : undefined;
  const said = applyReadoutGraph(network, graph, rows, shape.warmUp, shares);
  const target = input("target", [rows, network.outputs], { steps: said.shape[0] / rows });
  const weighed = shares && task.scored === "each-step" ? mul(said, shares) : said;
  const loss =
    task.kind === "classification" ? crossEntropy(said, target) : meanSquaredError(weighed, target);
  const { readout, readoutBias } = graph.parameters;
  const trained = new Set<string>(options.train ?? ["inputMask", "bias", "couplings"]);
  const free: Node[] = Object.entries(graph.parameters).flatMap(([name, node]) => {
    if (node === readout || node === readoutBias) return [];
    return trained.has(name.startsWith("coupling") ? "couplings" : name) ? [node] : [];
  });
  const groups = [
    { parameters: [...free, readoutBias] },
    { parameters: [readout], weightDecay: readoutDecay },
  ];
  return { outputs: {}, training: { loss, groups, clipNorm }, shards };
}
