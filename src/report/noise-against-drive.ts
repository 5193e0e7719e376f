import * as Plot from "@observablehq/plot";
import type { HostArray } from "../base/index.ts";
import { domainOf, drawChart, pageWidth } from "./chart.ts";
import { type CsvColumn, tabulate } from "./csv.ts";
import { countOf, type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { type NoiseAtLevel, noiseByLevel, noisePoints } from "./noise-statistics.ts";
import { axisLabel } from "./number.ts";
import { colour } from "./palette.ts";
import { type Comparison, checkComparison, checkNoise, type Selection } from "./samples.ts";
import type { Panel } from "./svg.ts";

/** Options of {@link noiseAgainstDrive}. */
export interface NoiseAgainstDriveOptions extends Omit<Selection, "sequence">, FigureWords {
  /** Groups of steps along the drive (default 16). */
  readonly groups?: number;
}

/** Noise of device and twin by the level of the drive, with the words of the axes. */
interface View {
  readonly device: readonly NoiseAtLevel[];
  readonly twin: readonly NoiseAtLevel[];
  readonly driveLabel: string;
  readonly sdLabel: string;
  readonly unit: string;
}

const levelMarks = (
  groups: readonly NoiseAtLevel[],
  paint: string,
  shift: number,
  curve: boolean,
): Plot.Markish[] => {
  const x = (group: NoiseAtLevel): number => group.level + shift;
  const marks: Plot.Markish[] = [
    Plot.ruleX(groups, { x, y1: "low", y2: "high", stroke: paint, strokeOpacity: 0.55 }),
    Plot.dot(groups, { x, y: "sd", fill: paint, r: curve ? 2.2 : 3.2 }),
  ];
  if (curve) marks.push(Plot.lineY(groups, { x, y: "sd", stroke: paint, strokeWidth: 1.2 }));
  return marks;
};

const draw = ({ device, twin, driveLabel, sdLabel }: View): Panel => {
  const all = [...device, ...twin];
  const x = domainOf([all.map(({ level }) => level)]);
  const shift = 0.004 * (x[1] - x[0]);
  return drawChart({
    width: pageWidth,
    height: 270,
    x: { domain: x, label: driveLabel },
    y: {
      domain: domainOf([all.map(({ high }) => high)], { include: [0] }),
      label: sdLabel,
      grid: true,
    },
    marks: [
      ...levelMarks(device, colour("device"), -shift, false),
      ...levelMarks(twin, colour("twin"), shift, true),
    ],
  });
};

const columnsOf = ({ device, twin, driveLabel, sdLabel, unit }: View): CsvColumn[] => {
  const rows = [
    ...device.map((group) => ({ ...group, of: "device" })),
    ...twin.map((group) => ({ ...group, of: "twin" })),
  ];
  return tabulate(rows, {
    of: (row) => row.of,
    [driveLabel]: (row) => row.level,
    [sdLabel]: (row) => row.sd,
    [axisLabel("5 % quantile over steps", unit)]: (row) => row.low,
    [axisLabel("95 % quantile over steps", unit)]: (row) => row.high,
    steps: (row) => row.steps,
  });
};

const captionOf = ({ device, twin }: Comparison): string => {
  const [repeats, realisations] = [device.shape[1], twin.shape[1]];
  const uncertain = Math.round(100 / Math.sqrt(2 * (repeats - 1)));
  return `Standard deviation over ${countOf(repeats, "device repeat")} and ${countOf(realisations, "twin realisation")}, by the drive held in the same step. Points are root mean squares over the steps of a group, bars the central 90 % of its steps. Look for the same shape, not only the same height: a twin with one noise level for all drives shows a flat line. A single step's value is uncertain by ${uncertain} % at these repeats.`;
};

/**
 * The noise, as standard deviation over repeats, against the level of the drive.
 *
 * @param comparison  Device and twin with at least two repeats each.
 * @param options     `observable`, `input` (default 0); `groups` along the drive (default 16).
 * @returns           The figure; its csv holds level, noise and its central 90 % per group.
 * @throws            `shape-mismatch`; `out-of-range` if either has a single repeat.
 */
export function noiseAgainstDrive(
  comparison: Comparison,
  options: NoiseAgainstDriveOptions = {},
): Figure {
  const where = "report.noiseAgainstDrive";
  checkComparison(where, comparison, options);
  checkNoise(where, comparison);
  const { observable = 0, input = 0, groups = 16 } = options;
  const group = (response: HostArray): readonly NoiseAtLevel[] =>
    noiseByLevel(noisePoints(comparison.drive, response, observable, input), groups);
  const driven = comparison.inputs[input];
  const channel = comparison.observables[observable];
  const view: View = {
    device: group(comparison.device),
    twin: group(comparison.twin),
    driveLabel: axisLabel(driven.name, driven.unit),
    sdLabel: axisLabel(`sd of ${channel.name}`, channel.unit),
    unit: channel.unit,
  };
  return finishFigure(options, {
    name: "noise-against-drive",
    title: `Noise against drive: ${channel.name}`,
    caption: captionOf(comparison),
    rows: [[draw(view)]],
    legend: [
      { label: "device", colour: colour("device"), mark: "dot" },
      { label: "twin", colour: colour("twin"), mark: "line" },
    ],
    columns: columnsOf(view),
  });
}
