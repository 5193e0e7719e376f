/**
 * sde: ways to step a stochastic differential equation with coloured noise, as graph builders. Not
 * for the equations themselves (the twin's) nor for drawing noise: normals are an argument.
 *
 * ```ts
 * const model: StepModel = {
 *   drift: (x) => negate(x),
 *   diffusion: (x) => ({ white: constant(0.5, x.shape) }),
 *   mix: (a) => a,
 * };
 * const method = findMethod("heun", 1);
 * const next = method.step(model, { x }, { dt: 0.1, substeps: 1 }, normalsOfTheStep);
 * ```
 */
export { replaceNewest, shiftDelays } from "./delay.ts";
export type {
  Diffusion,
  Method,
  MethodOrders,
  SharedDiffusion,
  StepModel,
  StepSize,
  StepState,
  StepTime,
} from "./method.ts";
export { findMethod, type MethodName, methods } from "./methods.ts";
export {
  createOrnsteinUhlenbeckFactors,
  type OrnsteinUhlenbeckFactors,
  type OrnsteinUhlenbeckLaw,
  ornsteinUhlenbeckLaw,
} from "./ou.ts";
