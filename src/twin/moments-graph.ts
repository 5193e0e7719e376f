import {
  addAll,
  affine,
  literal,
  matmul,
  meanAll,
  mul,
  type Node,
  reshape,
  slice,
  sliceRows,
  square,
  sub,
} from "../engine/index.ts";
import { safeSqrt } from "../nn/index.ts";

/** Sizes of what is compared. */
export interface MomentsSize {
  readonly steps: number;
  readonly examples: number;
  /** Paths of the twin per drive: an even number, at least 4. */
  readonly paths: number;
  readonly observables: number;
  /** Steps between the samples of an autocovariance, each less than `steps`. */
  readonly lags: readonly number[];
}

/** Moments of a device's repeats, [steps * examples, observables] each; columns lag-major. */
export interface MomentTargets {
  readonly mean: Node;
  readonly sd: Node;
  /** cov(x_t, x_{t-lag}), [steps * examples, lags * observables]; rows before the lag do not count. */
  readonly covariance: Node;
  /** 1 / unit in which deviations of mean and sd count. */
  readonly precision: Node;
}

// Deviations d = (mean, sd, autocovariance) of the twin's paths from the device's, in units of the
// device's sd. A sampled d^2 also counts the scatter of the sample, which favours quiet twins; the
// product d_A d_B of two halves of the paths does not.

/**
 * Squared deviation of the twin's moments from the device's, without the bias of small samples.
 *
 * @param measured  Paths of the twin, [steps * examples * paths, observables], example-major.
 * @returns         [1, 1], the mean over times, drives and observables; may be negative.
 */
export function momentsLoss(measured: Node, targets: MomentTargets, size: MomentsSize): Node {
  const { steps, examples, paths, observables } = size;
  const samples = reshape(measured, [steps * examples, paths * observables]);
  const width = (paths / 2) * observables;
  const [a, b] = [0, width].map((from) => deviations(slice(samples, from, width), targets, size));
  return addAll(a.map(({ value, weight }, i) => affine(meanAll(mul(value, b[i].value)), weight)));
}

/** One kind of moment: how far the twin is off. */
interface Deviation {
  readonly value: Node;
  readonly weight: number;
}

function deviations(half: Node, targets: MomentTargets, size: MomentsSize): Deviation[] {
  const { steps, examples, observables, lags } = size;
  const count = half.shape[1] / observables;
  const gathered = (factor: number) =>
    literal([count * observables, observables], gather(count, observables, factor));
  const mean = matmul(half, gathered(1 / count));
  const deviation = sub(half, matmul(mean, gathered(1), "nt"));
  const pooled = gathered(1 / (count - 1));
  const sd = affine(safeSqrt(matmul(square(deviation), pooled)), 1 / shrinkage(count));
  const wide = reshape(deviation, [steps, examples * count * observables]);
  const { precision } = targets;
  const off = (value: Node, target: Node) => mul(sub(value, target), precision);
  const late = (a: Node, lag: number) => sliceRows(a, lag * examples, (steps - lag) * examples);
  const early = (a: Node, lag: number) => sliceRows(a, 0, (steps - lag) * examples);
  const covariances = lags.map((lag, i): Deviation => {
    const product = mul(sliceRows(wide, lag, steps - lag), sliceRows(wide, 0, steps - lag));
    const rows = (steps - lag) * examples;
    const value = matmul(reshape(product, [rows, count * observables]), pooled);
    const target = late(slice(targets.covariance, i * observables, observables), lag);
    const unit = mul(late(precision, lag), early(precision, lag));
    return { value: mul(sub(value, target), unit), weight: 1 / lags.length };
  });
  return [
    { value: off(mean, targets.mean), weight: 1 },
    { value: off(sd, targets.sd), weight: 1 },
    ...covariances,
  ];
}

/** E s / sigma of a normal sample of this size, within 0.2 % from 4 on. */
export const shrinkage = (count: number): number => (4 * count - 4) / (4 * count - 3);

/** Adds up an observable over paths, [paths * observables, observables], times a factor. */
function gather(paths: number, observables: number, factor: number): Float64Array {
  const matrix = new Float64Array(paths * observables * observables);
  for (let row = 0; row < paths * observables; row++) {
    matrix[row * observables + (row % observables)] = factor;
  }
  return matrix;
}
