import {
  addAll,
  affine,
  concat,
  literal,
  matmul,
  mul,
  type Node,
  reshape,
  sqrt,
  square,
  sumAll,
} from "../engine/index.ts";

/** One term of the loss: an energy score of windows of values or of their changes. */
export interface ScoreTerm {
  /** Steps between the samples of a change; 0 for the values themselves. */
  readonly lag: number;
  /** Neighbouring samples scored together. */
  readonly window: number;
  readonly weight: number;
}

/** Sizes of what is scored. */
export interface ScoreSize {
  readonly steps: number;
  readonly examples: number;
  /** Paths of the twin per example, at least 2. */
  readonly paths: number;
  readonly observables: number;
}

// Energy score of K paths g_k against a measured path y, d the root mean square over the window:
//   (1/K) sum_k d(g_k, y) - (1/2) (2/(K (K-1))) sum_{k<l} d(g_k, g_l)
// Smallest in expectation where g has the law of y. All distances of one example are columns.

/** Keeps the derivative of the root finite where two paths meet. */
const smallest = 1e-10;

/**
 * The weighted sum of energy scores, [1, 1].
 *
 * @param measured  Paths of the twin, [steps * examples * paths, observables], example-major.
 * @param target    Measured paths, [steps * examples, observables].
 * @param scales    Per term, what one unit of each observable is: its values are divided by it.
 * @source          Gneiting and Raftery, J. Am. Stat. Assoc. 102, 359 (2007), section 4.2.
 */
export function energyScore(
  measured: Node,
  target: Node,
  size: ScoreSize,
  terms: readonly (ScoreTerm & { readonly scales: readonly number[] })[],
): Node {
  const { steps, examples, paths, observables } = size;
  const pairs = pairsOf(paths);
  const columns = pairs.length * observables;
  const samples = reshape(measured, [steps * examples, paths * observables]);
  const values = differencesFrom(samples, target, pairs, size);
  const losses = terms.map(({ lag, window, weight, scales }) => {
    const rows = steps - lag;
    const wide = reshape(values, [steps, examples * columns]);
    const changes = lag === 0 ? wide : matmul(literal([rows, steps], lagMatrix(steps, lag)), wide);
    const squares = square(reshape(changes, [rows * examples, columns]));
    const sums = matmul(squares, literal([columns, pairs.length], observableSum(pairs, scales)));
    const perStep = reshape(sums, [rows, examples * pairs.length]);
    const tiles = Math.floor(rows / window);
    const perWindow =
      window === 1 ? perStep : matmul(literal([tiles, rows], tileMatrix(rows, window)), perStep);
    const distances = sqrt(affine(perWindow, 1, smallest));
    const signs = literal([1, examples * pairs.length], signsOf(pairs, paths, examples));
    return affine(sumAll(mul(distances, signs)), weight / (tiles * examples));
  });
  return addAll(losses);
}

/** Columns of path a and b; b is `paths` for the measured path. */
type Pair = readonly [a: number, b: number];

/** Every path with the measured one, then every two paths. */
function pairsOf(paths: number): Pair[] {
  const all = Array.from({ length: paths }, (_, k): Pair => [k, paths]);
  for (let k = 0; k < paths; k++) for (let l = k + 1; l < paths; l++) all.push([k, l]);
  return all;
}

/** g_a - g_b (or y) for every pair, [steps * examples, pairs * observables]. */
function differencesFrom(
  samples: Node,
  target: Node,
  pairs: readonly Pair[],
  { paths, observables }: ScoreSize,
): Node {
  const cols = pairs.length * observables;
  const matrix = new Float64Array((paths + 1) * observables * cols);
  pairs.forEach(([a, b], p) => {
    for (let x = 0; x < observables; x++) {
      matrix[(a * observables + x) * cols + p * observables + x] = 1;
      matrix[(b * observables + x) * cols + p * observables + x] = -1;
    }
  });
  return matmul(concat([samples, target]), literal([(paths + 1) * observables, cols], matrix));
}

/** v(t + lag) - v(t), [steps - lag, steps]. */
function lagMatrix(steps: number, lag: number): Float64Array {
  const matrix = new Float64Array((steps - lag) * steps);
  for (let t = 0; t < steps - lag; t++) {
    matrix[t * steps + t + lag] = 1;
    matrix[t * steps + t] = -1;
  }
  return matrix;
}

/** Mean over neighbouring, disjoint windows, [rows / window, rows]. */
function tileMatrix(rows: number, window: number): Float64Array {
  const tiles = Math.floor(rows / window);
  const matrix = new Float64Array(tiles * rows);
  for (let i = 0; i < tiles; i++)
    matrix.fill(1 / window, i * rows + i * window, i * rows + (i + 1) * window);
  return matrix;
}

/** Mean over observables of squares in units of `scales`, [pairs * observables, pairs]. */
function observableSum(pairs: readonly Pair[], scales: readonly number[]): Float64Array {
  const count = scales.length;
  const matrix = new Float64Array(pairs.length * count * pairs.length);
  pairs.forEach((_, p) => {
    scales.forEach((scale, x) => {
      matrix[(p * count + x) * pairs.length + p] = 1 / (count * scale * scale);
    });
  });
  return matrix;
}

/** Weights of the distances in the score, the same for every example. */
function signsOf(pairs: readonly Pair[], paths: number, examples: number): number[] {
  const signs = pairs.map(([, b]) => (b === paths ? 1 / paths : -1 / (paths * (paths - 1))));
  return Array.from({ length: examples }, () => signs).flat();
}
