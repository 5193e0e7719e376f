// Noise of repeats, pooled over drives and times: how large, how correlated, of what shape.
import {
  createArray,
  fault,
  findNonFinite,
  formatShape,
  type HostArray,
  sizeOf,
  unravel,
} from "../base/index.ts";

const responseAxes = ["sequences", "repeats", "time", "observables"];
const singular = ["sequence", "repeat", "time", "observable"];

/**
 * Refuse a response whose noise cannot be looked at.
 *
 * @param response  Should be [sequences, repeats, time, observables].
 * @param who       "device", "twin": whose it is.
 * @param atLeast   Repeats needed.
 * @throws          `shape-mismatch`, `not-finite`.
 */
export function checkRepeats(
  where: string,
  who: string,
  response: HostArray,
  atLeast: number,
): void {
  const { shape } = response;
  if (shape.length !== 4 || sizeOf(shape) === 0 || shape[1] < atLeast) {
    throw fault("shape-mismatch", {
      where,
      what: `the noise of the ${who} cannot be seen in this response`,
      got: formatShape(shape),
      expected: `[*, at least ${atLeast}, *, *] (${responseAxes.join(", ")})`,
      fix: "Measure each drive several times from the same reset, and keep the repeats apart",
    });
  }
  const at = findNonFinite(response.data);
  if (at < 0) return;
  const place = unravel(at, shape).map((index, axis) => `${singular[axis]} ${index}`);
  throw fault("not-finite", {
    where,
    what: `the response of the ${who} is not finite at ${place.join(", ")} (from 0)`,
    got: `${response.data[at]}`,
    expected: "a finite number",
    fix: "Leave that repeat out, or look at what made it diverge",
  });
}

/** Mean and standard deviation (ddof 1) over repeats, each [sequences, time, observables]. */
export interface RepeatMoments {
  readonly mean: HostArray;
  readonly sd: HostArray;
}

/**
 * Mean and standard deviation over repeats.
 *
 * @param response  [sequences, repeats, time, observables].
 * @param chosen    Which repeats; all when left out.
 */
export function momentsOverRepeats(response: HostArray, chosen?: ArrayLike<number>): RepeatMoments {
  const [sequences, all, time, observables] = response.shape;
  const repeats = chosen?.length ?? all;
  const cells = time * observables;
  const mean = createArray([sequences, time, observables]);
  const sd = createArray([sequences, time, observables]);
  for (let n = 0; n < sequences; n++) {
    const m = mean.data.subarray(n * cells, (n + 1) * cells);
    const s = sd.data.subarray(n * cells, (n + 1) * cells);
    for (let r = 0; r < repeats; r++) {
      const start = (n * all + (chosen ? chosen[r] : r)) * cells;
      for (let i = 0; i < cells; i++) m[i] += response.data[start + i] / repeats;
    }
    for (let r = 0; r < repeats; r++) {
      const start = (n * all + (chosen ? chosen[r] : r)) * cells;
      for (let i = 0; i < cells; i++) s[i] += (response.data[start + i] - m[i]) ** 2;
    }
    for (let i = 0; i < cells; i++) s[i] = Math.sqrt(s[i] / (repeats - 1));
  }
  return { mean, sd };
}

/** How deviations are taken. */
export interface DeviationOptions {
  /**
   * Compare each repeat with the mean of this many repeats measured just before and just after it,
   * itself left out. This removes slow change of the device and leaves the correlation in time of
   * noise that differs from repeat to repeat. When left out: the mean over all repeats.
   */
  readonly neighbours?: number;
  /** Position in the order of acquisition, [sequences * repeats]; the order given when left out. */
  readonly order?: ArrayLike<number>;
}

/**
 * Deviation of every repeat from the mean over repeats, or over its neighbours in time.
 *
 * @param response  [sequences, repeats, time, observables]; not changed.
 * @returns         The same shape. With `neighbours` the deviations of independent repeats have a
 *                  variance larger by 1 + 1/neighbours used.
 */
export function deviationsOfRepeats(
  response: HostArray,
  options: DeviationOptions = {},
): HostArray {
  const [sequences, repeats, time, observables] = response.shape;
  const cells = time * observables;
  const result = createArray(response.shape, Float64Array.from(response.data));
  if (options.neighbours === undefined) {
    const { mean } = momentsOverRepeats(response);
    for (let n = 0; n < sequences; n++) {
      const centre = mean.data.subarray(n * cells, (n + 1) * cells);
      for (let r = 0; r < repeats; r++) subtract(result.data, n * repeats + r, centre, 1);
    }
    return result;
  }
  for (let n = 0; n < sequences; n++) {
    const ranks = orderOfRepeats(n, repeats, options.order);
    ranks.forEach((repeat, place) => {
      const first = Math.max(0, place - options.neighbours!);
      const near = ranks.slice(first, place + options.neighbours! + 1).filter((r) => r !== repeat);
      for (const other of near) {
        const start = (n * repeats + other) * cells;
        const values = response.data.subarray(start, start + cells);
        subtract(result.data, n * repeats + repeat, values, 1 / near.length);
      }
    });
  }
  return result;
}

// Repeats of one sequence as they were measured.
function orderOfRepeats(sequence: number, repeats: number, order?: ArrayLike<number>): number[] {
  const ranks = Array.from({ length: repeats }, (_, r) => r);
  if (!order) return ranks;
  const start = sequence * repeats;
  return ranks.sort((a, b) => order[start + a] - order[start + b]);
}

function subtract(data: Float64Array, row: number, values: Float64Array, share: number): void {
  const start = row * values.length;
  for (let i = 0; i < values.length; i++) data[start + i] -= share * values[i];
}

/**
 * Correlation in time of the noise, pooled over sequences, repeats and times.
 *
 * rho(k) = < z(t) z(t + k) >, z the deviation in units of its root mean square over repeats at that
 * time. Times without noise are left out.
 *
 * @param deviations  [sequences, repeats, time, observables] of {@link deviationsOfRepeats}.
 * @param lags        In steps; NaN where a lag is longer than the response.
 * @param chosen      Which repeats; all when left out.
 * @returns           [observables][lags].
 */
export function lagCorrelation(
  deviations: HostArray,
  lags: readonly number[],
  chosen?: ArrayLike<number>,
): number[][] {
  const [sequences, all, time, observables] = deviations.shape;
  const d = deviations.data;
  const repeats = chosen?.length ?? all;
  const inverse = new Float64Array(time);
  return Array.from({ length: observables }, (_, x) => {
    const sums = new Float64Array(lags.length);
    const counts = new Float64Array(lags.length);
    for (let n = 0; n < sequences; n++) {
      const startOf = (r: number): number =>
        (n * all + (chosen ? chosen[r] : r)) * time * observables + x;
      inverse.fill(0);
      for (let r = 0; r < repeats; r++) {
        const start = startOf(r);
        for (let t = 0; t < time; t++) inverse[t] += d[start + t * observables] ** 2;
      }
      for (let t = 0; t < time; t++) inverse[t] = Math.sqrt(repeats / inverse[t]);
      for (let r = 0; r < repeats; r++) {
        const start = startOf(r);
        lags.forEach((lag, k) => {
          for (let t = 0; t + lag < time; t++) {
            if (inverse[t] === Infinity || inverse[t + lag] === Infinity) continue;
            const first = d[start + t * observables] * inverse[t];
            sums[k] += first * d[start + (t + lag) * observables] * inverse[t + lag];
            counts[k]++;
          }
        });
      }
    }
    return lags.map((_, k) => sums[k] / counts[k]);
  });
}

/**
 * Correlation between observables of the noise, pooled over sequences, repeats and times.
 *
 * @param response  [sequences, repeats, time, observables].
 * @param chosen    Which repeats; all when left out.
 * @returns         [observables, observables]; NaN for an observable without noise.
 */
export function observableCorrelation(response: HostArray, chosen?: ArrayLike<number>): HostArray {
  const [sequences, all, time, observables] = response.shape;
  const { mean } = momentsOverRepeats(response, chosen);
  const sums = new Float64Array(observables * observables);
  const d = new Float64Array(observables);
  const repeats = chosen?.length ?? all;
  for (let n = 0; n < sequences; n++) {
    for (let r = 0; r < repeats; r++) {
      const start = (n * all + (chosen ? chosen[r] : r)) * time * observables;
      for (let i = 0; i < time * observables; i += observables) {
        const centre = n * time * observables + i;
        for (let x = 0; x < observables; x++) {
          d[x] = response.data[start + i + x] - mean.data[centre + x];
          for (let y = 0; y <= x; y++) sums[x * observables + y] += d[x] * d[y];
        }
      }
    }
  }
  const correlation = createArray([observables, observables]);
  for (let x = 0; x < observables; x++) {
    for (let y = 0; y <= x; y++) {
      const both = sums[x * observables + x] * sums[y * observables + y];
      const value = sums[x * observables + y] / Math.sqrt(both);
      correlation.data[x * observables + y] = value;
      correlation.data[y * observables + x] = value;
    }
  }
  return correlation;
}

/**
 * Quantiles of the noise, pooled over sequences, repeats and times.
 *
 * @param deviations     [sequences, repeats, time, observables].
 * @param probabilities  Each from 0 to 1.
 * @returns              [observables][probabilities], in the unit of the deviations.
 */
export function noiseQuantiles(
  deviations: HostArray,
  probabilities: readonly number[],
): number[][] {
  const observables = deviations.shape[3];
  return Array.from({ length: observables }, (_, x) => {
    const sorted = deviations.data.filter((_, i) => i % observables === x).sort();
    return probabilities.map((probability) => quantileOfSorted(sorted, probability));
  });
}

// Linear between order statistics (type 7), as base's quantile, which would sort once for each.
function quantileOfSorted(sorted: Float64Array, probability: number): number {
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/**
 * Excess kurtosis of the noise at each time over repeats, averaged over sequences and times.
 *
 * The estimator G2: zero on average for Gaussian noise whatever the number of repeats, but too
 * close to zero for other laws at few repeats (uniform: -1.03 at 20, -1.19 at 200, truth -1.2).
 * Times without noise are left out; NaN for fewer than 4 repeats.
 *
 * @param deviations  [sequences, repeats, time, observables], from the mean over all repeats.
 * @returns           [observables].
 * @source            Joanes and Gill 1998, The Statistician 47:183.
 */
export function noiseKurtosis(deviations: HostArray): number[] {
  const [sequences, repeats, time, observables] = deviations.shape;
  const d = deviations.data;
  return Array.from({ length: observables }, (_, x) => {
    let sum = 0;
    let count = 0;
    for (let n = 0; n < sequences; n++) {
      for (let t = 0; t < time; t++) {
        let [second, fourth] = [0, 0];
        for (let r = 0; r < repeats; r++) {
          const square = d[((n * repeats + r) * time + t) * observables + x] ** 2;
          second += square;
          fourth += square * square;
        }
        if (second === 0) continue;
        sum += (repeats * fourth) / second ** 2;
        count++;
      }
    }
    if (repeats < 4) return Number.NaN;
    const excess = sum / count - 3;
    return ((repeats - 1) * ((repeats + 1) * excess + 6)) / ((repeats - 2) * (repeats - 3));
  });
}
