// What stands between the host and a device, on graph nodes: the same as `limits.ts` in numbers.
import {
  add,
  affine,
  clip,
  literal,
  mul,
  type Node,
  round,
  stopGradient,
  sub,
  tanh,
} from "../engine/index.ts";
import { straightThrough } from "../nn/index.ts";
import { largestChange, responseRangeOf, stepsOf } from "./limits.ts";
import type { InputLimit, NodeKind } from "./network.ts";

/** Share of the derivative that a cut drive keeps, so that a saturated node can come back. */
const clippedSlope = 0.1;

/** A drive within its limits. */
export interface LimitedDrive {
  /** Device units. */
  readonly drive: Node;
  /** The same in half ranges about the centre. */
  readonly unit: Node;
}

/**
 * Standardised drives of nodes of one kind, side by side, to device units within all limits.
 *
 * @param before     What was held before, half ranges; for kinds with a slew limit.
 * @param surrogate  Leaves out the converters, whose derivative is that of what stands in for them.
 */
export function limitDrive(
  { drive, converters = {} }: NodeKind,
  inputLimit: InputLimit,
  wanted: Node,
  { before, surrogate = false }: { readonly before?: Node; readonly surrogate?: boolean } = {},
): LimitedDrive {
  const { mean, sd, min, max } = drive;
  const repeat = (value: (input: number) => number): Node =>
    literal(
      [1, wanted.shape[1]],
      Array.from({ length: wanted.shape[1] }, (_, i) => value(i % mean.length)),
    );
  const half = (i: number): number => (max[i] - min[i]) / 2;
  const centre = (i: number): number => (max[i] + min[i]) / 2;
  const scaled = add(
    mul(
      wanted,
      repeat((i) => sd[i] / half(i)),
    ),
    repeat((i) => (mean[i] - centre(i)) / half(i)),
  );
  const inRange = limitUnit(scaled, inputLimit);
  const change = largestChange(converters);
  const reached =
    before && change !== undefined
      ? add(before, clip(sub(inRange, before), -change, change))
      : inRange;
  const { driveBits } = converters;
  const unit =
    driveBits === undefined || surrogate ? reached : convertUnit(reached, driveBits, reached);
  return { drive: add(mul(unit, repeat(half)), repeat(centre)), unit };
}

/** A value within -1 to 1. */
function limitUnit(value: Node, limit: InputLimit): Node {
  if (limit === "smooth") return tanh(value);
  const cut = clip(value, -1, 1);
  const excess = sub(value, cut);
  return add(cut, affine(sub(excess, stopGradient(excess)), clippedSlope));
}

/** A value of -1 to 1 as a converter gives it, with the derivative of `through`. */
function convertUnit(value: Node, bits: number, through: Node): Node {
  const steps = stepsOf(bits);
  return straightThrough(
    affine(round(affine(value, steps / 2, steps / 2)), 2 / steps, -1),
    through,
  );
}

/**
 * Standardised observables as their converter reads them; the derivative is 1, out of range too.
 *
 * @param surrogate  Leaves the converter out.
 */
export function convertResponse(
  { converters = {} }: NodeKind,
  measured: Node,
  surrogate = false,
): Node {
  const { responseBits } = converters;
  if (responseBits === undefined || surrogate) return measured;
  const range = responseRangeOf(converters);
  const unit = affine(measured, 1 / range);
  return affine(convertUnit(clip(unit, -1, 1), responseBits, unit), range);
}
