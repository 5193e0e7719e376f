// The four reference configurations: the sizes that the authors of the method used.
// Source: Manneschi et al. 2025, arXiv:2401.07387, and the code published with it.

/**
 * A noisy twin in the reference's form, and how it is trained.
 *
 * @typedef {object} Configuration
 * @property {string} name
 * @property {number} states       Columns of x: observables and their learned delay line.
 * @property {number} observables  The first columns of x: what the critic sees.
 * @property {number} inputs       Columns of the drive s.
 * @property {number} auxiliaries  Ornstein-Uhlenbeck variables a.
 * @property {readonly number[]} driftSizes      F: (x, s) to x' per unit of time.
 * @property {readonly number[]} diffusionSizes  G: (x, s) to two amplitudes for each of x and a.
 * @property {readonly number[]} criticSizes     D: a window of observables and drive to a score.
 * @property {number} batch
 * @property {number} horizon  Steps of a window.
 * @property {"nado-rk2" | "nado-rk4"} method
 * @property {number} dt       Unit of time of theta = 5 * 0.7^k.
 */

/** @typedef {"drift" | "critic" | "generator"} StepName */

/** Evaluations of F and G per step. */
export const stages = { "nado-rk2": 2, "nado-rk4": 4 };
/** Columns of noise per state. */
export const normalsPerState = 2;
const auxiliaries = 10;

/**
 * @param {string} name
 * @param {{ states: number, observables: number, inputs: number, drift: number[], hidden: number[],
 *   batch: number, horizon: number, method: "nado-rk2" | "nado-rk4", dt: number,
 *   auxiliaries?: number }} sizes
 * @returns {Configuration}
 */
export function createConfiguration(name, { drift, hidden, ...sizes }) {
  const count = sizes.auxiliaries ?? auxiliaries;
  const seen = sizes.states + sizes.inputs;
  const window = sizes.horizon * (sizes.observables + sizes.inputs);
  return {
    name,
    ...sizes,
    auxiliaries: count,
    driftSizes: [seen, ...drift, sizes.states],
    diffusionSizes: [seen, ...hidden, normalsPerState * (sizes.states + count)],
    criticSizes: [window, ...hidden, 1],
  };
}

const small = { batch: 100, horizon: 10, drift: [200], hidden: [500, 500] };
const large = { batch: 50, drift: [300, 250, 200], hidden: [300, 250, 200] };

/** @type {readonly Configuration[]} */
export const configurations = [
  createConfiguration("li", {
    ...small,
    states: 1,
    observables: 1,
    inputs: 1,
    method: "nado-rk2",
    dt: 0.1,
  }),
  createConfiguration("do", {
    ...small,
    states: 4,
    observables: 2,
    inputs: 1,
    method: "nado-rk4",
    dt: 0.472,
  }),
  createConfiguration("rings", {
    ...large,
    horizon: 50,
    states: 5,
    observables: 1,
    inputs: 2,
    method: "nado-rk2",
    dt: 0.314,
  }),
  createConfiguration("asvi", {
    ...large,
    horizon: 18,
    states: 60,
    observables: 60,
    inputs: 1,
    method: "nado-rk2",
    dt: 0.1,
  }),
];

/** @type {readonly StepName[]} */
export const stepNames = ["drift", "critic", "generator"];

/**
 * Training of a network of twins through time, METHOD 3.1.
 *
 * @typedef {object} NetworkConfiguration
 * @property {string} name
 * @property {number} nodes     Leaky integrators, all of one twin.
 * @property {readonly number[]} driftSizes  F of the twin: (y, s) to the increment of y.
 * @property {number} batch
 * @property {number} horizon   Steps of a sequence, all of them unrolled.
 * @property {number} sigma     Deviation of the white noise of a node, per step.
 * @property {number} epoch     Sequences of an epoch.
 */

/** @type {NetworkConfiguration} */
export const network = {
  name: "network",
  nodes: 64,
  driftSizes: [2, 64, 64, 1],
  batch: 32,
  horizon: 200,
  sigma: 0.05,
  epoch: 1024,
};

/** Adam of each step, the first three as in the reference. */
export const updates = {
  drift: { learningRate: 1e-3, beta1: 0.9, beta2: 0.999 },
  critic: { learningRate: 5e-5, beta1: 0, beta2: 0.9 },
  generator: { learningRate: 5e-5, beta1: 0, beta2: 0.9 },
  training: { learningRate: 1e-3, beta1: 0.9, beta2: 0.999 },
};

/** Weight of the gradient penalty. */
export const penaltyWeight = 10;
