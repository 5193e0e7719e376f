// Slow change of a device over its repeats, in the order in which they were measured.

import * as Plot from "@observablehq/plot";
import { type RunDeviation, runDeviations, slowChange } from "../data/index.ts";
import { domainOf, drawChart, zeroLine } from "./chart.ts";
import { tabulate } from "./csv.ts";
import { axisLabel } from "./number.ts";
import { colour } from "./palette.ts";
import type { PanelStyle, Piece, RecordingView } from "./recording-view.ts";
import { mean, standardDeviation } from "./statistics.ts";

const mostGroups = 50;

/** Runs that were measured one after another. */
interface RunGroup {
  /** Mean place of its runs in the order of acquisition, from 1. */
  readonly place: number;
  readonly deviation: number;
  /** From the scatter of the runs; NaN of a single one. */
  readonly standardError: number;
}

/** Groups of neighbours in the order of acquisition, one per repeat where that is not too many. */
const groupRuns = (runs: readonly RunDeviation[], repeats: number): RunGroup[] => {
  const ordered = [...runs].sort((a, b) => a.position - b.position);
  const groups = Math.min(repeats, mostGroups);
  const edge = (group: number): number => Math.round((group * ordered.length) / groups);
  return Array.from({ length: groups }, (_, group) => {
    const [from, to] = [edge(group), edge(group + 1)];
    const deviations = ordered.slice(from, to).map(({ deviation }) => deviation);
    return {
      place: (from + to + 1) / 2,
      deviation: mean(deviations),
      standardError: standardDeviation(deviations) / Math.sqrt(to - from),
    };
  });
};

/**
 * Mean deviation of the runs from others under the same drive, by when they were measured, and the
 * straight line that the summary of the recording gives as the slow change.
 */
export function slowChanges(view: RecordingView, observable: number, style: PanelStyle): Piece {
  const { part, recording } = view;
  const { name, unit } = recording.observables[observable];
  const [sequences, repeats] = part.response.shape;
  const groups = groupRuns(runDeviations(part, observable), repeats).map((group) => ({
    ...group,
    low: group.deviation - 2 * group.standardError,
    high: group.deviation + 2 * group.standardError,
  }));
  const { change } = slowChange(part, observable);
  const runs = [1, sequences * repeats];
  const trend = [-change / 2, change / 2];
  const panel = drawChart({
    ...style,
    x: { domain: domainOf([runs]), label: "run by order of acquisition", ticks: 5 },
    y: {
      domain: domainOf(
        [groups.flatMap(({ low, high, deviation }) => [low, high, deviation]), trend],
        { include: [0] },
      ),
      label: axisLabel("mean deviation", unit),
      grid: true,
      ticks: 5,
    },
    marks: [
      zeroLine(),
      Plot.ruleX(groups, {
        x: "place",
        y1: "low",
        y2: "high",
        stroke: colour("device"),
        strokeOpacity: 0.55,
      }),
      Plot.dot(groups, { x: "place", y: "deviation", fill: colour("device"), r: 2.4 }),
      Plot.lineY({ length: 2 }, { x: runs, y: trend, stroke: "currentColor", strokeWidth: 1 }),
    ],
  });
  return {
    panel,
    columns: tabulate(groups, {
      "run by order of acquisition": ({ place }) => place,
      [axisLabel(`mean deviation of ${name}`, unit)]: ({ deviation }) => deviation,
      [axisLabel(`standard error of ${name}`, unit)]: ({ standardError }) => standardError,
    }),
  };
}
