// The summary of a recording for a terminal.
import type { ObservableSummary, PartSummary, RecordingSummary } from "./summary.ts";

/** Correlations between channels below this one are not worth a line. */
const worthTelling = 0.3;
const mostPairs = 8;

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
        ["observable", "unit", "lowest", "highest", "mean", "sd", "noise sd", "slow change"],
        ...part.observables.map(observableRow),
      ]),
      ...lagLines(part),
      ...pairLine(part, "inputs", "correlation between inputs"),
      ...pairLine(part, "observables", "correlation between observables"),
      ...pairLine(part, "noise", "correlation between their noise"),
    );
  }
  if (warnings.length > 0) lines.push("", ...warnings.map((warning) => `warning: ${warning}`));
  return `${lines.join("\n")}\n`;
}

function observableRow(observable: ObservableSummary): string[] {
  const { name, unit, lowest, highest, mean, sd, noiseSd, slowChange } = observable;
  return [
    ...[name, unit || "-"],
    ...[lowest, highest, mean, sd].map(short),
    noiseSd === undefined ? "unknown" : short(noiseSd),
    slowChange === undefined
      ? "unknown"
      : `${rough(slowChange.change)} ± ${rough(slowChange.standardError)}`,
  ];
}

function lagLines({ observables }: PartSummary): string[] {
  const measured = observables.filter(({ lagCorrelation }) => lagCorrelation?.length);
  if (measured.length === 0) return [];
  const lags = measured[0].lagCorrelation?.map(({ lag }) => lag) ?? [];
  const rows = measured.map(({ name, lagCorrelation = [] }) => {
    const found = lags.map((lag) => lagCorrelation.find((entry) => entry.lag === lag));
    return [name, "", ...found.map((entry) => entry?.correlation.toFixed(2) ?? "-")];
  });
  return formatTable([["noise correlation", "after", ...lags.map(String)], ...rows]);
}

function pairLine(
  part: PartSummary,
  kind: "inputs" | "observables" | "noise",
  title: string,
): string[] {
  const matrix = part.correlation[kind];
  if (matrix === undefined) return [];
  const names = (kind === "inputs" ? part.inputs : part.observables).map(({ name }) => name);
  const pairs = matrix.flatMap((row, i) =>
    row.slice(0, i).map((correlation, j) => ({ correlation, text: `${names[j]} and ${names[i]}` })),
  );
  const strong = pairs
    .filter(({ correlation }) => Math.abs(correlation) >= worthTelling)
    .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation));
  const told = strong
    .slice(0, mostPairs)
    .map(({ correlation, text }) => `${text} ${correlation.toFixed(2)}`);
  const rest = strong.length > mostPairs ? `, and ${strong.length - mostPairs} more` : "";
  const none = `below ${worthTelling} for every two`;
  return [`  ${title}: ${told.length > 0 ? `${told.join(", ")}${rest}` : none}`];
}

function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => {
    const cells = row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
    return `  ${cells.join("  ").trimEnd()}`;
  });
}

/** Four digits. */
export const short = (value: number): string => String(Number(value.toPrecision(4)));

const rough = (value: number): string => String(Number(value.toPrecision(2)));

/** Four digits with a unit, where there is one; "1" is none. */
export const withUnit = (value: number, unit: string): string =>
  `${short(value)} ${unit === "1" ? "" : unit}`.trim();

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
