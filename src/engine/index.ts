/**
 * engine: static, shape-checked graphs of matrices, their derivatives (graph to graph), a float64
 * interpreter that defines what every operation means, and plans of SIMD kernels that run inside
 * WebAssembly and agree with it. It knows nothing of devices, twins
 * or time units.
 *
 * ```ts
 * const w = parameter("weight", [1, 3]);
 * const x = input("x", [8, 3]);
 * const loss = meanAll(square(matmul(x, w, "nt")));
 * const [slope] = gradients(loss, [w]);
 * const [value] = interpret([slope], { values: { weight: [1, 2, 3], x: new Float64Array(24) } });
 * ```
 */

export { loadKernelModule } from "#load-kernels";
export { compile, planMemory } from "./compile.ts";
export { diagnose } from "./diagnose.ts";
export { gradients } from "./gradient.ts";
export {
  formatNodeShape,
  type Label,
  type MatmulForm,
  type Node,
  type NodeOf,
  type OpName,
  type ProductSize,
  type Shape,
  topologicalOrder,
} from "./graph.ts";
export { type Feeds, interpret, type NoiseState } from "./interpreter.ts";
export { createKernels, type KernelModule } from "./kernels.ts";
export {
  abs,
  add,
  addAll,
  affine,
  batchedMatmul,
  broadcast,
  clip,
  concat,
  concatRows,
  constant,
  div,
  exp,
  input,
  inside,
  labelled,
  literal,
  log,
  logSoftmax,
  matmul,
  max,
  meanAll,
  meanCols,
  meanRows,
  min,
  mul,
  negate,
  normals,
  pad,
  padRows,
  parameter,
  positive,
  reciprocal,
  relu,
  reluGrad,
  reshape,
  round,
  sigmoid,
  sign,
  silu,
  siluGrad,
  slice,
  sliceRows,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  sumAll,
  sumCols,
  sumRows,
  tanh,
  tanhGrad,
} from "./operations.ts";
export { formatGraph } from "./print.ts";
export type {
  OptimiserState,
  ParameterGroup,
  ParameterSet,
  Program,
  ProgramSpec,
  UpdateOptions,
} from "./program.ts";
export { type ScanOptions, type ScanStep, scan } from "./scan.ts";
export { shardsFor } from "./shards.ts";
export { formatTile, measurePeak, type Tile, type TileSpeed } from "./tile.ts";
