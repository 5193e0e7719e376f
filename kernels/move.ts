// Kernels that move floats without arithmetic. They write exactly the floats they are asked to.
import { f, flushTiny, storeSingle } from "./vector";

/** Copy `count` floats from any address to any other; tiny numbers become 0 if `flush`. */
// @ts-ignore: decorator
@inline
function copyRun(to: usize, from: usize, count: i32, flush: i32): void {
  for (; count >= 4; count -= 4) {
    const x = v128.load(from);
    v128.store(to, flush ? flushTiny(x) : x);
    to += 16;
    from += 16;
  }
  if (count & 2) {
    const x = v128.load64_zero(from);
    v128.store64_lane(to, flush ? flushTiny(x) : x, 0);
    to += 8;
    from += 8;
  }
  if (count & 1) {
    const x = v128.load32_zero(from);
    v128.store32_lane(to, flush ? flushTiny(x) : x, 0);
  }
}

// @ts-ignore: decorator
@inline
function fillRun(to: usize, count: i32, value: v128): void {
  for (; count >= 4; count -= 4) {
    v128.store(to, value);
    to += 16;
  }
  if (count & 2) {
    v128.store64_lane(to, value, 0);
    to += 8;
  }
  if (count & 1) v128.store32_lane(to, value, 0);
}

/**
 * to[rows, cols] = from[rows, cols], then `clear` zeros after each row; ldFrom = 0 repeats a row.
 * Any alignment. `to` may be `from` itself but may not otherwise overlap it.
 */
export function copy(
  to: usize, ldTo: usize, from: usize, ldFrom: usize, rows: i32, cols: i32, clear: i32, flush: i32,
): void {
  const tail = (<usize>cols) << 2;
  for (; rows > 0; --rows) {
    copyRun(to, from, cols, flush);
    if (clear) fillRun(to + tail, clear, f(0));
    to += ldTo;
    from += ldFrom;
  }
}

/** to[0..count] = value. Any alignment. */
export function fill(to: usize, count: i32, value: f32): void {
  fillRun(to, count, f(value));
}

/**
 * The first `count` floats of from[*, fromCols], row by row, as the rows of to[*, toCols].
 * Any alignment of `from`; each row of `to` that is completed gets zeros up to its block of 8.
 */
export function reshape(
  to: usize, ldTo: usize, toCols: i32, from: usize, ldFrom: usize, fromCols: i32, count: i32,
): void {
  if (toCols == 1) return toColumn(to, ldTo, from, ldFrom, fromCols, count);
  const padding = -toCols & 7;
  let leftTo = toCols;
  let leftFrom = fromCols;
  let rowTo = to;
  let rowFrom = from;
  while (count > 0) {
    const run = min(min(leftTo, leftFrom), count);
    copyRun(to, from, run, 0);
    count -= run;
    leftTo -= run;
    leftFrom -= run;
    to += (<usize>run) << 2;
    from += (<usize>run) << 2;
    if (leftTo == 0) {
      if (padding) fillRun(to, padding, f(0));
      rowTo += ldTo;
      to = rowTo;
      leftTo = toCols;
    }
    if (leftFrom == 0) {
      rowFrom += ldFrom;
      from = rowFrom;
      leftFrom = fromCols;
    }
  }
}

/** The common half of reshape that would otherwise be made of runs of one float. */
function toColumn(to: usize, ldTo: usize, from: usize, ldFrom: usize, fromCols: i32, count: i32): void {
  while (count > 0) {
    const run = min(fromCols, count);
    const end = from + ((<usize>run) << 2);
    for (let x = from; x < end; x += 4) {
      storeSingle(to, load<f32>(x));
      to += ldTo;
    }
    count -= run;
    from += ldFrom;
  }
}
