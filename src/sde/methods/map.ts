import {
  add,
  affine,
  exp,
  mul,
  type Node,
  negate,
  slice,
  sqrt,
  square,
} from "../../engine/index.ts";
import type { Method, StepModel, StepState, StepTime } from "../method.ts";
import { incrementCols, pushOf } from "../push.ts";

// A discrete-time twin, exact by definition. xi, zeta unit normals, rho = exp(-theta dt).
//   x' = x + F(x) + W (a + D xi) + g_x(x) zeta,    a' = rho a + D xi,    D = sqrt(1 - rho^2) g_a(x)
// The fresh part D xi enters with the same W as a, so coloured noise cannot imitate white noise.

/** Discrete map with first-order autoregressive auxiliaries; F is the increment over a step. */
export const map: Method = {
  name: "map",
  calculus: "discrete",
  orders: {},
  source: "Discrete-time form of Manneschi et al. 2025, arXiv:2401.07387, with tied mixing",
  hasSubsteps: false,
  hasExactAuxiliaries: true,
  normalCols: (size) => size.auxiliaries + incrementCols(size),
  step,
};

function step(model: StepModel, state: StepState, time: StepTime, normals?: Node): StepState {
  const { x, a } = state;
  const moved = add(x, model.drift(x));
  const rho = model.rate && exp(affine(model.rate, -time.dt));
  const decayed = a && rho && mul(a, rho);
  if (!normals) return { x: a ? add(moved, model.mix(a)) : moved, a: decayed };
  const here = model.diffusion(x);
  const { auxiliary } = here;
  const count = a?.shape[1] ?? 0;
  const next = add(moved, pushOf(here, slice(normals, count, normals.shape[1] - count)));
  if (!a || !rho || !decayed || !auxiliary) return { x: next };
  const fresh = mul(
    mul(auxiliary, sqrt(affine(negate(square(rho)), 1, 1))),
    slice(normals, 0, count),
  );
  return { x: add(next, model.mix(add(a, fresh))), a: add(decayed, fresh) };
}
