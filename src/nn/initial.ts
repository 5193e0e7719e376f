import { childStream, createGenerator, type Stream } from "../base/index.ts";
import type { ParameterSet } from "../engine/index.ts";
import type { Activation } from "./dense.ts";

/** How the first weights of a perceptron are drawn. */
export interface InitialOptions {
  readonly activation: Activation;
  /** Factor on the weights of the last layer (default 1): small, and training starts near zero. */
  readonly lastScale?: number;
}

/**
 * First weights of a perceptron: normal, biases zero.
 *
 * sd = sqrt(2 / inputs) for `relu` and `silu` (He), sqrt(2 / (inputs + outputs)) for `tanh` and for
 * the last layer (Glorot). The draw of a layer depends on the stream and the layer's name alone.
 *
 * @param name   As given to `createPerceptron`.
 * @param sizes  As given to `createPerceptron`.
 * @source       He et al. 2015, arXiv:1502.01852; Glorot and Bengio, AISTATS 2010.
 */
export function initialWeights(
  name: string,
  sizes: readonly number[],
  options: InitialOptions,
  stream: Stream,
): ParameterSet {
  const { activation, lastScale = 1 } = options;
  const last = sizes.length - 2;
  const entries = sizes.slice(1).flatMap((outputs, i) => {
    const inputs = sizes[i];
    const isGlorot = activation === "tanh" || i === last;
    const sd = Math.sqrt(2 / (isGlorot ? inputs + outputs : inputs)) * (i === last ? lastScale : 1);
    const generator = createGenerator(childStream(stream, `${name}.${i}`));
    const weight = Float32Array.from({ length: outputs * inputs }, () => sd * generator.normal());
    return [
      [`${name}.${i}.weight`, { shape: [outputs, inputs], data: weight }],
      [`${name}.${i}.bias`, { shape: [1, outputs], data: new Float32Array(outputs) }],
    ] as const;
  });
  return Object.fromEntries(entries) as ParameterSet;
}
