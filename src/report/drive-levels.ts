import * as Plot from "@observablehq/plot";
import type { Recording, RecordingPart } from "../data/index.ts";
import { domainOf, drawChart } from "./chart.ts";
import { axisLabel } from "./number.ts";
import { armColour } from "./palette.ts";
import type { PanelStyle, Piece } from "./recording-view.ts";
import { extent, type Histogram, histogram } from "./statistics.ts";

const bins = 24;

/** All levels of one input in a part, steps past a sequence's end left out. */
const levelsOf = ({ drive, length }: RecordingPart, input: number): Float64Array => {
  const [, time, inputs] = drive.shape;
  return drive.data.filter(
    (_, i) =>
      i % inputs === input &&
      (length === undefined ||
        Math.floor(i / inputs) % time < length[Math.floor(i / (inputs * time))]),
  );
};

const outline = ({ edges, shares }: Histogram, paint: string): Plot.Markish[] => {
  const steps = { x: edges, y: [...shares, shares[shares.length - 1]], curve: "step-after" };
  return [
    Plot.areaY({ length: edges.length }, { ...steps, fill: paint, fillOpacity: 0.1 } as const),
    Plot.lineY({ length: edges.length }, { ...steps, stroke: paint, strokeWidth: 1.3 } as const),
  ];
};

/** Histogram of the levels of one input, an outline per part in the colour of its position. */
export function driveLevels(recording: Recording, input: number, style: PanelStyle): Piece {
  const { name, unit } = recording.inputs[input];
  const label = axisLabel(name, unit);
  const levels = recording.parts.map((part) => levelsOf(part, input));
  const range = domainOf([extent(...levels) ?? []], { exact: true });
  const counted = levels.map((values) => histogram(values, range, bins));
  const shares = counted.map((counts) => counts.shares);
  const panel = drawChart({
    ...style,
    x: { domain: domainOf([range]), label, ticks: 5 },
    y: {
      domain: domainOf(shares, { include: [0] }),
      label: "share of steps",
      grid: true,
      ticks: 4,
    },
    marks: counted.flatMap((counts, i) => outline(counts, armColour(i))),
  });
  return {
    panel,
    columns: [
      { heading: `bin low: ${label}`, values: counted[0].edges.slice(0, -1) },
      ...recording.parts.map((part, i) => ({
        heading: `share of steps of ${name} in ${part.name}`,
        values: shares[i],
      })),
    ],
  };
}
