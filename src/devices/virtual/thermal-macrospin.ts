import type { Generator } from "../../base/index.ts";
import { listRule, numberRule, type OptionRules, readOptions } from "../options.ts";
import { fabricateBarrier, spreadRule } from "./fabricate.ts";
import { createMacrospinWork, macrospinLaw, stepMacrospin } from "./macrospin-step.ts";
import type { Physics } from "./physics.ts";

/** A component of the magnetisation; the easy axis is z. All without unit. */
export type MacrospinObservable = "mx" | "my" | "mz";

/** Options of the thermal macrospin. */
export interface ThermalMacrospinOptions {
  /** Delta, barrier without field, kT. Default 3. */
  readonly barrier?: number;
  /** Gilbert damping. Default 0.1. */
  readonly alpha?: number;
  /** Integration steps in a sampling step of 0.2 ns: 40 to 200, 5 to 1 ps each. Default 100. */
  readonly substeps?: number;
  /** What is measured, in this order. Default ["mz"]. */
  readonly observables?: readonly MacrospinObservable[];
  /** Relative spread of the barrier between samples. Default 0.05. */
  readonly spread?: number;
}

const names: readonly MacrospinObservable[] = ["mx", "my", "mz"];

/** Rules and defaults of {@link ThermalMacrospinOptions}. */
export const thermalMacrospinOptions: OptionRules<ThermalMacrospinOptions> = {
  barrier: numberRule(3, { min: 0.1, max: 60 }, "Delta, barrier without field, kT"),
  alpha: numberRule(0.1, { min: 0.001, max: 1 }, "Gilbert damping"),
  substeps: numberRule(
    100,
    { min: 40, max: 200, integer: true },
    "integration steps in a sampling step of 0.2 ns",
  ),
  observables: listRule<MacrospinObservable>(
    ["mz"],
    (value) => names.some((name) => name === value),
    `a list of different ones of ${names.join(", ")}`,
    "what is measured: components of the magnetisation, z along the easy axis",
    true,
  ),
  spread: spreadRule,
};

const dt = 2e-10;
const range = 50;

/**
 * A single-domain magnet with an easy axis, shaken by heat.
 *
 * Input `field` along the easy axis from -50 to 50 mT; observables without unit, every 0.2 ns. The
 * Landau-Lifshitz-Gilbert equation at 300 K for 1e6 A/m and 1e-24 m^3. At the reset m is +z.
 *
 * @param options   Barrier, damping, steps, observables and spread.
 * @param disorder  Seed of the fabrication.
 * @throws          `unknown-name` or `bad-value` for options that do not fit.
 * @source          Brown, Phys. Rev. 130, 1677 (1963), for the thermal field.
 */
export function createThermalMacrospin(
  options: ThermalMacrospinOptions,
  disorder: number,
): Physics {
  const { barrier, alpha, substeps, observables, spread } = readOptions(
    "thermal-macrospin",
    thermalMacrospinOptions,
    options,
  );
  const law = macrospinLaw(fabricateBarrier(barrier, spread, disorder), alpha, dt / substeps);
  const components = observables.map((name) => names.indexOf(name));
  const work = createMacrospinWork();
  const m = new Float64Array(3);
  let noise: Generator;
  const observe = (out: Float64Array): void => {
    for (let i = 0; i < components.length; i++) out[i] = m[components[i]];
  };
  return {
    description: {
      identity: `thermal-macrospin, barrier ${barrier} kT, alpha ${alpha}, disorder ${disorder}`,
      inputs: [{ name: "field", unit: "mT", min: -range, max: range, maxSlew: (2 * range) / dt }],
      observables: observables.map((name) => ({ name, unit: "1" })),
      dt,
      samplesPerStep: 1,
      canReset: true,
      canStep: true,
      recordedOnly: false,
    },
    samplesPerPause: Math.ceil(200_000 / substeps),
    reset(generator, out) {
      noise = generator;
      m.set([0, 0, 1]);
      observe(out);
    },
    step(input, out) {
      stepMacrospin(m, input[0] / 1000, substeps, law, work, noise);
      observe(out);
    },
  };
}
