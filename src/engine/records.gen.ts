// Made by `node scripts/generate-kernels.js` from kernels/records.json; do not edit.

/** Bytes of one record of a plan: 16 int32, the op code and then the fields. */
export const recordBytes = 64;

/** Each op's code and, in the order of their slots, its fields. */
export const records = {
  end: { code: 0, fields: [] },
  loop: { code: 1, fields: ["count", "body", "patches", "patchCount"] },
  pack: { code: 2, fields: ["to", "from", "n", "k", "ld", "transposed"] },
  matmul: {
    code: 3,
    fields: ["a", "lda", "b", "c", "ldc", "bias", "h", "ldh", "m", "n", "k", "epilogue"],
  },
  matmulT: { code: 4, fields: ["a", "lda", "b", "ldb", "c", "ldc", "m", "n", "l", "accumulate"] },
  unary: {
    code: 5,
    fields: ["kind", "to", "ldTo", "a", "ldA", "splatA", "rows", "cols", "p", "q"],
  },
  binary: {
    code: 6,
    fields: ["kind", "to", "ldTo", "a", "ldA", "splatA", "b", "ldB", "splatB", "rows", "cols"],
  },
  reduce: {
    code: 7,
    fields: ["kind", "to", "ldTo", "from", "ldFrom", "rows", "cols", "accumulate"],
  },
  copy: { code: 8, fields: ["to", "ldTo", "from", "ldFrom", "rows", "cols", "clear", "flush"] },
  fill: { code: 9, fields: ["to", "count", "value"] },
  reshape: { code: 10, fields: ["to", "ldTo", "toCols", "from", "ldFrom", "fromCols", "count"] },
  normals: {
    code: 11,
    fields: ["to", "ld", "rows", "cols", "rowsPerStep", "ids", "ldIds", "key", "clock"],
  },
  logSoftmax: { code: 12, fields: ["to", "ldTo", "from", "ldFrom", "rows", "cols"] },
  sumSquares: { code: 13, fields: ["g", "gStride", "shards", "n", "to"] },
  clip: { code: 14, fields: ["sumSquares", "count", "limit", "gradientScale", "to"] },
  adam: { code: 15, fields: ["w", "g", "gStride", "shards", "m", "v", "n", "hyper", "clip"] },
  batchedMatmul: {
    code: 16,
    fields: ["form", "a", "lda", "b", "ldb", "c", "ldc", "rows", "m", "n", "k"],
  },
} as const;

/** The values of the fields `kind` (per op), `form` and `epilogue`. */
export const kinds = {
  form: { nn: 0, nt: 1, tn: 2 },
  epilogue: { none: 0, relu: 1, tanh: 2, keepPositive: 3, tanhGrad: 4, accumulate: 5 },
  unary: {
    affine: 0,
    relu: 1,
    tanh: 2,
    silu: 3,
    sigmoid: 4,
    softplus: 5,
    exp: 6,
    log: 7,
    sqrt: 8,
    square: 9,
    abs: 10,
    reciprocal: 11,
    clip: 12,
    positive: 13,
    inside: 14,
    sign: 15,
    round: 16,
  },
  binary: { add: 0, sub: 1, mul: 2, div: 3, reluGrad: 4, tanhGrad: 5, siluGrad: 6, min: 7, max: 8 },
  reduce: { sumRows: 0, sumCols: 1, sumAll: 2, maxCols: 3 },
} as const;
