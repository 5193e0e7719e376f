/**
 * base: what every room needs and none owns. Errors that tell a reader what to do, host arrays,
 * seeded randomness, statistics. Nothing here knows of devices, twins or networks.
 *
 * ```ts
 * const stream = childStream(createStream(7), "thermal");
 * const generator = createGenerator(stream);
 * const noise = createArray([3], [generator.normal(), generator.normal(), generator.normal()]);
 * ```
 */
export {
  createArray,
  findNonFinite,
  formatShape,
  type HostArray,
  sizeOf,
  sliceFirst,
  unravel,
} from "./array.ts";
export { closestName, suggestName } from "./closest-name.ts";
export { type Eigen, eigenSymmetric } from "./eigen.ts";
export { Fault, type FaultCode, type FaultDetails, fault, isFault } from "./fault.ts";
export {
  applyLinear,
  factorCholesky,
  type LinearMap,
  type RidgeOptions,
  solveCholesky,
  solveRidge,
} from "./linear.ts";
export { philox, philoxNormals } from "./philox.ts";
export {
  childStream,
  createGenerator,
  createStream,
  type Generator,
  type GeneratorState,
  permutation,
  type Stream,
} from "./random.ts";
export {
  autocorrelation,
  type BootstrapOptions,
  bootstrapInterval,
  type Interval,
  mean,
  meanInterval,
  proportionInterval,
  quantile,
  standardDeviation,
  studentTQuantile,
  twoWayInterval,
} from "./statistics.ts";
