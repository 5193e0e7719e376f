// Where in the range of each drive a twin can be trusted: how many steps of the judged drives lie in
// each part of the range, how many of the recorded ones, and how the errors go along it.
import { type HostArray, mean } from "../base/index.ts";
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
    const bins = binsOf(driven, limits[i]);
    const members = bins.map((): number[] => []);
    driven.forEach((value, step) => {
      members[bins.findIndex(({ holds }) => holds(value))].push(step);
    });
    const before = recorded?.flatMap((each) => Array.from(columnOf(each, i)));
    return {
      ...{ input: name, unit },
      outsideShare: mean(driven.map((value) => (isWithin(value, limits[i]) ? 0 : 1))),
      bins: bins.map(
        ({ low, high, isOutside, holds }, bin): DriveBin => ({
          ...{ low, high, isOutside, steps: members[bin].length },
          recordedShare: before ? before.filter(holds).length / before.length : null,
          ...errorsAt(members[bin], moments, scale, counts),
        }),
      ),
    };
  });
}

function columnOf({ shape, data }: HostArray, input: number): Float64Array {
  const inputs = shape[2];
  return Float64Array.from({ length: data.length / inputs }, (_, i) => data[i * inputs + input]);
}

interface Limits {
  readonly min: number;
  readonly max: number;
}

const isWithin = (value: number, { min, max }: Limits): boolean => value >= min && value <= max;

/** A part of the range and whether it holds a value. */
interface Bin extends Pick<DriveBin, "low" | "high" | "isOutside"> {
  readonly holds: (value: number) => boolean;
}

/** The recorded range in equal parts, and parts of that width on either side up to the last drive. */
function binsOf(driven: Float64Array, limits: Limits): Bin[] {
  const { min, max } = limits;
  const inside = max > min ? INSIDE_BINS : 1;
  const width = max > min ? (max - min) / INSIDE_BINS : 1;
  const low = driven.reduce((a, b) => Math.min(a, b), min);
  const high = driven.reduce((a, b) => Math.max(a, b), max);
  const below = Math.min(MOST_BEYOND, Math.ceil((min - low) / width));
  const above = Math.min(MOST_BEYOND, Math.ceil((high - max) / width));
  const placeOf = (value: number): number => {
    const place = Math.floor((value - min) / width);
    // The ends of the range belong to it; the outermost parts take what lies beyond.
    if (isWithin(value, limits)) return Math.min(Math.max(place, 0), inside - 1);
    return value > max
      ? Math.min(Math.max(place, inside), inside + above - 1)
      : Math.max(Math.min(place, -1), -below);
  };
  return Array.from({ length: below + inside + above }, (_, i): Bin => {
    const place = i - below;
    return {
      ...{ low: min + place * width, high: min + (place + 1) * width },
      isOutside: place < 0 || place >= inside,
      holds: (value) => placeOf(value) === place,
    };
  });
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
