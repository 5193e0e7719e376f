// Which run is measured when: parts follow one another, within a part as its order says.
import { type Generator, permutation } from "../base/index.ts";
import type { PlannedPart, RecordingPlan, ResetPolicy } from "./plan.ts";

/** A run's place in a plan. */
export interface PlannedRun {
  /** Number of the run over all parts, from 0, in the order in which runs are measured. */
  readonly run: number;
  readonly part: PlannedPart;
  readonly sequence: number;
  readonly repeat: number;
  /** Position in the order of acquisition of its part. */
  readonly turn: number;
}

/** Runs of a part. */
export function runsOf({ drive, repeats }: PlannedPart): number {
  return drive.shape[0] * repeats;
}

/** Runs of a whole plan. */
export function countRuns({ parts }: RecordingPlan): number {
  return parts.reduce((sum, part) => sum + runsOf(part), 0);
}

/** Every run of a plan from number `from` on. */
export function* runsFrom(plan: RecordingPlan, from = 0): IterableIterator<PlannedRun> {
  let first = 0;
  for (const part of plan.parts) {
    const count = runsOf(part);
    const sequences = part.drive.shape[0];
    for (let turn = Math.max(0, from - first); turn < count; turn++) {
      const row = part.order?.[turn];
      const sequence = row === undefined ? turn % sequences : Math.floor(row / part.repeats);
      const repeat = row === undefined ? Math.floor(turn / sequences) : row % part.repeats;
      yield { run: first + turn, part, sequence, repeat, turn };
    }
    first += count;
  }
}

/** Whether a device is reset before a run. */
export function isReset(policy: ResetPolicy, run: number): boolean {
  if (typeof policy === "number") return run % policy === 0;
  return policy === "before-every";
}

/** The last run, not after `run`, that starts from a known state: at a reset, or as the first. */
export function lastStart(policy: ResetPolicy, run: number): number {
  let start = run;
  while (start > 0 && !isReset(policy, start)) start--;
  return start;
}

/**
 * Every sequence once in a random order, then all again in another, and so on: slow change of the
 * device then hits all sequences alike.
 *
 * @returns  As {@link PlannedPart.order}.
 */
export function shuffleRounds(
  sequences: number,
  repeats: number,
  generator: Generator,
): Int32Array {
  const order = new Int32Array(sequences * repeats);
  for (let repeat = 0; repeat < repeats; repeat++) {
    permutation(generator, sequences).forEach((sequence, i) => {
      order[repeat * sequences + i] = sequence * repeats + repeat;
    });
  }
  return order;
}
