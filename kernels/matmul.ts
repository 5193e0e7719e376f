// Matrix products from the register tiles of tiles.gen.ts. Which tile is fastest is for the machine
// to say; whoever instantiates this module imports the choice. All give the same bits.
import { ONE } from "./constants";
import { tanh } from "./functions";
import {
  EPILOGUE_ACCUMULATE, EPILOGUE_KEEP_POSITIVE, EPILOGUE_NONE, EPILOGUE_RELU, EPILOGUE_TANH, EPILOGUE_TANH_GRAD,
} from "./records.gen";
import { tile, tileT } from "./tiles.gen";
import { atLeast, f, interleaveHigh, interleaveLow, joinHigh, joinLow } from "./vector";

/** Rows of the tile, 1 to 6, and its columns, 8 or 16. */
// @ts-ignore: decorator
@external("env", "tileRows")
declare const TILE_ROWS: i32;
// @ts-ignore: decorator
@external("env", "tileCols")
declare const TILE_COLS: i32;

/** Rows of the next tile: all while they last, and 4 + 3 rather than 6 + 1 at the end. */
// @ts-ignore: decorator
@inline
function tileRows(left: i32): i32 {
  const most = TILE_ROWS;
  if (left <= most) return left;
  return left >= 2 * most - 1 ? most : (left + 1) >> 1;
}

/** Vectors of 4 columns of the next tile: two panels of B, one, or the half that is not padding. */
// @ts-ignore: decorator
@inline
function tileVectors(left: i32): i32 {
  if (left <= 4) return 1;
  return TILE_COLS == 16 && left > 8 ? 4 : 2;
}

/** Four rows of four, transposed into to, to + stride, ...: the first `count` of them. */
// @ts-ignore: decorator
@inline
function storeTransposed(r0: v128, r1: v128, r2: v128, r3: v128, to: usize, stride: usize, count: i32): void {
  const low01 = interleaveLow(r0, r1);
  const low23 = interleaveLow(r2, r3);
  const high01 = interleaveHigh(r0, r1);
  const high23 = interleaveHigh(r2, r3);
  v128.store(to, joinLow(low01, low23));
  if (count > 1) v128.store(to + stride, joinHigh(low01, low23));
  if (count > 2) v128.store(to + 2 * stride, joinLow(high01, high23));
  if (count > 3) v128.store(to + 3 * stride, joinHigh(high01, high23));
}

/** Half a panel from `count` <= 4 rows of k floats: 4 of every 8 floats of the panel. */
function packRows(to: usize, from: usize, ld: usize, count: i32, k: i32): void {
  const zero = f(0);
  const from1 = from + ld;
  const from2 = from1 + ld;
  const from3 = from2 + ld;
  for (let i: usize = 0; k > 0; k -= 4, i += 16) {
    const r0 = count > 0 ? v128.load(from + i) : zero;
    const r1 = count > 1 ? v128.load(from1 + i) : zero;
    const r2 = count > 2 ? v128.load(from2 + i) : zero;
    const r3 = count > 3 ? v128.load(from3 + i) : zero;
    storeTransposed(r0, r1, r2, r3, to, 32, min(k, 4));
    to += 128;
  }
}

/**
 * B[k, n] as panels of 8 columns, for matmul: k rows of 8 floats, zero beyond n.
 * B is `from`[k, n], or the transpose of `from`[n, k]; both have zero padding.
 */
export function pack(to: usize, from: usize, n: i32, k: i32, ld: usize, transposed: i32): void {
  for (let column: i32 = 0; column < n; column += 8) {
    if (transposed) {
      packRows(to, from, ld, min(n - column, 4), k);
      packRows(to + 16, from + 4 * ld, ld, min(n - column - 4, 4), k);
      from += 8 * ld;
      to += (<usize>k) << 5;
    } else {
      let row = from;
      for (let i: i32 = 0; i < k; ++i) {
        v128.store(to, v128.load(row));
        v128.store(to, v128.load(row, 16), 16);
        to += 32;
        row += ld;
      }
      from += 32;
    }
  }
}

/** The epilogue of a tile just stored. */
function finish(c: usize, ldc: usize, h: usize, ldh: usize, rows: i32, epilogue: i32): void {
  for (; rows > 0; --rows) {
    let x0 = v128.load(c);
    let x1 = v128.load(c, 16);
    if (epilogue == EPILOGUE_RELU) {
      x0 = atLeast(x0, f(0));
      x1 = atLeast(x1, f(0));
    } else if (epilogue == EPILOGUE_TANH) {
      x0 = tanh(x0);
      x1 = tanh(x1);
    } else {
      const h0 = v128.load(h);
      const h1 = v128.load(h, 16);
      if (epilogue == EPILOGUE_KEEP_POSITIVE) {
        x0 = v128.and(x0, f32x4.gt(h0, f(0)));
        x1 = v128.and(x1, f32x4.gt(h1, f(0)));
      } else if (epilogue == EPILOGUE_TANH_GRAD) {
        x0 = f32x4.mul(x0, f32x4.sub(f(ONE), f32x4.mul(h0, h0)));
        x1 = f32x4.mul(x1, f32x4.sub(f(ONE), f32x4.mul(h1, h1)));
      } else unreachable();
    }
    v128.store(c, x0);
    v128.store(c, x1, 16);
    c += ldc;
    h += ldh;
  }
}

/**
 * C[m, n] = epilogue(A[m, k] B[k, n] + bias[n]); b holds the panels of `pack`, bias = 0 means none.
 * Rows of c, h and the bias are 16-byte aligned; a may start anywhere. C is written in blocks of 8.
 */
export function matmul(
  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, h: usize, ldh: usize, m: i32, n: i32, k: i32,
  epilogue: i32,
): void {
  const accumulate = i32(epilogue == EPILOGUE_ACCUMULATE);
  const finishes = epilogue != EPILOGUE_NONE && !accumulate;
  for (let columns = n; columns > 0; ) {
    const vectors = tileVectors(columns);
    let rowA = a;
    let rowC = c;
    let rowH = h;
    for (let left = m; left > 0; ) {
      const rows = tileRows(left);
      tile(rows, vectors, rowA, lda, b, rowC, ldc, bias, k, accumulate);
      if (finishes) {
        finish(rowC, ldc, rowH, ldh, rows, epilogue);
        if (vectors == 4) finish(rowC + 32, ldc, rowH + 32, ldh, rows, epilogue);
      }
      left -= rows;
      rowA += <usize>rows * lda;
      rowC += <usize>rows * ldc;
      rowH += <usize>rows * ldh;
    }
    const panels = (vectors + 1) >> 1;
    columns -= 8 * panels;
    b += <usize>(panels * k) << 5;
    c += <usize>panels << 5;
    h += <usize>panels << 5;
    if (bias) bias += <usize>panels << 5;
  }
}

/**
 * C[m, n] (+)= A[l, m]^T B[l, n], both in place. Rows of b and c are 16-byte aligned.
 * C is written in blocks of 8; its padding is zero because B's is.
 */
export function matmulT(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, m: i32, n: i32, l: i32, accumulate: i32,
): void {
  for (let columns = n; columns > 0; ) {
    const vectors = tileVectors(columns);
    let columnA = a;
    let rowC = c;
    for (let left = m; left > 0; ) {
      const rows = tileRows(left);
      tileT(rows, vectors, columnA, lda, b, ldb, rowC, ldc, l, accumulate);
      left -= rows;
      columnA += (<usize>rows) << 2;
      rowC += <usize>rows * ldc;
    }
    const panels = (vectors + 1) >> 1;
    columns -= 8 * panels;
    b += <usize>panels << 5;
    c += <usize>panels << 5;
  }
}
