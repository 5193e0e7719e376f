// Useful floating-point operations of a step: those of the matrix products, from the sizes alone.
// A product of [m, k] and [k, n] counts 2 m n k. Elementwise work, noise and Adam count nothing.
import { stages } from "./configurations.js";

/**
 * @typedef {import("./configurations.js").Configuration} Configuration
 * @typedef {import("./configurations.js").NetworkConfiguration} NetworkConfiguration
 */

/** Multiply-adds per row of a perceptron, layer by layer. @param {readonly number[]} sizes */
const layersOf = (sizes) => sizes.slice(1).map((n, i) => n * sizes[i]);
/** @param {readonly number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/**
 * Multiply-adds per row of one application of a perceptron.
 *
 * @param {readonly number[]} sizes
 * @param {number} [wanted]  Inputs whose derivative is asked for (default all).
 */
function costsOf(sizes, wanted = sizes[0]) {
  const layers = layersOf(sizes);
  const forward = sum(layers);
  const beyondFirst = forward - layers[0];
  return {
    forward,
    weights: forward,
    /** Back to the first layer's result, as the weights need it. */
    toFirst: beyondFirst,
    toInputs: beyondFirst + wanted * sizes[1],
    /** All but the last layer. */
    features: forward - layers[layers.length - 1],
  };
}

/**
 * @param {Configuration} configuration
 * @returns {{ readonly drift: number, readonly critic: number, readonly generator: number }}
 */
export function usefulFlops({ driftSizes, diffusionSizes, criticSizes, ...rest }) {
  const { states, observables, batch, horizon, method } = rest;
  const f = costsOf(driftSizes, states);
  const g = costsOf(diffusionSizes, states);
  const d = costsOf(criticSizes, observables * horizon);
  const evaluations = horizon * stages[method];
  // The state before the first evaluation is given: nothing is pulled back to it.
  const later = evaluations - 1;
  const path = evaluations * (f.forward + g.forward);
  const drift = evaluations * (f.forward + f.weights) + later * f.toInputs + f.toFirst;
  // Fake and real with their derivatives; then the slope at the mixed window, and its derivative.
  const scored = 2 * (d.forward + d.weights + d.toFirst);
  const slope = d.features + costsOf(criticSizes).toInputs;
  const slopeWeights = d.weights + d.features;
  const critic = path + scored + slope + slopeWeights;
  // F is frozen; the last of its evaluations matter like the others.
  const walkedBack = evaluations * g.weights + later * (f.toInputs + g.toInputs) + g.toFirst;
  const generator = path + d.forward + d.features + d.toInputs + walkedBack;
  const perRow = { drift, critic, generator };
  return {
    drift: 2 * batch * perRow.drift,
    critic: 2 * batch * perRow.critic,
    generator: 2 * batch * perRow.generator,
  };
}

/** @param {NetworkConfiguration} configuration */
export function networkFlops({ nodes, driftSizes, batch, horizon }) {
  const f = costsOf(driftSizes);
  const twins = horizon * nodes * (f.forward + f.toInputs);
  // Couplings forward, to the response and to the weights; mask and readout forward and back.
  const couplings = horizon * 3 * nodes * nodes;
  const ends = horizon * 5 * nodes;
  return { training: 2 * batch * (twins + couplings + ends) };
}

/** @param {Configuration | NetworkConfiguration} configuration */
export function flopsOf(configuration) {
  /** @type {Readonly<Record<string, number>>} */
  const flops = "nodes" in configuration ? networkFlops(configuration) : usefulFlops(configuration);
  return flops;
}
