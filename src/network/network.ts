import type { ParameterSet } from "../engine/index.ts";

/**
 * What a network must know of a kind of node: the scales and limits of its twin, in device units.
 * The same constants are applied to the device, so that twin and device see the same couplings.
 */
export interface NodeKind {
  /** Sampling step, s. */
  readonly dt: number;
  /** Mean, standard deviation and safe range of each input. */
  readonly drive: ChannelScales & {
    readonly min: readonly number[];
    readonly max: readonly number[];
  };
  /** Mean and standard deviation of each observable. */
  readonly response: ChannelScales;
}

/** Per channel: a standardised value is (value - mean) / sd. */
export interface ChannelScales {
  readonly mean: readonly number[];
  readonly sd: readonly number[];
}

/** One device of a network. */
export interface NetworkNode {
  /** Unique, e.g. "layer 1, node 3". */
  readonly name: string;
  /** Name of its twin, a key of `kinds`. */
  readonly twin: string;
  /** Whether an input mask leads from the task to it. */
  readonly seesInput: boolean;
}

/** A coupling between two nodes, by position in `nodes`. */
export interface NetworkEdge {
  readonly from: number;
  readonly to: number;
  /** Task steps from the end of the source's step to the start of the target's, d. */
  readonly delay: number;
}

/** Which samples of a held task step are seen. */
export type SampleChoice = "last" | "all";

/** How outputs are read from the nodes. */
export interface Readout {
  /** Samples of each task step that are read: the last, all of them, or their mean. */
  readonly samples: SampleChoice | "mean";
  /** One output per task step, or one per sequence from the time mean or the last step. */
  readonly over: "each-step" | "time-mean" | "last-step";
  /** Whether the task's input is read beside the nodes. */
  readonly seesInput: boolean;
}

/**
 * How a drive is kept in its safe range. `clip`: cut; its derivative outside is 0.1 instead of 0,
 * so that a saturated node can come back. `smooth`: centre + half range * tanh.
 */
export type InputLimit = "clip" | "smooth";

/**
 * A directed graph of devices with its weights: a plain value that training replaces.
 *
 *     s_i(k) = limit( mean + sd * ( B_i u(k) + sum_j C_ij y_j(k - d_ij) + b_i ) )
 *     o(k)   = W [y_1(k) ... y_N(k), u(k)] + c,   in units of `outputScales`
 *
 * Weights by name, rows (node, input), columns (node, sample, observable):
 *
 *     inputMask    B      [nodes * inputs, task inputs]
 *     bias         b      [1, nodes * inputs]
 *     coupling<d>  C      [nodes * inputs, nodes * samples * observables], one per delay d
 *     readout      W      [outputs, nodes * samples * observables (+ task inputs)]
 *     readoutBias  c      [1, outputs]
 *
 * Drives s and responses y are standardised by the scales of each node's kind.
 *
 * @source Manneschi et al. 2025, arXiv:2401.07387, Methods.
 */
export interface Network {
  /** In the order of stages: see {@link stagesOf}. */
  readonly nodes: readonly NetworkNode[];
  readonly edges: readonly NetworkEdge[];
  readonly kinds: Readonly<Record<string, NodeKind>>;
  /** Device samples for which the drive of one task step is held, H. */
  readonly hold: number;
  /** Live networks step together and need d >= 1; recorded ones run node after node. */
  readonly live: boolean;
  readonly inputLimit: InputLimit;
  /** Samples of the source that a coupling sees. */
  readonly couplingSamples: SampleChoice;
  readonly readout: Readout;
  readonly taskInputs: number;
  readonly outputs: number;
  /** Mean and standard deviation that turn the readout into task units. */
  readonly outputScales: ChannelScales;
  readonly weights: ParameterSet;
}

/** Sizes that follow from a network. */
export interface NetworkSizes {
  readonly nodes: number;
  /** Inputs and observables of one node. */
  readonly inputs: number;
  readonly observables: number;
  /** Values of one node that couplings see at one task step. */
  readonly coupled: number;
  /** Values of one node that the readout sees at one task step. */
  readonly read: number;
  /** Columns of the readout. */
  readonly features: number;
  /** Distinct delays, rising. */
  readonly delays: readonly number[];
  /** Longest delay, task steps. */
  readonly memory: number;
}

/** The sizes of a network whose nodes share one kind of node. */
export function sizesOf(network: Omit<Network, "weights">): NetworkSizes {
  const { nodes, edges, hold, couplingSamples, readout } = network;
  const kind = network.kinds[nodes[0].twin];
  const inputs = kind.drive.mean.length;
  const observables = kind.response.mean.length;
  const coupled = couplingSamples === "all" ? hold * observables : observables;
  const read = readout.samples === "all" ? hold * observables : observables;
  const delays = [...new Set(edges.map((edge) => edge.delay))].sort((a, b) => a - b);
  return {
    nodes: nodes.length,
    inputs,
    observables,
    coupled,
    read,
    features: nodes.length * read + (readout.seesInput ? network.taskInputs : 0),
    delays,
    memory: delays.at(-1) ?? 0,
  };
}

/** Names and shapes of all weights of a network. */
export function weightShapes(
  network: Omit<Network, "weights">,
): Readonly<Record<string, readonly [number, number]>> {
  const size = sizesOf(network);
  const drives = size.nodes * size.inputs;
  return {
    inputMask: [drives, network.taskInputs],
    bias: [1, drives],
    ...Object.fromEntries(
      size.delays.map((delay) => [couplingName(delay), [drives, size.nodes * size.coupled]]),
    ),
    readout: [network.outputs, size.features],
    readoutBias: [1, network.outputs],
  };
}

/** Name of the weights of all edges of one delay. */
export function couplingName(delay: number): string {
  return `coupling${delay}`;
}

/** 1 where a node sees the task's input: [nodes * inputs, task inputs]. */
export function inputSelection(network: Omit<Network, "weights">): Float64Array {
  const { inputs } = sizesOf(network);
  const width = inputs * network.taskInputs;
  const selection = new Float64Array(network.nodes.length * width);
  network.nodes.forEach((node, i) => {
    if (node.seesInput) selection.fill(1, i * width, (i + 1) * width);
  });
  return selection;
}

/** 1 where an edge of this delay exists: [nodes * inputs, nodes * coupled]. */
export function couplingSelection(network: Omit<Network, "weights">, delay: number): Float64Array {
  const { nodes, inputs, coupled } = sizesOf(network);
  const cols = nodes * coupled;
  const selection = new Float64Array(nodes * inputs * cols);
  for (const edge of network.edges) {
    if (edge.delay !== delay) continue;
    for (let row = edge.to * inputs; row < (edge.to + 1) * inputs; row++) {
      selection.fill(1, row * cols + edge.from * coupled, row * cols + (edge.from + 1) * coupled);
    }
  }
  return selection;
}
