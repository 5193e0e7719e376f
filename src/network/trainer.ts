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
import { carrierSequence, createTwinGraph, parametersOf, type Twin } from "../twin/index.ts";
import { type BatchShape, chooseWindow, createBatchSource, weighsOutputs } from "./batches.ts";
import { applyReadoutGraph, createNetworkGraph, networkInputs } from "./bptt.ts";
import { type Network, sizesOf } from "./network.ts";
import { readOutputs } from "./readout.ts";
import { startStates, twinPrefix } from "./simulate.ts";
import { stagesOf } from "./stages.ts";
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
  twin: Twin,
  task: Task,
  options: TrainOptions,
  stream: Stream,
): Trainer {
  const noise = options.arm !== "noise-agnostic";
  const window = chooseWindow(task, options.window, options.warmUp);
  const shape: BatchShape = { batch: options.batch ?? 32, paths: options.paths ?? 1, ...window };
  const program = createTrainingProgram(kernels, network, twin, task, options, shape);
  program.setParameters({ ...parametersOf(twin, twinPrefix), ...network.weights });
  let draw = createBatchSource(network, task, shape);
  let generator = createGenerator(childStream(stream, "batches"));
  const ids = Array.from({ length: shape.batch * shape.paths }, (_, i) => i);
  const stages = stagesOf(network);
  const drawsNoise = noise || (options.driveNoise ?? 0) > 0;
  const walk = createNetworkWalker(kernels, network, twin, { noise });
  const judged = task.validation.map((sequence) => sequence.input);
  prepareFixed(program, network, twin, shape, drawsNoise ? ids : undefined);
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
      stages.forEach((stage, i) => {
        const states = startStates(twin, ids, stage, noise ? starts : undefined);
        program.setInput(networkInputs.state(i), states);
      });
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
  twin: Twin,
  task: Task,
  options: TrainOptions,
  shape: BatchShape,
): Program {
  const { checkpoint } = options;
  const whole = createTrainingSpec(network, twin, task, options, shape);
  if (checkpoint !== undefined || planMemory(whole) <= mostKeptBytes)
    return compile(kernels, whole);
  const root = Math.ceil(Math.sqrt(shape.steps));
  const spec = createTrainingSpec(network, twin, task, { ...options, checkpoint: root }, shape);
  return compile(kernels, spec);
}

function createTrainingSpec(
  network: Network,
  twin: Twin,
  task: Task,
  options: TrainOptions,
  shape: BatchShape,
): ProgramSpec {
  const { driveNoise, checkpoint, clipNorm = 1, readoutDecay = 0 } = options;
  const shards = shardsFor(shape.batch * shape.paths, network.nodes.length);
  const rows = (shape.batch * shape.paths) / shards;
  const graph = createNetworkGraph(network, createTwinGraph(twin, twinPrefix), {
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

/** Inputs that are the same at every update. */
function prepareFixed(
  program: Program,
  network: Network,
  twin: Twin,
  { steps, batch, paths }: BatchShape,
  ids?: readonly number[],
): void {
  const { memory, nodes, coupled } = sizesOf(network);
  if (memory > 0) {
    const history = new Float32Array(memory * batch * paths * nodes * coupled);
    program.setInput(networkInputs.history, history);
  }
  const carrier = carrierSequence(twin, steps * network.hold);
  if (carrier) program.setInput(networkInputs.carrier, carrier);
  if (ids) program.setInput(networkInputs.ids, ids);
}
