import { sizeOf } from "../base/index.ts";

/**
 * The elements of an array that was stored with its first axis fastest (Fortran, MATLAB), in the
 * order of C.
 *
 * @param data   Element (i, j, k) lies at i + I (j + J k).
 * @param shape  [I, J, K, ...]
 */
export function fromColumnMajor(data: Float64Array, shape: readonly number[]): Float64Array {
  if (shape.filter((length) => length !== 1).length < 2) return data;
  const result = new Float64Array(data.length);
  const axes = shape.length;
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = new Float64Array(axes);
  let source = 0;
  for (let i = 0; i < data.length; i++) {
    result[i] = data[source];
    for (let axis = axes - 1; axis >= 0; axis--) {
      index[axis]++;
      source += strides[axis];
      if (index[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}
