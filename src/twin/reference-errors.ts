// The reference's three errors between repeats of a device (1) and realisations of its twin (2):
//   mean      |mu1 - mu2| averaged over sequence n, observable x, time t
//   std       sum_n w_nx |sigma1 - sigma2| averaged over x, t
//   autocov   sum_n w_nx (C1 - C2)^2 averaged over x, t, t', diagonal included
//   w_nx    = (s1 + s2)_nx / (sum_n s1 + sum_n s2 + 0.001), s the time mean of sigma
import { fault, formatShape, type HostArray } from "../base/index.ts";
import {
  AUTOCOVARIANCE_OFFSET,
  type RepeatStatistics,
  repeatStatistics,
} from "./autocovariance.ts";
import { checkRepeats } from "./noise-statistics.ts";

/** The three errors; `mean` and `std` in the unit of the response divided by the scales. */
export interface ReferenceErrors {
  readonly mean: number;
  readonly std: number;
  readonly autocov: number;
}

/** In which units, and between which repeats, errors are computed. */
export interface ErrorOptions {
  /**
   * Per observable, [observables]: the response is divided by it. Ones (default) give the numbers
   * of the paper; standard deviations of the training data give those of standardised data.
   */
  readonly scale?: ArrayLike<number>;
}

/** Repeats of the two sides that take part; all when left out. */
export interface ChosenRepeats {
  readonly first?: ArrayLike<number>;
  readonly second?: ArrayLike<number>;
}

const WEIGHT_OFFSET = 0.001;

/**
 * The reference's errors of mean, standard deviation and autocovariance.
 *
 * @param device   [sequences, repeats, time, observables].
 * @param twin     [sequences, realisations, time, observables], under the same drives.
 * @param options  `scale`, [observables] (default ones).
 * @throws         `shape-mismatch`, `not-finite`.
 * @source         Manneschi et al. 2025, arXiv:2401.07387, public twin code (AutoCov).
 */
export function referenceErrors(
  device: HostArray,
  twin: HostArray,
  options: ErrorOptions = {},
): ReferenceErrors {
  checkComparable("referenceErrors", device, twin);
  const scale = options.scale ?? new Float64Array(device.shape[3]).fill(1);
  checkScale("referenceErrors", scale, device.shape[3]);
  return errorsInScales(device, twin, [scale])[0];
}

/**
 * Refuse two responses that cannot be compared.
 *
 * @throws  `shape-mismatch`, `not-finite`.
 */
export function checkComparable(where: string, device: HostArray, twin: HostArray): void {
  checkRepeats(where, "device", device, 2);
  checkRepeats(where, "twin", twin, 2);
  if ([0, 2, 3].every((axis) => device.shape[axis] === twin.shape[axis])) return;
  const axes = ["sequences", "repeats", "time", "observables"];
  throw fault("shape-mismatch", {
    where,
    what: "the device and the twin did not answer the same drives",
    got: `device ${formatShape(device.shape)} and twin ${formatShape(twin.shape, axes)}`,
    expected: "equal sequences, time and observables",
    fix: "Simulate the twin under the drives of the recording",
  });
}

/**
 * Refuse scales that are not one positive number per observable.
 *
 * @throws  `shape-mismatch`, `bad-value`.
 */
export function checkScale(where: string, scale: ArrayLike<number>, observables: number): void {
  const values = Array.from(scale);
  const good = values.length === observables && values.every((s) => s > 0 && s < Infinity);
  if (good) return;
  throw fault(values.length === observables ? "bad-value" : "shape-mismatch", {
    where,
    what: "the scales do not fit the observables",
    got: `[${values.join(", ")}]`,
    expected: `${observables} positive numbers, one per observable`,
    fix: "Give the standard deviation of each observable in the training data",
  });
}

/**
 * The three errors in several units at once: the costly products are summed only once.
 *
 * @param scales  Each [observables].
 * @param chosen  Which repeats of either side.
 * @returns       One triple per scale. Nothing is checked.
 */
export function errorsInScales(
  first: HostArray,
  second: HostArray,
  scales: readonly ArrayLike<number>[],
  chosen: ChosenRepeats = {},
): ReferenceErrors[] {
  const [sequences, , , observables] = first.shape;
  const totals = scales.map(() => ({ mean: 0, std: 0, autocov: 0 }));
  for (let x = 0; x < observables; x++) {
    const cells = scales.map((): CellErrors[] => []);
    for (let n = 0; n < sequences; n++) {
      const one = repeatStatistics(first, n, x, chosen.first);
      const two = repeatStatistics(second, n, x, chosen.second);
      scales.forEach((scale, i) => {
        cells[i].push(errorsOfCell(one, two, scale[x]));
      });
    }
    totals.forEach((total, i) => {
      const weight = weights(cells[i]);
      cells[i].forEach((cell, n) => {
        total.mean += cell.mean / (sequences * observables);
        total.std += (weight[n] * cell.std) / observables;
        total.autocov += (weight[n] * cell.autocov) / observables;
      });
    });
  }
  return totals;
}

/** Errors of one observable under one drive, averaged over times, before weighting. */
interface CellErrors extends ReferenceErrors {
  /** Time means of the two standard deviations, added: s1 + s2. */
  readonly noise: number;
}

function weights(cells: readonly CellErrors[]): number[] {
  const sum = cells.reduce((total, cell) => total + cell.noise, 0);
  return cells.map((cell) => cell.noise / (sum + WEIGHT_OFFSET));
}

function errorsOfCell(one: RepeatStatistics, two: RepeatStatistics, scale: number): CellErrors {
  const time = one.sd.length;
  let mean = 0;
  let std = 0;
  let noise = 0;
  for (let t = 0; t < time; t++) {
    mean += Math.abs(one.mean[t] - two.mean[t]);
    std += Math.abs(one.sd[t] - two.sd[t]);
    noise += one.sd[t] + two.sd[t];
  }
  const unit = time * scale;
  const autocov = squaredDifferences(one, two, scale) / time ** 2;
  return { mean: mean / unit, std: std / unit, noise: noise / unit, autocov };
}

// Sum over t, t' of (C1 - C2)^2. C is symmetric: pairs t' < t count twice.
function squaredDifferences(one: RepeatStatistics, two: RepeatStatistics, scale: number): number {
  const time = one.sd.length;
  const offset = AUTOCOVARIANCE_OFFSET * scale ** 2;
  let diagonal = 0;
  let below = 0;
  for (let t = 0; t < time; t++) {
    const rowOne = one.repeats * one.sd[t];
    const rowTwo = two.repeats * two.sd[t];
    for (let u = 0; u <= t; u++) {
      const c1 = one.products[t * time + u] / (rowOne * one.sd[u] + one.repeats * offset);
      const c2 = two.products[t * time + u] / (rowTwo * two.sd[u] + two.repeats * offset);
      const square = (c1 - c2) ** 2;
      if (u === t) diagonal += square;
      else below += square;
    }
  }
  return diagonal + 2 * below;
}
