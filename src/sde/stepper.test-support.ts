// For tests of methods: one step in numbers, through the float64 interpreter.
import type { Generator } from "../base/index.ts";
import { constant, input, interpret, type Node } from "../engine/index.ts";
import type { Method, StepModel } from "./method.ts";

/** Rows and columns of a step, its length, and whether its noise is on (default). */
export interface Size {
  readonly rows: number;
  readonly x: number;
  readonly a: number;
  readonly shared?: number;
  readonly dt: number;
  readonly substeps?: number;
  readonly noise?: boolean;
  readonly noiseColumns?: number;
}

/** A step in numbers: rows of x, a and normals in, rows of x and a out. */
export function stepper(
  method: Method,
  model: (rate: Node) => StepModel,
  size: Size,
  theta: readonly number[],
): (x: ArrayLike<number>, a: ArrayLike<number>, n: ArrayLike<number>) => Float64Array[] {
  const { rows, dt, substeps = 1, noise = true, noiseColumns, shared } = size;
  const counts = { observables: size.x, auxiliaries: size.a, substeps, noiseColumns, shared };
  const cols = method.normalCols(counts);
  const rate = input("rate", [1, Math.max(1, size.a)]);
  const state = {
    x: input("x", [rows, size.x]),
    a: size.a > 0 ? input("a", [rows, size.a]) : undefined,
  };
  const drawn = noise ? input("n", [rows, cols]) : undefined;
  const next = method.step(model(rate), state, { dt, substeps }, drawn);
  const roots = next.a ? [next.x, next.a] : [next.x];
  return (x, a, n) => interpret(roots, { values: { x, a, n, rate: theta } });
}

/** A drift of zero. */
export const still = (x: Node): Node => constant(0, x.shape);
/** Standard normals. */
export const draw = (generator: Generator, count: number): Float64Array =>
  Float64Array.from({ length: count }, () => generator.normal());
/** Mean of a b over all elements. */
export const meanProduct = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum / a.length;
};
