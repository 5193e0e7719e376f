// What the figures of a device and its twin are drawn from.

import { fault, formatShape, type HostArray } from "../base/index.ts";
import type { Channel } from "../data/index.ts";
import { toFinite } from "./statistics.ts";

/** Repeats of a device beside realisations of its twin, under the same drives. */
export interface Comparison {
  /** Sampling step, s. */
  readonly dt: number;
  readonly inputs: readonly Channel[];
  readonly observables: readonly Channel[];
  /** [sequences, time, inputs], held during the step that ends at this time. */
  readonly drive: HostArray;
  /** [sequences, repeats, time, observables], measured at the end of that step. */
  readonly device: HostArray;
  /** [sequences, realisations, time, observables], in the same units. */
  readonly twin: HostArray;
}

/** Which part of a comparison a figure shows. All default to the first. */
export interface Selection {
  readonly sequence?: number;
  readonly observable?: number;
  readonly input?: number;
}

/** Throw `shape-mismatch` unless the number of axes, and those lengths that are given, agree. */
export function checkAxes(
  where: string,
  what: string,
  array: HostArray,
  axes: readonly string[],
  lengths: readonly (number | undefined)[] = [],
): void {
  const wrong =
    array.shape.length !== axes.length ||
    lengths.some((length, axis) => length !== undefined && length !== array.shape[axis]);
  if (!wrong) return;
  const expected = axes.map((_, axis) => lengths[axis] ?? "*").join(", ");
  throw fault("shape-mismatch", {
    where,
    what: `the ${what} cannot be drawn`,
    got: formatShape(array.shape),
    expected: `[${expected}] (${axes.join(", ")})`,
    fix: "Bring its axes into this order, and give every array the same sequences and times",
  });
}

/** Throw `out-of-range` unless an index picks one of `count`. */
export function checkIndex(where: string, what: string, index: number, count: number): void {
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw fault("out-of-range", {
    where,
    what: `there is no ${what} of this number`,
    got: `${what} ${index}`,
    expected: `a whole number from 0, below ${count}`,
    fix: `Count from 0, up to the last ${what} that was recorded`,
  });
}

/** Throw unless the arrays of a comparison agree and the selection lies in them. */
export function checkComparison(where: string, comparison: Comparison, selection: Selection): void {
  const { drive, device, twin, inputs, observables } = comparison;
  checkAxes(
    where,
    "drive",
    drive,
    ["sequences", "time", "inputs"],
    [undefined, undefined, inputs.length],
  );
  const [sequences, time] = drive.shape;
  const rest = [sequences, undefined, time, observables.length];
  checkAxes(where, "response of the device", device, responseAxes("repeats"), rest);
  checkAxes(where, "response of the twin", twin, responseAxes("realisations"), rest);
  checkIndex(where, "sequence", selection.sequence ?? 0, sequences);
  checkIndex(where, "observable", selection.observable ?? 0, observables.length);
  checkIndex(where, "input", selection.input ?? 0, inputs.length);
}

/** Throw `out-of-range` unless there are two repeats and two realisations, so that noise shows. */
export function checkNoise(where: string, { device, twin }: Comparison): void {
  for (const [who, response] of [
    ["device", device],
    ["twin", twin],
  ] as const) {
    if (response.shape[1] >= 2) continue;
    throw fault("out-of-range", {
      where,
      what: `the noise of the ${who} cannot be seen`,
      got: "1 repeat",
      expected: "at least 2",
      fix: "Measure or simulate the same drive several times",
    });
  }
}

/** Axis names of a response. */
export function responseAxes(repeats: "repeats" | "realisations"): readonly string[] {
  return ["sequences", repeats, "time", "observables"];
}

/**
 * One observable of one repeat over time.
 *
 * @param response  [sequences, repeats, time, observables].
 * @returns         [time], a copy; values that are not finite become NaN, a gap.
 */
export function trace(
  response: HostArray,
  sequence: number,
  repeat: number,
  observable: number,
): Float64Array {
  const [, repeats, time, observables] = response.shape;
  const start = (sequence * repeats + repeat) * time * observables + observable;
  return Float64Array.from({ length: time }, (_, t) =>
    toFinite(response.data[start + t * observables]),
  );
}

/** All repeats of one observable under one drive: an array of [time]. */
export function traces(
  response: HostArray,
  sequence: number,
  observable: number,
): readonly Float64Array[] {
  return Array.from({ length: response.shape[1] }, (_, repeat) =>
    trace(response, sequence, repeat, observable),
  );
}

/** One input of one drive over time, [time]. */
export function driveTrace(drive: HostArray, sequence: number, input: number): Float64Array {
  const [, time, inputs] = drive.shape;
  const start = sequence * time * inputs + input;
  return Float64Array.from({ length: time }, (_, t) => toFinite(drive.data[start + t * inputs]));
}

/** Values of all repeats at one time. */
export function acrossRepeats(repeats: readonly Float64Array[], time: number): Float64Array {
  return Float64Array.from(repeats, (values) => values[time]);
}
