import * as Plot from "@observablehq/plot";
import {
  lagCorrelation as correlateLags,
  type RecordingPart,
  selectRepeats,
} from "../data/index.ts";
import { domainOf, drawChart, zeroLine } from "./chart.ts";
import type { LagCorrelation } from "./noise-statistics.ts";
import { formatNumber, timeUnit } from "./number.ts";
import { colour } from "./palette.ts";
import type { PanelStyle, Piece, RecordingView } from "./recording-view.ts";
import { standardDeviation } from "./statistics.ts";

/** Lags drawn: three turns of a carrier, or 30 steps; at most a third of the sequence. */
export function lagsOf({ recording, part }: RecordingView): number {
  const wanted = Math.ceil(3 * (recording.carrierPeriod ?? 10));
  return Math.min(wanted, Math.max(1, Math.floor(part.drive.shape[1] / 3)));
}

/** "lag (steps of 0.1 s)". */
export function lagLabel(dt: number): string {
  const time = timeUnit(dt);
  return `lag (steps of ${formatNumber(dt * time.perSecond)} ${time.unit})`;
}

/** Two standard errors about an autocorrelation, as far as there can be any. */
export function correlationBand({ value, standardError }: LagCorrelation): {
  readonly low: readonly number[];
  readonly high: readonly number[];
} {
  return {
    low: value.map((v, i) => Math.max(-1, v - 2 * standardError[i])),
    high: value.map((v, i) => Math.min(1, v + 2 * standardError[i])),
  };
}

/** Marks of one autocorrelation: points, a line through them, and its band. */
export function correlationMarks(
  lags: readonly number[],
  correlation: LagCorrelation,
  paint: string,
): Plot.Markish[] {
  const x = [...lags];
  const { value } = correlation;
  const { low, high } = correlationBand(correlation);
  return [
    Plot.areaY(
      { length: x.length },
      {
        x,
        y1: [...low],
        y2: [...high],
        fill: paint,
        fillOpacity: 0.18,
      },
    ),
    Plot.lineY({ length: x.length }, { x, y: [...value], stroke: paint, strokeWidth: 1.2 }),
    Plot.dot({ length: x.length }, { x, y: [...value], fill: paint, r: 2.4 }),
  ];
}

const groups = 8;

/**
 * Noise correlation as the summary of the recording has it, at every lag.
 *
 * The standard error is from the scatter between groups of repeats; NaN below 16 repeats.
 */
const correlationOf = (
  { part }: RecordingView,
  observable: number,
  lags: readonly number[],
): LagCorrelation => {
  const valuesOf = (some: RecordingPart): readonly number[] => {
    const found = correlateLags(some, observable, lags);
    return lags.map((lag) => found.find((entry) => entry.lag === lag)?.correlation ?? Number.NaN);
  };
  const repeats = Array.from({ length: part.response.shape[1] }, (_, r) => r);
  const parts =
    repeats.length < 2 * groups
      ? []
      : Array.from({ length: groups }, (_, group) =>
          valuesOf(
            selectRepeats(
              part,
              repeats.filter((r) => r % groups === group),
            ),
          ),
        );
  return {
    value: valuesOf(part),
    standardError: lags.map(
      (_, i) => standardDeviation(parts.map((values) => values[i])) / Math.sqrt(groups),
    ),
  };
};

/** Autocorrelation in time of the noise of one observable. */
export function noiseLags(view: RecordingView, observable: number, style: PanelStyle): Piece {
  const { name } = view.recording.observables[observable];
  const lags = lagsOf(view);
  const each = Array.from({ length: lags + 1 }, (_, lag) => lag);
  const found = correlationOf(view, observable, each);
  const { low, high } = correlationBand(found);
  const panel = drawChart({
    ...style,
    x: { domain: domainOf([each]), label: lagLabel(view.recording.dt), ticks: 6 },
    y: {
      domain: domainOf([found.value, low, high], { include: [0, 1] }),
      label: "noise autocorrelation",
      grid: true,
      ticks: 4,
    },
    marks: [zeroLine(), ...correlationMarks(each, found, colour("device"))],
  });
  return {
    panel,
    columns: [
      { heading: "lag (steps)", values: each },
      { heading: `noise autocorrelation of ${name}`, values: found.value },
      { heading: `standard error of ${name}`, values: found.standardError },
    ],
  };
}
