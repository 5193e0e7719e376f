// Autocovariance of the noise of repeats, in the words of the reference's AutoCov errors: d is the
// deviation from the mean over repeats, sigma its standard deviation over repeats (ddof 1), and
//   C(t, t') = (1/R) sum_r d(t) d(t') / (sigma(t) sigma(t') + 0.001).
import { createArray, type HostArray } from "../base/index.ts";

/** Added to every product of standard deviations; absolute, so that scales matter. */
export const AUTOCOVARIANCE_OFFSET = 0.001;

/** What the repeats of one observable under one drive say, at every time and pair of times. */
export interface RepeatStatistics {
  readonly repeats: number;
  /** Mean over repeats, [time]. */
  readonly mean: Float64Array;
  /** Standard deviation over repeats, ddof 1, [time]. */
  readonly sd: Float64Array;
  /** Sum over repeats of d(t) d(t'), [time, time]; only t' <= t is filled. */
  readonly products: Float64Array;
}

/**
 * Mean, standard deviation and products of deviations of one observable under one drive.
 *
 * @param response    [sequences, repeats, time, observables].
 * @param chosen      Which repeats; all when left out.
 */
export function repeatStatistics(
  response: HostArray,
  sequence: number,
  observable: number,
  chosen?: ArrayLike<number>,
): RepeatStatistics {
  const [, , time] = response.shape;
  const rows = deviationRows(response, sequence, observable, chosen);
  const repeats = rows.deviations.length / (time + (time % 2));
  const products = productsOfRows(rows.deviations, time, repeats);
  const sd = new Float64Array(time);
  for (let t = 0; t < time; t++) sd[t] = Math.sqrt(products[t * time + t] / (repeats - 1));
  return { repeats, mean: rows.mean, sd, products };
}

// Deviations [time, repeats], with a row of zeros after an odd number of times.
function deviationRows(
  response: HostArray,
  sequence: number,
  observable: number,
  chosen?: ArrayLike<number>,
): { mean: Float64Array; deviations: Float64Array } {
  const [, all, time, observables] = response.shape;
  const repeats = chosen?.length ?? all;
  const mean = new Float64Array(time);
  const deviations = new Float64Array((time + (time % 2)) * repeats);
  for (let r = 0; r < repeats; r++) {
    const repeat = sequence * all + (chosen ? chosen[r] : r);
    let at = repeat * time * observables + observable;
    for (let t = 0; t < time; t++, at += observables) {
      deviations[t * repeats + r] = response.data[at];
      mean[t] += response.data[at] / repeats;
    }
  }
  for (let t = 0; t < time; t++) {
    for (let r = 0; r < repeats; r++) deviations[t * repeats + r] -= mean[t];
  }
  return { mean, deviations };
}

// Lower triangle of rows rows^T, two rows by two at a time: each number read serves twice.
function productsOfRows(rows: Float64Array, time: number, repeats: number): Float64Array {
  const products = new Float64Array(time * time);
  for (let i = 0; i < time; i += 2) {
    const iStart = i * repeats;
    for (let j = 0; j <= i; j += 2) {
      const jStart = j * repeats;
      let ij = 0;
      let iJ = 0;
      let Ij = 0;
      let IJ = 0;
      for (let r = 0; r < repeats; r++) {
        const a = rows[iStart + r];
        const A = rows[iStart + repeats + r];
        const b = rows[jStart + r];
        const B = rows[jStart + repeats + r];
        ij += a * b;
        iJ += a * B;
        Ij += A * b;
        IJ += A * B;
      }
      products[i * time + j] = ij;
      if (i !== j) products[i * time + j + 1] = iJ;
      if (i + 1 === time) continue;
      products[(i + 1) * time + j] = Ij;
      products[(i + 1) * time + j + 1] = IJ;
    }
  }
  return products;
}

/**
 * Normalised autocovariance of the noise at every pair of times.
 *
 * @param scale  Unit in which the 0.001 of the definition is meant (default 1): the observable's
 *               standard deviation gives what standardised data would give.
 * @returns      C [time, time], symmetric.
 * @source       Manneschi et al. 2025, arXiv:2401.07387, public twin code (AutoCov).
 */
export function autocovariance(statistics: RepeatStatistics, scale = 1): HostArray {
  const { repeats, sd, products } = statistics;
  const time = sd.length;
  const offset = AUTOCOVARIANCE_OFFSET * scale ** 2;
  const c = createArray([time, time]);
  for (let t = 0; t < time; t++) {
    for (let u = 0; u <= t; u++) {
      const value = products[t * time + u] / (repeats * (sd[t] * sd[u] + offset));
      c.data[t * time + u] = value;
      c.data[u * time + t] = value;
    }
  }
  return c;
}
