// What linear baselines see of a sequence.
import { createArray, type HostArray } from "../base/index.ts";

/** [time, inputs * delays]: u(t), u(t-1), ...; 0 before the first step. */
export function delayInputs(input: HostArray, delays: number): HostArray {
  const [time, inputs] = input.shape;
  const result = createArray([time, inputs * delays]);
  for (let t = 0; t < time; t++) {
    for (let d = 0; d < delays && d <= t; d++) {
      const past = input.data.subarray((t - d) * inputs, (t - d + 1) * inputs);
      result.data.set(past, (t * delays + d) * inputs);
    }
  }
  return result;
}

/** Every column, and the product of every pair of columns. */
export function addProducts(array: HostArray): HostArray {
  const [time, columns] = array.shape;
  const width = columns + (columns * (columns + 1)) / 2;
  const result = createArray([time, width]);
  for (let t = 0; t < time; t++) {
    const row = array.data.subarray(t * columns, (t + 1) * columns);
    result.data.set(row, t * width);
    let at = t * width + columns;
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j <= i; j++) result.data[at++] = row[i] * row[j];
    }
  }
  return result;
}

export function joinColumns(a: HostArray, b: HostArray): HostArray {
  const [time, left] = a.shape;
  const width = left + b.shape[1];
  const result = createArray([time, width]);
  for (let t = 0; t < time; t++) {
    result.data.set(a.data.subarray(t * left, (t + 1) * left), t * width);
    result.data.set(b.data.subarray(t * b.shape[1], (t + 1) * b.shape[1]), t * width + left);
  }
  return result;
}

/** [1, columns] of [time, columns]. */
export function timeMean(array: HostArray): HostArray {
  const [time, columns] = array.shape;
  const result = createArray([1, columns]);
  for (let i = 0; i < array.data.length; i++) result.data[i % columns] += array.data[i] / time;
  return result;
}

/** Every value squared. */
export function squareValues({ shape, data }: HostArray): HostArray {
  return { shape, data: data.map((value) => value * value) };
}
