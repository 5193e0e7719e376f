import { childStream, createGenerator, type Stream } from "../base/index.ts";
import { type StartLaw, sizesOf, type Twin } from "./twin.ts";

/**
 * States at a reset: the delay line filled with x_0, auxiliaries zero.
 *
 * @param stream  Draws x_0, row by row; left out, every row starts at the mean.
 * @param from    Index of the first row (default 0): row i draws the same whatever the count.
 * @returns       [count, stateCols], standardised.
 */
export function initialState(twin: Twin, count: number, stream?: Stream, from = 0): Float32Array {
  const observables = twin.observables.length;
  const { line } = sizesOf(twin);
  const cols = line + twin.auxiliaries;
  const states = new Float32Array(count * cols);
  for (let row = 0; row < count; row++) {
    const x = drawStart(twin.start, stream && childStream(stream, from + row));
    for (let j = 0; j < line; j++) states[row * cols + j] = x[j % observables];
  }
  return states;
}

/** x_0 = mean + factor n, [observables]; the mean where no stream is given. */
function drawStart({ mean, factor }: StartLaw, stream?: Stream): readonly number[] {
  if (!stream) return mean;
  const generator = createGenerator(stream);
  const normals = mean.map(() => generator.normal());
  return mean.map((value, i) => factor[i].reduce((sum, f, j) => sum + f * normals[j], value));
}
