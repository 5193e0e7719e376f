import * as Plot from "@observablehq/plot";
import { drawChart, pageWidth } from "./chart.ts";
import { tabulate } from "./csv.ts";
import { type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { formatNumber } from "./number.ts";
import { colour } from "./palette.ts";
import type { Panel } from "./svg.ts";

/** Correlation of the noise between observables, [observables][observables]. */
export interface DrawnCorrelation {
  readonly device: readonly (readonly number[])[];
  readonly twin: readonly (readonly number[])[];
}

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

const cellsOf = (matrix: readonly (readonly number[])[]): Cell[] =>
  matrix.flatMap((values, row) => values.map((value, column) => ({ row, column, value })));

const draw = (
  heading: string,
  matrix: readonly (readonly number[])[],
  names: readonly string[],
): Panel => {
  const count = matrix.length;
  const cells = cellsOf(matrix).filter(({ value }) => Number.isFinite(value));
  const width = pageWidth / 2;
  const size = Math.min(44, (width - 80) / count);
  const ticks = count <= 12 ? names.map((_, i) => i) : 6;
  const letters = count <= 12 ? Math.max(3, Math.floor(size / 6.4)) : 4;
  const name = (i: number): string =>
    count <= 12 ? (names[i] ?? "").slice(0, letters) : `${Math.round(i)}`;
  return drawChart({
    ...{ width, height: size * count + 46, heading },
    ...{ marginLeft: 62, marginRight: width - 62 - size * count, marginTop: 6 },
    x: { domain: [-0.5, count - 0.5], ticks, formatTick: name, label: "observable" },
    y: { domain: [count - 0.5, -0.5], ticks, formatTick: name },
    marks: [
      Plot.rect(cells, {
        x1: ({ column }) => column - 0.5,
        x2: ({ column }) => column + 0.5,
        y1: ({ row }) => row - 0.5,
        y2: ({ row }) => row + 0.5,
        fill: ({ value }) => colour(value < 0 ? "negative" : "positive"),
        fillOpacity: ({ value }) => 0.9 * Math.abs(value),
      }),
      ...(count > 8
        ? []
        : [
            Plot.text(cells, {
              x: "column",
              y: "row",
              text: ({ value }) => formatNumber(value, 2),
              fill: ({ value }) => colour(Math.abs(value) > 0.6 ? "paper" : "ink"),
              fontSize: 9,
            }),
          ]),
    ],
  });
};

/**
 * Correlation of the noise between observables, of device and twin side by side.
 *
 * @param names  Of the observables.
 * @returns      The figure; its csv has a row per pair.
 */
export function correlationMatrices(
  { device, twin }: DrawnCorrelation,
  names: readonly string[],
  options: FigureWords = {},
): Figure {
  const rows = cellsOf(device).map((cell) => ({ ...cell, twin: twin[cell.row][cell.column] }));
  return finishFigure(options, {
    name: "noise-between-observables",
    title: "Noise that observables share",
    caption:
      "Correlation of the noise between observables, pooled over drives, repeats and times; blue positive, red negative. Look for the same pattern: a twin whose matrix is empty off the diagonal gives every observable a noise of its own, which averages away in a readout as the device's does not.",
    rows: [[draw("Device", device, names), draw("Twin", twin, names)]],
    columns: tabulate(rows, {
      observable: ({ row }) => names[row],
      "other observable": ({ column }) => names[column],
      "device correlation": ({ value }) => value,
      "twin correlation": (row) => row.twin,
    }),
  });
}
