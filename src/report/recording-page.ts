import type {
  ObservableSummary,
  PartSummary,
  Recording,
  RecordingSummary,
  SlowChange,
} from "../data/index.ts";
import { channelCorrelation } from "./channel-correlation.ts";
import { channelProfile } from "./channel-profile.ts";
import { formatNumber, formatQuantity, timeUnit } from "./number.ts";
import type { Report, ReportSection } from "./page.ts";
import {
  chooseObservables,
  drawDriveLevels,
  drawNoiseAgainstDrive,
  drawNoiseCorrelation,
  drawRepeats,
  drawSlowChange,
} from "./recording-figures.ts";
import { type RecordingView, viewRecording } from "./recording-view.ts";
import type { ReportTable } from "./table.ts";

/** Observables up to which a table holds them; beyond, a figure does. */
const fewObservables = 12;
/** Rows of the table of channels at a limit. */
const mostLimits = 20;
/** Share of samples at one extreme value from which a channel is listed. */
const notableShare = 0.01;

const formatDuration = (seconds: number): string => {
  const { unit, perSecond } = timeUnit(seconds);
  return formatQuantity(seconds * perSecond, unit);
};

const partsTable = ({ dt, carrierPeriod, parts }: RecordingSummary): ReportTable => ({
  caption: `Parts of the recording; sampling step ${formatDuration(dt)}${carrierPeriod === undefined ? "" : `, carrier period ${formatNumber(carrierPeriod)} samples`}.`,
  columns: ["part", "sequences", "repeats", "steps", "each takes", "all take"],
  rows: parts.map(({ name, sequences, repeats, time }) => [
    ...[name, sequences, repeats, time],
    formatDuration(time * dt),
    formatDuration(sequences * repeats * time * dt),
  ]),
});

/** Text that a narrow page does not break. */
const unbroken = (text: string): string => text.replaceAll(" ", "\u00a0");

const rangeText = (low: number, high: number): string =>
  unbroken(low === high ? formatNumber(low) : `${formatNumber(low)} to ${formatNumber(high)}`);

const inputsTable = (recording: Recording, { parts }: RecordingSummary): ReportTable => ({
  caption: "Inputs, over all parts.",
  columns: ["input", "unit", "safe range", "driven", "levels"],
  rows: recording.inputs.map(({ name, unit, min, max }, i) => {
    const all = parts.map((part) => part.inputs[i]);
    const lowest = Math.min(...all.map((input) => input.lowest));
    const highest = Math.max(...all.map((input) => input.highest));
    const levels = Math.max(...all.map((input) => input.levels));
    return [
      ...[name, unit],
      min === undefined || max === undefined ? "not stated" : rangeText(min, max),
      rangeText(lowest, highest),
      levels >= 1000 ? "continuous" : String(levels),
    ];
  }),
});

/** Both to two digits of the error. */
const trendText = ({ change, standardError }: SlowChange): string => {
  const decimals = 1 - Math.floor(Math.log10(standardError));
  if (decimals > 0 && decimals < 7) {
    const text = `${change.toFixed(decimals)} ± ${standardError.toFixed(decimals)}`;
    return unbroken(text.replace("-", "−"));
  }
  return unbroken(`${formatNumber(change, 2)} ± ${formatNumber(standardError, 2)}`);
};

/** The mean over equal repeats is rounded, which is no noise. */
const isNoisy = ({ noiseSd = 0, sd }: ObservableSummary): boolean => noiseSd > 1e-12 * sd;

const observablesTable = (part: PartSummary): ReportTable => {
  const isRepeated = part.repeats > 1;
  const noiseCells = (channel: ObservableSummary) => [
    isNoisy(channel) ? channel.noiseSd : 0,
    channel.slowChange && isNoisy(channel) ? trendText(channel.slowChange) : "none",
  ];
  return {
    caption: `Observables in ${part.name}.${isRepeated ? " Noise is the sd over repeats; slow change the rise of a straight line from the first run to the last." : ""}`,
    columns: [
      ...["observable", "unit", "range", "mean", "sd"],
      ...(isRepeated ? ["noise sd", "slow change"] : []),
    ],
    rows: part.observables.map((channel) => [
      ...[channel.name, channel.unit],
      rangeText(channel.lowest, channel.highest),
      ...[channel.mean, channel.sd],
      ...(isRepeated ? noiseCells(channel) : []),
    ]),
  };
};

/** A channel in a part that is constant or often at one of its extreme values. */
interface Limit {
  readonly channel: ObservableSummary;
  readonly part: string;
  readonly share: number;
}

const limitsOf = ({ parts }: RecordingSummary): Limit[] =>
  parts
    .flatMap((part) =>
      part.observables.map((channel) => ({
        ...{ channel, part: part.name },
        share: channel.constant ? 1 : Math.max(channel.shareAtLowest, channel.shareAtHighest),
      })),
    )
    .filter(({ share }) => share > notableShare)
    .sort((a, b) => b.share - a.share);

const limitsTable = (limits: readonly Limit[]): ReportTable => ({
  caption: `Channels that are constant, or have exactly their lowest or highest value in more than 1 % of their samples: clipped by the readout, saturated, or at rest.${limits.length > mostLimits ? ` The first ${mostLimits} of ${limits.length}.` : ""}`,
  columns: ["observable", "part", "value", "unit", "which", { heading: "share", unit: "%" }],
  rows: limits.slice(0, mostLimits).map(({ channel, part, share }) => {
    const isHighest = channel.shareAtHighest >= channel.shareAtLowest;
    return [
      ...[channel.name, part],
      isHighest ? channel.highest : channel.lowest,
      channel.unit,
      channel.constant ? "constant" : isHighest ? "highest" : "lowest",
      100 * share,
    ];
  }),
});

const sentence = (text: string): string =>
  `${text[0].toUpperCase()}${text.slice(1)}.`.replace(/(^|\s)-(?=\d)/g, "$1−");

const hurtSection = ({ warnings }: RecordingSummary): ReportSection => ({
  heading: "What would hurt a twin",
  ...(warnings.length === 0
    ? { paragraphs: ["Nothing that this program looks for."] }
    : { list: warnings.map(sentence) }),
});

const noiseSection = (view: RecordingView, part: PartSummary): ReportSection => {
  if (part.repeats === 1) {
    return {
      heading: "Noise",
      paragraphs: [
        "No part has repeats, so the noise cannot be told from the response. Record some drives many times: 50 repeats give its sd to 10 %.",
      ],
    };
  }
  const shown = chooseObservables(part, isNoisy);
  if (shown.length === 0) {
    return { heading: "Noise", paragraphs: ["All repeats are the same: there is no noise."] };
  }
  return {
    heading: "Noise and slow change",
    figures: [
      drawNoiseAgainstDrive(view, shown),
      drawNoiseCorrelation(view, shown),
      drawSlowChange(view, shown),
    ],
  };
};

const channelsSection = (part: PartSummary, summary: RecordingSummary): ReportSection => {
  const limits = limitsOf(summary);
  const { inputs, observables } = part.correlation;
  return {
    heading: "Channels",
    ...(limits.length === 0
      ? { paragraphs: ["No channel is constant, clipped or at rest for long."] }
      : { tables: [limitsTable(limits)] }),
    figures: inputs || observables ? [channelCorrelation(part)] : [],
  };
};

const verdictOf = ({ warnings }: RecordingSummary): string => {
  if (warnings.length === 0) return "Nothing was found in this recording that would hurt a twin.";
  const [noun, verb] = warnings.length === 1 ? ["thing", "is"] : ["things", "are"];
  return `${warnings.length} ${noun} in this recording would hurt a twin, and ${verb} listed in section 1.`;
};

/**
 * A recording as a report: what would hurt a twin, what is in it, its drive, its response and noise,
 * its channels.
 *
 * Figures show the part with the most repeats, and six observables where there are more.
 *
 * @param recording  Of any device, with or without repeats.
 * @param summary    Of that recording.
 * @param words      `title` of the page; `provenance`.
 * @throws           `shape-mismatch`; `out-of-range` if there is nothing to draw.
 */
export function recordingReport(
  recording: Recording,
  summary: RecordingSummary,
  words: Pick<Report, "title" | "provenance">,
): Report {
  const view = viewRecording("report.recordingReport", recording);
  const part = summary.parts[recording.parts.indexOf(view.part)];
  const shown = chooseObservables(part);
  const isFew = part.observables.length <= fewObservables;
  const identity = recording.device?.identity;
  return {
    ...words,
    ...(typeof identity === "string" ? { subtitle: identity } : {}),
    verdict: verdictOf(summary),
    sections: [
      hurtSection(summary),
      {
        heading: "What is in it",
        tables: [
          partsTable(summary),
          inputsTable(recording, summary),
          ...(isFew ? [observablesTable(part)] : []),
        ],
        figures: isFew ? [] : [channelProfile(part)],
      },
      { heading: "Drive and response", figures: [drawDriveLevels(view), drawRepeats(view, shown)] },
      noiseSection(view, part),
      channelsSection(part, summary),
    ],
  };
}
