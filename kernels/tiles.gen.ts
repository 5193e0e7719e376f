// Made by `node scripts/generate-kernels.js` from kernels/records.json; do not edit.

import { madd } from "./vector";

// Every address is 16-byte aligned, except a; ld in bytes. Sums run in the order of k, so that
// all tiles give the same bits.

/** C[6, 16] (+)= A[6, k] B[k, 16] + bias: rows of A, packed panels of B. */
export function tile6x16(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s22 = f32x4.splat(0);
  let s23 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let s32 = f32x4.splat(0);
  let s33 = f32x4.splat(0);
  let s40 = f32x4.splat(0);
  let s41 = f32x4.splat(0);
  let s42 = f32x4.splat(0);
  let s43 = f32x4.splat(0);
  let s50 = f32x4.splat(0);
  let s51 = f32x4.splat(0);
  let s52 = f32x4.splat(0);
  let s53 = f32x4.splat(0);
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  let a4 = a3 + lda;
  let a5 = a4 + lda;
  const end = b + ((<usize>k) << 5);
  let right = end;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(right, 0);
    const b3 = v128.load(right, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    s12 = madd(x1, b2, s12);
    s13 = madd(x1, b3, s13);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    s22 = madd(x2, b2, s22);
    s23 = madd(x2, b3, s23);
    const x3 = v128.load32_splat(a3);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    s32 = madd(x3, b2, s32);
    s33 = madd(x3, b3, s33);
    const x4 = v128.load32_splat(a4);
    s40 = madd(x4, b0, s40);
    s41 = madd(x4, b1, s41);
    s42 = madd(x4, b2, s42);
    s43 = madd(x4, b3, s43);
    const x5 = v128.load32_splat(a5);
    s50 = madd(x5, b0, s50);
    s51 = madd(x5, b1, s51);
    s52 = madd(x5, b2, s52);
    s53 = madd(x5, b3, s53);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    a4 += 4;
    a5 += 4;
    b += 32;
    right += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    const bias1 = v128.load(bias, 16);
    const bias2 = v128.load(bias, 32);
    const bias3 = v128.load(bias, 48);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
    s02 = f32x4.add(s02, bias2);
    s03 = f32x4.add(s03, bias3);
    s10 = f32x4.add(s10, bias0);
    s11 = f32x4.add(s11, bias1);
    s12 = f32x4.add(s12, bias2);
    s13 = f32x4.add(s13, bias3);
    s20 = f32x4.add(s20, bias0);
    s21 = f32x4.add(s21, bias1);
    s22 = f32x4.add(s22, bias2);
    s23 = f32x4.add(s23, bias3);
    s30 = f32x4.add(s30, bias0);
    s31 = f32x4.add(s31, bias1);
    s32 = f32x4.add(s32, bias2);
    s33 = f32x4.add(s33, bias3);
    s40 = f32x4.add(s40, bias0);
    s41 = f32x4.add(s41, bias1);
    s42 = f32x4.add(s42, bias2);
    s43 = f32x4.add(s43, bias3);
    s50 = f32x4.add(s50, bias0);
    s51 = f32x4.add(s51, bias1);
    s52 = f32x4.add(s52, bias2);
    s53 = f32x4.add(s53, bias3);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  const c5 = c4 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s12 = f32x4.add(v128.load(c1, 32), s12);
    s13 = f32x4.add(v128.load(c1, 48), s13);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s22 = f32x4.add(v128.load(c2, 32), s22);
    s23 = f32x4.add(v128.load(c2, 48), s23);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
    s32 = f32x4.add(v128.load(c3, 32), s32);
    s33 = f32x4.add(v128.load(c3, 48), s33);
    s40 = f32x4.add(v128.load(c4, 0), s40);
    s41 = f32x4.add(v128.load(c4, 16), s41);
    s42 = f32x4.add(v128.load(c4, 32), s42);
    s43 = f32x4.add(v128.load(c4, 48), s43);
    s50 = f32x4.add(v128.load(c5, 0), s50);
    s51 = f32x4.add(v128.load(c5, 16), s51);
    s52 = f32x4.add(v128.load(c5, 32), s52);
    s53 = f32x4.add(v128.load(c5, 48), s53);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c2, s22, 32);
  v128.store(c2, s23, 48);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
  v128.store(c3, s32, 32);
  v128.store(c3, s33, 48);
  v128.store(c4, s40, 0);
  v128.store(c4, s41, 16);
  v128.store(c4, s42, 32);
  v128.store(c4, s43, 48);
  v128.store(c5, s50, 0);
  v128.store(c5, s51, 16);
  v128.store(c5, s52, 32);
  v128.store(c5, s53, 48);
}

/** C[5, 16] (+)= A[5, k] B[k, 16] + bias: rows of A, packed panels of B. */
export function tile5x16(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s22 = f32x4.splat(0);
  let s23 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let s32 = f32x4.splat(0);
  let s33 = f32x4.splat(0);
  let s40 = f32x4.splat(0);
  let s41 = f32x4.splat(0);
  let s42 = f32x4.splat(0);
  let s43 = f32x4.splat(0);
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  let a4 = a3 + lda;
  const end = b + ((<usize>k) << 5);
  let right = end;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(right, 0);
    const b3 = v128.load(right, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    s12 = madd(x1, b2, s12);
    s13 = madd(x1, b3, s13);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    s22 = madd(x2, b2, s22);
    s23 = madd(x2, b3, s23);
    const x3 = v128.load32_splat(a3);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    s32 = madd(x3, b2, s32);
    s33 = madd(x3, b3, s33);
    const x4 = v128.load32_splat(a4);
    s40 = madd(x4, b0, s40);
    s41 = madd(x4, b1, s41);
    s42 = madd(x4, b2, s42);
    s43 = madd(x4, b3, s43);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    a4 += 4;
    b += 32;
    right += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    const bias1 = v128.load(bias, 16);
    const bias2 = v128.load(bias, 32);
    const bias3 = v128.load(bias, 48);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
    s02 = f32x4.add(s02, bias2);
    s03 = f32x4.add(s03, bias3);
    s10 = f32x4.add(s10, bias0);
    s11 = f32x4.add(s11, bias1);
    s12 = f32x4.add(s12, bias2);
    s13 = f32x4.add(s13, bias3);
    s20 = f32x4.add(s20, bias0);
    s21 = f32x4.add(s21, bias1);
    s22 = f32x4.add(s22, bias2);
    s23 = f32x4.add(s23, bias3);
    s30 = f32x4.add(s30, bias0);
    s31 = f32x4.add(s31, bias1);
    s32 = f32x4.add(s32, bias2);
    s33 = f32x4.add(s33, bias3);
    s40 = f32x4.add(s40, bias0);
    s41 = f32x4.add(s41, bias1);
    s42 = f32x4.add(s42, bias2);
    s43 = f32x4.add(s43, bias3);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s12 = f32x4.add(v128.load(c1, 32), s12);
    s13 = f32x4.add(v128.load(c1, 48), s13);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s22 = f32x4.add(v128.load(c2, 32), s22);
    s23 = f32x4.add(v128.load(c2, 48), s23);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
    s32 = f32x4.add(v128.load(c3, 32), s32);
    s33 = f32x4.add(v128.load(c3, 48), s33);
    s40 = f32x4.add(v128.load(c4, 0), s40);
    s41 = f32x4.add(v128.load(c4, 16), s41);
    s42 = f32x4.add(v128.load(c4, 32), s42);
    s43 = f32x4.add(v128.load(c4, 48), s43);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c2, s22, 32);
  v128.store(c2, s23, 48);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
  v128.store(c3, s32, 32);
  v128.store(c3, s33, 48);
  v128.store(c4, s40, 0);
  v128.store(c4, s41, 16);
  v128.store(c4, s42, 32);
  v128.store(c4, s43, 48);
}

/** C[4, 16] (+)= A[4, k] B[k, 16] + bias: rows of A, packed panels of B. */
export function tile4x16(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s22 = f32x4.splat(0);
  let s23 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let s32 = f32x4.splat(0);
  let s33 = f32x4.splat(0);
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  const end = b + ((<usize>k) << 5);
  let right = end;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(right, 0);
    const b3 = v128.load(right, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    s12 = madd(x1, b2, s12);
    s13 = madd(x1, b3, s13);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    s22 = madd(x2, b2, s22);
    s23 = madd(x2, b3, s23);
    const x3 = v128.load32_splat(a3);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    s32 = madd(x3, b2, s32);
    s33 = madd(x3, b3, s33);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    b += 32;
    right += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    const bias1 = v128.load(bias, 16);
    const bias2 = v128.load(bias, 32);
    const bias3 = v128.load(bias, 48);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
    s02 = f32x4.add(s02, bias2);
    s03 = f32x4.add(s03, bias3);
    s10 = f32x4.add(s10, bias0);
    s11 = f32x4.add(s11, bias1);
    s12 = f32x4.add(s12, bias2);
    s13 = f32x4.add(s13, bias3);
    s20 = f32x4.add(s20, bias0);
    s21 = f32x4.add(s21, bias1);
    s22 = f32x4.add(s22, bias2);
    s23 = f32x4.add(s23, bias3);
    s30 = f32x4.add(s30, bias0);
    s31 = f32x4.add(s31, bias1);
    s32 = f32x4.add(s32, bias2);
    s33 = f32x4.add(s33, bias3);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s12 = f32x4.add(v128.load(c1, 32), s12);
    s13 = f32x4.add(v128.load(c1, 48), s13);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s22 = f32x4.add(v128.load(c2, 32), s22);
    s23 = f32x4.add(v128.load(c2, 48), s23);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
    s32 = f32x4.add(v128.load(c3, 32), s32);
    s33 = f32x4.add(v128.load(c3, 48), s33);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c2, s22, 32);
  v128.store(c2, s23, 48);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
  v128.store(c3, s32, 32);
  v128.store(c3, s33, 48);
}

/** C[3, 16] (+)= A[3, k] B[k, 16] + bias: rows of A, packed panels of B. */
export function tile3x16(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s22 = f32x4.splat(0);
  let s23 = f32x4.splat(0);
  let a1 = a + lda;
  let a2 = a1 + lda;
  const end = b + ((<usize>k) << 5);
  let right = end;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(right, 0);
    const b3 = v128.load(right, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    s12 = madd(x1, b2, s12);
    s13 = madd(x1, b3, s13);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    s22 = madd(x2, b2, s22);
    s23 = madd(x2, b3, s23);
    a += 4;
    a1 += 4;
    a2 += 4;
    b += 32;
    right += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    const bias1 = v128.load(bias, 16);
    const bias2 = v128.load(bias, 32);
    const bias3 = v128.load(bias, 48);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
    s02 = f32x4.add(s02, bias2);
    s03 = f32x4.add(s03, bias3);
    s10 = f32x4.add(s10, bias0);
    s11 = f32x4.add(s11, bias1);
    s12 = f32x4.add(s12, bias2);
    s13 = f32x4.add(s13, bias3);
    s20 = f32x4.add(s20, bias0);
    s21 = f32x4.add(s21, bias1);
    s22 = f32x4.add(s22, bias2);
    s23 = f32x4.add(s23, bias3);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s12 = f32x4.add(v128.load(c1, 32), s12);
    s13 = f32x4.add(v128.load(c1, 48), s13);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s22 = f32x4.add(v128.load(c2, 32), s22);
    s23 = f32x4.add(v128.load(c2, 48), s23);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c2, s22, 32);
  v128.store(c2, s23, 48);
}

/** C[2, 16] (+)= A[2, k] B[k, 16] + bias: rows of A, packed panels of B. */
export function tile2x16(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  let a1 = a + lda;
  const end = b + ((<usize>k) << 5);
  let right = end;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(right, 0);
    const b3 = v128.load(right, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    s12 = madd(x1, b2, s12);
    s13 = madd(x1, b3, s13);
    a += 4;
    a1 += 4;
    b += 32;
    right += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    const bias1 = v128.load(bias, 16);
    const bias2 = v128.load(bias, 32);
    const bias3 = v128.load(bias, 48);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
    s02 = f32x4.add(s02, bias2);
    s03 = f32x4.add(s03, bias3);
    s10 = f32x4.add(s10, bias0);
    s11 = f32x4.add(s11, bias1);
    s12 = f32x4.add(s12, bias2);
    s13 = f32x4.add(s13, bias3);
  }
  const c1 = c + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s12 = f32x4.add(v128.load(c1, 32), s12);
    s13 = f32x4.add(v128.load(c1, 48), s13);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
}

/** C[1, 16] (+)= A[1, k] B[k, 16] + bias: rows of A, packed panels of B. */
export function tile1x16(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  const end = b + ((<usize>k) << 5);
  let right = end;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(right, 0);
    const b3 = v128.load(right, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    a += 4;
    b += 32;
    right += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    const bias1 = v128.load(bias, 16);
    const bias2 = v128.load(bias, 32);
    const bias3 = v128.load(bias, 48);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
    s02 = f32x4.add(s02, bias2);
    s03 = f32x4.add(s03, bias3);
  }
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
}

/** C[6, 8] (+)= A[6, k] B[k, 8] + bias: rows of A, packed panels of B. */
export function tile6x8(
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
  let s40 = f32x4.splat(0);
  let s41 = f32x4.splat(0);
  let s50 = f32x4.splat(0);
  let s51 = f32x4.splat(0);
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  let a4 = a3 + lda;
  let a5 = a4 + lda;
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    const x3 = v128.load32_splat(a3);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    const x4 = v128.load32_splat(a4);
    s40 = madd(x4, b0, s40);
    s41 = madd(x4, b1, s41);
    const x5 = v128.load32_splat(a5);
    s50 = madd(x5, b0, s50);
    s51 = madd(x5, b1, s51);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    a4 += 4;
    a5 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    const bias1 = v128.load(bias, 16);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
    s10 = f32x4.add(s10, bias0);
    s11 = f32x4.add(s11, bias1);
    s20 = f32x4.add(s20, bias0);
    s21 = f32x4.add(s21, bias1);
    s30 = f32x4.add(s30, bias0);
    s31 = f32x4.add(s31, bias1);
    s40 = f32x4.add(s40, bias0);
    s41 = f32x4.add(s41, bias1);
    s50 = f32x4.add(s50, bias0);
    s51 = f32x4.add(s51, bias1);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  const c5 = c4 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
    s40 = f32x4.add(v128.load(c4, 0), s40);
    s41 = f32x4.add(v128.load(c4, 16), s41);
    s50 = f32x4.add(v128.load(c5, 0), s50);
    s51 = f32x4.add(v128.load(c5, 16), s51);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
  v128.store(c4, s40, 0);
  v128.store(c4, s41, 16);
  v128.store(c5, s50, 0);
  v128.store(c5, s51, 16);
}

/** C[5, 8] (+)= A[5, k] B[k, 8] + bias: rows of A, packed panels of B. */
export function tile5x8(
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
  let s40 = f32x4.splat(0);
  let s41 = f32x4.splat(0);
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  let a4 = a3 + lda;
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    const x3 = v128.load32_splat(a3);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    const x4 = v128.load32_splat(a4);
    s40 = madd(x4, b0, s40);
    s41 = madd(x4, b1, s41);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    a4 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    const bias1 = v128.load(bias, 16);
    s00 = f32x4.add(s00, bias0);
    s01 = f32x4.add(s01, bias1);
    s10 = f32x4.add(s10, bias0);
    s11 = f32x4.add(s11, bias1);
    s20 = f32x4.add(s20, bias0);
    s21 = f32x4.add(s21, bias1);
    s30 = f32x4.add(s30, bias0);
    s31 = f32x4.add(s31, bias1);
    s40 = f32x4.add(s40, bias0);
    s41 = f32x4.add(s41, bias1);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
    s40 = f32x4.add(v128.load(c4, 0), s40);
    s41 = f32x4.add(v128.load(c4, 16), s41);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
  v128.store(c4, s40, 0);
  v128.store(c4, s41, 16);
}

/** C[4, 8] (+)= A[4, k] B[k, 8] + bias: rows of A, packed panels of B. */
export function tile4x8(
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
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    const x3 = v128.load32_splat(a3);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
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

/** C[3, 8] (+)= A[3, k] B[k, 8] + bias: rows of A, packed panels of B. */
export function tile3x8(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let a1 = a + lda;
  let a2 = a1 + lda;
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    a += 4;
    a1 += 4;
    a2 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
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

/** C[2, 8] (+)= A[2, k] B[k, 8] + bias: rows of A, packed panels of B. */
export function tile2x8(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let a1 = a + lda;
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    a += 4;
    a1 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
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

/** C[1, 8] (+)= A[1, k] B[k, 8] + bias: rows of A, packed panels of B. */
export function tile1x8(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    a += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
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

/** C[6, 4] (+)= A[6, k] B[k, 4] + bias: rows of A, packed panels of B. */
export function tile6x4(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s40 = f32x4.splat(0);
  let s50 = f32x4.splat(0);
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  let a4 = a3 + lda;
  let a5 = a4 + lda;
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    const x3 = v128.load32_splat(a3);
    s30 = madd(x3, b0, s30);
    const x4 = v128.load32_splat(a4);
    s40 = madd(x4, b0, s40);
    const x5 = v128.load32_splat(a5);
    s50 = madd(x5, b0, s50);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    a4 += 4;
    a5 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    s00 = f32x4.add(s00, bias0);
    s10 = f32x4.add(s10, bias0);
    s20 = f32x4.add(s20, bias0);
    s30 = f32x4.add(s30, bias0);
    s40 = f32x4.add(s40, bias0);
    s50 = f32x4.add(s50, bias0);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  const c5 = c4 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s40 = f32x4.add(v128.load(c4, 0), s40);
    s50 = f32x4.add(v128.load(c5, 0), s50);
  }
  v128.store(c, s00, 0);
  v128.store(c1, s10, 0);
  v128.store(c2, s20, 0);
  v128.store(c3, s30, 0);
  v128.store(c4, s40, 0);
  v128.store(c5, s50, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
    v128.store(c1, f32x4.splat(0), 16);
    v128.store(c2, f32x4.splat(0), 16);
    v128.store(c3, f32x4.splat(0), 16);
    v128.store(c4, f32x4.splat(0), 16);
    v128.store(c5, f32x4.splat(0), 16);
  }
}

/** C[5, 4] (+)= A[5, k] B[k, 4] + bias: rows of A, packed panels of B. */
export function tile5x4(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s40 = f32x4.splat(0);
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  let a4 = a3 + lda;
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    const x3 = v128.load32_splat(a3);
    s30 = madd(x3, b0, s30);
    const x4 = v128.load32_splat(a4);
    s40 = madd(x4, b0, s40);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    a4 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    s00 = f32x4.add(s00, bias0);
    s10 = f32x4.add(s10, bias0);
    s20 = f32x4.add(s20, bias0);
    s30 = f32x4.add(s30, bias0);
    s40 = f32x4.add(s40, bias0);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s40 = f32x4.add(v128.load(c4, 0), s40);
  }
  v128.store(c, s00, 0);
  v128.store(c1, s10, 0);
  v128.store(c2, s20, 0);
  v128.store(c3, s30, 0);
  v128.store(c4, s40, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
    v128.store(c1, f32x4.splat(0), 16);
    v128.store(c2, f32x4.splat(0), 16);
    v128.store(c3, f32x4.splat(0), 16);
    v128.store(c4, f32x4.splat(0), 16);
  }
}

/** C[4, 4] (+)= A[4, k] B[k, 4] + bias: rows of A, packed panels of B. */
export function tile4x4(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    const x3 = v128.load32_splat(a3);
    s30 = madd(x3, b0, s30);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    s00 = f32x4.add(s00, bias0);
    s10 = f32x4.add(s10, bias0);
    s20 = f32x4.add(s20, bias0);
    s30 = f32x4.add(s30, bias0);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s30 = f32x4.add(v128.load(c3, 0), s30);
  }
  v128.store(c, s00, 0);
  v128.store(c1, s10, 0);
  v128.store(c2, s20, 0);
  v128.store(c3, s30, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
    v128.store(c1, f32x4.splat(0), 16);
    v128.store(c2, f32x4.splat(0), 16);
    v128.store(c3, f32x4.splat(0), 16);
  }
}

/** C[3, 4] (+)= A[3, k] B[k, 4] + bias: rows of A, packed panels of B. */
export function tile3x4(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let a1 = a + lda;
  let a2 = a1 + lda;
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    const x2 = v128.load32_splat(a2);
    s20 = madd(x2, b0, s20);
    a += 4;
    a1 += 4;
    a2 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    s00 = f32x4.add(s00, bias0);
    s10 = f32x4.add(s10, bias0);
    s20 = f32x4.add(s20, bias0);
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s20 = f32x4.add(v128.load(c2, 0), s20);
  }
  v128.store(c, s00, 0);
  v128.store(c1, s10, 0);
  v128.store(c2, s20, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
    v128.store(c1, f32x4.splat(0), 16);
    v128.store(c2, f32x4.splat(0), 16);
  }
}

/** C[2, 4] (+)= A[2, k] B[k, 4] + bias: rows of A, packed panels of B. */
export function tile2x4(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let a1 = a + lda;
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    const x1 = v128.load32_splat(a1);
    s10 = madd(x1, b0, s10);
    a += 4;
    a1 += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    s00 = f32x4.add(s00, bias0);
    s10 = f32x4.add(s10, bias0);
  }
  const c1 = c + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s10 = f32x4.add(v128.load(c1, 0), s10);
  }
  v128.store(c, s00, 0);
  v128.store(c1, s10, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
    v128.store(c1, f32x4.splat(0), 16);
  }
}

/** C[1, 4] (+)= A[1, k] B[k, 4] + bias: rows of A, packed panels of B. */
export function tile1x4(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  const end = b + ((<usize>k) << 5);
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    a += 4;
    b += 32;
  }
  if (bias) {
    const bias0 = v128.load(bias, 0);
    s00 = f32x4.add(s00, bias0);
  }
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
  }
  v128.store(c, s00, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
  }
}

/** C[6, 16] (+)= A[l, 6]^T B[l, 16]: both operands in place. */
export function tileT6x16(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s22 = f32x4.splat(0);
  let s23 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let s32 = f32x4.splat(0);
  let s33 = f32x4.splat(0);
  let s40 = f32x4.splat(0);
  let s41 = f32x4.splat(0);
  let s42 = f32x4.splat(0);
  let s43 = f32x4.splat(0);
  let s50 = f32x4.splat(0);
  let s51 = f32x4.splat(0);
  let s52 = f32x4.splat(0);
  let s53 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    s12 = madd(x1, b2, s12);
    s13 = madd(x1, b3, s13);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    s22 = madd(x2, b2, s22);
    s23 = madd(x2, b3, s23);
    const x3 = v128.load32_splat(a, 12);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    s32 = madd(x3, b2, s32);
    s33 = madd(x3, b3, s33);
    const x4 = v128.load32_splat(a, 16);
    s40 = madd(x4, b0, s40);
    s41 = madd(x4, b1, s41);
    s42 = madd(x4, b2, s42);
    s43 = madd(x4, b3, s43);
    const x5 = v128.load32_splat(a, 20);
    s50 = madd(x5, b0, s50);
    s51 = madd(x5, b1, s51);
    s52 = madd(x5, b2, s52);
    s53 = madd(x5, b3, s53);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  const c5 = c4 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s12 = f32x4.add(v128.load(c1, 32), s12);
    s13 = f32x4.add(v128.load(c1, 48), s13);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s22 = f32x4.add(v128.load(c2, 32), s22);
    s23 = f32x4.add(v128.load(c2, 48), s23);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
    s32 = f32x4.add(v128.load(c3, 32), s32);
    s33 = f32x4.add(v128.load(c3, 48), s33);
    s40 = f32x4.add(v128.load(c4, 0), s40);
    s41 = f32x4.add(v128.load(c4, 16), s41);
    s42 = f32x4.add(v128.load(c4, 32), s42);
    s43 = f32x4.add(v128.load(c4, 48), s43);
    s50 = f32x4.add(v128.load(c5, 0), s50);
    s51 = f32x4.add(v128.load(c5, 16), s51);
    s52 = f32x4.add(v128.load(c5, 32), s52);
    s53 = f32x4.add(v128.load(c5, 48), s53);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c2, s22, 32);
  v128.store(c2, s23, 48);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
  v128.store(c3, s32, 32);
  v128.store(c3, s33, 48);
  v128.store(c4, s40, 0);
  v128.store(c4, s41, 16);
  v128.store(c4, s42, 32);
  v128.store(c4, s43, 48);
  v128.store(c5, s50, 0);
  v128.store(c5, s51, 16);
  v128.store(c5, s52, 32);
  v128.store(c5, s53, 48);
}

/** C[5, 16] (+)= A[l, 5]^T B[l, 16]: both operands in place. */
export function tileT5x16(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s22 = f32x4.splat(0);
  let s23 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let s32 = f32x4.splat(0);
  let s33 = f32x4.splat(0);
  let s40 = f32x4.splat(0);
  let s41 = f32x4.splat(0);
  let s42 = f32x4.splat(0);
  let s43 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    s12 = madd(x1, b2, s12);
    s13 = madd(x1, b3, s13);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    s22 = madd(x2, b2, s22);
    s23 = madd(x2, b3, s23);
    const x3 = v128.load32_splat(a, 12);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    s32 = madd(x3, b2, s32);
    s33 = madd(x3, b3, s33);
    const x4 = v128.load32_splat(a, 16);
    s40 = madd(x4, b0, s40);
    s41 = madd(x4, b1, s41);
    s42 = madd(x4, b2, s42);
    s43 = madd(x4, b3, s43);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s12 = f32x4.add(v128.load(c1, 32), s12);
    s13 = f32x4.add(v128.load(c1, 48), s13);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s22 = f32x4.add(v128.load(c2, 32), s22);
    s23 = f32x4.add(v128.load(c2, 48), s23);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
    s32 = f32x4.add(v128.load(c3, 32), s32);
    s33 = f32x4.add(v128.load(c3, 48), s33);
    s40 = f32x4.add(v128.load(c4, 0), s40);
    s41 = f32x4.add(v128.load(c4, 16), s41);
    s42 = f32x4.add(v128.load(c4, 32), s42);
    s43 = f32x4.add(v128.load(c4, 48), s43);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c2, s22, 32);
  v128.store(c2, s23, 48);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
  v128.store(c3, s32, 32);
  v128.store(c3, s33, 48);
  v128.store(c4, s40, 0);
  v128.store(c4, s41, 16);
  v128.store(c4, s42, 32);
  v128.store(c4, s43, 48);
}

/** C[4, 16] (+)= A[l, 4]^T B[l, 16]: both operands in place. */
export function tileT4x16(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s22 = f32x4.splat(0);
  let s23 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let s32 = f32x4.splat(0);
  let s33 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    s12 = madd(x1, b2, s12);
    s13 = madd(x1, b3, s13);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    s22 = madd(x2, b2, s22);
    s23 = madd(x2, b3, s23);
    const x3 = v128.load32_splat(a, 12);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    s32 = madd(x3, b2, s32);
    s33 = madd(x3, b3, s33);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s12 = f32x4.add(v128.load(c1, 32), s12);
    s13 = f32x4.add(v128.load(c1, 48), s13);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s22 = f32x4.add(v128.load(c2, 32), s22);
    s23 = f32x4.add(v128.load(c2, 48), s23);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
    s32 = f32x4.add(v128.load(c3, 32), s32);
    s33 = f32x4.add(v128.load(c3, 48), s33);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c2, s22, 32);
  v128.store(c2, s23, 48);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
  v128.store(c3, s32, 32);
  v128.store(c3, s33, 48);
}

/** C[3, 16] (+)= A[l, 3]^T B[l, 16]: both operands in place. */
export function tileT3x16(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s22 = f32x4.splat(0);
  let s23 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    s12 = madd(x1, b2, s12);
    s13 = madd(x1, b3, s13);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    s22 = madd(x2, b2, s22);
    s23 = madd(x2, b3, s23);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s12 = f32x4.add(v128.load(c1, 32), s12);
    s13 = f32x4.add(v128.load(c1, 48), s13);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s22 = f32x4.add(v128.load(c2, 32), s22);
    s23 = f32x4.add(v128.load(c2, 48), s23);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c2, s22, 32);
  v128.store(c2, s23, 48);
}

/** C[2, 16] (+)= A[l, 2]^T B[l, 16]: both operands in place. */
export function tileT2x16(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    s12 = madd(x1, b2, s12);
    s13 = madd(x1, b3, s13);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s12 = f32x4.add(v128.load(c1, 32), s12);
    s13 = f32x4.add(v128.load(c1, 48), s13);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
}

/** C[1, 16] (+)= A[l, 1]^T B[l, 16]: both operands in place. */
export function tileT1x16(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    s02 = madd(x0, b2, s02);
    s03 = madd(x0, b3, s03);
    a += lda;
    b += ldb;
  }
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s02 = f32x4.add(v128.load(c, 32), s02);
    s03 = f32x4.add(v128.load(c, 48), s03);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
}

/** C[6, 8] (+)= A[l, 6]^T B[l, 8]: both operands in place. */
export function tileT6x8(
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
  let s40 = f32x4.splat(0);
  let s41 = f32x4.splat(0);
  let s50 = f32x4.splat(0);
  let s51 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    const x3 = v128.load32_splat(a, 12);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    const x4 = v128.load32_splat(a, 16);
    s40 = madd(x4, b0, s40);
    s41 = madd(x4, b1, s41);
    const x5 = v128.load32_splat(a, 20);
    s50 = madd(x5, b0, s50);
    s51 = madd(x5, b1, s51);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  const c5 = c4 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
    s40 = f32x4.add(v128.load(c4, 0), s40);
    s41 = f32x4.add(v128.load(c4, 16), s41);
    s50 = f32x4.add(v128.load(c5, 0), s50);
    s51 = f32x4.add(v128.load(c5, 16), s51);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
  v128.store(c4, s40, 0);
  v128.store(c4, s41, 16);
  v128.store(c5, s50, 0);
  v128.store(c5, s51, 16);
}

/** C[5, 8] (+)= A[l, 5]^T B[l, 8]: both operands in place. */
export function tileT5x8(
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
  let s40 = f32x4.splat(0);
  let s41 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    const x3 = v128.load32_splat(a, 12);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
    const x4 = v128.load32_splat(a, 16);
    s40 = madd(x4, b0, s40);
    s41 = madd(x4, b1, s41);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s01 = f32x4.add(v128.load(c, 16), s01);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s11 = f32x4.add(v128.load(c1, 16), s11);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s21 = f32x4.add(v128.load(c2, 16), s21);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s31 = f32x4.add(v128.load(c3, 16), s31);
    s40 = f32x4.add(v128.load(c4, 0), s40);
    s41 = f32x4.add(v128.load(c4, 16), s41);
  }
  v128.store(c, s00, 0);
  v128.store(c, s01, 16);
  v128.store(c1, s10, 0);
  v128.store(c1, s11, 16);
  v128.store(c2, s20, 0);
  v128.store(c2, s21, 16);
  v128.store(c3, s30, 0);
  v128.store(c3, s31, 16);
  v128.store(c4, s40, 0);
  v128.store(c4, s41, 16);
}

/** C[4, 8] (+)= A[l, 4]^T B[l, 8]: both operands in place. */
export function tileT4x8(
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
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
    const x3 = v128.load32_splat(a, 12);
    s30 = madd(x3, b0, s30);
    s31 = madd(x3, b1, s31);
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
export function tileT3x8(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    s21 = madd(x2, b1, s21);
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
export function tileT2x8(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    s11 = madd(x1, b1, s11);
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
export function tileT1x8(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
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

/** C[6, 4] (+)= A[l, 6]^T B[l, 4]: both operands in place. */
export function tileT6x4(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s40 = f32x4.splat(0);
  let s50 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    const x3 = v128.load32_splat(a, 12);
    s30 = madd(x3, b0, s30);
    const x4 = v128.load32_splat(a, 16);
    s40 = madd(x4, b0, s40);
    const x5 = v128.load32_splat(a, 20);
    s50 = madd(x5, b0, s50);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  const c5 = c4 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s40 = f32x4.add(v128.load(c4, 0), s40);
    s50 = f32x4.add(v128.load(c5, 0), s50);
  }
  v128.store(c, s00, 0);
  v128.store(c1, s10, 0);
  v128.store(c2, s20, 0);
  v128.store(c3, s30, 0);
  v128.store(c4, s40, 0);
  v128.store(c5, s50, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
    v128.store(c1, f32x4.splat(0), 16);
    v128.store(c2, f32x4.splat(0), 16);
    v128.store(c3, f32x4.splat(0), 16);
    v128.store(c4, f32x4.splat(0), 16);
    v128.store(c5, f32x4.splat(0), 16);
  }
}

/** C[5, 4] (+)= A[l, 5]^T B[l, 4]: both operands in place. */
export function tileT5x4(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s40 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    const x3 = v128.load32_splat(a, 12);
    s30 = madd(x3, b0, s30);
    const x4 = v128.load32_splat(a, 16);
    s40 = madd(x4, b0, s40);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s30 = f32x4.add(v128.load(c3, 0), s30);
    s40 = f32x4.add(v128.load(c4, 0), s40);
  }
  v128.store(c, s00, 0);
  v128.store(c1, s10, 0);
  v128.store(c2, s20, 0);
  v128.store(c3, s30, 0);
  v128.store(c4, s40, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
    v128.store(c1, f32x4.splat(0), 16);
    v128.store(c2, f32x4.splat(0), 16);
    v128.store(c3, f32x4.splat(0), 16);
    v128.store(c4, f32x4.splat(0), 16);
  }
}

/** C[4, 4] (+)= A[l, 4]^T B[l, 4]: both operands in place. */
export function tileT4x4(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    const x3 = v128.load32_splat(a, 12);
    s30 = madd(x3, b0, s30);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s20 = f32x4.add(v128.load(c2, 0), s20);
    s30 = f32x4.add(v128.load(c3, 0), s30);
  }
  v128.store(c, s00, 0);
  v128.store(c1, s10, 0);
  v128.store(c2, s20, 0);
  v128.store(c3, s30, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
    v128.store(c1, f32x4.splat(0), 16);
    v128.store(c2, f32x4.splat(0), 16);
    v128.store(c3, f32x4.splat(0), 16);
  }
}

/** C[3, 4] (+)= A[l, 3]^T B[l, 4]: both operands in place. */
export function tileT3x4(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    const x2 = v128.load32_splat(a, 8);
    s20 = madd(x2, b0, s20);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s10 = f32x4.add(v128.load(c1, 0), s10);
    s20 = f32x4.add(v128.load(c2, 0), s20);
  }
  v128.store(c, s00, 0);
  v128.store(c1, s10, 0);
  v128.store(c2, s20, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
    v128.store(c1, f32x4.splat(0), 16);
    v128.store(c2, f32x4.splat(0), 16);
  }
}

/** C[2, 4] (+)= A[l, 2]^T B[l, 4]: both operands in place. */
export function tileT2x4(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    const x1 = v128.load32_splat(a, 4);
    s10 = madd(x1, b0, s10);
    a += lda;
    b += ldb;
  }
  const c1 = c + ldc;
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
    s10 = f32x4.add(v128.load(c1, 0), s10);
  }
  v128.store(c, s00, 0);
  v128.store(c1, s10, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
    v128.store(c1, f32x4.splat(0), 16);
  }
}

/** C[1, 4] (+)= A[l, 1]^T B[l, 4]: both operands in place. */
export function tileT1x4(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  let s00 = f32x4.splat(0);
  const end = b + (<usize>l) * ldb;
  while (b != end) {
    const b0 = v128.load(b, 0);
    const x0 = v128.load32_splat(a, 0);
    s00 = madd(x0, b0, s00);
    a += lda;
    b += ldb;
  }
  if (accumulate) {
    s00 = f32x4.add(v128.load(c, 0), s00);
  }
  v128.store(c, s00, 0);
  if (!accumulate) {
    v128.store(c, f32x4.splat(0), 16);
  }
}

/** The `tile` of this height and width. */
// @ts-ignore: decorator
@inline
export function tile(
  rows: i32, vectors: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,
): void {
  switch (8 * vectors + rows) {
    case 38: return tile6x16(a, lda, b, c, ldc, bias, k, accumulate);
    case 37: return tile5x16(a, lda, b, c, ldc, bias, k, accumulate);
    case 36: return tile4x16(a, lda, b, c, ldc, bias, k, accumulate);
    case 35: return tile3x16(a, lda, b, c, ldc, bias, k, accumulate);
    case 34: return tile2x16(a, lda, b, c, ldc, bias, k, accumulate);
    case 33: return tile1x16(a, lda, b, c, ldc, bias, k, accumulate);
    case 22: return tile6x8(a, lda, b, c, ldc, bias, k, accumulate);
    case 21: return tile5x8(a, lda, b, c, ldc, bias, k, accumulate);
    case 20: return tile4x8(a, lda, b, c, ldc, bias, k, accumulate);
    case 19: return tile3x8(a, lda, b, c, ldc, bias, k, accumulate);
    case 18: return tile2x8(a, lda, b, c, ldc, bias, k, accumulate);
    case 17: return tile1x8(a, lda, b, c, ldc, bias, k, accumulate);
    case 14: return tile6x4(a, lda, b, c, ldc, bias, k, accumulate);
    case 13: return tile5x4(a, lda, b, c, ldc, bias, k, accumulate);
    case 12: return tile4x4(a, lda, b, c, ldc, bias, k, accumulate);
    case 11: return tile3x4(a, lda, b, c, ldc, bias, k, accumulate);
    case 10: return tile2x4(a, lda, b, c, ldc, bias, k, accumulate);
    case 9: return tile1x4(a, lda, b, c, ldc, bias, k, accumulate);
    default: unreachable();
  }
}

/** The `tileT` of this height and width. */
// @ts-ignore: decorator
@inline
export function tileT(
  rows: i32, vectors: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,
): void {
  switch (8 * vectors + rows) {
    case 38: return tileT6x16(a, lda, b, ldb, c, ldc, l, accumulate);
    case 37: return tileT5x16(a, lda, b, ldb, c, ldc, l, accumulate);
    case 36: return tileT4x16(a, lda, b, ldb, c, ldc, l, accumulate);
    case 35: return tileT3x16(a, lda, b, ldb, c, ldc, l, accumulate);
    case 34: return tileT2x16(a, lda, b, ldb, c, ldc, l, accumulate);
    case 33: return tileT1x16(a, lda, b, ldb, c, ldc, l, accumulate);
    case 22: return tileT6x8(a, lda, b, ldb, c, ldc, l, accumulate);
    case 21: return tileT5x8(a, lda, b, ldb, c, ldc, l, accumulate);
    case 20: return tileT4x8(a, lda, b, ldb, c, ldc, l, accumulate);
    case 19: return tileT3x8(a, lda, b, ldb, c, ldc, l, accumulate);
    case 18: return tileT2x8(a, lda, b, ldb, c, ldc, l, accumulate);
    case 17: return tileT1x8(a, lda, b, ldb, c, ldc, l, accumulate);
    case 14: return tileT6x4(a, lda, b, ldb, c, ldc, l, accumulate);
    case 13: return tileT5x4(a, lda, b, ldb, c, ldc, l, accumulate);
    case 12: return tileT4x4(a, lda, b, ldb, c, ldc, l, accumulate);
    case 11: return tileT3x4(a, lda, b, ldb, c, ldc, l, accumulate);
    case 10: return tileT2x4(a, lda, b, ldb, c, ldc, l, accumulate);
    case 9: return tileT1x4(a, lda, b, ldb, c, ldc, l, accumulate);
    default: unreachable();
  }
}
