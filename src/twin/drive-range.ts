// Where in the range of each drive a twin can be trusted: how many steps of the judged drives lie in
// each part of the range, how many of the recorded ones, and how the errors go along it.
import type { HostArray } from "../base/index.ts";
import type { BothSides } from "./measure.ts";
import type { RepeatMoments } from "./noise-statistics.ts";
import type { RepeatCounts } from "./sampling-floor.ts";

/** One part of the range of a drive; errors are means over its steps, in units of the scales. */
export interface DriveBin {
  readonly low: number;
  readonly high: number;
  /** Whether it lies beyond what the twin was fitted to. */
  readonly isOutside: boolean;
  /** Steps of the judged drives. */
  readonly steps: number;
  /** Share of the steps of the fit's recording; null where that is not known. */
  readonly recordedShare: number | null;
  /** Mean of |mu1 - mu2| and what sampling alone would give; null without steps. */
  readonly mean: { readonly error: number; readonly floor: number } | null;
  /** The same of |sigma1 - sigma2|. */
  readonly std: { readonly error: number; readonly floor: number } | null;
}

/** The range of one input. */
export interface DriveRange {
  /** Name of the input, and its unit. */
  readonly input: string;
  readonly unit: string;
  /** Share of the judged steps beyond what was recorded. */
  readonly outsideShare: number;
  readonly bins: readonly DriveBin[];
}

/** Inputs as a twin knows them, and the drives under which it was judged. */
export interface DrivenRange {
  /** [sequences, time, inputs]. */
  readonly drive: HostArray;
  readonly inputs: readonly { readonly name: string; readonly unit: string }[];
  /** Recorded range of each input. */
  readonly limits: readonly { readonly min: number; readonly max: number }[];
  /** Drives of the fit's recording, each [sequences, time, inputs]. */
  readonly recorded?: readonly HostArray[];
}

/** Parts of the recorded range; beyond it there are as many of the same width as are needed. */
const INSIDE_BINS = 12;
const MOST_BEYOND = 12;

/**
 * Errors along the range of each drive, by the drive held during a step.
 *
 * The floors are those of Gaussian noise: sqrt(2/pi) times the standard error of the difference.
 *
 * @param moments  Means and standard deviations over repeats, [sequences, time, observables].
 * @param scale    Per observable.
 */
export function driveRanges(
  { drive, inputs, limits, recorded }: DrivenRange,
  moments: BothSides<RepeatMoments>,
  scale: ArrayLike<number>,
  counts: RepeatCounts,
): DriveRange[] {
  return inputs.map(({ name, unit }, i) => {
    const driven = columnOf(drive, i);
    const edges = edgesOf(driven, limits[i]);
    const before = recorded?.flatMap((each) => Array.from(columnOf(each, i)));
    const members = edges.slice(1).map((): number[] => []);
    driven.forEach((value, step) => {
      members[binOf(value, edges)].push(step);
    });
    const recordedCounts = new Float64Array(members.length);
    for (const value of before ?? []) {
      if (value >= edges[0] && value <= edges[edges.length - 1])
        recordedCounts[binOf(value, edges)]++;
    }
    const bins = members.map((steps, bin): DriveBin => {
      const [low, high] = [edges[bin], edges[bin + 1]];
      const middle = (low + high) / 2;
      return {
        ...{ low, high, steps: steps.length },
        isOutside: middle < limits[i].min || middle > limits[i].max,
        recordedShare: before ? recordedCounts[bin] / before.length : null,
        ...errorsAt(steps, moments, scale, counts),
      };
    });
    const beyond = bins.reduce((sum, bin) => sum + (bin.isOutside ? bin.steps : 0), 0);
    return { input: name, unit, outsideShare: beyond / driven.length, bins };
  });
}

function columnOf({ shape, data }: HostArray, input: number): Float64Array {
  const inputs = shape[2];
  return Float64Array.from({ length: data.length / inputs }, (_, i) => data[i * inputs + input]);
}

/** The recorded range in equal parts, and parts of that width on either side down to the last drive. */
function edgesOf(driven: Float64Array, { min, max }: { min: number; max: number }): number[] {
  const width = (max - min) / INSIDE_BINS || 1;
  const low = driven.reduce((a, b) => Math.min(a, b), min);
  const high = driven.reduce((a, b) => Math.max(a, b), max);
  const partsBelow = Math.min(MOST_BEYOND, Math.ceil((min - low) / width - 1e-9));
  const partsAbove = Math.min(MOST_BEYOND, Math.ceil((high - max) / width - 1e-9));
  const count = partsBelow + (max > min ? INSIDE_BINS : 1) + partsAbove;
  return Array.from({ length: count + 1 }, (_, k) => min + (k - partsBelow) * width);
}

/** The last bin that begins at or below a value; the outermost ones take what lies beyond. */
function binOf(value: number, edges: readonly number[]): number {
  let bin = 0;
  while (bin < edges.length - 2 && value >= edges[bin + 1]) bin++;
  return bin;
}

function errorsAt(
  steps: readonly number[],
  { device, twin }: BothSides<RepeatMoments>,
  scale: ArrayLike<number>,
  { repeatsDevice, repeatsTwin }: RepeatCounts,
): Pick<DriveBin, "mean" | "std"> {
  if (steps.length === 0) return { mean: null, std: null };
  const observables = device.mean.shape[2];
  const ofMean = Math.sqrt((2 / Math.PI) * (1 / repeatsDevice + 1 / repeatsTwin));
  const ofStd = Math.sqrt((1 / (repeatsDevice - 1) + 1 / (repeatsTwin - 1)) / Math.PI);
  const sums = { mean: 0, std: 0, noise: 0 };
  for (const step of steps) {
    for (let x = 0; x < observables; x++) {
      const at = step * observables + x;
      sums.mean += Math.abs(device.mean.data[at] - twin.mean.data[at]) / scale[x];
      sums.std += Math.abs(device.sd.data[at] - twin.sd.data[at]) / scale[x];
      sums.noise += device.sd.data[at] / scale[x];
    }
  }
  const count = steps.length * observables;
  return {
    mean: { error: sums.mean / count, floor: (ofMean * sums.noise) / count },
    std: { error: sums.std / count, floor: (ofStd * sums.noise) / count },
  };
}
