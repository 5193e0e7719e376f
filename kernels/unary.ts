// One operand, element by element. Each kind is a class without fields: `rows<Kind>` is compiled
// once per kind, with `at` inlined into its loop.
import { ONE } from "./constants";
import { exp, log, sigmoid, softplus, tanh } from "./functions";
import {
  UNARY_ABS, UNARY_AFFINE, UNARY_CLIP, UNARY_EXP, UNARY_INSIDE, UNARY_LOG, UNARY_POSITIVE,
  UNARY_RECIPROCAL, UNARY_RELU, UNARY_SIGMOID, UNARY_SIGN, UNARY_SILU, UNARY_SOFTPLUS, UNARY_SQRT,
  UNARY_SQUARE, UNARY_TANH, UNARY_ROUND,
} from "./records.gen";
import { atLeast, atMost, blockBytes, clearPadding, f, madd } from "./vector";

@unmanaged class Affine { @inline at(x: v128, p: v128, q: v128): v128 { return madd(x, p, q); } }
@unmanaged class Relu { @inline at(x: v128, p: v128, q: v128): v128 { return atLeast(x, f(0)); } }
@unmanaged class Tanh { @inline at(x: v128, p: v128, q: v128): v128 { return tanh(x); } }
@unmanaged class Silu { @inline at(x: v128, p: v128, q: v128): v128 { return f32x4.mul(x, sigmoid(x)); } }
@unmanaged class Sigmoid { @inline at(x: v128, p: v128, q: v128): v128 { return sigmoid(x); } }
@unmanaged class Softplus { @inline at(x: v128, p: v128, q: v128): v128 { return softplus(x); } }
@unmanaged class Exp { @inline at(x: v128, p: v128, q: v128): v128 { return exp(x); } }
@unmanaged class Log { @inline at(x: v128, p: v128, q: v128): v128 { return log(x); } }
@unmanaged class Sqrt { @inline at(x: v128, p: v128, q: v128): v128 { return f32x4.sqrt(x); } }
@unmanaged class Square { @inline at(x: v128, p: v128, q: v128): v128 { return f32x4.mul(x, x); } }
@unmanaged class Abs { @inline at(x: v128, p: v128, q: v128): v128 { return f32x4.abs(x); } }
@unmanaged class Reciprocal { @inline at(x: v128, p: v128, q: v128): v128 { return f32x4.div(f(ONE), x); } }
@unmanaged class Round { @inline at(x: v128, p: v128, q: v128): v128 { return f32x4.nearest(x); } }
@unmanaged class Clip { @inline at(x: v128, p: v128, q: v128): v128 { return atMost(atLeast(x, p), q); } }
@unmanaged class Positive {
  @inline at(x: v128, p: v128, q: v128): v128 { return v128.and(f32x4.gt(x, f(0)), f(ONE)); }
}
@unmanaged class Inside {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return v128.and(v128.and(f32x4.gt(x, p), f32x4.lt(x, q)), f(ONE));
  }
}
@unmanaged class Sign {
  @inline at(x: v128, p: v128, q: v128): v128 {
    return f32x4.sub(v128.and(f32x4.gt(x, f(0)), f(ONE)), v128.and(f32x4.lt(x, f(0)), f(ONE)));
  }
}

function unaryRows<Kind>(
  to: usize, ldTo: usize, a: usize, ldA: usize, splatA: i32, rows: i32, cols: i32, p: v128, q: v128,
): void {
  const kind = changetype<Kind>(0);
  const width = blockBytes(cols);
  for (; rows > 0; --rows) {
    if (splatA) {
      const y = kind.at(v128.load32_splat(a), p, q);
      for (let i: usize = 0; i < width; i += 16) v128.store(to + i, y);
    } else {
      for (let i: usize = 0; i < width; i += 32) {
        const y0 = kind.at(v128.load(a + i), p, q);
        const y1 = kind.at(v128.load(a + i, 16), p, q);
        v128.store(to + i, y0);
        v128.store(to + i, y1, 16);
      }
    }
    clearPadding(to, cols);
    to += ldTo;
    a += ldA;
  }
}

/**
 * to[rows, cols] = kind(a); ldA = 0 repeats one row, splatA repeats column 0.
 * `to` may be `a`. Rows of `to` are 16-byte aligned and written in whole blocks of 8.
 */
export function unary(
  kind: i32, to: usize, ldTo: usize, a: usize, ldA: usize, splatA: i32, rows: i32, cols: i32, p: f32, q: f32,
): void {
  const ps = f(p);
  const qs = f(q);
  switch (kind) {
    case UNARY_AFFINE: return unaryRows<Affine>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_RELU: return unaryRows<Relu>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_TANH: return unaryRows<Tanh>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_SILU: return unaryRows<Silu>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_SIGMOID: return unaryRows<Sigmoid>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_SOFTPLUS: return unaryRows<Softplus>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_EXP: return unaryRows<Exp>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_LOG: return unaryRows<Log>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_SQRT: return unaryRows<Sqrt>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_SQUARE: return unaryRows<Square>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_ABS: return unaryRows<Abs>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_RECIPROCAL: return unaryRows<Reciprocal>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_CLIP: return unaryRows<Clip>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_POSITIVE: return unaryRows<Positive>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_INSIDE: return unaryRows<Inside>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_SIGN: return unaryRows<Sign>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    case UNARY_ROUND: return unaryRows<Round>(to, ldTo, a, ldA, splatA, rows, cols, ps, qs);
    default: unreachable();
  }
}
