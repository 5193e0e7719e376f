import { add, addAll, concat, mul, type Node, negate, slice } from "../engine/index.ts";
import type { Method, StepModel, StepSize } from "./method.ts";

// The reference's equation for the joint state z = (x, a):
//   F(z) = ( F(x) - W theta a,  -theta a ),    G(z) n = sum over noise columns c of G_c(x) n_c

/** The joint equation, its normals fixed for one substep. */
export interface JointEquation {
  readonly drift: (z: Node) => Node;
  /** G(z) n, [rows, observables + auxiliaries]; left out, the noise is off. */
  readonly noise?: (z: Node) => Node;
}

/** Standard normals of methods with explicit auxiliaries: per noise column, x and then a. */
export const explicitNormalCols = (size: StepSize): number =>
  size.substeps * (size.noiseColumns ?? 1) * (size.observables + size.auxiliaries);

/**
 * A method's step from its substep for the joint state: auxiliaries walk through the method's own
 * stages, which loses their variance, or diverges, where theta dt is not small.
 *
 * @param substep  The joint state z and its equation -> the next z.
 */
export function stepWithExplicitAuxiliaries(
  substep: (equation: JointEquation, z: Node, dt: number) => Node,
): Method["step"] {
  return (model, { x, a }, time, normals) => {
    const dt = time.dt / time.substeps;
    const observables = x.shape[1];
    const auxiliaries = a?.shape[1] ?? 0;
    let z = a ? concat([x, a]) : x;
    for (let i = 0; i < time.substeps; i++) {
      const cols = (normals?.shape[1] ?? 0) / time.substeps;
      const drawn = normals && slice(normals, i * cols, cols);
      z = substep(jointEquation(model, observables, auxiliaries, drawn), z, dt);
    }
    if (!a) return { x: z };
    return { x: slice(z, 0, observables), a: slice(z, observables, auxiliaries) };
  };
}

function jointEquation(
  model: StepModel,
  observables: number,
  auxiliaries: number,
  normals?: Node,
): JointEquation {
  const { rate } = model;
  const xOf = (z: Node): Node => slice(z, 0, observables);
  const drift = (z: Node): Node => {
    const there = model.drift(xOf(z));
    if (auxiliaries === 0 || !rate) return there;
    const decay = negate(mul(slice(z, observables, auxiliaries), rate));
    return concat([add(there, model.mix(decay)), decay]);
  };
  if (!normals) return { drift };
  const states = observables + auxiliaries;
  const noise = (z: Node): Node => {
    const { white, auxiliary } = model.diffusion(xOf(z));
    const columns = Array.from({ length: normals.shape[1] / states }, (_, c) => {
      const ofX = slice(white, c * observables, observables);
      const amplitude = auxiliary
        ? concat([ofX, slice(auxiliary, c * auxiliaries, auxiliaries)])
        : ofX;
      return mul(amplitude, slice(normals, c * states, states));
    });
    return addAll(columns);
  };
  return { drift, noise };
}
