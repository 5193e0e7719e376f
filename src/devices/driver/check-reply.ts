// What a device measured, looked at before anyone believes it.
import { findNonFinite, formatShape, type HostArray } from "../../base/index.ts";
import type { Channel } from "../../data/index.ts";

/**
 * What is wrong with an array of a reply; nothing if it can be used.
 *
 * @param expected  [observables] or [time, observables].
 */
export function checkReply(
  array: HostArray | undefined,
  name: string,
  expected: readonly number[],
  observables: readonly Channel[],
): string | undefined {
  const axes = expected.length === 2 ? ["time", "observables"] : ["observables"];
  if (!array) return `a reply without the array '${name}' ${formatShape(expected, axes)}`;
  const isShape =
    array.shape.length === expected.length && array.shape.every((n, i) => n === expected[i]);
  if (!isShape) {
    return `'${name}' ${formatShape(array.shape)} in place of ${formatShape(expected, axes)}`;
  }
  const at = findNonFinite(array.data);
  if (at < 0) return undefined;
  const sample = expected.length === 2 ? ` at sample ${Math.floor(at / observables.length)}` : "";
  return `${array.data[at]} in observable '${observables[at % observables.length].name}'${sample}`;
}

/** One line for every observable that has samples at or beyond the ends of its declared range. */
export function countOverloads(array: HostArray, observables: readonly Channel[]): string[] {
  const { data } = array;
  return observables.flatMap(({ name, unit, min = -Infinity, max = Infinity }, i) => {
    let count = 0;
    for (let at = i; at < data.length; at += observables.length) {
      if (data[at] <= min || data[at] >= max) count++;
    }
    if (count === 0) return [];
    const samples = data.length / observables.length;
    return [
      `${count} of ${samples} samples of '${name}' are at the end of its range, ${min} to ${max} ${unit}`,
    ];
  });
}
