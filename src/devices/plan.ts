import { childStream, createGenerator, fault, type HostArray, type Stream } from "../base/index.ts";
import type { DeviceDescription } from "./device.ts";
import { type DriveFamily, drawDrive, type Extent } from "./drives.ts";
import { formatValue, listRule, numberRule, type OptionRules, readOptions } from "./options.ts";

/** Drives to apply, each `repeats` times from a reset. */
export interface PlannedPart {
  readonly name: string;
  /** [sequences, time, inputs], one row per sampling step, device units. */
  readonly drive: HostArray;
  readonly repeats: number;
  /**
   * Samples driven before each sequence, after the reset, at its first value; measured, and left out
   * of the recording. Default 0.
   */
  readonly warmUp?: number;
  /**
   * Runs in the order in which they are measured: sequence times `repeats` plus repeat, each once.
   * Default: every sequence once, in order, then all again.
   */
  readonly order?: Int32Array;
}

/** When a device is reset: before every run, never, or before every n-th run, from the first. */
export type ResetPolicy = "before-every" | "never" | number;

/** What to measure, before it is measured. */
export interface RecordingPlan {
  readonly parts: readonly PlannedPart[];
  /** Default before every run, where the device can be reset. Runs count over all parts. */
  readonly reset?: ResetPolicy;
  /** How the drives were chosen, as plain JSON; kept in the recording. */
  readonly protocol?: Readonly<Record<string, unknown>>;
  /** Seed of the drives, where whoever planned gives it. */
  readonly seed?: number;
}

/** Options of {@link createStandardPlan}. */
export interface StandardPlanOptions {
  /** Sequences of `drive_set`, measured once. Default 100; 0 leaves the part out. */
  readonly sequences?: number;
  /** Length of every sequence, samples. Default 100 times the samples per step. */
  readonly steps?: number;
  /** Sequences of `repeat_set`. Default 10; 0 leaves the part out. */
  readonly repeatSequences?: number;
  /** Repeats of each sequence of `repeat_set`. Default 50. */
  readonly repeats?: number;
  /** Constant drives of `ladder`. Default 8; 0 leaves the part out. */
  readonly ladderLevels?: number;
  /** Repeats of each constant drive. Default 10. */
  readonly ladderRepeats?: number;
  /** How long a level is held, in samples per step; sequences take turns. Default [1, 5]. */
  readonly holds?: readonly number[];
  /** Active range, one [lowest, highest] for each input. Default the declared range. */
  readonly range?: readonly (readonly [number, number])[];
}

const count = (initial: number, min: number, meaning: string) =>
  numberRule(initial, { min, max: 1e6, integer: true }, meaning);

function planRules(description: DeviceDescription): OptionRules<StandardPlanOptions> {
  const { inputs, samplesPerStep } = description;
  const isExtent = (value: unknown): boolean =>
    Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
  return {
    sequences: count(100, 0, "different drives, each measured once"),
    steps: count(100 * samplesPerStep, 1, "length of every sequence, samples"),
    repeatSequences: count(10, 0, "drives measured many times"),
    repeats: count(50, 1, "repeats of each of these"),
    ladderLevels: count(8, 0, "constant drives from lowest to highest"),
    ladderRepeats: count(10, 1, "repeats of each constant drive"),
    holds: listRule<number>(
      [1, 5],
      (value) => Number.isInteger(value) && Number(value) >= 1,
      "a list of whole numbers of at least 1",
      "how long a level is held, in units of the samples per step",
    ),
    range: listRule<Extent>(
      inputs.map(({ min, max }): Extent => [min, max]),
      isExtent,
      "a list of one [lowest, highest] for each input",
      "active range of each input",
    ),
  };
}

/**
 * Plan a recording with the three standard parts.
 *
 * `drive_set`: many random piecewise-constant drives, once each, for the drift; `repeat_set`: fewer
 * such drives, many times each, for the noise; `ladder`: constant drives, lowest to highest, to read
 * noise against input by eye. Levels are uniform over the active range, all inputs change together.
 *
 * @param description  Of the device to be recorded.
 * @param options      Sizes; every option has a default.
 * @param stream       Draws the drives; equal streams give equal plans.
 * @throws             `unknown-name`, `bad-value` or `shape-mismatch` for options that do not fit;
 *                     `out-of-range` if the active range leaves the declared one.
 */
export function createStandardPlan(
  description: DeviceDescription,
  options: StandardPlanOptions,
  stream: Stream,
): RecordingPlan {
  const checked = readOptions("createStandardPlan", planRules(description), options);
  const { sequences, steps, repeatSequences, ladderLevels, range } = checked;
  checkRange(description, range);
  const { samplesPerStep } = description;
  const draw = (name: string, count: number, family: DriveFamily): HostArray => {
    const size = { sequences: count, time: steps, range, samplesPerStep };
    return drawDrive(family, size, createGenerator(childStream(stream, name)));
  };
  const levels: DriveFamily = { family: "levels", holds: checked.holds };
  const parts: PlannedPart[] = [
    { name: "drive_set", drive: draw("drive_set", sequences, levels), repeats: 1 },
    {
      name: "repeat_set",
      drive: draw("repeat_set", repeatSequences, levels),
      repeats: checked.repeats,
    },
    {
      name: "ladder",
      drive: draw("ladder", ladderLevels, { family: "ladder" }),
      repeats: checked.ladderRepeats,
    },
  ];
  return {
    parts: parts.filter(({ drive }) => drive.shape[0] > 0),
    protocol: { plan: "standard", ...checked },
  };
}

function checkRange(description: DeviceDescription, range: readonly Extent[]): void {
  const { inputs } = description;
  if (range.length !== inputs.length) {
    throw fault("shape-mismatch", {
      where: "createStandardPlan",
      what: "the option 'range' does not fit the inputs",
      got: `${range.length} ranges, ${formatValue(range)}`,
      expected: `${inputs.length}, for ${inputs.map((input) => input.name).join(", ")}`,
      fix: "Give one [lowest, highest] for each input",
    });
  }
  range.forEach(([low, high], i) => {
    const { name, unit, min, max } = inputs[i];
    if (low >= min && low <= high && high <= max) return;
    throw fault("out-of-range", {
      where: "createStandardPlan",
      what: `the active range of '${name}' is not within the declared one`,
      got: `${low} to ${high} ${unit}`,
      expected: `lowest first, within ${min} to ${max} ${unit}`,
      fix: "Narrow the range, or leave it out for the declared one",
    });
  });
}
