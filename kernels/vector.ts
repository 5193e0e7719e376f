// Four floats at a time: the words that every kernel is written in.
// Clamps are pmax and pmin with the data first: one instruction each, and a NaN stays visible.

import { TINY } from "./constants";

/** a b + c; rounded once where the build has relaxed SIMD, else twice. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
export function f(value: f32): v128 {
  return f32x4.splat(value);
}

// @ts-ignore: decorator
@inline
export function atLeast(x: v128, low: v128): v128 {
  return f32x4.pmax(x, low);
}

// @ts-ignore: decorator
@inline
export function atMost(x: v128, high: v128): v128 {
  return f32x4.pmin(x, high);
}

/** Lanes below 1e-30 in magnitude become 0: subnormal numbers cost 10 to 40 times more. */
// @ts-ignore: decorator
@inline
export function flushTiny(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f(TINY)));
}

/** All ones in the lanes below `count`. */
// @ts-ignore: decorator
@inline
export function firstLanes(count: i32): v128 {
  return i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3));
}

/** The sum of four lanes, as (0 + 2) + (1 + 3). */
// @ts-ignore: decorator
@inline
export function sumLanes(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

// @ts-ignore: decorator
@inline
export function maxLanes(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** Bytes of `cols` floats rounded up to whole blocks of 8: what a kernel writes of each row. */
// @ts-ignore: decorator
@inline
export function blockBytes(cols: i32): usize {
  return (<usize>((cols + 7) & ~7)) << 2;
}

/** Zero the columns from `cols` to the end of their block of 8, in one row that is already written. */
// @ts-ignore: decorator
@inline
export function clearPadding(row: usize, cols: i32): void {
  const left = cols & 7;
  if (left == 0) return;
  const block = row + ((<usize>(cols - left)) << 2);
  v128.store(block, v128.and(v128.load(block), firstLanes(left)));
  v128.store(block, v128.and(v128.load(block, 16), firstLanes(left - 4)), 16);
}

/** Write one float as a whole row of one column: the float, then seven zeros. */
// @ts-ignore: decorator
@inline
export function storeSingle(row: usize, value: f32): void {
  v128.store(row, f32x4.replace_lane(f(0), 0, value));
  v128.store(row, f(0), 16);
}

// Four vectors transpose in two steps: interleave pairs of rows, then join the halves.

// @ts-ignore: decorator
@inline
export function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
export function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
}

// @ts-ignore: decorator
@inline
export function joinLow(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 0, 2);
}

// @ts-ignore: decorator
@inline
export function joinHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 1, 3);
}
