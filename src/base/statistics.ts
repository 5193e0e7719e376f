import type { HostArray } from "./array.ts";
import { fault } from "./fault.ts";
import { childStream, createGenerator, type Stream } from "./random.ts";

/** A mean, or a proportion, with the ends of its interval and the number of values behind it. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/**
 * Arithmetic mean.
 *
 * @throws  `bad-value` if there are no values.
 */
export function mean(values: ArrayLike<number>): number {
  checkCount("mean", values.length, 1);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/**
 * Standard deviation.
 *
 * @param values  Any numbers.
 * @param ddof    Subtracted from their number in the divisor: 1 (default) for a sample, 0 for a
 *                whole population.
 * @throws        `bad-value` if there are not more values than `ddof`.
 */
export function standardDeviation(values: ArrayLike<number>, ddof = 1): number {
  checkCount("standardDeviation", values.length, ddof + 1);
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) ** 2;
  return Math.sqrt(sum / (values.length - ddof));
}

/**
 * Quantile, linear between order statistics (type 7, numpy's default).
 *
 * @param values       Any numbers, in any order; not changed.
 * @param probability  From 0 (smallest) to 1 (largest).
 * @throws             `bad-value` if there are no values; `out-of-range`.
 * @source             Hyndman and Fan 1996, The American Statistician 50:361, definition 7.
 */
export function quantile(values: ArrayLike<number>, probability: number): number {
  checkCount("quantile", values.length, 1);
  if (!(probability >= 0 && probability <= 1)) {
    throw outOfRange("quantile", "probability", probability, "from 0 to 1");
  }
  const sorted = Float64Array.from(values).sort();
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/**
 * Quantile of Student's t distribution.
 *
 * @param probability       Between 0 and 1: 0.975 for the half width of a 95 % interval.
 * @param degreesOfFreedom  1 or more; need not be whole. Relative error below 1e-10.
 * @throws                  `out-of-range`.
 */
export function studentTQuantile(probability: number, degreesOfFreedom: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw outOfRange("studentTQuantile", "probability", probability, "between 0 and 1");
  }
  if (!(degreesOfFreedom >= 1 && degreesOfFreedom < Infinity)) {
    throw outOfRange("studentTQuantile", "degreesOfFreedom", degreesOfFreedom, "1 or more, finite");
  }
  if (probability === 0.5) return 0;
  const tail = Math.min(probability, 1 - probability);
  // P(T > t) = I_x(df/2, 1/2) / 2 with x = df / (df + t^2), which falls as t grows.
  const tailOf = (t: number): number => {
    const whole = degreesOfFreedom + t * t;
    return (
      0.5 * incompleteBeta(degreesOfFreedom / whole, degreesOfFreedom / 2, 0.5, (t * t) / whole)
    );
  };
  let high = 1;
  while (tailOf(high) > tail) high *= 2;
  const t = bisect((x) => tail - tailOf(x), 0, high);
  return probability < 0.5 ? -t : t;
}

/**
 * Mean of independent values and its t interval.
 *
 * @param values  One number per independent unit (one per seed, say): runs of the same seed and
 *                device are not independent, see {@link twoWayInterval}.
 * @param level   Default 0.95.
 * @returns       An infinite interval if there is one value, which says nothing of its spread.
 * @throws        `bad-value` if there are no values; `out-of-range`.
 */
export function meanInterval(values: ArrayLike<number>, level = 0.95): Interval {
  checkLevel("meanInterval", level);
  const n = values.length;
  const centre = mean(values);
  if (n === 1) return { mean: centre, low: -Infinity, high: Infinity, n };
  const half =
    (studentTQuantile((1 + level) / 2, n - 1) * standardDeviation(values)) / Math.sqrt(n);
  return { mean: centre, low: centre - half, high: centre + half, n };
}

/**
 * Mean over seeds and devices, both random, and its t interval.
 *
 * With mean squares MS_s of seeds, MS_d of devices and MS_e of what remains, the variance of the
 * mean is max(MS_s + MS_d - MS_e, MS_s, MS_d) / (S D), with min(S, D) - 1 degrees of freedom.
 * Pooling the cells as if they were independent covers far less than it claims.
 *
 * @param cells  [seeds, devices]: the average over the runs of each cell, or the difference of two
 *               arms in it. At least 2 of each; 8 or more are advised.
 * @param level  Default 0.95.
 * @throws       `shape-mismatch`; `out-of-range`.
 */
export function twoWayInterval(cells: HostArray, level = 0.95): Interval {
  checkLevel("twoWayInterval", level);
  const [seeds, devices] = cells.shape;
  if (cells.shape.length !== 2 || seeds < 2 || devices < 2) {
    throw fault("shape-mismatch", {
      where: "twoWayInterval",
      what: "there are too few seeds or devices to see their spread",
      got: `[${cells.shape.join(", ")}]`,
      expected: "[seeds, devices], at least 2 of each",
      fix: "Measure more seeds and devices, or use meanInterval over the one that varies",
    });
  }
  const n = seeds * devices;
  const centre = mean(cells.data);
  const seedMeans = new Float64Array(seeds);
  const deviceMeans = new Float64Array(devices);
  for (let i = 0; i < n; i++) {
    seedMeans[Math.floor(i / devices)] += cells.data[i] / devices;
    deviceMeans[i % devices] += cells.data[i] / seeds;
  }
  const ofSeeds = devices * standardDeviation(seedMeans) ** 2;
  const ofDevices = seeds * standardDeviation(deviceMeans) ** 2;
  let rest = 0;
  for (let i = 0; i < n; i++) {
    const fitted = seedMeans[Math.floor(i / devices)] + deviceMeans[i % devices] - centre;
    rest += (cells.data[i] - fitted) ** 2;
  }
  rest /= (seeds - 1) * (devices - 1);
  const variance = Math.max(ofSeeds + ofDevices - rest, ofSeeds, ofDevices) / n;
  const freedom = Math.min(seeds, devices) - 1;
  const half = studentTQuantile((1 + level) / 2, freedom) * Math.sqrt(variance);
  return { mean: centre, low: centre - half, high: centre + half, n };
}

/**
 * A proportion and its exact interval: never empty, even where every item is right.
 *
 * @param successes  Items that were right.
 * @param n          Independent items.
 * @param level      Default 0.95; the true coverage is at least this.
 * @throws           `out-of-range`.
 * @source           Clopper and Pearson 1934, Biometrika 26:404.
 */
export function proportionInterval(successes: number, n: number, level = 0.95): Interval {
  checkLevel("proportionInterval", level);
  if (!(n >= 1 && successes >= 0 && successes <= n)) {
    throw outOfRange("proportionInterval", "successes", successes, `from 0 to ${n}`);
  }
  const tail = (1 - level) / 2;
  const betaQuantile = (p: number, a: number, b: number): number =>
    bisect((x) => incompleteBeta(x, a, b, 1 - x) - p, 0, 1);
  const low = successes === 0 ? 0 : betaQuantile(tail, successes, n - successes + 1);
  const high = successes === n ? 1 : betaQuantile(1 - tail, successes + 1, n - successes);
  return { mean: successes / n, low, high, n };
}

/** Options of {@link bootstrapInterval}. */
export interface BootstrapOptions {
  /** Default 0.95. */
  readonly level?: number;
  /** Default 2000. */
  readonly resamples?: number;
}

/**
 * Mean and its percentile interval under resampling of the values.
 *
 * Right for items that are drawn alike and independently, such as test utterances. It is empty if
 * all values are equal; for proportions near 0 or 1 use {@link proportionInterval}.
 *
 * @param values   One number per test item: 1 if right, 0 if wrong, for an accuracy.
 * @param stream   Decides the resamples.
 * @param options  `level`, `resamples`.
 * @throws         `bad-value` if there are no values; `out-of-range`.
 */
export function bootstrapInterval(
  values: ArrayLike<number>,
  stream: Stream,
  options: BootstrapOptions = {},
): Interval {
  const { level = 0.95, resamples = 2000 } = options;
  checkLevel("bootstrapInterval", level);
  const n = values.length;
  const centre = mean(values);
  const generator = createGenerator(childStream(stream, "bootstrap"));
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[generator.integer(n)];
    means[r] = sum / n;
  }
  const tail = (1 - level) / 2;
  return { mean: centre, low: quantile(means, tail), high: quantile(means, 1 - tail), n };
}

/**
 * Autocorrelation of a series.
 *
 * Every lag is divided by the whole length, so that values at long lags shrink towards 0 instead of
 * becoming noisy.
 *
 * @param series  [time]
 * @param maxLag  Longest lag, steps; shorter than the series.
 * @returns       [maxLag + 1]; 1 at lag 0.
 * @throws        `out-of-range`; `bad-value` if the series is constant.
 */
export function autocorrelation(series: ArrayLike<number>, maxLag: number): Float64Array {
  const n = series.length;
  if (!(maxLag >= 0 && maxLag < n)) {
    throw outOfRange("autocorrelation", "maxLag", maxLag, `from 0 to ${n - 1}`);
  }
  const centre = mean(series);
  const sums = new Float64Array(maxLag + 1);
  for (let lag = 0; lag <= maxLag; lag++) {
    for (let t = lag; t < n; t++) sums[lag] += (series[t] - centre) * (series[t - lag] - centre);
  }
  if (sums[0] === 0) {
    throw fault("bad-value", {
      where: "autocorrelation",
      what: "the series does not vary",
      got: `${n} times ${centre}`,
      expected: "a series with a spread",
      fix: "Look at a channel that responds",
    });
  }
  return sums.map((sum) => sum / sums[0]);
}

/** Root of a rising function between two ends, to the last bits. */
function bisect(rising: (x: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  for (let i = 0; i < 200; i++) {
    const middle = 0.5 * (low + high);
    if (middle === low || middle === high) break;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

/**
 * Regularised incomplete beta function I_x(a, b); `rest` = 1 - x keeps its digits where x is near 1.
 * Source: DLMF 8.17.22, the continued fraction, which converges fast for x < (a + 1)/(a + b + 2).
 */
function incompleteBeta(x: number, a: number, b: number, rest: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(rest, b, a, x);
  const front = Math.exp(
    a * Math.log(x) + b * Math.log(rest) - logGamma(a) - logGamma(b) + logGamma(a + b),
  );
  return (front / a) * betaFraction(x, a, b);
}

/** The continued fraction of DLMF 8.17.22 by the modified Lentz method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    result *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    result *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return result;
}

/** ln Gamma(x) for x > 0: Stirling's series (DLMF 5.11.1) after moving x above 12. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 12; z++) shift += Math.log(z);
  const w = 1 / (z * z);
  const series =
    (1 / 12 -
      w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * (1 / 1188 - w * (691 / 360360)))))) /
    z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

function checkCount(where: string, count: number, least: number): void {
  if (count >= least) return;
  throw fault("bad-value", {
    where,
    what: "there are too few values",
    got: `${count}`,
    expected: `at least ${least}`,
    fix: "Check that the selection before this is not empty",
  });
}

function checkLevel(where: string, level: number): void {
  if (!(level > 0 && level < 1)) throw outOfRange(where, "level", level, "between 0 and 1");
}

function outOfRange(where: string, name: string, got: number, expected: string): Error {
  return fault("out-of-range", {
    where,
    what: `${name} is outside its range`,
    got: `${got}`,
    expected,
    fix: `Choose ${name} ${expected}`,
  });
}
