import * as Plot from "@observablehq/plot";
import type { HostArray } from "../base/index.ts";
import { drawChart, pageWidth } from "./chart.ts";
import { tabulate } from "./csv.ts";
import { type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { formatNumber } from "./number.ts";
import { colour } from "./palette.ts";
import { checkAxes } from "./samples.ts";
import { type Panel, textWidth } from "./svg.ts";

/** How often each class was taken for each other. */
export interface ConfusionInput {
  readonly classes: readonly string[];
  /** [true class, predicted class]; counts, or means over runs. */
  readonly counts: HostArray;
}

/** A cell of the matrix. */
interface Cell {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
  /** Share of its row. */
  readonly share: number;
}

const cellsOf = ({ classes, counts }: ConfusionInput): readonly Cell[] =>
  classes.flatMap((_, truth) => {
    const row = counts.data.slice(truth * classes.length, (truth + 1) * classes.length);
    const total = row.reduce((sum, count) => sum + count, 0);
    return Array.from(row, (count, predicted) => ({
      truth,
      predicted,
      count,
      share: total > 0 ? count / total : 0,
    }));
  });

const fillOf = ({ truth, predicted }: Cell): string =>
  colour(truth === predicted ? "positive" : "negative");

const cellMarks = (cells: readonly Cell[], classes: number, size: number): Plot.Markish[] => [
  Plot.rect(cells, {
    x1: ({ predicted }) => predicted - 0.5,
    x2: ({ predicted }) => predicted + 0.5,
    y1: ({ truth }) => truth - 0.5,
    y2: ({ truth }) => truth + 0.5,
    fill: fillOf,
    fillOpacity: ({ share }) => 0.85 * share ** 0.7,
    stroke: colour("rule"),
    strokeWidth: 0.5,
  }),
  Plot.text(
    cells.filter(({ count }) => count > 0),
    {
      x: "predicted",
      y: "truth",
      text: ({ count }) => formatNumber(count),
      fill: ({ share }) => colour(share > 0.55 ? "paper" : "ink"),
      fontSize: size < 30 ? 9 : 11,
    },
  ),
  Plot.text(
    cells.filter(({ truth, predicted }) => truth === predicted),
    {
      x: () => classes - 0.5,
      y: "truth",
      dx: 8,
      textAnchor: "start",
      text: ({ share }) => `${(100 * share).toFixed(1)} %`,
      fill: colour("muted"),
    },
  ),
];

const draw = (cells: readonly Cell[], classes: readonly string[]): Panel => {
  const size = Math.max(22, Math.min(44, 440 / classes.length));
  const longest = Math.max(0, ...classes.map((name) => textWidth(name, 12)));
  const left = Math.min(170, 22 + longest);
  const ticks = classes.map((_, i) => i);
  const letters = longest > size ? Math.floor(size / 6.4) : Number.POSITIVE_INFINITY;
  return drawChart({
    width: Math.min(pageWidth, left + size * classes.length + 70),
    height: size * classes.length + 46,
    marginLeft: left,
    marginRight: 70,
    marginTop: 6,
    x: {
      domain: [-0.5, classes.length - 0.5],
      label: "predicted",
      ticks,
      formatTick: (i) => (classes[i] ?? "").slice(0, letters),
    },
    y: {
      domain: [classes.length - 0.5, -0.5],
      label: "true",
      ticks,
      formatTick: (i) => classes[i] ?? "",
    },
    marks: cellMarks(cells, classes.length, size),
  });
};

/**
 * A confusion matrix: rows are the truth, columns what the network said.
 *
 * @param input    Names and counts [true class, predicted class].
 * @param options  Name, title, caption.
 * @returns        The figure; its csv has a row per cell.
 * @throws         `shape-mismatch` if the counts are not square in the classes.
 */
export function confusionMatrix(input: ConfusionInput, options: FigureWords = {}): Figure {
  const { classes, counts } = input;
  const axes = ["true class", "predicted class"];
  checkAxes("report.confusionMatrix", "matrix", counts, axes, [classes.length, classes.length]);
  const cells = cellsOf(input);
  const sum = (some: readonly Cell[]): number =>
    some.reduce((total, { count }) => total + count, 0);
  const right = sum(cells.filter(({ truth, predicted }) => truth === predicted));
  const share = formatNumber((100 * right) / sum(cells));
  return finishFigure(options, {
    name: "confusion-matrix",
    title: "Confusion matrix",
    caption: `Rows are the truth, columns the answer; ${formatNumber(right)} of ${formatNumber(sum(cells))} are right (${share} %), and the share of each row stands at its right. Colour is the share within a row. Look for errors that gather in one cell: those two classes are not told apart.`,
    rows: [[draw(cells, classes)]],
    columns: tabulate(cells, {
      "true class": ({ truth }) => classes[truth],
      "predicted class": ({ predicted }) => classes[predicted],
      count: ({ count }) => count,
      "share of the true class": (cell) => cell.share,
    }),
  });
}
