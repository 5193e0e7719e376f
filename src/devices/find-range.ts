import {
  createArray,
  createGenerator,
  fault,
  type HostArray,
  mean,
  type Stream,
  standardDeviation,
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
  /** What tells the levels apart best, mean over repeats. */
  readonly response: number;
  readonly isActive: boolean;
}

/** The evidence for the range of one input. */
export interface SweptInput {
  readonly input: string;
  readonly unit: string;
  /** What is shown: "mean of x" or "sd of x", over the second half of a run. */
  readonly shown: string;
  readonly levels: readonly SweptLevel[];
  /** Its standard deviation across levels, and over repeats at a level. */
  readonly acrossLevels: number;
  readonly overRepeats: number;
  /** Where the device is active, device units. */
  readonly range: Extent;
}

/** Least variance across levels over what repeats explain, F, of a device that answers at all. */
const leastRatio = 4;
/** An end of the range is quiet where responses stay within this share of their whole span. */
const quietShare = 0.05;

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
 * Each run gives two features of every observable: its mean and its standard deviation over time.
 * The device answers if the variance of a feature across levels is at least 4 times what its noise
 * over repeats explains (with 13 levels of 5 repeats, noise alone does it once in about 6,000
 * features). Ends of the safe range where all such features stay within 5 % of their span are quiet
 * and left out; strong noise hides them, and the range stays wide.
 *
 * @returns  The evidence, one entry for each input.
 * @throws   `bad-value` if an input moves nothing; what `measureRuns` throws.
 */
export async function findRange(device: Device, options: FindRangeOptions): Promise<SweptInput[]> {
  const description = await device.describe(options.signal);
  const swept: SweptInput[] = [];
  for (let input = 0; input < description.inputs.length; input++) {
    const features = await sweep(device, description, input, options);
    swept.push(judge(description, input, features, sizeOfSweep(description, options).levels));
  }
  await device.stop();
  return swept;
}

const levelAt = ({ min, max }: DeviceInput, fraction: number): number =>
  min + (max - min) * fraction;

/** Features of every run, [levels, repeats, features]: all means, then all standard deviations. */
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
  const width = 2 * observables.length;
  const features = createArray([levels, repeats, width]);
  const first = input * levels * repeats;
  await measureRuns(
    device,
    { parts: [{ name: "sweep", drive, repeats, order }] },
    {
      signal: options.signal,
      onRun: ({ run, sequence, repeat, response }) => {
        features.data.set(featuresOf(response), (sequence * repeats + repeat) * width);
        options.onProgress?.({ done: first + run + 1, total: runs });
      },
    },
  );
  return features;
}

function featuresOf({ shape: [time, observables], data }: HostArray): Float64Array {
  const features = new Float64Array(2 * observables);
  const from = Math.floor(time / 2);
  for (let x = 0; x < observables; x++) {
    const late = Float64Array.from({ length: time - from }, (_, i) => {
      return data[(from + i) * observables + x];
    });
    features[x] = mean(late);
    features[observables + x] = standardDeviation(late, 0);
  }
  return features;
}

interface Answer {
  /** Mean over repeats at each level. */
  readonly means: Float64Array;
  /** Over repeats of one level, pooled over levels. */
  readonly deviation: number;
  /** F: variance across levels over that of a level's mean. */
  readonly ratio: number;
}

function answerOf({ shape, data }: HostArray, feature: number): Answer {
  const [levels, repeats, features] = shape;
  const means = new Float64Array(levels);
  let squares = 0;
  for (let n = 0; n < levels; n++) {
    const at = (r: number): number => data[(n * repeats + r) * features + feature];
    for (let r = 0; r < repeats; r++) means[n] += at(r) / repeats;
    for (let r = 0; r < repeats; r++) squares += (at(r) - means[n]) ** 2;
  }
  const deviation = Math.sqrt(squares / (levels * (repeats - 1)));
  const across = standardDeviation(means);
  // Without any noise every change is an answer, and no change is none.
  const ratio = across === 0 ? 0 : (repeats * across ** 2) / deviation ** 2;
  return { means, deviation, ratio };
}

/** Levels from one end on that are quiet: their number, less one. */
function quietFrom(means: Float64Array, isFromTop: boolean): number {
  const ordered = isFromTop ? means.toReversed() : means;
  const tolerance = quietShare * (Math.max(...means) - Math.min(...means));
  let [low, high] = [ordered[0], ordered[0]];
  let last = 0;
  while (last < ordered.length - 1) {
    [low, high] = [Math.min(low, ordered[last + 1]), Math.max(high, ordered[last + 1])];
    if (high - low > tolerance) break;
    last++;
  }
  return last;
}

function judge(
  { inputs, observables }: DeviceDescription,
  input: number,
  runs: HostArray,
  levels: number,
): SweptInput {
  const { name, unit } = inputs[input];
  const answers = Array.from({ length: runs.shape[2] }, (_, feature) => answerOf(runs, feature));
  const answering = answers.filter(({ ratio }) => ratio >= leastRatio);
  const best = answers.reduce((most, answer) => (answer.ratio > most.ratio ? answer : most));
  if (answering.length === 0) throw nothingActive(inputs[input], best.ratio);
  const quiet = (isFromTop: boolean): number =>
    answering.reduce((least, one) => Math.min(least, quietFrom(one.means, isFromTop)), levels);
  const [first, last] = [quiet(false), levels - 1 - quiet(true)];
  const at = (n: number): number => levelAt(inputs[input], n / (levels - 1));
  return {
    ...{ input: name, unit, shown: nameOf(answers.indexOf(best), observables) },
    levels: Array.from(best.means, (response, n) => {
      return { level: at(n), response, isActive: n >= first && n <= last };
    }),
    acrossLevels: standardDeviation(best.means),
    overRepeats: best.deviation,
    range: [at(first), at(last)],
  };
}

const nameOf = (feature: number, observables: DeviceDescription["observables"]): string =>
  `${feature < observables.length ? "mean" : "sd"} of ${observables[feature % observables.length].name}`;

const nothingActive = ({ name, unit, min, max }: DeviceInput, ratio: number): Error =>
  fault("bad-value", {
    where: "findRange",
    what: `the device does not answer to levels of '${name}' anywhere in its safe range`,
    got: `${ratio.toPrecision(2)} times the variance that noise explains, ${min} to ${max} ${unit}`,
    expected: `at least ${leastRatio}`,
    fix: "Check that the input is connected, or give the range yourself",
  });
