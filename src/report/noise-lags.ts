import * as Plot from "@observablehq/plot";
import { domainOf, drawChart, zeroLine } from "./chart.ts";
import { type LagCorrelation, lagCorrelation } from "./noise-statistics.ts";
import { formatNumber, timeUnit } from "./number.ts";
import { colour } from "./palette.ts";
import type { PanelStyle, Piece, RecordingView } from "./recording-view.ts";

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

/** Marks of one autocorrelation: points, a line through them, and two standard errors. */
export function correlationMarks(
  lags: readonly number[],
  { value, standardError }: LagCorrelation,
  paint: string,
): Plot.Markish[] {
  const x = [...lags];
  return [
    Plot.areaY(
      { length: x.length },
      {
        x,
        y1: value.map((v, i) => v - 2 * standardError[i]),
        y2: value.map((v, i) => v + 2 * standardError[i]),
        fill: paint,
        fillOpacity: 0.18,
      },
    ),
    Plot.lineY({ length: x.length }, { x, y: [...value], stroke: paint, strokeWidth: 1.2 }),
    Plot.dot({ length: x.length }, { x, y: [...value], fill: paint, r: 2.4 }),
  ];
}

/** Autocorrelation in time of the noise of one observable. */
export function noiseLags(view: RecordingView, observable: number, style: PanelStyle): Piece {
  const { name } = view.recording.observables[observable];
  const lags = lagsOf(view);
  const each = Array.from({ length: lags + 1 }, (_, lag) => lag);
  const found = lagCorrelation(view.response, observable, lags);
  const panel = drawChart({
    ...style,
    x: { domain: domainOf([each]), label: lagLabel(view.recording.dt), ticks: 6 },
    y: {
      domain: domainOf([found.value], { include: [0, 1] }),
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
