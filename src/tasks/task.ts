import type { HostArray } from "../base/index.ts";

/** One input sequence and what should be said of it. */
export interface TaskSequence {
  /** [time, inputs] */
  readonly input: HostArray;
  /** Regression: [time, outputs]. */
  readonly target?: HostArray;
  /** Classification: one class per time step, or a single one for the whole sequence. */
  readonly labels?: Int32Array;
}

/** How a task is scored; the name says how the score is normalised. */
export type ScoreName = "accuracy" | "nrmseBySd" | "memoryCapacity" | "informationCapacity";

/** A benchmark with its constants, split and score fixed by its name. */
export interface Task {
  readonly name: string;
  /** Which split the sequences belong to: "reservoir", "bptt", "official", ... */
  readonly split: string;
  readonly kind: "regression" | "classification";
  /** Whether every time step is scored, or the sequence once. */
  readonly scored: "each-step" | "sequence";
  readonly inputs: number;
  /** Numbers to predict per step, or classes. */
  readonly outputs: number;
  readonly score: ScoreName;
  /** Steps after which a target is known, which is when persistence may repeat it (default 1). */
  readonly horizon?: number;
  /** Initial steps of every sequence that are not scored. */
  readonly warmUp: number;
  /** Sequences may differ in length. */
  readonly train: readonly TaskSequence[];
  /** Taken from the training split; choices are made on it. */
  readonly validation: readonly TaskSequence[];
  /** Read once, at the end. */
  readonly test: readonly TaskSequence[];
}
