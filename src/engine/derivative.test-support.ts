// For tests of derivatives: graph derivatives against central differences, in float64.
import { createGenerator, createStream } from "../base/index.ts";
import { gradients } from "./gradient.ts";
import type { Node } from "./graph.ts";
import { interpret } from "./interpreter.ts";
import * as op from "./operations.ts";

const generator = createGenerator(createStream(1));
/** Normals from one seeded generator, in the order of the calls. */
export const drawNumbers = (size: number, scale = 1, shift = 0): Float64Array =>
  Float64Array.from({ length: size }, () => shift + scale * generator.normal());

/** Largest error of the analytic derivative against central differences, relative to its norm. */
export function derivativeError(
  build: (...p: Node[]) => Node,
  values: readonly Float64Array[],
  shapes: readonly number[][],
): { readonly worst: number; readonly loss: Node } {
  const parameters = shapes.map((s, i) => op.parameter(`p${i}`, [s[0], s[1]]));
  const weights = op.literal([1, 1], [1]);
  const value = build(...parameters);
  const loss = op.mul(
    op.sumAll(op.mul(value, op.literal(value.shape, drawNumbers(value.shape[0] * value.shape[1])))),
    weights,
  );
  const grads = gradients(loss, parameters);
  const feed = (v: readonly Float64Array[]) => ({
    values: Object.fromEntries(v.map((x, i) => [`p${i}`, x])),
    noise: { stream: createStream(9), iteration: 3 },
  });
  const analytic = interpret(grads, feed(values));
  const at = (v: readonly Float64Array[]) => interpret([loss], feed(v))[0][0];
  let worst = 0;
  values.forEach((x, i) => {
    let [difference, norm] = [0, 0];
    for (let k = 0; k < x.length; k++) {
      const h = 1e-5;
      const moved = (step: number) => values.map((y, j) => (j === i ? y.with(k, y[k] + step) : y));
      const numeric = (at(moved(h)) - at(moved(-h))) / (2 * h);
      difference += (numeric - analytic[i][k]) ** 2;
      norm += numeric ** 2;
    }
    worst = Math.max(worst, Math.sqrt(difference / Math.max(norm, 1e-12)));
  });
  return { worst, loss };
}
