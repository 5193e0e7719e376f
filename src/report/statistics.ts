// The few statistics that figures draw. Unlike those of base, they leave out values that are not
// finite and are NaN of nothing: a figure shows a gap where a report would otherwise fail.

import { mean as baseMean, standardDeviation as baseStandardDeviation } from "../base/index.ts";

const finite = (values: ArrayLike<number>): number[] =>
  Array.from(values).filter((value) => Number.isFinite(value));

/** A number, or NaN where it is infinite: NaN is a gap, infinity would reach the drawing. */
export function toFinite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

/** The mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  const kept = finite(values);
  return kept.length === 0 ? Number.NaN : baseMean(kept);
}

/** The standard deviation with ddof 1; NaN of fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  const kept = finite(values);
  return kept.length < 2 ? Number.NaN : baseStandardDeviation(kept);
}

/**
 * Quantiles, linear between order statistics (NumPy's default, Hyndman and Fan's type 7).
 *
 * @param values         In any order.
 * @param probabilities  Each in [0, 1].
 * @returns              One quantile per probability; NaN of nothing.
 */
export function quantiles(values: ArrayLike<number>, probabilities: readonly number[]): number[] {
  const sorted = finite(values).sort((a, b) => a - b);
  if (sorted.length === 0) return probabilities.map(() => Number.NaN);
  return probabilities.map((probability) => {
    const position = probability * (sorted.length - 1);
    const below = Math.floor(position);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  });
}

/** Smallest and largest finite value of several arrays, or undefined where there is none. */
export function extent(
  ...arrays: readonly ArrayLike<number>[]
): readonly [number, number] | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : undefined;
}

/** Shares of values in equal bins. */
export interface Histogram {
  /** Bin edges, one more than bins. */
  readonly edges: readonly number[];
  /** Share of the finite values in each bin; values outside the range are in none. */
  readonly shares: readonly number[];
}

/** Count values into `bins` equal bins between two levels; the last bin holds its upper edge. */
export function histogram(
  values: ArrayLike<number>,
  range: readonly [number, number],
  bins: number,
): Histogram {
  const [low, high] = range;
  const counts = new Array<number>(bins).fill(0);
  const kept = finite(values);
  for (const value of kept) {
    if (value < low || value > high) continue;
    counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]++;
  }
  return {
    edges: Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins),
    shares: counts.map((count) => count / Math.max(1, kept.length)),
  };
}
