// Statistics over the valid steps of a part, one channel at a time.
import { type RecordingPart, sizeOfPart } from "./recording.ts";

/** A straight line through the repeats in the order in which they were measured. */
export interface SlowChange {
  /** Rise of the line from the first to the last run of the part, device units. */
  readonly change: number;
  /** Of `change`, from the scatter of the runs about the line. */
  readonly standardError: number;
  /** Runs less one level per sequence and one slope: below 10 the standard error is rough. */
  readonly degreesOfFreedom: number;
}

/** How far one run lies from the mean of its drive's runs. */
export interface RunDeviation {
  /** In the order of acquisition; the repeat's index where no order was kept. */
  readonly position: number;
  /** Time mean of the run less that of all runs under the same drive, device units. */
  readonly deviation: number;
}

/** Valid steps of a sequence. */
export function stepsOf(part: RecordingPart, sequence: number): number {
  return part.length?.[sequence] ?? part.drive.shape[1];
}

/** All valid samples of one channel: sequence after sequence, repeat after repeat, in time. */
export function validSamples(
  part: RecordingPart,
  field: "drive" | "response",
  channel: number,
): Float64Array {
  const { sequences, time } = sizeOfPart(part);
  const { shape, data } = part[field];
  const runs = field === "drive" ? 1 : shape[1];
  const channels = shape[shape.length - 1];
  let size = 0;
  for (let n = 0; n < sequences; n++) size += runs * stepsOf(part, n);
  const samples = new Float64Array(size);
  let to = 0;
  for (let run = 0; run < sequences * runs; run++) {
    const steps = stepsOf(part, Math.floor(run / runs));
    const from = run * time * channels + channel;
    for (let t = 0; t < steps; t++) samples[to++] = data[from + t * channels];
  }
  return samples;
}

/**
 * Standard deviation over repeats (ddof 1), root mean square over sequences and valid steps.
 *
 * @param part  With at least 2 repeats.
 */
export function noiseDeviation(part: RecordingPart, observable: number): number {
  const { sequences, repeats, time, observables } = sizeOfPart(part);
  const { data } = part.response;
  const stride = time * observables;
  let [sum, count] = [0, 0];
  for (let n = 0; n < sequences; n++) {
    const steps = stepsOf(part, n);
    for (let t = 0; t < steps; t++) {
      const from = (n * repeats * time + t) * observables + observable;
      let mean = 0;
      for (let r = 0; r < repeats; r++) mean += data[from + r * stride] / repeats;
      for (let r = 0; r < repeats; r++) sum += (data[from + r * stride] - mean) ** 2;
    }
    count += steps;
  }
  return Math.sqrt(sum / (repeats - 1) / count);
}

/**
 * How far every run lies from the others under its drive, and when it was measured.
 *
 * The drive, equal within a sequence, drops out: what is left is noise and slow change.
 *
 * @param part  With at least 2 repeats.
 * @returns     [sequences x repeats], sequence after sequence.
 */
export function runDeviations(part: RecordingPart, observable: number): RunDeviation[] {
  const { repeats } = sizeOfPart(part);
  const deviations = centre(runMeans(part, observable), repeats);
  return Array.from(deviations, (deviation, run) => ({
    position: part.order?.[run] ?? run % repeats,
    deviation,
  }));
}

/**
 * Slow change of a device over its repeats.
 *
 * The time mean of every run is fitted by a level per sequence plus one slope in the position in
 * the order of acquisition.
 *
 * @param part  With at least 2 repeats.
 */
export function slowChange(part: RecordingPart, observable: number): SlowChange {
  const { sequences, repeats } = sizeOfPart(part);
  const runs = runDeviations(part, observable);
  let [first, last] = [Infinity, -Infinity];
  for (const { position } of runs) {
    [first, last] = [Math.min(first, position), Math.max(last, position)];
  }
  const x = centre(
    Float64Array.from(runs, ({ position }) => position),
    repeats,
  );
  let [xx, xy, yy] = [0, 0, 0];
  runs.forEach(({ deviation }, run) => {
    xx += x[run] * x[run];
    xy += x[run] * deviation;
    yy += deviation * deviation;
  });
  const degreesOfFreedom = sequences * (repeats - 1) - 1;
  const slope = xx > 0 ? xy / xx : 0;
  const residual = Math.max(0, yy - slope * xy) / Math.max(1, degreesOfFreedom);
  const standardError = xx > 0 ? Math.sqrt(residual / xx) : 0;
  return {
    change: slope * (last - first),
    standardError: standardError * (last - first),
    degreesOfFreedom,
  };
}

/** Mean over valid steps of every run, [sequences x repeats]. */
function runMeans(part: RecordingPart, observable: number): Float64Array {
  const { repeats } = sizeOfPart(part);
  const samples = validSamples(part, "response", observable);
  let from = 0;
  return Float64Array.from({ length: part.response.shape[0] * repeats }, (_, run) => {
    const steps = stepsOf(part, Math.floor(run / repeats));
    let sum = 0;
    for (let t = 0; t < steps; t++) sum += samples[from + t];
    from += steps;
    return sum / steps;
  });
}

/** Deviations from the mean of each group of `size` neighbours. */
function centre(values: Float64Array, size: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let from = 0; from < values.length; from += size) {
    let mean = 0;
    for (let i = from; i < from + size; i++) mean += values[i] / size;
    for (let i = from; i < from + size; i++) result[i] = values[i] - mean;
  }
  return result;
}
