// Two operands, element by element; the kinds are classes as in unary.ts.
import { ONE } from "./constants";
import { sigmoid } from "./functions";
import {
  BINARY_ADD, BINARY_DIV, BINARY_MAX, BINARY_MIN, BINARY_MUL, BINARY_RELU_GRAD, BINARY_SILU_GRAD,
  BINARY_SUB, BINARY_TANH_GRAD,
} from "./records.gen";
import { blockBytes, clearPadding, f, madd } from "./vector";

@unmanaged class Add { @inline at(a: v128, b: v128): v128 { return f32x4.add(a, b); } }
@unmanaged class Sub { @inline at(a: v128, b: v128): v128 { return f32x4.sub(a, b); } }
@unmanaged class Mul { @inline at(a: v128, b: v128): v128 { return f32x4.mul(a, b); } }
@unmanaged class Div { @inline at(a: v128, b: v128): v128 { return f32x4.div(a, b); } }
@unmanaged class Min { @inline at(a: v128, b: v128): v128 { return f32x4.min(a, b); } }
@unmanaged class Max { @inline at(a: v128, b: v128): v128 { return f32x4.max(a, b); } }
/** a where b > 0: b is the input or the output of the relu. */
@unmanaged class ReluGrad { @inline at(a: v128, b: v128): v128 { return v128.and(a, f32x4.gt(b, f(0))); } }
/** a (1 - b^2): b is the output of the tanh. */
@unmanaged class TanhGrad {
  @inline at(a: v128, b: v128): v128 { return f32x4.mul(a, f32x4.sub(f(ONE), f32x4.mul(b, b))); }
}
/** a s (1 + b (1 - s)), s = sigmoid(b): b is the input of the silu. */
@unmanaged class SiluGrad {
  @inline at(a: v128, b: v128): v128 {
    const s = sigmoid(b);
    return f32x4.mul(f32x4.mul(a, s), madd(b, f32x4.sub(f(ONE), s), f(ONE)));
  }
}

function binaryRows<Kind>(
  to: usize, ldTo: usize, a: usize, ldA: usize, splatA: i32, b: usize, ldB: usize, splatB: i32, rows: i32, cols: i32,
): void {
  const kind = changetype<Kind>(0);
  const width = blockBytes(cols);
  for (; rows > 0; --rows) {
    if (splatA) {
      const x = v128.load32_splat(a);
      if (splatB) {
        const y = kind.at(x, v128.load32_splat(b));
        for (let i: usize = 0; i < width; i += 16) v128.store(to + i, y);
      } else {
        for (let i: usize = 0; i < width; i += 16) v128.store(to + i, kind.at(x, v128.load(b + i)));
      }
    } else if (splatB) {
      const y = v128.load32_splat(b);
      for (let i: usize = 0; i < width; i += 16) v128.store(to + i, kind.at(v128.load(a + i), y));
    } else {
      for (let i: usize = 0; i < width; i += 32) {
        const y0 = kind.at(v128.load(a + i), v128.load(b + i));
        const y1 = kind.at(v128.load(a + i, 16), v128.load(b + i, 16));
        v128.store(to + i, y0);
        v128.store(to + i, y1, 16);
      }
    }
    clearPadding(to, cols);
    to += ldTo;
    a += ldA;
    b += ldB;
  }
}

/**
 * to[rows, cols] = kind(a, b); an ld of 0 repeats one row, a splat repeats column 0.
 * `to` may be `a` or `b`. Rows of `to` are 16-byte aligned and written in whole blocks of 8.
 */
export function binary(
  kind: i32, to: usize, ldTo: usize, a: usize, ldA: usize, splatA: i32, b: usize, ldB: usize, splatB: i32, rows: i32,
  cols: i32,
): void {
  switch (kind) {
    case BINARY_ADD: return binaryRows<Add>(to, ldTo, a, ldA, splatA, b, ldB, splatB, rows, cols);
    case BINARY_SUB: return binaryRows<Sub>(to, ldTo, a, ldA, splatA, b, ldB, splatB, rows, cols);
    case BINARY_MUL: return binaryRows<Mul>(to, ldTo, a, ldA, splatA, b, ldB, splatB, rows, cols);
    case BINARY_DIV: return binaryRows<Div>(to, ldTo, a, ldA, splatA, b, ldB, splatB, rows, cols);
    case BINARY_RELU_GRAD: return binaryRows<ReluGrad>(to, ldTo, a, ldA, splatA, b, ldB, splatB, rows, cols);
    case BINARY_TANH_GRAD: return binaryRows<TanhGrad>(to, ldTo, a, ldA, splatA, b, ldB, splatB, rows, cols);
    case BINARY_SILU_GRAD: return binaryRows<SiluGrad>(to, ldTo, a, ldA, splatA, b, ldB, splatB, rows, cols);
    case BINARY_MIN: return binaryRows<Min>(to, ldTo, a, ldA, splatA, b, ldB, splatB, rows, cols);
    case BINARY_MAX: return binaryRows<Max>(to, ldTo, a, ldA, splatA, b, ldB, splatB, rows, cols);
    default: unreachable();
  }
}
