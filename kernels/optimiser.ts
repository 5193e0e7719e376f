// Gradient clipping and Adam, on flat arrays whose length is a multiple of 8 (zero beyond the end).
// The gradient is the sum over shards g, g + gStride, ..., always in this order.
import { f, firstLanes, flushTiny, madd, sumLanes } from "./vector";

// @ts-ignore: decorator
@inline
function sumShards(g: usize, gStride: usize, shards: i32): v128 {
  let sum = v128.load(g);
  for (let shard: i32 = 1; shard < shards; ++shard) {
    g += gStride;
    sum = f32x4.add(sum, v128.load(g));
  }
  return sum;
}

/** to[0] = sum over i < n of (sum over shards of g[i])^2. Reads whole blocks of 8. */
export function sumSquares(g: usize, gStride: usize, shards: i32, n: i32, to: usize): void {
  let s0 = f(0);
  let s1 = f(0);
  for (; n > 0; n -= 8) {
    const x0 = v128.and(sumShards(g, gStride, shards), firstLanes(n));
    const x1 = v128.and(sumShards(g + 16, gStride, shards), firstLanes(n - 4));
    s0 = madd(x0, x0, s0);
    s1 = madd(x1, x1, s1);
    g += 32;
  }
  store<f32>(to, sumLanes(f32x4.add(s0, s1)));
}

/**
 * to[0] = gradientScale, times limit / norm if the scaled gradient's norm is above a positive limit;
 * to[1] = that norm. The squared norm comes in `count` parts.
 */
export function clip(sumSquares: usize, count: i32, limit: f32, gradientScale: f32, to: usize): void {
  let sum: f32 = 0;
  for (; count > 0; --count) {
    sum += load<f32>(sumSquares);
    sumSquares += 4;
  }
  const norm = gradientScale * sqrt<f32>(sum);
  store<f32>(to, norm, 4);
  store<f32>(to, limit > 0 && norm > limit ? gradientScale * (limit / norm) : gradientScale);
}

/**
 * One Adam step on n parameters (n a multiple of 8), g the clipped sum over shards:
 *   m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2,  w = w - rate m / (sqrt(v) iv + eps) - decay w.
 * Where the gradient's norm, clip[1], is not finite, nothing changes. hyper holds rate / (1 - b1^t), b1, b2, eps, iv = 1 / sqrt(1 - b2^t), decay.
 * @source Kingma and Ba 2015, arXiv:1412.6980; decay as in Loshchilov and Hutter, arXiv:1711.05101.
 */
export function adam(
  w: usize, g: usize, gStride: usize, shards: i32, m: usize, v: usize, n: i32, hyper: usize, clip: usize,
): void {
  if (!(load<f32>(clip, 4) < Infinity)) return;
  const rate = v128.load32_splat(hyper);
  const b1 = v128.load32_splat(hyper, 4);
  const b2 = v128.load32_splat(hyper, 8);
  const eps = v128.load32_splat(hyper, 12);
  const iv = v128.load32_splat(hyper, 16);
  const decay = v128.load32_splat(hyper, 20);
  const scale = v128.load32_splat(clip);
  const rest1 = f32x4.sub(f(1), b1);
  const rest2 = f32x4.sub(f(1), b2);
  for (; n > 0; n -= 4) {
    const gradient = f32x4.mul(scale, sumShards(g, gStride, shards));
    const mean = flushTiny(madd(b1, v128.load(m), f32x4.mul(rest1, gradient)));
    const square = flushTiny(madd(b2, v128.load(v), f32x4.mul(rest2, f32x4.mul(gradient, gradient))));
    v128.store(m, mean);
    v128.store(v, square);
    const old = v128.load(w);
    const change = f32x4.div(f32x4.mul(rate, mean), madd(f32x4.sqrt(square), iv, eps));
    v128.store(w, f32x4.sub(old, madd(decay, old, change)));
    w += 16;
    g += 16;
    m += 16;
    v += 16;
  }
}
