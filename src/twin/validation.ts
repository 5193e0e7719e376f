// What a twin is judged by: errors beside their sampling floors, and what a sceptical
// experimentalist asks next.
import {
  childStream,
  type HostArray,
  mean,
  quantile,
  type Stream,
  standardDeviation,
} from "../base/index.ts";
import { type DrivenRange, type DriveRange, driveRanges } from "./drive-range.ts";
import { forecastScores } from "./forecast.ts";
import { type FreeRun, freeRun } from "./free-run.ts";
import { type BothSides, createMeasure, type Measure } from "./measure.ts";
import type { NoiseBudget } from "./noise-budget.ts";
import {
  checkRepeats,
  deviationsOfRepeats,
  lagCorrelation,
  momentsOverRepeats,
  noiseKurtosis,
  noiseQuantiles,
  observableCorrelation,
  type RepeatMoments,
} from "./noise-statistics.ts";
import {
  checkComparable,
  checkScale,
  errorsInScales,
  type ReferenceErrors,
} from "./reference-errors.ts";
import {
  FEWEST_SPLITS,
  floorOf,
  floorsInScales,
  type HalfSplit,
  halfSplits,
  type RepeatCounts,
} from "./sampling-floor.ts";
import { removeSlowDrift, type SlowDrift } from "./slow-drift.ts";
import { type SpectrumMeasure, spectrumMeasure } from "./spectrum.ts";
import { gradeOf, type TwinGrade, verdictOf } from "./verdict.ts";

/** The reference's three errors with their floors. */
export interface ReferenceMeasures {
  readonly mean: Measure;
  readonly std: Measure;
  readonly autocov: Measure;
}

/** How much was compared: a ratio without its counts means nothing. */
export interface ComparisonCounts {
  readonly sequences: number;
  readonly time: number;
  readonly observables: number;
  readonly deviceRepeats: number;
  readonly twinRealisations: number;
  /** Random half-splits of the device's repeats behind every floor. */
  readonly splits: number;
}

/**
 * Twin against device, as plain JSON. `mean`, `std`, `autocov` and whatever has a unit are in units
 * of the scales (standardised data); lists run over observables first.
 */
export interface TwinValidation extends ReferenceMeasures {
  readonly counts: ComparisonCounts;
  /** The reference's errors in the unit of the response, to compare with the paper's. */
  readonly raw: ReferenceMeasures;
  /** Medians over sequences, times and observables of |mu1 - mu2| and |sigma1 - sigma2|. */
  readonly median: { readonly mean: Measure; readonly std: Measure };
  /** Mean error divided by the standard deviation of the device's mean response. */
  readonly meanShareOfSignal: number;
  /** Median of |sigma_twin - sigma_device| / sigma_device. */
  readonly medianStdRelativeError: Measure;
  /** Root mean square difference of the correlation between observables; null if there is one. */
  readonly observableCorrelation: (Measure & BothSides<readonly (readonly number[])[]>) | null;
  /**
   * Correlation of the noise in time, [observables][lags]; lags in steps; `error` is the root mean
   * square difference.
   */
  readonly lagCorrelation: Measure &
    BothSides<readonly (readonly number[])[]> & { readonly lags: readonly number[] };
  readonly spectrum: SpectrumMeasure;
  /** Quantiles of the noise, twin minus device, [observables][probabilities]. */
  readonly noiseQuantiles: {
    readonly probabilities: readonly number[];
    readonly error: readonly (readonly number[])[];
  };
  /** Excess kurtosis of the noise, [observables]; 0 for Gaussian noise. */
  readonly kurtosis: BothSides<readonly number[]>;
  /** Share of device repeats inside the twin's central bands; 0.5 and 0.9 are right. */
  readonly coverage: { readonly band50: number; readonly band90: number };
  /** Share of device repeats by rank among the realisations, in ten bins; 0.1 each is right. */
  readonly rankHistogram: readonly number[];
  /** The twin as a forecast of single values; the floor is the device's own law. */
  readonly crps: Measure;
  readonly freeRun: FreeRun;
  /** Errors along the range of each input; empty where the drives were not given. */
  readonly driveRange: readonly DriveRange[];
  /** Of the device, removed from its repeats before everything above; per observable. */
  readonly slowDrift: readonly SlowDrift[];
  /** Where the noise comes from, if that was asked. */
  readonly noiseBudget?: NoiseBudget;
  readonly grade: TwinGrade;
  readonly verdict: string;
}

/** How {@link compareRepeats} compares. */
export interface CompareOptions {
  /** Decides the half-splits. */
  readonly stream: Stream;
  /** Standard deviation of each observable in the training data, in the unit of the response. */
  readonly scale: ArrayLike<number>;
  /** Position of each repeat in the order of acquisition, [sequences * repeats]. */
  readonly order?: ArrayLike<number>;
  /** The drives, for a map of errors along their range. */
  readonly driven?: DrivenRange;
  /** Default 20. */
  readonly splits?: number;
  /** Steps at which the noise is correlated with itself (default 1, 2, 4, 8, 16, where they fit). */
  readonly lags?: readonly number[];
  /** Default 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99. */
  readonly probabilities?: readonly number[];
}

/**
 * Judge realisations of a twin against repeats of its device.
 *
 * Slow drift of the device from run to run is removed first: no twin can follow it.
 *
 * @param device   [sequences, repeats, time, observables]; repeats that no fit has seen, at least 4.
 * @param twin     [sequences, realisations, time, observables], free-running, under the same drives.
 * @param options  `stream`; `scale` [observables]; `order`; `driven`; `splits`; `lags`;
 *                 `probabilities`.
 * @throws         `shape-mismatch`, `not-finite`, `bad-value`, `out-of-range`.
 */
export function compareRepeats(
  device: HostArray,
  twin: HostArray,
  options: CompareOptions,
): TwinValidation {
  const where = "compareRepeats";
  checkComparable(where, device, twin);
  checkRepeats(where, "device", device, 4);
  const [sequences, deviceRepeats, time, observables] = device.shape;
  checkScale(where, options.scale, observables);
  const lags = (options.lags ?? [1, 2, 4, 8, 16]).filter((lag) => lag < time);
  const stream = childStream(options.stream, "half-splits");
  const splits = halfSplits(deviceRepeats, options.splits ?? FEWEST_SPLITS, stream);
  const counts = {
    ...{ sequences, time, observables, deviceRepeats },
    twinRealisations: twin.shape[1],
    splits: splits.length,
  };
  const { response, drift: slowDrift } = removeSlowDrift(device, options.order);
  const both: BothSides<HostArray> = { device: response, twin };
  const moments = { device: momentsOverRepeats(response), twin: momentsOverRepeats(twin) };
  const [standardised, raw] = referenceMeasures(both, splits, options.scale);
  const forecast = forecastScores(response, twin, options.scale);
  const measures = {
    ...{ counts, ...standardised, raw },
    ...momentMeasures(both, moments, splits, options.scale),
    observableCorrelation: correlationMeasure(both, splits),
    ...noiseShapes(both, splits, { ...options, lags }),
    coverage: { band50: forecast.band50, band90: forecast.band90 },
    rankHistogram: forecast.ranks,
    crps: createMeasure(forecast.crps, { floor: forecast.crpsFloor }),
    freeRun: freeRun(moments, options.scale, repeatCounts(both)),
    driveRange: options.driven
      ? driveRanges(options.driven, moments, options.scale, repeatCounts(both))
      : [],
    slowDrift,
  };
  return { ...measures, grade: gradeOf(measures), verdict: verdictOf(measures) };
}

const usualProbabilities = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

const repeatCounts = (both: BothSides<HostArray>): RepeatCounts => ({
  repeatsDevice: both.device.shape[1],
  repeatsTwin: both.twin.shape[1],
});

function referenceMeasures(
  both: BothSides<HostArray>,
  splits: readonly HalfSplit[],
  scale: ArrayLike<number>,
): ReferenceMeasures[] {
  const scales = [scale, new Float64Array(scale.length).fill(1)];
  const errors = errorsInScales(both.device, both.twin, scales);
  const floors = floorsInScales(both.device, splits, scales, repeatCounts(both));
  return errors.map((error: ReferenceErrors, i) => ({
    mean: createMeasure(error.mean, floors[i].mean),
    std: createMeasure(error.std, floors[i].std),
    autocov: createMeasure(error.autocov, floors[i].autocov),
  }));
}

/** Medians, which a few drives that hop between wells do not dominate. */
function momentMeasures(
  both: BothSides<HostArray>,
  { device, twin }: BothSides<RepeatMoments>,
  splits: readonly HalfSplit[],
  scale: ArrayLike<number>,
): Pick<TwinValidation, "median" | "meanShareOfSignal" | "medianStdRelativeError"> {
  const halves = splits.map(({ first, second }) => [
    momentsOverRepeats(both.device, first),
    momentsOverRepeats(both.device, second),
  ]);
  const counts = repeatCounts(both);
  const medianOf = (key: "mean" | "sd", unit: (at: number) => number): Measure => {
    const between = (one: HostArray, two: HostArray): number =>
      medianDifference(one.data, two.data, unit);
    const floor = floorOf(splits, counts, (_, i) => between(halves[i][0][key], halves[i][1][key]));
    return createMeasure(between(device[key], twin[key]), floor);
  };
  const inScale = (at: number): number => scale[at % scale.length];
  return {
    median: { mean: medianOf("mean", inScale), std: medianOf("sd", inScale) },
    meanShareOfSignal: shareOfSignal(device.mean, twin.mean),
    medianStdRelativeError: medianOf("sd", (at) => device.sd.data[at]),
  };
}

// Places where the unit is zero (no noise at all) are left out.
function medianDifference(
  one: Float64Array,
  two: Float64Array,
  unit: (at: number) => number,
): number {
  const values: number[] = [];
  for (let at = 0; at < one.length; at++) {
    if (unit(at) > 0) values.push(Math.abs(one[at] - two[at]) / unit(at));
  }
  return values.length === 0 ? 0 : quantile(values, 0.5);
}

// Per observable, then averaged: |mu1 - mu2| over the spread of mu1 across sequences and times.
function shareOfSignal(device: HostArray, twin: HostArray): number {
  const observables = device.shape[2];
  const shares = Array.from({ length: observables }, (_, x) => {
    const signal = device.data.filter((_, at) => at % observables === x);
    const distance = signal.map((value, i) => Math.abs(value - twin.data[i * observables + x]));
    return mean(distance) / standardDeviation(signal, 0);
  });
  return mean(shares);
}

function correlationMeasure(
  both: BothSides<HostArray>,
  splits: readonly HalfSplit[],
): TwinValidation["observableCorrelation"] {
  if (both.device.shape[3] === 1) return null;
  const device = observableCorrelation(both.device);
  const twin = observableCorrelation(both.twin);
  const floor = floorOf(splits, repeatCounts(both), ({ first, second }) =>
    matrixError(
      observableCorrelation(both.device, first),
      observableCorrelation(both.device, second),
    ),
  );
  const measure = createMeasure(matrixError(device, twin), floor);
  return { ...measure, device: toRows(device), twin: toRows(twin) };
}

// Root mean square over pairs of different observables.
function matrixError(one: HostArray, two: HostArray): number {
  const n = one.shape[0];
  const squares = one.data.reduce((sum, value, at) => sum + (value - two.data[at]) ** 2, 0);
  return Math.sqrt(squares / (n * (n - 1)));
}

function toRows(matrix: HostArray): number[][] {
  const [rows, columns] = matrix.shape;
  return Array.from({ length: rows }, (_, row) => [
    ...matrix.data.subarray(row * columns, (row + 1) * columns),
  ]);
}

function noiseShapes(
  both: BothSides<HostArray>,
  splits: readonly HalfSplit[],
  options: Pick<CompareOptions, "scale" | "probabilities"> & { readonly lags: readonly number[] },
): Pick<TwinValidation, "lagCorrelation" | "spectrum" | "noiseQuantiles" | "kurtosis"> {
  const { scale, lags, probabilities = usualProbabilities } = options;
  const [device, twin] = [deviationsOfRepeats(both.device), deviationsOfRepeats(both.twin)];
  const quantiles = noiseQuantiles(device, probabilities);
  return {
    lagCorrelation: lagMeasure({ device, twin }, lags, splits),
    spectrum: spectrumMeasure({ device, twin }, scale, splits, repeatCounts(both)),
    noiseQuantiles: {
      probabilities,
      error: noiseQuantiles(twin, probabilities).map((ofTwin, x) =>
        ofTwin.map((value, p) => (value - quantiles[x][p]) / scale[x]),
      ),
    },
    kurtosis: { device: noiseKurtosis(device), twin: noiseKurtosis(twin) },
  };
}

function lagMeasure(
  deviations: BothSides<HostArray>,
  lags: readonly number[],
  splits: readonly HalfSplit[],
): TwinValidation["lagCorrelation"] {
  const device = lagCorrelation(deviations.device, lags);
  const twin = lagCorrelation(deviations.twin, lags);
  const floor = floorOf(splits, repeatCounts(deviations), ({ first, second }) =>
    rootMeanSquare(
      lagCorrelation(deviations.device, lags, first),
      lagCorrelation(deviations.device, lags, second),
    ),
  );
  return { ...createMeasure(rootMeanSquare(device, twin), floor), lags, device, twin };
}

// Of differences that are known: an observable without noise has no correlation.
function rootMeanSquare(
  one: readonly (readonly number[])[],
  two: readonly (readonly number[])[],
): number {
  const squares = one
    .flatMap((row, x) => row.map((value, k) => (value - two[x][k]) ** 2))
    .filter(Number.isFinite);
  return squares.length === 0 ? 0 : Math.sqrt(mean(squares));
}
