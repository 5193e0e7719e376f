import {
  childStream,
  createGenerator,
  mean,
  meanInterval,
  quantile,
  type Stream,
  standardDeviation,
  studentTQuantile,
} from "../base/index.ts";
import { isHigherBetter, type ScoreResult } from "../tasks/index.ts";

/** A score over runs with its 95 % interval. */
export interface ScoreSummary {
  /** Mean over runs. */
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
  /** Runs. */
  readonly n: number;
}

/** A difference of scores with its 95 % interval. */
export type ScoreDifference = Omit<ScoreSummary, "n">;

const resamples = 1000;

/**
 * Mean score over runs and the wider of two intervals: Student's t over runs, and resampling of
 * what was scored, averaged over runs.
 *
 * Sequences that are judged once, and classes, are resampled one by one; errors of a regression in
 * blocks, because neighbouring steps are alike.
 *
 * @param results  One per run, all on the same items.
 * @param stream   Decides the resamples.
 */
export function summariseScores(results: readonly ScoreResult[], stream: Stream): ScoreSummary {
  const values = results.map((result) => result.value);
  const value = mean(values);
  const items = toUnits(results);
  const resampled = resampleInterval(items.units.length, stream, (pick) =>
    items.toScore(meanOf(items.units, pick)),
  );
  const runs: readonly [number, number] =
    results.length > 1 ? [meanInterval(values).low, meanInterval(values).high] : [value, value];
  return { value, interval: widest(resampled, runs), n: results.length };
}

/**
 * How much the score of one set of runs lies above that of another, on the same items.
 *
 * Items are resampled in pairs; runs are independent, so their spread enters by Welch's interval.
 * The wider of the two is given.
 */
export function compareScores(
  first: readonly ScoreResult[],
  second: readonly ScoreResult[],
  stream: Stream,
): ScoreDifference {
  const [a, b] = [toUnits(first), toUnits(second)];
  const values = [first, second].map((results) => results.map((result) => result.value));
  const value = mean(values[0]) - mean(values[1]);
  const resampled = resampleInterval(
    a.units.length,
    stream,
    (pick) => a.toScore(meanOf(a.units, pick)) - b.toScore(meanOf(b.units, pick)),
  );
  const half = welchHalfWidth(values[0], values[1]);
  return { value, interval: widest(resampled, [value - half, value + half]) };
}

interface Units {
  /** What is resampled, averaged over runs. */
  readonly units: Float64Array;
  /** From a mean over units to the score. */
  readonly toScore: (unitMean: number) => number;
}

const blockLength = 50;
const fewestBlocks = 10;

function toUnits(results: readonly ScoreResult[]): Units {
  const { n, score } = results[0];
  const items = new Float64Array(n);
  for (const { perItem } of results) {
    for (let i = 0; i < n; i++) items[i] += perItem[i] / results.length;
  }
  const value = mean(results.map((result) => result.value));
  if (score === "accuracy") return { units: items, toScore: (share) => share };
  const length = Math.max(1, Math.min(blockLength, Math.floor(n / fewestBlocks)));
  const units = Float64Array.from({ length: Math.floor(n / length) }, (_, i) =>
    mean(items.subarray(i * length, (i + 1) * length)),
  );
  // Contributions to a capacity average to the score itself, as right answers do.
  if (isHigherBetter(score)) return { units, toScore: (contribution) => contribution };
  const squared = mean(units);
  return {
    units,
    toScore: (meanSquare) => (squared > 0 ? value * Math.sqrt(meanSquare / squared) : value),
  };
}

function meanOf(units: Float64Array, pick: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < pick.length; i++) sum += units[pick[i]];
  return sum / pick.length;
}

function resampleInterval(
  units: number,
  stream: Stream,
  statistic: (pick: Int32Array) => number,
): readonly [number, number] {
  const generator = createGenerator(childStream(stream, "resamples"));
  const pick = new Int32Array(units);
  const values = Float64Array.from({ length: resamples }, () => {
    for (let i = 0; i < units; i++) pick[i] = generator.integer(units);
    return statistic(pick);
  });
  return [quantile(values, 0.025), quantile(values, 0.975)];
}

const widest = (
  a: readonly [number, number],
  b: readonly [number, number],
): readonly [number, number] => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];

/** Welch 1947, Biometrika 34:28; a side with one run is taken as exact. */
function welchHalfWidth(a: readonly number[], b: readonly number[]): number {
  const parts = [a, b]
    .filter((values) => values.length > 1)
    .map((values) => ({
      variance: standardDeviation(values) ** 2 / values.length,
      freedom: values.length - 1,
    }));
  const variance = parts.reduce((sum, part) => sum + part.variance, 0);
  if (variance === 0) return 0;
  const freedom =
    variance ** 2 / parts.reduce((sum, part) => sum + part.variance ** 2 / part.freedom, 0);
  return studentTQuantile(0.975, freedom) * Math.sqrt(variance);
}
