import * as Plot from "@observablehq/plot";
import { domainOf, drawChart, pageWidth } from "./chart.ts";
import { tabulate } from "./csv.ts";
import { countOf, type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { armColour } from "./palette.ts";
import { extent, quantiles, toFinite } from "./statistics.ts";
import type { Panel } from "./svg.ts";

/** A loss or score over the steps of one training run. */
export interface TrainingCurve {
  /** What is compared by colour: "noise-aware", or "training" against "validation". */
  readonly arm: string;
  readonly seed: number | string;
  /** What has its own axes: "phase 1: drift". One panel where left out. */
  readonly panel?: string;
  readonly step: ArrayLike<number>;
  /** As long as `step`; a value that is not finite is a gap. */
  readonly value: ArrayLike<number>;
}

/** Options of {@link trainingCurves}. */
export interface TrainingCurvesOptions extends FigureWords {
  /** Name and unit of the value (default "loss"). */
  readonly valueLabel?: string;
  /** What a step is (default "epoch"). */
  readonly stepLabel?: string;
  /**
   * Logarithmic value axis (default true); a panel stays linear where a value is zero or less, or
   * where they span less than a factor of three.
   */
  readonly logarithmic?: boolean;
}

/** One point that is drawn. */
interface Point {
  readonly panel: string;
  readonly arm: string;
  readonly seed: string;
  readonly step: number;
  readonly value: number;
}

const pointsOf = (curves: readonly TrainingCurve[]): Point[] =>
  curves.flatMap(({ panel = "", arm, seed, step, value }) =>
    Array.from(step, (at, i) => ({
      panel,
      arm,
      seed: String(seed),
      step: at,
      value: toFinite(value[i]),
    })),
  );

/** The median over seeds at each step of an arm; none where there is a single seed. */
const mediansOf = (points: readonly Point[]): Point[] => {
  if (new Set(points.map(({ seed }) => seed)).size < 2) return [];
  const steps = [...new Set(points.map(({ step }) => step))].sort((a, b) => a - b);
  return steps.map((step) => {
    const here = points.filter((point) => point.step === step);
    const [value] = quantiles(
      here.map((point) => point.value),
      [0.5],
    );
    return { ...here[0], seed: "median", value };
  });
};

const armMarks = (
  points: readonly Point[],
  medians: readonly Point[],
  stroke: string,
): Plot.Markish[] => {
  const alone = medians.length === 0;
  return [
    Plot.line(points, {
      x: "step",
      y: "value",
      z: "seed",
      stroke,
      strokeWidth: alone ? 1.6 : 0.8,
      strokeOpacity: alone ? 1 : 0.4,
    }),
    Plot.line(medians, { x: "step", y: "value", stroke, strokeWidth: 2 }),
  ];
};

const drawPanel = (
  points: readonly Point[],
  medians: readonly Point[],
  arms: readonly string[],
  options: TrainingCurvesOptions & { readonly heading: string; readonly width: number },
): Panel => {
  const { heading, width, stepLabel = "epoch", valueLabel } = options;
  const values = points.map(({ value }) => value);
  const [low, high] = extent(values) ?? [1, 1];
  const logarithmic = (options.logarithmic ?? true) && low > 0 && high > 3 * low;
  return drawChart({
    width,
    height: 230,
    heading: heading === "" ? undefined : heading,
    x: {
      domain: domainOf([points.map(({ step }) => step)], { exact: true }),
      label: stepLabel,
      ticks: 5,
    },
    y: {
      domain: domainOf([values], { logarithmic }),
      label: valueLabel ?? (heading === "" ? "loss" : undefined),
      logarithmic,
      grid: true,
      ticks: logarithmic ? undefined : 5,
    },
    marks: arms.flatMap((arm, i) =>
      armMarks(
        points.filter((point) => point.arm === arm),
        medians.filter((point) => point.arm === arm),
        armColour(i),
      ),
    ),
  });
};

const captionOf = (valueLabel: string, seeds: number): string => {
  const name = valueLabel.charAt(0).toUpperCase() + valueLabel.slice(1);
  const lines = `, ${countOf(seeds, "seed")}: each seed is a faint line, the strong line their median`;
  return `${name} during training${seeds > 1 ? lines : ""}. Look for curves that have levelled off, and for validation that does not turn back.`;
};

/**
 * Losses or scores during training: seeds as faint lines, their median as a strong one.
 *
 * @param curves   Any number, in any order; equal `panel` share axes, equal `arm` a colour.
 * @param options  Labels; `logarithmic` (default true).
 * @returns        The figure; its csv has a row per point drawn, medians included.
 * @throws         `bad-value` for the name.
 */
export function trainingCurves(
  curves: readonly TrainingCurve[],
  options: TrainingCurvesOptions = {},
): Figure {
  const points = pointsOf(curves);
  const panels = [...new Set(points.map(({ panel }) => panel))];
  const arms = [...new Set(points.map(({ arm }) => arm))];
  const medians = panels.flatMap((panel) =>
    arms.flatMap((arm) =>
      mediansOf(points.filter((point) => point.panel === panel && point.arm === arm)),
    ),
  );
  const drawn = (panels.length === 0 ? [""] : panels).map((panel) =>
    drawPanel(
      points.filter((point) => point.panel === panel),
      medians.filter((point) => point.panel === panel),
      arms,
      { ...options, heading: panel, width: panels.length < 2 ? pageWidth : pageWidth / 2 },
    ),
  );
  const { valueLabel = "loss", stepLabel = "epoch" } = options;
  const seeds = new Set(points.map(({ seed }) => seed)).size;
  return finishFigure(options, {
    name: "training-curves",
    title: "Training",
    caption: captionOf(valueLabel, seeds),
    rows: Array.from({ length: Math.ceil(drawn.length / 2) }, (_, row) =>
      drawn.slice(2 * row, 2 * row + 2),
    ),
    legend: arms.map((arm, i) => ({ label: arm, colour: armColour(i), mark: "line" })),
    columns: tabulate([...points, ...medians], {
      panel: ({ panel }) => panel,
      arm: ({ arm }) => arm,
      seed: ({ seed }) => seed,
      [stepLabel]: ({ step }) => step,
      [valueLabel]: ({ value }) => value,
    }),
  });
}
