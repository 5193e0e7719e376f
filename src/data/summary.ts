import { mean, standardDeviation } from "../base/index.ts";
import { type Channel, type Recording, type RecordingPart, sizeOfPart } from "./recording.ts";
import { noiseDeviation, type SlowChange, slowChange, validSamples } from "./samples.ts";

/** Range of what an input was driven with, in its unit. */
export interface InputSummary {
  readonly name: string;
  readonly unit: string;
  readonly lowest: number;
  readonly highest: number;
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
  /** Share of the samples that repeat the lowest or the highest value exactly. */
  readonly shareAtLimits: number;
  /** Trend of the repeats in the order of acquisition; absent with one repeat. */
  readonly slowChange?: SlowChange;
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
}

/** A recording in numbers, and what a twin fitted to it could not know. Plain JSON. */
export interface RecordingSummary {
  /** Sampling step, s. */
  readonly dt: number;
  readonly carrierPeriod?: number;
  readonly parts: readonly PartSummary[];
  readonly warnings: readonly string[];
}

const fewSequences = 5;
/** A saturated channel repeats its extreme value in more than this share of its samples. */
const saturatedShare = 0.05;
/** Standard errors beyond which a trend over repeats is reported, from ten degrees of freedom. */
const clearTrend = 5;

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
    warnings: [
      ...warnOfSizes(summaries),
      ...recording.inputs.flatMap((channel, i) => warnOfInput(channel, i, summaries)),
      ...recording.observables.flatMap((_, i) => warnOfObservable(i, summaries)),
    ],
  };
}

function describePart(part: RecordingPart, recording: Recording): PartSummary {
  const { sequences, repeats, time } = sizeOfPart(part);
  const inputs = recording.inputs.map(({ name, unit }, input) => {
    return { name, unit, ...rangeOf(validSamples(part, "drive", input)) };
  });
  const observables = recording.observables.map(({ name, unit }, observable) => {
    const samples = validSamples(part, "response", observable);
    const { lowest, highest } = rangeOf(samples);
    const constant = lowest === highest;
    return {
      ...{ name, unit, mean: mean(samples), lowest, highest, constant },
      sd: samples.length > 1 ? standardDeviation(samples) : 0,
      shareAtLimits: constant ? 1 : largestShareAt(samples, lowest, highest),
      ...(repeats < 2
        ? {}
        : {
            noiseSd: noiseDeviation(part, observable),
            slowChange: slowChange(part, observable),
          }),
    };
  });
  return { name: part.name, sequences, repeats, time, inputs, observables };
}

function rangeOf(samples: Float64Array): { lowest: number; highest: number } {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const value of samples) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  return { lowest, highest };
}

function largestShareAt(samples: Float64Array, lowest: number, highest: number): number {
  let [low, high] = [0, 0];
  for (const value of samples) {
    if (value === lowest) low++;
    if (value === highest) high++;
  }
  return (Math.max(low, high) - 1) / samples.length;
}

function warnOfSizes(parts: readonly PartSummary[]): string[] {
  const warnings: string[] = [];
  const sequences = parts.reduce((sum, part) => sum + part.sequences, 0);
  if (parts.every((part) => part.repeats === 1)) {
    warnings.push(
      "no part has repeats: noise can be learned only from the scatter about the drift, and not validated",
    );
  }
  if (sequences === 1) {
    warnings.push(
      "there is one sequence: the drift can be judged only on blocks of time, not on a drive that no fit has seen",
    );
  } else if (sequences < fewSequences) {
    warnings.push(
      `there are ${sequences} sequences, fewer than ${fewSequences}: too few to keep some aside for validation`,
    );
  }
  return warnings;
}

function warnOfInput(channel: Channel, input: number, parts: readonly PartSummary[]): string[] {
  const { name, unit, min = -Infinity, max = Infinity } = channel;
  const lowest = Math.min(...parts.map((part) => part.inputs[input].lowest));
  const highest = Math.max(...parts.map((part) => part.inputs[input].highest));
  const range = `${withUnit(lowest, unit)} to ${withUnit(highest, unit)}`;
  if (lowest === highest) {
    return [`input '${name}' is constant: what it does to the device cannot be learned`];
  }
  if (lowest >= min && highest <= max) return [];
  return [`input '${name}' leaves its safe range: driven from ${range}`];
}

function warnOfObservable(observable: number, parts: readonly PartSummary[]): string[] {
  const all = parts.map((part) => ({ part: part.name, ...part.observables[observable] }));
  const { name, lowest } = all[0];
  if (all.every((summary) => summary.constant && summary.lowest === lowest)) {
    return [`observable '${name}' is constant`];
  }
  return all.flatMap(({ part, unit, constant, shareAtLimits, slowChange: trend }) => {
    const warnings: string[] = [];
    if (!constant && shareAtLimits > saturatedShare) {
      const share = `${Math.round(100 * shareAtLimits)} %`;
      warnings.push(
        `observable '${name}' looks saturated in part '${part}': ${share} of its samples have exactly one extreme value`,
      );
    }
    if (trend && isClear(trend)) {
      const size = `${withUnit(trend.change, unit)} (standard error ${withUnit(trend.standardError, unit)})`;
      warnings.push(
        `observable '${name}' changes slowly over the repeats of part '${part}': by ${size} from the first to the last`,
      );
    }
    return warnings;
  });
}

function isClear({ change, standardError, degreesOfFreedom }: SlowChange): boolean {
  return degreesOfFreedom >= 10 && Math.abs(change) > clearTrend * standardError;
}

/** The summary as text for a terminal, one block per part, warnings last. */
export function formatSummary(summary: RecordingSummary): string {
  const { dt, carrierPeriod, parts, warnings } = summary;
  const carrier = carrierPeriod === undefined ? "" : `, carrier period ${carrierPeriod} samples`;
  const lines = [`sampling step ${short(dt)} s${carrier}`];
  for (const part of parts) {
    const duration = withUnit(part.time * dt, "s");
    lines.push(
      "",
      `${part.name}: ${count(part.sequences, "sequence")}, ${count(part.repeats, "repeat")}, ${count(part.time, "step")} (${duration})`,
      ...formatTable([
        ["input", "unit", "lowest", "highest"],
        ...part.inputs.map((input) => [
          ...[input.name, input.unit || "-"],
          ...[input.lowest, input.highest].map(short),
        ]),
      ]),
      ...formatTable([
        ["observable", "unit", "lowest", "highest", "mean", "sd", "noise sd"],
        ...part.observables.map((observable) => [
          ...[observable.name, observable.unit || "-"],
          ...[observable.lowest, observable.highest, observable.mean, observable.sd].map(short),
          observable.noiseSd === undefined ? "unknown" : short(observable.noiseSd),
        ]),
      ]),
    );
  }
  if (warnings.length > 0) lines.push("", ...warnings.map((warning) => `warning: ${warning}`));
  return `${lines.join("\n")}\n`;
}

function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => {
    const cells = row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
    return `  ${cells.join("  ").trimEnd()}`;
  });
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

const withUnit = (value: number, unit: string): string => `${short(value)} ${unit}`.trim();

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
