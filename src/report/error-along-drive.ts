import * as Plot from "@observablehq/plot";
import { domainOf, drawChart, pageWidth } from "./chart.ts";
import { tabulate } from "./csv.ts";
import { type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { axisLabel, formatNumber } from "./number.ts";
import { colour } from "./palette.ts";
import type { Panel } from "./svg.ts";

/** Errors in one part of the range of a drive. */
export interface DrawnDriveBin {
  readonly low: number;
  readonly high: number;
  readonly isOutside: boolean;
  /** Steps of the judged drives. */
  readonly steps: number;
  readonly recordedShare: number | null;
  readonly mean: { readonly error: number; readonly floor: number } | null;
  readonly std: { readonly error: number; readonly floor: number } | null;
}

/** The range of one input. */
export interface DrawnDriveRange {
  readonly input: string;
  readonly unit: string;
  readonly outsideShare: number;
  readonly bins: readonly DrawnDriveBin[];
}

/** A bin as it is drawn. */
interface Row extends DrawnDriveBin {
  readonly middle: number;
  readonly judgedShare: number;
  readonly meanRatio: number;
  readonly stdRatio: number;
}

const rowsOf = ({ bins }: DrawnDriveRange): Row[] => {
  const steps = bins.reduce((sum, bin) => sum + bin.steps, 0);
  const ratio = (pair: DrawnDriveBin["mean"]): number =>
    pair && pair.floor > 0 ? pair.error / pair.floor : Number.NaN;
  return bins.map((bin) => ({
    ...bin,
    middle: (bin.low + bin.high) / 2,
    judgedShare: steps > 0 ? bin.steps / steps : 0,
    meanRatio: ratio(bin.mean),
    stdRatio: ratio(bin.std),
  }));
};

/** What lies beyond the recorded range, as a grey ground. */
const beyond = (rows: readonly Row[]): Plot.Markish =>
  Plot.rectX(
    rows.filter(({ isOutside }) => isOutside),
    { x1: "low", x2: "high", fill: colour("muted"), fillOpacity: 0.16 },
  );

const drawErrors = (rows: readonly Row[], domain: readonly [number, number]): Panel => {
  const line = (key: "meanRatio" | "stdRatio", stroke: string): Plot.Markish[] => [
    Plot.lineY(rows, { x: "middle", y: key, stroke, strokeWidth: 1.4 }),
    Plot.dot(rows, { x: "middle", y: key, fill: stroke, r: 3 }),
  ];
  return drawChart({
    width: pageWidth,
    height: 190,
    heading: "Error",
    x: { domain, bare: true },
    y: {
      domain: domainOf([rows.flatMap(({ meanRatio, stdRatio }) => [meanRatio, stdRatio])], {
        include: [0, 1],
      }),
      label: "in multiples of what sampling gives",
      grid: true,
      ticks: 5,
    },
    marks: [
      beyond(rows),
      Plot.ruleY([1], { stroke: colour("device"), strokeWidth: 1.2 }),
      ...line("meanRatio", colour("first")),
      ...line("stdRatio", colour("second")),
    ],
  });
};

const drawShares = (
  rows: readonly Row[],
  domain: readonly [number, number],
  label: string,
): Panel =>
  drawChart({
    width: pageWidth,
    height: 130,
    heading: "Where the drives were",
    x: { domain, label },
    y: {
      domain: domainOf([rows.flatMap((row) => [row.judgedShare, row.recordedShare ?? 0])], {
        include: [0],
      }),
      label: "share of steps",
      grid: true,
      ticks: 3,
    },
    marks: [
      beyond(rows),
      Plot.rect(rows, {
        ...{ x1: "low", x2: "high", y1: 0, y2: "recordedShare", inset: 0.5 },
        ...{ fill: colour("drive"), fillOpacity: 0.35 },
      }),
      Plot.dot(rows, { x: "middle", y: "judgedShare", fill: colour("ink"), r: 3 }),
    ],
  });

/**
 * Errors of a twin along the range of one input, and where the drives were.
 *
 * @returns  The figure; its csv has a row per part of the range.
 */
export function errorAlongDrive(range: DrawnDriveRange, options: FigureWords = {}): Figure {
  const rows = rowsOf(range);
  const label = axisLabel(range.input, range.unit);
  const domain = domainOf([rows.flatMap(({ low, high }) => [low, high])], { exact: true });
  const outside =
    range.outsideShare > 0
      ? `${formatNumber(100 * range.outsideShare)} % of the steps lie beyond what was recorded (grey)`
      : "No step lies beyond what was recorded";
  const floor = axisLabel("", "sd of the signal").trim();
  return finishFigure(options, {
    name: "error-along-drive",
    title: `Errors along the drive: ${range.input}`,
    caption: `(a) Mean distance between twin and device, by the drive held during the step, over what sampling alone would give. (b) Where the fit's recording was driven (bars) and where the twin was judged (dots). ${outside}. Look for errors that grow where the recording is thin or ends: there the twin extrapolates.`,
    rows: [[drawErrors(rows, domain)], [drawShares(rows, domain, label)]],
    legend: [
      { label: "mean", colour: colour("first"), mark: "line" },
      { label: "standard deviation", colour: colour("second"), mark: "line" },
      { label: "recorded for the fit", colour: colour("drive"), mark: "band" },
      { label: "judged", colour: colour("ink"), mark: "dot" },
    ],
    columns: tabulate(rows, {
      [`${label} from`]: ({ low }) => low,
      [`${label} to`]: ({ high }) => high,
      "beyond the recorded range": ({ isOutside }) => (isOutside ? "yes" : "no"),
      "judged steps": ({ steps }) => steps,
      "share of recorded steps": ({ recordedShare }) => recordedShare,
      [`mean error ${floor}`]: ({ mean }) => mean?.error ?? null,
      [`mean error by sampling alone ${floor}`]: ({ mean }) => mean?.floor ?? null,
      [`error of the standard deviation ${floor}`]: ({ std }) => std?.error ?? null,
      [`error of the standard deviation by sampling alone ${floor}`]: ({ std }) =>
        std?.floor ?? null,
    }),
  });
}
