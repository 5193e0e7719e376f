import * as Plot from "@observablehq/plot";
import type { Channel } from "../data/index.ts";
import { type Bands, bandColumns, bandsOf } from "./bands.ts";
import { domainOf, drawChart, pageWidth } from "./chart.ts";
import type { CsvColumn } from "./csv.ts";
import { countOf, type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { axisLabel, timeUnit } from "./number.ts";
import { colour } from "./palette.ts";
import { type Comparison, checkComparison, driveTrace, type Selection, traces } from "./samples.ts";
import type { Panel } from "./svg.ts";

/** Options of {@link deviceAgainstTwin}. */
export interface DeviceAgainstTwinOptions extends Selection, FigureWords {
  /** First step drawn and the step after the last (default: the first 400). */
  readonly steps?: readonly [number, number];
  /** Single runs drawn of either kind (default 3; 0 for none). */
  readonly runs?: number;
}

const bandMarks = (x: readonly number[], device: Bands, twin: Bands): Plot.Markish[] => {
  const data = { length: x.length };
  const blue = colour("device");
  const area = (y1: readonly number[], y2: readonly number[]): Plot.Markish =>
    Plot.areaY(data, { x, y1, y2, fill: blue, fillOpacity: 0.2 });
  const line = (y: readonly number[], options: Plot.LineYOptions): Plot.Markish =>
    Plot.lineY(data, { x, y, ...options });
  const edge = { stroke: colour("twin"), strokeWidth: 0.8 };
  return [
    area(device.edges[0], device.edges[3]),
    area(device.edges[1], device.edges[2]),
    line(device.mean, { stroke: blue, strokeWidth: 1.8 }),
    ...twin.edges.map((values, i) =>
      line(values, { ...edge, strokeDasharray: i === 0 || i === 3 ? "1.5 2" : "4 2" }),
    ),
    line(twin.mean, { stroke: colour("twin"), strokeWidth: 1.2 }),
  ];
};

/** Everything the figure draws, in its axes' units. */
interface View {
  /** End of each step, and the start of the first before them. */
  readonly edges: readonly number[];
  readonly x: readonly number[];
  readonly drive: readonly number[];
  readonly device: Bands;
  readonly twin: Bands;
  readonly deviceRuns: readonly (readonly number[])[];
  readonly twinRuns: readonly (readonly number[])[];
  readonly timeLabel: string;
  readonly driveLabel: string;
  readonly observable: Channel;
}

const viewOf = (comparison: Comparison, options: DeviceAgainstTwinOptions): View => {
  const { sequence = 0, observable = 0, input = 0, runs = 3 } = options;
  const { dt, drive } = comparison;
  const steps = Array.from({ length: drive.shape[1] }, (_, t) => t).slice(
    ...(options.steps ?? [0, 400]),
  );
  const time = timeUnit(dt * steps.length);
  const at = (step: number): number => step * dt * time.perSecond;
  const x = steps.map((t) => at(t + 1));
  const driven = driveTrace(drive, sequence, input);
  const device = traces(comparison.device, sequence, observable);
  const twin = traces(comparison.twin, sequence, observable);
  const pick = (all: readonly Float64Array[]): readonly (readonly number[])[] =>
    all.slice(0, runs).map((values) => steps.map((t) => values[t]));
  const channel = comparison.inputs[input];
  return {
    edges: [at(steps[0] ?? 0), ...x],
    x,
    drive: steps.map((t) => driven[t]),
    device: bandsOf(device, steps),
    twin: bandsOf(twin, steps),
    deviceRuns: pick(device),
    twinRuns: pick(twin),
    timeLabel: axisLabel("time", time.unit),
    driveLabel: axisLabel(channel.name, channel.unit),
    observable: comparison.observables[observable],
  };
};

const drawResponses = (view: View): Panel[] => {
  const { x, edges, deviceRuns, twinRuns, observable } = view;
  const domain = domainOf([...view.device.edges, ...view.twin.edges, ...deviceRuns, ...twinRuns]);
  const chart = (heading: string, height: number, marks: readonly Plot.Markish[]): Panel =>
    drawChart({
      width: pageWidth,
      height,
      heading,
      x: { domain: domainOf([edges], { exact: true }), bare: true },
      y: {
        domain,
        label: axisLabel(observable.name, observable.unit),
        grid: true,
        ticks: height > 150 ? 6 : 4,
      },
      marks,
    });
  const lines = (all: readonly (readonly number[])[], stroke: string): Plot.Markish[] =>
    all.map((y) =>
      Plot.lineY({ length: x.length }, { x, y, stroke, strokeWidth: 0.9, strokeOpacity: 0.8 }),
    );
  const bands = chart("Means and bands", 230, bandMarks(x, view.device, view.twin));
  if (deviceRuns.length === 0) return [bands];
  return [
    bands,
    chart(countOf(deviceRuns.length, "device repeat"), 112, lines(deviceRuns, colour("device"))),
    chart(countOf(twinRuns.length, "twin realisation"), 112, lines(twinRuns, colour("twin"))),
  ];
};

const drawDrive = (view: View): Panel =>
  drawChart({
    width: pageWidth,
    height: 120,
    heading: "Drive",
    x: { domain: domainOf([view.edges], { exact: true }), label: view.timeLabel },
    y: { domain: domainOf([view.drive]), label: view.driveLabel, grid: true, ticks: 3 },
    marks: [
      Plot.lineY(
        { length: view.edges.length },
        {
          x: view.edges,
          y: [...view.drive, view.drive[view.drive.length - 1]],
          curve: "step-after",
          stroke: colour("drive"),
          strokeWidth: 1.1,
        },
      ),
    ],
  });

const columnsOf = (view: View): CsvColumn[] => {
  const { unit } = view.observable;
  const runColumns = (who: string, runs: readonly (readonly number[])[]): CsvColumn[] =>
    runs.map((values, i) => ({ heading: axisLabel(`${who} ${i}`, unit), values }));
  return [
    { heading: view.timeLabel, values: view.x },
    { heading: view.driveLabel, values: view.drive },
    ...bandColumns("device", unit, view.device),
    ...bandColumns("twin", unit, view.twin),
    ...runColumns("device repeat", view.deviceRuns),
    ...runColumns("twin realisation", view.twinRuns),
  ];
};

const captionOf = (view: View, comparison: Comparison): string => {
  const { device, twin, drive } = comparison;
  const [drawn, time] = [view.x.length, drive.shape[1]];
  const sentences = [
    `The same drive was given to both: ${countOf(device.shape[1], "device repeat")}, ${countOf(twin.shape[1], "twin realisation")}${drawn < time ? `, ${drawn} of ${time} steps` : ""}.`,
    "Look for orange lines on the edges of the blue bands through every change of the drive; where they run inside, the twin has too little noise.",
  ];
  if (view.deviceRuns.length > 0) {
    sentences.push(
      "Bands do not show how noise is correlated in time: compare the roughness of the single runs in b and c.",
    );
  }
  return sentences.join(" ");
};

/**
 * Repeats of a device against realisations of its twin, over time, with the drive below.
 *
 * The device is drawn as bands, the twin as lines, so that a good twin's lines lie on the edges of
 * the bands. Single runs stand below, since bands do not show how smooth a run is.
 *
 * @param comparison  Responses [sequences, repeats, time, observables] under the same drives.
 * @param options     `sequence`, `observable`, `input` (default 0); `steps`; `runs` (default 3).
 * @returns           The figure; its csv holds bands, runs and drive, in device units.
 * @throws            `shape-mismatch`; `out-of-range`; `bad-value` for the name.
 */
export function deviceAgainstTwin(
  comparison: Comparison,
  options: DeviceAgainstTwinOptions = {},
): Figure {
  checkComparison("report.deviceAgainstTwin", comparison, options);
  const view = viewOf(comparison, options);
  return finishFigure(options, {
    name: "device-against-twin",
    title: `Device against twin: ${view.observable.name}`,
    caption: captionOf(view, comparison),
    rows: [...drawResponses(view), drawDrive(view)].map((panel) => [panel]),
    legend: [
      {
        label: "device: mean, central 50 % and 90 %",
        colour: colour("device"),
        mark: "line and band",
      },
      { label: "twin: mean", colour: colour("twin"), mark: "line" },
      { label: "twin: edges of 50 % and 90 %", colour: colour("twin"), mark: "dashed" },
    ],
    columns: columnsOf(view),
  });
}
