// All channels of a recording side by side, where there are too many for a table.

import * as Plot from "@observablehq/plot";
import type { ObservableSummary, PartSummary } from "../data/index.ts";
import { type Axis, domainOf, drawChart, pageWidth, zeroLine } from "./chart.ts";
import { tabulate } from "./csv.ts";
import { type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { axisLabel } from "./number.ts";
import { colour } from "./palette.ts";
import { type Panel, textWidth } from "./svg.ts";

/** What the drive does to a channel: its sd without the noise. */
const signalSd = ({ sd, noiseSd = 0 }: ObservableSummary): number =>
  Math.sqrt(Math.max(0, sd * sd - noiseSd * noiseSd));

/** Slow change in units of its standard error; NaN where it is unknown. */
const changeInErrors = ({ slowChange }: ObservableSummary): number =>
  slowChange && slowChange.standardError > 0
    ? slowChange.change / slowChange.standardError
    : Number.NaN;

const axisOf = (channels: readonly ObservableSummary[], bare: boolean): Axis => {
  const longest = Math.max(...channels.map(({ name }) => textWidth(name, 11)));
  const most = Math.max(2, Math.floor((pageWidth - 80) / (longest + 16)));
  const stride = Math.max(1, Math.ceil((channels.length - 1) / (most - 1)));
  const ticks = channels.map((_, i) => i).filter((i) => i % stride === 0);
  return {
    domain: [-0.5, channels.length - 0.5],
    ticks,
    formatTick: (i) => channels[i]?.name ?? "",
    ...(bare ? { bare: true } : {}),
  };
};

const size = { width: pageWidth, height: 150, marginRight: 30 } as const;

const drawLevels = (channels: readonly ObservableSummary[], x: Axis, label: string): Panel => {
  const each = channels.map((_, i) => i);
  const area = (y1: readonly number[], y2: readonly number[], fillOpacity: number): Plot.Markish =>
    Plot.areaY(
      { length: each.length },
      { x: each, y1: [...y1], y2: [...y2], fill: colour("device"), fillOpacity },
    );
  const lowest = channels.map((channel) => channel.lowest);
  const highest = channels.map((channel) => channel.highest);
  const below = channels.map((channel) => channel.mean - channel.sd);
  const above = channels.map((channel) => channel.mean + channel.sd);
  const centre = channels.map((channel) => channel.mean);
  return drawChart({
    ...size,
    heading: "Level",
    x,
    y: { domain: domainOf([lowest, highest]), label, grid: true, ticks: 4 },
    marks: [
      area(lowest, highest, 0.12),
      area(below, above, 0.25),
      Plot.lineY(
        { length: each.length },
        { x: each, y: centre, stroke: colour("device"), strokeWidth: 1.4 },
      ),
    ],
  });
};

const drawNoise = (channels: readonly ObservableSummary[], x: Axis, label: string): Panel => {
  const each = channels.map((_, i) => i);
  const line = (y: readonly number[], stroke: string): Plot.Markish[] => [
    Plot.lineY({ length: each.length }, { x: each, y: [...y], stroke, strokeWidth: 1.2 }),
    Plot.dot({ length: each.length }, { x: each, y: [...y], fill: stroke, r: 2 }),
  ];
  const signal = channels.map(signalSd);
  const noise = channels.map(({ noiseSd = Number.NaN }) => noiseSd);
  const positive = [...signal, ...noise].filter((value) => value > 0);
  return drawChart({
    ...size,
    heading: "Signal and noise",
    x,
    y: {
      domain: domainOf([positive], { logarithmic: true }),
      label,
      logarithmic: true,
      grid: true,
    },
    marks: [
      ...line(
        signal.map((value) => (value > 0 ? value : Number.NaN)),
        "currentColor",
      ),
      ...line(
        noise.map((value) => (value > 0 ? value : Number.NaN)),
        colour("device"),
      ),
    ],
  });
};

const drawChange = (channels: readonly ObservableSummary[], x: Axis): Panel => {
  const changes = channels.map((channel, i) => ({ i, change: changeInErrors(channel) }));
  return drawChart({
    ...size,
    height: 130,
    heading: "Slow change",
    x,
    y: {
      domain: domainOf([changes.map(({ change }) => change)], { include: [-5, 5] }),
      label: "in standard errors",
      grid: true,
      ticks: 4,
    },
    marks: [
      zeroLine(),
      Plot.ruleY([-5, 5], { stroke: colour("muted"), strokeDasharray: "3 3" }),
      Plot.dot(changes, { x: "i", y: "change", fill: colour("device"), r: 2.2 }),
    ],
  });
};

/**
 * Level, signal, noise and slow change of every observable of a part, side by side.
 *
 * Levels and noise are left out where the observables have different units.
 *
 * @param part     Its summary.
 * @param options  Name, title, caption.
 * @returns        The figure; its csv has a row per observable.
 */
export function channelProfile(part: PartSummary, options: FigureWords = {}): Figure {
  const channels = part.observables;
  const [{ unit }] = channels;
  const isOneUnit = channels.every((channel) => channel.unit === unit);
  const isRepeated = part.repeats > 1;
  const draws = [
    ...(isOneUnit ? [(x: Axis) => drawLevels(channels, x, axisLabel("response", unit))] : []),
    ...(isOneUnit && isRepeated
      ? [(x: Axis) => drawNoise(channels, x, axisLabel("sd", unit))]
      : []),
    ...(isRepeated ? [(x: Axis) => drawChange(channels, x)] : []),
  ];
  const noise = isRepeated
    ? " Signal is what the drive does, noise the sd over repeats: where noise lies above, the channel hardly answers. Slow change beyond the dashed lines, five standard errors, is clear."
    : "";
  return finishFigure(options, {
    name: "channels",
    title: `All observables of ${part.name}`,
    caption: `Level: mean, one sd about it, and the range.${noise}`,
    rows: draws.map((draw, i) => [draw(axisOf(channels, i < draws.length - 1))]),
    legend:
      isOneUnit && isRepeated
        ? [
            { label: "signal (b)", colour: "currentColor", mark: "line" },
            { label: "noise (b)", colour: colour("device"), mark: "line" },
          ]
        : [],
    columns: tabulate(channels, {
      observable: ({ name }) => name,
      unit: (channel) => channel.unit,
      lowest: ({ lowest }) => lowest,
      highest: ({ highest }) => highest,
      mean: (channel) => channel.mean,
      sd: ({ sd }) => sd,
      "noise sd": ({ noiseSd = null }) => noiseSd,
      "slow change": ({ slowChange }) => slowChange?.change ?? null,
      "its standard error": ({ slowChange }) => slowChange?.standardError ?? null,
      "share at lowest": ({ shareAtLowest }) => shareAtLowest,
      "share at highest": ({ shareAtHighest }) => shareAtHighest,
    }),
  });
}
