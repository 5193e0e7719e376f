// Standard normals: Philox4x32-10 (Salmon et al., SC'11) and Box-Muller, as src/base/philox.ts
// defines them. Four counters at a time, one per lane: the same four columns of four rows.
import {
  BIT_1, COSINE_0, COSINE_1, COSINE_2, MINUS_HALF, MINUS_TWO, ONE, PHILOX_M0, PHILOX_M1, PHILOX_W0, PHILOX_W1,
  QUARTER_HALF, QUARTER_UNIT, SIGN_BIT, SINE_0, SINE_1, SINE_2, UNIT_24,
} from "./constants";
import { logNormal } from "./functions";
import { f, firstLanes, interleaveHigh, interleaveLow, joinHigh, joinLow, madd } from "./vector";

/** sqrt(-2 log u), u = ((word >>> 8) + 1) / 2^24. */
// @ts-ignore: decorator
@inline
function radius(word: v128): v128 {
  const whole = i32x4.add(i32x4.shr_u(word, 8), i32x4.splat(BIT_1));
  const u = f32x4.mul(f32x4.convert_i32x4_s(whole), f(UNIT_24));
  return f32x4.sqrt(f32x4.mul(f(MINUS_TWO), logNormal(u)));
}

/** The angle 2 pi word / 2^32 less the nearest quarter turn: at most pi/4 in magnitude. */
// @ts-ignore: decorator
@inline
function withinQuarter(word: v128): v128 {
  const turn = f32x4.convert_i32x4_s(i32x4.shl(word, 2));
  return f32x4.mul(turn, f(QUARTER_UNIT));
}

// @ts-ignore: decorator
@inline
function nearestQuarter(word: v128): v128 {
  return i32x4.shr_u(i32x4.add(word, i32x4.splat(QUARTER_HALF)), 30);
}

// @ts-ignore: decorator
@inline
function isOdd(quarter: v128): v128 {
  return i32x4.eq(v128.and(quarter, i32x4.splat(BIT_1)), i32x4.splat(BIT_1));
}

// @ts-ignore: decorator
@inline
function sine(t: v128): v128 {
  const z = f32x4.mul(t, t);
  let s = madd(f(SINE_2), z, f(SINE_1));
  s = madd(s, z, f(SINE_0));
  return madd(f32x4.mul(s, z), t, t);
}

// @ts-ignore: decorator
@inline
function cosine(t: v128): v128 {
  const z = f32x4.mul(t, t);
  let c = madd(f(COSINE_2), z, f(COSINE_1));
  c = madd(c, z, f(COSINE_0));
  return f32x4.add(madd(f(MINUS_HALF), z, f32x4.mul(f32x4.mul(c, z), z)), f(ONE));
}

/** `even` in quarters 0 and 2, else `odd`; negated where bit 1 of `signs` is set. */
// @ts-ignore: decorator
@inline
function inQuarter(even: v128, odd: v128, quarter: v128, signs: v128): v128 {
  const sign = v128.and(i32x4.shl(signs, 30), i32x4.splat(SIGN_BIT));
  return v128.xor(v128.bitselect(odd, even, isOdd(quarter)), sign);
}

/** The identifier of a row, truncated as an unsigned 32-bit word. */
// @ts-ignore: decorator
@inline
function identifier(ids: usize, ldIds: usize, index: i32): i32 {
  return <i32>(<i64>load<f32>(ids + <usize>index * ldIds));
}

/** The normals of columns 4 block .. 4 block + 4 of four rows, stored through their addresses. */
// @ts-ignore: decorator
@inline
function storeBlock(
  block: i32, steps: v128, identifiers: v128, iteration: v128, key0: i32, key1: i32, lanes: v128,
  to0: usize, to1: usize, to2: usize, to3: usize,
): void {
  const m0 = i32x4.splat(PHILOX_M0);
  const m1 = i32x4.splat(PHILOX_M1);
  let x0 = i32x4.splat(block);
  let x1 = steps;
  let x2 = identifiers;
  let x3 = iteration;
  let k0 = i32x4.splat(key0);
  let k1 = i32x4.splat(key1);
  for (let round: i32 = 0; round < 10; ++round) {
    // 64-bit products of lanes 0, 1 and of lanes 2, 3; then their high and their low words.
    const p01 = i64x2.extmul_low_i32x4_u(x0, m0);
    const p23 = i64x2.extmul_high_i32x4_u(x0, m0);
    const r01 = i64x2.extmul_low_i32x4_u(x2, m1);
    const r23 = i64x2.extmul_high_i32x4_u(x2, m1);
    x0 = v128.xor(v128.xor(v128.shuffle<i32>(r01, r23, 1, 3, 5, 7), x1), k0);
    x1 = v128.shuffle<i32>(r01, r23, 0, 2, 4, 6);
    x2 = v128.xor(v128.xor(v128.shuffle<i32>(p01, p23, 1, 3, 5, 7), x3), k1);
    x3 = v128.shuffle<i32>(p01, p23, 0, 2, 4, 6);
    k0 = i32x4.add(k0, i32x4.splat(PHILOX_W0));
    k1 = i32x4.add(k1, i32x4.splat(PHILOX_W1));
  }
  const radius0 = radius(x0);
  const radius2 = radius(x2);
  const t1 = withinQuarter(x1);
  const t3 = withinQuarter(x3);
  const quarter1 = nearestQuarter(x1);
  const quarter3 = nearestQuarter(x3);
  const c1 = cosine(t1);
  const s1 = sine(t1);
  const c3 = cosine(t3);
  const s3 = sine(t3);
  // The cosine of the whole angle is negative in quarters 1 and 2, the sine in 2 and 3.
  const n0 = f32x4.mul(radius0, inQuarter(c1, s1, quarter1, i32x4.add(quarter1, i32x4.splat(BIT_1))));
  const n1 = f32x4.mul(radius0, inQuarter(s1, c1, quarter1, quarter1));
  const n2 = f32x4.mul(radius2, inQuarter(c3, s3, quarter3, i32x4.add(quarter3, i32x4.splat(BIT_1))));
  const n3 = f32x4.mul(radius2, inQuarter(s3, c3, quarter3, quarter3));
  // Lanes are rows: transpose. The last row is stored first, so that row 0 wins over its copies.
  const low01 = interleaveLow(n0, n1);
  const low23 = interleaveLow(n2, n3);
  const high01 = interleaveHigh(n0, n1);
  const high23 = interleaveHigh(n2, n3);
  v128.store(to3, v128.and(joinHigh(high01, high23), lanes));
  v128.store(to2, v128.and(joinLow(high01, high23), lanes));
  v128.store(to1, v128.and(joinHigh(low01, low23), lanes));
  v128.store(to0, v128.and(joinLow(low01, low23), lanes));
}

/**
 * to[rows, cols]: lane c & 3 of the block with counter
 *   [c >> 2, firstStep + floor(r / rowsPerStep), ids[r mod rowsPerStep], iteration].
 * ids is [rowsPerStep, 1]; key is two words; clock is (iteration, firstStep).
 * Rows of `to` are 16-byte aligned and written in whole blocks of 8.
 */
export function normals(
  to: usize, ld: usize, rows: i32, cols: i32, rowsPerStep: i32, ids: usize, ldIds: usize, key: usize, clock: usize,
): void {
  const key0 = load<i32>(key);
  const key1 = load<i32>(key, 4);
  const iteration = v128.load32_splat(clock);
  let step = load<i32>(clock, 4);
  let index: i32 = 0;
  const blocks = (cols + 3) >> 2;
  for (let row: i32 = 0; row < rows; row += 4) {
    let steps = i32x4.splat(step);
    let identifiers = i32x4.splat(identifier(ids, ldIds, index));
    if (++index == rowsPerStep) { index = 0; ++step; }
    steps = i32x4.replace_lane(steps, 1, step);
    identifiers = i32x4.replace_lane(identifiers, 1, identifier(ids, ldIds, index));
    if (++index == rowsPerStep) { index = 0; ++step; }
    steps = i32x4.replace_lane(steps, 2, step);
    identifiers = i32x4.replace_lane(identifiers, 2, identifier(ids, ldIds, index));
    if (++index == rowsPerStep) { index = 0; ++step; }
    steps = i32x4.replace_lane(steps, 3, step);
    identifiers = i32x4.replace_lane(identifiers, 3, identifier(ids, ldIds, index));
    if (++index == rowsPerStep) { index = 0; ++step; }
    // Rows beyond the last are written over it, before it is.
    let to0 = to;
    let to1 = row + 1 < rows ? to0 + ld : to0;
    let to2 = row + 2 < rows ? to1 + ld : to1;
    let to3 = row + 3 < rows ? to2 + ld : to2;
    for (let block: i32 = 0; block < blocks; ++block) {
      const lanes = firstLanes(cols - (block << 2));
      storeBlock(block, steps, identifiers, iteration, key0, key1, lanes, to0, to1, to2, to3);
      to0 += 16;
      to1 += 16;
      to2 += 16;
      to3 += 16;
    }
    if (blocks & 1) {
      v128.store(to0, f(0));
      v128.store(to1, f(0));
      v128.store(to2, f(0));
      v128.store(to3, f(0));
    }
    to += ld << 2;
  }
}
