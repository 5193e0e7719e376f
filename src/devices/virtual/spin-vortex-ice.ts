import { childStream, createGenerator, createStream, type Generator } from "../../base/index.ts";
import { numberRule, type OptionRules, readOptions } from "../options.ts";
import type { InstrumentOptions } from "./instrument.ts";
import type { Physics } from "./physics.ts";
import { bins, createModes, measureSpectrum, spectrumNames } from "./spin-ice-spectrum.ts";
import { applyField, countStates, fabricateBars } from "./spin-ice-state.ts";

/** Options of the artificial spin-vortex ice. */
export interface SpinVortexIceOptions {
  /** Bars along each side, even. Default 20; 40 has half the thermal noise. */
  readonly L?: number;
  /** J, field on a bar from four aligned neighbours, mT. Default 1.2. */
  readonly coupling?: number;
  /** w, thermal width of the switching field, mT; 0 switches as a step. Default 0.15. */
  readonly width?: number;
  /** Probability that a wide bar that switches becomes a vortex. Default 0.12. */
  readonly vortexProbability?: number;
}

/** Rules and defaults of {@link SpinVortexIceOptions}. */
export const spinVortexIceOptions: OptionRules<SpinVortexIceOptions> = {
  L: {
    initial: 20,
    meaning: "bars along each side",
    expected: "an even whole number from 4 to 40",
    accepts: (value) =>
      Number.isInteger(value) &&
      Number(value) % 2 === 0 &&
      Number(value) >= 4 &&
      Number(value) <= 40,
  },
  coupling: numberRule(1.2, { min: 0, max: 10 }, "J, field from four aligned neighbours, mT"),
  width: numberRule(0.15, { min: 0, max: 10 }, "w, thermal width of the switching field, mT"),
  vortexProbability: numberRule(
    0.12,
    { min: 0, max: 1 },
    "probability that a wide bar that switches becomes a vortex",
  ),
};

const weakest = 18;
const strongest = 25;
// A loop and its spectrum take this long; the model has no clock of its own, so it is our choice.
const dt = 1;

/** Noise between repeats of recorded spectra, by window; the slow change moves a whole spectrum. */
const calibrated: InstrumentOptions = {
  readoutNoise: [...new Array<number>(bins).fill(0.0155), ...new Array<number>(bins).fill(0.0125)],
  noiseWidth: 2.55,
  noiseGroups: [bins, bins],
  slowChange: 0.0014,
  slowChangeOf: "all",
};

/**
 * Artificial spin-vortex ice: a lattice of nano-bars read through ferromagnetic resonance.
 *
 * Input `field`, amplitude H in mT from 18 to 25. A sampling step applies +H, then -H, and measures
 * the differential spectrum at -H: 60 observables without unit, 30 bins in each of two windows. At
 * the reset all bars are macrospins along -1, seen at -18 mT. Unless told otherwise its readout has
 * the noise calibrated on real recordings.
 *
 * @param options   Size and switching law.
 * @param disorder  Seed of the fabrication.
 * @throws          `unknown-name` or `bad-value` for options that do not fit.
 * @source          Gartside et al., Nature Nanotechnology 2022, arXiv:2107.08941; Stenning et al.,
 *                  Nat. Commun. 15 (2024) 50633.
 */
export function createSpinVortexIce(options: SpinVortexIceOptions, disorder: number): Physics {
  const { L, ...law } = readOptions("spin-vortex-ice", spinVortexIceOptions, options);
  const fabrication = createGenerator(childStream(createStream(disorder), "disorder"));
  const ice = fabricateBars(L, fabrication);
  const shares = new Float64Array(6);
  const modes = createModes();
  let noise: Generator;
  const observe = (field: number, out: Float64Array): void => {
    countStates(ice, shares);
    measureSpectrum(shares, field, modes, out);
  };
  return {
    description: {
      identity: `spin-vortex-ice ${L} x ${L}, disorder ${disorder}`,
      inputs: [
        {
          name: "field",
          unit: "mT",
          min: weakest,
          max: strongest,
          maxSlew: (strongest - weakest) / dt,
        },
      ],
      observables: spectrumNames.map((name) => ({ name, unit: "1" })),
      dt,
      samplesPerStep: 1,
      canReset: true,
      canStep: true,
      recordedOnly: false,
    },
    samplesPerPause: Math.ceil(80_000 / (L * L)),
    instrument: calibrated,
    reset(generator, out) {
      noise = generator;
      ice.state.fill(-1);
      observe(weakest, out);
    },
    step(input, out) {
      applyField(ice, input[0], law, noise);
      applyField(ice, -input[0], law, noise);
      observe(input[0], out);
    },
  };
}
