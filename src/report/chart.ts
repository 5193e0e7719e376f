// One chart with axes, drawn by Observable Plot into a document that exists only in memory.

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { formatNumber } from "./number.ts";
import { colour } from "./palette.ts";
import { extent } from "./statistics.ts";
import type { Panel } from "./svg.ts";

/** One axis of a chart. */
export interface Axis {
  /** Name with unit; no label where left out. Of the upright axis it stands above the chart. */
  readonly label?: string;
  readonly domain: readonly [number, number];
  readonly logarithmic?: boolean;
  /** Positions of ticks, or roughly how many; a logarithmic axis chooses its own by default. */
  readonly ticks?: readonly number[] | number;
  /** Text of a tick (default: a number). */
  readonly formatTick?: (value: number) => string;
  readonly grid?: boolean;
  /** Draw ticks without numbers, for a chart above one with the same axis. */
  readonly bare?: boolean;
}

/** Size and content of a chart. */
export interface ChartOptions {
  readonly width: number;
  readonly height: number;
  readonly heading?: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly marginLeft?: number;
  readonly marginRight?: number;
  readonly marginTop?: number;
  readonly marginBottom?: number;
  readonly marks: readonly Plot.Markish[];
}

/** Width of a figure that fills the page, in pixels. */
export const pageWidth = 720;

/**
 * An axis domain that holds all finite values, with a margin of 4 % at either end.
 *
 * @param arrays   Values drawn along the axis.
 * @param options  `include` more values (0 for a bar, say); `logarithmic` for a margin in decades;
 *                 `exact` for no margin.
 * @returns        Always finite and of positive length: [0, 1] where nothing is finite.
 */
export function domainOf(
  arrays: readonly ArrayLike<number>[],
  options: {
    readonly include?: readonly number[];
    readonly logarithmic?: boolean;
    readonly exact?: boolean;
  } = {},
): readonly [number, number] {
  const found = extent(...arrays, options.include ?? []);
  if (options.logarithmic) {
    const [low, high] = found ?? [0.1, 1];
    const margin = Math.max((high / low) ** 0.04, 1.05);
    return [low / margin, high * margin];
  }
  const [low, high] = found ?? [0, 1];
  if (low === high)
    return [low - Math.max(Math.abs(low), 1) / 2, low + Math.max(Math.abs(low), 1) / 2];
  const margin = options.exact ? 0 : 0.04 * (high - low);
  return [low - margin, high + margin];
}

const formatLogTick = (value: number): string => {
  const exponent = Math.round(Math.log10(value));
  const isPower = Math.abs(value / 10 ** exponent - 1) < 1e-9;
  if (value >= 0.001 && value < 1e5) return String(Number(value.toPrecision(3)));
  return isPower ? formatNumber(value, 1).replace(/^1 × /, "") : formatNumber(value, 1);
};

/** Powers of ten within a domain, or finer ticks where there are fewer than three. */
const logTicks = ([low, high]: readonly [number, number]): number[] => {
  const powers = Array.from(
    { length: 1 + Math.ceil(Math.log10(high / low)) + 1 },
    (_, i) => 10 ** (Math.floor(Math.log10(low)) + i),
  );
  const within = (mantissas: readonly number[]): number[] =>
    powers
      .flatMap((power) => mantissas.map((mantissa) => mantissa * power))
      .filter((tick) => tick >= low && tick <= high);
  const choices = [[1], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 7]].map(within);
  return choices.find((ticks) => ticks.length >= 3) ?? choices[2];
};

const tickFormatOf = (axis: Axis): ((value: number) => string) | undefined => {
  if (axis.bare) return () => "";
  if (axis.formatTick) return axis.formatTick;
  if (axis.logarithmic) return formatLogTick;
  const size = Math.max(Math.abs(axis.domain[0]), Math.abs(axis.domain[1]));
  if (size >= 2e-3 && size < 1e6) return undefined;
  return (value) => (value === 0 ? "0" : formatNumber(value, 2).replace(/\.0(?= ×)/, ""));
};

const scaleOf = (axis: Axis, label: string | null): Plot.ScaleOptions => ({
  type: axis.logarithmic ? "log" : "linear",
  domain: [...axis.domain],
  label,
  labelAnchor: "center",
  labelArrow: "none",
  grid: axis.grid ?? false,
  tickSize: 4,
  ticks:
    axis.logarithmic && axis.ticks === undefined
      ? logTicks(axis.domain)
      : (axis.ticks as number[] | number | undefined),
  tickFormat: tickFormatOf(axis),
});

/**
 * Draw one chart.
 *
 * @param options  Size in pixels, axes, and Plot's marks. Marks skip values that are not finite.
 * @returns        A panel for {@link composeFigure}.
 */
export function drawChart(options: ChartOptions): Panel {
  const { width, height, x, y } = options;
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const axisLine = { stroke: colour("muted") };
  const svg = Plot.plot({
    document,
    className: "chart",
    width,
    height,
    marginLeft: options.marginLeft ?? 54,
    marginRight: options.marginRight ?? 14,
    marginTop: options.marginTop ?? 8,
    marginBottom: options.marginBottom ?? (x.bare ? 12 : x.label === undefined ? 24 : 40),
    x: scaleOf(x, x.label ?? null),
    y: scaleOf(y, null),
    marks: [
      Plot.frame({ anchor: "left", ...axisLine }),
      Plot.frame({ anchor: "bottom", ...axisLine }),
      ...options.marks,
    ],
  });
  svg.querySelector("style")?.remove();
  for (const name of ["class", "font-family", "font-size"]) svg.removeAttribute(name);
  return { width, height, heading: options.heading, quantity: y.label, content: svg.outerHTML };
}

/** A thin line at zero. */
export function zeroLine(): Plot.Markish {
  return Plot.ruleY([0], { stroke: colour("muted"), strokeWidth: 0.75 });
}
