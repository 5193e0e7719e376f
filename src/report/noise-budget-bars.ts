import * as Plot from "@observablehq/plot";
import { drawChart, pageWidth } from "./chart.ts";
import { tabulate } from "./csv.ts";
import { type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { armColour, colour } from "./palette.ts";
import { type Panel, textWidth } from "./svg.ts";

/** A share of a variance with its 95 % interval. */
interface Share {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Where the noise of one observable comes from, as shares of its variance. */
export interface DrawnBudget {
  readonly observable: string;
  readonly twin: Readonly<Record<string, Share>>;
  /** Null where the device has too few repeats. */
  readonly device: Readonly<Record<string, Share>> | null;
  /** Of the device. */
  readonly slowDrift: number;
  readonly isSeparable: boolean;
  readonly reason: string;
}

/** Words for the sources, in the order in which they are stacked. */
const sources: readonly (readonly [key: string, label: string])[] = [
  ["observation", "observation"],
  ["white", "white process"],
  ["coloured", "coloured process"],
  ["start", "spread of the starts"],
  ["slow", "slow drift"],
];
const paintOf = (source: number): string => (source < 4 ? armColour(source) : colour("drive"));

/** One bar: an observable of the device or of the twin. */
interface Bar {
  readonly observable: string;
  readonly of: "device" | "twin";
  readonly shares: Readonly<Record<string, Share>>;
  readonly isSeparable: boolean;
}

const barsOf = (budgets: readonly DrawnBudget[]): Bar[] =>
  budgets.flatMap(({ observable, twin, device, slowDrift, isSeparable }): Bar[] => {
    const slow = { mean: slowDrift, low: slowDrift, high: slowDrift };
    const ofTwin: Bar = { observable, of: "twin", shares: twin, isSeparable: true };
    if (!device) return [ofTwin];
    return [{ observable, of: "device", shares: { ...device, slow }, isSeparable }, ofTwin];
  });

/** A piece of a bar, from one share of the variance to another. */
interface Piece {
  readonly row: number;
  readonly source: number;
  readonly from: number;
  readonly to: number;
  readonly isSeparable: boolean;
}

const piecesOf = (bars: readonly Bar[]): Piece[] =>
  bars.flatMap(({ shares, isSeparable }, row) => {
    let end = 0;
    return sources.map(([key], source): Piece => {
      const from = end;
      end += Math.max(0, shares[key]?.mean ?? 0);
      return { row, source, from, to: end, isSeparable };
    });
  });

const draw = (bars: readonly Bar[]): Panel => {
  const pieces = piecesOf(bars).filter(({ from, to }) => to > from);
  const names = bars.map(({ observable, of }) => `${observable}, ${of}`);
  const left = 24 + Math.max(0, ...names.map((name) => textWidth(name, 11.5)));
  const end = Math.max(1, ...pieces.map(({ to }) => to));
  return drawChart({
    width: pageWidth,
    height: 52 + 26 * bars.length,
    marginLeft: left,
    x: { domain: [0, end], label: "share of the variance over repeats" },
    y: {
      domain: [bars.length - 0.5, -0.5],
      ticks: bars.map((_, row) => row),
      formatTick: (row) => names[row] ?? "",
    },
    marks: sources.map((_, source) =>
      Plot.rect(
        pieces.filter((piece) => piece.source === source),
        {
          ...{ x1: "from", x2: "to", y1: ({ row }) => row - 0.36, y2: ({ row }) => row + 0.36 },
          ...{ fill: paintOf(source), stroke: paintOf(source) },
          fillOpacity: ({ isSeparable }) => (isSeparable ? 0.75 : 0.25),
        },
      ),
    ),
  });
};

const captionOf = (budgets: readonly DrawnBudget[]): string => {
  const open = budgets.filter(({ isSeparable }) => !isSeparable);
  const words = open.map(({ observable, reason }) => `${observable}: ${reason}.`);
  const pale =
    open.length === 0
      ? "All shares of the device can be told apart."
      : `Pale bars cannot be told apart. ${words.slice(0, 3).join(" ")}`;
  return `Shares of the variance over repeats. Twin: what disappears when that source alone is switched off; sources that act on each other do not add up to 1. Device: by the shape of its noise in time, given the memory of the twin. ${pale}`;
};

/**
 * The noise budget of a device and its twin as stacked bars.
 *
 * @param budgets  Of the observables that are drawn, a handful.
 * @returns        The figure; its csv has a row per share, with its interval.
 */
export function noiseBudgetBars(
  budgets: readonly DrawnBudget[],
  options: FigureWords = {},
): Figure {
  const bars = barsOf(budgets);
  const rows = bars.flatMap(({ observable, of, shares }) =>
    sources.flatMap(([key, label]) =>
      shares[key] ? [{ observable, of, label, ...shares[key] }] : [],
    ),
  );
  return finishFigure(options, {
    name: "noise-budget",
    title: "Noise budget",
    caption: captionOf(budgets),
    rows: [[draw(bars)]],
    legend: sources.map(([, label], source) => ({ label, colour: paintOf(source), mark: "band" })),
    columns: tabulate(rows, {
      observable: ({ observable }) => observable,
      of: ({ of }) => of,
      source: ({ label }) => label,
      "share of the variance": ({ mean }) => mean,
      "95 % interval, low": ({ low }) => low,
      "95 % interval, high": ({ high }) => high,
    }),
  });
}
