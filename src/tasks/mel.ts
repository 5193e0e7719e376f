import { createArray, type HostArray } from "../base/index.ts";
import { planPowerSpectrum } from "./fft.ts";
import type { Sound } from "./wav.ts";

/** Constants of {@link melFeatures}; the defaults are those of `spokenDigits`. */
export interface MelOptions {
  /** Filters. Default 26. */
  readonly bands?: number;
  /** x(t) - preEmphasis x(t-1). Default .97. */
  readonly preEmphasis?: number;
  /** Length of a frame, s. Default .025. */
  readonly frame?: number;
  /** From the start of one frame to that of the next, s. Default .01. */
  readonly hop?: number;
}

/** Added to the power before the logarithm: silence is -23, not minus infinity. */
const FLOOR = 1e-10;

/**
 * Logarithm of the power in bands of equal width on the mel scale.
 *
 * Pre-emphasis, Hamming frames, |FFT|^2 on the next power of two, triangular filters from 0 to half
 * the sample rate, log(P + 1e-10). The end that does not fill a frame is left out; a sound shorter
 * than one frame is filled up with zeros.
 *
 * @returns  [frames, bands]
 * @source   Davis and Mermelstein 1980, IEEE Trans. ASSP 28:357; the mel scale of HTK,
 *           2595 log10(1 + f/700).
 */
export function melFeatures(sound: Sound, options: MelOptions = {}): HostArray {
  const { bands = 26, preEmphasis = 0.97, frame = 0.025, hop = 0.01 } = options;
  const { samples, sampleRate } = sound;
  const length = Math.round(frame * sampleRate);
  const step = Math.round(hop * sampleRate);
  const spectrum = planPowerSpectrum(2 ** Math.ceil(Math.log2(length)));
  const filters = createMelFilters(bands, spectrum.size, sampleRate);
  const window = Float64Array.from(
    { length },
    (_, i) => 0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (length - 1)),
  );
  const frames = 1 + Math.max(0, Math.floor((samples.length - length) / step));
  const features = createArray([frames, bands]);
  const buffer = new Float64Array(spectrum.size);
  const power = new Float64Array(spectrum.size / 2 + 1);
  for (let f = 0; f < frames; f++) {
    buffer.fill(0);
    for (let i = 0, t = f * step; i < length && t < samples.length; i++, t++) {
      buffer[i] = window[i] * (samples[t] - (t > 0 ? preEmphasis * samples[t - 1] : 0));
    }
    spectrum.run(buffer, power);
    for (let b = 0; b < bands; b++) {
      let sum = FLOOR;
      for (let k = 0; k < power.length; k++) sum += filters.data[b * power.length + k] * power[k];
      features.data[f * bands + b] = Math.log(sum);
    }
  }
  return features;
}

/**
 * Triangular filters, equal and half overlapping on the mel scale, with their tops at 1.
 *
 * @param bands       Filters.
 * @param size        Of the transform.
 * @param sampleRate  Hz
 * @returns           [bands, size/2 + 1]
 */
export function createMelFilters(bands: number, size: number, sampleRate: number): HostArray {
  const top = 2595 * Math.log10(1 + sampleRate / 2 / 700);
  const corner = Array.from(
    { length: bands + 2 },
    (_, i) => 700 * (10 ** ((top * i) / (bands + 1) / 2595) - 1),
  );
  const bins = size / 2 + 1;
  const filters = createArray([bands, bins]);
  for (let b = 0; b < bands; b++) {
    const [low, centre, high] = corner.slice(b, b + 3);
    for (let k = 0; k < bins; k++) {
      const frequency = (k * sampleRate) / size;
      const rise = (frequency - low) / (centre - low);
      const fall = (high - frequency) / (high - centre);
      filters.data[b * bins + k] = Math.max(0, Math.min(rise, fall));
    }
  }
  return filters;
}

/**
 * Stretch or squeeze a sequence to a number of frames, linearly, ends kept.
 *
 * @param features  [time, bands]
 * @param frames    1 or more; the middle of the sequence if 1.
 * @returns         [frames, bands]
 */
export function resampleFrames(features: HostArray, frames: number): HostArray {
  const [time, bands] = features.shape;
  const result = createArray([frames, bands]);
  for (let f = 0; f < frames; f++) {
    const position = frames === 1 ? (time - 1) / 2 : (f * (time - 1)) / (frames - 1);
    const before = Math.min(Math.floor(position), time - 1);
    const after = Math.min(before + 1, time - 1);
    const share = position - before;
    for (let b = 0; b < bands; b++) {
      const value = features.data[before * bands + b];
      result.data[f * bands + b] = value + share * (features.data[after * bands + b] - value);
    }
  }
  return result;
}
