import { createArray, solveRidge } from "../base/index.ts";

/** Options of {@link leastSquares}. */
export interface LeastSquaresOptions {
  /** No negative coefficients. */
  readonly atLeastZero: boolean;
}

/**
 * Coefficients of a few columns whose sum comes closest to a target.
 *
 * Columns of zeros get 0. With `atLeastZero` every set of columns is tried, which is exact and quick
 * enough for the handful that it is meant for.
 *
 * @param columns  Each as long as the target; at most a handful.
 */
export function leastSquares(
  columns: readonly Float64Array[],
  target: Float64Array,
  { atLeastZero }: LeastSquaresOptions,
): number[] {
  const usable = columns.flatMap((column, i) => (column.some((value) => value !== 0) ? [i] : []));
  let best = { sizes: columns.map(() => 0), error: Number.POSITIVE_INFINITY };
  const sets = atLeastZero ? subsets(usable) : [usable];
  for (const set of sets) {
    const sizes = columns.map(() => 0);
    solve(
      set.map((i) => columns[i]),
      target,
    ).forEach((size, k) => {
      sizes[set[k]] = size;
    });
    if (atLeastZero && sizes.some((size) => size < 0)) continue;
    const error = residual(columns, sizes, target);
    if (error < best.error) best = { sizes, error };
  }
  return best.sizes;
}

function subsets(items: readonly number[]): number[][] {
  return Array.from({ length: 2 ** items.length }, (_, bits) =>
    items.filter((__, i) => (bits >> i) % 2 === 1),
  );
}

/** Shares a size evenly between columns that are alike; too small to move any other. */
const RIDGE = 1e-10;

function solve(columns: readonly Float64Array[], target: Float64Array): readonly number[] {
  const [rows, count] = [target.length, columns.length];
  if (count === 0) return [];
  const x = createArray([rows, count]);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < count; k++) x.data[i * count + k] = columns[k][i];
  }
  const options = { ridge: RIDGE, intercept: false };
  return [...solveRidge(x, createArray([rows, 1], target), options).weights.data];
}

function residual(
  columns: readonly Float64Array[],
  sizes: readonly number[],
  target: Float64Array,
): number {
  let sum = 0;
  for (let i = 0; i < target.length; i++) {
    const fit = columns.reduce((total, column, k) => total + sizes[k] * column[i], 0);
    sum += (target[i] - fit) ** 2;
  }
  return sum;
}
