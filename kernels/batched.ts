// One small product per row: matrices of a few numbers a side, row-major in the columns.
import { FORM_NT, FORM_TN } from "./records.gen";
import { clearPadding, f, madd } from "./vector";

/** Four neighbouring elements of one row of C: sum over l of a[l] b[l, 0..3]. */
// @ts-ignore: decorator
@inline
function four(a: usize, stepA: usize, b: usize, stepB: usize, k: i32): v128 {
  let sum = f(0);
  for (; k > 0; --k) {
    sum = madd(v128.load32_splat(a), v128.load(b), sum);
    a += stepA;
    b += stepB;
  }
  return sum;
}

/** One element: sum over l of a[l] b[l]. */
// @ts-ignore: decorator
@inline
function single(a: usize, stepA: usize, b: usize, stepB: usize, k: i32): f32 {
  let sum: f32 = 0;
  for (; k > 0; --k) {
    sum += load<f32>(a) * load<f32>(b);
    a += stepA;
    b += stepB;
  }
  return sum;
}

/**
 * c[r] = a[r] b[r] for every row r, each a matrix [m, n], [m, k] or [k, n]. `form` says which operand
 * is stored transposed; lda or ldb = 0 repeats one row. Rows of c are 16-byte aligned, at least one
 * block of 8 long, and written with their padding; c is neither a nor b.
 */
export function batchedMatmul(
  form: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, rows: i32, m: i32, n: i32, k: i32,
): void {
  const stepA: usize = form == FORM_TN ? (<usize>m) << 2 : 4;
  const nextA: usize = form == FORM_TN ? 4 : (<usize>k) << 2;
  const stepB: usize = form == FORM_NT ? 4 : (<usize>n) << 2;
  const nextB: usize = form == FORM_NT ? (<usize>k) << 2 : 4;
  const fours = form == FORM_NT ? 0 : n & ~3;
  for (; rows > 0; --rows) {
    let rowA = a;
    let to = c;
    for (let i: i32 = 0; i < m; ++i) {
      let columnB = b;
      for (let j: i32 = 0; j < fours; j += 4) {
        v128.store(to, four(rowA, stepA, columnB, stepB, k));
        columnB += 16;
        to += 16;
      }
      for (let j = fours; j < n; ++j) {
        store<f32>(to, single(rowA, stepA, columnB, stepB, k));
        columnB += nextB;
        to += 4;
      }
      rowA += nextA;
    }
    clearPadding(c, m * n);
    a += lda;
    b += ldb;
    c += ldc;
  }
}
