// Noise of repeats: their standard deviation against the drive, and its correlation in time.

import type { HostArray } from "../base/index.ts";
import { acrossRepeats, driveTrace, traces } from "./samples.ts";
import { quantiles, standardDeviation } from "./statistics.ts";

/** The noise at one drive level. */
export interface NoiseAtLevel {
  /** Mean drive of the steps in this group. */
  readonly level: number;
  /** Root mean square over the group's steps of the standard deviation over repeats (ddof 1). */
  readonly sd: number;
  /** Central 90 % of those standard deviations. */
  readonly low: number;
  readonly high: number;
  readonly steps: number;
}

/** Drive and standard deviation over repeats of every step of every sequence. */
export interface NoisePoints {
  readonly drive: readonly number[];
  readonly sd: readonly number[];
}

/**
 * The standard deviation over repeats of every step, beside the drive held during that step.
 *
 * @param drive     [sequences, time, inputs].
 * @param response  [sequences, repeats, time, observables].
 */
export function noisePoints(
  drive: HostArray,
  response: HostArray,
  observable: number,
  input: number,
): NoisePoints {
  const points = { drive: [] as number[], sd: [] as number[] };
  const [sequences, time] = drive.shape;
  for (let sequence = 0; sequence < sequences; sequence++) {
    const levels = driveTrace(drive, sequence, input);
    const repeats = traces(response, sequence, observable);
    for (let t = 0; t < time; t++) {
      const sd = standardDeviation(acrossRepeats(repeats, t));
      if (!Number.isFinite(sd) || !Number.isFinite(levels[t])) continue;
      points.drive.push(levels[t]);
      points.sd.push(sd);
    }
  }
  return points;
}

/**
 * Group steps by their drive: one group per level where there are at most `groups` levels, else
 * groups of equal numbers of steps.
 */
export function noiseByLevel(points: NoisePoints, groups: number): readonly NoiseAtLevel[] {
  const order = points.drive.map((_, i) => i).sort((a, b) => points.drive[a] - points.drive[b]);
  const levels = new Set(points.drive);
  const key = (i: number, rank: number): number =>
    levels.size <= groups ? points.drive[i] : Math.floor((rank * groups) / order.length);
  const members = new Map<number, number[]>();
  order.forEach((i, rank) => {
    const group = members.get(key(i, rank)) ?? [];
    group.push(i);
    members.set(key(i, rank), group);
  });
  return [...members.values()].map((group) => {
    const sds = group.map((i) => points.sd[i]);
    const [low, high] = quantiles(sds, [0.05, 0.95]);
    return {
      level: group.reduce((sum, i) => sum + points.drive[i], 0) / group.length,
      sd: Math.sqrt(sds.reduce((sum, sd) => sum + sd * sd, 0) / sds.length),
      low,
      high,
      steps: group.length,
    };
  });
}

/** Deviations from the mean over repeats in units of the standard deviation, [time] per repeat. */
const standardised = (repeats: readonly Float64Array[]): readonly Float64Array[] => {
  const scaled = repeats.map((values) => new Float64Array(values.length));
  for (let t = 0; t < (repeats[0]?.length ?? 0); t++) {
    const values = acrossRepeats(repeats, t);
    const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
    const sd = standardDeviation(values);
    for (let r = 0; r < repeats.length; r++) {
      scaled[r][t] = sd > 0 ? (values[r] - centre) / sd : Number.NaN;
    }
  }
  return scaled;
};

/** Autocorrelation of the noise with its standard error. */
export interface LagCorrelation {
  /** Value at lags 0, 1, 2, … steps. */
  readonly value: readonly number[];
  /** Spread over groups of repeats, divided by the root of their number; NaN below 8 repeats. */
  readonly standardError: readonly number[];
}

/**
 * Autocorrelation over time of the deviation from the mean over repeats.
 *
 * rho(k) = <d(t) d(t + k)> / <d(t)^2>, d in units of its standard deviation over repeats, averaged
 * over times, repeats and sequences. A perfectly repeatable step has no noise and is left out.
 *
 * @param response  [sequences, repeats, time, observables]; at least two repeats.
 * @param lags      Largest lag, in steps.
 */
export function lagCorrelation(
  response: HostArray,
  observable: number,
  lags: number,
): LagCorrelation {
  const [sequences, repeats] = response.shape;
  const blocks = repeats >= 8 ? 8 : 1;
  const blank = (): Float64Array[] =>
    Array.from({ length: blocks }, () => new Float64Array(lags + 1));
  const [sums, counts] = [blank(), blank()];
  for (let sequence = 0; sequence < sequences; sequence++) {
    standardised(traces(response, sequence, observable)).forEach((d, r) => {
      for (let lag = 0; lag <= lags; lag++) {
        for (let t = 0; t + lag < d.length; t++) {
          const product = d[t] * d[t + lag];
          if (!Number.isFinite(product)) continue;
          sums[r % blocks][lag] += product;
          counts[r % blocks][lag]++;
        }
      }
    });
  }
  const average = (chosen: readonly number[], lag: number): number =>
    chosen.reduce((sum, b) => sum + sums[b][lag], 0) /
    chosen.reduce((sum, b) => sum + counts[b][lag], 0);
  const all = Array.from({ length: blocks }, (_, b) => b);
  const correlation = (chosen: readonly number[], lag: number): number =>
    average(chosen, lag) / average(chosen, 0);
  const each = Array.from({ length: lags + 1 }, (_, lag) => lag);
  return {
    value: each.map((lag) => correlation(all, lag)),
    standardError: each.map(
      (lag) => standardDeviation(all.map((b) => correlation([b], lag))) / Math.sqrt(blocks),
    ),
  };
}
