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
  /** Units of its channels; with them, twins and devices in other units are refused. */
  readonly units?: { readonly drive: readonly string[]; readonly response: readonly string[] };
  /** What the rig can give and read; without them, any number. */
  readonly converters?: Converters;
}

/** What stands between the host and a device; twin and device go through the same. */
export interface Converters {
  /** Bits of the converter that gives each drive, over its safe range. */
  readonly driveBits?: number;
  /** Bits of the converter that reads each observable. */
  readonly responseBits?: number;
  /** Full scale of that converter: the mean, and so many standard deviations about it (default 4). */
  readonly responseRange?: number;
  /** Largest change of a drive from one task step to the next, as a share of its safe range. */
  readonly slew?: number;
}

/** What weights must keep to. */
export interface WeightConstraint {
  readonly sign?: "positive" | "negative";
  /** Most weights other than zero that enter a drive, those of all delays together. */
  readonly fanIn?: number;
  /** Largest size of a weight, in standardised units and single precision. */
  readonly bound?: number;
  /** Weights are whole multiples of bound / levels. */
  readonly levels?: number;
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
  /** Instead of the network's own. */
  readonly hold?: number;
  readonly couplingSamples?: SampleChoice;
  readonly readoutSamples?: Readout["samples"];
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
 * Weights by name; a drive is an input of a node, a coupled or read value an observable of a node at
 * a sample, in the order (node, sample, observable):
 *
 *     inputMask    B      [drives, task inputs]
 *     bias         b      [1, drives]
 *     coupling<d>  C      [drives, coupled values], one per delay d
 *     readout      W      [outputs, read values (+ task inputs)]
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
  /**
   * Whether devices wait for each other between task steps. If not (the default), a task step of a
   * live network lasts equally long on all of them.
   */
  readonly waits?: boolean;
  readonly inputLimit: InputLimit;
  /** What input masks and couplings must keep to; where there is no edge, weights are zero anyway. */
  readonly constraints?: {
    readonly inputMask?: WeightConstraint;
    readonly coupling?: WeightConstraint;
  };
  /** Samples of the source that a coupling sees. */
  readonly couplingSamples: SampleChoice;
  readonly readout: Readout;
  readonly taskInputs: number;
  readonly outputs: number;
  /** Mean and standard deviation that turn the readout into task units. */
  readonly outputScales: ChannelScales;
  readonly weights: ParameterSet;
}

/** Neighbouring columns of one node, or of several. */
export interface Block {
  readonly first: number;
  readonly count: number;
}

/** One node's share of everything that is laid out node after node. */
export interface NodeLayout {
  readonly hold: number;
  readonly observables: number;
  /** Its inputs among all drives. */
  readonly drives: Block;
  /** All its values of a task step: sample, then observable. */
  readonly samples: Block;
  /** Values that couplings see at a task step. */
  readonly coupled: Block;
  /** Values that the readout sees at a task step. */
  readonly read: Block;
}

/** What is laid out node after node. */
export type Laid = "drives" | "samples" | "coupled" | "read";

/** Sizes that follow from a network: the columns of {@link Laid} in all, and of each node. */
export interface NetworkSizes extends Readonly<Record<Laid, number>> {
  readonly nodes: readonly NodeLayout[];
  /** Columns of the readout. */
  readonly features: number;
  /** Distinct delays, rising. */
  readonly delays: readonly number[];
  /** Longest delay, task steps. */
  readonly memory: number;
}

/** A network, whatever its weights. */
export type NetworkShape = Omit<Network, "weights">;

/** The node's own choices, or the network's. */
export function choicesOf(
  network: Pick<Network, "hold" | "couplingSamples" | "readout">,
  node: NetworkNode,
): Required<Pick<NetworkNode, "hold" | "couplingSamples" | "readoutSamples">> {
  return {
    hold: node.hold ?? network.hold,
    couplingSamples: node.couplingSamples ?? network.couplingSamples,
    readoutSamples: node.readoutSamples ?? network.readout.samples,
  };
}

/**
 * Draws of noise in time that every node makes per task step: as many as it has samples where all
 * have as many, else one that holds the numbers of all its samples.
 */
export function drawsPerStep(network: NetworkShape): number {
  const holds = new Set(network.nodes.map((node) => choicesOf(network, node).hold));
  return holds.size === 1 ? [...holds][0] : 1;
}

/** The sizes of a network. */
export function sizesOf(network: NetworkShape): NetworkSizes {
  const total = { drives: 0, samples: 0, coupled: 0, read: 0 };
  const take = (what: Laid, count: number): Block => {
    const first = total[what];
    total[what] += count;
    return { first, count };
  };
  const nodes = network.nodes.map((node): NodeLayout => {
    const { drive, response } = network.kinds[node.twin];
    const { hold, couplingSamples, readoutSamples } = choicesOf(network, node);
    const observables = response.mean.length;
    return {
      ...{ hold, observables },
      drives: take("drives", drive.mean.length),
      samples: take("samples", hold * observables),
      coupled: take("coupled", couplingSamples === "all" ? hold * observables : observables),
      read: take("read", readoutSamples === "all" ? hold * observables : observables),
    };
  });
  const delays = [...new Set(network.edges.map((edge) => edge.delay))].sort((a, b) => a - b);
  const features = total.read + (network.readout.seesInput ? network.taskInputs : 0);
  return { nodes, ...total, features, delays, memory: delays.at(-1) ?? 0 };
}

/** The columns of neighbouring nodes. */
export function blockOf(sizes: NetworkSizes, { first, count }: Block, what: Laid): Block {
  const from = sizes.nodes[first][what].first;
  const last = sizes.nodes[first + count - 1][what];
  return { first: from, count: last.first + last.count - from };
}

/** Names and shapes of all weights of a network. */
export function weightShapes(
  network: NetworkShape,
): Readonly<Record<string, readonly [number, number]>> {
  const { drives, coupled, features, delays } = sizesOf(network);
  return {
    inputMask: [drives, network.taskInputs],
    bias: [1, drives],
    ...Object.fromEntries(delays.map((delay) => [couplingName(delay), [drives, coupled]])),
    readout: [network.outputs, features],
    readoutBias: [1, network.outputs],
  };
}

/** Name of the weights of all edges of one delay. */
export function couplingName(delay: number): string {
  return `coupling${delay}`;
}

/** 1 where a node sees the task's input: [drives, task inputs]. */
export function inputSelection(network: NetworkShape): Float64Array {
  const { nodes, drives } = sizesOf(network);
  const width = network.taskInputs;
  const selection = new Float64Array(drives * width);
  network.nodes.forEach(({ seesInput }, i) => {
    const { first, count } = nodes[i].drives;
    if (seesInput) selection.fill(1, first * width, (first + count) * width);
  });
  return selection;
}

/** 1 where an edge of this delay exists: [drives, coupled values]. */
export function couplingSelection(network: NetworkShape, delay: number): Float64Array {
  const { nodes, drives, coupled: cols } = sizesOf(network);
  const selection = new Float64Array(drives * cols);
  for (const edge of network.edges) {
    if (edge.delay !== delay) continue;
    const { first, count } = nodes[edge.to].drives;
    const source = nodes[edge.from].coupled;
    for (let row = first; row < first + count; row++) {
      const from = row * cols + source.first;
      selection.fill(1, from, from + source.count);
    }
  }
  return selection;
}
