import { affine, gradients, meanAll, type Node, square, sumAll } from "../engine/index.ts";
import { rowNorms } from "./batch.ts";

/**
 * Mean over rows of (|d critic / d x| - 1)^2, [1, 1]: keeps a critic near 1-Lipschitz.
 *
 * Its derivative with respect to the critic's weights is a derivative of a derivative, graph to
 * graph. Multiply by the weight of the penalty (10 in the source).
 *
 * @param critic  [rows, inputs] -> [rows, 1], each row on its own.
 * @param x       [rows, inputs]: a random point between a real and a simulated path in every row.
 * @source        Gulrajani et al. 2017, arXiv:1704.00028, section 4.
 */
export function gradientPenalty(critic: (x: Node) => Node, x: Node): Node {
  const [slope] = gradients(sumAll(critic(x)), [x]);
  return meanAll(square(affine(rowNorms(slope), 1, -1)));
}
