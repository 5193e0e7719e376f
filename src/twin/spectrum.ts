// The spectrum of the noise of repeats, by Blackman and Tukey's estimate: the covariance in time,
// pooled over drives, repeats and times, times a lag window, transformed. With Parzen's window it is
// never negative.
import type { HostArray } from "../base/index.ts";
import { type BothSides, createMeasure, type Measure } from "./measure.ts";
import { floorOf, type HalfSplit, type RepeatCounts } from "./sampling-floor.ts";

/**
 * The noise of device and twin by frequency, [observables][frequencies], in squared units of the
 * scales per cycle per step, one-sided; `error` is the root mean square difference in dB.
 */
export interface SpectrumMeasure extends Measure, BothSides<readonly (readonly number[])[]> {
  /** Cycles per step, 0 to 1/2. */
  readonly frequencies: readonly number[];
}

/** Longest lag used, steps: the resolution is about one cycle in this time. */
const LONGEST_LAG = 48;
const FREQUENCIES = 33;

/**
 * Covariance in time of every repeat's deviations, pooled over sequences and times.
 *
 * @param deviations  [sequences, repeats, time, observables].
 * @param lags        Covariances at lags 0 .. lags - 1, each divided by the whole length.
 * @returns           Per repeat, [observables * lags].
 */
export function pooledCovariance(deviations: HostArray, lags: number): Float64Array[] {
  const [sequences, repeats, time, observables] = deviations.shape;
  const d = deviations.data;
  return Array.from({ length: repeats }, (_, r) => {
    const sums = new Float64Array(observables * lags);
    for (let n = 0; n < sequences; n++) {
      const start = (n * repeats + r) * time * observables;
      for (let x = 0; x < observables; x++) {
        for (let lag = 0; lag < lags; lag++) {
          const shift = lag * observables;
          const end = start + (time - lag) * observables;
          let sum = 0;
          for (let i = start + x; i < end; i += observables) sum += d[i] * d[i + shift];
          sums[x * lags + lag] += sum / (sequences * time);
        }
      }
    }
    return sums;
  });
}

/** Mean over repeats of pooled covariances; over some of them where `chosen` is given. */
export function averageCovariance(
  each: readonly Float64Array[],
  chosen?: ArrayLike<number>,
): Float64Array {
  const count = chosen?.length ?? each.length;
  const mean = new Float64Array(each[0].length);
  for (let i = 0; i < count; i++) {
    const row = each[chosen ? chosen[i] : i];
    for (let k = 0; k < mean.length; k++) mean[k] += row[k] / count;
  }
  return mean;
}

/**
 * Compare the spectra of the noise of device and twin.
 *
 * @param deviations  Of both sides, [sequences, repeats, time, observables].
 * @param scale       Per observable.
 * @source            Priestley 1981, Spectral Analysis and Time Series, section 6.2.
 */
export function spectrumMeasure(
  deviations: BothSides<HostArray>,
  scale: ArrayLike<number>,
  splits: readonly HalfSplit[],
  counts: RepeatCounts,
): SpectrumMeasure {
  const [, , time, observables] = deviations.device.shape;
  const lags = Math.min(LONGEST_LAG, time);
  const frequencies = Array.from({ length: FREQUENCIES }, (_, i) => i / (2 * (FREQUENCIES - 1)));
  const waves = lagWindows(frequencies, lags);
  const spectra = (covariance: Float64Array): number[][] =>
    Array.from({ length: observables }, (_, x) => {
      const own = covariance.subarray(x * lags, (x + 1) * lags);
      return waves.map((wave) => wave.reduce((sum, w, k) => sum + w * own[k], 0) / scale[x] ** 2);
    });
  const each = pooledCovariance(deviations.device, lags);
  const device = spectra(averageCovariance(each));
  const twin = spectra(averageCovariance(pooledCovariance(deviations.twin, lags)));
  const floor = floorOf(splits, counts, ({ first, second }) =>
    decibels(spectra(averageCovariance(each, first)), spectra(averageCovariance(each, second))),
  );
  return { ...createMeasure(decibels(device, twin), floor), frequencies, device, twin };
}

/** For each frequency, what each lag's covariance is multiplied by. */
function lagWindows(frequencies: readonly number[], lags: number): number[][] {
  const parzen = (u: number): number => (u <= 0.5 ? 1 - 6 * u ** 2 + 6 * u ** 3 : 2 * (1 - u) ** 3);
  return frequencies.map((frequency) =>
    Array.from({ length: lags }, (_, k) => {
      const twice = k === 0 ? 1 : 2;
      return 2 * twice * parzen(k / lags) * Math.cos(2 * Math.PI * frequency * k);
    }),
  );
}

// Observables without noise on either side are left out; noise on one side alone is infinitely wrong.
function decibels(
  one: readonly (readonly number[])[],
  two: readonly (readonly number[])[],
): number {
  let [sum, count] = [0, 0];
  one.forEach((row, x) => {
    row.forEach((value, i) => {
      const other = two[x][i];
      if (!(value > 0) && !(other > 0)) return;
      sum += (10 * Math.log10(Math.max(value, 0) / Math.max(other, 0))) ** 2;
      count++;
    });
  });
  return count === 0 ? 0 : Math.sqrt(sum / count);
}
