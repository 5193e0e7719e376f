// What stands between the host and a device, in numbers: the same as `limit-graph.ts` on graph nodes.
import type { Converters, InputLimit, NodeKind } from "./network.ts";

/** Steps of a converter of so many bits, from one end of its range to the other. */
export const stepsOf = (bits: number): number => 2 ** bits - 1;

/** Full scale of the converter of responses, standard deviations. */
export const responseRangeOf = ({ responseRange = 4 }: Converters): number => responseRange;

/**
 * Largest change of a drive from one task step to the next, half ranges; undefined for any.
 *
 * With a converter it is a whole number of its steps, so that no rounding takes a drive beyond it.
 */
export function largestChange({ slew, driveBits }: Converters): number | undefined {
  if (slew === undefined) return undefined;
  if (driveBits === undefined) return 2 * slew;
  const steps = stepsOf(driveBits);
  // Not 2.9999 steps where three were meant.
  return (2 * Math.floor(slew * steps + 1e-9)) / steps;
}

/** A value of -1 to 1 as a converter gives it, ties to even as on the graph. */
export function convertUnit(value: number, bits: number): number {
  const steps = stepsOf(bits);
  return (2 * roundToEven(((value + 1) / 2) * steps)) / steps - 1;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  if (part !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** The drives of a node at rest, before its first task step, half ranges about the centre. */
export function restingDrives({ drive, converters = {} }: NodeKind): number[] {
  return drive.mean.map((mean, i) => {
    const [half, centre] = [(drive.max[i] - drive.min[i]) / 2, (drive.max[i] + drive.min[i]) / 2];
    const value = Math.min(1, Math.max(-1, (mean - centre) / half));
    return converters.driveBits === undefined ? value : convertUnit(value, converters.driveBits);
  });
}

/** From a standardised drive, and the one that was held before, to what the device is given. */
export type DriveLimit = (standardised: number, before?: number) => number;

/**
 * What becomes of the drive of an input: limited to its safe range, then to what its slew allows,
 * then to what its converter can give.
 *
 * @param i       Of the inputs.
 * @returns       Device units; `before`, device units too, is left out at the first task step.
 */
export function createDriveLimit(kind: NodeKind, i: number, inputLimit: InputLimit): DriveLimit {
  const { mean, sd, min, max } = kind.drive;
  const { converters = {} } = kind;
  const [half, centre] = [(max[i] - min[i]) / 2, (max[i] + min[i]) / 2];
  // Rounding may carry even a smooth limit past its end.
  const clip = (value: number): number => Math.min(max[i], Math.max(min[i], value));
  const bend = (value: number): number => centre + half * Math.tanh((value - centre) / half);
  const change = largestChange(converters);
  const rest = restingDrives(kind)[i];
  const { driveBits } = converters;
  return (standardised, before) => {
    const asked = mean[i] + sd[i] * standardised;
    const wanted = clip(inputLimit === "smooth" ? bend(asked) : asked);
    if (change === undefined && driveBits === undefined) return wanted;
    let unit = (wanted - centre) / half;
    if (change !== undefined) {
      const from = before === undefined ? rest : (before - centre) / half;
      unit = from + Math.min(change, Math.max(-change, unit - from));
    }
    if (driveBits !== undefined) unit = convertUnit(unit, driveBits);
    return clip(centre + half * unit);
  };
}

/**
 * A measured observable as couplings and readout see it: standardised, and as its converter reads it.
 *
 * @param x      Of the observables.
 * @param value  Device units.
 */
export function standardiseResponse(
  { response, converters = {} }: NodeKind,
  x: number,
  value: number,
): number {
  const standardised = (value - response.mean[x]) / response.sd[x];
  const { responseBits } = converters;
  if (responseBits === undefined) return standardised;
  const range = responseRangeOf(converters);
  const unit = Math.min(1, Math.max(-1, standardised / range));
  return range * convertUnit(unit, responseBits);
}
