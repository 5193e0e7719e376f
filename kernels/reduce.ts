// Sums and maxima in float32, in a fixed order: several partial sums, then their sum.
import { exp, log } from "./functions";
import { REDUCE_MAX_COLS, REDUCE_SUM_ALL, REDUCE_SUM_COLS, REDUCE_SUM_ROWS } from "./records.gen";
import { blockBytes, clearPadding, f, firstLanes, maxLanes, storeSingle, sumLanes } from "./vector";

/** The sum over rows of one group of 4 columns, in 4 interleaved partial sums. */
// @ts-ignore: decorator
@inline
function sumDown(from: usize, ld: usize, rows: i32): v128 {
  let s0 = f(0);
  let s1 = f(0);
  let s2 = f(0);
  let s3 = f(0);
  for (; rows >= 4; rows -= 4) {
    s0 = f32x4.add(s0, v128.load(from));
    s1 = f32x4.add(s1, v128.load(from + ld));
    s2 = f32x4.add(s2, v128.load(from + 2 * ld));
    s3 = f32x4.add(s3, v128.load(from + 3 * ld));
    from += 4 * ld;
  }
  for (; rows > 0; --rows) {
    s0 = f32x4.add(s0, v128.load(from));
    from += ld;
  }
  return f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
}

/** The sum of one row, lane by lane, in 4 interleaved partial sums; padding adds zero. */
// @ts-ignore: decorator
@inline
function sumAlong(from: usize, width: usize): v128 {
  let s0 = f(0);
  let s1 = f(0);
  let s2 = f(0);
  let s3 = f(0);
  let i: usize = 0;
  for (; i + 64 <= width; i += 64) {
    s0 = f32x4.add(s0, v128.load(from + i));
    s1 = f32x4.add(s1, v128.load(from + i, 16));
    s2 = f32x4.add(s2, v128.load(from + i, 32));
    s3 = f32x4.add(s3, v128.load(from + i, 48));
  }
  if (i < width) {
    s0 = f32x4.add(s0, v128.load(from + i));
    s1 = f32x4.add(s1, v128.load(from + i, 16));
  }
  return f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
}

/** The largest of the first `cols` floats of a row; minus infinity if there are none. */
// @ts-ignore: decorator
@inline
function maxAlong(from: usize, cols: i32): f32 {
  const lowest = f(-Infinity);
  let most = lowest;
  for (; cols >= 4; cols -= 4) {
    most = f32x4.max(most, v128.load(from));
    from += 16;
  }
  if (cols > 0) most = f32x4.max(most, v128.bitselect(v128.load(from), lowest, firstLanes(cols)));
  return maxLanes(most);
}

function sumRows(to: usize, from: usize, ldFrom: usize, rows: i32, cols: i32, accumulate: i32): void {
  const width = blockBytes(cols);
  for (let i: usize = 0; i < width; i += 16) {
    let sum = sumDown(from + i, ldFrom, rows);
    if (accumulate) sum = f32x4.add(v128.load(to + i), sum);
    v128.store(to + i, sum);
  }
}

function sumCols(
  to: usize, ldTo: usize, from: usize, ldFrom: usize, rows: i32, cols: i32, accumulate: i32,
): void {
  const width = blockBytes(cols);
  for (; rows > 0; --rows) {
    const sum = sumLanes(sumAlong(from, width));
    storeSingle(to, accumulate ? load<f32>(to) + sum : sum);
    to += ldTo;
    from += ldFrom;
  }
}

function sumAll(to: usize, from: usize, ldFrom: usize, rows: i32, cols: i32, accumulate: i32): void {
  let lanes = f(0);
  if (cols <= 8) {
    if (cols > 0) lanes = f32x4.add(sumDown(from, ldFrom, rows), sumDown(from + 16, ldFrom, rows));
  } else {
    const width = blockBytes(cols);
    for (; rows > 0; --rows) {
      lanes = f32x4.add(lanes, sumAlong(from, width));
      from += ldFrom;
    }
  }
  const sum = sumLanes(lanes);
  storeSingle(to, accumulate ? load<f32>(to) + sum : sum);
}

function maxCols(to: usize, ldTo: usize, from: usize, ldFrom: usize, rows: i32, cols: i32): void {
  for (; rows > 0; --rows) {
    storeSingle(to, maxAlong(from, cols));
    to += ldTo;
    from += ldFrom;
  }
}

/**
 * sumRows: to[1, cols]; sumCols and maxCols: to[rows, 1]; sumAll: to[1, 1]; of from[rows, cols].
 * Rows of `from` are 16-byte aligned with zero padding. `accumulate` adds to `to`, for sums only.
 */
export function reduce(
  kind: i32, to: usize, ldTo: usize, from: usize, ldFrom: usize, rows: i32, cols: i32, accumulate: i32,
): void {
  switch (kind) {
    case REDUCE_SUM_ROWS: return sumRows(to, from, ldFrom, rows, cols, accumulate);
    case REDUCE_SUM_COLS: return sumCols(to, ldTo, from, ldFrom, rows, cols, accumulate);
    case REDUCE_SUM_ALL: return sumAll(to, from, ldFrom, rows, cols, accumulate);
    case REDUCE_MAX_COLS: return maxCols(to, ldTo, from, ldFrom, rows, cols);
    default: unreachable();
  }
}

/**
 * to[r, :] = x - max x - log(sum(exp(x - max x))), x = from[r, 0..cols]; `to` may be `from`.
 * Rows are 16-byte aligned; `to` is written in blocks of 8.
 */
export function logSoftmax(to: usize, ldTo: usize, from: usize, ldFrom: usize, rows: i32, cols: i32): void {
  const width = blockBytes(cols);
  for (; rows > 0; --rows) {
    const most = f(maxAlong(from, cols));
    let sum = f(0);
    let left = cols;
    for (let i: usize = 0; i < width; i += 16) {
      const shifted = f32x4.sub(v128.load(from + i), most);
      v128.store(to + i, shifted);
      sum = f32x4.add(sum, v128.and(exp(shifted), firstLanes(left)));
      left -= 4;
    }
    const total = log(f(sumLanes(sum)));
    for (let i: usize = 0; i < width; i += 16)
      v128.store(to + i, f32x4.sub(v128.load(to + i), total));
    clearPadding(to, cols);
    to += ldTo;
    from += ldFrom;
  }
}
