import {
  createArray,
  createGenerator,
  fault,
  type HostArray,
  type Stream,
  standardDeviation,
  studentTQuantile,
} from "../base/index.ts";
import type { Device, DeviceDescription, DeviceInput } from "./device.ts";
import type { Extent } from "./drives.ts";
import { measureRuns } from "./recorder.ts";
import { shuffleRounds } from "./schedule.ts";

/** Options of {@link findRange}. */
export interface FindRangeOptions {
  /** Decides the order in which levels are measured. */
  readonly stream: Stream;
  /** Levels from the lowest to the highest safe value of each input. Default 13. */
  readonly levels?: number;
  /** Runs at each level. Default 5. */
  readonly repeats?: number;
  /** Samples of a run; its second half counts. Default 40 times the samples per step. */
  readonly steps?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What a sweep saw at one level of one input. */
export interface SweptLevel {
  /** Device units. */
  readonly level: number;
  /** Time mean of the observable that tells this input's levels apart best, mean over repeats. */
  readonly response: number;
  /** Change to the next level, in standard errors of that change; none at the last level. */
  readonly change?: number;
  /** That change is beyond the noise of the repeats, and not small beside the largest one. */
  readonly isActive: boolean;
}

/** The evidence for the range of one input. */
export interface SweptInput {
  readonly input: string;
  readonly unit: string;
  /** The observable shown. */
  readonly observable: string;
  readonly levels: readonly SweptLevel[];
  /** Standard deviation across levels, and over repeats at a level, of the time mean. */
  readonly acrossLevels: number;
  readonly overRepeats: number;
  /** Where the device is active, device units. */
  readonly range: Extent;
}

/** A change counts if it is at least this share of the largest one of the observable. */
const leastShare = 0.05;
/** Chance that noise alone makes one of all changes of an input count. */
const falseAlarm = 0.01;

/** Levels, repeats and samples of a sweep, and what it takes in all. */
export function sizeOfSweep(
  { inputs, samplesPerStep }: DeviceDescription,
  options: Omit<FindRangeOptions, "stream"> = {},
): { levels: number; repeats: number; steps: number; runs: number } {
  const { levels = 13, repeats = 5, steps = 40 * samplesPerStep } = options;
  return { levels, repeats, steps, runs: inputs.length * levels * repeats };
}

/**
 * Find where a device answers to each of its inputs: a quick sweep of constant drives through the
 * safe range, the other inputs in the middle of theirs.
 *
 * Two neighbouring levels differ where the time means of an observable differ beyond the noise of
 * the repeats (t test, corrected for all levels and observables) and by 5 % or more of the largest
 * such difference. The active range is from the lowest to the highest of these levels.
 *
 * @returns  The evidence, one entry for each input.
 * @throws   `bad-value` if an input moves nothing; what `measureRuns` throws.
 */
export async function findRange(device: Device, options: FindRangeOptions): Promise<SweptInput[]> {
  const description = await device.describe(options.signal);
  const swept: SweptInput[] = [];
  for (let input = 0; input < description.inputs.length; input++) {
    const means = await sweep(device, description, input, options);
    swept.push(judge(description, input, means, sizeOfSweep(description, options)));
  }
  await device.stop();
  return swept;
}

const levelAt = ({ min, max }: DeviceInput, fraction: number): number =>
  min + (max - min) * fraction;

/** Time means of the second half of every run, [levels, repeats, observables]. */
async function sweep(
  device: Device,
  description: DeviceDescription,
  input: number,
  options: FindRangeOptions,
): Promise<HostArray> {
  const { inputs, observables } = description;
  const { levels, repeats, steps, runs } = sizeOfSweep(description, options);
  const drive = createArray([levels, steps, inputs.length]);
  for (let i = 0; i < drive.data.length; i++) {
    const [of, fraction] = [
      i % inputs.length,
      Math.floor(i / inputs.length / steps) / (levels - 1),
    ];
    drive.data[i] = levelAt(inputs[of], of === input ? fraction : 0.5);
  }
  const order = shuffleRounds(levels, repeats, createGenerator(options.stream));
  const means = createArray([levels, repeats, observables.length]);
  const first = input * levels * repeats;
  await measureRuns(
    device,
    { parts: [{ name: "sweep", drive, repeats, order }] },
    {
      signal: options.signal,
      onRun: ({ run, sequence, repeat, response }) => {
        const at = (sequence * repeats + repeat) * observables.length;
        for (let x = 0; x < observables.length; x++) means.data[at + x] = lateMean(response, x);
        options.onProgress?.({ done: first + run + 1, total: runs });
      },
    },
  );
  return means;
}

function lateMean({ shape: [time, observables], data }: HostArray, observable: number): number {
  const from = Math.floor(time / 2);
  let sum = 0;
  for (let t = from; t < time; t++) sum += data[t * observables + observable];
  return sum / (time - from);
}

interface Levels {
  /** Mean over repeats at each level. */
  readonly means: Float64Array;
  /** Pooled over levels, of one run. */
  readonly deviation: number;
}

function levelsOf({ shape, data }: HostArray, observable: number): Levels {
  const [levels, repeats, observables] = shape;
  const means = new Float64Array(levels);
  let squares = 0;
  for (let n = 0; n < levels; n++) {
    const at = (r: number): number => data[(n * repeats + r) * observables + observable];
    for (let r = 0; r < repeats; r++) means[n] += at(r) / repeats;
    for (let r = 0; r < repeats; r++) squares += (at(r) - means[n]) ** 2;
  }
  return { means, deviation: Math.sqrt(squares / (levels * (repeats - 1))) };
}

function judge(
  { inputs, observables }: DeviceDescription,
  input: number,
  runs: HostArray,
  { levels, repeats }: { readonly levels: number; readonly repeats: number },
): SweptInput {
  const tests = 2 * (levels - 1) * observables.length;
  const threshold = studentTQuantile(1 - falseAlarm / tests, levels * (repeats - 1));
  const each = observables.map((_, x) => {
    const { means, deviation } = levelsOf(runs, x);
    const standardError = deviation * Math.sqrt(2 / repeats);
    const changes = means.slice(1).map((mean, n) => Math.abs(mean - means[n]));
    const largest = changes.reduce((most, change) => Math.max(most, change), 0);
    const isActive = Array.from(changes, (change) => {
      return change > threshold * standardError && change >= leastShare * largest;
    });
    return {
      means,
      deviation,
      isActive,
      ratios: changes.map((c) => c / (standardError || 1e-300)),
    };
  });
  const isActive = each[0].isActive.map((_, n) => each.some((one) => one.isActive[n]));
  const strength = each.map(({ ratios }) =>
    ratios.reduce((most, ratio) => Math.max(most, ratio), 0),
  );
  const shown = strength.reduce((best, value, x) => (value > strength[best] ? x : best), 0);
  const { name, unit } = inputs[input];
  const first = isActive.indexOf(true);
  const last = isActive.lastIndexOf(true) + 1;
  if (first < 0) throw nothingActive(inputs[input], Math.max(...strength), threshold);
  const at = (n: number): number => levelAt(inputs[input], n / (levels - 1));
  const { means, deviation, ratios } = each[shown];
  return {
    ...{ input: name, unit, observable: observables[shown].name },
    levels: Array.from(means, (response, n) => ({
      level: at(n),
      response,
      ...(n < levels - 1 ? { change: ratios[n] } : {}),
      isActive: isActive[n] ?? false,
    })),
    acrossLevels: standardDeviation(means),
    overRepeats: deviation,
    range: [at(first), at(last)],
  };
}

const nothingActive = (
  { name, unit, min, max }: DeviceInput,
  strongest: number,
  threshold: number,
): Error =>
  fault("bad-value", {
    where: "findRange",
    what: `the device does not answer to constant levels of '${name}' anywhere in its safe range`,
    got: `at most ${strongest.toPrecision(2)} standard errors from one level to the next, ${min} to ${max} ${unit}`,
    expected: `more than ${threshold.toPrecision(2)}`,
    fix: "Check that the input is connected, or give the range yourself",
  });
