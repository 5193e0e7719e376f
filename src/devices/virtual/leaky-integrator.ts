import type { Generator } from "../../base/index.ts";
import type { DeviceDescription } from "../device.ts";
import { choiceRule, numberRule, type OptionRules, readOptions } from "../options.ts";
import type { Physics } from "./physics.ts";

/** Options of the leaky integrator. */
export interface LeakyIntegratorOptions {
  /** Noise amplitude; 0 leaves the floor of 0.02 on a1. Default 0.5. */
  readonly sigma?: number;
  /** "exact" (default), or "reference" for the discrete map of the reference. */
  readonly scheme?: "exact" | "reference";
}

/** Rules and defaults of {@link LeakyIntegratorOptions}. */
export const leakyIntegratorOptions: OptionRules<LeakyIntegratorOptions> = {
  sigma: numberRule(0.5, { min: 0, max: 10 }, "noise amplitude; 0 leaves the floor of 0.02"),
  scheme: choiceRule(
    "exact",
    ["exact", "reference"],
    "exact Ornstein-Uhlenbeck updates in substeps of 0.005 s, or the reference's Heun map",
  ),
};

// dx  = [-x + tanh(I)]/tau dt - (a1/tau1 + a2/tau2) dt
// da1 = -a1/tau1 dt + (sigma tanh|2I| + 0.02) dW1
// da2 = -a2/tau2 dt + sigma tanh|3x| dW2
// Times in s; x, a1, a2 and I without unit.
const tau = 1;
const tau1 = 0.2;
const tau2 = 0.8;
const floor = 0.02;
const dt = 0.1;
const substeps = 20;

interface State {
  x: number;
  a1: number;
  a2: number;
}

/**
 * A leaky integrator with two coloured noises: the device whose law is known.
 *
 * Input `drive` from -2 to 2 and observable `x`, both without unit; dt 0.1 s. It starts at 0.
 *
 * @throws   `unknown-name` or `bad-value` for options that do not fit.
 * @source   Manneschi et al. 2025, arXiv:2401.07387, Methods (leaky integrator).
 */
export function createLeakyIntegrator(options: LeakyIntegratorOptions = {}): Physics {
  const { sigma, scheme } = readOptions("leaky-integrator", leakyIntegratorOptions, options);
  const advance = scheme === "exact" ? advanceExactly : advanceAsReference;
  const state: State = { x: 0, a1: 0, a2: 0 };
  let noise: Generator;
  return {
    description: describe(sigma, scheme),
    samplesPerPause: 10_000,
    reset(generator, out) {
      noise = generator;
      Object.assign(state, { x: 0, a1: 0, a2: 0 });
      out[0] = 0;
    },
    step(input, out) {
      advance(state, input[0], sigma, noise);
      out[0] = state.x;
    },
  };
}

function describe(sigma: number, scheme: string): DeviceDescription {
  return {
    identity: `leaky-integrator, sigma ${sigma}, ${scheme} scheme`,
    inputs: [{ name: "drive", unit: "1", min: -2, max: 2 }],
    observables: [{ name: "x", unit: "1" }],
    dt,
    samplesPerStep: 1,
    canReset: true,
    canStep: true,
    recordedOnly: false,
  };
}

const h = dt / substeps;
const decay = Math.exp(-h / tau);
const decay1 = Math.exp(-h / tau1);
const decay2 = Math.exp(-h / tau2);
const spread1 = Math.sqrt((tau1 / 2) * (1 - decay1 * decay1));
const spread2 = Math.sqrt((tau2 / 2) * (1 - decay2 * decay2));

// Per substep h: a1 and a2 exactly, the amplitude of a2 frozen (x is smooth, so Ito and
// Stratonovich agree); x exactly for the mean of the force at both ends, an error of order h^2.
function advanceExactly(state: State, drive: number, sigma: number, noise: Generator): void {
  const target = Math.tanh(drive);
  const amplitude1 = spread1 * (sigma * Math.tanh(Math.abs(2 * drive)) + floor);
  let { x, a1, a2 } = state;
  let force = a1 / tau1 + a2 / tau2;
  for (let i = 0; i < substeps; i++) {
    const before = force;
    a1 = decay1 * a1 + amplitude1 * noise.normal();
    a2 = decay2 * a2 + spread2 * sigma * Math.tanh(Math.abs(3 * x)) * noise.normal();
    force = a1 / tau1 + a2 / tau2;
    x = decay * x + (1 - decay) * (target - (tau * (before + force)) / 2);
  }
  state.x = x;
  state.a1 = a1;
  state.a2 = a2;
}

// One Heun step of dt on (x, a1, a2): predictor p = z + F dt + G dW, then both slopes averaged.
// The amplitude of a1 is the same at both ends, that of a2 follows x.
function advanceAsReference(state: State, drive: number, sigma: number, noise: Generator): void {
  const { x, a1, a2 } = state;
  const target = Math.tanh(drive);
  const dW1 = Math.sqrt(dt) * noise.normal();
  const dW2 = Math.sqrt(dt) * noise.normal();
  const amplitude1 = sigma * Math.tanh(Math.abs(2 * drive)) + floor;
  const amplitude2 = sigma * Math.tanh(Math.abs(3 * x));
  const slope = (target - x) / tau - a1 / tau1 - a2 / tau2;

  const px = x + slope * dt;
  const p1 = a1 - (a1 / tau1) * dt + amplitude1 * dW1;
  const p2 = a2 - (a2 / tau2) * dt + amplitude2 * dW2;
  const slopeThere = (target - px) / tau - p1 / tau1 - p2 / tau2;
  const amplitude2There = sigma * Math.tanh(Math.abs(3 * px));

  state.x = x + ((slope + slopeThere) / 2) * dt;
  state.a1 = a1 - ((a1 + p1) / (2 * tau1)) * dt + amplitude1 * dW1;
  state.a2 = a2 - ((a2 + p2) / (2 * tau2)) * dt + ((amplitude2 + amplitude2There) / 2) * dW2;
}
