import { fault, type Generator } from "../../base/index.ts";
import type { DeviceDescription } from "../device.ts";
import { choiceRule, numberRule, type OptionRules, readOptions } from "../options.ts";
import type { Physics } from "./physics.ts";

/** Options of the Duffing oscillator. */
export interface DuffingOscillatorOptions {
  /** Amplitude of the coloured noise; 0 leaves a floor of 0.002. Default 0.05. */
  readonly sigma?: number;
  /** s, white noise s dW on v, "exact" only: D = s^2/2. Default 0. */
  readonly whiteNoise?: number;
  /** "exact" (default), or "reference" for the discrete map of the reference. */
  readonly scheme?: "exact" | "reference";
}

/** Rules and defaults of {@link DuffingOscillatorOptions}. */
export const duffingOscillatorOptions: OptionRules<DuffingOscillatorOptions> = {
  sigma: numberRule(0.05, { min: 0, max: 1 }, "noise amplitude; 0 leaves the floor of 0.002"),
  whiteNoise: numberRule(0, { min: 0, max: 1 }, "s of a white noise s dW on v, exact scheme only"),
  scheme: choiceRule(
    "exact",
    ["exact", "reference"],
    "exact noise in substeps of 0.0196 s, or the reference's fourth-order map",
  ),
};

// dx  = [v - a1/tau1 - a2/tau2] dt
// dv  = [A sin(omega t) - delta v - alpha x - beta x^3] dt + s dW
// da1 = -a1/tau1 dt + (sigma tanh|2 A sin(omega t)| + 0.002) dW1
// da2 = -a2/tau2 dt + sigma tanh|3x| dW2
// Times in s; the rest without unit.
const alpha = -1;
const beta = 1;
const delta = 0.3;
const omega = 1.2;
const tau1 = 0.2;
const tau2 = 0.8;
const floor = 0.002;
/** Turns of the carrier per sampling step: 9 turns in 100 steps. */
const turn = 0.09;
const stepsPerPattern = 100;
const dt = (turn * 2 * Math.PI) / omega;
const substeps = 24;

interface State {
  x: number;
  v: number;
  a1: number;
  a2: number;
}

const start: Readonly<State> = { x: 0, v: -0.06, a1: 0, a2: 0 };

/**
 * A Duffing oscillator with two wells, coloured noise and a built-in sine as carrier.
 *
 * Input `amplitude` A from -0.2 to 0.2, which multiplies sin(omega t), and observables `x` and `v`,
 * all without unit; omega 1.2 rad/s, dt 0.471 s. It starts at (0, -0.06), t = 0. In the reference's
 * map the sine is held over a step at its value at the end, white noise sits on v, and only a1 is
 * driven, by sigma tanh|3x|: its noise indices are shifted by one, and its step does not resolve
 * tau1.
 *
 * @throws   `unknown-name` or `bad-value` for options that do not fit.
 * @source   Manneschi et al. 2025, arXiv:2401.07387, Methods (Duffing oscillator), and its code.
 */
export function createDuffingOscillator(options: DuffingOscillatorOptions = {}): Physics {
  const checked = readOptions("duffing-oscillator", duffingOscillatorOptions, options);
  const { sigma, whiteNoise, scheme } = checked;
  if (scheme === "reference" && whiteNoise > 0) throw whiteNoiseOfReference(whiteNoise);
  const state = { ...start };
  const advance =
    scheme === "exact" ? createExactStep(sigma, whiteNoise) : createReferenceStep(sigma);
  let noise: Generator;
  let step = 0;
  const observe = (out: Float64Array): void => {
    out[0] = state.x;
    out[1] = state.v;
  };
  return {
    description: describe(checked),
    samplesPerPause: 5_000,
    reset(generator, out) {
      noise = generator;
      step = 0;
      Object.assign(state, start);
      observe(out);
    },
    step(input, out) {
      advance(state, input[0], step, noise);
      step = (step + 1) % stepsPerPattern;
      observe(out);
    },
  };
}

function describe({
  sigma,
  whiteNoise,
  scheme,
}: Required<DuffingOscillatorOptions>): DeviceDescription {
  const white = whiteNoise > 0 ? `, white noise ${whiteNoise}` : "";
  return {
    identity: `duffing-oscillator, sigma ${sigma}${white}, ${scheme} scheme`,
    inputs: [{ name: "amplitude", unit: "1", min: -0.2, max: 0.2 }],
    observables: [
      { name: "x", unit: "1" },
      { name: "v", unit: "1" },
    ],
    dt,
    samplesPerStep: 1,
    carrierPeriod: 1 / turn,
    canReset: true,
    canStep: true,
    recordedOnly: false,
  };
}

function whiteNoiseOfReference(whiteNoise: number): Error {
  return fault("bad-value", {
    where: "duffing-oscillator",
    what: "the reference's map has a white noise of its own",
    got: `whiteNoise ${whiteNoise} with scheme "reference"`,
    expected: "whiteNoise 0, or the exact scheme",
    fix: "Leave whiteNoise out, or choose scheme: exact",
  });
}

/** Advance a state by one sampling step; `step` counts from the reset, modulo 100. */
type Advance = (state: State, amplitude: number, step: number, noise: Generator) => void;

// Per substep h: a1, a2 and the friction of v with its noise exactly (Ornstein-Uhlenbeck), between
// half kicks by the force and half drifts by v and the coloured force: second order in h, and the
// stationary law of x under white noise to fourth (Leimkuhler and Matthews 2013, "BAOAB"). The
// amplitude of a2 is frozen; x is smooth, so Ito and Stratonovich agree.
function createExactStep(sigma: number, whiteNoise: number): Advance {
  const h = dt / substeps;
  const decay = Math.exp(-delta * h);
  const decay1 = Math.exp(-h / tau1);
  const decay2 = Math.exp(-h / tau2);
  const spread = whiteNoise * Math.sqrt((1 - decay * decay) / (2 * delta));
  const spread1 = Math.sqrt((tau1 / 2) * (1 - decay1 * decay1));
  const spread2 = sigma * Math.sqrt((tau2 / 2) * (1 - decay2 * decay2));
  return (state, amplitude, step, noise) => {
    let { x, v, a1, a2 } = state;
    let coloured = a1 / tau1 + a2 / tau2;
    for (let i = 0; i < substeps; i++) {
      const drive = amplitude * Math.sin(2 * Math.PI * turn * (step + (i + 0.5) / substeps));
      v += (h / 2) * (drive - alpha * x - beta * x * x * x);
      x += (h / 2) * (v - coloured);
      const amplitude1 = sigma * Math.tanh(Math.abs(2 * drive)) + floor;
      a1 = decay1 * a1 + spread1 * amplitude1 * noise.normal();
      a2 = decay2 * a2 + spread2 * Math.tanh(Math.abs(3 * x)) * noise.normal();
      coloured = a1 / tau1 + a2 / tau2;
      v = decay * v + (spread > 0 ? spread * noise.normal() : 0);
      x += (h / 2) * (v - coloured);
      v += (h / 2) * (drive - alpha * x - beta * x * x * x);
    }
    state.x = x;
    state.v = v;
    state.a1 = a1;
    state.a2 = a2;
  };
}

// Four stages over dt. Stage k has slope f and amplitudes g, and hands on f + c_k g xi with
// c = sqrt(2/dt), sqrt(2/dt), sqrt(1/dt), one xi for all stages; the step adds
// (f1 + 2 f2 + 2 f3 + f4) dt/6 + (g1 + 2 g2 + 2 g3 + g4) sqrt(dt)/6 xi. a2 stays 0.
function createReferenceStep(sigma: number): Advance {
  const noiseOfStage = [Math.sqrt(2 / dt), Math.sqrt(2 / dt), Math.sqrt(1 / dt), 0];
  const reach = [dt / 2, dt / 2, dt, 0];
  const weight = [1 / 6, 2 / 6, 2 / 6, 1 / 6];
  return (state, amplitude, step, noise) => {
    const drive = amplitude * Math.sin(2 * Math.PI * turn * (step + 1));
    const amplitudeOfV = sigma * Math.tanh(Math.abs(2 * drive)) + floor;
    const xi = noise.normal();
    const xi1 = noise.normal();
    const { x: fromX, v: fromV, a1: fromA1 } = state;
    let { x, v, a1 } = state;
    for (let k = 0; k < 4; k++) {
      const slopeX = v - a1 / tau1;
      const slopeV = drive - delta * v - alpha * x - beta * x * x * x;
      const slope1 = -a1 / tau1;
      const amplitude1 = sigma * Math.tanh(Math.abs(3 * x));
      state.x += weight[k] * dt * slopeX;
      state.v += weight[k] * (dt * slopeV + Math.sqrt(dt) * amplitudeOfV * xi);
      state.a1 += weight[k] * (dt * slope1 + Math.sqrt(dt) * amplitude1 * xi1);
      x = fromX + reach[k] * slopeX;
      v = fromV + reach[k] * (slopeV + noiseOfStage[k] * amplitudeOfV * xi);
      a1 = fromA1 + reach[k] * (slope1 + noiseOfStage[k] * amplitude1 * xi1);
    }
  };
}
