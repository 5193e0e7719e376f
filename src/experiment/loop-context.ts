import type { CascadeKeeper, CascadeStage } from "../deploy/index.ts";
import type { KernelModule } from "../engine/index.ts";
import type { Network, ScoreSummary, TrainContext, TrainProgress } from "../network/index.ts";
import type { Spent } from "./ledger.ts";
import type { TrainedArm } from "./loop-plan.ts";
import type { VerbContext } from "./verb.ts";

/** One training of one arm. */
export interface TrainedNetwork {
  readonly arm: TrainedArm;
  readonly seed: number;
  readonly network: Network;
  readonly history: readonly TrainProgress[];
  readonly iterations: number;
  /** Score on the training part, twin noise on: beside the test score it shows overfitting. */
  readonly training: ScoreSummary;
  /** Of a cascade and its control, stage by stage. */
  readonly stages?: readonly CascadeStage[];
}

/** What the stages of a loop share. */
export interface LoopContext extends VerbContext {
  readonly kernels: KernelModule;
  /** Told of every report of fit and training, for metrics.jsonl. */
  readonly onMetrics?: (row: Readonly<Record<string, unknown>>) => void;
  /** Told what each part has taken when it ends, for the ledger. */
  readonly onSpent?: (name: string, spent: Spent) => void | Promise<void>;
  /** Where a trained network is kept, and found again when a run goes on. */
  readonly networkKeeper?: (arm: TrainedArm, seed: number) => NetworkKeeper;
  /** Where a training keeps its checkpoints until then. */
  readonly trainingKeeper?: (arm: TrainedArm, seed: number) => TrainingKeeper;
  /** Where a cascade keeps what it has measured and trained. */
  readonly cascadeKeeper?: (arm: TrainedArm, seed: number) => CascadeKeeper;
}

/** Keeps how far the trainings of one network have come. */
export interface TrainingKeeper {
  /** The checkpoint of a training of this name, if there is one, and who keeps the next. */
  readonly open: (name: string) => Promise<Pick<TrainContext, "checkpoint" | "onCheckpoint">>;
  /** Forget them, once the network is kept. */
  readonly close: () => Promise<void>;
}

/** Keeps one trained network. */
export interface NetworkKeeper {
  readonly read: () => Promise<TrainedNetwork | undefined>;
  readonly keep: (trained: TrainedNetwork) => Promise<void>;
}
