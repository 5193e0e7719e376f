// How far a free-running twin stays with its device: the distance of their means by time since the
// reset, beside what samples of the counts used would show if both were alike.
import { type HostArray, quantile } from "../base/index.ts";
import type { BothSides } from "./measure.ts";
import type { RepeatMoments } from "./noise-statistics.ts";
import type { RepeatCounts } from "./sampling-floor.ts";

/** The free run of a twin; errors in units of the scales, root mean square over observables. */
export interface FreeRun {
  /** Distance of the means beyond which a drive counts as lost, in units of the scales. */
  readonly limit: number;
  /** Steps from the reset until a drive is lost, by drive; null where it never is. */
  readonly lostAfter: readonly (number | null)[];
  /** Median over drives, steps; null where at least half of the drives are never lost. */
  readonly horizon: number | null;
  /** Root mean square over drives and observables of mu1 - mu2, [time]. */
  readonly error: readonly number[];
  /** What sampling alone would give: sigma_device sqrt(1/R1 + 1/R2), [time]. */
  readonly floor: readonly number[];
}

/** A fifth of an observable's standard deviation. */
const LIMIT = 0.2;
/** Standard errors of the means that are allowed on top. */
const ALLOWANCE = 3;

/**
 * The free-run error over time and the horizon of every drive.
 *
 * A drive is lost at the first step at which the root mean square over observables of |mu1 - mu2|
 * exceeds sqrt(limit^2 + (3 standard errors)^2).
 *
 * @param moments  Means and standard deviations over repeats, [sequences, time, observables].
 * @param scale    Per observable.
 */
export function freeRun(
  moments: BothSides<RepeatMoments>,
  scale: ArrayLike<number>,
  counts: RepeatCounts,
): FreeRun {
  const { shape } = moments.device.mean;
  const [sequences, time] = shape;
  const [error, floor] = [new Float64Array(time), new Float64Array(time)];
  const share = 1 / counts.repeatsDevice + 1 / counts.repeatsTwin;
  const lostAfter = Array.from({ length: sequences }, (_, n) => {
    let lost: number | null = null;
    for (let t = 0; t < time; t++) {
      const distance = meanSquare(moments.device.mean, n, t, scale, moments.twin.mean);
      const chance = share * meanSquare(moments.device.sd, n, t, scale);
      error[t] += distance / sequences;
      floor[t] += chance / sequences;
      if (lost === null && distance > LIMIT ** 2 + ALLOWANCE ** 2 * chance) lost = t + 1;
    }
    return lost;
  });
  const middle = quantile(
    lostAfter.map((steps) => steps ?? Number.MAX_VALUE),
    0.5,
  );
  return {
    limit: LIMIT,
    lostAfter,
    horizon: middle > time ? null : middle,
    error: Array.from(error, Math.sqrt),
    floor: Array.from(floor, Math.sqrt),
  };
}

// Mean over observables of ((one - two) / scale)^2 at one step of one drive.
function meanSquare(
  one: HostArray,
  sequence: number,
  step: number,
  scale: ArrayLike<number>,
  two?: HostArray,
): number {
  const [, time, observables] = one.shape;
  const start = (sequence * time + step) * observables;
  let sum = 0;
  for (let x = 0; x < observables; x++) {
    sum += ((one.data[start + x] - (two ? two.data[start + x] : 0)) / scale[x]) ** 2;
  }
  return sum / observables;
}
