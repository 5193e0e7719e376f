import * as Plot from "@observablehq/plot";
import { domainOf, drawChart, pageWidth } from "./chart.ts";
import { type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { colour } from "./palette.ts";

/**
 * Ranks of the device's repeats among the twin's realisations.
 *
 * @param shares  Share of repeats in each of equal bins of rank, lowest first.
 * @returns       The figure; its csv has a row per bin.
 */
export function rankHistogram(shares: readonly number[], options: FigureWords = {}): Figure {
  const bins = shares.map((share, i) => ({
    share,
    low: i / shares.length,
    high: (i + 1) / shares.length,
  }));
  const panel = drawChart({
    width: pageWidth,
    height: 190,
    x: {
      domain: [0, 1],
      label: "rank of a device repeat among the twin's realisations",
      ticks: 10,
    },
    y: {
      domain: domainOf([shares], { include: [0, 1 / shares.length] }),
      label: "share of repeats",
      grid: true,
      ticks: 4,
    },
    marks: [
      Plot.rect(bins, {
        ...{ x1: "low", x2: "high", y1: 0, y2: "share" },
        ...{ fill: colour("device"), fillOpacity: 0.3, stroke: colour("device") },
      }),
      Plot.ruleY([1 / shares.length], { stroke: colour("twin"), strokeWidth: 1.6 }),
    ],
  });
  return finishFigure(options, {
    name: "rank-histogram",
    title: "Ranks of the device among the twin's realisations",
    caption:
      "If the twin is the device every rank is as likely as any other (orange line). A valley in the middle: the twin has too little noise, or the wrong mean; a hill: too much noise; a slope: its mean is off to one side.",
    rows: [[panel]],
    columns: [
      { heading: "rank from", values: bins.map(({ low }) => low) },
      { heading: "rank to", values: bins.map(({ high }) => high) },
      { heading: "share of repeats", values: shares },
    ],
  });
}
