import * as Plot from "@observablehq/plot";
import { domainOf, drawChart, pageWidth } from "./chart.ts";
import { tabulate } from "./csv.ts";
import { type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { formatNumber } from "./number.ts";
import { colour } from "./palette.ts";
import { toFinite } from "./statistics.ts";
import { type Panel, textWidth } from "./svg.ts";

/** An error of a twin beside what two samples of the device would score. */
export interface DrawnMeasure {
  readonly name: string;
  readonly error: number;
  readonly floor: number;
  readonly ratio: number;
  /** The error that one in twenty samples of the device would exceed. */
  readonly high?: number;
}

/** What a ratio means, in the words of the verdict. */
export interface RatioThreshold {
  readonly name: string;
  /** Largest ratio. */
  readonly ratio: number;
}

/** A row of the figure, from the top. */
interface Row extends DrawnMeasure {
  readonly row: number;
  /** 95 % quantile of the device's own errors, in floors. */
  readonly chance: number;
}

// The last name stands at the right of its line, the others at the left of theirs.
const labelOf = (threshold: RatioThreshold, isLast: boolean): Plot.Markish =>
  Plot.text([threshold], {
    ...{ x: "ratio", y: -0.5, dx: isLast ? 3 : -3, dy: -8 },
    textAnchor: isLast ? "start" : "end",
    text: ({ name, ratio }) => `${name} ${ratio}`,
    ...{ fill: colour("muted"), fontSize: 10.5 },
  });

/** What chance may do, the ratio, and its number. */
const rowMarks = (rows: readonly Row[]): Plot.Markish[] => [
  Plot.ruleY(rows, {
    ...{ y: "row", x1: 1, x2: "chance" },
    ...{ stroke: colour("device"), strokeWidth: 5, strokeOpacity: 0.25 },
  }),
  Plot.dot(rows, { x: "ratio", y: "row", fill: colour("twin"), r: 4.5 }),
  Plot.text(rows, {
    ...{ x: "ratio", y: "row", dx: 9, textAnchor: "start", fill: colour("ink") },
    text: ({ ratio }) => formatNumber(ratio),
  }),
];

const draw = (rows: readonly Row[], thresholds: readonly RatioThreshold[]): Panel => {
  const left = 24 + Math.max(0, ...rows.map(({ name }) => textWidth(name, 11.5)));
  const values = [rows.flatMap(({ ratio, chance }) => [ratio, chance])];
  const include = [0.5, ...thresholds.map(({ ratio }) => ratio)];
  return drawChart({
    width: pageWidth,
    height: 74 + 24 * rows.length,
    marginLeft: left,
    marginTop: 22,
    marginRight: 60,
    x: {
      domain: domainOf(values, { include, logarithmic: true }),
      logarithmic: true,
      label: "error, in multiples of the sampling floor",
    },
    y: {
      domain: [rows.length - 0.5, -0.5],
      ticks: rows.map(({ row }) => row),
      formatTick: (row) => rows[row]?.name ?? "",
    },
    marks: [
      Plot.ruleX([1], { stroke: colour("device"), strokeWidth: 1.2 }),
      Plot.ruleX(thresholds, { x: "ratio", stroke: colour("muted"), strokeDasharray: "4 3" }),
      ...thresholds.map((threshold, i) => labelOf(threshold, i === thresholds.length - 1)),
      ...rowMarks(rows),
    ],
  });
};

/**
 * Errors of a twin in multiples of their sampling floors.
 *
 * @param measures    From the top; a ratio that is not finite is left out of the drawing.
 * @param thresholds  Ratios below which a verdict is given.
 * @returns           The figure; its csv has a row per measure, with error and floor.
 */
export function validationMeasures(
  measures: readonly DrawnMeasure[],
  thresholds: readonly RatioThreshold[],
  options: FigureWords = {},
): Figure {
  const rows = measures.map(
    (measure, row): Row => ({
      ...measure,
      row,
      ratio: measure.ratio > 0 ? toFinite(measure.ratio) : Number.NaN,
      chance: toFinite((measure.high ?? Number.NaN) / measure.floor),
    }),
  );
  return finishFigure(options, {
    name: "validation-measures",
    title: "Errors of the twin in sampling floors",
    caption:
      "One floor (blue line) is what two samples of the device itself would score at the same counts; the blue bar ends where one in twenty samples of the device would lie. Look for dots to the right of the dashed lines. Ratios grow with the number of repeats: the same twin is told apart more easily by more of them.",
    rows: [[draw(rows, thresholds)]],
    columns: tabulate(rows, {
      measure: ({ name }) => name,
      error: ({ error }) => error,
      "sampling floor": ({ floor }) => floor,
      "error / floor": ({ ratio }) => ratio,
      "error that 1 in 20 samples of the device exceeds": ({ high = null }) => high,
    }),
  });
}
