import type { Generator } from "../../base/index.ts";
import { numberRule, type OptionRules, readOptions } from "../options.ts";
import { fabricateBarrier, spreadRule } from "./fabricate.ts";
import type { Physics } from "./physics.ts";
import { twoStateStep } from "./two-state.ts";

/** Options of the superparamagnetic junction. */
export interface SuperparamagneticJunctionOptions {
  /** Delta, barrier without voltage, kT. Default 12. */
  readonly barrier?: number;
  /** Vc, voltage that flips without thermal help, V. Default 1. */
  readonly switchingVoltage?: number;
  /** Relative spread of the barrier between samples. Default 0.05. */
  readonly spread?: number;
}

/** Rules and defaults of {@link SuperparamagneticJunctionOptions}. */
export const superparamagneticJunctionOptions: OptionRules<SuperparamagneticJunctionOptions> = {
  barrier: numberRule(12, { min: 1, max: 40 }, "Delta, barrier without voltage, kT"),
  switchingVoltage: numberRule(
    1,
    { min: 0.3, max: 10 },
    "Vc, voltage that flips without thermal help, V",
  ),
  spread: spreadRule,
};

const attemptRate = 1e9;
const dt = 2e-6;
const range = 0.3;

/**
 * A superparamagnetic tunnel junction: a random telegraph whose odds a voltage sets.
 *
 * Input `voltage` from -0.3 to 0.3 V; observable `state`, +1 or -1 without unit, at the end of each
 * sampling step of 2 us. w_up/down = w0 exp(-Delta (1 -+ V/Vc)^2), w0 1e9 /s, stepped exactly. At
 * the reset it is +1.
 *
 * @param options   Barrier, switching voltage and spread.
 * @param disorder  Seed of the fabrication.
 * @throws          `unknown-name` or `bad-value` for options that do not fit.
 * @source          Neel-Arrhenius rates with a quadratic barrier; constants are ours.
 */
export function createSuperparamagneticJunction(
  options: SuperparamagneticJunctionOptions,
  disorder: number,
): Physics {
  const { barrier, switchingVoltage, spread } = readOptions(
    "superparamagnetic-junction",
    superparamagneticJunctionOptions,
    options,
  );
  const own = fabricateBarrier(barrier, spread, disorder);
  let state = 1;
  let noise: Generator;
  return {
    description: {
      identity: `superparamagnetic-junction, barrier ${barrier} kT, disorder ${disorder}`,
      inputs: [{ name: "voltage", unit: "V", min: -range, max: range, maxSlew: (2 * range) / dt }],
      observables: [{ name: "state", unit: "1" }],
      dt,
      samplesPerStep: 1,
      canReset: true,
      canStep: true,
      recordedOnly: false,
    },
    samplesPerPause: 100_000,
    reset(generator, out) {
      noise = generator;
      state = 1;
      out[0] = state;
    },
    step(input, out) {
      const { pUp, pDown } = twoStateStep(input[0] / switchingVoltage, own, attemptRate, dt);
      const flips = noise.uniform() < (state > 0 ? pDown : pUp);
      if (flips) state = -state;
      out[0] = state;
    },
  };
}
