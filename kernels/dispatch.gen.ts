// Made by `node scripts/generate-kernels.js` from kernels/records.json; do not edit.

import { loop } from "./engine";
import { pack, matmul, matmulT } from "./matmul";
import { batchedMatmul } from "./batched";
import { unary } from "./unary";
import { binary } from "./binary";
import { reduce, logSoftmax } from "./reduce";
import { copy, fill, reshape } from "./move";
import { normals } from "./normals";
import { sumSquares, clip, adam } from "./optimiser";
import {
  OP_LOOP,
  OP_PACK,
  OP_MATMUL,
  OP_MATMUL_T,
  OP_UNARY,
  OP_BINARY,
  OP_REDUCE,
  OP_COPY,
  OP_FILL,
  OP_RESHAPE,
  OP_NORMALS,
  OP_LOG_SOFTMAX,
  OP_SUM_SQUARES,
  OP_CLIP,
  OP_ADAM,
  OP_BATCHED_MATMUL,
} from "./records.gen";

/** Call the kernel that a record names; an unknown op code traps. */
// @ts-ignore: decorator
@inline
export function execute(record: usize): void {
  switch (load<i32>(record)) {
    case OP_LOOP:
      loop(
        load<i32>(record, 4), // count
        load<usize>(record, 8), // body
        load<usize>(record, 12), // patches
        load<i32>(record, 16), // patchCount
      );
      break;
    case OP_PACK:
      pack(
        load<usize>(record, 4), // to
        load<usize>(record, 8), // from
        load<i32>(record, 12), // n
        load<i32>(record, 16), // k
        load<usize>(record, 20), // ld
        load<i32>(record, 24), // transposed
      );
      break;
    case OP_MATMUL:
      matmul(
        load<usize>(record, 4), // a
        load<usize>(record, 8), // lda
        load<usize>(record, 12), // b
        load<usize>(record, 16), // c
        load<usize>(record, 20), // ldc
        load<usize>(record, 24), // bias
        load<usize>(record, 28), // h
        load<usize>(record, 32), // ldh
        load<i32>(record, 36), // m
        load<i32>(record, 40), // n
        load<i32>(record, 44), // k
        load<i32>(record, 48), // epilogue
      );
      break;
    case OP_MATMUL_T:
      matmulT(
        load<usize>(record, 4), // a
        load<usize>(record, 8), // lda
        load<usize>(record, 12), // b
        load<usize>(record, 16), // ldb
        load<usize>(record, 20), // c
        load<usize>(record, 24), // ldc
        load<i32>(record, 28), // m
        load<i32>(record, 32), // n
        load<i32>(record, 36), // l
        load<i32>(record, 40), // accumulate
      );
      break;
    case OP_UNARY:
      unary(
        load<i32>(record, 4), // kind
        load<usize>(record, 8), // to
        load<usize>(record, 12), // ldTo
        load<usize>(record, 16), // a
        load<usize>(record, 20), // ldA
        load<i32>(record, 24), // splatA
        load<i32>(record, 28), // rows
        load<i32>(record, 32), // cols
        load<f32>(record, 36), // p
        load<f32>(record, 40), // q
      );
      break;
    case OP_BINARY:
      binary(
        load<i32>(record, 4), // kind
        load<usize>(record, 8), // to
        load<usize>(record, 12), // ldTo
        load<usize>(record, 16), // a
        load<usize>(record, 20), // ldA
        load<i32>(record, 24), // splatA
        load<usize>(record, 28), // b
        load<usize>(record, 32), // ldB
        load<i32>(record, 36), // splatB
        load<i32>(record, 40), // rows
        load<i32>(record, 44), // cols
      );
      break;
    case OP_REDUCE:
      reduce(
        load<i32>(record, 4), // kind
        load<usize>(record, 8), // to
        load<usize>(record, 12), // ldTo
        load<usize>(record, 16), // from
        load<usize>(record, 20), // ldFrom
        load<i32>(record, 24), // rows
        load<i32>(record, 28), // cols
        load<i32>(record, 32), // accumulate
      );
      break;
    case OP_COPY:
      copy(
        load<usize>(record, 4), // to
        load<usize>(record, 8), // ldTo
        load<usize>(record, 12), // from
        load<usize>(record, 16), // ldFrom
        load<i32>(record, 20), // rows
        load<i32>(record, 24), // cols
        load<i32>(record, 28), // clear
        load<i32>(record, 32), // flush
      );
      break;
    case OP_FILL:
      fill(
        load<usize>(record, 4), // to
        load<i32>(record, 8), // count
        load<f32>(record, 12), // value
      );
      break;
    case OP_RESHAPE:
      reshape(
        load<usize>(record, 4), // to
        load<usize>(record, 8), // ldTo
        load<i32>(record, 12), // toCols
        load<usize>(record, 16), // from
        load<usize>(record, 20), // ldFrom
        load<i32>(record, 24), // fromCols
        load<i32>(record, 28), // count
      );
      break;
    case OP_NORMALS:
      normals(
        load<usize>(record, 4), // to
        load<usize>(record, 8), // ld
        load<i32>(record, 12), // rows
        load<i32>(record, 16), // cols
        load<i32>(record, 20), // rowsPerStep
        load<usize>(record, 24), // ids
        load<usize>(record, 28), // ldIds
        load<usize>(record, 32), // key
        load<usize>(record, 36), // clock
      );
      break;
    case OP_LOG_SOFTMAX:
      logSoftmax(
        load<usize>(record, 4), // to
        load<usize>(record, 8), // ldTo
        load<usize>(record, 12), // from
        load<usize>(record, 16), // ldFrom
        load<i32>(record, 20), // rows
        load<i32>(record, 24), // cols
      );
      break;
    case OP_SUM_SQUARES:
      sumSquares(
        load<usize>(record, 4), // g
        load<usize>(record, 8), // gStride
        load<i32>(record, 12), // shards
        load<i32>(record, 16), // n
        load<usize>(record, 20), // to
      );
      break;
    case OP_CLIP:
      clip(
        load<usize>(record, 4), // sumSquares
        load<i32>(record, 8), // count
        load<f32>(record, 12), // limit
        load<f32>(record, 16), // gradientScale
        load<usize>(record, 20), // to
      );
      break;
    case OP_ADAM:
      adam(
        load<usize>(record, 4), // w
        load<usize>(record, 8), // g
        load<usize>(record, 12), // gStride
        load<i32>(record, 16), // shards
        load<i32>(record, 20), // m
        load<usize>(record, 24), // v
        load<i32>(record, 28), // n
        load<usize>(record, 32), // hyper
        load<usize>(record, 36), // clip
      );
      break;
    case OP_BATCHED_MATMUL:
      batchedMatmul(
        load<i32>(record, 4), // form
        load<usize>(record, 8), // a
        load<usize>(record, 12), // lda
        load<usize>(record, 16), // b
        load<usize>(record, 20), // ldb
        load<usize>(record, 24), // c
        load<usize>(record, 28), // ldc
        load<i32>(record, 32), // rows
        load<i32>(record, 36), // m
        load<i32>(record, 40), // n
        load<i32>(record, 44), // k
      );
      break;
    default:
      unreachable();
  }
}
