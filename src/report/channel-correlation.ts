// Correlation between channels as a picture: one square per pair, blue where two move together and
// red where they move against each other.

import type { PartSummary } from "../data/index.ts";
import { pageWidth } from "./chart.ts";
import { type CsvColumn, tabulate } from "./csv.ts";
import { type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { formatNumber } from "./number.ts";
import { colour } from "./palette.ts";
import { element, escapeText, type Panel, pixel, textWidth } from "./svg.ts";

type Matrix = readonly (readonly number[])[];

const panelWidth = pageWidth / 2;
const fontSize = 10;
const mostLetters = 16;
/** Shades between 0 and 1: cells of one shade are one path, so that 60 channels stay small. */
const shades = 20;
const strides: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** The least stride at which labels of this size do not touch. */
const strideOf = (cell: number, size: number): number =>
  strides.find((stride) => stride * cell >= size) ?? strides[strides.length - 1];

const shorten = (name: string): string =>
  name.length <= mostLetters ? name : `${name.slice(0, mostLetters - 1)}…`;

/** Squares of one shade and sign as a path in units of cells; neighbours in a row are one piece. */
const pathOf = (matrix: Matrix, shade: number): string =>
  matrix
    .flatMap((row, y) => {
      const pieces: string[] = [];
      for (let x = 0; x < row.length; x++) {
        if (Math.round(row[x] * shades) !== shade) continue;
        const from = x;
        while (x + 1 < row.length && Math.round(row[x + 1] * shades) === shade) x++;
        const width = x + 1 - from;
        pieces.push(`M${from} ${y}h${width}v1h${-width}z`);
      }
      return pieces;
    })
    .join("");

const squares = (matrix: Matrix, cell: number): string => {
  const each = Array.from({ length: 2 * shades + 1 }, (_, i) => i - shades);
  const paths = each.map((shade) => {
    const d = pathOf(matrix, shade);
    if (d === "" || shade === 0) return "";
    const fill = colour(shade > 0 ? "positive" : "negative");
    const opacity = String(Math.round(90 * Math.abs(shade / shades)) / 100);
    return element("path", { d, fill, "fill-opacity": opacity });
  });
  const style = { transform: `scale(${pixel(cell)})`, "shape-rendering": "crispEdges" };
  return element("g", style, paths.join(""));
};

const text = (x: number, y: number, anchor: string, words: string, paint?: string): string =>
  element(
    "text",
    {
      x,
      y,
      dy: "0.34em",
      "text-anchor": anchor,
      "font-size": fontSize,
      fill: paint ?? "currentColor",
    },
    escapeText(words),
  );

/** Each coefficient within its square. */
const numbers = (matrix: Matrix, cell: number): string =>
  matrix
    .flatMap((row, y) =>
      row.map((value, x) => {
        const paint = Math.abs(value) > 0.6 ? colour("paper") : undefined;
        const words = value
          .toFixed(2)
          .replace(/^-0\.00$/, "0.00")
          .replace("-", "−");
        return text((x + 0.5) * cell, (y + 0.5) * cell, "middle", words, paint);
      }),
    )
    .join("");

/** Names at the left, and below: level where they fit, else upright. */
const labels = (names: readonly string[], cell: number, isLevel: boolean): string => {
  const side = cell * names.length;
  const stride = strideOf(cell, fontSize + 2);
  const pieces = names.flatMap((name, i) => {
    if (i % stride !== 0) return [];
    const middle = (i + 0.5) * cell;
    const below = isLevel
      ? text(middle, side + 11, "middle", name)
      : element(
          "g",
          { transform: `translate(${pixel(middle)},${pixel(side + 6)}) rotate(-90)` },
          text(0, 0, "end", name),
        );
    return [text(-6, middle, "end", name), below];
  });
  return pieces.join("");
};

const drawMatrix = (matrix: Matrix, names: readonly string[], heading: string): Panel => {
  const shown = names.map(shorten);
  const longest = Math.max(...shown.map((name) => textWidth(name, fontSize)));
  const left = 14 + longest;
  const cell = Math.min(44, (panelWidth - left - 24) / names.length);
  const side = cell * names.length;
  const isLevel = longest + 6 < cell;
  const outline = { width: side, height: side, fill: "none", stroke: colour("rule") };
  const content = [
    squares(matrix, cell),
    element("rect", outline),
    cell >= 28 ? numbers(matrix, cell) : "",
    labels(shown, cell, isLevel),
  ];
  return {
    width: panelWidth,
    height: side + (isLevel ? 26 : 18 + longest),
    heading,
    content: element("g", { transform: `translate(${pixel(left)},4)` }, content.join("")),
  };
};

/** The colours from -1 to 1. */
const drawScale = (): Panel => {
  const steps = 2 * shades + 1;
  const row = Array.from({ length: steps }, (_, i) => (i - shades) / shades);
  const cell = 6;
  const ends = [-1, -0.5, 0, 0.5, 1].map((value) =>
    text((value * shades + shades + 0.5) * cell, 16, "middle", formatNumber(value, 1)),
  );
  const bar = squares([row], cell) + ends.join("");
  return {
    width: pageWidth,
    height: 28,
    content: element("g", { transform: "translate(62,4)" }, bar),
  };
};

const columnsOf = (names: readonly string[], signal: Matrix, noise?: Matrix): CsvColumn[] => {
  const pairs = names.flatMap((_, i) => names.slice(0, i).map((_, j) => [j, i] as const));
  return tabulate(pairs, {
    channel: ([a]) => names[a],
    "other channel": ([, b]) => names[b],
    correlation: ([a, b]) => signal[a][b],
    ...(noise ? { "correlation of noise": ([a, b]) => noise[a][b] } : {}),
  });
};

/**
 * Correlation between the inputs and between the observables of a part, and between the noise of
 * its observables.
 *
 * @param part     Its summary; one of a recording with several inputs or observables.
 * @param options  Name, title, caption.
 * @returns        The figure; its csv has a row per pair of observables, then of inputs.
 */
export function channelCorrelation(part: PartSummary, options: FigureWords = {}): Figure {
  const { inputs, observables, noise } = part.correlation;
  const namesOf = (channels: readonly { readonly name: string }[]): readonly string[] =>
    channels.map(({ name }) => name);
  const panels = [
    ...(observables ? [drawMatrix(observables, namesOf(part.observables), "Observables")] : []),
    ...(noise ? [drawMatrix(noise, namesOf(part.observables), "Their noise")] : []),
    ...(inputs ? [drawMatrix(inputs, namesOf(part.inputs), "Inputs")] : []),
  ];
  const rows = [panels.slice(0, 2), ...(panels.length > 2 ? [panels.slice(2)] : [])];
  const sentences = [
    `Correlation over the steps of ${part.name}: blue together, red against each other.`,
    observables
      ? "Observables of one block carry one signal: a twin of a few of them knows them all."
      : "",
    noise
      ? "Noise that is correlated between channels must be drawn together; deviations are from the mean over repeats."
      : "",
    inputs ? "What inputs do that always move together cannot be told apart." : "",
  ];
  return finishFigure(options, {
    name: "channel-correlation",
    title: "Correlation between channels",
    caption: sentences.filter((sentence) => sentence !== "").join(" "),
    rows: [...rows, [drawScale()]],
    columns: [
      ...(observables ? columnsOf(namesOf(part.observables), observables, noise) : []),
      ...(inputs ? columnsOf(namesOf(part.inputs), inputs) : []).map((column) => ({
        ...column,
        heading: `inputs: ${column.heading}`,
      })),
    ],
  });
}
