// exp, log, tanh and their relatives on four floats, to about 1e-6 of the value.
// Coefficients: exp and log from Cephes (S. Moshier), tanh from Eigen's rational approximation.
import {
  EXP_0, EXP_1, EXP_2, EXP_3, EXP_4, EXP_5, EXP_BIAS, EXP_HIGH, EXP_LN2, EXP_LN2_REST, EXP_LOG2E, EXP_LOW,
  EXP_SHIFT, EXP_SMALLEST, HALF, LOG_0, LOG_1, LOG_2, LOG_3, LOG_4, LOG_5, LOG_6, LOG_7, LOG_8, LOG_BIAS,
  LOG_HALF_BITS, LOG_LN2, LOG_LN2_REST, LOG_MANTISSA, LOG_SQRT_HALF, MINUS_HALF, MINUS_ONE, ONE,
  SOFTPLUS_LARGE, TANH_HIGH, TANH_LOW, TANH_P0, TANH_P1, TANH_P2, TANH_P3, TANH_P4, TANH_P5, TANH_P6, TANH_Q0,
  TANH_Q1, TANH_Q2, TANH_Q3,
} from "./constants";
import { atLeast, atMost, f, madd } from "./vector";

/** e^x: 0 below the normal numbers (x < -87.3), infinity above 88.7, NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const z = atMost(atLeast(x, f(EXP_LOW)), f(EXP_HIGH));
  // What is left after the shift is the nearest integer.
  const shifted = madd(z, f(EXP_LOG2E), f(EXP_SHIFT));
  const n = f32x4.sub(shifted, f(EXP_SHIFT));
  const r = madd(n, f(EXP_LN2_REST), madd(n, f(EXP_LN2), z));
  let p = madd(r, f(EXP_5), f(EXP_4));
  p = madd(p, r, f(EXP_3));
  p = madd(p, r, f(EXP_2));
  p = madd(p, r, f(EXP_1));
  p = madd(p, r, f(EXP_0));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), f(ONE));
  // 2^n in two factors, since 2^128 is not a float.
  const whole = i32x4.sub(shifted, f(EXP_SHIFT));
  const half = i32x4.shr_s(whole, 1);
  const high = i32x4.shl(i32x4.add(half, i32x4.splat(EXP_BIAS)), 23);
  const low = i32x4.shl(i32x4.add(i32x4.sub(whole, half), i32x4.splat(EXP_BIAS)), 23);
  return v128.andnot(f32x4.mul(f32x4.mul(p, high), low), f32x4.lt(x, f(EXP_SMALLEST)));
}

/** log(1 + t) + e log 2, for t in [sqrt(1/2) - 1, sqrt(2) - 1]. */
// @ts-ignore: decorator
@inline
function logNear(t: v128, e: v128): v128 {
  const z = f32x4.mul(t, t);
  let y = madd(f(LOG_8), t, f(LOG_7));
  y = madd(y, t, f(LOG_6));
  y = madd(y, t, f(LOG_5));
  y = madd(y, t, f(LOG_4));
  y = madd(y, t, f(LOG_3));
  y = madd(y, t, f(LOG_2));
  y = madd(y, t, f(LOG_1));
  y = madd(y, t, f(LOG_0));
  y = f32x4.mul(f32x4.mul(y, t), z);
  y = madd(e, f(LOG_LN2_REST), y);
  y = madd(z, f(MINUS_HALF), y);
  return madd(e, f(LOG_LN2), f32x4.add(t, y));
}

/** log x for positive normal x. */
// @ts-ignore: decorator
@inline
export function logNormal(x: v128): v128 {
  const mantissa = v128.or(v128.and(x, i32x4.splat(LOG_MANTISSA)), i32x4.splat(LOG_HALF_BITS));
  const below = f32x4.lt(mantissa, f(LOG_SQRT_HALF));
  const exponent = i32x4.add(i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(LOG_BIAS)), below);
  const t = f32x4.add(f32x4.sub(mantissa, f(ONE)), v128.and(below, mantissa));
  return logNear(t, f32x4.convert_i32x4_s(exponent));
}

/** log x: minus infinity at 0, NaN below, infinity at infinity. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const tiny = f32x4.lt(x, f(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f(33554432)), x, tiny);
  let y = logNormal(scaled);
  y = f32x4.sub(y, v128.and(tiny, f(17.3286795139986))); // 25 log 2
  y = v128.bitselect(f(-Infinity), y, f32x4.eq(x, f(0)));
  // x + x is NaN for NaN and infinity for infinity.
  y = v128.bitselect(y, f32x4.add(x, x), f32x4.lt(x, f(Infinity)));
  return v128.or(y, f32x4.lt(x, f(0)));
}

// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const z = atMost(atLeast(x, f(TANH_LOW)), f(TANH_HIGH));
  const s = f32x4.mul(z, z);
  let p = madd(s, f(TANH_P6), f(TANH_P5));
  p = madd(p, s, f(TANH_P4));
  p = madd(p, s, f(TANH_P3));
  p = madd(p, s, f(TANH_P2));
  p = madd(p, s, f(TANH_P1));
  p = madd(p, s, f(TANH_P0));
  let q = madd(s, f(TANH_Q3), f(TANH_Q2));
  q = madd(q, s, f(TANH_Q1));
  q = madd(q, s, f(TANH_Q0));
  return atMost(atLeast(f32x4.div(f32x4.mul(p, z), q), f(MINUS_ONE)), f(ONE));
}

/** 1 / (1 + e^-x), accurate in relation to its value in both tails. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(f(ONE), f32x4.add(f(ONE), exp(f32x4.neg(x))));
}

/** log(1 + e^x) = max(x, 0) + log(1 + t), t = e^-|x|; 1 + t = 2 (1 + (t - 1)/2) for t > sqrt(2) - 1. */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  const t = exp(f32x4.neg(f32x4.abs(x)));
  const large = f32x4.gt(t, f(SOFTPLUS_LARGE));
  const near = v128.bitselect(f32x4.mul(f32x4.sub(t, f(ONE)), f(HALF)), t, large);
  return f32x4.add(atLeast(x, f(0)), logNear(near, v128.and(large, f(ONE))));
}
