import { add, affine, type Node } from "../../engine/index.ts";
import { exactNormalCols, type Pushes, stepWithExactAuxiliaries } from "../exact-auxiliaries.ts";
import type { Method, StepModel } from "../method.ts";
import { pushOf } from "../push.ts";

// Classical RK4 of a path that moves at a constant rate dW/dt through the step. F drift, g_x
// diffusion, f the force of the auxiliaries over dt, at a constant rate too.
//   k(x) = F(x) dt + f + g_x(x) dW
//   k1 = k(x),  k2 = k(x + k1/2),  k3 = k(x + k2/2),  k4 = k(x + k3)
//   x' = x + (k1 + 2 k2 + 2 k3 + k4) / 6

/** Stratonovich RK4: order 4 without noise; auxiliaries by their exact joint law, see ou.ts. */
export const rk4: Method = {
  name: "rk4",
  calculus: "stratonovich",
  correction: 1 / 2,
  orders: {
    strongAdditive: 1,
    strongCommuting: 1,
    strongGeneral: 0.5,
    weakAdditive: 2,
    weakGeneral: 1,
  },
  source: "Ruemelin, SIAM J. Numer. Anal. 19, 604 (1982), on Runge-Kutta methods of higher order",
  hasSubsteps: true,
  hasExactAuxiliaries: true,
  normalCols: exactNormalCols,
  step: stepWithExactAuxiliaries(substep),
};

function substep(model: StepModel, x: Node, { dt, force, increment }: Pushes): Node {
  const change = (at: Node): Node => {
    const drifted = affine(model.drift(at), dt);
    const pushed = force ? add(drifted, force) : drifted;
    return increment ? add(pushed, pushOf(model.diffusion(at), increment)) : pushed;
  };
  const k1 = change(x);
  const k2 = change(add(x, affine(k1, 0.5)));
  const k3 = change(add(x, affine(k2, 0.5)));
  const k4 = change(add(x, k3));
  const sum = add(add(k1, k4), affine(add(k2, k3), 2));
  return add(x, affine(sum, 1 / 6));
}
