import { type HostArray, mean } from "../base/index.ts";

/** Cyclic shifts of the targets by which chance is measured. */
const SHIFTS = 16;

/** Capacities and what they are made of. */
export interface Capacities {
  /** [outputs]: squared correlation of prediction and target; 0 where one of them is constant. */
  readonly squared: Float64Array;
  /** [outputs]: the mean of the same over cyclic shifts of the target: what chance gives. */
  readonly floor: Float64Array;
  /**
   * [samples]: contributions whose mean is the sum of `squared`, and whose spread is that of the
   * sum to first order: resampling them gives its interval.
   */
  readonly perSample: Float64Array;
}

/**
 * How much of each target is in its prediction, whatever their scales.
 *
 * With r the correlation and a, b the standardised prediction and target, a sample contributes
 * r^2 + 2 r (a b - r (a^2 + b^2)/2).
 *
 * @param predicted  [samples, outputs]
 * @param target     [samples, outputs]
 */
export function capacitiesOf(predicted: HostArray, target: HostArray): Capacities {
  const [samples, outputs] = target.shape;
  const squared = new Float64Array(outputs);
  const floor = new Float64Array(outputs);
  const perSample = new Float64Array(samples);
  for (let k = 0; k < outputs; k++) {
    const a = standardisedColumn(predicted, k);
    const b = standardisedColumn(target, k);
    const r = meanProduct(a, b, 0);
    squared[k] = r * r;
    for (let i = 0; i < SHIFTS; i++) {
      // Between a quarter and three quarters of the series: far beyond any memory.
      const shift = Math.floor((samples * (SHIFTS + 2 * i)) / (4 * SHIFTS));
      floor[k] += meanProduct(a, b, shift) ** 2 / SHIFTS;
    }
    for (let t = 0; t < samples; t++) {
      perSample[t] += r * r + 2 * r * (a[t] * b[t] - (r * (a[t] * a[t] + b[t] * b[t])) / 2);
    }
  }
  return { squared, floor, perSample };
}

/** sum over k of corr^2(p_k, y_k), each column of `target` the input some steps ago. */
export function memoryCapacity(predicted: HostArray, target: HostArray): number {
  return sum(capacitiesOf(predicted, target).squared);
}

/** The same less what chance gives, which a sum over many targets would add up. */
export function informationCapacity(predicted: HostArray, target: HostArray): number {
  const { squared, floor } = capacitiesOf(predicted, target);
  return sum(squared) - sum(floor);
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** Mean 0 and mean square 1; zeros where the column is constant. */
function standardisedColumn({ shape, data }: HostArray, column: number): Float64Array {
  const [samples, width] = shape;
  const values = Float64Array.from({ length: samples }, (_, s) => data[s * width + column]);
  const centre = mean(values);
  const sd = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  return values.map((value) => (sd > 0 ? (value - centre) / sd : 0));
}

function meanProduct(a: Float64Array, b: Float64Array, shift: number): number {
  let total = 0;
  for (let t = 0; t < a.length; t++) total += a[t] * b[(t + shift) % a.length];
  return total / a.length;
}
