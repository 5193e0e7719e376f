import {
  createArray,
  type HostArray,
  type Interval,
  mean,
  meanInterval,
  twoWayInterval,
} from "../base/index.ts";

/** Scores of one arm of an experiment. */
export interface ArmScores {
  readonly arm: string;
  /** [seeds, devices], each the mean over runs; the same seeds and devices in every arm. */
  readonly cells: HostArray;
}

/** An arm over all seeds and devices. */
export interface ArmSummary {
  readonly arm: string;
  /** Infinite where nothing varies that would tell its spread. */
  readonly score: Interval;
  /** This arm minus the first, seed by seed and device by device; left out for the first. */
  readonly difference?: Interval;
}

/**
 * Means over seeds and devices with 95 % intervals, and paired differences from the first arm.
 *
 * Both are random effects: the interval is {@link twoWayInterval}'s, or Student's over whichever of
 * the two varies. Runs of a cell are not counted as if they were independent.
 */
export function summariseArms(arms: readonly ArmScores[]): readonly ArmSummary[] {
  return arms.map(({ arm, cells }, i) => {
    const score = intervalOfCells(cells);
    if (i === 0) return { arm, score };
    const first = arms[0].cells.data;
    const differences = cells.data.map((value, at) => value - first[at]);
    return { arm, score, difference: intervalOfCells(createArray(cells.shape, differences)) };
  });
}

/**
 * The interval of a mean over cells [seeds, devices].
 *
 * @throws  As `twoWayInterval` for cells of another shape.
 */
export function intervalOfCells(cells: HostArray): Interval {
  const [seeds, devices] = cells.shape;
  if (seeds === 1 && devices === 1) {
    return { mean: mean(cells.data), low: -Infinity, high: Infinity, n: 1 };
  }
  return Math.min(seeds, devices) === 1 ? meanInterval(cells.data) : twoWayInterval(cells);
}
