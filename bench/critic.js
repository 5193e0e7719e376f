// The critic D and what it looks at: a window of observables and drive, flattened.
import { concat, literal, matmul, relu, reshape, slice } from "twinloom/engine";
import { createDense } from "twinloom/nn";

/**
 * @typedef {import("twinloom/engine").Node} Node
 * @typedef {import("./configurations.js").Configuration} Configuration
 */

/**
 * @param {Configuration} configuration
 * @returns {{ parameters: readonly Node[], features: (window: Node) => Node,
 *   score: (features: Node) => Node }}  The last hidden layer, and the score of it, [rows, 1].
 */
export function createCritic({ criticSizes: sizes }) {
  const layers = sizes.slice(1).map((n, i) => createDense(`critic.${i}`, sizes[i], n));
  const hidden = layers.slice(0, -1);
  return {
    parameters: layers.flatMap((layer) => layer.parameters),
    features: (window) => hidden.reduce((x, layer) => relu(layer.apply(x)), window),
    score: layers[layers.length - 1].apply,
  };
}

/**
 * A path as the critic sees it: every observable's course, then that of every input.
 *
 * @param {Configuration} configuration
 * @param {Node} path   [horizon * rows, states]
 * @param {Node} drive  [rows, inputs * horizon], input-major.
 * @returns {Node}      [rows, (observables + inputs) * horizon]
 */
export function windowOf({ horizon, observables }, path, drive) {
  const rows = drive.shape[0];
  const courses = reshape(slice(path, 0, observables), [horizon, rows * observables]);
  // A product with the identity turns time-major into path-major.
  const turned = matmul(courses, literal([horizon, horizon], identity(horizon)), "tn");
  return concat([reshape(turned, [rows, observables * horizon]), drive]);
}

/** @param {number} size */
function identity(size) {
  return Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}
