// The twin as a forecast of each measured value: does the device fall into its bands as often as the
// bands say, and how far is it from the twin's distribution (continuous ranked probability score)?
import type { HostArray } from "../base/index.ts";

/** How a device's repeats fall into the distribution of a twin's realisations. */
export interface ForecastScores {
  /** Share of repeats inside the twin's central 50 % band: 0.5 if the twin is the device. */
  readonly band50: number;
  /** Share inside its central 90 % band. */
  readonly band90: number;
  /** Share of repeats by their rank among the realisations, in ten equal bins; 0.1 each is right. */
  readonly ranks: readonly number[];
  /** CRPS E|x - y| - E|x - x'|/2, mean over everything, in scaled units. */
  readonly crps: number;
  /** What the device's own law would score as a forecast: E|y - y'|/2. */
  readonly crpsFloor: number;
}

const RANK_BINS = 10;

/**
 * Coverage, ranks and CRPS of a twin at single steps, averaged over sequences, repeats, times, observables.
 *
 * Bands end at order statistics (R_twin + 1) p, where coverage is exact on average for any law;
 * pairs x, x' are of different realisations, so that neither score depends on their number. A
 * repeat's rank among R realisations is one of R + 1 places, spread evenly over the bins it touches;
 * equal values share their places.
 *
 * @param device  y, [sequences, repeats, time, observables].
 * @param twin    x, [sequences, realisations, time, observables]; at least 19 for the 90 % band.
 * @param scale   Per observable.
 * @source        Gneiting and Raftery 2007, JASA 102:359, section 4.2; Ferro 2014, QJRMS 140:1917;
 *                Hamill 2001, Monthly Weather Review 129:550 (rank histograms).
 */
export function forecastScores(
  device: HostArray,
  twin: HostArray,
  scale: ArrayLike<number>,
): ForecastScores {
  const [sequences, repeats, time, observables] = device.shape;
  const y = new Float64Array(repeats);
  const x = new Float64Array(twin.shape[1]);
  const totals = { band50: 0, band90: 0, crps: 0, crpsFloor: 0 };
  const ranks = new Float64Array(RANK_BINS);
  for (let n = 0; n < sequences; n++) {
    for (let t = 0; t < time; t++) {
      for (let o = 0; o < observables; o++) {
        gather(device, n, t, o, y);
        gather(twin, n, t, o, x);
        const ownY = halfMeanDifference(y);
        totals.band50 += shareBetween(y, orderStatistic(x, 0.25), orderStatistic(x, 0.75));
        totals.band90 += shareBetween(y, orderStatistic(x, 0.05), orderStatistic(x, 0.95));
        totals.crps += (meanDistance(x, y) - halfMeanDifference(x)) / scale[o];
        totals.crpsFloor += ownY / scale[o];
        addRanks(ranks, x, y);
      }
    }
  }
  const cells = sequences * time * observables;
  return {
    band50: totals.band50 / cells,
    band90: totals.band90 / cells,
    ranks: Array.from(ranks, (sum) => sum / (cells * repeats)),
    crps: totals.crps / cells,
    crpsFloor: totals.crpsFloor / cells,
  };
}

// Repeats of one sequence, time and observable in rising order.
function gather(response: HostArray, n: number, t: number, o: number, into: Float64Array): void {
  const [, repeats, time, observables] = response.shape;
  for (let r = 0; r < repeats; r++) {
    into[r] = response.data[((n * repeats + r) * time + t) * observables + o];
  }
  into.sort();
}

// Hyndman and Fan's type 6: position (R + 1) p counted from 1, within the sample.
function orderStatistic(sorted: Float64Array, probability: number): number {
  const last = sorted.length - 1;
  const position = Math.min(Math.max((sorted.length + 1) * probability - 1, 0), last);
  const below = Math.floor(position);
  const above = Math.min(below + 1, last);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

function shareBetween(values: Float64Array, low: number, high: number): number {
  let inside = 0;
  for (const value of values) if (value >= low && value <= high) inside++;
  return inside / values.length;
}

// Both rising: the realisations below and up to each repeat bound its place among them.
function addRanks(ranks: Float64Array, x: Float64Array, y: Float64Array): void {
  let [below, upTo] = [0, 0];
  for (const value of y) {
    while (below < x.length && x[below] < value) below++;
    while (upTo < x.length && x[upTo] <= value) upTo++;
    const bins = ranks.length / (x.length + 1);
    addSpread(ranks, below * bins, (upTo + 1) * bins);
  }
}

// One in all, spread evenly from one position to another, in units of bins.
function addSpread(ranks: Float64Array, from: number, to: number): void {
  for (let bin = Math.floor(from); bin < to && bin < ranks.length; bin++) {
    ranks[bin] += (Math.min(bin + 1, to) - Math.max(bin, from)) / (to - from);
  }
}

// E|x - x'|/2 over pairs of different members: sum_i (2 i - R + 1) x_i / (R (R - 1)), x rising.
function halfMeanDifference(sorted: Float64Array): number {
  const count = sorted.length;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (2 * i - count + 1) * sorted[i];
  return sum / (count * (count - 1));
}

// Mean over all pairs of |x - y|, both rising: one walk through x for all y.
function meanDistance(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (const value of x) total += value;
  let below = 0;
  let sumBelow = 0;
  let sum = 0;
  for (const value of y) {
    while (below < x.length && x[below] <= value) sumBelow += x[below++];
    sum += value * (2 * below - x.length) + total - 2 * sumBelow;
  }
  return sum / (x.length * y.length);
}
