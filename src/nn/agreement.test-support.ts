// For tests of composed functions: derivatives against central differences, and compiled values
// against the float64 definition.
import { createGenerator, createStream } from "../base/index.ts";
import {
  compile,
  gradients,
  interpret,
  loadKernelModule,
  mul,
  type Node,
  parameter,
  type Shape,
  sumAll,
} from "../engine/index.ts";

export type Values = Readonly<Record<string, Float64Array>>;

/** Normals of a seed. */
export function draw(count: number, seed: number, scale = 1): Float64Array {
  const generator = createGenerator(createStream(seed));
  return Float64Array.from({ length: count }, () => scale * generator.normal());
}

/** Parameters p0, p1, ... of these shapes. */
export function parametersOf(shapes: readonly Shape[]): Node[] {
  return shapes.map((shape, i) => parameter(`p${i}`, shape));
}

/** Normals for parameters p0, p1, ..., each scaled. */
export function drawValues(shapes: readonly Shape[], scale = 1): Values {
  const entries = shapes.map(([r, c], i) => [`p${i}`, draw(r * c, 31 + i, scale)] as const);
  return Object.fromEntries(entries);
}

/** Norm of the difference over the norm of what was expected. */
export function relativeError(got: ArrayLike<number>, expected: Float64Array): number {
  const norm = Math.hypot(...expected);
  return Math.hypot(...expected.map((x, i) => x - got[i])) / Math.max(norm, 1e-12);
}

/** A scalar in which every element of a value counts differently. */
function weighted(value: Node): Node {
  return sumAll(mul(value, parameter("weights", value.shape)));
}

/** Largest relative error of derivatives with respect to each source, by central differences. */
export function derivativeError(value: Node, sources: readonly Node[], values: Values): number {
  const fed = { ...values, weights: draw(value.shape[0] * value.shape[1], 7) };
  const loss = weighted(value);
  const slopes = interpret(gradients(loss, sources), { values: fed });
  const h = 1e-5;
  return Math.max(
    ...sources.map((source, i) => {
      const name = source.op === "parameter" ? source.attributes.name : "";
      const at = (k: number, step: number): number => {
        const moved = fed[name as keyof typeof fed].with(
          k,
          fed[name as keyof typeof fed][k] + step,
        );
        return interpret([loss], { values: { ...fed, [name]: moved } })[0][0];
      };
      const numeric = slopes[i].map((_, k) => (at(k, h) - at(k, -h)) / (2 * h));
      return relativeError(slopes[i], numeric);
    }),
  );
}

/** Largest relative error, over a value and its derivatives, of a compiled program. */
export async function compiledError(
  value: Node,
  sources: readonly Node[],
  values: Values,
): Promise<number> {
  const given = { ...values, weights: draw(value.shape[0] * value.shape[1], 7) };
  const fed = Object.fromEntries(Object.entries(given).map(([k, v]) => [k, Float32Array.from(v)]));
  const wanted = [value, ...gradients(weighted(value), sources)];
  const program = compile(await loadKernelModule(), {
    outputs: Object.fromEntries(wanted.map((node, i) => [`${i}`, { value: node }])),
  });
  program.setParameters(
    Object.fromEntries(
      Object.entries(fed).map(([name, data]) => [name, { shape: [1, data.length], data }]),
    ),
  );
  program.run();
  const expected = interpret(wanted, { values: fed });
  return Math.max(...expected.map((x, i) => relativeError(program.read(`${i}`), x)));
}
