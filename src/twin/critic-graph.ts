import {
  add,
  affine,
  concat,
  meanAll,
  meanRows,
  mul,
  type Node,
  sliceRows,
  square,
  sub,
} from "../engine/index.ts";
import {
  type Activation,
  createDense,
  gradientPenalty,
  type Layer,
  standardDeviationRows,
} from "../nn/index.ts";

/** Layers of a critic. */
export interface CriticLayers {
  /** Numbers of a flattened window: observables, then drive, over all its steps. */
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
}

/** A network that tells measured windows from simulated ones. */
export interface Critic {
  /** Weights, named "critic.0.weight" and so on. */
  readonly parameters: readonly Node[];
  /** [rows, inputs] -> the last hidden layer. */
  readonly features: (windows: Node) => Node;
  /** [rows, inputs] -> [rows, 1], high for what looks measured. */
  readonly score: (windows: Node) => Node;
}

/** A multilayer perceptron whose last hidden layer can be seen. */
export function createCritic({ inputs, hidden, activation }: CriticLayers): Critic {
  const sizes = [inputs, ...hidden];
  const body = hidden.map((size, i) => createDense(`critic.${i}`, sizes[i], size, activation));
  const head = createDense(`critic.${hidden.length}`, sizes[hidden.length], 1);
  const features = (windows: Node): Node =>
    body.reduce((value: Node, layer: Layer) => layer.apply(value), windows);
  return {
    parameters: [...body, head].flatMap((layer) => layer.parameters),
    features,
    score: (windows) => head.apply(features(windows)),
  };
}

/** Paths [steps * examples, cols] as one row per example, [examples, steps * cols]. */
export function flattenPaths(paths: Node, steps: number): Node {
  const examples = paths.shape[0] / steps;
  return concat(Array.from({ length: steps }, (_, t) => sliceRows(paths, t * examples, examples)));
}

/** Windows of a batch, [examples, inputs]. */
export interface Windows {
  readonly measured: Node;
  readonly simulated: Node;
}

// Wasserstein distance by its dual: D is 1-Lipschitz, kept so by the penalty on its slope between a
// measured and a simulated window.
//   critic  E D(simulated) - E D(measured) + penalty E (|dD/dx| - 1)^2
//   twin   -E D(simulated)

/**
 * What the critic minimises, [1, 1].
 *
 * @param mix      [examples, 1] in 0 .. 1: where between the two windows the slope is looked at.
 * @param penalty  Weight of the gradient penalty.
 * @source         Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1.
 */
export function criticLoss(
  { score }: Critic,
  { measured, simulated }: Windows,
  mix: Node,
  penalty: number,
): Node {
  const distance = sub(meanAll(score(simulated)), meanAll(score(measured)));
  const between = add(simulated, mul(mix, sub(measured, simulated)));
  return add(distance, affine(gradientPenalty(score, between), penalty));
}

/** What the twin minimises against a critic's score, [1, 1]. */
export const scoreLoss = ({ score }: Critic, simulated: Node): Node =>
  affine(meanAll(score(simulated)), -1);

/**
 * What the twin minimises against a critic's features: squared differences of their means and of
 * their standard deviations over the batch, [1, 1].
 *
 * @source  Manneschi et al. 2025, arXiv:2401.07387, Methods (option [0, 1, 1] of the code).
 */
export function featureMomentsLoss({ features }: Critic, windows: Windows): Node {
  const [measured, simulated] = [features(windows.measured), features(windows.simulated)];
  const means = meanAll(square(sub(meanRows(simulated), meanRows(measured))));
  const sds = sub(standardDeviationRows(simulated), standardDeviationRows(measured));
  return add(means, meanAll(square(sds)));
}
