import { childStream, createGenerator, createStream, type Generator } from "../../base/index.ts";
import { numberRule, type OptionRules, readOptions } from "../options.ts";
import type { Physics } from "./physics.ts";

/** Options of the spin-torque vortex oscillator. */
export interface VortexOscillatorOptions {
  /** I_dc, current at input 0, mA. Default 7. */
  readonly bias?: number;
  /** D, diffusion of the orbit, 1/s; 0 is without noise. Default 2e4. */
  readonly diffusion?: number;
  /** V0, output at |z| = 1, V. Default 0.02. */
  readonly outputVoltage?: number;
  /** Standard deviation of the critical current Ic between samples, mA. Default 0.05. */
  readonly spread?: number;
}

/** Rules and defaults of {@link VortexOscillatorOptions}. */
export const vortexOscillatorOptions: OptionRules<VortexOscillatorOptions> = {
  bias: numberRule(7, { min: 4, max: 10 }, "I_dc, current at input 0, mA"),
  diffusion: numberRule(2e4, { min: 0, max: 1e7 }, "D, diffusion of the orbit, 1/s"),
  outputVoltage: numberRule(0.02, { min: 1e-6, max: 1 }, "V0, output at |z| = 1, V"),
  spread: numberRule(
    0.05,
    { min: 0, max: 0.5 },
    "standard deviation of the critical current between samples, mA",
  ),
};

// dz = (mu - b |z|^2) z dt + sqrt(2 D) dW, one unit of noise in each component of dW
// mu = a (I - Ic): 5e6 /s at 7 mA, where Ic is 5.5 mA.
const criticalCurrent = 5.5;
const a = 5e6 / 1.5;
const b = 2.5e7;
const dt = 1e-7;
const substeps = 20;
const h = dt / substeps;
const range = 1;

/**
 * A spin-torque vortex oscillator, seen through the amplitude of its voltage.
 *
 * Input `current` from -1 to 1 mA, added to the bias; observable `amplitude` V0 |z| in V, every
 * 100 ns. At the reset it is on the orbit of the bias without noise, |z| = sqrt(mu / b), or at rest
 * below the critical current.
 *
 * @param options   Bias, diffusion, output voltage and spread.
 * @param disorder  Seed of the fabrication.
 * @throws          `unknown-name` or `bad-value` for options that do not fit.
 * @source          Torrejon et al., Nature 547, 428 (2017); the normal form's constants are ours.
 */
export function createVortexOscillator(
  options: VortexOscillatorOptions,
  disorder: number,
): Physics {
  const { bias, diffusion, outputVoltage, spread } = readOptions(
    "vortex-oscillator",
    vortexOscillatorOptions,
    options,
  );
  const fabrication = createGenerator(childStream(createStream(disorder), "disorder"));
  const critical = criticalCurrent + spread * fabrication.normal();
  const orbit = Float64Array.of(0, 0);
  let noise: Generator;
  return {
    description: {
      identity: `vortex-oscillator, bias ${bias} mA, disorder ${disorder}`,
      inputs: [{ name: "current", unit: "mA", min: -range, max: range, maxSlew: (2 * range) / dt }],
      observables: [{ name: "amplitude", unit: "V" }],
      dt,
      samplesPerStep: 1,
      canReset: true,
      canStep: true,
      recordedOnly: false,
    },
    samplesPerPause: 10_000,
    reset(generator, out) {
      noise = generator;
      orbit[0] = Math.sqrt(Math.max(0, (a * (bias - critical)) / b));
      orbit[1] = 0;
      out[0] = outputVoltage * orbit[0];
    },
    step(input, out) {
      turnOrbit(orbit, a * (bias + input[0] - critical), diffusion, noise);
      out[0] = outputVoltage * Math.hypot(orbit[0], orbit[1]);
    },
  };
}

// A sampling step as substeps of half a relaxation, noise, half a relaxation (Strang): exact
// without noise, and of weak order 2 with it.
function turnOrbit(orbit: Float64Array, mu: number, diffusion: number, noise: Generator): void {
  const kick = Math.sqrt(2 * diffusion * h);
  const growth = Math.exp((mu * h) / 2);
  // (exp(mu h) - 1) / mu, whose limit at the bifurcation is h.
  const saturation = b * (mu === 0 ? h : Math.expm1(mu * h) / mu);
  let x = orbit[0];
  let y = orbit[1];
  for (let i = 0; i < substeps; i++) {
    const before = growth / Math.sqrt(1 + saturation * (x * x + y * y));
    x *= before;
    y *= before;
    if (kick > 0) {
      x += kick * noise.normal();
      y += kick * noise.normal();
    }
    const after = growth / Math.sqrt(1 + saturation * (x * x + y * y));
    x *= after;
    y *= after;
  }
  orbit[0] = x;
  orbit[1] = y;
}
