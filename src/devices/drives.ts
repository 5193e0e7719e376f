// Drives [sequences, time, inputs] of a few families, in device units, from seeded draws.
import { createArray, type Generator, type HostArray, sliceFirst } from "../base/index.ts";

/** Lowest and highest value of one input. */
export type Extent = readonly [number, number];

/** How a drive moves within its range. */
export type DriveFamily =
  /** Levels uniform over the range; sequence n holds each for `holds[n mod length]` steps. */
  | { readonly family: "levels"; readonly holds: readonly number[] }
  /** `count` sines of equal amplitude, log-uniform periods in steps, phases uniform. */
  | { readonly family: "sines"; readonly count: number; readonly periods: Extent }
  /** Normal about the middle of the range, sd `spread` of its width, clipped to it. */
  | { readonly family: "noise"; readonly spread: number }
  /** Constant, sequence by sequence from the lowest to the highest level. */
  | { readonly family: "ladder" };

/** What a drive is drawn for. */
export interface DriveSize {
  readonly sequences: number;
  /** Samples of a sequence. */
  readonly time: number;
  /** One for each input. */
  readonly range: readonly Extent[];
  /** Samples for which a value is held at least; hold lengths and periods count in these. */
  readonly samplesPerStep: number;
}

/**
 * Draw the drives of a family. All inputs change at the same samples, each to its own value.
 *
 * @returns  [sequences, time, inputs], device units, within the range.
 */
export function drawDrive(family: DriveFamily, size: DriveSize, generator: Generator): HostArray {
  const { sequences, time, range } = size;
  const drive = createArray([sequences, time, range.length]);
  const row = new Float64Array(range.length);
  for (let n = 0; n < sequences; n++) {
    const { hold, next } = sequenceOf(family, size, n, generator);
    const { data } = sliceFirst(drive, n);
    for (let t = 0; t < time; t++) {
      if (t % hold === 0) next(row, t);
      data.set(row, t * range.length);
    }
  }
  return drive;
}

interface Sequence {
  /** Samples between two values. */
  readonly hold: number;
  /** Fills one value for each input, in force from sample t on. */
  readonly next: (row: Float64Array, t: number) => void;
}

function sequenceOf(
  family: DriveFamily,
  { range, sequences, samplesPerStep }: DriveSize,
  n: number,
  generator: Generator,
): Sequence {
  const each = (row: Float64Array, value: (extent: Extent, input: number) => number): void =>
    range.forEach((extent, i) => {
      row[i] = value(extent, i);
    });
  switch (family.family) {
    case "levels":
      return {
        hold: family.holds[n % family.holds.length] * samplesPerStep,
        next: (row) => each(row, ([low, high]) => low + (high - low) * generator.uniform()),
      };
    case "noise":
      return {
        hold: samplesPerStep,
        next: (row) => each(row, (extent) => clippedNormal(extent, family.spread, generator)),
      };
    case "ladder": {
      const fraction = sequences > 1 ? n / (sequences - 1) : 0;
      const fill = (row: Float64Array): void =>
        each(row, ([low, high]) => low + (high - low) * fraction);
      return { hold: samplesPerStep, next: fill };
    }
    case "sines": {
      const mixtures = range.map(() => drawMixture(family, generator));
      const at = (input: number, t: number): number => mixtures[input](t / samplesPerStep);
      return {
        hold: samplesPerStep,
        next: (row, t) =>
          each(row, ([low, high], i) => (low + high) / 2 + ((high - low) / 2) * at(i, t)),
      };
    }
    default:
      return family satisfies never;
  }
}

function clippedNormal([low, high]: Extent, spread: number, generator: Generator): number {
  const value = (low + high) / 2 + (high - low) * spread * generator.normal();
  return Math.min(high, Math.max(low, value));
}

// (1/K) sum_k sin(2 pi t / T_k + phi_k), which stays within -1 and 1.
function drawMixture(
  { count, periods }: Extract<DriveFamily, { family: "sines" }>,
  generator: Generator,
): (t: number) => number {
  const [shortest, longest] = periods;
  const rates = Float64Array.from({ length: count }, () => {
    return (2 * Math.PI) / (shortest * (longest / shortest) ** generator.uniform());
  });
  const phases = rates.map(() => 2 * Math.PI * generator.uniform());
  return (t) => rates.reduce((sum, rate, k) => sum + Math.sin(rate * t + phases[k]), 0) / count;
}

/** Where a drive was slowed down, and why. */
export interface SlewNote {
  readonly input: string;
  /** Samples whose value was changed. */
  readonly changed: number;
  /** The first of them. */
  readonly first: { readonly sequence: number; readonly sample: number };
  /** Steepest change that was asked for and that the input allows, units per second. */
  readonly asked: number;
  readonly allowed: number;
}

/**
 * Let no input change faster than it may: each value goes as far towards the wanted one as
 * `maxSlew dt` allows within a hold of `samplesPerStep` samples. In place.
 *
 * @param drive  [sequences, time, inputs]. The first value of a sequence is reached at its reset.
 * @returns      One note for every input that had to be slowed down.
 */
export function limitSlew(
  drive: HostArray,
  device: {
    readonly inputs: readonly { readonly name: string; readonly maxSlew?: number }[];
    readonly dt: number;
    readonly samplesPerStep: number;
  },
): SlewNote[] {
  return device.inputs.flatMap(({ name, maxSlew }, input) => {
    if (maxSlew === undefined) return [];
    const note = limitInput(drive, input, maxSlew * device.dt, device.samplesPerStep);
    const asked = note.steepest / device.dt;
    const { changed, first } = note;
    return first ? [{ input: name, changed, first, asked, allowed: maxSlew }] : [];
  });
}

function limitInput(drive: HostArray, input: number, limit: number, hold: number) {
  const [sequences, time, inputs] = drive.shape;
  // Rounding of range / dt * dt is no slew.
  const allowed = limit * (1 + 1e-9);
  let [changed, steepest] = [0, 0];
  let first: SlewNote["first"] | undefined;
  for (let n = 0; n < sequences; n++) {
    const { data } = sliceFirst(drive, n);
    let [before, value] = [data[input], data[input]];
    for (let t = 1; t < time; t++) {
      const wanted = data[t * inputs + input];
      const isHeld = wanted === before && t % hold !== 0;
      if (!isHeld) {
        const change = wanted - value;
        value = Math.abs(change) > allowed ? value + Math.sign(change) * limit : wanted;
      }
      steepest = Math.max(steepest, Math.abs(wanted - before));
      before = wanted;
      if (value === wanted) continue;
      data[t * inputs + input] = value;
      first ??= { sequence: n, sample: t };
      changed++;
    }
  }
  return { changed, steepest, first };
}
