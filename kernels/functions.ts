// exp, log, tanh and their relatives on four floats, to about 1e-6 of the value.
// Coefficients: exp and log from Cephes (S. Moshier), tanh from Eigen's rational approximation.
import { atLeast, atMost, f, madd } from "./vector";

/** e^x: 0 below the normal numbers (x < -87.3), infinity above 88.7, NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const z = atMost(atLeast(x, f(-104)), f(89));
  // 1.5 2^23 pushes the fraction out of the mantissa: what is left is the nearest integer.
  const shifted = madd(z, f(1.44269504088896341), f(12582912));
  const n = f32x4.sub(shifted, f(12582912));
  const r = madd(n, f(2.12194440e-4), madd(n, f(-0.693359375), z));
  let p = madd(r, f(1.9875691500e-4), f(1.3981999507e-3));
  p = madd(p, r, f(8.3334519073e-3));
  p = madd(p, r, f(4.1665795894e-2));
  p = madd(p, r, f(1.6666665459e-1));
  p = madd(p, r, f(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), f(1));
  // 2^n in two factors, since 2^128 is not a float.
  const whole = i32x4.sub(shifted, f(12582912));
  const half = i32x4.shr_s(whole, 1);
  const high = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const low = i32x4.shl(i32x4.add(i32x4.sub(whole, half), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(f32x4.mul(p, high), low), f32x4.lt(x, f(-87.33654)));
}

/** log(1 + t) + e log 2, for t in [sqrt(1/2) - 1, sqrt(2) - 1]. */
// @ts-ignore: decorator
@inline
function logNear(t: v128, e: v128): v128 {
  const z = f32x4.mul(t, t);
  let y = madd(f(7.0376836292e-2), t, f(-1.1514610310e-1));
  y = madd(y, t, f(1.1676998740e-1));
  y = madd(y, t, f(-1.2420140846e-1));
  y = madd(y, t, f(1.4249322787e-1));
  y = madd(y, t, f(-1.6668057665e-1));
  y = madd(y, t, f(2.0000714765e-1));
  y = madd(y, t, f(-2.4999993993e-1));
  y = madd(y, t, f(3.3333331174e-1));
  y = f32x4.mul(f32x4.mul(y, t), z);
  y = madd(e, f(-2.12194440e-4), y);
  y = madd(z, f(-0.5), y);
  return madd(e, f(0.693359375), f32x4.add(t, y));
}

/** log x for positive normal x. */
// @ts-ignore: decorator
@inline
export function logNormal(x: v128): v128 {
  const mantissa = v128.or(v128.and(x, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const below = f32x4.lt(mantissa, f(0.707106781186547524));
  const exponent = i32x4.add(i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(126)), below);
  const t = f32x4.add(f32x4.sub(mantissa, f(1)), v128.and(below, mantissa));
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
  const z = atMost(atLeast(x, f(-7.90531110763549805)), f(7.90531110763549805));
  const s = f32x4.mul(z, z);
  let p = madd(s, f(-2.76076847742355e-16), f(2.00018790482477e-13));
  p = madd(p, s, f(-8.60467152213735e-11));
  p = madd(p, s, f(5.12229709037114e-8));
  p = madd(p, s, f(1.48572235717979e-5));
  p = madd(p, s, f(6.37261928875436e-4));
  p = madd(p, s, f(4.89352455891786e-3));
  let q = madd(s, f(1.19825839466702e-6), f(1.18534705686654e-4));
  q = madd(q, s, f(2.26843463243900e-3));
  q = madd(q, s, f(4.89352518554385e-3));
  return atMost(atLeast(f32x4.div(f32x4.mul(p, z), q), f(-1)), f(1));
}

/** 1 / (1 + e^-x), accurate in relation to its value in both tails. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(f(1), f32x4.add(f(1), exp(f32x4.neg(x))));
}

/** log(1 + e^x) = max(x, 0) + log(1 + t), t = e^-|x|; 1 + t = 2 (1 + (t - 1)/2) for t > sqrt(2) - 1. */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  const t = exp(f32x4.neg(f32x4.abs(x)));
  const large = f32x4.gt(t, f(0.414213562));
  const near = v128.bitselect(f32x4.mul(f32x4.sub(t, f(1)), f(0.5)), t, large);
  return f32x4.add(atLeast(x, f(0)), logNear(near, v128.and(large, f(1))));
}
