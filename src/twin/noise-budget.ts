// A budget of the noise: which share of the variance over repeats comes from the instrument, from
// white and coloured process noise, from the spread of starts, and from slow drift between runs.
//
// In the twin a source's share is what disappears when it alone is switched off. In the device the
// covariance of the noise in time is written as a sum of the covariances that single sources have in
// the twin, whose sizes are left free:
//   C(lag) = a_observation [lag = 0] + a_white c_white(lag) + a_coloured c_coloured(lag)
//            + a_start c_start(lag)
// So only the memory of the twin's F and auxiliaries is used, not the sizes of its noise.
import { type HostArray, type Interval, mean, meanInterval, type Stream } from "../base/index.ts";
import type { KernelModule } from "../engine/index.ts";
import { leastSquares } from "./least-squares.ts";
import { keepSources, type NoiseSource, noiseSources, sourcesOf } from "./noise-sources.ts";
import { deviationsOfRepeats, momentsOverRepeats } from "./noise-statistics.ts";
import { simulateTwin } from "./simulate.ts";
import type { SteadyResponse } from "./slow-drift.ts";
import { averageCovariance, pooledCovariance } from "./spectrum.ts";
import type { Twin } from "./twin.ts";

/** Shares of the variance over repeats, by source, with 95 % intervals. */
export type SourceShares = { readonly [S in NoiseSource]: Interval };

/** The budget of one observable. */
export interface ObservableBudget {
  readonly observable: string;
  /** Of the twin's own variance; they need not add up to 1 where sources act on each other. */
  readonly twin: SourceShares;
  /** Of the device's variance, its slow drift included; null with fewer than 16 repeats. */
  readonly device: SourceShares | null;
  /** Share of the slow drift in the device's variance. */
  readonly slowDrift: number;
  /** What the device, by the fitted F, remembers of white noise after one step. */
  readonly memory: number;
  /** Whether the device's shares can be told apart. */
  readonly isSeparable: boolean;
  /** Why they can or cannot, in words. */
  readonly reason: string;
}

/** The budget of a device and its twin. */
export interface NoiseBudget {
  readonly observables: readonly ObservableBudget[];
  /** Of the auxiliaries: time constant in steps, and share of the squared mixing weights. */
  readonly auxiliaries: readonly { readonly steps: number; readonly weight: number }[];
}

/** What a budget is made from. */
export interface BudgetInput {
  /** [sequences, time, inputs]. */
  readonly drive: HostArray;
  /** Repeats without their slow drift. */
  readonly steady: SteadyResponse;
}

/** How a budget is made. */
export interface BudgetOptions {
  readonly stream: Stream;
  /** Realisations of each variant of the twin (default 48; at least 16). */
  readonly realisations?: number;
}

/** Groups of repeats or realisations whose spread gives the intervals. */
const GROUPS = 8;
const LONGEST_LAG = 24;
/** A device that keeps less than this over a step cannot tell observation from white process noise. */
const SHORT_MEMORY = 0.3;
/** Variance of the mean response below which the drive does not show the memory of F, of the noise's. */
const LITTLE_SIGNAL = 0.05;
/** Share of the variance that rounding leaves to a source that is switched off. */
const ROUNDING = 1e-15;
/** Half width of an interval beyond which shares are not told apart. */
const WIDE = 0.25;

/**
 * Budget the noise of a device and of its twin.
 *
 * @param twin     Fitted; its sources are switched off one at a time, under the same normals.
 * @param input    Drives and repeats that the fit has not seen.
 * @param options  `stream`; `realisations` (default 48).
 */
export function noiseBudget(
  kernels: KernelModule,
  twin: Twin,
  { drive, steady }: BudgetInput,
  { stream, realisations = 48 }: BudgetOptions,
): NoiseBudget {
  const [, , time, columns] = steady.response.shape;
  const lags = Math.min(LONGEST_LAG + 1, time);
  const simulate = (kept: readonly NoiseSource[]): HostArray =>
    simulateTwin(kernels, keepSources(twin, kept), drive, { stream, repeats: realisations });
  const present = sourcesOf(twin);
  const whole = groupVariances(simulate(present));
  const without = perSource((source) =>
    present.includes(source)
      ? groupVariances(simulate(present.filter((other) => other !== source)))
      : whole,
  );
  const nothing = Array.from({ length: realisations }, () => new Float64Array(columns * lags));
  const alone = perSource((source) =>
    present.includes(source)
      ? pooledCovariance(deviationsOfRepeats(simulate([source])), lags)
      : nothing,
  );
  const covariances = pooledCovariance(deviationsOfRepeats(steady.response), lags);
  const signal = signalShares(steady.response);
  const observables = twin.observables.map(({ name }, x): ObservableBudget => {
    const at = (values: Float64Array): Float64Array => values.subarray(x * lags, (x + 1) * lags);
    const templates = perSource((source) => alone[source].map(at));
    const slowDrift = steady.drift[x].share;
    const device = deviceShares(covariances.map(at), templates, slowDrift);
    const white = averageCovariance(templates.white);
    const memory = white[1] / white[0] / (1 - 1 / time);
    return {
      observable: name,
      twin: perSource((source) => shareInterval(whole, without[source], x)),
      ...{ device, slowDrift, memory },
      ...judge(device, memory, signal[x]),
    };
  });
  return { observables, auxiliaries: timeConstants(twin) };
}

const perSource = <T>(make: (source: NoiseSource) => T): { readonly [S in NoiseSource]: T } => ({
  observation: make("observation"),
  white: make("white"),
  coloured: make("coloured"),
  start: make("start"),
});

/** Variance over each group of realisations, mean over sequences and times: [groups][observables]. */
function groupVariances(response: HostArray): number[][] {
  const [, realisations, , observables] = response.shape;
  return Array.from({ length: GROUPS }, (_, group) => {
    const chosen = Array.from({ length: realisations }, (__, r) => r).filter(
      (r) => r % GROUPS === group,
    );
    const { data } = momentsOverRepeats(response, chosen).sd;
    const sums = new Array<number>(observables).fill(0);
    data.forEach((sd, i) => {
      sums[i % observables] += sd * sd;
    });
    return sums.map((sum) => (sum * observables) / data.length);
  });
}

/** 1 - without / whole: groups share their normals, so that their ratios scatter little. */
function shareInterval(
  whole: readonly (readonly number[])[],
  without: readonly (readonly number[])[],
  x: number,
): Interval {
  const shares = whole.map((group, i) => (group[x] > 0 ? 1 - without[i][x] / group[x] : 0));
  return meanInterval(shares);
}

/** Covariances in time, [lags], of every repeat or realisation. */
type Covariances = readonly Float64Array[];
type Templates = { readonly [S in NoiseSource]: Covariances };

/**
 * Shares of a device's variance by the shape of its covariance in time.
 *
 * @param covariances  Of the device.
 * @param templates    Of each source alone in the twin.
 */
function deviceShares(
  covariances: Covariances,
  templates: Templates,
  slowDrift: number,
): SourceShares | null {
  if (covariances.length < 2 * GROUPS) return null;
  const whole = sharesOf(
    averageCovariance(covariances),
    perSource((s) => averageCovariance(templates[s])),
    true,
  );
  // Each group has repeats and realisations of its own, so that the spread knows of both.
  const groups = Array.from({ length: GROUPS }, (_, group) =>
    sharesOf(
      averageGroup(covariances, group),
      perSource((source) => averageGroup(templates[source], group)),
      false,
    ),
  );
  return perSource((source): Interval => {
    const spread = meanInterval(groups.map((shares) => shares[source]));
    const half = (1 - slowDrift) * ((spread.high - spread.low) / 2);
    const share = (1 - slowDrift) * whole[source];
    return {
      ...{ mean: share, low: Math.max(0, share - half), high: Math.min(1, share + half) },
      n: covariances.length,
    };
  });
}

const averageGroup = (covariances: Covariances, group: number): Float64Array =>
  averageCovariance(covariances.filter((_, r) => r % GROUPS === group));

/** Shares of the sources in a covariance, [lags], by those of the sources alone. */
function sharesOf(
  covariance: Float64Array,
  alone: { readonly [S in NoiseSource]: Float64Array },
  atLeastZero: boolean,
): { readonly [S in NoiseSource]: number } {
  const silent = ROUNDING * noiseSources.reduce((sum, source) => sum + alone[source][0], 0);
  const columns = noiseSources.map((source) => {
    const own = alone[source];
    if (source === "observation") return own.map((_, lag) => (lag === 0 ? 1 : 0));
    return own[0] > silent ? own.map((value) => value / own[0]) : own.map(() => 0);
  });
  const sizes = leastSquares(columns, covariance, { atLeastZero });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return perSource((source) => (total > 0 ? sizes[noiseSources.indexOf(source)] / total : 0));
}

/** Variance of the mean response over drives and times, what sampling adds taken off, of the noise's. */
function signalShares(response: HostArray): number[] {
  const { mean: centre, sd } = momentsOverRepeats(response);
  const [, repeats, , observables] = response.shape;
  return Array.from({ length: observables }, (_, x) => {
    const own = (data: Float64Array): Float64Array =>
      data.filter((_value, i) => i % observables === x);
    const values = own(centre.data);
    const middle = mean(values);
    const noise = mean(own(sd.data).map((s) => s * s));
    return mean(values.map((value) => (value - middle) ** 2)) / noise - 1 / repeats;
  });
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

function judge(
  device: SourceShares | null,
  memory: number,
  signal: number,
): Pick<ObservableBudget, "isSeparable" | "reason"> {
  const no = (reason: string) => ({ isSeparable: false, reason });
  if (device === null) return no(`fewer than ${2 * GROUPS} repeats`);
  const { observation, white } = device;
  if (!Number.isFinite(memory)) return no("the twin has no white process noise to try its memory");
  if (!(signal > LITTLE_SIGNAL)) {
    return no(
      "the drive hardly moves this observable, so only the noise itself could tell the memory of the device: a slow device with white noise and a fast one with coloured noise look alike",
    );
  }
  if (memory < SHORT_MEMORY) {
    const both = percent(observation.mean + white.mean);
    return no(
      `the device keeps ${percent(memory)} over a step, too little to tell observation noise from white process noise; together they are ${both}`,
    );
  }
  const wide = noiseSources.find((source) => device[source].high - device[source].low > 2 * WIDE);
  if (wide) {
    const { low, high } = device[wide];
    return no(
      `too few repeats: the share of the ${wide} noise lies between ${percent(low)} and ${percent(high)}`,
    );
  }
  return {
    isSeparable: true,
    reason: `the device keeps ${percent(memory)} over a step, and the drive shows it`,
  };
}

function timeConstants({ auxiliaries, parameters }: Twin): NoiseBudget["auxiliaries"] {
  if (auxiliaries === 0) return [];
  const { mixing, memory } = parameters;
  const columns = mixing.data.length / auxiliaries;
  const squares = Array.from(memory.data, (_, k) =>
    mixing.data.subarray(k * columns, (k + 1) * columns).reduce((sum, w) => sum + w * w, 0),
  );
  const total = squares.reduce((sum, square) => sum + square, 0);
  return Array.from(memory.data, (value, k) => ({
    // theta = softplus(-memory)
    steps: 1 / Math.log1p(Math.exp(-value)),
    weight: total > 0 ? squares[k] / total : 0,
  }));
}
