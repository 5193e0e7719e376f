import * as Plot from "@observablehq/plot";
import { domainOf, drawChart } from "./chart.ts";
import { tabulate } from "./csv.ts";
import { noiseByLevel, noisePoints } from "./noise-statistics.ts";
import { axisLabel } from "./number.ts";
import { colour } from "./palette.ts";
import type { PanelStyle, Piece, RecordingView } from "./recording-view.ts";

const groupsAlongDrive = 16;

/** Standard deviation over repeats of one observable against one input held in the same step. */
export function noiseLevels(
  view: RecordingView,
  observable: number,
  input: number,
  style: PanelStyle,
): Piece {
  const { recording, part, response } = view;
  const { name, unit } = recording.observables[observable];
  const points = noisePoints(part.drive, response, observable, input);
  const groups = noiseByLevel(points, groupsAlongDrive);
  const driveLabel = axisLabel(recording.inputs[input].name, recording.inputs[input].unit);
  const paint = colour("device");
  const panel = drawChart({
    ...style,
    x: { domain: domainOf([groups.map(({ level }) => level)]), label: driveLabel, ticks: 5 },
    y: {
      domain: domainOf([groups.map(({ high }) => high)], { include: [0] }),
      label: axisLabel("sd over repeats", unit),
      grid: true,
      ticks: 4,
    },
    marks: [
      Plot.ruleX(groups, { x: "level", y1: "low", y2: "high", stroke: paint, strokeOpacity: 0.55 }),
      Plot.dot(groups, { x: "level", y: "sd", fill: paint, r: 3 }),
    ],
  });
  return {
    panel,
    columns: tabulate(groups, {
      [driveLabel]: ({ level }) => level,
      [axisLabel(`sd of ${name} over repeats`, unit)]: ({ sd }) => sd,
      [axisLabel(`${name}: 5 % quantile over steps`, unit)]: ({ low }) => low,
      [axisLabel(`${name}: 95 % quantile over steps`, unit)]: ({ high }) => high,
    }),
  };
}
