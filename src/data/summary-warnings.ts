// What a twin fitted to a recording could not know, in plain words.
import type { Channel, Recording } from "./recording.ts";
import type { SlowChange } from "./samples.ts";
import type { ObservableSummary, PartSummary } from "./summary.ts";
import { short, withUnit } from "./summary-text.ts";

const fewSequences = 5;
/** Repeats below which the noise at each step is hardly known. */
const fewRepeats = 10;
/** A saturated channel repeats its extreme value in more than this share of its samples. */
const saturatedShare = 0.05;
/** Standard errors beyond which a trend over repeats is reported, from ten degrees of freedom. */
const clearTrend = 5;
/** Two inputs beyond this correlation have not been told apart. */
const alike = 0.95;
/** Two observables beyond this one are one signal measured twice. */
const same = 0.999;
/** Noise that is still this correlated at the longest lag outlasts the sequences. */
const lasting = 0.5;

/**
 * Everything in a recording that would hurt a twin.
 *
 * @param parts  The recording in numbers.
 * @returns      Sentences, each with the channel and the part; none for a good recording.
 */
export function warningsOf(recording: Recording, parts: readonly PartSummary[]): string[] {
  return [
    ...warnOfSizes(parts),
    ...recording.inputs.flatMap((channel, i) => warnOfInput(channel, i, parts)),
    ...warnOfAlikeInputs(parts),
    ...recording.observables.flatMap((_, i) => warnOfObservable(i, parts, recording.dt)),
    ...warnOfSameObservables(parts),
  ];
}

function warnOfSizes(parts: readonly PartSummary[]): string[] {
  const warnings: string[] = [];
  const sequences = parts.reduce((sum, part) => sum + part.sequences, 0);
  const repeats = parts.reduce((most, part) => Math.max(most, part.repeats), 0);
  if (repeats === 1) {
    warnings.push(
      "no part has repeats: noise can be learned only from the scatter about the drift, and not validated",
    );
  } else if (repeats < fewRepeats) {
    const error = Math.round(100 / Math.sqrt(2 * (repeats - 1)));
    warnings.push(
      `no drive has more than ${repeats} repeats: the sd of its noise is known to ${error} % at each step`,
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
  const all = parts.map((part) => part.inputs[input]);
  const lowest = all.reduce((least, { lowest }) => Math.min(least, lowest), Infinity);
  const highest = all.reduce((most, { highest }) => Math.max(most, highest), -Infinity);
  const range = `${withUnit(lowest, unit)} to ${withUnit(highest, unit)}`;
  if (lowest === highest) {
    return [`input '${name}' is constant: what it does to the device cannot be learned`];
  }
  const warnings: string[] = [];
  if (lowest < min || highest > max) {
    warnings.push(`input '${name}' leaves its safe range: driven from ${range}`);
  }
  const levels = all.reduce((most, summary) => Math.max(most, summary.levels), 0);
  if (levels < 4) {
    warnings.push(
      `input '${name}' has only ${levels} levels in a part: between them a twin can only guess`,
    );
  }
  return warnings;
}

function warnOfAlikeInputs(parts: readonly PartSummary[]): string[] {
  return pairsIn(parts, "inputs", alike).map(
    ({ names: [a, b], correlation }) =>
      `inputs '${a}' and '${b}' move together (correlation ${short(correlation)}): what each does cannot be told apart`,
  );
}

function warnOfSameObservables(parts: readonly PartSummary[]): string[] {
  return pairsIn(parts, "observables", same).map(
    ({ names: [a, b], correlation }) =>
      `observables '${a}' and '${b}' are nearly one signal (correlation ${correlation.toFixed(4)}): the second adds little`,
  );
}

interface Pair {
  readonly names: readonly [string, string];
  readonly correlation: number;
}

/** Pairs of channels whose correlation exceeds a bound in every part in which both vary. */
function pairsIn(
  parts: readonly PartSummary[],
  kind: "inputs" | "observables",
  bound: number,
): Pair[] {
  const channels = parts[0][kind];
  return channels.flatMap((a, i) =>
    channels.slice(0, i).flatMap((b, j) => {
      const found = parts
        .filter((part) => [i, j].every((k) => part[kind][k].lowest < part[kind][k].highest))
        .map((part) => part.correlation[kind]?.[i][j] ?? 0);
      const least = found.reduce((x, y) => (Math.abs(y) < Math.abs(x) ? y : x), found[0] ?? 0);
      const names: [string, string] = [b.name, a.name];
      return Math.abs(least) > bound ? [{ names, correlation: least }] : [];
    }),
  );
}

function warnOfObservable(observable: number, parts: readonly PartSummary[], dt: number): string[] {
  const all = parts.map((part) => ({ part: part.name, ...part.observables[observable] }));
  const { name, lowest } = all[0];
  if (all.every((summary) => summary.constant && summary.lowest === lowest)) {
    return [`observable '${name}' is constant`];
  }
  return all.flatMap((summary) => [
    ...warnOfLimits(summary),
    ...warnOfNoise(summary),
    ...warnOfMemory(summary, dt),
  ]);
}

type Named = ObservableSummary & { readonly part: string };

function warnOfLimits({
  name,
  part,
  constant,
  shareAtLimits,
  sd,
  unit,
  resolution = 0,
  noiseSd,
}: Named) {
  const warnings: string[] = [];
  if (!constant && shareAtLimits > saturatedShare) {
    const share = `${Math.round(100 * shareAtLimits)} %`;
    warnings.push(
      `observable '${name}' looks saturated in part '${part}': ${share} of its samples have exactly one extreme value`,
    );
  }
  if (noiseSd !== undefined && !isNone(noiseSd, sd) && resolution > 2 * noiseSd) {
    warnings.push(
      `observable '${name}' is measured in steps of ${withUnit(resolution, unit)} in part '${part}', too coarse for its noise of ${withUnit(noiseSd, unit)}`,
    );
  }
  return warnings;
}

function warnOfNoise({ name, part, constant, unit, sd, noiseSd }: Named): string[] {
  if (noiseSd === undefined || constant) return [];
  if (isNone(noiseSd, sd)) {
    return [
      `observable '${name}' is the same in all repeats of part '${part}': there is no noise to learn`,
    ];
  }
  const signal = Math.sqrt(Math.max(0, sd * sd - noiseSd * noiseSd));
  if (signal >= noiseSd) return [];
  return [
    `observable '${name}' hardly answers the drive in part '${part}': its mean varies by ${withUnit(signal, unit)}, its noise by ${withUnit(noiseSd, unit)}`,
  ];
}

function warnOfMemory({ name, part, unit, slowChange, lagCorrelation = [] }: Named, dt: number) {
  const warnings: string[] = [];
  const drifts = slowChange !== undefined && isClear(slowChange);
  if (drifts) {
    const { change, standardError } = slowChange;
    const size = `${withUnit(change, unit)} (standard error ${withUnit(standardError, unit)})`;
    warnings.push(
      `observable '${name}' changes slowly over the repeats of part '${part}': by ${size} from the first to the last`,
    );
  }
  const last = lagCorrelation.at(-1);
  if (!drifts && last && last.lag >= 10 && last.correlation > lasting) {
    warnings.push(
      `the noise of observable '${name}' outlasts the sequences of part '${part}': its correlation is still ${short(last.correlation)} after ${last.lag} steps (${withUnit(last.lag * dt, "s")})`,
    );
  }
  return warnings;
}

/** The mean over equal repeats is rounded, which is no noise. */
const isNone = (noiseSd: number, sd: number): boolean => noiseSd <= 1e-12 * sd;

function isClear({ change, standardError, degreesOfFreedom }: SlowChange): boolean {
  return degreesOfFreedom >= 10 && Math.abs(change) > clearTrend * standardError;
}
