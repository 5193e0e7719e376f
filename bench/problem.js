// Weights, data and noise of one step: the same numbers for every engine.
import { childStream, createGenerator, createStream } from "twinloom/base";
import { formatNpz } from "twinloom/data";
import { compile } from "twinloom/engine";
import { drawNormals } from "./nado.js";
import { drawNetworkNormals } from "./network-step.js";

/**
 * @typedef {import("./configurations.js").Configuration} Configuration
 * @typedef {import("./configurations.js").NetworkConfiguration} NetworkConfiguration
 * @typedef {{ readonly shape: readonly number[], readonly data: Float32Array }} Block
 * @typedef {object} Problem
 * @property {import("twinloom/engine").ParameterSet} weights  By the name of the parameter.
 * @property {Readonly<Record<string, Block>>} inputs   By name, time outermost.
 */

/** The stream of all weights, data and noise. */
export const stream = createStream(20240601);
/** The noise that all engines share when their losses are compared. */
export const sharedNoise = { stream: childStream(stream, "noise"), iteration: 0 };

/** Weights are smaller in F's last layer, lest paths of 50 steps run away and amplify rounding. */
const lastDrift = 0.3;
const [typicalBias, typicalValue] = [0.1, 0.3];

/**
 * @param {Configuration | NetworkConfiguration} configuration
 * @returns {Problem}
 */
export const problemOf = (configuration) =>
  "nodes" in configuration ? createNetworkProblem(configuration) : createProblem(configuration);

/**
 * @param {Configuration} configuration
 * @returns {Problem}
 */
function createProblem(configuration) {
  const { states, observables, inputs, auxiliaries, batch, horizon } = configuration;
  const draw = drawFrom(childStream(stream, configuration.name));
  const drive = draw("drive", [horizon, batch, inputs], typicalValue);
  return {
    weights: {
      ...perceptron(draw, "drift", configuration.driftSizes, lastDrift),
      ...perceptron(draw, "diffusion", configuration.diffusionSizes),
      ...perceptron(draw, "critic", configuration.criticSizes),
      mixing: draw("mixing", [observables, auxiliaries], typicalValue),
      rate: fill([1, auxiliaries], (k) => 5 * 0.7 ** k),
    },
    inputs: {
      state: draw("state", [batch, states], typicalValue),
      drive,
      driveWindow: flattenDrive(drive),
      target: draw("target", [horizon, batch, states], typicalValue),
      real: draw("real", [batch, observables * horizon], typicalValue),
      mix: fill([batch, 1], (i) => (i + 0.5) / batch),
      ids: fill([batch, 1], (i) => i),
    },
  };
}

/**
 * @param {NetworkConfiguration} configuration
 * @returns {Problem}
 */
function createNetworkProblem(configuration) {
  const { name, nodes, batch, horizon, driftSizes } = configuration;
  const draw = drawFrom(childStream(stream, name));
  return {
    weights: {
      ...perceptron(draw, "drift", driftSizes, lastDrift),
      inputMask: draw("inputMask", [nodes, 1], 1),
      couplings: draw("couplings", [nodes, nodes], 1 / Math.sqrt(nodes)),
      bias: draw("bias", [1, nodes], typicalBias),
      readout: draw("readout", [1, nodes], 1 / Math.sqrt(nodes)),
      readoutBias: draw("readoutBias", [1, 1], typicalBias),
    },
    inputs: {
      task: draw("task", [horizon, batch, 1], 1),
      target: draw("target", [horizon, batch, 1], 1),
      ids: fill([batch, 1], (i) => i),
    },
  };
}

/**
 * A problem and the very normals that our kernels draw for it, as a .npz file for other engines.
 *
 * @param {import("twinloom/engine").KernelModule} kernels
 * @param {Configuration | NetworkConfiguration} configuration
 * @param {Problem} problem
 */
export function formatProblem(kernels, configuration, { weights, inputs }) {
  const { batch, horizon } = configuration;
  const draw = "nodes" in configuration ? drawNetworkNormals : drawNormals;
  const value = draw(/** @type {never} */ (configuration), batch);
  const outputs = { normals: { value, steps: horizon } };
  const program = compile(kernels, { outputs, threads: 1 });
  program.setInput("ids", inputs.ids.data);
  program.setNoise(sharedNoise);
  program.run();
  const shape = [horizon, batch, value.shape[1]];
  const normals = { shape, data: program.read("normals") };
  const arrays = Object.entries({ ...weights, ...inputs, normals });
  const dtypes = Object.fromEntries(arrays.map(([name]) => [name, /** @type {const} */ ("f4")]));
  return formatNpz(new Map(arrays.map(([name, block]) => [name, hostArray(block)])), { dtypes });
}

/** @param {Block} block */
const hostArray = ({ shape, data }) => ({ shape, data: Float64Array.from(data) });

/**
 * @template {readonly [number, number] | readonly [number, number, number]} Shape
 * @param {Shape} shape
 * @param {(i: number) => number} value  In row-major order.
 */
function fill(shape, value) {
  const [rows, cols, more = 1] = shape;
  return { shape, data: Float32Array.from({ length: rows * cols * more }, (_, i) => value(i)) };
}

/**
 * Normals of a deviation, each array from a stream of its own name.
 *
 * @param {import("twinloom/base").Stream} parent
 */
function drawFrom(parent) {
  /**
   * @template {readonly [number, number] | readonly [number, number, number]} Shape
   * @param {string} name
   * @param {Shape} shape
   * @param {number} deviation
   */
  return (name, shape, deviation) => {
    const generator = createGenerator(childStream(parent, name));
    return fill(shape, () => deviation * generator.normal());
  };
}

/**
 * @param {ReturnType<typeof drawFrom>} draw
 * @param {string} name
 * @param {readonly number[]} sizes
 * @param {number} [last]  Factor on the weights of the last layer.
 */
function perceptron(draw, name, sizes, last = 1) {
  const layers = sizes.slice(1).flatMap((outputs, i) => {
    const deviation = (i === sizes.length - 2 ? last : 1) / Math.sqrt(sizes[i]);
    const [weight, bias] = [`${name}.${i}.weight`, `${name}.${i}.bias`];
    return [
      [weight, draw(weight, [outputs, sizes[i]], deviation)],
      [bias, draw(bias, [1, outputs], typicalBias)],
    ];
  });
  return Object.fromEntries(layers);
}

/** [horizon, batch, inputs] to [batch, inputs * horizon]. @param {Block} drive */
function flattenDrive({ shape: [horizon, batch, inputs], data }) {
  return fill([batch, inputs * horizon], (at) => {
    const [b, i, t] = [
      Math.floor(at / (inputs * horizon)),
      Math.floor(at / horizon) % inputs,
      at % horizon,
    ];
    return data[(t * batch + b) * inputs + i];
  });
}
