import { add, affine, type Node } from "../../engine/index.ts";
import {
  explicitNormalCols,
  type JointEquation,
  stepWithExplicitAuxiliaries,
} from "../explicit-auxiliaries.ts";
import type { Method } from "../method.ts";

// The reference's RK2 for the joint state z, n unit normals held through the step.
//   p  = z + F(z) dt + G(z) n sqrt(dt)
//   z' = z + (F(z) + F(p)) dt/2 + (G(z) + G(p)) n sqrt(dt)/2

/**
 * The reference's RK2, to load and reproduce its models: Heun's method with explicit auxiliaries.
 *
 * At theta dt = 1.57 an auxiliary keeps 26 % of its variance; above 2 it diverges.
 */
export const nadoRk2: Method = {
  name: "nado-rk2",
  calculus: "stratonovich",
  correction: 1 / 2,
  orders: {
    strongAdditive: 1,
    strongCommuting: 1,
    strongGeneral: 0.5,
    weakAdditive: 2,
    weakGeneral: 1,
  },
  source: "Manneschi et al. 2025, arXiv:2401.07387, public twin code, RK2",
  hasSubsteps: true,
  hasExactAuxiliaries: false,
  normalCols: explicitNormalCols,
  step: stepWithExplicitAuxiliaries(substep),
};

function substep({ drift, noise }: JointEquation, z: Node, dt: number): Node {
  const there = drift(z);
  const shaken = noise?.(z);
  const moved = add(z, affine(there, dt));
  const predicted = shaken ? add(moved, affine(shaken, Math.sqrt(dt))) : moved;
  const next = add(z, affine(add(there, drift(predicted)), dt / 2));
  if (!noise || !shaken) return next;
  return add(next, affine(add(shaken, noise(predicted)), Math.sqrt(dt) / 2));
}
