import { createArray, formatShape, type HostArray } from "./array.ts";
import { fault } from "./fault.ts";

/** A linear map with an offset: y = x W + c. */
export interface LinearMap {
  /** [features, outputs] */
  readonly weights: HostArray;
  /** [outputs]; zeros if the map was fitted without one. */
  readonly intercept: HostArray;
}

/** How {@link solveRidge} penalises and centres. */
export interface RidgeOptions {
  /** lambda in |y - x W - c|^2 + lambda |W|^2, sums over samples: not divided by their number. */
  readonly ridge: number;
  /** Whether to fit c, which is never penalised. Default true. */
  readonly intercept?: boolean;
}

/** A pivot below this share of its diagonal element is rounding error, not information. */
const PIVOT_FLOOR = 1e-14;

/**
 * Factor a symmetric positive definite matrix A = L L^T.
 *
 * @param matrix  [n, n]; only the lower half is read; not changed.
 * @returns       L [n, n], zeros above the diagonal.
 * @throws        `shape-mismatch` if not square; `bad-value` if not positive definite.
 */
export function factorCholesky(matrix: HostArray): HostArray {
  const n = matrix.shape[0];
  if (matrix.shape.length !== 2 || matrix.shape[1] !== n) {
    throw fault("shape-mismatch", {
      where: "factorCholesky",
      what: "the matrix is not square",
      got: formatShape(matrix.shape),
      expected: "[n, n]",
      fix: "Pass a symmetric matrix",
    });
  }
  const factor = new Float64Array(n * n);
  const a = matrix.data;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const sum = a[i * n + j] - dot(factor, i * n, j * n, j);
      factor[i * n + j] = sum / factor[j * n + j];
    }
    const pivot = a[i * n + i] - dot(factor, i * n, i * n, i);
    if (!(pivot > PIVOT_FLOOR * a[i * n + i])) throw notDefinite(i, pivot, a[i * n + i]);
    factor[i * n + i] = Math.sqrt(pivot);
  }
  return { shape: [n, n], data: factor };
}

/**
 * Solve A X = B with A = L L^T.
 *
 * @param factor  L [n, n] of {@link factorCholesky}.
 * @param right   B [n, columns]; not changed.
 * @returns       X [n, columns].
 * @throws        `shape-mismatch` if the row counts differ.
 */
export function solveCholesky(factor: HostArray, right: HostArray): HostArray {
  const n = factor.shape[0];
  const [rows, columns] = right.shape;
  if (right.shape.length !== 2 || rows !== n) {
    throw fault("shape-mismatch", {
      where: "solveCholesky",
      what: "the right-hand side does not match the factor",
      got: formatShape(right.shape),
      expected: `[${n}, columns]`,
      fix: "Give one row for each row of the matrix",
    });
  }
  const l = factor.data;
  const x = Float64Array.from(right.data);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) addScaledRow(x, i, j, -l[i * n + j], columns);
    scaleRow(x, i, 1 / l[i * n + i], columns);
  }
  for (let i = n - 1; i >= 0; i--) {
    scaleRow(x, i, 1 / l[i * n + i], columns);
    for (let j = 0; j < i; j++) addScaledRow(x, j, i, -l[i * n + j], columns);
  }
  return { shape: [n, columns], data: x };
}

/**
 * Ridge regression: the W and c that minimise |y - x W - c|^2 + ridge |W|^2.
 *
 * Columns are centred first, so that c is free of the penalty. The penalty stands beside the *sum*
 * of squares: to keep its strength with twice the samples, double it.
 *
 * @param x        [samples, features]
 * @param y        [samples, outputs]
 * @param options  `ridge` >= 0, squared units of x; `intercept` (default true).
 * @throws         `shape-mismatch`; `bad-value` for a negative ridge, or if ridge is 0 and columns
 *                 of x depend on each other.
 * @source         Hoerl and Kennard 1970, Technometrics 12:55.
 */
export function solveRidge(x: HostArray, y: HostArray, options: RidgeOptions): LinearMap {
  checkRidge(x, y, options.ridge);
  const [samples, features] = x.shape;
  const outputs = y.shape[1];
  const centre = options.intercept ?? true;
  const xMean = centre ? columnMeans(x) : new Float64Array(features);
  const yMean = centre ? columnMeans(y) : new Float64Array(outputs);
  // Features, then outputs, as rows: one triangle of products holds both x^T x and x^T y.
  const rows = new Float64Array((features + outputs) * samples);
  centredRows(x, xMean, rows, 0);
  centredRows(y, yMean, rows, features * samples);
  const gram = createArray([features, features]);
  const moment = createArray([features, outputs]);
  accumulateProducts(rows, samples, features, outputs, gram.data, moment.data);
  for (let i = 0; i < features; i++) gram.data[i * features + i] += options.ridge;
  const weights = solveCholesky(factorCholesky(gram), moment);
  const intercept = Float64Array.from(yMean);
  for (let i = 0; i < features; i++) {
    for (let j = 0; j < outputs; j++) intercept[j] -= xMean[i] * weights.data[i * outputs + j];
  }
  return { weights, intercept: { shape: [outputs], data: intercept } };
}

/**
 * Apply a linear map: x W + c.
 *
 * @param map  `weights` [features, outputs], `intercept` [outputs].
 * @param x    [samples, features]
 * @returns    [samples, outputs]
 * @throws     `shape-mismatch` if the features differ in number.
 */
export function applyLinear(map: LinearMap, x: HostArray): HostArray {
  const [features, outputs] = map.weights.shape;
  const samples = x.shape[0];
  if (x.shape.length !== 2 || x.shape[1] !== features) {
    throw fault("shape-mismatch", {
      where: "applyLinear",
      what: "the samples do not match the map",
      got: `${formatShape(x.shape)} (samples, features)`,
      expected: `[*, ${features}]`,
      fix: "Pass the features on which the map was fitted, in the same order",
    });
  }
  const result = createArray([samples, outputs]);
  for (let s = 0; s < samples; s++) {
    for (let j = 0; j < outputs; j++) result.data[s * outputs + j] = map.intercept.data[j];
    for (let i = 0; i < features; i++) {
      const value = x.data[s * features + i];
      for (let j = 0; j < outputs; j++) {
        result.data[s * outputs + j] += value * map.weights.data[i * outputs + j];
      }
    }
  }
  return result;
}

function checkRidge(x: HostArray, y: HostArray, ridge: number): void {
  if (x.shape.length !== 2 || y.shape.length !== 2 || x.shape[0] !== y.shape[0]) {
    throw fault("shape-mismatch", {
      where: "solveRidge",
      what: "inputs and outputs do not have the same samples",
      got: `x ${formatShape(x.shape)} and y ${formatShape(y.shape)}`,
      expected: "x [samples, features] and y [samples, outputs]",
      fix: "Give one row of y for each row of x",
    });
  }
  if (!(ridge >= 0) || x.shape[0] === 0) {
    throw fault("bad-value", {
      where: "solveRidge",
      what: x.shape[0] === 0 ? "there are no samples" : "the penalty is not a number from 0 up",
      got: x.shape[0] === 0 ? formatShape(x.shape, ["samples", "features"]) : `ridge ${ridge}`,
      expected: "at least one sample and ridge >= 0",
      fix: "Pass samples, and a penalty such as 1e-6",
    });
  }
}

function notDefinite(index: number, pivot: number, diagonal: number): Error {
  return fault("bad-value", {
    where: "factorCholesky",
    what: `the matrix is not positive definite at row ${index}`,
    got: `pivot ${pivot} where the diagonal is ${diagonal}`,
    expected: `a pivot above ${PIVOT_FLOOR} of the diagonal`,
    fix: "Raise the ridge, or drop the column that is constant or that others add up to",
  });
}

function columnMeans(array: HostArray): Float64Array {
  const [samples, columns] = array.shape;
  const means = new Float64Array(columns);
  for (let s = 0; s < samples; s++) {
    for (let j = 0; j < columns; j++) means[j] += array.data[s * columns + j];
  }
  return means.map((sum) => sum / samples);
}

/** Write the transpose of `array` minus its column means into `rows` from `offset`. */
function centredRows(
  array: HostArray,
  means: Float64Array,
  rows: Float64Array,
  offset: number,
): void {
  const [samples, columns] = array.shape;
  for (let s = 0; s < samples; s++) {
    for (let j = 0; j < columns; j++) {
      rows[offset + j * samples + s] = array.data[s * columns + j] - means[j];
    }
  }
}

const TILE_SAMPLES = 512;
const TILE_ROWS = 32;

/** Lower half of x^T x and all of x^T y. Tiles of 32 rows by 512 samples stay in the L2 cache. */
function accumulateProducts(
  rows: Float64Array,
  samples: number,
  features: number,
  outputs: number,
  gram: Float64Array,
  moment: Float64Array,
): void {
  const block = new Float64Array(4);
  const put = (i: number, j: number, value: number): void => {
    if (i >= features + outputs || j >= features) return;
    if (i >= features) moment[j * outputs + i - features] += value;
    else if (j <= i) gram[i * features + j] += value;
  };
  for (let from = 0; from < samples; from += TILE_SAMPLES) {
    const count = Math.min(TILE_SAMPLES, samples - from);
    for (let iTile = 0; iTile < features + outputs; iTile += TILE_ROWS) {
      const iEnd = Math.min(iTile + TILE_ROWS, features + outputs);
      for (let jTile = 0; jTile < Math.min(iEnd, features); jTile += TILE_ROWS) {
        const jEnd = Math.min(jTile + TILE_ROWS, features);
        for (let i = iTile; i < iEnd; i += 2) {
          for (let j = jTile; j < jEnd && j <= i + 1; j += 2) {
            multiplyPairs(rows, samples, features + outputs, i, j, from, count, block);
            put(i, j, block[0]);
            put(i, j + 1, block[1]);
            put(i + 1, j, block[2]);
            put(i + 1, j + 1, block[3]);
          }
        }
      }
    }
  }
}

/** Products of rows (i, i + 1) with rows (j, j + 1); a row past the end repeats its neighbour. */
function multiplyPairs(
  rows: Float64Array,
  stride: number,
  rowCount: number,
  i: number,
  j: number,
  from: number,
  count: number,
  block: Float64Array,
): void {
  let i0 = i * stride + from;
  let i1 = i + 1 < rowCount ? i0 + stride : i0;
  let j0 = j * stride + from;
  let j1 = j + 1 < rowCount ? j0 + stride : j0;
  let [s00, s01, s10, s11] = [0, 0, 0, 0];
  for (let s = 0; s < count; s++) {
    const a = rows[i0++];
    const b = rows[i1++];
    const c = rows[j0++];
    const d = rows[j1++];
    s00 += a * c;
    s01 += a * d;
    s10 += b * c;
    s11 += b * d;
  }
  block[0] = s00;
  block[1] = s01;
  block[2] = s10;
  block[3] = s11;
}

function dot(values: Float64Array, i: number, j: number, count: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 3 < count; k += 4) {
    s0 += values[i + k] * values[j + k];
    s1 += values[i + k + 1] * values[j + k + 1];
    s2 += values[i + k + 2] * values[j + k + 2];
    s3 += values[i + k + 3] * values[j + k + 3];
  }
  for (; k < count; k++) s0 += values[i + k] * values[j + k];
  return s0 + s1 + (s2 + s3);
}

function addScaledRow(
  x: Float64Array,
  to: number,
  from: number,
  scale: number,
  columns: number,
): void {
  for (let c = 0; c < columns; c++) x[to * columns + c] += scale * x[from * columns + c];
}

function scaleRow(x: Float64Array, row: number, scale: number, columns: number): void {
  for (let c = 0; c < columns; c++) x[row * columns + c] *= scale;
}
