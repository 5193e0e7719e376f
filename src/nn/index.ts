/**
 * nn: layers as graph builders, their first weights, losses, statistics of batches, small Gaussian
 * laws and learning-rate schedules. Not for optimisers (the engine's programs hold Adam) nor for
 * anything that knows of devices.
 *
 * ```ts
 * const sizes = [3, 64, 64, 1];
 * const network = createPerceptron("drift", sizes, "tanh");
 * const loss = meanSquaredError(network.apply(input("x", [32, 3])), input("y", [32, 1]));
 * const program = compile(kernels, {
 *   outputs: {},
 *   training: { loss, groups: [{ parameters: network.parameters }], clipNorm: 1 },
 * });
 * program.setParameters(initialWeights("drift", sizes, { activation: "tanh" }, stream));
 * ```
 */
export { rowNorms, safeSqrt, softmax, standardDeviationRows } from "./batch.ts";
export { type Activation, createDense, createPerceptron, type Layer } from "./dense.ts";
export {
  type Conditioned,
  conditionGaussian,
  diagonalEach,
  type JointGaussian,
  outerProduct,
  symmetricPart,
  transposeEach,
} from "./gaussian.ts";
export { gradientPenalty } from "./gradient-penalty.ts";
export { type InitialOptions, initialWeights } from "./initial.ts";
export { crossEntropy, meanSquaredError } from "./losses.ts";
export { type CosineOptions, cosineRate } from "./schedule.ts";
export { clipStraightThrough, roundStraightThrough, straightThrough } from "./straight-through.ts";
