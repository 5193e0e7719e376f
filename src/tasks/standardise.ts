import type { HostArray } from "../base/index.ts";

/**
 * The map that gives each column mean 0 and standard deviation 1 over these arrays.
 *
 * @param arrays  [time, columns], all of one width; a column without spread is only shifted.
 */
export function createStandardiser(arrays: readonly HostArray[]): (array: HostArray) => HostArray {
  const width = arrays[0].shape[1];
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  let count = 0;
  for (const { shape, data } of arrays) {
    count += shape[0];
    for (let i = 0; i < data.length; i++) sums[i % width] += data[i];
  }
  const means = sums.map((sum) => sum / count);
  for (const { data } of arrays) {
    for (let i = 0; i < data.length; i++) squares[i % width] += (data[i] - means[i % width]) ** 2;
  }
  const deviations = squares.map((sum) => Math.sqrt(sum / count) || 1);
  return ({ shape, data }) => ({
    shape,
    data: data.map((value, i) => (value - means[i % width]) / deviations[i % width]),
  });
}
