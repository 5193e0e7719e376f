import { createArray, formatShape, type HostArray } from "./array.ts";
import { fault } from "./fault.ts";

/** A = sum of values[i] times vector i and its transpose. */
export interface Eigen {
  /** Largest first, [n]. */
  readonly values: Float64Array;
  /** Row i is the unit vector of value i, its largest component positive, [n, n]. */
  readonly vectors: HostArray;
}

/** More sweeps than any matrix has needed; convergence is quadratic at the end. */
const mostSweeps = 50;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, by cyclic Jacobi rotations.
 *
 * @param matrix  [n, n]; only symmetric ones have these; not changed.
 * @throws        `shape-mismatch` if it is not square.
 * @source        Golub and Van Loan, Matrix Computations, section 8.5 (cyclic Jacobi).
 */
export function eigenSymmetric(matrix: HostArray): Eigen {
  const n = matrix.shape[0];
  if (matrix.shape.length !== 2 || matrix.shape[1] !== n) {
    throw fault("shape-mismatch", {
      where: "eigenSymmetric",
      what: "the matrix is not square",
      got: formatShape(matrix.shape),
      expected: "[n, n]",
      fix: "Pass a symmetric matrix",
    });
  }
  const a = Float64Array.from(matrix.data);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const size = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < mostSweeps && offDiagonal(a, n) > 1e-28 * size; sweep++) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  const vectors = createArray([n, n]);
  order.forEach((i, row) => {
    const own = v.subarray(i * n, (i + 1) * n);
    const largest = own.reduce((most, c) => (Math.abs(c) > Math.abs(most) ? c : most), 0);
    for (let k = 0; k < n; k++) vectors.data[row * n + k] = largest < 0 ? -own[k] : own[k];
  });
  return { values: Float64Array.from(order, (i) => a[i * n + i]), vectors };
}

function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += a[i * n + j] ** 2;
  return sum;
}

/** Turn the plane (p, q) so that a[p, q] = 0; row i of v follows vector i. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q];
  if (apq === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [kp, kq] = [a[k * n + p], a[k * n + q]];
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const [pk, qk] = [a[p * n + k], a[q * n + k]];
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    const [vp, vq] = [v[p * n + k], v[q * n + k]];
    v[p * n + k] = c * vp - s * vq;
    v[q * n + k] = s * vp + c * vq;
  }
}
