import { fault } from "./fault.ts";

/** A dense row-major array on the host, axis names given where it is used. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Number of elements of a shape; 1 for a scalar shape []. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * Build a host array.
 *
 * @param shape  Axis lengths, outermost first.
 * @param data   Elements in row-major order; zeros when left out. Not copied if a Float64Array.
 * @throws       `shape-mismatch` if the number of elements differs from the shape.
 */
export function createArray(shape: readonly number[], data?: ArrayLike<number>): HostArray {
  const size = sizeOf(shape);
  if (data === undefined) return { shape: [...shape], data: new Float64Array(size) };
  if (data.length !== size) {
    throw fault("shape-mismatch", {
      where: "createArray",
      what: "the data do not fill the shape",
      got: `${data.length} elements`,
      expected: `${size} elements for [${shape.join(", ")}]`,
      fix: "pass as many elements as the product of the axis lengths",
    });
  }
  return {
    shape: [...shape],
    data: data instanceof Float64Array ? data : Float64Array.from(data),
  };
}

/** The sub-array at `index` of the first axis, sharing memory. */
export function sliceFirst(array: HostArray, index: number): HostArray {
  const shape = array.shape.slice(1);
  const size = sizeOf(shape);
  return { shape, data: array.data.subarray(index * size, (index + 1) * size) };
}

/** Text of a shape with its axis names: "[20, 100] (time, observables)". */
export function formatShape(shape: readonly number[], axes?: readonly string[]): string {
  const names = axes ? ` (${axes.join(", ")})` : "";
  return `[${shape.join(", ")}]${names}`;
}

/** Position of the first element that is NaN or infinite, or -1. */
export function findNonFinite(data: ArrayLike<number>): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}

/** Index along every axis of the element at a flat position. */
export function unravel(position: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}
