import {
  affine,
  logSoftmax,
  meanAll,
  mul,
  type Node,
  square,
  sub,
  sumAll,
} from "../engine/index.ts";

/** Mean squared difference over all elements, [1, 1]. */
export function meanSquaredError(value: Node, target: Node): Node {
  return meanAll(square(sub(value, target)));
}

/**
 * Mean over rows of the cross-entropy of class scores, [1, 1], in nats.
 *
 * @param logits   [rows, classes], before the softmax.
 * @param targets  [rows, classes], probabilities; one-hot for plain labels.
 */
export function crossEntropy(logits: Node, targets: Node): Node {
  return affine(sumAll(mul(targets, logSoftmax(logits))), -1 / logits.shape[0]);
}
