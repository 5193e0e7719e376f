import {
  childStream,
  createArray,
  fault,
  formatShape,
  type HostArray,
  type Stream,
} from "../base/index.ts";
import { compile, type KernelModule, type ParameterSet, type Program } from "../engine/index.ts";
import {
  carrierSequence,
  createTwinGraph,
  initialState,
  parametersOf,
  type Twin,
} from "../twin/index.ts";
import { createNetworkGraph, networkInputs } from "./bptt.ts";
import { type Network, type NetworkSizes, sizesOf } from "./network.ts";
import { type Stage, stagesOf } from "./stages.ts";

/** Names of the twin's parameters are kept apart from the network's. */
export const twinPrefix = "twin ";

/** Sizes of a {@link NetworkSimulator}. */
export interface SimulatorSize {
  /** Sequences that run side by side (default 32). */
  readonly rows?: number;
  /** Task steps per run of the program (default 50, no more than needed). */
  readonly chunk?: number;
  readonly noise: boolean;
}

/** Which noise a simulation sees. */
export interface SimulatedRun {
  readonly stream: Stream;
  /** Number of the run: another one gives other noise. */
  readonly run: number;
  /** A number for each sequence (default: its position); noise belongs to it, not to a row. */
  readonly numbers?: readonly number[];
}

/** A network of twins, compiled; the weights may change between simulations. */
export interface NetworkSimulator {
  /**
   * Free-running responses from the reset.
   *
   * @param weights  Of the network.
   * @param inputs   Sequences of one length, each [time, task inputs].
   * @param run      The noise.
   * @returns        For each, [time, nodes * hold * observables], standardised.
   */
  readonly simulate: (
    weights: ParameterSet,
    inputs: readonly HostArray[],
    run: SimulatedRun,
  ) => HostArray[];
}

/**
 * Compile a network of twins for sequences from reset to end.
 *
 * Noise depends on the stream, the run, the number of the sequence, the node and the step: not on
 * how many sequences share a program, nor on how time is cut.
 *
 * @param network  Checked. Its weights are given at each simulation.
 * @param twin     The twin of all nodes.
 */
export function createNetworkSimulator(
  kernels: KernelModule,
  network: Network,
  twin: Twin,
  { rows = 32, chunk = 50, noise }: SimulatorSize,
): NetworkSimulator {
  const node = createTwinGraph(twin, twinPrefix);
  const graph = createNetworkGraph(network, node, { steps: chunk, rows, noise, samples: "all" });
  const program = compile(kernels, {
    outputs: {
      read: { value: graph.read, steps: chunk },
      ...Object.fromEntries(graph.states.map((value, i) => [`next ${i}`, { value }])),
      ...(graph.history ? { history: { value: graph.history } } : {}),
    },
  });
  program.setParameters(parametersOf(twin, twinPrefix));
  const parts = { program, network, twin, sizes: sizesOf(network), rows, chunk, noise };
  return {
    simulate(weights, inputs, run) {
      const time = checkInputs(inputs, network.taskInputs);
      program.setParameters(weights);
      const width = network.nodes.length * network.hold * parts.sizes.observables;
      const responses = inputs.map(() => createArray([time, width]));
      for (let first = 0; first < inputs.length; first += rows) {
        simulateBlock(parts, inputs, run, first, responses);
      }
      return responses;
    },
  };
}

interface SimulatorParts {
  readonly program: Program;
  readonly network: Network;
  readonly twin: Twin;
  readonly sizes: NetworkSizes;
  readonly rows: number;
  readonly chunk: number;
  readonly noise: boolean;
}

/** Walk some sequences from reset to end; rows past the last are copies that nobody reads. */
function simulateBlock(
  { program, network, twin, sizes, rows, chunk, noise }: SimulatorParts,
  inputs: readonly HostArray[],
  { stream, run, numbers }: SimulatedRun,
  first: number,
  responses: readonly HostArray[],
): void {
  const which = Array.from({ length: rows }, (_, i) => Math.min(first + i, inputs.length - 1));
  const ids = which.map((i) => numbers?.[i] ?? i);
  const [time, taskInputs] = inputs[0].shape;
  const stages = stagesOf(network);
  const start = noise ? childStream(childStream(stream, "start"), run) : undefined;
  stages.forEach((stage, i) => {
    program.setInput(networkInputs.state(i), startStates(twin, ids, stage, start));
  });
  if (sizes.memory > 0) {
    const cols = sizes.nodes * sizes.coupled;
    program.setInput(networkInputs.history, new Float32Array(sizes.memory * rows * cols));
  }
  if (noise) program.setInput(networkInputs.ids, ids);
  const given = new Float32Array(chunk * rows * taskInputs);
  for (let from = 0; from < time; from += chunk) {
    if (from > 0) carryOver(program, stages.length, sizes.memory > 0);
    for (let t = 0; t < chunk; t++) {
      const at = Math.min(from + t, time - 1) * taskInputs;
      which.forEach((i, row) => {
        given.set(inputs[i].data.subarray(at, at + taskInputs), (t * rows + row) * taskInputs);
      });
    }
    program.setInput(networkInputs.task, given);
    const firstStep = from * network.hold;
    const carrier = carrierSequence(twin, chunk * network.hold, firstStep);
    if (carrier) program.setInput(networkInputs.carrier, carrier);
    if (noise) program.setNoise({ stream, iteration: run, firstStep });
    program.run();
    const read = program.read("read");
    const width = read.length / (chunk * rows);
    for (let row = 0; row < rows && first + row < inputs.length; row++) {
      const { data } = responses[first + row];
      for (let t = 0; t < Math.min(chunk, time - from); t++) {
        const at = (t * rows + row) * width;
        data.set(read.subarray(at, at + width), (from + t) * width);
      }
    }
  }
}

function carryOver(program: Program, stages: number, hasHistory: boolean): void {
  for (let i = 0; i < stages; i++) {
    program.setInput(networkInputs.state(i), program.read(`next ${i}`).slice());
  }
  if (hasHistory) program.setInput(networkInputs.history, program.read("history").slice());
}

/**
 * States of a stage's nodes at a reset.
 *
 * @param ids     Numbers of the sequences, one per row.
 * @param stream  Draws them; left out, every node starts at the mean.
 * @returns       [rows * nodes of the stage, stateCols]
 */
export function startStates(
  twin: Twin,
  ids: readonly number[],
  stage: Stage,
  stream?: Stream,
): Float32Array {
  if (!stream) return initialState(twin, ids.length * stage.count);
  const parts = ids.map((id) =>
    initialState(twin, stage.count, childStream(stream, id), stage.first),
  );
  const states = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.forEach((part, i) => {
    states.set(part, i * part.length);
  });
  return states;
}

function checkInputs(inputs: readonly HostArray[], taskInputs: number): number {
  const time = inputs[0]?.shape[0] ?? 0;
  const wrong = inputs.findIndex(
    ({ shape }) => shape.length !== 2 || shape[0] !== time || shape[1] !== taskInputs,
  );
  if (wrong < 0 && time > 0) return time;
  throw fault("shape-mismatch", {
    where: "createNetworkSimulator",
    what: wrong < 0 ? "there are no sequences to run" : `sequence ${wrong} does not fit the others`,
    got: wrong < 0 ? `${inputs.length} sequences` : formatShape(inputs[wrong].shape),
    expected: `sequences [${time || "*"}, ${taskInputs}] (time, task inputs) of one length`,
    fix: "Cut or resample the sequences to one length",
  });
}
