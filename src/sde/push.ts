import { add, matmul, mul, type Node, slice } from "../engine/index.ts";
import type { Diffusion } from "./method.ts";

/** Amplitudes of the white noise at some state: of each observable's own, and of the shared. */
export type WhiteNoise = Pick<Diffusion, "white" | "shared">;

/** Columns of white increments of a substep: each observable's own, then the shared ones. */
export const incrementCols = ({
  observables,
  shared = 0,
}: {
  readonly observables: number;
  readonly shared?: number;
}): number => observables + shared;

//   g dW + (s dB) V,    dW own increments, dB shared ones, V [shared, observables]

/**
 * What white noise adds to the observables, [rows, observables].
 *
 * @param increment  dW and dB side by side, [rows, observables + shared].
 */
export function pushOf({ white, shared }: WhiteNoise, increment: Node): Node {
  if (!shared) return mul(white, increment);
  const observables = white.shape[1];
  const own = mul(white, slice(increment, 0, observables));
  const common = mul(shared.amplitude, slice(increment, observables, shared.amplitude.shape[1]));
  return add(own, matmul(common, shared.pattern));
}

/** The amplitudes of two states added up, for methods that average them. */
export function addWhite(one: WhiteNoise, two: WhiteNoise): WhiteNoise {
  const white = add(one.white, two.white);
  if (!one.shared || !two.shared) return { white };
  const { pattern } = one.shared;
  return { white, shared: { amplitude: add(one.shared.amplitude, two.shared.amplitude), pattern } };
}
