import * as Plot from "@observablehq/plot";
import { type Bands, bandColumns, bandsOf } from "./bands.ts";
import { domainOf, drawChart } from "./chart.ts";
import type { CsvColumn } from "./csv.ts";
import { axisLabel, timeUnit } from "./number.ts";
import { colour } from "./palette.ts";
import type { PanelStyle, Piece, RecordingView } from "./recording-view.ts";
import { driveTrace, traces } from "./samples.ts";

/** A stretch of one sequence of the part with the most repeats. */
export interface Stretch {
  readonly sequence: number;
  /** Steps drawn, from the first. */
  readonly steps: number;
}

/** How the response of one observable is drawn. */
export interface RepeatStyle extends PanelStyle {
  /** Repeats drawn as single lines. */
  readonly repeats: number;
  /** Ticks without numbers, for a panel above another. */
  readonly bare?: boolean;
}

/** Repeats from which on quantiles are drawn: below, every repeat is a line of its own. */
export const enoughForBands = 8;

/** Ends of the steps of a stretch, with the start of the first before them, and their label. */
const timesOf = (view: RecordingView, { steps }: Stretch) => {
  const { dt } = view.recording;
  const time = timeUnit(dt * steps);
  const edges = Array.from({ length: steps + 1 }, (_, t) => t * dt * time.perSecond);
  return { edges, ends: edges.slice(1), label: axisLabel("time", time.unit) };
};

/** The time column that goes before the columns of all panels of a stretch. */
export function timeColumn(view: RecordingView, stretch: Stretch): CsvColumn {
  const { ends, label } = timesOf(view, stretch);
  return { heading: label, values: ends };
}

/** One input over a stretch, as steps. */
export function driveLine(
  view: RecordingView,
  stretch: Stretch,
  input: number,
  style: PanelStyle,
): Piece {
  const { name, unit } = view.recording.inputs[input];
  const { edges } = timesOf(view, stretch);
  const values = driveTrace(view.part.drive, stretch.sequence, input).slice(0, stretch.steps);
  const y = [...values, values[values.length - 1]];
  const stroke = { stroke: colour("drive"), strokeWidth: 1.1 };
  const panel = drawChart({
    ...style,
    x: { domain: domainOf([edges], { exact: true }), bare: true },
    y: { domain: domainOf([values]), label: axisLabel(name, unit), grid: true, ticks: 3 },
    marks: [Plot.lineY({ length: y.length }, { x: edges, y, curve: "step-after", ...stroke })],
  });
  return { panel, columns: [{ heading: axisLabel(name, unit), values }] };
}

const bandMarks = (x: readonly number[], { edges }: Bands): Plot.Markish[] =>
  [
    [0, 3],
    [1, 2],
  ].map(([low, high]) =>
    Plot.areaY(
      { length: x.length },
      { x, y1: edges[low], y2: edges[high], fill: colour("device"), fillOpacity: 0.18 },
    ),
  );

/**
 * The repeats of one observable over a stretch: their mean, the central 50 % and 90 % where there
 * are enough of them, and some as single lines.
 */
export function repeatLines(
  view: RecordingView,
  stretch: Stretch,
  observable: number,
  style: RepeatStyle,
): Piece {
  const { name, unit } = view.recording.observables[observable];
  const { edges, ends: x, label } = timesOf(view, stretch);
  const all = traces(view.response, stretch.sequence, observable);
  const steps = x.map((_, t) => t);
  const bands = bandsOf(all, steps);
  const isBanded = all.length >= enoughForBands;
  const shown = all.slice(0, style.repeats).map((values) => steps.map((t) => values[t]));
  const line = (y: readonly number[], options: Plot.LineYOptions): Plot.Markish =>
    Plot.lineY({ length: x.length }, { x, y: [...y], ...options });
  const thin = { stroke: colour("device"), strokeWidth: 0.7, strokeOpacity: 0.55 };
  const thick = { stroke: all.length > 1 ? "currentColor" : colour("device"), strokeWidth: 1.2 };
  const panel = drawChart({
    ...style,
    x: {
      domain: domainOf([edges], { exact: true }),
      ticks: style.width > 400 ? undefined : 5,
      ...(style.bare ? { bare: true } : { label }),
    },
    y: {
      domain: domainOf([...shown, bands.mean, ...(isBanded ? bands.edges : [])]),
      label: axisLabel(name, unit),
      grid: true,
      ticks: style.height > 150 ? 5 : 3,
    },
    marks: [
      ...(isBanded ? bandMarks(x, bands) : []),
      ...(all.length > 1 ? shown.map((y) => line(y, thin)) : []),
      line(bands.mean, thick),
    ],
  });
  const singles = shown.map((values, i) => ({
    heading: axisLabel(`${name} repeat ${i}`, unit),
    values,
  }));
  const means = [{ heading: axisLabel(`${name} mean`, unit), values: bands.mean }];
  return {
    panel,
    columns: [...(isBanded ? bandColumns(name, unit, bands) : means), ...singles],
  };
}
