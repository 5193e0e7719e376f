import { fault } from "../base/index.ts";
import {
  add,
  affine,
  batchedMatmul,
  constant,
  literal,
  log,
  matmul,
  max,
  mul,
  type Node,
  reciprocal,
  slice,
  sqrt,
  square,
  sub,
} from "../engine/index.ts";

// Small Gaussian laws, one per row; a matrix of a row lies row-major in its columns. Meant for a
// few variables: the observed ones are unrolled into the graph.

/** u v^T of every row: [rows, m] and [rows, n] give [rows, m n]. */
export function outerProduct(u: Node, v: Node): Node {
  return batchedMatmul(u, v, { m: u.shape[1], n: v.shape[1], k: 1 });
}

/** Transpose the matrix [m, n] of every row. */
export function transposeEach(a: Node, m: number, n: number): Node {
  const identity = new Float64Array(m * m);
  for (let i = 0; i < m; i++) identity[i * (m + 1)] = 1;
  return batchedMatmul(a, literal([1, m * m], identity), { m: n, n: m, k: m }, "tn");
}

/** (A + A^T) / 2 of the matrix [n, n] of every row: takes away what rounding made unequal. */
export function symmetricPart(a: Node, n: number): Node {
  return affine(add(a, transposeEach(a, n, n)), 0.5);
}

/** Diagonal matrices: [rows, n] gives [rows, n n]. */
export function diagonalEach(values: Node): Node {
  const n = values.shape[1];
  const place = new Float64Array(n * n * n);
  for (let i = 0; i < n; i++) place[i * n * n + i * (n + 1)] = 1;
  return matmul(values, literal([n, n * n], place));
}

/** A hidden vector a [n] and an observed vector r [k], jointly Gaussian. */
export interface JointGaussian {
  /** E a, [rows, n]. */
  readonly mean: Node;
  /** cov a, [rows, n n]. */
  readonly covariance: Node;
  /** cov(r, a), [rows, k n]. */
  readonly cross: Node;
  /** cov r, [rows, k k]. */
  readonly observed: Node;
  /** What was observed minus E r, [rows, k]. */
  readonly innovation: Node;
}

/** The law of a given r, and what it says of r: log p(r) = -(k log 2 pi + both) / 2. */
export interface Conditioned {
  readonly mean: Node;
  readonly covariance: Node;
  /** log det cov r, [rows, 1]. */
  readonly logDeterminant: Node;
  /** Squared Mahalanobis distance of the innovation, [rows, 1]. */
  readonly squaredDistance: Node;
}

// One observed number r_0 after the other, a column of a Cholesky factor each:
//   s = var r_0,  c = cov(a, r_0) / sqrt s,  d = cov(r, r_0) / sqrt s,  e = innovation / sqrt s
//   E a += c e,  cov a -= c c^T,  cov(r, a) -= d c^T,  cov r -= d d^T,  E r += d e

/**
 * Condition hidden variables on observed ones: the update of a Kalman filter.
 *
 * @param joint             [rows, ...] with k observed and n hidden variables, both small.
 * @param smallestVariance  Least variance of an observed number given the ones before it: keeps a
 *                          nearly singular covariance invertible in float32 (default 1e-10).
 * @throws                  `shape-mismatch` if the parts do not fit each other.
 * @source                  Golub and Van Loan, Matrix Computations, section 4.2 (outer product form).
 */
export function conditionGaussian(joint: JointGaussian, smallestVariance = 1e-10): Conditioned {
  checkJoint(joint);
  const [rows, n] = joint.mean.shape;
  const k = joint.innovation.shape[1];
  let { mean, covariance, cross, observed, innovation } = joint;
  let logDeterminant: Node = constant(0, [rows, 1]);
  let squaredDistance: Node = constant(0, [rows, 1]);
  for (let i = 0; i < k; i++) {
    const left = k - i - 1;
    const variance = max(slice(observed, i, 1), constant(smallestVariance));
    const scale = reciprocal(sqrt(variance));
    const c = mul(slice(cross, 0, n), scale);
    const e = mul(slice(innovation, 0, 1), scale);
    mean = add(mean, mul(c, e));
    covariance = sub(covariance, outerProduct(c, c));
    logDeterminant = add(logDeterminant, log(variance));
    squaredDistance = add(squaredDistance, square(e));
    if (left === 0) break;
    const whole = mul(slice(observed, 0, k), scale);
    const d = slice(whole, i + 1, left);
    cross = sub(slice(cross, n, left * n), outerProduct(d, c));
    observed = sub(slice(observed, k, left * k), outerProduct(d, whole));
    innovation = sub(slice(innovation, 1, left), mul(d, e));
  }
  return { mean, covariance, logDeterminant, squaredDistance };
}

function checkJoint({ mean, covariance, cross, observed, innovation }: JointGaussian): void {
  const [n, k] = [mean.shape[1], innovation.shape[1]];
  const widths = [covariance, cross, observed].map((part) => part.shape[1]);
  const expected = [n * n, k * n, k * k];
  if (widths.every((width, i) => width === expected[i])) return;
  throw fault("shape-mismatch", {
    where: "conditionGaussian",
    what: `the covariances do not fit ${n} hidden and ${k} observed variables`,
    got: `${widths.join(", ")} columns (covariance, cross, observed)`,
    expected: `${expected.join(", ")} columns`,
    fix: "Lay out the matrix of each row row-major in its columns",
  });
}
