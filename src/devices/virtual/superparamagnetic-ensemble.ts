import type { Generator } from "../../base/index.ts";
import { numberRule, type OptionRules, readOptions } from "../options.ts";
import { fabricateBarrier, spreadRule } from "./fabricate.ts";
import type { Physics } from "./physics.ts";
import { twoStateStep } from "./two-state.ts";

/** Options of the superparamagnetic ensemble. */
export interface SuperparamagneticEnsembleOptions {
  /** N, particles. Default 500. */
  readonly particles?: number;
  /** Delta, barrier without field, kT. Default 3. */
  readonly barrier?: number;
  /** Relative spread of the barrier between samples. Default 0.05. */
  readonly spread?: number;
}

/** Rules and defaults of {@link SuperparamagneticEnsembleOptions}. */
export const superparamagneticEnsembleOptions: OptionRules<SuperparamagneticEnsembleOptions> = {
  particles: numberRule(500, { min: 1, max: 10_000, integer: true }, "N, particles"),
  barrier: numberRule(3, { min: 0.1, max: 20 }, "Delta, barrier without field, kT"),
  spread: spreadRule,
};

const attemptRate = 1e9;
const dt = 5e-10;
/** mT. */
const anisotropyField = 100;
const range = 40;

/**
 * An ensemble of superparamagnetic particles: a smooth node whose noise is that of counting.
 *
 * Input `field` from -40 to 40 mT, h = B / 100 mT; observable `magnetisation` m without unit, every
 * 0.5 ns. Each particle flips by itself with w_up/down = w0 exp(-Delta (1 -+ h)^2), w0 1e9 /s, so
 * that m scatters by sqrt((1 - <m>^2) / N). At the reset as many are up as down, or one more.
 *
 * @param options   Number of particles, barrier and spread.
 * @param disorder  Seed of the fabrication; all particles of a sample have one barrier.
 * @throws          `unknown-name` or `bad-value` for options that do not fit.
 * @source          Welbourne et al., Appl. Phys. Lett. 118, 202402 (2021); constants are ours.
 */
export function createSuperparamagneticEnsemble(
  options: SuperparamagneticEnsembleOptions,
  disorder: number,
): Physics {
  const { particles, barrier, spread } = readOptions(
    "superparamagnetic-ensemble",
    superparamagneticEnsembleOptions,
    options,
  );
  const own = fabricateBarrier(barrier, spread, disorder);
  let up = 0;
  let noise: Generator;
  return {
    description: {
      identity: `superparamagnetic-ensemble of ${particles}, barrier ${barrier} kT, disorder ${disorder}`,
      inputs: [{ name: "field", unit: "mT", min: -range, max: range, maxSlew: (2 * range) / dt }],
      observables: [{ name: "magnetisation", unit: "1" }],
      dt,
      samplesPerStep: 1,
      canReset: true,
      canStep: true,
      recordedOnly: false,
    },
    samplesPerPause: Math.ceil(2_000_000 / (particles + 20)),
    reset(generator, out) {
      noise = generator;
      up = Math.ceil(particles / 2);
      out[0] = (2 * up) / particles - 1;
    },
    step(input, out) {
      const { pUp, pDown } = twoStateStep(input[0] / anisotropyField, own, attemptRate, dt);
      up += countHits(particles - up, pUp, noise) - countHits(up, pDown, noise);
      out[0] = (2 * up) / particles - 1;
    },
  };
}

// A binomial number, one die after another: exact, and quick enough for 10,000 particles.
function countHits(dice: number, probability: number, noise: Generator): number {
  let hits = 0;
  for (let i = 0; i < dice; i++) if (noise.uniform() < probability) hits++;
  return hits;
}
