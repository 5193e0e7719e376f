// The graph of a network over many task steps. Rows: examples (and their paths), and inside the
// scans examples times nodes, example-major. Time is outermost, so that slices are contiguous.
import { fault } from "../base/index.ts";
import {
  add,
  addAll,
  affine,
  clip,
  concat,
  concatRows,
  input,
  labelled,
  literal,
  matmul,
  mul,
  type Node,
  normals,
  parameter,
  reshape,
  scan,
  slice,
  sliceRows,
  stopGradient,
  sub,
  tanh,
} from "../engine/index.ts";
import type { TwinGraph } from "../twin/index.ts";
import {
  couplingName,
  couplingSelection,
  inputSelection,
  type Network,
  type NetworkSizes,
  type Readout,
  sizesOf,
  weightShapes,
} from "./network.ts";
import { type Stage, stagesOf } from "./stages.ts";

/** How large a graph is, and what is random in it. */
export interface NetworkGraphSize {
  /** Task steps, T. */
  readonly steps: number;
  /** Examples times paths, B. */
  readonly rows: number;
  /** Whether the twins' noise is on. */
  readonly noise: boolean;
  /** Deviation of white noise added to every standardised drive at each task step (default 0). */
  readonly driveNoise?: number;
  /** Task steps between the states that are kept for derivatives; all by default. */
  readonly checkpoint?: number;
  /** Samples that `read` holds; default those of the network's readout. */
  readonly samples?: Readout["samples"];
}

/** A network as a graph. Its inputs are named in {@link networkInputs}. */
export interface NetworkGraph {
  /** What is read of the nodes at every task step, [T * B, nodes * samples * observables]. */
  readonly read: Node;
  /** The task's input, [T * B, task inputs]. */
  readonly taskInput: Node;
  /** States of each stage's nodes after the last step, [B * nodes of the stage, stateCols]. */
  readonly states: readonly Node[];
  /** The last `memory` coupled responses, oldest first, [memory * B, nodes * coupled]. */
  readonly history?: Node;
  /** Every weight of the network by name. */
  readonly parameters: Readonly<Record<string, Node>>;
}

/** Names of a network graph's inputs. */
export const networkInputs: {
  readonly task: "task input";
  readonly ids: "ids";
  readonly history: "history";
  readonly carrier: "carrier";
  readonly state: (stage: number) => string;
} = {
  /** [T, B, task inputs] */
  task: "task input",
  /** [B, 1], where there is noise. */
  ids: "ids",
  /** [memory, B, nodes * coupled], where there are delays. */
  history: "history",
  /** [T * hold, 1, 2], shared, for devices with a carrier. */
  carrier: "carrier",
  /** [B * nodes of the stage, stateCols] */
  state: (stage) => `state ${stage}`,
};

/** Share of the derivative that a cut drive keeps, so that a saturated node can come back. */
const clippedSlope = 0.1;

/**
 * Build what a network's nodes do over T task steps of H device samples.
 *
 * Stages follow one another: a stage's drive is computed for all steps at once from the task's
 * input and the responses of earlier stages; only couplings within a stage are walked step by step.
 * Before the first step coupled responses are `history`; zeros stand for a rest at the mean.
 *
 * @param network  Checked; its weights are not read.
 * @param node     One step of the twin that all nodes share.
 */
export function createNetworkGraph(
  network: Network,
  node: TwinGraph,
  size: NetworkGraphSize,
): NetworkGraph {
  const builder = createBuilder(network, node, size);
  const stages = stagesOf(network);
  const reads: Node[] = [];
  const states: Node[] = [];
  let coupled: Node | undefined;
  stages.forEach((stage, i) => {
    const result = runStage(builder, stage, i, coupled);
    reads.push(result.read);
    states.push(result.state);
    coupled = coupled ? concat([coupled, result.coupled]) : result.coupled;
  });
  const { history, sizes } = builder;
  const last =
    history &&
    sliceRows(
      concatRows([history, coupled as Node]),
      size.steps * size.rows,
      sizes.memory * size.rows,
    );
  return {
    read: concat(reads),
    taskInput: builder.task,
    states,
    history: last,
    parameters: builder.parameters,
  };
}

interface Builder {
  readonly network: Network;
  readonly node: TwinGraph;
  readonly size: NetworkGraphSize;
  readonly sizes: NetworkSizes;
  readonly task: Node;
  readonly ids?: Node;
  readonly history?: Node;
  readonly carrier?: Node;
  readonly parameters: Readonly<Record<string, Node>>;
  /** B with zeros where a node does not see the input. */
  readonly mask: Node;
  /** C by delay, with zeros where there is no edge. */
  readonly couplings: ReadonlyMap<number, Node>;
}

function createBuilder(network: Network, node: TwinGraph, size: NetworkGraphSize): Builder {
  const sizes = sizesOf(network);
  checkTwin(sizes, node);
  const { steps, rows } = size;
  const shapes = weightShapes(network);
  const parameters = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, parameter(name, shape)]),
  );
  const select = (name: string, selection: Float64Array): Node =>
    selection.every((value) => value === 1)
      ? parameters[name]
      : mul(parameters[name], literal(shapes[name], selection));
  const drawsNoise = size.noise || (size.driveNoise ?? 0) > 0;
  return {
    network,
    node,
    size,
    sizes,
    task: input(networkInputs.task, [rows, network.taskInputs], { steps }),
    ids: drawsNoise ? input(networkInputs.ids, [rows, 1]) : undefined,
    history:
      sizes.memory > 0
        ? input(networkInputs.history, [rows, sizes.nodes * sizes.coupled], { steps: sizes.memory })
        : undefined,
    carrier: node.needsCarrier
      ? input(networkInputs.carrier, [1, 2], { steps: steps * network.hold, shared: true })
      : undefined,
    parameters,
    mask: select("inputMask", inputSelection(network)),
    couplings: new Map(
      sizes.delays.map((delay) => [
        delay,
        select(couplingName(delay), couplingSelection(network, delay)),
      ]),
    ),
  };
}

interface StageResult {
  /** [T * B, nodes of the stage * coupled] */
  readonly coupled: Node;
  /** [T * B, nodes of the stage * read] */
  readonly read: Node;
  /** [B * nodes of the stage, stateCols] */
  readonly state: Node;
}

function runStage(builder: Builder, stage: Stage, index: number, earlier?: Node): StageResult {
  const { network, node, size, carrier, ids } = builder;
  const { steps, rows } = size;
  const outside = driveFromOutside(builder, stage, index, earlier);
  const held = stage.isRecurrent
    ? outside
    : nameDrive(builder, stage, limitDrive(network, stage, outside));
  const loops = stage.isRecurrent ? innerCouplings(builder, stage) : [];
  const line = pastResponses(builder, stage, Math.max(0, ...loops.map(({ delay }) => delay)));
  const drawn =
    size.noise && ids
      ? [normals(`stage ${index}`, ids, steps * network.hold, stage.count * node.normalCols)]
      : [];
  const walked = scan(
    {
      steps,
      carry: [input(networkInputs.state(index), [rows * stage.count, node.stateCols]), ...line],
      sequences: [held, ...(carrier ? [carrier] : []), ...drawn],
      checkpoint: size.checkpoint,
    },
    ([state, ...past], [given, ...rest]) => {
      const sums = loops.map(({ delay, weights }) => matmul(past[delay - 1], weights, "nt"));
      const drive = stage.isRecurrent
        ? limitDrive(network, stage, addAll([given, ...sums]))
        : given;
      const held = holdDrive(builder, stage, state, drive, {
        carrier: carrier && rest[0],
        normals: size.noise ? rest[rest.length - 1] : undefined,
      });
      const coupled = pickSamples(held.samples, network.couplingSamples, rows);
      const read = pickSamples(held.samples, size.samples ?? network.readout.samples, rows);
      return {
        carry: [held.state, ...(past.length > 0 ? [coupled, ...past.slice(0, -1)] : [])],
        outputs: [coupled, read],
      };
    },
  );
  const [coupled, read] = walked.outputs;
  return { coupled, read, state: walked.carry[0] };
}

/** B u + b + sum over earlier stages of C y(k - d): [T * B, nodes of the stage * inputs]. */
function driveFromOutside(builder: Builder, stage: Stage, index: number, earlier?: Node): Node {
  const { network, size, sizes, task, ids, history, couplings } = builder;
  const { steps, rows, driveNoise = 0 } = size;
  const [first, count] = [stage.first * sizes.inputs, stage.count * sizes.inputs];
  const bias = slice(builder.parameters.bias, first, count);
  const terms = [add(matmul(task, sliceRows(builder.mask, first, count), "nt"), bias)];
  for (const [delay, weights] of couplings) {
    const reaches = network.edges.some(
      (edge) => edge.delay === delay && edge.from < stage.first && isIn(stage, edge.to),
    );
    if (!reaches || !earlier) continue;
    const cols = earlier.shape[1];
    const seen =
      delay > 0
        ? sliceRows(
            concatRows([slice(history as Node, 0, cols), earlier]),
            (sizes.memory - delay) * rows,
            steps * rows,
          )
        : earlier;
    terms.push(matmul(seen, slice(sliceRows(weights, first, count), 0, cols), "nt"));
  }
  if (driveNoise > 0) {
    terms.push(affine(normals(`drive noise ${index}`, ids as Node, steps, count), driveNoise));
  }
  return addAll(terms);
}

const isIn = (stage: Stage, node: number): boolean =>
  node >= stage.first && node < stage.first + stage.count;

/** Couplings among the nodes of a stage, by delay. */
function innerCouplings(
  { network, sizes, couplings }: Builder,
  stage: Stage,
): { readonly delay: number; readonly weights: Node }[] {
  return [...couplings].flatMap(([delay, weights]) => {
    const isUsed = network.edges.some(
      (edge) => edge.delay === delay && isIn(stage, edge.from) && isIn(stage, edge.to),
    );
    const rows = sliceRows(weights, stage.first * sizes.inputs, stage.count * sizes.inputs);
    const block = slice(rows, stage.first * sizes.coupled, stage.count * sizes.coupled);
    return isUsed ? [{ delay, weights: block }] : [];
  });
}

/** y(-1), y(-2) ... of a stage's nodes, each [B, nodes of the stage * coupled]. */
function pastResponses({ history, size, sizes }: Builder, stage: Stage, longest: number): Node[] {
  return Array.from({ length: longest }, (_, i) => {
    const block = sliceRows(history as Node, (sizes.memory - 1 - i) * size.rows, size.rows);
    return slice(block, stage.first * sizes.coupled, stage.count * sizes.coupled);
  });
}

/** Standardised to device units, within the safe range; columns (node, input). */
function limitDrive(network: Network, stage: Stage, drive: Node): Node {
  const { mean, sd, min, max } = network.kinds[network.nodes[stage.first].twin].drive;
  const repeat = (value: (input: number) => number): Node =>
    literal(
      [1, stage.count * mean.length],
      Array.from({ length: stage.count * mean.length }, (_, i) => value(i % mean.length)),
    );
  const half = (i: number): number => (max[i] - min[i]) / 2;
  const centre = (i: number): number => (max[i] + min[i]) / 2;
  const scaled = add(
    mul(
      drive,
      repeat((i) => sd[i] / half(i)),
    ),
    repeat((i) => (mean[i] - centre(i)) / half(i)),
  );
  return add(mul(limitUnit(scaled, network.inputLimit), repeat(half)), repeat(centre));
}

/** A value within -1 to 1. */
function limitUnit(value: Node, limit: Network["inputLimit"]): Node {
  if (limit === "smooth") return tanh(value);
  const cut = clip(value, -1, 1);
  const excess = sub(value, cut);
  return add(cut, affine(sub(excess, stopGradient(excess)), clippedSlope));
}

/** A drive under the names of its nodes, for messages about numbers that are not finite. */
function nameDrive({ network, sizes }: Builder, { first, count }: Stage, drive: Node): Node {
  const names = network.nodes.slice(first, first + count).map((node) => node.name);
  const text = `drive of ${count === 1 ? names[0] : `${names[0]} to ${names[count - 1]}`}`;
  const isRowOfOneNode = drive.shape[1] === sizes.inputs;
  return labelled(drive, text, isRowOfOneNode ? names : undefined);
}

/** H device steps under one drive [B, nodes * inputs]; each sample [B * nodes, observables]. */
function holdDrive(
  builder: Builder,
  stage: Stage,
  start: Node,
  drive: Node,
  sequences: { readonly carrier?: Node; readonly normals?: Node },
): { readonly state: Node; readonly samples: readonly Node[] } {
  const { network, node, size, sizes } = builder;
  const rows = size.rows * stage.count;
  const held = nameDrive(builder, stage, reshape(drive, [rows, sizes.inputs]));
  const step = (state: Node, carrier?: Node, drawn?: Node) =>
    node.step({
      state,
      drive: held,
      carrier,
      normals: drawn && reshape(drawn, [rows, node.normalCols]),
    });
  if (network.hold === 1) {
    const { state, measured } = step(start, sequences.carrier, sequences.normals);
    return { state, samples: [measured] };
  }
  const { carrier, normals: drawn } = sequences;
  const walked = scan(
    {
      steps: network.hold,
      carry: [start],
      sequences: [...(carrier ? [carrier] : []), ...(drawn ? [drawn] : [])],
    },
    ([state], slices) => {
      const next = step(state, carrier && slices[0], drawn && slices[slices.length - 1]);
      return { carry: [next.state], outputs: [next.measured] };
    },
  );
  const samples = Array.from({ length: network.hold }, (_, i) =>
    sliceRows(walked.outputs[0], i * rows, rows),
  );
  return { state: walked.carry[0], samples };
}

/** Samples side by side, then nodes: [B, nodes * samples * observables]. */
function pickSamples(samples: readonly Node[], choice: Readout["samples"], rows: number): Node {
  const picked = {
    last: () => samples[samples.length - 1],
    all: () => concat(samples),
    mean: () => affine(addAll(samples), 1 / samples.length),
  }[choice]();
  return reshape(picked, [rows, (picked.shape[0] / rows) * picked.shape[1]]);
}

function checkTwin(sizes: NetworkSizes, node: TwinGraph): void {
  if (node.inputs === sizes.inputs && node.observables === sizes.observables) return;
  throw fault("shape-mismatch", {
    where: "createNetworkGraph",
    what: "the twin is not the one that the network was made for",
    got: `${node.inputs} inputs and ${node.observables} observables`,
    expected: `${sizes.inputs} and ${sizes.observables}`,
    fix: "Read the twin named in the network's nodes",
  });
}

/**
 * The readout on graph nodes: scores or standardised outputs.
 *
 * @param warmUp  Task steps that are left out of a time mean or of each-step outputs.
 * @param shares  [(T - warmUp) * B, 1]: what each step counts where a sequence is read once, in place
 *                of an equal part or of the last step, for sequences that end at different steps.
 * @returns       [(T - warmUp) * B, outputs], or [B, outputs] where a sequence is read once.
 */
export function applyReadoutGraph(
  network: Network,
  graph: NetworkGraph,
  rows: number,
  warmUp: number,
  shares?: Node,
): Node {
  const { readout } = network;
  const whole = readout.seesInput ? concat([graph.read, graph.taskInput]) : graph.read;
  const steps = whole.shape[0] / rows;
  const isWeighed = shares !== undefined && readout.over !== "each-step";
  const from = readout.over === "last-step" && !isWeighed ? steps - 1 : warmUp;
  const scored = sliceRows(whole, from * rows, (steps - from) * rows);
  const seen = isWeighed
    ? timeSum(mul(scored, shares), rows, 1)
    : readout.over === "time-mean"
      ? timeSum(scored, rows, 1 / (steps - from))
      : scored;
  const { readout: weights, readoutBias } = graph.parameters;
  return add(matmul(seen, weights, "nt"), readoutBias);
}

/** Sum over time of [T * B, cols], times a factor: [B, cols]. */
function timeSum(value: Node, rows: number, factor: number): Node {
  const steps = value.shape[0] / rows;
  const cols = value.shape[1];
  const ones = literal([1, steps], new Float64Array(steps).fill(factor));
  return reshape(matmul(ones, reshape(value, [steps, rows * cols])), [rows, cols]);
}
