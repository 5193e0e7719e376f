// Correlations in a part: between channels, and of the noise with itself some steps later.
import type { HostArray } from "../base/index.ts";
import { type RecordingPart, sizeOfPart } from "./recording.ts";
import { stepsOf, validSamples } from "./samples.ts";

/** Correlation of the noise at two times. */
export interface LagCorrelation {
  /** Steps between them. */
  readonly lag: number;
  readonly correlation: number;
}

/** Samples of each channel that a correlation between channels is taken from. */
const enoughSamples = 20_000;
/** Runs that statistics of the noise are taken from: the first sequences that have as many. */
const enoughRuns = 2_000;
const lags: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/**
 * Correlation between every two inputs or observables over the valid steps.
 *
 * @returns  A symmetric matrix; 0 beside the diagonal where a channel is constant.
 */
export function channelCorrelation(part: RecordingPart, field: "drive" | "response"): number[][] {
  const channels = part[field].shape.at(-1) as number;
  return correlate(
    Array.from({ length: channels }, (_, channel) => thinned(validSamples(part, field, channel))),
  );
}

/**
 * Correlation between the noise of every two observables: between their deviations from the mean
 * over repeats.
 *
 * @param part  With at least 2 repeats.
 */
export function noiseCorrelation(part: RecordingPart): number[][] {
  const { observables } = sizeOfPart(part);
  const some = firstRuns(part);
  return correlate(
    Array.from({ length: observables }, (_, i) => thinned(noiseSamples(some, i).samples)),
  );
}

/**
 * Correlation of the noise of one observable over time, pooled over sequences, repeats and steps.
 *
 * Deviations are from the mean over repeats, so an offset that differs from run to run counts as
 * noise that never forgets.
 *
 * @param part    With at least 2 repeats.
 * @param wanted  Lags in steps (default 1, 2, 5, 10 ... 1000).
 * @returns       At those up to half of the shortest sequence; none if there is no noise.
 */
export function lagCorrelation(
  part: RecordingPart,
  observable: number,
  wanted: readonly number[] = lags,
): LagCorrelation[] {
  const some = firstRuns(part);
  const { samples, starts } = noiseSamples(some, observable);
  const { sequences } = sizeOfPart(some);
  let shortest = Infinity;
  for (let n = 0; n < sequences; n++) shortest = Math.min(shortest, stepsOf(some, n));
  const runs = starts.length - 1;
  return wanted
    .filter((lag) => lag <= shortest / 2)
    .flatMap((lag) => {
      let [product, before, after] = [0, 0, 0];
      for (let run = 0; run < runs; run++) {
        for (let t = starts[run] + lag; t < starts[run + 1]; t++) {
          product += samples[t] * samples[t - lag];
          before += samples[t - lag] ** 2;
          after += samples[t] ** 2;
        }
      }
      const scale = Math.sqrt(before * after);
      return scale > 0 ? [{ lag, correlation: product / scale }] : [];
    });
}

/** The first sequences with at least {@link enoughRuns} runs in all, sharing memory. */
function firstRuns(part: RecordingPart): RecordingPart {
  const { sequences, repeats } = sizeOfPart(part);
  const kept = Math.min(sequences, Math.ceil(enoughRuns / repeats));
  const first = ({ shape, data }: HostArray): HostArray => ({
    shape: [kept, ...shape.slice(1)],
    data: data.subarray(0, (data.length / sequences) * kept),
  });
  const { name, drive, response, length } = part;
  return {
    name,
    drive: first(drive),
    response: first(response),
    ...(length ? { length: length.subarray(0, kept) } : {}),
  };
}

/** Deviations from the mean over repeats, in the order of `validSamples`, and where each run starts. */
function noiseSamples(
  part: RecordingPart,
  observable: number,
): { samples: Float64Array; starts: Int32Array } {
  const { sequences, repeats } = sizeOfPart(part);
  const samples = validSamples(part, "response", observable);
  const starts = new Int32Array(sequences * repeats + 1);
  for (let n = 0; n < sequences; n++) {
    const steps = stepsOf(part, n);
    const from = starts[n * repeats];
    for (let t = 0; t < steps; t++) {
      let mean = 0;
      for (let r = 0; r < repeats; r++) mean += samples[from + r * steps + t] / repeats;
      for (let r = 0; r < repeats; r++) samples[from + r * steps + t] -= mean;
    }
    for (let r = 1; r <= repeats; r++) starts[n * repeats + r] = from + r * steps;
  }
  return { samples, starts };
}

function thinned(samples: Float64Array): Float64Array {
  const stride = Math.ceil(samples.length / enoughSamples);
  const kept = Math.ceil(samples.length / stride);
  return Float64Array.from({ length: kept }, (_, i) => samples[i * stride]);
}

function correlate(columns: readonly Float64Array[]): number[][] {
  const units = columns.map((column) => {
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const centred = column.map((value) => value - mean);
    const size = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
    // What is left of a constant after its mean is rounding, not a signal.
    const isConstant = size <= 1e-12 * Math.abs(mean) * Math.sqrt(column.length);
    return centred.map((value) => (isConstant ? 0 : value / size));
  });
  const product = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, i) => sum + value * b[i], 0);
  return units.map((a, i) => units.map((b, j) => (i === j ? 1 : product(a, b))));
}
