// The sampling floor of an error: what two samples of the same device would score.
import {
  createGenerator,
  fault,
  type HostArray,
  mean,
  permutation,
  quantile,
  type Stream,
} from "../base/index.ts";
import { checkRepeats } from "./noise-statistics.ts";
import { checkScale, errorsInScales, type ReferenceErrors } from "./reference-errors.ts";

/** A random division of repeats into two halves. */
export interface HalfSplit {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** For how many repeats, and how precisely, a floor is wanted. */
export interface FloorOptions {
  /** Device repeats of the comparison whose floor this is. */
  readonly repeatsDevice: number;
  /** Twin realisations of that comparison. */
  readonly repeatsTwin: number;
  /** Random half-splits that are averaged (default 20, the least allowed). */
  readonly splits?: number;
  readonly stream: Stream;
  /** Per observable, as for the error (default ones). */
  readonly scale?: ArrayLike<number>;
}

/** What errors between two samples of the same device look like, at the counts of a comparison. */
export interface Floor {
  /** Their mean: the sampling floor. */
  readonly floor: number;
  /** Their 95 % quantile over the half-splits: one in twenty samples of the device scores more. */
  readonly high: number;
}

/** Repeats of both sides of a comparison. */
export type RepeatCounts = Pick<FloorOptions, "repeatsDevice" | "repeatsTwin">;

/** Fewest half-splits whose average is a floor. */
export const FEWEST_SPLITS = 20;

/**
 * Floors of the reference's three errors, from repeats that no fit has seen.
 *
 * Errors between the halves of random half-splits, averaged, then scaled to the counts of the
 * comparison: mean and std by sqrt[(1/R_device + 1/R_twin) / (4/R_split)], autocov by the same ratio
 * without the root. All sequences are split alike, as one measuring day is.
 *
 * @param device   [sequences, repeats, time, observables]; at least 4 repeats (R_split).
 * @param options  `repeatsDevice`, `repeatsTwin`, `stream`; `splits` (default 20); `scale`.
 * @throws         `shape-mismatch`, `not-finite`, `out-of-range`.
 */
export function samplingFloor(device: HostArray, options: FloorOptions): ReferenceErrors {
  const [, repeats, , observables] = device.shape;
  checkRepeats("samplingFloor", "device", device, 4);
  const scale = options.scale ?? new Float64Array(observables).fill(1);
  checkScale("samplingFloor", scale, observables);
  const splits = halfSplits(repeats, options.splits ?? FEWEST_SPLITS, options.stream);
  const floors = floorsInScales(device, splits, [scale], options)[0];
  return { mean: floors.mean.floor, std: floors.std.floor, autocov: floors.autocov.floor };
}

/**
 * Random half-splits of repeats.
 *
 * @param repeats  R_split; where it is odd the second half has one more.
 * @throws         `out-of-range` for fewer than 20 splits.
 */
export function halfSplits(repeats: number, splits: number, stream: Stream): HalfSplit[] {
  if (!(Number.isInteger(splits) && splits >= FEWEST_SPLITS)) {
    throw fault("out-of-range", {
      where: "samplingFloor",
      what: "a floor needs the average of many half-splits",
      got: `${splits} splits`,
      expected: `a whole number, at least ${FEWEST_SPLITS}`,
      fix: `Leave splits out for ${FEWEST_SPLITS}`,
    });
  }
  const generator = createGenerator(stream);
  const half = Math.floor(repeats / 2);
  return Array.from({ length: splits }, () => {
    const order = permutation(generator, repeats);
    // Sums run in the order of the axis, so that a split does not depend on how it was drawn.
    return { first: order.slice(0, half).sort(), second: order.slice(half).sort() };
  });
}

/** Floors of the three errors in several units at once; nothing is checked. */
export function floorsInScales(
  device: HostArray,
  splits: readonly HalfSplit[],
  scales: readonly ArrayLike<number>[],
  counts: RepeatCounts,
): { readonly [E in keyof ReferenceErrors]: Floor }[] {
  const ratio = countRatio(splits[0], counts);
  const errors = splits.map((split) => errorsInScales(device, device, scales, split));
  return scales.map((_, i) => {
    const floor = (key: keyof ReferenceErrors, factor: number): Floor =>
      summarise(errors.map((ofSplit) => ofSplit[i][key] * factor));
    return {
      mean: floor("mean", Math.sqrt(ratio)),
      std: floor("std", Math.sqrt(ratio)),
      autocov: floor("autocov", ratio),
    };
  });
}

/**
 * Floor of any other error that grows as the standard error does, by the same half-splits.
 *
 * @param measure  The error between two halves of the device's repeats.
 */
export function floorOf(
  splits: readonly HalfSplit[],
  counts: RepeatCounts,
  measure: (split: HalfSplit, index: number) => number,
): Floor {
  const factor = Math.sqrt(countRatio(splits[0], counts));
  return summarise(splits.map((split, i) => measure(split, i) * factor));
}

const summarise = (errors: readonly number[]): Floor => ({
  floor: mean(errors),
  high: quantile(errors, 0.95),
});

// (1/R_device + 1/R_twin) / (4/R_split); 1/h1 + 1/h2 is 4/R_split where the halves are equal.
function countRatio(split: HalfSplit, { repeatsDevice, repeatsTwin }: RepeatCounts): number {
  return (1 / repeatsDevice + 1 / repeatsTwin) / (1 / split.first.length + 1 / split.second.length);
}
