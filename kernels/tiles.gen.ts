// Made by `node scripts/generate-kernels.js` from kernels/records.json; do not edit.

import { madd } from "./vector";

// Every address is 16-byte aligned, except a; ld in bytes. Sums run in the order of k.

/** C[4, 8] (+)= A[4, k] B[k, 8] + bias: rows of A, one packed panel of B. */
export function tile4(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let row1 = a + lda;
  let row2 = row1 + lda;
  let row3 = row2 + lda;
  for (; k > 0; --k) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    s00 = madd(a0, b0, s00);
    s01 = madd(a0, b1, s01);
    const a1 = v128.load32_splat(row1);
    s10 = madd(a1, b0, s10);
    s11 = madd(a1, b1, s11);
    const a2 = v128.load32_splat(row2);
    s20 = madd(a2, b0, s20);
    s21 = madd(a2, b1, s21);
    const a3 = v128.load32_splat(row3);
    s30 = madd(a3, b0, s30);
    s31 = madd(a3, b1, s31);
    a += 4;
    row1 += 4;
    row2 += 4;
    row3 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias);
    const bias1 = v128.load(bias, 16);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
    s10 = f32x4.add(s10, bias0);
    s11 = f32x4.add(s11, bias1);
    s20 = f32x4.add(s20, bias0);
    s21 = f32x4.add(s21, bias1);
    s30 = f32x4.add(s30, bias0);
    s31 = f32x4.add(s31, bias1);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
}

/** C[3, 8] (+)= A[3, k] B[k, 8] + bias: rows of A, one packed panel of B. */
export function tile3(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let row1 = a + lda;
  let row2 = row1 + lda;
  for (; k > 0; --k) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    s00 = madd(a0, b0, s00);
    s01 = madd(a0, b1, s01);
    const a1 = v128.load32_splat(row1);
    s10 = madd(a1, b0, s10);
    s11 = madd(a1, b1, s11);
    const a2 = v128.load32_splat(row2);
    s20 = madd(a2, b0, s20);
    s21 = madd(a2, b1, s21);
    a += 4;
    row1 += 4;
    row2 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias);
    const bias1 = v128.load(bias, 16);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
    s10 = f32x4.add(s10, bias0);
    s11 = f32x4.add(s11, bias1);
    s20 = f32x4.add(s20, bias0);
    s21 = f32x4.add(s21, bias1);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
}

/** C[2, 8] (+)= A[2, k] B[k, 8] + bias: rows of A, one packed panel of B. */
export function tile2(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let row1 = a + lda;
  for (; k > 0; --k) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    s00 = madd(a0, b0, s00);
    s01 = madd(a0, b1, s01);
    const a1 = v128.load32_splat(row1);
    s10 = madd(a1, b0, s10);
    s11 = madd(a1, b1, s11);
    a += 4;
    row1 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias);
    const bias1 = v128.load(bias, 16);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
    s10 = f32x4.add(s10, bias0);
    s11 = f32x4.add(s11, bias1);
  }
  const c1 = c + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
}

/** C[1, 8] (+)= A[1, k] B[k, 8] + bias: rows of A, one packed panel of B. */
export function tile1(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  for (; k > 0; --k) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    s00 = madd(a0, b0, s00);
    s01 = madd(a0, b1, s01);
    a += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias);
    const bias1 = v128.load(bias, 16);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
  }
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
}

/** C[4, 8] (+)= A[l, 4]^T B[l, 8]: both operands in place. */
export function tileT4(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  for (; l > 0; --l) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a, 0);
    s00 = madd(a0, b0, s00);
    s01 = madd(a0, b1, s01);
    const a1 = v128.load32_splat(a, 4);
    s10 = madd(a1, b0, s10);
    s11 = madd(a1, b1, s11);
    const a2 = v128.load32_splat(a, 8);
    s20 = madd(a2, b0, s20);
    s21 = madd(a2, b1, s21);
    const a3 = v128.load32_splat(a, 12);
    s30 = madd(a3, b0, s30);
    s31 = madd(a3, b1, s31);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
}

/** C[3, 8] (+)= A[l, 3]^T B[l, 8]: both operands in place. */
export function tileT3(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  for (; l > 0; --l) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a, 0);
    s00 = madd(a0, b0, s00);
    s01 = madd(a0, b1, s01);
    const a1 = v128.load32_splat(a, 4);
    s10 = madd(a1, b0, s10);
    s11 = madd(a1, b1, s11);
    const a2 = v128.load32_splat(a, 8);
    s20 = madd(a2, b0, s20);
    s21 = madd(a2, b1, s21);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
}

/** C[2, 8] (+)= A[l, 2]^T B[l, 8]: both operands in place. */
export function tileT2(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  for (; l > 0; --l) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a, 0);
    s00 = madd(a0, b0, s00);
    s01 = madd(a0, b1, s01);
    const a1 = v128.load32_splat(a, 4);
    s10 = madd(a1, b0, s10);
    s11 = madd(a1, b1, s11);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
}

/** C[1, 8] (+)= A[l, 1]^T B[l, 8]: both operands in place. */
export function tileT1(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  for (; l > 0; --l) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a, 0);
    s00 = madd(a0, b0, s00);
    s01 = madd(a0, b1, s01);
    a += lda;
    b += ldb;
  }
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
}
