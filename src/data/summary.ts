import { mean, standardDeviation } from "../base/index.ts";
import {
  channelCorrelation,
  type LagCorrelation,
  lagCorrelation,
  noiseCorrelation,
} from "./correlation.ts";
import { type Recording, type RecordingPart, sizeOfPart } from "./recording.ts";
import { noiseDeviation, type SlowChange, slowChange, validSamples } from "./samples.ts";
import { warningsOf } from "./summary-warnings.ts";

/** Range of what an input was driven with, in its unit. */
export interface InputSummary {
  readonly name: string;
  readonly unit: string;
  readonly lowest: number;
  readonly highest: number;
  /** Distinct values, counted as far as 1024. */
  readonly levels: number;
}

/** What one observable did over the valid steps of a part, in its unit. */
export interface ObservableSummary {
  readonly name: string;
  readonly unit: string;
  readonly mean: number;
  readonly sd: number;
  readonly lowest: number;
  readonly highest: number;
  /** Root mean square over sequences and time of the sd over repeats; absent with one repeat. */
  readonly noiseSd?: number;
  readonly constant: boolean;
  /** Share of the samples that repeat the lowest value exactly. */
  readonly shareAtLowest: number;
  /** Share of the samples that repeat the highest value exactly. */
  readonly shareAtHighest: number;
  /** Trend of the repeats in the order of acquisition; absent with one repeat. */
  readonly slowChange?: SlowChange;
  /** Of the noise with itself, some steps later; absent with one repeat. */
  readonly lagCorrelation?: readonly LagCorrelation[];
  /** Smallest difference between two values, where there are fewer than 1024: steps of an ADC. */
  readonly resolution?: number;
}

/** One part in numbers. */
export interface PartSummary {
  readonly name: string;
  readonly sequences: number;
  readonly repeats: number;
  /** Steps of the longest sequence. */
  readonly time: number;
  readonly inputs: readonly InputSummary[];
  readonly observables: readonly ObservableSummary[];
  /** Between channels, in their order, where there are several of a kind. */
  readonly correlation: {
    readonly inputs?: readonly (readonly number[])[];
    readonly observables?: readonly (readonly number[])[];
    /** Between deviations from the mean over repeats. */
    readonly noise?: readonly (readonly number[])[];
  };
}

/** A recording in numbers, and what a twin fitted to it could not know. Plain JSON. */
export interface RecordingSummary {
  /** Sampling step, s. */
  readonly dt: number;
  readonly carrierPeriod?: number;
  readonly parts: readonly PartSummary[];
  readonly warnings: readonly string[];
}

/** Distinct values beyond which a channel is taken for a continuous one. */
const manyLevels = 1024;

/**
 * Describe a recording: sizes, ranges, noise over repeats, and warnings in plain words.
 *
 * @param recording  One that `checkRecording` accepts.
 */
export function describeRecording(recording: Recording): RecordingSummary {
  const { dt, carrierPeriod, parts } = recording;
  const summaries = parts.map((part) => describePart(part, recording));
  return {
    dt,
    ...(carrierPeriod === undefined ? {} : { carrierPeriod }),
    parts: summaries,
    warnings: warningsOf(recording, summaries),
  };
}

function describePart(part: RecordingPart, recording: Recording): PartSummary {
  const { sequences, repeats, time } = sizeOfPart(part);
  const inputs = recording.inputs.map(({ name, unit }, input) => {
    const samples = validSamples(part, "drive", input);
    return { name, unit, ...rangeOf(samples), levels: levelsOf(samples).length };
  });
  const observables = recording.observables.map(({ name, unit }, observable) => {
    const samples = validSamples(part, "response", observable);
    const { lowest, highest } = rangeOf(samples);
    const constant = lowest === highest;
    return {
      ...{ name, unit, mean: mean(samples), lowest, highest, constant },
      sd: samples.length > 1 ? standardDeviation(samples) : 0,
      shareAtLowest: shareAt(samples, lowest),
      shareAtHighest: shareAt(samples, highest),
      ...(repeats < 2
        ? {}
        : {
            noiseSd: noiseDeviation(part, observable),
            slowChange: slowChange(part, observable),
            lagCorrelation: lagCorrelation(part, observable),
          }),
      ...resolutionOf(samples),
    };
  });
  const correlation = {
    ...(inputs.length > 1 ? { inputs: channelCorrelation(part, "drive") } : {}),
    ...(observables.length > 1 ? { observables: channelCorrelation(part, "response") } : {}),
    ...(observables.length > 1 && repeats > 1 ? { noise: noiseCorrelation(part) } : {}),
  };
  return { name: part.name, sequences, repeats, time, inputs, observables, correlation };
}

/** Distinct values, rising; as many as {@link manyLevels} of them at most. */
function levelsOf(samples: Float64Array): Float64Array {
  const levels = new Set<number>();
  for (const value of samples) {
    levels.add(value);
    if (levels.size >= manyLevels) break;
  }
  return Float64Array.from(levels).sort();
}

function resolutionOf(samples: Float64Array): { resolution?: number } {
  const levels = levelsOf(samples);
  // Few samples are all different, whatever measured them.
  if (levels.length < 2 || levels.length >= manyLevels || 4 * levels.length > samples.length) {
    return {};
  }
  let least = Infinity;
  for (let i = 1; i < levels.length; i++) least = Math.min(least, levels[i] - levels[i - 1]);
  return { resolution: least };
}

function rangeOf(samples: Float64Array): { lowest: number; highest: number } {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const value of samples) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  return { lowest, highest };
}

/** Share of the samples that repeat a value which at least one of them has. */
function shareAt(samples: Float64Array, value: number): number {
  let count = 0;
  for (const sample of samples) if (sample === value) count++;
  return samples.length > 1 ? (count - 1) / (samples.length - 1) : 1;
}
