// The residual test: is the noise of repeats made inside the device, or added by the instrument?
// Noise that entered the dynamics is remembered, rho(k) = (1 - nugget) m^k; what the instrument adds
// is forgotten at once and shows as the nugget, the jump of the correlation at lag 0.
import { type HostArray, type Interval, meanInterval } from "../base/index.ts";
import { checkRepeats, deviationsOfRepeats, lagCorrelation } from "./noise-statistics.ts";

/** Where the noise seems to enter. */
export type NoiseOrigin = "observation" | "process" | "mixed" | "not-separable";

/** What the noise of repeats says before any noise is fitted. */
export interface ResidualTest {
  /** Steps, from 1. */
  readonly lags: readonly number[];
  /** Correlation of the noise in time, mean over observables, [lags]. */
  readonly correlation: readonly number[];
  /** Memory per step used to extrapolate to lag 0: given, or fitted to the correlation. */
  readonly memory: number;
  /** Share of the noise variance that is forgotten at once, with a 95 % interval. */
  readonly nugget: Interval;
  readonly origin: NoiseOrigin;
  /** What to fit next, in words. */
  readonly suggestion: string;
}

/** How {@link testResiduals} looks. */
export interface ResidualOptions {
  /**
   * Correlation over one step of what the device remembers, from the fitted F: exp(-dt/tau) of its
   * slowest state. When left out it is fitted to the noise itself, which cannot see a memory that
   * leaves no trace in the noise.
   */
  readonly memory?: number;
  /** Longest lag used for the fit, steps (default 6). */
  readonly maxLag?: number;
  /** Repeats before and after with which each is compared (default 5), see `DeviationOptions`. */
  readonly neighbours?: number;
  /** Position in the order of acquisition, [sequences * repeats]. */
  readonly order?: ArrayLike<number>;
}

/** Groups of repeats whose spread gives the interval. */
const GROUPS = 8;
/** A nugget below this share needs no observation noise; above one minus this, nothing else. */
const MATERIAL = 0.1;
/** A device that keeps less than this over a step cannot tell the two kinds apart. */
const SHORT_MEMORY = 0.3;

/**
 * Tell process noise from observation noise by the nugget of repeats.
 *
 * The test does not decide alone: several sources of process noise, or a device with several time
 * constants, also bend the correlation. It says what to try first.
 *
 * @param response  [sequences, repeats, time, observables]; at least 16 repeats.
 * @param options   `memory` per step of the fitted F; `maxLag`; `neighbours`; `order`.
 * @throws          `shape-mismatch`, `not-finite`.
 */
export function testResiduals(response: HostArray, options: ResidualOptions = {}): ResidualTest {
  checkRepeats("testResiduals", "device", response, 2 * GROUPS);
  const { neighbours = 5, order, maxLag = 6 } = options;
  const longest = Math.min(maxLag, response.shape[2] - 1);
  const lags = Array.from({ length: longest }, (_, k) => k + 1);
  const deviations = deviationsOfRepeats(response, { neighbours, order });
  const correlationOf = (chosen?: readonly number[]): number[] => {
    const perObservable = lagCorrelation(deviations, lags, chosen);
    return lags.map((_, k) => average(perObservable.map((values) => values[k])));
  };
  const correlation = correlationOf();
  const memory = options.memory ?? fitMemory(correlation);
  const nuggets = Array.from({ length: GROUPS }, (_, group) => {
    const repeats = Array.from({ length: response.shape[1] }, (_, r) => r);
    return nuggetOf(correlationOf(repeats.filter((r) => r % GROUPS === group)), memory);
  });
  const nugget = aroundWhole(nuggetOf(correlation, memory), meanInterval(nuggets));
  const origin = originOf(nugget, memory);
  const result = { lags, correlation, memory, nugget, origin };
  return { ...result, suggestion: suggestions[origin](result) };
}

function average(values: readonly number[]): number {
  const seen = values.filter(Number.isFinite);
  return seen.reduce((sum, value) => sum + value, 0) / Math.max(1, seen.length);
}

// m of rho(k) = A m^k by least squares on ln rho, weighted by rho^2, over lags until rho is noise.
function fitMemory(correlation: readonly number[]): number {
  const end = correlation.findIndex((rho) => !(rho > 0.05));
  const used = end < 0 ? correlation : correlation.slice(0, end);
  if (used.length < 2) return Math.max(used[0] ?? 0, 0);
  const weight = used.map((rho) => rho * rho);
  const total = weight.reduce((sum, w) => sum + w, 0);
  const centre = (f: (k: number) => number): number =>
    weight.reduce((sum, w, k) => sum + w * f(k), 0) / total;
  const [k0, y0] = [centre((k) => k), centre((k) => Math.log(used[k]))];
  const slope = centre((k) => (k - k0) * (Math.log(used[k]) - y0)) / centre((k) => (k - k0) ** 2);
  return Math.min(Math.exp(slope), 1);
}

// 1 - A, A of rho(k) = A m^k by least squares.
function nuggetOf(correlation: readonly number[], memory: number): number {
  let [top, bottom] = [0, 0];
  correlation.forEach((rho, k) => {
    top += rho * memory ** (k + 1);
    bottom += memory ** (2 * (k + 1));
  });
  return bottom > 0 ? 1 - top / bottom : 1;
}

// The estimate from all repeats with the spread between groups.
const aroundWhole = (value: number, groups: Interval): Interval => ({
  ...groups,
  mean: value,
  low: value + groups.low - groups.mean,
  high: value + groups.high - groups.mean,
});

function originOf(nugget: Interval, memory: number): NoiseOrigin {
  if (memory < SHORT_MEMORY) return "not-separable";
  if (nugget.high < MATERIAL) return "process";
  if (nugget.low > 1 - MATERIAL) return "observation";
  if (nugget.low > 0 && nugget.mean > MATERIAL) return "mixed";
  return nugget.mean <= MATERIAL ? "process" : "not-separable";
}

type Finding = Omit<ResidualTest, "suggestion">;
const percent = (share: number): string => `${Math.round(100 * Math.min(1, Math.max(0, share)))} %`;
const measured = ({ nugget, memory }: Finding): string =>
  `${percent(nugget.mean)} (95 % interval ${percent(nugget.low)} to ${percent(nugget.high)}) of the noise variance is forgotten within a step, where the device keeps ${memory.toFixed(2)} per step`;

const suggestions: { readonly [O in NoiseOrigin]: (finding: Finding) => string } = {
  observation: (finding) =>
    `${measured(finding)}: nearly all of it is added by the measurement. Fit observation noise alone; more training of process noise will not help.`,
  process: (finding) =>
    `${measured(finding)}: the noise enters the dynamics. Fit process noise, by the Kalman likelihood where the method is map.`,
  mixed: (finding) =>
    `${measured(finding)}: both kinds are present. Skip the Kalman likelihood, which knows no observation noise, and fit both together by the energy score.`,
  "not-separable": (finding) =>
    `${measured(finding)}: too little memory, or too few repeats, to tell process noise from observation noise. Sample faster or record more repeats; either kind then describes these recordings equally well.`,
};
