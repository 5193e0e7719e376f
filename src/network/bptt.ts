// The graph of a network over many task steps. Rows: examples (and their paths), and inside the
// scans examples times nodes, example-major. Time is outermost, so that slices are contiguous.
import { fault } from "../base/index.ts";
import {
  add,
  addAll,
  affine,
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
} from "../engine/index.ts";
import { roundStraightThrough } from "../nn/index.ts";
import type { TwinGraph } from "../twin/index.ts";
import { convertResponse, limitDrive } from "./limit-graph.ts";
import {
  type Block,
  blockOf,
  choicesOf,
  couplingName,
  couplingSelection,
  drawsPerStep,
  inputSelection,
  type Network,
  type NetworkSizes,
  type NodeKind,
  type NodeLayout,
  type Readout,
  sizesOf,
  weightShapes,
} from "./network.ts";
import { groupsOf, type NodeGroup, type Stage, stagesOf } from "./stages.ts";
import { graphsByName, type NodeGraphs } from "./twins.ts";

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
  /** Whether what cannot be differentiated is left out: converters and levels of weights. */
  readonly surrogate?: boolean;
}

/** A network as a graph. Its inputs are named in {@link networkInputs}. */
export interface NetworkGraph {
  /** What is read of the nodes at every task step, [T * B, read values]. */
  readonly read: Node;
  /** The task's input, [T * B, task inputs]. */
  readonly taskInput: Node;
  /** What moves on, after the last step: by the name of the input that would carry it on. */
  readonly next: Readonly<Record<string, Node>>;
  /** Every weight of the network by name. */
  readonly parameters: Readonly<Record<string, Node>>;
}

/** Names of a network graph's inputs; groups are those of `groupsOf`, by position. */
export const networkInputs: {
  readonly task: "task input";
  readonly ids: "ids";
  readonly history: "history";
  readonly carrier: (group: number) => string;
  readonly state: (group: number) => string;
  readonly drive: (group: number) => string;
} = {
  /** [T, B, task inputs] */
  task: "task input",
  /** [B, 1], where there is noise. */
  ids: "ids",
  /** The last coupled responses, oldest first, [memory, B, coupled values], where there are delays. */
  history: "history",
  /** [T * hold, 1, 2], shared, for devices with a carrier. */
  carrier: (group) => `carrier ${group}`,
  /** [B * nodes of the group, stateCols] */
  state: (group) => `state ${group}`,
  /** [B, drives of the group], half ranges about the centre, where there is a slew limit. */
  drive: (group) => `drive ${group}`,
};

/**
 * Build what a network's nodes do over T task steps of H device samples.
 *
 * Stages follow one another: a stage's drive is computed for all steps at once from the task's
 * input and the responses of earlier stages; only couplings within a stage are walked step by step.
 * Before the first step coupled responses are `history`; zeros stand for a rest at the mean.
 *
 * @param network  Checked; its weights are not read.
 * @param nodes    One step of the twin that all nodes share, or of each twin by name.
 * @throws         `unknown-name` if a twin is missing; `shape-mismatch` if one does not fit.
 */
export function createNetworkGraph(
  network: Network,
  nodes: NodeGraphs,
  size: NetworkGraphSize,
): NetworkGraph {
  const builder = createBuilder(network, graphsByName(network, nodes), size);
  const reads: Node[] = [];
  const next: Record<string, Node> = {};
  let coupled: Node | undefined;
  stagesOf(network).forEach((stage, i) => {
    const result = runStage(builder, stage, i, coupled);
    reads.push(result.read);
    Object.assign(next, result.next);
    coupled = coupled ? concat([coupled, result.coupled]) : result.coupled;
  });
  const { history, sizes } = builder;
  if (history) {
    const whole = concatRows([history, coupled as Node]);
    next[networkInputs.history] = sliceRows(
      whole,
      size.steps * size.rows,
      sizes.memory * size.rows,
    );
  }
  const { task: taskInput, parameters } = builder;
  return { read: concat(reads), taskInput, next, parameters };
}

/** Nodes that are rows of the same matrices, and what they need. */
interface Group extends NodeGroup {
  /** Position among all groups: names its inputs and its noise. */
  readonly number: number;
  readonly twin: TwinGraph;
  readonly kind: NodeKind;
  readonly choices: ReturnType<typeof choicesOf>;
  readonly drives: Block;
  /** Whether its drive depends on the one before. */
  readonly hasSlew: boolean;
  readonly carrier?: Node;
}

interface Builder {
  readonly network: Network;
  readonly groups: readonly Group[];
  readonly size: NetworkGraphSize;
  readonly sizes: NetworkSizes;
  readonly task: Node;
  readonly ids?: Node;
  readonly history?: Node;
  readonly parameters: Readonly<Record<string, Node>>;
  /** B with zeros where a node does not see the input. */
  readonly mask: Node;
  /** C by delay, with zeros where there is no edge. */
  readonly couplings: ReadonlyMap<number, Node>;
}

function createBuilder(
  network: Network,
  twins: Readonly<Record<string, TwinGraph>>,
  size: NetworkGraphSize,
): Builder {
  const sizes = sizesOf(network);
  const { steps, rows } = size;
  const shapes = weightShapes(network);
  const parameters = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, parameter(name, shape)]),
  );
  const select = (name: string, selection: Float64Array): Node => {
    const weights = size.surrogate ? parameters[name] : onLevels(network, name, parameters[name]);
    const isFull = selection.every((value) => value === 1);
    return isFull ? weights : mul(weights, literal(shapes[name], selection));
  };
  const drawsNoise = size.noise || (size.driveNoise ?? 0) > 0;
  return {
    ...{ network, size, sizes, parameters },
    groups: groupsOf(network).map((group, i) =>
      createGroup(network, sizes, twins, steps, group, i),
    ),
    task: input(networkInputs.task, [rows, network.taskInputs], { steps }),
    ids: drawsNoise ? input(networkInputs.ids, [rows, 1]) : undefined,
    history:
      sizes.memory > 0
        ? input(networkInputs.history, [rows, sizes.coupled], { steps: sizes.memory })
        : undefined,
    mask: select("inputMask", inputSelection(network)),
    couplings: new Map(
      sizes.delays.map((delay) => [
        delay,
        select(couplingName(delay), couplingSelection(network, delay)),
      ]),
    ),
  };
}

/** Weights on their levels, if they have any; the derivative passes straight through. */
function onLevels({ constraints }: Network, name: string, weights: Node): Node {
  const constraint = name === "inputMask" ? constraints?.inputMask : constraints?.coupling;
  const { bound, levels } = constraint ?? {};
  if (bound === undefined || levels === undefined) return weights;
  return roundStraightThrough(weights, bound / levels);
}

function createGroup(
  network: Network,
  sizes: NetworkSizes,
  twins: Readonly<Record<string, TwinGraph>>,
  steps: number,
  group: NodeGroup,
  number: number,
): Group {
  const node = network.nodes[group.first];
  const choices = choicesOf(network, node);
  const twin = twins[node.twin];
  checkTwin(sizes.nodes[group.first], twin);
  const shape = { steps: steps * choices.hold, shared: true };
  return {
    ...group,
    ...{ number, twin, choices },
    kind: network.kinds[node.twin],
    drives: blockOf(sizes, group, "drives"),
    hasSlew: network.kinds[node.twin].converters?.slew !== undefined,
    carrier: twin.needsCarrier ? input(networkInputs.carrier(number), [1, 2], shape) : undefined,
  };
}

interface StageResult {
  /** [T * B, coupled values of the stage] */
  readonly coupled: Node;
  /** [T * B, read values of the stage] */
  readonly read: Node;
  readonly next: Readonly<Record<string, Node>>;
}

/** Groups of a stage with loops walk together; without loops each walks for itself. */
function runStage(builder: Builder, stage: Stage, index: number, earlier?: Node): StageResult {
  const outside = driveFromOutside(builder, stage, index, earlier);
  const groups = builder.groups.filter((group) => group.stage === index);
  if (stage.isRecurrent) {
    const couplings = innerCouplings(builder, stage);
    const past = pastResponses(builder, stage);
    return walkGroups(builder, groups, outside, { isLimited: false, couplings, past });
  }
  const from = blockOf(builder.sizes, stage, "drives").first;
  const results = groups.map((group) => {
    const given = slice(outside, group.drives.first - from, group.drives.count);
    if (group.hasSlew) return walkGroups(builder, [group], given, { isLimited: false });
    const { drive } = limitDrive(group.kind, builder.network.inputLimit, given, builder.size);
    return walkGroups(builder, [group], nameDrive(builder, group, drive), { isLimited: true });
  });
  return {
    coupled: concat(results.map(({ coupled }) => coupled)),
    read: concat(results.map(({ read }) => read)),
    next: Object.assign({}, ...results.map(({ next }) => next)),
  };
}

/** What a walk adds to the drives that it is given. */
interface WalkOptions {
  /** Whether they are in device units already; then nothing is added. */
  readonly isLimited: boolean;
  /** Couplings within the stage by delay, each [drives, coupled values]. */
  readonly couplings?: readonly { readonly delay: number; readonly weights: Node }[];
  /** y(-1), y(-2) ... of the stage, each [B, coupled values]. */
  readonly past?: readonly Node[];
}

/**
 * Walk groups through all task steps.
 *
 * @param given  Their drives [T * B, drives], standardised or limited.
 */
function walkGroups(
  builder: Builder,
  groups: readonly Group[],
  given: Node,
  { isLimited, couplings = [], past = [] }: WalkOptions,
): StageResult {
  const { size } = builder;
  const { steps, rows } = size;
  const slewed = groups.filter(({ hasSlew }) => hasSlew);
  const names = [
    ...groups.map(({ number }) => networkInputs.state(number)),
    ...slewed.map(({ number }) => networkInputs.drive(number)),
  ];
  const starts = [
    ...groups.map(({ number, count, twin }) =>
      input(networkInputs.state(number), [rows * count, twin.stateCols]),
    ),
    ...slewed.map(({ number, drives }) => input(networkInputs.drive(number), [rows, drives.count])),
  ];
  const carriers = groups.flatMap(({ carrier }) => (carrier ? [carrier] : []));
  const drawn = size.noise ? groups.map((group) => drawNoise(builder, group)) : [];
  const walked = scan(
    {
      steps,
      carry: [...starts, ...past],
      sequences: [given, ...carriers, ...drawn],
      checkpoint: size.checkpoint,
    },
    (before, [held, ...sequences]) => {
      const line = before.slice(starts.length);
      const sums = couplings.map(({ delay, weights }) => matmul(line[delay - 1], weights, "nt"));
      const drives = sums.length > 0 ? addAll([held, ...sums]) : held;
      const after = stepGroups(builder, groups, { before, drives, sequences, isLimited });
      const kept = line.length > 0 ? [after.coupled, ...line.slice(0, -1)] : [];
      return { carry: [...after.moved, ...kept], outputs: [after.coupled, after.read] };
    },
  );
  const [coupled, read] = walked.outputs;
  const next = names.map((name, i) => [name, walked.carry[i]]);
  return { coupled, read, next: Object.fromEntries(next) };
}

/** Normals of a group for all task steps. */
function drawNoise(builder: Builder, { number, count, twin, choices }: Group): Node {
  const perStep = drawsPerStep(builder.network);
  const cols = count * twin.normalCols * (choices.hold / perStep);
  const { ids, size } = builder;
  return normals(`stage ${number}`, ids as Node, size.steps * perStep, cols);
}

/** What one task step of some groups begins with. */
interface StepStart {
  /** States of all groups, then drives of those with a slew limit. */
  readonly before: readonly Node[];
  readonly drives: Node;
  /** Carriers of the groups that have one, then normals of all groups if there is noise. */
  readonly sequences: readonly Node[];
  readonly isLimited: boolean;
}

/** One task step of groups that walk together. */
function stepGroups(
  builder: Builder,
  groups: readonly Group[],
  { before, drives, sequences, isLimited }: StepStart,
): { readonly moved: readonly Node[]; readonly coupled: Node; readonly read: Node } {
  const { network, size } = builder;
  const from = groups[0].drives.first;
  const carriers = groups.filter(({ carrier }) => carrier);
  const slewed = groups.filter(({ hasSlew }) => hasSlew);
  const stepped = groups.map((group, i) => {
    const own = slice(drives, group.drives.first - from, group.drives.count);
    const last = group.hasSlew ? before[groups.length + slewed.indexOf(group)] : undefined;
    const { surrogate } = size;
    const limited = isLimited
      ? { drive: own, unit: own }
      : limitDrive(group.kind, network.inputLimit, own, { before: last, surrogate });
    const held = holdDrive(builder, group, before[i], limited.drive, {
      carrier: group.carrier && sequences[carriers.indexOf(group)],
      normals: size.noise ? sampleRows(builder, group, sequences[carriers.length + i]) : undefined,
    });
    const { couplingSamples, readoutSamples } = group.choices;
    return {
      ...{ group, state: held.state, unit: limited.unit },
      coupled: pickSamples(held.samples, couplingSamples, size.rows),
      read: pickSamples(held.samples, size.samples ?? readoutSamples, size.rows),
    };
  });
  const units = stepped.filter(({ group }) => group.hasSlew).map(({ unit }) => unit);
  return {
    moved: [...stepped.map(({ state }) => state), ...units],
    coupled: concat(stepped.map(({ coupled }) => coupled)),
    read: concat(stepped.map(({ read }) => read)),
  };
}

/** Normals of a task step by sample, [hold * B, cols], where they came side by side. */
function sampleRows({ size }: Builder, { choices }: Group, drawn: Node): Node {
  const cols = (drawn.shape[1] * drawn.shape[0]) / (size.rows * choices.hold);
  if (cols === drawn.shape[1]) return drawn;
  return concatRows(Array.from({ length: choices.hold }, (_, i) => slice(drawn, i * cols, cols)));
}

/** B u + b + sum over earlier stages of C y(k - d): [T * B, drives of the stage]. */
function driveFromOutside(builder: Builder, stage: Stage, index: number, earlier?: Node): Node {
  const { network, size, sizes, task, ids, history, couplings } = builder;
  const { steps, rows, driveNoise = 0 } = size;
  const { first, count } = blockOf(sizes, stage, "drives");
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
): NonNullable<WalkOptions["couplings"]> {
  const [drives, coupled] = [blockOf(sizes, stage, "drives"), blockOf(sizes, stage, "coupled")];
  return [...couplings].flatMap(([delay, weights]) => {
    const isUsed = innerDelays(network, stage).includes(delay);
    const rows = sliceRows(weights, drives.first, drives.count);
    return isUsed ? [{ delay, weights: slice(rows, coupled.first, coupled.count) }] : [];
  });
}

const innerDelays = ({ edges }: Network, stage: Stage): number[] =>
  edges.flatMap(({ from, to, delay }) => (isIn(stage, from) && isIn(stage, to) ? [delay] : []));

function pastResponses({ network, history, size, sizes }: Builder, stage: Stage): Node[] {
  const { first, count } = blockOf(sizes, stage, "coupled");
  return Array.from({ length: Math.max(...innerDelays(network, stage)) }, (_, i) => {
    const block = sliceRows(history as Node, (sizes.memory - 1 - i) * size.rows, size.rows);
    return slice(block, first, count);
  });
}

/** A drive under the names of its nodes, for messages about numbers that are not finite. */
function nameDrive({ network }: Builder, { first, count, kind }: Group, drive: Node): Node {
  const names = network.nodes.slice(first, first + count).map((node) => node.name);
  const text = `drive of ${count === 1 ? names[0] : `${names[0]} to ${names[count - 1]}`}`;
  const isRowOfOneNode = drive.shape[1] === kind.drive.mean.length;
  return labelled(drive, text, isRowOfOneNode ? names : undefined);
}

/** H device steps under one drive [B, nodes * inputs]; each sample [B * nodes, observables]. */
function holdDrive(
  builder: Builder,
  group: Group,
  start: Node,
  drive: Node,
  sequences: { readonly carrier?: Node; readonly normals?: Node },
): { readonly state: Node; readonly samples: readonly Node[] } {
  const { twin, choices } = group;
  const rows = builder.size.rows * group.count;
  const held = nameDrive(builder, group, reshape(drive, [rows, twin.inputs]));
  const step = (state: Node, carrier?: Node, drawn?: Node) => {
    const normals = drawn && reshape(drawn, [rows, twin.normalCols]);
    const next = twin.step({ state, drive: held, carrier, normals });
    const measured = convertResponse(group.kind, next.measured, builder.size.surrogate);
    return { state: next.state, measured };
  };
  if (choices.hold === 1) {
    const { state, measured } = step(start, sequences.carrier, sequences.normals);
    return { state, samples: [measured] };
  }
  const { carrier, normals: drawn } = sequences;
  const walked = scan(
    {
      steps: choices.hold,
      carry: [start],
      sequences: [...(carrier ? [carrier] : []), ...(drawn ? [drawn] : [])],
    },
    ([state], slices) => {
      const next = step(state, carrier && slices[0], drawn && slices[slices.length - 1]);
      return { carry: [next.state], outputs: [next.measured] };
    },
  );
  const samples = Array.from({ length: choices.hold }, (_, i) =>
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

function checkTwin({ drives, observables }: NodeLayout, twin: TwinGraph): void {
  if (twin.inputs === drives.count && twin.observables === observables) return;
  throw fault("shape-mismatch", {
    where: "createNetworkGraph",
    what: "the twin is not the one that the network was made for",
    got: `${twin.inputs} inputs and ${twin.observables} observables`,
    expected: `${drives.count} and ${observables}`,
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
