// The reference's steps with explicit auxiliaries, as graph builders.
// x states, a auxiliaries, n1 and n2 normals times sqrt(dt), the same for all stages; g1 and g2 the
// columns of G for the auxiliaries. With auxiliaries the reference masks the noise of the states.
//   K_x = dt ( F(x, s) + W (-theta a) )      on the observables; the rest of the delay line: dt F
//   K_a = dt (-theta a) + g1 n1 + g2 n2      W = N_a softmax(logits) over the auxiliaries
//   rk2:  k1 = K(y)  k2 = K(y + k1)                          y' = y + (k1 + k2)/2
//   rk4:  k1 = K(y)  k2 = K(y + k1/2)  k3 = K(y + k2/2)  k4 = K(y + k3)
//                                                 y' = y + (k1 + 2 k2 + 2 k3 + k4)/6
import {
  add,
  addAll,
  affine,
  concat,
  constant,
  exp,
  input,
  logSoftmax,
  matmul,
  mul,
  normals,
  padRows,
  parameter,
  scan,
  slice,
} from "twinloom/engine";
import { createPerceptron } from "twinloom/nn";

/**
 * @typedef {import("twinloom/engine").Node} Node
 * @typedef {import("./configurations.js").Configuration} Configuration
 * @typedef {readonly Node[]} State  [x], or [x, a].
 */

/** Stages: how much of the last increment is added to y, and the share of each in y'. */
export const tableaus = {
  "nado-rk2": { ahead: [0, 1], share: [1 / 2, 1 / 2] },
  "nado-rk4": { ahead: [0, 1 / 2, 1 / 2, 1], share: [1 / 6, 1 / 3, 1 / 3, 1 / 6] },
};

/**
 * @param {Configuration["method"]} method
 * @param {State} y
 * @param {(y: State) => State} increment  K.
 * @returns {State}
 */
function step(method, y, increment) {
  const { ahead, share } = tableaus[method];
  /** @type {State[]} */
  const ks = [];
  for (const factor of ahead) {
    const last = ks.at(-1);
    ks.push(increment(last ? y.map((value, i) => add(value, scaled(last[i], factor))) : y));
  }
  return y.map((value, i) => addAll([value, ...ks.map((k, j) => affine(k[i], share[j]))]));
}

/** @param {Node} a @param {number} factor */
const scaled = (a, factor) => (factor === 1 ? a : affine(a, factor));

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
    const next = step(method, [before], ([x]) => [affine(drift.apply(concat([x, s])), dt)]);
    return { carry: next, outputs: next };
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
  const increments = drawNormals(configuration, rows).map((n) => affine(n, Math.sqrt(dt)));
  const weights = affine(exp(logSoftmax(logits)), auxiliaries);
  const mixing = observables < states ? padRows(weights, 0, states) : weights;
  const decay = affine(rate, -dt);
  const walked = scan(
    { steps: horizon, carry: [state, rest], sequences: [drive, ...increments] },
    (before, [s, n1, n2]) => {
      const next = step(method, before, ([x, a]) => {
        const seen = concat([x, s]);
        const g = diffusion.apply(seen);
        const decayed = mul(a, decay);
        const noise = [
          mul(slice(g, 0, auxiliaries), n1),
          mul(slice(g, auxiliaries, auxiliaries), n2),
        ];
        return [
          add(affine(drift.apply(seen), dt), matmul(decayed, mixing, "nt")),
          addAll([decayed, ...noise]),
        ];
      });
      return { carry: next, outputs: [next[0]] };
    },
  );
  return { path: walked.outputs[0], trained: [...diffusion.parameters, logits, rate] };
}

/**
 * Both columns of noise, each [horizon * rows, auxiliaries].
 *
 * @param {Configuration} configuration
 * @param {number} rows
 */
export function drawNormals({ horizon, auxiliaries }, rows) {
  const ids = input("ids", [rows, 1]);
  return ["first", "second"].map((name) => normals(name, ids, horizon, auxiliaries));
}

/** @param {Configuration} configuration @param {number} rows */
function createInputs({ states, inputs, horizon }, rows) {
  return {
    state: input("state", [rows, states]),
    drive: input("drive", [rows, inputs], { steps: horizon }),
  };
}
