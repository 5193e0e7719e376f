// One stage of a network as a network of its own: what earlier stages answered is part of its input.
import { createArray, fault, type HostArray } from "../base/index.ts";
import {
  blockOf,
  type Network,
  type NetworkEdge,
  type NetworkSizes,
  type Stage,
  sizesOf,
  weightShapes,
} from "../network/index.ts";
import type { Task } from "../tasks/index.ts";

/** What all nodes of a stage hear from outside it. */
export interface StageSources {
  readonly seesInput: boolean;
  /** Nodes of earlier stages with their delays, in the order of the columns. */
  readonly heard: readonly { readonly from: number; readonly delay: number }[];
}

/**
 * What a stage hears: the task's input or not, and responses of earlier stages.
 *
 * @throws  `bad-value` if its nodes do not all hear the same.
 */
export function sourcesOfStage(network: Network, stage: Stage): StageSources {
  const { nodes, edges } = network;
  const all = Array.from({ length: stage.count }, (_, i) => {
    const node = stage.first + i;
    const heard = edges
      .filter(({ from, to }) => to === node && from < stage.first)
      .map(({ from, delay }) => ({ from, delay }))
      .sort((a, b) => a.delay - b.delay || a.from - b.from);
    return { seesInput: nodes[node].seesInput, heard };
  });
  const different = all.findIndex((one) => JSON.stringify(one) !== JSON.stringify(all[0]));
  if (different < 0) return all[0];
  throw fault("bad-value", {
    where: "trainCascade",
    what: "the nodes of a stage do not hear the same",
    got: `'${nodes[stage.first].name}' and '${nodes[stage.first + different].name}' with other inputs or couplings from earlier stages`,
    expected: "layers whose nodes all hear the same earlier nodes",
    fix: "Use a layered or chain network, or train without a cascade",
  });
}

/** Nodes of a stage couple among themselves by these edges, numbered from the stage's first node. */
function innerEdges({ edges }: Network, { first, count }: Stage): readonly NetworkEdge[] {
  const isIn = (node: number): boolean => node >= first && node < first + count;
  return edges
    .filter(({ from, to }) => isIn(from) && isIn(to))
    .map(({ from, to, delay }) => ({ from: from - first, to: to - first, delay }));
}

/**
 * The stage with its present weights and a readout of zeros.
 *
 * Its input is u (where it sees it), then the coupled responses that it hears; its temporary readout
 * sees the stage, and from the second stage on that input too, as the final readout sees all stages.
 */
export function stageNetwork(network: Network, stage: Stage): Network {
  const sizes = sizesOf(network);
  const sources = sourcesOfStage(network, stage);
  const edges = innerEdges(network, stage);
  const heard = heardColumns(sizes, sources).at(-1)?.end ?? 0;
  const taskInputs = (sources.seesInput ? network.taskInputs : 0) + heard;
  const shape: Omit<Network, "weights"> = {
    ...network,
    nodes: network.nodes
      .slice(stage.first, stage.first + stage.count)
      .map((node) => ({ ...node, seesInput: true })),
    edges,
    taskInputs,
    readout: {
      ...network.readout,
      seesInput: network.readout.seesInput || sources.heard.length > 0,
    },
  };
  const weights = Object.fromEntries(
    Object.entries(weightShapes(shape)).map(([name, [rows, cols]]) => [
      name,
      { shape: [rows, cols] as const, data: new Float32Array(rows * cols) },
    ]),
  );
  const result = { ...shape, weights };
  for (const move of movesOf(network, stage)) move(network.weights, weights);
  return result;
}

/** The network with the masks, biases and couplings of one stage replaced. */
export function withStage(network: Network, stage: Stage, trained: Network): Network {
  const weights = Object.fromEntries(
    Object.entries(network.weights).map(([name, { shape, data }]) => [
      name,
      { shape, data: Float32Array.from(data) },
    ]),
  );
  for (const move of movesOf(network, stage)) move(weights, trained.weights, true);
  return { ...network, weights };
}

type Weights = Network["weights"];
/** Copies a block of weights from the whole to the stage, or back. */
type Move = (whole: Weights, part: Weights, isBack?: boolean) => void;

function movesOf(network: Network, stage: Stage): readonly Move[] {
  const sizes = sizesOf(network);
  const sources = sourcesOfStage(network, stage);
  const drives = blockOf(sizes, stage, "drives");
  const coupled = blockOf(sizes, stage, "coupled");
  const rows = { whole: drives.first, part: 0, count: drives.count };
  const own = sources.seesInput ? network.taskInputs : 0;
  const inner = new Set(innerEdges(network, stage).map(({ delay }) => delay));
  const one = { whole: 0, part: 0, count: 1 };
  return [
    blockMove("bias", "bias", one, rows),
    blockMove("inputMask", "inputMask", rows, { whole: 0, part: 0, count: own }),
    ...heardColumns(sizes, sources).map(({ source, delay, first }) => {
      const cols = { whole: source.first, part: own + first, count: source.count };
      return blockMove(`coupling${delay}`, "inputMask", rows, cols);
    }),
    ...[...inner].map((delay) => {
      const cols = { whole: coupled.first, part: 0, count: coupled.count };
      return blockMove(`coupling${delay}`, `coupling${delay}`, rows, cols);
    }),
  ];
}

/** Where what a stage hears stands among its inputs, after u; `source` among all coupled values. */
function heardColumns(sizes: NetworkSizes, { heard }: StageSources) {
  let end = 0;
  return heard.map(({ from, delay }) => {
    const { coupled, samples } = sizes.nodes[from];
    const first = end;
    end += coupled.count;
    return { delay, source: coupled, samples, first, end };
  });
}

interface Span {
  readonly whole: number;
  readonly part: number;
  readonly count: number;
}

function blockMove(inWhole: string, inPart: string, rows: Span, cols: Span): Move {
  return (whole, part, isBack = false) => {
    const [a, b] = [whole[inWhole], part[inPart]];
    for (let r = 0; r < rows.count; r++) {
      for (let c = 0; c < cols.count; c++) {
        const i = (rows.whole + r) * a.shape[1] + cols.whole + c;
        const j = (rows.part + r) * b.shape[1] + cols.part + c;
        if (isBack) a.data[i] = b.data[j];
        else b.data[j] = a.data[i];
      }
    }
  };
}

/**
 * The input of a stage's own network: u, then what earlier stages answered.
 *
 * @param input      u [time, task inputs].
 * @param responses  [time, samples of all nodes] of the whole network, standardised; columns
 *                   of earlier stages are read. Before the first step responses are zero.
 * @returns          [time, task inputs of the stage's network]
 */
export function stageInput(
  network: Network,
  stage: Stage,
  input: HostArray,
  responses: HostArray,
): HostArray {
  const sources = sourcesOfStage(network, stage);
  const heard = heardColumns(sizesOf(network), sources);
  const own = sources.seesInput ? network.taskInputs : 0;
  const [time, width] = responses.shape;
  const cols = own + (heard.at(-1)?.end ?? 0);
  const result = createArray([time, cols]);
  for (let t = 0; t < time; t++) {
    for (let i = 0; i < own; i++) result.data[t * cols + i] = input.data[t * own + i];
    for (const { source, samples, delay, first } of heard) {
      if (t < delay) continue;
      // A coupling that sees only the last sample sees the end of the node's block.
      const end = (t - delay) * width + samples.first + samples.count;
      result.data.set(responses.data.subarray(end - source.count, end), t * cols + own + first);
    }
  }
  return result;
}

/** Recorded responses of the whole network by part: [recording][sequence]. */
export interface MeasuredParts {
  readonly train: readonly (readonly HostArray[])[];
  readonly validation: readonly HostArray[];
}

/** The task of a stage: every recording of every training sequence is a sequence of its own. */
export function stageTask(network: Network, stage: Stage, task: Task, seen: MeasuredParts): Task {
  const put = (part: Task["train"], responses: readonly HostArray[]): Task["train"] =>
    part.map((sequence, i) => ({
      ...sequence,
      input: stageInput(network, stage, sequence.input, responses[i]),
    }));
  return {
    ...task,
    inputs: stageNetwork(network, stage).taskInputs,
    train: seen.train.flatMap((responses) => put(task.train, responses)),
    validation: put(task.validation, seen.validation),
    test: [],
  };
}
