import { add, matmul, type Node, parameter, relu, silu, tanh } from "../engine/index.ts";

/** The nonlinearity between layers. */
export type Activation = "tanh" | "relu" | "silu";

const activate: { readonly [N in Activation]: (a: Node) => Node } = { tanh, relu, silu };

/** Weights of one network and how to apply them. */
export interface Layer {
  /** Weights and biases, in the order of the layers. */
  readonly parameters: readonly Node[];
  /** [rows, inputs] -> [rows, outputs]; all calls share the weights. */
  readonly apply: (x: Node) => Node;
}

/**
 * A dense layer y = f(x W^T + b).
 *
 * @param name        Its weights are `${name}.weight` [outputs, inputs] and `${name}.bias` [1, outputs].
 * @param activation  f; none when left out.
 */
export function createDense(
  name: string,
  inputs: number,
  outputs: number,
  activation?: Activation,
): Layer {
  const weight = parameter(`${name}.weight`, [outputs, inputs]);
  const bias = parameter(`${name}.bias`, [1, outputs]);
  // Written in this order, the three operations become one kernel.
  const linear = (x: Node): Node => add(matmul(x, weight, "nt"), bias);
  return {
    parameters: [weight, bias],
    apply: activation ? (x) => activate[activation](linear(x)) : linear,
  };
}

/**
 * A multilayer perceptron: dense layers, the last one linear.
 *
 * @param name   Layer i is called `${name}.${i}`.
 * @param sizes  Inputs, hidden sizes, outputs: at least two numbers.
 */
export function createPerceptron(
  name: string,
  sizes: readonly number[],
  activation: Activation,
): Layer {
  const last = sizes.length - 2;
  const layers = sizes
    .slice(1)
    .map((outputs, i) =>
      createDense(`${name}.${i}`, sizes[i], outputs, i < last ? activation : undefined),
    );
  return {
    parameters: layers.flatMap((layer) => layer.parameters),
    apply: (x) => layers.reduce((value, layer) => layer.apply(value), x),
  };
}
