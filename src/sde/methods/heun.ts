import { add, addAll, affine, mul, type Node, negate, slice } from "../../engine/index.ts";
import type { Method, StepModel, StepState, StepTime } from "../method.ts";
import { createOrnsteinUhlenbeckFactors, type OrnsteinUhlenbeckFactors } from "../ou.ts";

// Stochastic Heun with exact auxiliaries. F drift, g_x diffusion, dW increment over dt, f the force
// of the auxiliaries over dt, the same in predictor and result.
//   p  = x + F(x) dt + f + g_x(x) dW
//   x' = x + (F(x) + F(p)) dt/2 + f + (g_x(x) + g_x(p)) dW/2
//   a' = e^{-h} a + g_a zeta,    f = -W [(1 - e^{-h}) a + g_a eta],    g_a = g_a(x)

/** Stratonovich Heun (RK2); auxiliaries and their force by their exact joint law, see ou.ts. */
export const heun: Method = {
  name: "heun",
  calculus: "stratonovich",
  orders: { strongAdditive: 1, strongGeneral: 0.5, weakAdditive: 2 },
  source: "Ruemelin, SIAM J. Numer. Anal. 19, 604 (1982); force as in arXiv:2401.07387, Methods",
  hasSubsteps: true,
  normalCols: ({ observables, auxiliaries, substeps }) =>
    substeps * (observables + 2 * auxiliaries),
  step,
};

function step(model: StepModel, state: StepState, time: StepTime, normals?: Node): StepState {
  const dt = time.dt / time.substeps;
  const law = model.rate && createOrnsteinUhlenbeckFactors(model.rate, dt);
  const cols = state.x.shape[1] + 2 * (state.a?.shape[1] ?? 0);
  let current = state;
  for (let i = 0; i < time.substeps; i++) {
    const drawn = normals && slice(normals, i * cols, cols);
    current = substep(model, law, current, dt, drawn);
  }
  return current;
}

function substep(
  model: StepModel,
  law: OrnsteinUhlenbeckFactors | undefined,
  state: StepState,
  dt: number,
  normals?: Node,
): StepState {
  const { x } = state;
  const there = model.drift(x);
  const moved = moveAuxiliaries(model, law, state, normals);
  const pushed = moved ? add(x, moved.force) : x;
  if (!normals) {
    const predicted = add(pushed, affine(there, dt));
    const slope = add(there, model.drift(predicted));
    return { x: add(pushed, affine(slope, dt / 2)), a: moved?.a };
  }
  const increment = affine(slice(normals, 0, x.shape[1]), Math.sqrt(dt));
  const { white } = model.diffusion(x);
  const predicted = addAll([pushed, affine(there, dt), mul(white, increment)]);
  const slope = add(there, model.drift(predicted));
  const diffusion = add(white, model.diffusion(predicted).white);
  const next = addAll([pushed, affine(slope, dt / 2), mul(diffusion, affine(increment, 0.5))]);
  return { x: next, a: moved?.a };
}

/** a' and the force of a over the step. */
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
  const zeta = mul(slice(normals, x.shape[1], count), law.zetaFactor);
  const own = mul(slice(normals, x.shape[1] + count, count), law.etaFactor);
  const eta = add(mul(zeta, law.etaSlope), own);
  return {
    a: add(kept, mul(auxiliary, zeta)),
    force: negate(model.mix(add(lost, mul(auxiliary, eta)))),
  };
}
