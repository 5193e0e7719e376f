// In-the-loop training: forward what devices did, backward the derivative of their twins.
//   x_{t+1} = f(z_t, s_t) + stopgrad( y_{t+1} - f(z_t, s_t) )
// f a twin's noise-free step, y measured, z_t the measured past; auxiliaries, which nobody measures,
// stand at zero.
import {
  childStream,
  createArray,
  createGenerator,
  type HostArray,
  type Stream,
} from "../base/index.ts";
import {
  add,
  compile,
  concat,
  type KernelModule,
  type Node,
  type ParameterSet,
  type Program,
  shardsFor,
  slice,
  stopGradient,
  sub,
} from "../engine/index.ts";
import { cosineRate } from "../nn/index.ts";
import type { Task } from "../tasks/index.ts";
import { initialState, type TwinGraph } from "../twin/index.ts";
import { type BatchShape, chooseWindow, createBatchSource } from "./batches.ts";
import { createNetworkGraph, networkInputs } from "./bptt.ts";
import { drawsPerStep, type Network, type NetworkSizes, sizesOf } from "./network.ts";
import { specOf } from "./objective.ts";
import { nodeGroups, resetProgram, setCarriers, type TwinGroup } from "./simulate.ts";
import type { TrainOptions } from "./trainer.ts";
import { createNodeGraphs, type NodeTwins, twinParameters, twinsByName } from "./twins.ts";

/** Options of {@link createLoopTrainer}; as in a training on twins. */
export interface LoopTrainOptions
  extends Pick<
    TrainOptions,
    "batch" | "window" | "warmUp" | "clipNorm" | "readoutDecay" | "free" | "checkpoint"
  > {
  /** Updates over which the rate falls (default 40). */
  readonly updates?: number;
  /** First rate of Adam, which falls as a cosine (default 5e-3). */
  readonly learningRate?: number;
}

/** Examples that are to be measured. */
export interface LoopBatch {
  /** [time, task inputs], each to be run from a reset. */
  readonly inputs: readonly HostArray[];
  /** For {@link LoopTrainer.update}. */
  readonly target: Float32Array;
  readonly shares?: Float32Array;
}

/** What the devices did with one example, standardised. */
export interface MeasuredRun {
  /** [time, samples of all nodes] */
  readonly responses: HostArray;
  /** Observables at the reset, node by node. */
  readonly start: Float64Array;
}

/** A compiled in-the-loop training. */
export interface LoopTrainer {
  /** Task steps of an example, and how many examples an update has. */
  readonly shape: Pick<BatchShape, "steps" | "batch">;
  /** The examples of the next update. */
  readonly draw: () => LoopBatch;
  /**
   * Move the weights by one step of Adam.
   *
   * @param runs  One per example, measured with the present weights.
   * @returns     The loss that the devices had before, and the weights now.
   */
  readonly update: (
    batch: LoopBatch,
    runs: readonly MeasuredRun[],
  ) => { readonly loss: number; readonly weights: ParameterSet };
  readonly close: () => void;
}

/**
 * Compile in-the-loop training of a network.
 *
 * @param network  Where to start.
 * @param given    The twin of all nodes, or the twins by name; they give the derivative alone.
 * @param stream   Decides the examples.
 * @throws         As `trainNetwork`.
 * @source         Wright et al. 2022, Nature 601:549 (physics-aware training), extended to every
 *                 time step.
 */
export function createLoopTrainer(
  kernels: KernelModule,
  network: Network,
  given: NodeTwins,
  task: Task,
  options: LoopTrainOptions,
  stream: Stream,
): LoopTrainer {
  const twins = twinsByName(network, given, "createLoopTrainer");
  const shape: BatchShape = {
    ...{ batch: options.batch ?? 16, paths: 1 },
    ...chooseWindow(task, options.window, options.warmUp),
  };
  const program = createProgram(kernels, network, createFollowers(twins), task, options, shape);
  program.setParameters({ ...twinParameters(twins), ...network.weights });
  const groups = nodeGroups(network, twins);
  const sizes = sizesOf(network);
  const ids = Array.from({ length: shape.batch }, (_, i) => i);
  resetProgram(program, groups, sizes, ids);
  setCarriers(program, groups, shape.steps, 0);
  const { updates = 40, learningRate: first = 5e-3 } = options;
  let done = 0;
  const source = createBatchSource(network, task, shape);
  const generator = createGenerator(childStream(stream, "batches"));
  return {
    shape,
    draw() {
      const { input, target, shares } = source.draw(generator);
      return {
        inputs: examplesOf(input, shape, network.taskInputs),
        target: target.slice(),
        ...(shares ? { shares: shares.slice() } : {}),
      };
    },
    update({ inputs, target, shares }, runs) {
      program.setInput(networkInputs.task, rowsOf(inputs, shape));
      program.setInput("target", target);
      if (shares) program.setInput("shares", shares);
      groups.forEach((group, i) => {
        program.setInput(networkInputs.given(i), followedBy(network, sizes, group, runs, shape));
        program.setInput(networkInputs.state(i), startedAt(sizes, group, runs));
      });
      program.run();
      const loss = program.loss();
      program.update({ learningRate: cosineRate(done++, updates, { first }) });
      const now = program.getParameters();
      const names = Object.keys(network.weights);
      return { loss, weights: Object.fromEntries(names.map((name) => [name, now[name]])) };
    },
    close: program.close,
  };
}

function createProgram(
  kernels: KernelModule,
  network: Network,
  followers: Readonly<Record<string, TwinGraph>>,
  task: Task,
  options: LoopTrainOptions,
  shape: BatchShape,
): Program {
  const shards = shardsFor(shape.batch, network.nodes.length);
  const rows = shape.batch / shards;
  const { checkpoint } = options;
  const size = { steps: shape.steps, rows, noise: false, isGiven: true, checkpoint };
  const graph = createNetworkGraph(network, followers, size);
  return compile(kernels, specOf(network, graph, task, options, { ...shape, rows, shards }));
}

/** Twins that are given measured observables instead of normals, and stand where these say. */
function createFollowers(
  twins: Parameters<typeof createNodeGraphs>[0],
): Readonly<Record<string, TwinGraph>> {
  const follow = (twin: TwinGraph): TwinGraph => ({
    ...twin,
    normalCols: twin.observables,
    step: ({ normals: measured, ...rest }) => {
      const { state, measured: said } = twin.step(rest);
      const followed = add(said, stopGradient(sub(measured as Node, said)));
      const others = twin.stateCols - twin.observables;
      return {
        state: others > 0 ? concat([followed, slice(state, twin.observables, others)]) : followed,
        measured: followed,
      };
    },
  });
  const graphs = Object.entries(createNodeGraphs(twins));
  return Object.fromEntries(graphs.map(([name, graph]) => [name, follow(graph)]));
}

/** [T, B, inputs] to one array per example. */
function examplesOf(rows: Float32Array, { steps, batch }: BatchShape, inputs: number): HostArray[] {
  return Array.from({ length: batch }, (_, row) => {
    const example = createArray([steps, inputs]);
    for (let t = 0; t < steps; t++) {
      const at = (t * batch + row) * inputs;
      example.data.set(rows.subarray(at, at + inputs), t * inputs);
    }
    return example;
  });
}

/** One array per example to [T, B, inputs]. */
function rowsOf(examples: readonly HostArray[], { steps, batch }: BatchShape): Float32Array {
  const inputs = examples[0].shape[1];
  const rows = new Float32Array(steps * batch * inputs);
  examples.forEach(({ data }, row) => {
    for (let t = 0; t < steps; t++) {
      rows.set(data.subarray(t * inputs, (t + 1) * inputs), (t * batch + row) * inputs);
    }
  });
  return rows;
}

/** Measured observables of a group, [T * draws per step, B, ...] as its nodes' normals would lie. */
function followedBy(
  network: Network,
  { nodes }: NetworkSizes,
  { first, count, hold }: TwinGroup,
  runs: readonly MeasuredRun[],
  { steps, batch }: BatchShape,
): Float32Array {
  const { observables } = nodes[first];
  const perDraw = hold / drawsPerStep(network);
  const given = new Float32Array(steps * hold * batch * count * observables);
  runs.forEach(({ responses: { shape, data } }, row) => {
    for (let sample = 0; sample < steps * hold; sample++) {
      const t = Math.floor(sample / hold);
      const draw = Math.floor(sample / perDraw);
      for (let node = 0; node < count; node++) {
        const from =
          t * shape[1] + nodes[first + node].samples.first + (sample % hold) * observables;
        const within = ((sample % perDraw) * count + node) * observables;
        const to = (draw * batch + row) * perDraw * count * observables + within;
        given.set(data.subarray(from, from + observables), to);
      }
    }
  });
  return given;
}

/** States of a group with their delay lines filled with what was measured at the reset. */
function startedAt(
  { nodes }: NetworkSizes,
  { first, count, twin }: TwinGroup,
  runs: readonly MeasuredRun[],
): Float32Array {
  const before = nodes.slice(0, first).reduce((sum, { observables }) => sum + observables, 0);
  const { observables } = nodes[first];
  const parts = runs.flatMap(({ start }) =>
    Array.from({ length: count }, (_, node) => {
      const at = before + node * observables;
      const mean = [...start.subarray(at, at + observables)];
      return initialState({ ...twin, start: { mean, factor: [] } }, 1);
    }),
  );
  const states = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    states.set(part, at);
    at += part.length;
  }
  return states;
}
