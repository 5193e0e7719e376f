// Covariance matrices as few shared patterns and a diagonal.
import { createArray, eigenSymmetric, type HostArray } from "../base/index.ts";

/** A covariance as B^T B + diag(own^2). */
export interface LowRank {
  /** B, [rank, observables]. */
  readonly pattern: HostArray;
  /** Standard deviations of what each observable has to itself, [observables]. */
  readonly own: Float64Array;
}

const rounds = 30;
/** A diagonal part below this share of the variance makes patterns of rank and rounding. */
const smallestShare = 1e-3;

/**
 * Principal axes of a covariance, its diagonal part taken off: factor analysis.
 *
 * The diagonal part and the patterns are found in turn, from half of the variance on; where the
 * patterns explain more than there is, the diagonal keeps a thousandth of the variance.
 *
 * @param covariance  [observables, observables]; negative directions are left out.
 * @param rank        Of B; 0 keeps the diagonal alone.
 * @source            Harman, Modern Factor Analysis, 3rd edition, chapter 8 (principal factors,
 *                    communalities refined).
 */
export function lowRankOf(covariance: HostArray, rank: number): LowRank {
  const n = covariance.shape[0];
  const variance = Float64Array.from({ length: n }, (_, i) =>
    Math.max(0, covariance.data[i * (n + 1)]),
  );
  let unique = variance.map((value) => (rank > 0 ? value / 2 : value));
  let pattern = createArray([rank, n]);
  for (let round = 0; rank > 0 && round < rounds; round++) {
    const common = createArray([n, n], Float64Array.from(covariance.data));
    for (let i = 0; i < n; i++) common.data[i * (n + 1)] -= unique[i];
    pattern = patternsOf(common, rank);
    unique = variance.map((value, i) => {
      let explained = 0;
      for (let k = 0; k < rank; k++) explained += pattern.data[k * n + i] ** 2;
      return Math.max(value - explained, smallestShare * value);
    });
  }
  return { pattern, own: unique.map(Math.sqrt) };
}

/** The largest principal axes, each times the root of its variance, [rank, n]. */
export function patternsOf(covariance: HostArray, rank: number): HostArray {
  const n = covariance.shape[0];
  const { values, vectors } = eigenSymmetric(covariance);
  const pattern = createArray([rank, n]);
  for (let k = 0; k < rank; k++) {
    const sd = Math.sqrt(Math.max(0, values[k]));
    for (let i = 0; i < n; i++) pattern.data[k * n + i] = sd * vectors.data[k * n + i];
  }
  return pattern;
}
