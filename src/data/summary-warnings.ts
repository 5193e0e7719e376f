// What a twin fitted to a recording could not know, in plain words.
import type { Channel, Recording } from "./recording.ts";
import type { SlowChange } from "./samples.ts";
import type { ObservableSummary, PartSummary } from "./summary.ts";
import { short, withUnit } from "./summary-text.ts";

const fewSequences = 5;
/** Repeats below which the noise at each step is hardly known. */
const fewRepeats = 10;
/** A channel that is saturated, or at rest, has one extreme value in more than this share. */
const saturatedShare = 0.05;
/** Standard errors beyond which a trend over repeats is reported, from ten degrees of freedom. */
const clearTrend = 5;
/** Two inputs beyond this correlation have not been told apart. */
const alike = 0.95;
/** Two observables beyond this one are one signal measured twice. */
const same = 0.999;
/** Noise that is still this correlated at the longest lag outlasts the sequences. */
const lasting = 0.5;

/** Faults of one kind beyond which only the worst is told in full. */
const fewAlike = 3;

/** One fault of one channel, or pair of channels. */
interface Remark {
  /** Equal for faults that differ in their channel alone. */
  readonly kind: string;
  readonly text: string;
  /** Larger is worse; compared within a kind. */
  readonly severity: number;
}

/**
 * Everything in a recording that would hurt a twin.
 *
 * @param parts  The recording in numbers.
 * @returns      Sentences, each with the channel and the part; none for a good recording. Of many
 *               channels with the same fault, the worst stands for all.
 */
export function warningsOf(recording: Recording, parts: readonly PartSummary[]): string[] {
  return [
    ...warnOfSizes(parts),
    ...recording.inputs.flatMap((channel, i) => warnOfInput(channel, i, parts)),
    ...warnOfAlikeInputs(parts),
    ...tellAlike(
      recording.observables.flatMap((_, i) => warnOfObservable(i, parts, recording.dt)),
      "observables",
    ),
    ...tellAlike(warnOfSameObservables(parts), "pairs"),
  ];
}

/** The texts of remarks; of many that are alike, that of the worst and how many more there are. */
function tellAlike(remarks: readonly Remark[], noun: string): string[] {
  const kinds = new Map<string, Remark[]>();
  for (const remark of remarks) {
    kinds.set(remark.kind, [...(kinds.get(remark.kind) ?? []), remark]);
  }
  return remarks.flatMap((remark) => {
    const alike = kinds.get(remark.kind) ?? [];
    if (alike.length <= fewAlike) return [remark.text];
    if (alike[0] !== remark) return [];
    const worst = alike.reduce((a, b) => (b.severity > a.severity ? b : a));
    return [`${worst.text}; ${alike.length - 1} other ${noun} likewise`];
  });
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

function warnOfSameObservables(parts: readonly PartSummary[]): Remark[] {
  return pairsIn(parts, "observables", same).map(({ names: [a, b], correlation }) => ({
    kind: "same",
    text: `observables '${a}' and '${b}' are nearly one signal (correlation ${correlation.toFixed(4)}): the second adds little`,
    severity: Math.abs(correlation),
  }));
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

function warnOfObservable(observable: number, parts: readonly PartSummary[], dt: number): Remark[] {
  const all = parts.map((part) => ({ part: part.name, ...part.observables[observable] }));
  const { name, lowest } = all[0];
  if (all.every((summary) => summary.constant && summary.lowest === lowest)) {
    return [{ kind: "constant", text: `observable '${name}' is constant`, severity: 0 }];
  }
  return all.flatMap((summary) => [
    ...warnOfLimits(summary),
    ...warnOfNoise(summary),
    ...warnOfMemory(summary, dt),
  ]);
}

type Named = ObservableSummary & { readonly part: string };

function warnOfLimits(summary: Named): Remark[] {
  const { name, part, constant, unit, sd, noiseSd, lowest, highest, resolution = 0 } = summary;
  if (constant) return [];
  if (resolution === highest - lowest) {
    const text = `observable '${name}' has only two values in part '${part}': a twin is continuous and cannot jump between them`;
    return [{ kind: `two-valued ${part}`, text, severity: 0 }];
  }
  const remarks: Remark[] = [];
  const { shareAtLowest, shareAtHighest } = summary;
  const share = Math.max(shareAtLowest, shareAtHighest);
  if (share > saturatedShare) {
    const limit = shareAtHighest >= shareAtLowest ? "highest" : "lowest";
    remarks.push({
      kind: `saturated ${part}`,
      text: `observable '${name}' is saturated or at rest in part '${part}': ${Math.round(100 * share)} % of its samples have exactly its ${limit} value`,
      severity: share,
    });
  }
  if (noiseSd !== undefined && !isNone(noiseSd, sd) && resolution > 2 * noiseSd) {
    remarks.push({
      kind: `coarse ${part}`,
      text: `observable '${name}' is measured in steps of ${withUnit(resolution, unit)} in part '${part}', too coarse for its noise of ${withUnit(noiseSd, unit)}`,
      severity: resolution / noiseSd,
    });
  }
  return remarks;
}

function warnOfNoise({ name, part, constant, unit, sd, noiseSd }: Named): Remark[] {
  if (noiseSd === undefined || constant) return [];
  if (isNone(noiseSd, sd)) {
    const text = `observable '${name}' is the same in all repeats of part '${part}': there is no noise to learn`;
    return [{ kind: `noiseless ${part}`, text, severity: 0 }];
  }
  const signal = Math.sqrt(Math.max(0, sd * sd - noiseSd * noiseSd));
  if (signal >= noiseSd) return [];
  const text = `observable '${name}' hardly answers the drive in part '${part}': its mean varies by ${withUnit(signal, unit)}, its noise by ${withUnit(noiseSd, unit)}`;
  return [{ kind: `deaf ${part}`, text, severity: -signal / noiseSd }];
}

function warnOfMemory(summary: Named, dt: number): Remark[] {
  const { name, part, unit, slowChange, lagCorrelation = [] } = summary;
  if (slowChange !== undefined && isClear(slowChange)) {
    const { change, standardError } = slowChange;
    const size = `${withUnit(change, unit)} (standard error ${withUnit(standardError, unit)})`;
    const text = `observable '${name}' changes slowly over the repeats of part '${part}': by ${size} from the first to the last`;
    const severity = Math.abs(change) / Math.max(standardError, Number.MIN_VALUE);
    return [{ kind: `slow ${part}`, text, severity }];
  }
  const last = lagCorrelation.at(-1);
  if (last === undefined || last.lag < 10 || last.correlation <= lasting) return [];
  const text = `the noise of observable '${name}' outlasts the sequences of part '${part}': its correlation is still ${short(last.correlation)} after ${last.lag} steps (${withUnit(last.lag * dt, "s")})`;
  return [{ kind: `lasting ${part}`, text, severity: last.correlation }];
}

/** The mean over equal repeats is rounded, which is no noise. */
const isNone = (noiseSd: number, sd: number): boolean => noiseSd <= 1e-12 * sd;

function isClear({ change, standardError, degreesOfFreedom }: SlowChange): boolean {
  return degreesOfFreedom >= 10 && Math.abs(change) > clearTrend * standardError;
}
