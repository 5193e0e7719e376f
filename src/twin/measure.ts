import type { Floor } from "./sampling-floor.ts";

/** An error, what two samples of the device would score at the same counts, and their ratio. */
export interface Measure {
  readonly error: number;
  readonly floor: number;
  /** error / floor; 1: indistinguishable at these counts by this measure. */
  readonly ratio: number;
  /** The error that one in twenty samples of the device would exceed, where it is known. */
  readonly high?: number;
}

/** A statistic of the noise of both sides. */
export interface BothSides<T> {
  readonly device: T;
  readonly twin: T;
}

/** An error beside its floor; equal zeros have the ratio 1. */
export function createMeasure(
  error: number,
  { floor, high }: Pick<Floor, "floor"> & Partial<Floor>,
): Measure {
  const ratio = error === floor ? 1 : error / floor;
  return { error, floor, ratio, ...(high === undefined ? {} : { high }) };
}
