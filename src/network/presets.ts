import { childStream, createGenerator, fault, permutation, type Stream } from "../base/index.ts";
import { checkNetwork, findShapeProblems } from "./check.ts";
import { projectWeights } from "./constraints.ts";
import type {
  ChannelScales,
  InputLimit,
  Network,
  NetworkEdge,
  NetworkNode,
  NetworkShape,
  NodeKind,
  Readout,
  SampleChoice,
} from "./network.ts";
import { depthsOf, likeness, reachedFrom } from "./stages.ts";
import { createWeights, type WeightScales } from "./weights.ts";

/** What every network needs to be told; the rest has defaults. */
export interface NetworkOptions {
  readonly taskInputs: number;
  readonly outputs: number;
  /** Name and scales of the twin of all nodes that name none; see {@link NodeKind}. */
  readonly twin: { readonly name: string; readonly kind: NodeKind };
  /** Other twins that nodes name. */
  readonly twins?: Readonly<Record<string, NodeKind>>;
  /** Names of twins that nodes without one take in turn, as samples of a device (default: `twin`). */
  readonly inTurn?: readonly string[];
  /** Device samples per task step (default 1). */
  readonly hold?: number;
  /** Whether devices wait for each other between task steps (default false). */
  readonly waits?: boolean;
  /** Default "clip". */
  readonly inputLimit?: InputLimit;
  /** What input masks and couplings must keep to, from their first draw on. */
  readonly constraints?: Network["constraints"];
  /** Default "last". */
  readonly couplingSamples?: SampleChoice;
  /** Default: all samples, each step, without the task's input. */
  readonly readout?: Partial<Readout>;
  /** Default: mean 0 and deviation 1; training sets them from the targets. */
  readonly outputScales?: ChannelScales;
  readonly scales?: WeightScales;
}

/** A node by its name; what is left out is the network's. */
export type FreeNode = Partial<NetworkNode> & Pick<NetworkNode, "name">;

/** Nodes and edges by name. */
export interface FreeGraph {
  readonly nodes: readonly FreeNode[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly delay: number }[];
  /** Default true; false for stages that are recorded one after another. */
  readonly live?: boolean;
}

/**
 * Build a network from named nodes and edges, with random weights.
 *
 * Nodes are put in the order of stages; nodes see the task's input unless they say otherwise.
 *
 * @param graph    Nodes and edges.
 * @param options  Sizes, twin and choices.
 * @param stream   Decides the weights.
 * @throws         `unknown-name` for an edge to no node; `bad-value` with every other fault.
 */
export function createNetwork(graph: FreeGraph, options: NetworkOptions, stream: Stream): Network {
  const position = new Map(graph.nodes.map((node, i) => [node.name, i]));
  const at = (name: string): number => {
    const found = position.get(name);
    if (found === undefined) throw unknownNode(name, [...position.keys()]);
    return found;
  };
  const named: NetworkEdge[] = graph.edges.map(({ from, to, delay }) => ({
    from: at(from),
    to: at(to),
    delay,
  }));
  const { twin, taskInputs, outputs } = options;
  const inTurn = options.inTurn ?? [twin.name];
  const nodes = graph.nodes.map(
    (node, i): NetworkNode => ({ twin: inTurn[i % inTurn.length], seesInput: true, ...node }),
  );
  const shared = {
    hold: options.hold ?? 1,
    couplingSamples: options.couplingSamples ?? "last",
    readout: { samples: "all", over: "each-step", seesInput: false, ...options.readout },
  } as const;
  const order = stageOrder(nodes, named, shared);
  const place = new Map(order.map((from, to) => [from, to]));
  const move = (i: number): number => place.get(i) ?? -1;
  const kinds = { [twin.name]: twin.kind, ...options.twins };
  const used = new Set(nodes.map((node) => node.twin));
  const shape: NetworkShape = {
    nodes: order.map((i) => nodes[i]),
    edges: named.map(({ from, to, delay }) => ({ from: move(from), to: move(to), delay })),
    kinds: Object.fromEntries(Object.entries(kinds).filter(([name]) => used.has(name))),
    ...{ ...shared, live: graph.live ?? true },
    ...(options.waits ? { waits: true } : {}),
    inputLimit: options.inputLimit ?? "clip",
    ...(options.constraints ? { constraints: options.constraints } : {}),
    taskInputs,
    outputs,
    outputScales: options.outputScales ?? {
      mean: new Array<number>(outputs).fill(0),
      sd: new Array<number>(outputs).fill(1),
    },
  };
  const isSound = findShapeProblems(shape).length === 0;
  const weights = isSound
    ? projectWeights(shape, createWeights(shape, options.scales ?? {}, stream))
    : {};
  const network = { ...shape, weights };
  checkNetwork(network, "createNetwork");
  return network;
}

/** Positions in the order of stages, and within a stage nodes that are alike side by side. */
function stageOrder(
  nodes: readonly NetworkNode[],
  edges: readonly NetworkEdge[],
  shared: Pick<Network, "hold" | "couplingSamples" | "readout">,
): number[] {
  const depth = depthsOf(nodes.length, edges);
  const kinds = nodes.map((node) => likeness(shared, node));
  const rank = kinds.map((kind) => kinds.indexOf(kind));
  return nodes.map((_, i) => i).sort((a, b) => depth[a] - depth[b] || rank[a] - rank[b] || a - b);
}

function unknownNode(name: string, known: readonly string[]): Error {
  return fault("unknown-name", {
    where: "createNetwork",
    what: "an edge leads to or from a node that does not exist",
    got: `'${name}'`,
    expected: `one of ${known.map((other) => `'${other}'`).join(", ")}`,
    fix: "Correct the edge, or add the node",
  });
}

/** Options of {@link createLayeredNetwork}. */
export interface LayeredOptions extends NetworkOptions {
  /** Nodes in each layer, from the input on. */
  readonly layers: readonly number[];
  /** Whether nodes of a layer couple among themselves with delay 1 (default false). */
  readonly recurrent?: boolean;
  /** Whether later layers see the task's input too (default false). */
  readonly inputToAll?: boolean;
}

/**
 * Layers of live devices: the first sees the input, each later one the layer before it, one task
 * step ago.
 *
 * @throws  `bad-value` with every fault of the network.
 */
export function createLayeredNetwork(options: LayeredOptions, stream: Stream): Network {
  const { layers, recurrent = false, inputToAll = false } = options;
  const names = layers.map((count, layer) =>
    Array.from({ length: count }, (_, i) => `layer ${layer + 1}, node ${i + 1}`),
  );
  const connect = (from: readonly string[], to: readonly string[]): FreeGraph["edges"] =>
    to.flatMap((target) => from.map((source) => ({ from: source, to: target, delay: 1 })));
  const graph: FreeGraph = {
    nodes: names.flatMap((layer, depth) =>
      layer.map((name) => ({ name, seesInput: depth === 0 || inputToAll })),
    ),
    edges: names.flatMap((layer, depth) => [
      ...(depth > 0 ? connect(names[depth - 1], layer) : []),
      ...(recurrent ? connect(layer, layer) : []),
    ]),
  };
  return createNetwork(graph, options, stream);
}

/** Options of {@link createChainNetwork}. */
export interface ChainOptions extends NetworkOptions {
  /** How often the device is used. */
  readonly stages: number;
  /** Nodes (devices, or passes of one) per stage; default 1. */
  readonly nodesPerStage?: number;
}

/**
 * One device in time multiplex: it runs the whole sequence once per stage, and each stage sees the
 * task's input and the recorded responses of all earlier stages, without delay.
 *
 * @throws  `bad-value` with every fault of the network.
 */
export function createChainNetwork(options: ChainOptions, stream: Stream): Network {
  const { stages, nodesPerStage = 1 } = options;
  const nameOf = (stage: number, i: number): string =>
    nodesPerStage === 1 ? `stage ${stage + 1}` : `stage ${stage + 1}, node ${i + 1}`;
  const names = Array.from({ length: stages }, (_, stage) =>
    Array.from({ length: nodesPerStage }, (_, i) => nameOf(stage, i)),
  );
  const graph: FreeGraph = {
    nodes: names.flat().map((name) => ({ name })),
    edges: names.flatMap((stage, depth) =>
      stage.flatMap((to) =>
        names.slice(0, depth).flatMap((earlier) => earlier.map((from) => ({ from, to, delay: 0 }))),
      ),
    ),
    live: false,
  };
  return createNetwork(graph, options, stream);
}

/** Options of {@link createRandomNetwork}. */
export interface RandomOptions extends NetworkOptions {
  readonly nodes: number;
  /** Couplings that enter a node, from as many different nodes; or else `density`. */
  readonly fanIn?: number;
  /** Probability of each possible coupling, a node's to itself included (default 0.1). */
  readonly density?: number;
  /** Delays that couplings draw from, task steps (default [1]). */
  readonly delays?: readonly number[];
  /** Share of the nodes that see the task's input (default 1). */
  readonly inputShare?: number;
}

/**
 * A random graph of live devices: who hears whom, and how late, is drawn from the stream.
 *
 * A node that no path from the input would reach sees the input.
 *
 * @throws  `bad-value` with every fault of the network.
 */
export function createRandomNetwork(options: RandomOptions, stream: Stream): Network {
  const { nodes: count, inputShare = 1 } = options;
  checkRandom(options);
  const edges = drawEdges(options, childStream(stream, "edges"));
  const order = permutation(createGenerator(childStream(stream, "inputs")), count);
  const sees = new Set([...order].slice(0, Math.ceil(inputShare * count)));
  for (const node of order) {
    if (!reachedFrom(sees, edges).has(node)) sees.add(node);
  }
  const nameOf = (i: number): string => `node ${i + 1}`;
  const graph: FreeGraph = {
    nodes: Array.from({ length: count }, (_, i) => ({ name: nameOf(i), seesInput: sees.has(i) })),
    edges: edges.map(({ from, to, delay }) => ({ from: nameOf(from), to: nameOf(to), delay })),
  };
  return createNetwork(graph, options, childStream(stream, "weights"));
}

function checkRandom({ nodes, fanIn, density, delays, inputShare }: RandomOptions): void {
  const isShare = (value: number | undefined): boolean =>
    value === undefined || (value >= 0 && value <= 1);
  const problems = [
    ...(Number.isInteger(nodes) && nodes > 0 ? [] : [`${nodes} nodes`]),
    ...(fanIn !== undefined && density !== undefined ? ["both fanIn and density"] : []),
    ...(fanIn === undefined || (Number.isInteger(fanIn) && fanIn >= 0 && fanIn <= nodes)
      ? []
      : [`a fan-in of ${fanIn} among ${nodes} nodes`]),
    ...(isShare(density) ? [] : [`a density of ${density}`]),
    ...(isShare(inputShare) ? [] : [`an inputShare of ${inputShare}`]),
    ...(delays?.length === 0 ? ["no delays"] : []),
  ];
  if (problems.length === 0) return;
  throw fault("bad-value", {
    where: "createRandomNetwork",
    what: "no such graph can be drawn",
    got: problems.join("; "),
    expected: "whole numbers, a fan-in or a density, shares from 0 to 1, and a delay to draw",
    fix: "Correct what is named",
  });
}

function drawEdges(
  { nodes, fanIn, density = 0.1, delays = [1] }: RandomOptions,
  stream: Stream,
): NetworkEdge[] {
  const generator = createGenerator(stream);
  const edges: NetworkEdge[] = [];
  for (let to = 0; to < nodes; to++) {
    const sources =
      fanIn === undefined
        ? Array.from({ length: nodes }, (_, from) => from).filter(
            () => generator.uniform() < density,
          )
        : [...permutation(generator, nodes)].slice(0, fanIn).sort((a, b) => a - b);
    for (const from of sources) {
      edges.push({ from, to, delay: delays[generator.integer(delays.length)] });
    }
  }
  return edges;
}
