import * as Plot from "@observablehq/plot";
import { domainOf, drawChart, pageWidth } from "./chart.ts";
import { countOf, type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { axisLabel, formatQuantity, timeUnit } from "./number.ts";
import { colour } from "./palette.ts";
import type { Panel } from "./svg.ts";

/** How far the mean of a free-running twin is from that of its device. */
export interface DrawnFreeRun {
  /** Distance beyond which a drive counts as lost, in standard deviations of the signal. */
  readonly limit: number;
  /** Steps until each drive is lost; null where it never is. */
  readonly lostAfter: readonly (number | null)[];
  /** Root mean square over drives, [time], and what sampling alone would give. */
  readonly error: readonly number[];
  readonly floor: readonly number[];
}

/** Options of {@link freeRunError}. */
export interface FreeRunErrorOptions extends FigureWords {
  /** Sampling step, s. */
  readonly dt: number;
}

/** What the figure draws, in the units of its axes. */
interface View {
  readonly run: DrawnFreeRun;
  readonly x: readonly number[];
  /** When drives were lost. */
  readonly lost: readonly number[];
  readonly timeUnit: string;
}

const label: string = axisLabel("distance of the means", "sd of the signal");

const draw = ({ run, x, lost, timeUnit: unit }: View): Panel => {
  const line = (y: readonly number[], style: Plot.LineYOptions): Plot.Markish =>
    Plot.lineY({ length: x.length }, { x: [...x], y: [...y], ...style });
  const y = domainOf([run.error, run.floor], { include: [0, run.limit] });
  return drawChart({
    width: pageWidth,
    height: 210,
    x: {
      domain: domainOf([[0], x], { exact: true }),
      label: axisLabel("time since the reset", unit),
    },
    y: { domain: y, label, grid: true },
    marks: [
      Plot.ruleY([run.limit], { stroke: colour("muted"), strokeDasharray: "4 3" }),
      line(run.floor, { stroke: colour("device"), strokeWidth: 1.2 }),
      line(run.error, { stroke: colour("twin"), strokeWidth: 1.4 }),
      Plot.ruleX(lost, { y1: 0, y2: 0.06 * y[1], stroke: colour("twin"), strokeWidth: 1.4 }),
    ],
  });
};

const captionOf = ({ run, lost, timeUnit: unit }: View): string => {
  const drives = countOf(run.lostAfter.length, "drive");
  const words =
    lost.length === 0
      ? `none of ${drives} is lost`
      : `${lost.length} of ${drives} (marks at the bottom), the first after ${formatQuantity(Math.min(...lost), unit)}`;
  return `Root mean square distance between the means of twin and device, running freely from the reset (orange), and what the counts alone would give (blue). Beyond ${run.limit} standard deviations of the signal and three standard errors a drive counts as lost: ${words}. Look for an error that grows with time: the twin then misses something that the device remembers.`;
};

/**
 * Error of the mean of a free-running twin by time since the reset.
 *
 * @returns  The figure; its csv holds error and floor at every step.
 */
export function freeRunError(run: DrawnFreeRun, options: FreeRunErrorOptions): Figure {
  const { dt } = options;
  const time = timeUnit(dt * run.error.length);
  const at = (step: number): number => step * dt * time.perSecond;
  const x = run.error.map((_, t) => at(t + 1));
  const lost = run.lostAfter.flatMap((after) => (after === null ? [] : [at(after)]));
  const view: View = { run, x, lost, timeUnit: time.unit };
  return finishFigure(options, {
    name: "free-run-error",
    title: "Free run",
    caption: captionOf(view),
    rows: [[draw(view)]],
    legend: [
      { label: "twin against device", colour: colour("twin"), mark: "line" },
      { label: "sampling alone", colour: colour("device"), mark: "line" },
      { label: "limit", colour: colour("muted"), mark: "dashed" },
    ],
    columns: [
      { heading: axisLabel("time since the reset", time.unit), values: x },
      { heading: label, values: run.error },
      { heading: `sampling alone, ${label}`, values: run.floor },
    ],
  });
}
