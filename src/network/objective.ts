// What a training minimises, and what of a network follows its derivative.
import { input, mul, type Node, type ParameterGroup, type ProgramSpec } from "../engine/index.ts";
import { crossEntropy, meanSquaredError } from "../nn/index.ts";
import type { Task } from "../tasks/index.ts";
import { type BatchShape, weighsOutputs } from "./batches.ts";
import { applyReadoutGraph, type NetworkGraph } from "./bptt.ts";
import type { Network } from "./network.ts";

/** A part of a network that may be trained; `readout` is its weights and its bias. */
export type TrainedPart = "inputMask" | "coupling" | "bias" | "readout";

/** All of them. */
export const trainedParts: readonly TrainedPart[] = ["inputMask", "coupling", "bias", "readout"];

/** What is trained, and how it is held back. */
export interface ObjectiveOptions {
  /** What is trained (default all parts); the rest stays as it is. */
  readonly free?: readonly TrainedPart[];
  /** Largest norm of the gradient (default 1). */
  readonly clipNorm?: number;
  /** Decoupled weight decay of input masks and couplings (default 0). */
  readonly weightDecay?: number;
  /** Decoupled weight decay of the readout (default 0). */
  readonly readoutDecay?: number;
}

/** Rows of a shard, and the steps that a graph was built for. */
export type ObjectiveShape = Pick<BatchShape, "steps" | "warmUp" | "isPadded"> & {
  readonly rows: number;
  readonly shards: number;
};

/**
 * The loss of a graph's readout, and what of the network follows its derivative.
 *
 * Its inputs are "target", and "shares" where sequences are padded and outputs are weighed.
 */
export function specOf(
  network: Network,
  graph: NetworkGraph,
  task: Task,
  options: ObjectiveOptions,
  { rows, shards, steps, warmUp, isPadded }: ObjectiveShape,
): ProgramSpec {
  const isWeighed = isPadded && weighsOutputs(task);
  const shares = isWeighed ? input("shares", [rows, 1], { steps: steps - warmUp }) : undefined;
  const said = applyReadoutGraph(network, graph, rows, warmUp, shares);
  const target = input("target", [rows, network.outputs], { steps: said.shape[0] / rows });
  const weighed = shares && task.scored === "each-step" ? mul(said, shares) : said;
  const loss =
    task.kind === "classification" ? crossEntropy(said, target) : meanSquaredError(weighed, target);
  const { clipNorm = 1 } = options;
  return { outputs: {}, training: { loss, groups: groupsOf(graph, options), clipNorm }, shards };
}

function groupsOf(
  { parameters }: NetworkGraph,
  { free = trainedParts, weightDecay = 0, readoutDecay = 0 }: ObjectiveOptions,
): ParameterGroup[] {
  const partOf = (name: string): TrainedPart =>
    name.startsWith("coupling")
      ? "coupling"
      : name === "readoutBias"
        ? "readout"
        : (name as TrainedPart);
  const decayed = { inputMask: weightDecay, coupling: weightDecay, readout: readoutDecay };
  const groups = new Map<number, Node[]>();
  for (const [name, node] of Object.entries(parameters)) {
    if (!free.includes(partOf(name))) continue;
    const decay =
      name === "bias" || name === "readoutBias" ? 0 : decayed[partOf(name) as "readout"];
    groups.set(decay, [...(groups.get(decay) ?? []), node]);
  }
  return [...groups].map(([decay, nodes]) => ({ parameters: nodes, weightDecay: decay }));
}
