// A sequence whose every step has a class: the task input, and the probability of each class.

import * as Plot from "@observablehq/plot";
import { domainOf, drawChart, pageWidth } from "./chart.ts";
import { armColour, colour } from "./palette.ts";
import type { LegendEntry, Panel } from "./svg.ts";

/** The steps that are drawn. */
export interface ClassView {
  readonly steps: readonly number[];
  readonly input: readonly number[];
  /** None where the heading says it all. */
  readonly inputLabel?: string;
  /** Class of each step. */
  readonly labels: readonly number[];
  /** Most probable class of each step. */
  readonly predicted: readonly number[];
  /** [class][step]. */
  readonly probability: readonly (readonly number[])[];
  readonly classes: readonly string[];
}

/** A cell of the raster: step at its middle, class, probability. */
interface Cell {
  readonly step: number;
  readonly row: number;
  readonly probability: number;
}

const wrongSteps = ({ steps, labels, predicted }: ClassView): readonly number[] =>
  steps.filter((_, i) => labels[i] !== predicted[i]);

const crosses = (view: ClassView, y: number): Plot.Markish =>
  Plot.dot(wrongSteps(view), {
    x: (step: number) => step,
    y: () => y,
    symbol: "times",
    stroke: colour("negative"),
    strokeWidth: 1.6,
    r: 3.2,
  });

const drawInput = (view: ClassView, x: readonly [number, number], marginLeft: number): Panel =>
  drawChart({
    width: pageWidth,
    height: 120,
    heading: "Task input",
    marginLeft,
    x: { domain: x, bare: true },
    y: { domain: domainOf([view.input]), label: view.inputLabel, grid: true, ticks: 4 },
    marks: [
      Plot.lineY(
        { length: view.steps.length },
        { x: [...view.steps], y: [...view.input], stroke: colour("drive"), strokeWidth: 1.1 },
      ),
      Plot.dot(
        { length: view.steps.length },
        { x: [...view.steps], y: [...view.input], fill: colour("drive"), r: 1.8 },
      ),
    ],
  });

/** Two classes: one probability as a line, over a ground that shows the true class. */
const drawTwo = (view: ClassView, x: readonly [number, number], marginLeft: number): Panel => {
  const cells = view.steps.map((step, i) => ({ step, label: view.labels[i] }));
  return drawChart({
    width: pageWidth,
    height: 160,
    heading: `Probability of “${view.classes[1]}”`,
    marginLeft,
    x: { domain: x, label: "task step" },
    y: { domain: [-0.04, 1.1], ticks: [0, 0.5, 1], grid: true },
    marks: [
      Plot.rect(
        cells.filter(({ label }) => label === 1),
        {
          x1: ({ step }) => step - 0.5,
          x2: ({ step }) => step + 0.5,
          y1: 0,
          y2: 1,
          fill: armColour(0),
          fillOpacity: 0.18,
        },
      ),
      Plot.ruleY([0.5], { stroke: colour("muted"), strokeWidth: 0.75, strokeDasharray: "3 3" }),
      Plot.lineY(
        { length: view.steps.length },
        { x: [...view.steps], y: [...view.probability[1]], stroke: armColour(0), strokeWidth: 1.3 },
      ),
      Plot.dot(
        { length: view.steps.length },
        { x: [...view.steps], y: [...view.probability[1]], fill: armColour(0), r: 2 },
      ),
      crosses(view, 1.06),
    ],
  });
};

/** Several classes: a row for each, darker where it is more probable, true cells framed. */
const drawRaster = (view: ClassView, x: readonly [number, number], marginLeft: number): Panel => {
  const cells: Cell[] = view.classes.flatMap((_, row) =>
    view.steps.map((step, i) => ({ step, row, probability: view.probability[row][i] })),
  );
  const place = {
    x1: ({ step }: Cell) => step - 0.5,
    x2: ({ step }: Cell) => step + 0.5,
    y1: ({ row }: Cell) => row - 0.5,
    y2: ({ row }: Cell) => row + 0.5,
  };
  const truth = cells.filter(({ step, row }) => view.labels[view.steps.indexOf(step)] === row);
  const count = view.classes.length;
  return drawChart({
    width: pageWidth,
    height: 66 + 18 * count,
    heading: "Probability of each class",
    marginLeft,
    x: { domain: x, label: "task step" },
    y: {
      domain: [count - 0.5, -1.4],
      ticks: view.classes.map((_, row) => row),
      formatTick: (row) => view.classes[row] ?? "",
    },
    marks: [
      Plot.rect(cells, {
        ...place,
        fill: armColour(0),
        fillOpacity: ({ probability }: Cell) => (probability > 0 ? Math.min(1, probability) : 0),
      }),
      Plot.rect(truth, { ...place, stroke: "currentColor", strokeWidth: 0.9, fill: "none" }),
      crosses(view, -1),
    ],
  });
};

/** Panels and legend of a sequence whose every step has a class. */
export function classPanels(view: ClassView): {
  readonly rows: readonly Panel[][];
  readonly legend: readonly LegendEntry[];
} {
  const x = domainOf([view.steps], { include: view.steps.map((step) => step + 0.6), exact: true });
  const range: readonly [number, number] = [x[0] - 0.6, x[1]];
  const two = view.classes.length === 2;
  const longest = Math.max(...view.classes.map(({ length }) => length));
  const marginLeft = two ? 54 : Math.min(140, Math.max(54, 20 + 6.4 * longest));
  const classPanel = two ? drawTwo : drawRaster;
  const legend: LegendEntry[] = [
    {
      label: two ? `truly “${view.classes[1]}”` : "probability",
      colour: armColour(0),
      mark: "band",
    },
  ];
  if (two) legend.push({ label: "probability", colour: armColour(0), mark: "line" });
  return {
    rows: [[drawInput(view, range, marginLeft)], [classPanel(view, range, marginLeft)]],
    legend,
  };
}
