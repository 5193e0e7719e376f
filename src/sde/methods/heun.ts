import { add, addAll, affine, type Node } from "../../engine/index.ts";
import { exactNormalCols, type Pushes, stepWithExactAuxiliaries } from "../exact-auxiliaries.ts";
import type { Method, StepModel } from "../method.ts";
import { addWhite, pushOf } from "../push.ts";

// Stochastic Heun with exact auxiliaries. F drift, g_x diffusion, dW increment over dt, f the force
// of the auxiliaries over dt, the same in predictor and result.
//   p  = x + F(x) dt + f + g_x(x) dW
//   x' = x + (F(x) + F(p)) dt/2 + f + (g_x(x) + g_x(p)) dW/2

/** Stratonovich Heun (RK2); auxiliaries and their force by their exact joint law, see ou.ts. */
export const heun: Method = {
  name: "heun",
  calculus: "stratonovich",
  correction: 1 / 2,
  orders: {
    strongAdditive: 1,
    strongCommuting: 1,
    strongGeneral: 0.5,
    weakAdditive: 2,
    weakGeneral: 1,
  },
  source: "Ruemelin, SIAM J. Numer. Anal. 19, 604 (1982); force as in arXiv:2401.07387, Methods",
  hasSubsteps: true,
  hasExactAuxiliaries: true,
  normalCols: exactNormalCols,
  step: stepWithExactAuxiliaries(substep),
};

function substep(model: StepModel, x: Node, { dt, force, increment }: Pushes): Node {
  const there = model.drift(x);
  const pushed = force ? add(x, force) : x;
  if (!increment) {
    const predicted = add(pushed, affine(there, dt));
    const slope = add(there, model.drift(predicted));
    return add(pushed, affine(slope, dt / 2));
  }
  const here = model.diffusion(x);
  const predicted = addAll([pushed, affine(there, dt), pushOf(here, increment)]);
  const slope = add(there, model.drift(predicted));
  const diffusion = addWhite(here, model.diffusion(predicted));
  return addAll([pushed, affine(slope, dt / 2), pushOf(diffusion, affine(increment, 0.5))]);
}
