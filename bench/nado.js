// The paths of a twin in the reference's form, stepped by the package's own nado-rk2 and nado-rk4.
// x states, a auxiliaries; F and G see (x, s). G has two columns of noise for every state and
// auxiliary; where there are auxiliaries the reference masks the noise of the states.
//   dx = ( F(x, s) + W (-theta a) ) dt      on the observables; the rest of the delay line: F dt
//   da = -theta a dt + G_1(x, s) dW_1 + G_2(x, s) dW_2       W = N_a softmax(logits)
import {
  affine,
  concat,
  constant,
  input,
  matmul,
  normals,
  padRows,
  parameter,
  scan,
  slice,
} from "twinloom/engine";
import { createPerceptron, softmax } from "twinloom/nn";
import { methods } from "twinloom/sde";
import { normalsPerState } from "./configurations.js";

/**
 * @typedef {import("twinloom/engine").Node} Node
 * @typedef {import("./configurations.js").Configuration} Configuration
 */

/**
 * The noise-free path: x after every step.
 *
 * Reads the inputs `state` [rows, states] and `drive` [horizon, rows, inputs].
 *
 * @param {Configuration} configuration
 * @param {number} rows
 * @returns {{ path: Node, trained: readonly Node[] }}  [horizon * rows, states]; the weights of F.
 */
export function createDriftPath(configuration, rows) {
  const { method, dt, horizon } = configuration;
  const drift = createPerceptron("drift", configuration.driftSizes, "relu");
  const { state, drive } = createInputs(configuration, rows);
  const walked = scan({ steps: horizon, carry: [state], sequences: [drive] }, ([before], [s]) => {
    const model = { drift: (x) => drift.apply(concat([x, s])), diffusion: silent, mix: silent };
    const { x } = methods[method].step(model, { x: before }, { dt, substeps: 1 });
    return { carry: [x], outputs: [x] };
  });
  return { path: walked.outputs[0], trained: drift.parameters };
}

/**
 * Noisy paths from a = 0: x after every step.
 *
 * Reads the same inputs, and `ids` [rows, 1], the numbers of the paths in the noise.
 *
 * @param {Configuration} configuration
 * @param {number} rows
 * @returns {{ path: Node, trained: readonly Node[] }}  [horizon * rows, states]; the weights of the
 *   noise: G, the logits of W [observables, auxiliaries] and theta [1, auxiliaries].
 */
export function createNoisyPath(configuration, rows) {
  const { method, dt, horizon, states, observables, auxiliaries } = configuration;
  const drift = createPerceptron("drift", configuration.driftSizes, "relu");
  const diffusion = createPerceptron("diffusion", configuration.diffusionSizes, "relu");
  const logits = parameter("mixing", [observables, auxiliaries]);
  const rate = parameter("rate", [1, auxiliaries]);

  const { state, drive } = createInputs(configuration, rows);
  const rest = constant(0, [rows, auxiliaries]);
  const weights = affine(softmax(logits), auxiliaries);
  const mixing = observables < states ? padRows(weights, 0, states) : weights;
  const masked = constant(0, [rows, normalsPerState * states]);
  const walked = scan(
    {
      steps: horizon,
      carry: [state, rest],
      sequences: [drive, drawNormals(configuration, rows)],
    },
    ([before, aBefore], [s, drawn]) => {
      const model = {
        drift: (x) => drift.apply(concat([x, s])),
        diffusion: (x) => ({
          white: masked,
          auxiliary: slice(diffusion.apply(concat([x, s])), 0, normalsPerState * auxiliaries),
        }),
        mix: (a) => matmul(a, mixing, "nt"),
        rate,
      };
      const time = { dt, substeps: 1 };
      const { x, a = rest } = methods[method].step(model, { x: before, a: aBefore }, time, drawn);
      return { carry: [x, a], outputs: [x] };
    },
  );
  return { path: walked.outputs[0], trained: [...diffusion.parameters, logits, rate] };
}

/**
 * Normals of every step, for each column of noise those of x and of a:
 * [horizon * rows, 2 * (states + auxiliaries)].
 *
 * @param {Configuration} configuration
 * @param {number} rows
 */
export function drawNormals({ method, horizon, states, auxiliaries }, rows) {
  const size = { observables: states, auxiliaries, substeps: 1, noiseColumns: normalsPerState };
  return normals("noise", input("ids", [rows, 1]), horizon, methods[method].normalCols(size));
}

/** @param {Configuration} configuration @param {number} rows */
function createInputs({ states, inputs, horizon }, rows) {
  return {
    state: input("state", [rows, states]),
    drive: input("drive", [rows, inputs], { steps: horizon }),
  };
}

/** The noise of a path without any. @returns {never} */
function silent() {
  throw new Error("a path without noise asks for its noise");
}
