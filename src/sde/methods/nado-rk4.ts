import { add, affine, type Node } from "../../engine/index.ts";
import {
  explicitNormalCols,
  type JointEquation,
  stepWithExplicitAuxiliaries,
} from "../explicit-auxiliaries.ts";
import type { Method } from "../method.ts";

// The reference's RK4 for the joint state z, n unit normals held through the step. The half steps
// scale their noise by sqrt(2/dt), as if n were drawn for half a step: sqrt(dt/2) instead of the
// sqrt(dt)/2 of a path at a constant rate.
//   z2 = z + F(z) dt/2 + G(z) n sqrt(dt/2),    z3 = z + F(z2) dt/2 + G(z2) n sqrt(dt/2)
//   z4 = z + F(z3) dt + G(z3) n sqrt(dt)
//   z' = z + (F + 2 F2 + 2 F3 + F4) dt/6 + (G + 2 G2 + 2 G3 + G4) n sqrt(dt)/6
// To first order the noise moves the mean by g g' dt (sqrt 2 + sqrt 2 + 1)/6.

/**
 * The reference's RK4, to load and reproduce its models.
 *
 * It converges to neither Ito nor Stratonovich but to the drift f + 0.638 g g'. At theta dt = 2.36 an
 * auxiliary keeps 0.8 % of its variance.
 */
export const nadoRk4: Method = {
  name: "nado-rk4",
  calculus: "neither",
  correction: (1 + 2 * Math.SQRT2) / 6,
  orders: { strongAdditive: 1, weakAdditive: 1 },
  source: "Manneschi et al. 2025, arXiv:2401.07387, public twin code, RK4",
  hasSubsteps: true,
  hasExactAuxiliaries: false,
  normalCols: explicitNormalCols,
  step: stepWithExplicitAuxiliaries(substep),
};

function substep({ drift, noise }: JointEquation, z: Node, dt: number): Node {
  const stage = (at: Node, share: number) => {
    const [f, g] = [drift(at), noise?.(at)];
    const moved = add(z, affine(f, share * dt));
    return { f, g, next: g ? add(moved, affine(g, Math.sqrt(share * dt))) : moved };
  };
  const first = stage(z, 1 / 2);
  const second = stage(first.next, 1 / 2);
  const third = stage(second.next, 1);
  const [f4, g4] = [drift(third.next), noise?.(third.next)];
  const weigh = (a: Node, b: Node, c: Node, d: Node, factor: number): Node =>
    affine(add(add(a, d), affine(add(b, c), 2)), factor / 6);
  const next = add(z, weigh(first.f, second.f, third.f, f4, dt));
  if (!first.g || !second.g || !third.g || !g4) return next;
  return add(next, weigh(first.g, second.g, third.g, g4, Math.sqrt(dt)));
}
