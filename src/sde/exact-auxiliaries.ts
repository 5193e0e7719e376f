import { add, affine, mul, type Node, negate, slice } from "../engine/index.ts";
import type { Method, StepModel, StepSize, StepState } from "./method.ts";
import { createOrnsteinUhlenbeckFactors, type OrnsteinUhlenbeckFactors } from "./ou.ts";
import { incrementCols } from "./push.ts";

/** What moves the observables over one substep besides the drift. */
export interface Pushes {
  readonly dt: number;
  /** f, the force of the auxiliaries over the substep, [rows, observables]; once, in every stage. */
  readonly force?: Node;
  /** dW, own and then shared, [rows, observables + shared]; left out, the noise is off. */
  readonly increment?: Node;
}

/** Normals of methods whose auxiliaries follow their exact law: white, then two per auxiliary. */
export const exactNormalCols = (size: StepSize): number =>
  size.substeps * (incrementCols(size) + 2 * size.auxiliaries);

/**
 * A method's step from its substep for the observables: auxiliaries and the force that they exert
 * follow their exact joint law (ou.ts), with G frozen at the start of the substep.
 *
 * @param substep  x and what pushes it -> the next x.
 */
export function stepWithExactAuxiliaries(
  substep: (model: StepModel, x: Node, pushes: Pushes) => Node,
): Method["step"] {
  return (model, state, time, normals) => {
    const dt = time.dt / time.substeps;
    const law = model.rate && createOrnsteinUhlenbeckFactors(model.rate, dt);
    const paired = 2 * (state.a?.shape[1] ?? 0);
    const cols = (normals?.shape[1] ?? 0) / time.substeps;
    const whites = cols - paired;
    let current = state;
    for (let i = 0; i < time.substeps; i++) {
      const drawn = normals && slice(normals, i * cols, cols);
      const pairs = drawn && paired > 0 ? slice(drawn, whites, paired) : undefined;
      const moved = moveAuxiliaries(model, law, current, pairs);
      const increment = drawn && affine(slice(drawn, 0, whites), Math.sqrt(dt));
      const x = substep(model, current.x, { dt, force: moved?.force, increment });
      current = { x, a: moved?.a };
    }
    return current;
  };
}

//   a' = e^{-h} a + g_a zeta,    f = -W [(1 - e^{-h}) a + g_a eta],    g_a = g_a(x)

/** a' and the force of a over the substep; `normals` are those of the auxiliaries. */
function moveAuxiliaries(
  model: StepModel,
  law: OrnsteinUhlenbeckFactors | undefined,
  { x, a }: StepState,
  normals?: Node,
): { readonly a: Node; readonly force: Node } | undefined {
  if (!a || !law) return undefined;
  const { auxiliary } = model.diffusion(x);
  const kept = mul(a, law.decay);
  const lost = mul(a, law.loss);
  if (!normals || !auxiliary) return { a: kept, force: negate(model.mix(lost)) };
  const count = a.shape[1];
  const zeta = mul(slice(normals, 0, count), law.zetaFactor);
  const own = mul(slice(normals, count, count), law.etaFactor);
  const eta = add(mul(zeta, law.etaSlope), own);
  return {
    a: add(kept, mul(auxiliary, zeta)),
    force: negate(model.mix(add(lost, mul(auxiliary, eta)))),
  };
}
