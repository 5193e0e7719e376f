import { add, affine, type Node } from "../../engine/index.ts";
import { exactNormalCols, type Pushes, stepWithExactAuxiliaries } from "../exact-auxiliaries.ts";
import type { Method, StepModel } from "../method.ts";
import { pushOf } from "../push.ts";

// F drift, g_x diffusion, dW increment over dt, f the force of the auxiliaries over dt.
//   x' = x + F(x) dt + f + g_x(x) dW
// Ito: where g_x depends on x, the same equation means another law than for Stratonovich methods.

/** Euler-Maruyama; auxiliaries and their force by their exact joint law, see ou.ts. */
export const eulerMaruyama: Method = {
  name: "euler-maruyama",
  calculus: "ito",
  correction: 0,
  orders: {
    strongAdditive: 1,
    strongCommuting: 0.5,
    strongGeneral: 0.5,
    weakAdditive: 1,
    weakGeneral: 1,
  },
  source: "Maruyama, Rend. Circ. Mat. Palermo 4, 48 (1955); Kloeden and Platen 1992, section 10.2",
  hasSubsteps: true,
  hasExactAuxiliaries: true,
  normalCols: exactNormalCols,
  step: stepWithExactAuxiliaries(substep),
};

function substep(model: StepModel, x: Node, { dt, force, increment }: Pushes): Node {
  const pushed = force ? add(x, force) : x;
  const moved = add(pushed, affine(model.drift(x), dt));
  return increment ? add(moved, pushOf(model.diffusion(x), increment)) : moved;
}
