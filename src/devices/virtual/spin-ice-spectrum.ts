// Differential ferromagnetic-resonance spectrum of spin-vortex ice at a field B along the axis.
//   f = 28.02 GHz/T sqrt((B + Ba)(B + Ba + mu0 M))    Kittel; B = +|B| aligned, -|B| opposed
//   signal = sum over modes of n A z / (1 + z^2)^2,   z = (f0 - f) / linewidth
// n is the share of bars in the mode, signed; a vortex resonates 3.8 GHz below an aligned bar.
// The constants are ours, chosen to look like the spectra of Gartside et al., arXiv:2107.08941.

/** Bins in each of the two windows. */
export const bins = 30;

const gyromagnetic = 28.02;
const magnetisation = 0.75;
const vortexShift = 3.8;
/** Ba of wide and thin bars, T. */
const anisotropy = [0.045, 0.085] as const;
/** Sign and size of an aligned, an opposed and a vortex mode. */
const modeSign = [1, -1, 0.6] as const;
/** GHz, GHz, GHz, and amplitude A without unit. */
const windows = [
  { name: "low", from: 5.5, to: 9.5, linewidth: 0.35, amplitude: 2.6 },
  { name: "high", from: 8.5, to: 12, linewidth: 0.3, amplitude: 2.6 * 0.45 },
] as const;

const frequencyOf = (from: number, to: number, bin: number): number =>
  from + ((to - from) * bin) / (bins - 1);

/** Name of each observable, in order: window and frequency. */
export const spectrumNames: readonly string[] = windows.flatMap(({ name, from, to }) =>
  Array.from({ length: bins }, (_, bin) => `${name}-${frequencyOf(from, to, bin).toFixed(2)}GHz`),
);

function kittel(field: number, ownField: number): number {
  const total = field + ownField;
  return gyromagnetic * Math.sqrt(Math.max(0, total * (total + magnetisation)));
}

/** Six modes, wide bars first: aligned, opposed, vortex. */
export interface Modes {
  /** Resonances f0, GHz. */
  readonly frequencies: Float64Array;
  /** Signed shares n. */
  readonly weights: Float64Array;
}

/** Modes to be filled in by {@link measureSpectrum}. */
export const createModes = (): Modes => ({
  frequencies: new Float64Array(6),
  weights: new Float64Array(6),
});

/**
 * Measure the spectrum without noise at a negative field.
 *
 * @param shares  Fractions of wide bars at -1, 0, +1, then of thin bars, [6].
 * @param field   Magnitude of the field, mT; it points along -1.
 * @param modes   Room for intermediate values.
 * @param out     Signal without unit, [60]: the low window, then the high one.
 */
export function measureSpectrum(
  shares: Float64Array,
  field: number,
  modes: Modes,
  out: Float64Array,
): void {
  const { frequencies, weights } = modes;
  for (let kind = 0; kind < 2; kind++) {
    const j = 3 * kind;
    frequencies[j] = kittel(field / 1000, anisotropy[kind]);
    frequencies[j + 1] = kittel(-field / 1000, anisotropy[kind]);
    frequencies[j + 2] = frequencies[j] - vortexShift;
    weights[j] = modeSign[0] * shares[j];
    weights[j + 1] = modeSign[1] * shares[j + 2];
    weights[j + 2] = modeSign[2] * shares[j + 1];
  }
  for (let w = 0; w < windows.length; w++) {
    const { from, to, linewidth, amplitude } = windows[w];
    for (let bin = 0; bin < bins; bin++) {
      const f = frequencyOf(from, to, bin);
      let signal = 0;
      for (let mode = 0; mode < 6; mode++) {
        const z = (frequencies[mode] - f) / linewidth;
        const width = 1 + z * z;
        signal += (weights[mode] * z) / (width * width);
      }
      out[w * bins + bin] = amplitude * signal;
    }
  }
}
