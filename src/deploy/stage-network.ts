// One stage of a network as a network of its own: what earlier stages answered is part of its input.
import { createArray, fault, type HostArray } from "../base/index.ts";
import { type Network, type NetworkEdge, type Stage, sizesOf } from "../network/index.ts";
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
  const { inputs, coupled } = sizesOf(network);
  const sources = sourcesOfStage(network, stage);
  const edges = innerEdges(network, stage);
  const taskInputs = (sources.seesInput ? network.taskInputs : 0) + sources.heard.length * coupled;
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
  const rows = stage.count * inputs;
  const { features } = sizesOf(shape);
  const weights: Record<string, Network["weights"][string]> = {
    inputMask: zeros(rows, taskInputs),
    bias: zeros(1, rows),
    readout: zeros(network.outputs, features),
    readoutBias: zeros(1, network.outputs),
  };
  for (const delay of new Set(edges.map((edge) => edge.delay))) {
    weights[`coupling${delay}`] = zeros(rows, stage.count * coupled);
  }
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
  const { inputs, coupled } = sizesOf(network);
  const { seesInput, heard } = sourcesOfStage(network, stage);
  const rows = { whole: stage.first * inputs, part: 0, count: stage.count * inputs };
  const own = seesInput ? network.taskInputs : 0;
  const inner = new Set(innerEdges(network, stage).map(({ delay }) => delay));
  const columns = (whole: number, part: number, count: number) => ({ whole, part, count });
  return [
    blockMove("bias", "bias", columns(0, 0, 1), rows),
    blockMove("inputMask", "inputMask", rows, columns(0, 0, own)),
    ...heard.map(({ from, delay }, i) => {
      const cols = columns(from * coupled, own + i * coupled, coupled);
      return blockMove(`coupling${delay}`, "inputMask", rows, cols);
    }),
    ...[...inner].map((delay) => {
      const cols = columns(stage.first * coupled, 0, stage.count * coupled);
      return blockMove(`coupling${delay}`, `coupling${delay}`, rows, cols);
    }),
  ];
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

const zeros = (rows: number, cols: number): Weights[string] => ({
  shape: [rows, cols],
  data: new Float32Array(rows * cols),
});

/**
 * The input of a stage's own network: u, then what earlier stages answered.
 *
 * @param input      u [time, task inputs].
 * @param responses  [time, nodes * hold * observables] of the whole network, standardised; columns
 *                   of earlier stages are read. Before the first step responses are zero.
 * @returns          [time, task inputs of the stage's network]
 */
export function stageInput(
  network: Network,
  stage: Stage,
  input: HostArray,
  responses: HostArray,
): HostArray {
  const { coupled, observables } = sizesOf(network);
  const { seesInput, heard } = sourcesOfStage(network, stage);
  const own = seesInput ? network.taskInputs : 0;
  const time = input.shape[0];
  const cols = own + heard.length * coupled;
  const result = createArray([time, cols]);
  const width = network.hold * observables;
  for (let t = 0; t < time; t++) {
    for (let i = 0; i < own; i++) result.data[t * cols + i] = input.data[t * own + i];
    heard.forEach(({ from, delay }, i) => {
      if (t < delay) return;
      // A coupling that sees only the last sample sees the end of the node's block.
      const at = (t - delay) * responses.shape[1] + (from + 1) * width - coupled;
      const block = responses.data.subarray(at, at + coupled);
      result.data.set(block, t * cols + own + i * coupled);
    });
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
