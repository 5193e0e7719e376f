import type { InstrumentOptions, StandardPlanOptions } from "../devices/index.ts";
import type {
  Converters,
  FreeGraph,
  InputLimit,
  Network,
  RandomOptions,
  Readout,
  SampleChoice,
  TrainOptions,
} from "../network/index.ts";
import type { TaskSpec } from "../tasks/index.ts";
import type { FitOptions } from "../twin/index.ts";

/**
 * Ways to train a network: with the twins' noise, without it (the paper's control), or with the same
 * noise on all drives in its place; stage by stage on what devices answered, or on what twins answered
 * in their place (the control of that).
 */
export type TrainedArm =
  | "noise-aware"
  | "noise-agnostic"
  | "constant-noise"
  | "cascade"
  | "cascade-control";

/** Every arm. */
export const trainedArms: readonly TrainedArm[] = [
  "noise-aware",
  "noise-agnostic",
  "constant-noise",
  "cascade",
  "cascade-control",
];

/** How cascades measure. */
export interface LoopCascade {
  /** Times that a stage is recorded. */
  readonly recordings: number;
  /** Whether the last stage is recorded too, for the final readout. */
  readonly recordLast: boolean;
  /** The sample of the device that is recorded; by default that of the twin. */
  readonly disorder?: number;
}

/** The device of a loop: a kind with its options, and the samples that were fabricated. */
export interface LoopDevice {
  readonly kind: string;
  /** Options of the kind. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly instrument?: InstrumentOptions;
  /** Disorder seeds: the sample that is recorded first, then others to which the network goes. */
  readonly disorder: readonly number[];
}

/** The graph of a loop's network. */
export interface LoopNetwork {
  /**
   * `chain`: one device in time multiplex, every pass sees all earlier ones; `parallel`: passes
   * side by side; `layered`: live layers of devices of their own; `random`: live devices in a graph
   * that is drawn; `graph`: in the one that is written out.
   */
  readonly preset: "chain" | "parallel" | "layered" | "random" | "graph";
  /** Passes, or nodes of each layer. */
  readonly layers: readonly number[];
  /** Couplings within a layer (layered only). */
  readonly recurrent: boolean;
  /** How a graph is drawn (random only). */
  readonly random?: Pick<RandomOptions, "fanIn" | "density" | "delays" | "inputShare">;
  /** Nodes and edges (graph only). */
  readonly graph?: FreeGraph;
  /** Whether devices wait for each other between task steps. */
  readonly waits?: boolean;
  readonly converters?: Converters;
  readonly constraints?: Network["constraints"];
  /** Device samples per task step. */
  readonly hold: number;
  readonly readout: Partial<Readout>;
  readonly inputLimit: InputLimit;
  readonly couplingSamples: SampleChoice;
}

/** Whether a network's nodes are devices of their own that step together. */
export function isLive({ network }: Pick<LoopPlan, "network">): boolean {
  return network.preset !== "chain" && network.preset !== "parallel";
}

/** Everything that a whole loop does, with all choices made. */
export interface LoopPlan {
  readonly name: string;
  /** Decides drives, noise of the recording, fit and task. */
  readonly seed: number;
  /** Networks that are trained from different first weights, each in every arm. */
  readonly networkSeeds: readonly number[];
  readonly device: LoopDevice;
  readonly record: StandardPlanOptions;
  readonly fit: FitOptions;
  readonly network: LoopNetwork;
  readonly task: TaskSpec;
  /** Folder of the task's data. */
  readonly data?: string;
  readonly arms: readonly TrainedArm[];
  readonly train: Omit<TrainOptions, "arm">;
  /** Deviations of drives from which `constant-noise` takes that which validates best on noisy twins. */
  readonly constantNoise: readonly number[];
  readonly cascade: LoopCascade;
  /** Random networks from which a training chooses its start: the best once their readout is fitted. */
  readonly starts: number;
  /** Random networks whose readout alone is fitted, on the device. */
  readonly reservoirs: number;
  /** Times that the test part is run on a device. */
  readonly runs: number;
}

/** Name of the folder of one trained network within a run folder. */
export function networkFolder(plan: LoopPlan, arm: string, seed: number): string {
  return plan.networkSeeds.length > 1 ? `network-${arm}-seed-${seed}` : `network-${arm}`;
}
