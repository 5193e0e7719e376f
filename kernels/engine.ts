// The entry: runs a plan, a row of 64-byte records in the imported memory. This module owns no
// memory and has no data of its own, so that any number of workers can share one arena.
export * from "./constants";
export { announce, perform, serve } from "./crew";
import { execute } from "./dispatch.gen";
import { OP_END, RECORD_BYTES } from "./records.gen";
import { f, madd, sumLanes } from "./vector";

/** Run the records at `plan` up to `end`. */
export function run(plan: usize): void {
  for (; load<i32>(plan) != OP_END; plan += RECORD_BYTES) execute(plan);
}

/** Pairs (address of a slot, delta): slot += times * delta. */
function patch(patches: usize, patchCount: i32, times: i32): void {
  for (; patchCount > 0; --patchCount) {
    const slot = load<usize>(patches);
    store<i32>(slot, load<i32>(slot) + times * load<i32>(patches, 4));
    patches += 8;
  }
}

/** Run `body` `count` times, patching its records after each; at the end they are as before. */
export function loop(count: i32, body: usize, patches: usize, patchCount: i32): void {
  for (let i: i32 = 0; i < count; ++i) {
    run(body);
    patch(patches, patchCount, 1);
  }
  patch(patches, patchCount, -count);
}

/** Whether a multiply-add is rounded once on this machine: (1 + 2^-12)^2 keeps its last bit. */
export function isFused(): bool {
  const x = f(1.000244140625);
  return f32x4.extract_lane(madd(x, x, f(-1.00048828125)), 0) != 0;
}

/**
 * 12 n multiply-adds of 4 floats into registers, as in a tile: the peak that matmul is judged by.
 * The factors are arguments since V8 builds a constant vector anew at each use.
 */
export function madds(n: i32, a: f32, b: f32): f32 {
  const x = f(a);
  const y = f(b);
  let s0 = f(0), s1 = f(1), s2 = f(2), s3 = f(3), s4 = f(4), s5 = f(5);
  let s6 = f(6), s7 = f(7), s8 = f(8), s9 = f(9), s10 = f(10), s11 = f(11);
  for (; n > 0; --n) {
    s0 = madd(x, y, s0); s1 = madd(x, y, s1); s2 = madd(x, y, s2); s3 = madd(x, y, s3);
    s4 = madd(x, y, s4); s5 = madd(x, y, s5); s6 = madd(x, y, s6); s7 = madd(x, y, s7);
    s8 = madd(x, y, s8); s9 = madd(x, y, s9); s10 = madd(x, y, s10); s11 = madd(x, y, s11);
  }
  s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  s4 = f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7));
  s8 = f32x4.add(f32x4.add(s8, s9), f32x4.add(s10, s11));
  return sumLanes(f32x4.add(f32x4.add(s0, s4), s8));
}
