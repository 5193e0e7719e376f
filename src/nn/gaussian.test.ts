import { describe, expect, it } from "vitest";
import { createArray, factorCholesky, solveCholesky } from "../base/index.ts";
import {
  add,
  addAll,
  affine,
  batchedMatmul,
  concat,
  constant,
  exp,
  interpret,
  literal,
  matmul,
  meanAll,
  mul,
  type Node,
  parameter,
  reshape,
  scan,
  sigmoid,
  sub,
} from "../engine/index.ts";
import {
  compiledError,
  derivativeError,
  draw,
  drawValues,
  parametersOf,
  type Values,
} from "./agreement.test-support.ts";
import {
  conditionGaussian,
  diagonalEach,
  type JointGaussian,
  outerProduct,
  symmetricPart,
  transposeEach,
} from "./index.ts";

describe("matrices of rows", () => {
  const run = (value: Node, values: Record<string, readonly number[]>) =>
    Array.from(interpret([value], { values })[0]);
  const a = parameter("a", [2, 6]);
  const values = { a: [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60] };

  it("are transposed, multiplied out and made diagonal, row by row", () => {
    expect(run(transposeEach(a, 2, 3), values)).toEqual([1, 4, 2, 5, 3, 6, 10, 40, 20, 50, 30, 60]);
    const [u, v] = [parameter("u", [1, 2]), parameter("v", [1, 3])];
    expect(run(outerProduct(u, v), { u: [2, 3], v: [1, 10, 100] })).toEqual([
      2, 20, 200, 3, 30, 300,
    ]);
    expect(run(diagonalEach(v), { v: [1, 2, 3] })).toEqual([1, 0, 0, 0, 2, 0, 0, 0, 3]);
    const square = parameter("s", [1, 4]);
    expect(run(symmetricPart(square, 2), { s: [1, 2, 4, 8] })).toEqual([1, 3, 3, 8]);
  });
});

const shapesOf = (rows: number, n: number, k: number): [number, number][] => [
  [rows, (n + k) ** 2],
  [rows, n],
  [rows, k],
];

/** A joint law with covariance A A^T + I/2: positive definite whatever A is. */
function jointOf([a, mean, innovation]: readonly Node[], n: number, k: number): JointGaussian {
  const size = n + k;
  const rows = a.shape[0];
  const half = diagonalEach(affine(parameter("ones", [rows, size]), 0.5));
  const whole = add(batchedMatmul(a, a, { m: size, n: size, k: size }, "nt"), half);
  const block = (from: number, count: number, width: number, start: number): Node =>
    matmul(whole, literal([size * size, count * width], picked(size, from, count, start, width)));
  return {
    mean,
    covariance: block(0, n, n, 0),
    cross: block(n, k, n, 0),
    observed: block(n, k, k, n),
    innovation,
  };
}

/** Selects rows from .. and columns start .. of a matrix [size, size]. */
function picked(size: number, from: number, count: number, start: number, width: number) {
  const matrix = new Float64Array(size * size * count * width);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) {
      matrix[((from + i) * size + start + j) * count * width + i * width + j] = 1;
    }
  }
  return matrix;
}

describe.each([
  [3, 1],
  [3, 2],
  [1, 3],
  [5, 4],
])("conditionGaussian of %i hidden on %i observed", (n, k) => {
  const rows = 3;
  const shapes = shapesOf(rows, n, k);
  const sources = parametersOf(shapes);
  const joint = jointOf(sources, n, k);
  const result = conditionGaussian(joint);
  const values: Values = { ...drawValues(shapes), ones: new Float64Array(rows * (n + k)).fill(1) };
  const parts = [result.mean, result.covariance, result.logDeterminant, result.squaredDistance];

  it("agrees with a dense solution to 1e-10", () => {
    const given = [joint.covariance, joint.cross, joint.observed];
    const [P, C, S, ...got] = interpret([...given, ...parts], { values });
    for (let row = 0; row < rows; row++) {
      const cross = C.slice(row * k * n, (row + 1) * k * n);
      const e = values.p2.slice(row * k, (row + 1) * k);
      const factor = factorCholesky(createArray([k, k], S.slice(row * k * k, (row + 1) * k * k)));
      const gain = solveCholesky(factor, createArray([k, n], cross)).data;
      const solved = solveCholesky(factor, createArray([k, 1], e)).data;
      const sum = (f: (i: number) => number) =>
        Array.from({ length: k }, (_, i) => f(i)).reduce((x, y) => x + y, 0);
      for (let i = 0; i < n; i++) {
        const mean = values.p1[row * n + i] + sum((l) => gain[l * n + i] * e[l]);
        expect(got[0][row * n + i]).toBeCloseTo(mean, 10);
        for (let j = 0; j < n; j++) {
          const at = row * n * n + i * n + j;
          const covariance = P[at] - sum((l) => gain[l * n + i] * cross[l * n + j]);
          expect(got[1][at]).toBeCloseTo(covariance, 10);
        }
      }
      expect(got[2][row]).toBeCloseTo(
        sum((i) => 2 * Math.log(factor.data[i * k + i])),
        10,
      );
      expect(got[3][row]).toBeCloseTo(
        sum((i) => e[i] * solved[i]),
        10,
      );
    }
  });

  it("has derivatives within 1e-6 of central differences", () => {
    const all = concat(parts);
    expect(derivativeError(all, sources, values)).toBeLessThan(1e-6);
  });
});

it("parts that do not fit are refused", () => {
  const [mean, wrong] = [parameter("m", [2, 3]), parameter("w", [2, 4])];
  const joint = { mean, covariance: wrong, cross: wrong, observed: wrong, innovation: mean };
  expect(() => conditionGaussian(joint)).toThrowErrorMatchingInlineSnapshot(
    `[Fault: conditionGaussian: the covariances do not fit 3 hidden and 3 observed variables. Got 4, 4, 4 columns (covariance, cross, observed), expected 9, 9, 9 columns. Lay out the matrix of each row row-major in its columns.]`,
  );
});

// The likelihood of METHOD 2.1's map given measured paths, F and G as numbers:
//   r_t = W^T a_t + V^T D_t xi_t + g_t zeta_t,    a_{t+1} = rho a_t + D_t xi_t
// Parameters: W, V [n, k]; rho = sigmoid(p2) [1, n]; D = exp(p3), g = exp(p4); r = p5.
const [steps, rows, n, k] = [5, 2, 3, 2];
const filterShapes: [number, number][] = [
  [n, k],
  [n, k],
  [1, n],
  [steps * rows, n],
  [steps * rows, k],
  [steps * rows, k],
];

/** -log p(r) per row, constants left out, summed over time, averaged over rows. */
function kalmanLoss([W, V, logits, logD, logG, r]: readonly Node[]): Node {
  const rho = sigmoid(logits);
  const rhoSquare = outerProduct(rho, rho);
  const flat = (x: Node) => reshape(x, [1, n * k]);
  const walked = scan(
    {
      steps,
      carry: [constant(0, [rows, n]), diagonalEach(constant(1, [rows, n]))],
      sequences: [exp(affine(logD, 2)), exp(affine(logG, 2)), r],
    },
    ([m, P], [D, R, seen]) => {
      const loaded = batchedMatmul(P, flat(W), { m: n, n: k, k: n });
      const pushed = batchedMatmul(diagonalEach(D), flat(V), { m: n, n: k, k: n });
      const observed = addAll([
        batchedMatmul(flat(W), loaded, { m: k, n: k, k: n }, "tn"),
        batchedMatmul(flat(V), pushed, { m: k, n: k, k: n }, "tn"),
        diagonalEach(R),
      ]);
      const decayed = mul(loaded, reshape(rhoColumns(rho), [1, n * k]));
      const result = conditionGaussian({
        mean: mul(m, rho),
        covariance: add(mul(P, rhoSquare), diagonalEach(D)),
        cross: transposeEach(add(decayed, pushed), n, k),
        observed,
        innovation: sub(seen, matmul(m, W)),
      });
      const loss = add(result.logDeterminant, result.squaredDistance);
      return { carry: [result.mean, result.covariance], outputs: [loss] };
    },
  );
  return affine(meanAll(walked.outputs[0]), steps / 2);
}

/** rho repeated for every observed column, [n, k]. */
const rhoColumns = (rho: Node): Node => matmul(rho, constant(1, [1, k]), "tn");

/** The same number from the dense covariance of all r of a row, in plain numbers. */
function denseLoss(values: Values): number {
  const { p0: W, p1: V, p2, p3, p4, p5 } = values;
  const rho = p2.map((x) => 1 / (1 + Math.exp(-x)));
  const sources = n + steps * (n + k);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    // r as a linear map of independent unit normals: a_0, then xi_t and zeta_t of every step.
    const map = new Float64Array(steps * k * sources);
    const a = Array.from({ length: n }, (_, i) => new Float64Array(sources).fill(1, i, i + 1));
    for (let t = 0; t < steps; t++) {
      const at = n + t * (n + k);
      const D = Array.from({ length: n }, (_, i) => Math.exp(p3[(t * rows + row) * n + i]));
      for (let j = 0; j < k; j++) {
        const out = map.subarray((t * k + j) * sources, (t * k + j + 1) * sources);
        a.forEach((loads, i) => {
          for (let s = 0; s < sources; s++) out[s] += W[i * k + j] * loads[s];
          out[at + i] += V[i * k + j] * D[i];
        });
        out[at + n + j] += Math.exp(p4[(t * rows + row) * k + j]);
      }
      a.forEach((loads, i) => {
        for (let s = 0; s < sources; s++) loads[s] *= rho[i];
        loads[at + i] += D[i];
      });
    }
    total += densityOf(map, sources, (i) => p5[(Math.floor(i / k) * rows + row) * k + (i % k)]);
  }
  return total / rows;
}

/** (log det + distance) / 2 of numbers with covariance map map^T. */
function densityOf(map: Float64Array, sources: number, seen: (i: number) => number): number {
  const size = map.length / sources;
  const covariance = createArray([size, size]);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      for (let s = 0; s < sources; s++) {
        covariance.data[i * size + j] += map[i * sources + s] * map[j * sources + s];
      }
    }
  }
  const factor = factorCholesky(covariance);
  const r = Float64Array.from({ length: size }, (_, i) => seen(i));
  const solved = solveCholesky(factor, createArray([size, 1], r)).data;
  return r.reduce(
    (sum, x, i) => sum + Math.log(factor.data[i * size + i]) + (x * solved[i]) / 2,
    0,
  );
}

describe("a Kalman likelihood built of these", () => {
  const sources = parametersOf(filterShapes);
  const values: Values = { ...drawValues(filterShapes, 0.5), p5: draw(steps * rows * k, 77) };
  const loss = kalmanLoss(sources);

  it("is the density of the whole path to 1e-10", () => {
    expect(interpret([loss], { values })[0][0]).toBeCloseTo(denseLoss(values), 10);
  });

  it("has derivatives within 1e-6 of central differences", () => {
    expect(derivativeError(loss, sources, values)).toBeLessThan(1e-6);
  });

  it("agrees compiled with float64 to 5e-6, derivatives included", async () => {
    expect(await compiledError(loss, sources, values)).toBeLessThan(5e-6);
  });
});
