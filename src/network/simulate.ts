import {
  childStream,
  createArray,
  fault,
  formatShape,
  type HostArray,
  type Stream,
} from "../base/index.ts";
import {
  compile,
  type KernelModule,
  type Node,
  type ParameterSet,
  type Program,
} from "../engine/index.ts";
import { carrierSequence, initialState, type Twin } from "../twin/index.ts";
import { createNetworkGraph, networkInputs } from "./bptt.ts";
import { restingDrives } from "./limits.ts";
import {
  type Block,
  choicesOf,
  drawsPerStep,
  type Network,
  type NetworkSizes,
  sizesOf,
} from "./network.ts";
import { groupsOf } from "./stages.ts";
import { createNodeGraphs, type NodeTwins, twinParameters, twinsByName } from "./twins.ts";

/** Sizes of a {@link NetworkSimulator}. */
export interface SimulatorSize {
  /** Sequences that run side by side (default 32). */
  readonly rows?: number;
  /** Task steps per run of the program (default 50, no more than needed). */
  readonly chunk?: number;
  readonly noise: boolean;
  /** Deviation of white noise added to every standardised drive at each task step (default 0). */
  readonly driveNoise?: number;
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
   * @returns        For each, [time, samples of all nodes], standardised.
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
 * @param twins    The twin of all nodes, or each by name.
 * @throws         `unknown-name` or `bad-value` for twins that the network was not made for.
 */
export function createNetworkSimulator(
  kernels: KernelModule,
  network: Network,
  twins: NodeTwins,
  { rows = 32, chunk = 50, noise, driveNoise = 0 }: SimulatorSize,
): NetworkSimulator {
  const named = twinsByName(network, twins, "createNetworkSimulator");
  const graph = createNetworkGraph(network, createNodeGraphs(named), {
    ...{ steps: chunk, rows, noise, driveNoise },
    samples: "all",
  });
  const program = compile(kernels, {
    outputs: {
      read: { value: graph.read, steps: chunk },
      ...nextOutputs(graph.next),
    },
  });
  program.setParameters(twinParameters(named));
  const carried = Object.keys(graph.next);
  const groups = nodeGroups(network, named);
  const sizes = sizesOf(network);
  const parts = { program, network, groups, carried, sizes, rows, chunk, noise, driveNoise };
  return {
    simulate(weights, inputs, run) {
      const time = checkInputs(inputs, network.taskInputs);
      program.setParameters(weights);
      const responses = inputs.map(() => createArray([time, sizes.samples]));
      for (let first = 0; first < inputs.length; first += rows) {
        simulateBlock(parts, inputs, run, first, responses);
      }
      return responses;
    },
  };
}

/** Outputs of a program that carry a graph on. */
export function nextOutputs(
  next: Readonly<Record<string, Node>>,
): Readonly<Record<string, { readonly value: Node }>> {
  return Object.fromEntries(
    Object.entries(next).map(([name, value]) => [`next ${name}`, { value }]),
  );
}

/** Begin the next run where the last one ended. @param names  Of a graph's `next`. */
export function carryOn(program: Program, names: readonly string[]): void {
  for (const name of names) program.setInput(name, program.read(`next ${name}`).slice());
}

/** Nodes next to each other with their twin and hold. */
export interface TwinGroup extends Block {
  readonly twin: Twin;
  readonly hold: number;
  /** Its drives at rest, half ranges, where a slew limit begins with them. */
  readonly rest?: readonly number[];
}

/** The groups of a network with their twins. */
export function nodeGroups(
  network: Network,
  twins: Readonly<Record<string, Twin>>,
): readonly TwinGroup[] {
  return groupsOf(network).map(({ first, count }) => {
    const node = network.nodes[first];
    const kind = network.kinds[node.twin];
    const hasSlew = kind.converters?.slew !== undefined;
    const rest = Array.from({ length: count }, () => restingDrives(kind)).flat();
    return {
      ...{ first, count, twin: twins[node.twin], hold: choicesOf(network, node).hold },
      ...(hasSlew ? { rest } : {}),
    };
  });
}

/**
 * Put a program's nodes at their reset, with all that they heard before at rest.
 *
 * @param ids     Numbers of the sequences, one per row.
 * @param stream  Draws the states; left out, every node starts at the mean.
 */
export function resetProgram(
  program: Program,
  groups: readonly TwinGroup[],
  { memory, coupled }: NetworkSizes,
  ids: readonly number[],
  stream?: Stream,
): void {
  groups.forEach((group, i) => {
    program.setInput(networkInputs.state(i), startStates(group, ids, stream));
    const { rest } = group;
    if (rest)
      program.setInput(
        networkInputs.drive(i),
        ids.flatMap(() => rest),
      );
  });
  if (memory === 0) return;
  program.setInput(networkInputs.history, new Float32Array(memory * ids.length * coupled));
}

/** Give a program the carriers of its twins. @param from  First task step, from the reset. */
export function setCarriers(
  program: Program,
  groups: readonly TwinGroup[],
  steps: number,
  from: number,
): void {
  groups.forEach(({ twin, hold }, i) => {
    const carrier = carrierSequence(twin, steps * hold, from * hold);
    if (carrier) program.setInput(networkInputs.carrier(i), carrier);
  });
}

interface SimulatorParts {
  readonly program: Program;
  readonly network: Network;
  readonly groups: readonly TwinGroup[];
  readonly carried: readonly string[];
  readonly sizes: NetworkSizes;
  readonly rows: number;
  readonly chunk: number;
  readonly noise: boolean;
  readonly driveNoise: number;
}

/** Walk some sequences from reset to end; rows past the last are copies that nobody reads. */
function simulateBlock(
  parts: SimulatorParts,
  inputs: readonly HostArray[],
  { stream, run, numbers }: SimulatedRun,
  first: number,
  responses: readonly HostArray[],
): void {
  const { program, network, groups, sizes, rows, chunk, noise } = parts;
  const which = Array.from({ length: rows }, (_, i) => Math.min(first + i, inputs.length - 1));
  const ids = which.map((i) => numbers?.[i] ?? i);
  const [time, taskInputs] = inputs[0].shape;
  const start = noise ? childStream(childStream(stream, "start"), run) : undefined;
  resetProgram(program, groups, sizes, ids, start);
  const draws = noise || parts.driveNoise > 0;
  if (draws) program.setInput(networkInputs.ids, ids);
  const given = new Float32Array(chunk * rows * taskInputs);
  for (let from = 0; from < time; from += chunk) {
    if (from > 0) carryOn(program, parts.carried);
    for (let t = 0; t < chunk; t++) {
      const at = Math.min(from + t, time - 1) * taskInputs;
      which.forEach((i, row) => {
        given.set(inputs[i].data.subarray(at, at + taskInputs), (t * rows + row) * taskInputs);
      });
    }
    program.setInput(networkInputs.task, given);
    setCarriers(program, groups, chunk, from);
    if (draws)
      program.setNoise({ stream, iteration: run, firstStep: from * drawsPerStep(network) });
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

/** States of a group's nodes at a reset, [rows * nodes of the group, stateCols]. */
function startStates(
  { twin, first, count }: TwinGroup,
  ids: readonly number[],
  stream?: Stream,
): Float32Array {
  if (!stream) return initialState(twin, ids.length * count);
  const parts = ids.map((id) => initialState(twin, count, childStream(stream, id), first));
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
