import * as Plot from "@observablehq/plot";
import type { HostArray } from "../base/index.ts";
import { domainOf, drawChart, pageWidth, zeroLine } from "./chart.ts";
import { classPanels } from "./class-panels.ts";
import type { CsvColumn } from "./csv.ts";
import {
  countOf,
  type Figure,
  type FigureParts,
  type FigureWords,
  finishFigure,
} from "./figure.ts";
import { axisLabel } from "./number.ts";
import { armColour, colour } from "./palette.ts";
import { acrossRepeats, checkAxes } from "./samples.ts";
import { mean, quantiles, toFinite } from "./statistics.ts";
import type { LegendEntry, Panel } from "./svg.ts";

/** What one network says of a sequence of numbers. */
export interface Prediction {
  /** "on the device", or an arm. */
  readonly label: string;
  /** [runs, time]; several runs are drawn as their mean and central 90 %. */
  readonly values: HostArray;
}

/** A sequence of numbers and what was predicted of it. */
export interface RegressionInput {
  readonly kind: "regression";
  /** [time]. */
  readonly target: ArrayLike<number>;
  readonly predictions: readonly Prediction[];
  /** Name and unit of the target (default "target", no unit). */
  readonly quantity?: { readonly name: string; readonly unit: string };
}

/** A sequence in which every step has a class, and the probability given to each class. */
export interface ClassificationInput {
  readonly kind: "classification";
  /** Task input, [time]. */
  readonly input: ArrayLike<number>;
  /** Class of each step, [time]. */
  readonly labels: ArrayLike<number>;
  /** [time, classes]. */
  readonly probability: HostArray;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Name and unit of the task input (default "input", no unit). */
  readonly quantity?: { readonly name: string; readonly unit: string };
}

/** Options of {@link predictionAgainstTarget}. */
export interface PredictionOptions extends FigureWords {
  /** First step drawn and the step after the last (default: the first 200). */
  readonly steps?: readonly [number, number];
}

const where = "report.predictionAgainstTarget";

/** Mean and central 90 % over runs of one prediction, at the steps drawn. */
interface Drawn {
  readonly label: string;
  readonly runs: number;
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

const drawnOf = ({ label, values }: Prediction, steps: readonly number[]): Drawn => {
  const [runs, time] = values.shape;
  const each = Array.from({ length: runs }, (_, r) => values.data.slice(r * time, (r + 1) * time));
  const samples = steps.map((t) => acrossRepeats(each, t));
  const cuts = samples.map((sample) => quantiles(sample, [0.05, 0.95]));
  return {
    label,
    runs,
    mean: samples.map(mean),
    low: cuts.map(([low]) => low),
    high: cuts.map(([, high]) => high),
  };
};

/** Bands of all predictions, the last at the bottom, then their means. `minus` is taken off. */
const predictionMarks = (
  steps: readonly number[],
  all: readonly Drawn[],
  minus: readonly number[],
): Plot.Markish[] => {
  const data = { length: steps.length };
  const x = [...steps];
  const less = (values: readonly number[]): number[] => values.map((v, i) => v - minus[i]);
  const bands = all.flatMap(({ runs, low, high }, i) => {
    const area = { x, y1: less(low), y2: less(high), fill: armColour(i), fillOpacity: 0.22 };
    return runs < 2 ? [] : [Plot.areaY(data, area)];
  });
  const means = all.map((drawn, i) =>
    Plot.lineY(data, { x, y: less(drawn.mean), stroke: armColour(i), strokeWidth: 1.2 }),
  );
  return [...bands.reverse(), ...means.reverse()];
};

const drawRegression = (
  steps: readonly number[],
  target: readonly number[],
  all: readonly Drawn[],
  quantity: { readonly name: string; readonly unit: string },
): Panel[] => {
  const x = domainOf([steps], { exact: true });
  const bounds = all.flatMap(({ low, high }) => [low, high]);
  const errors = bounds.map((values) => values.map((v, i) => v - target[i]));
  const truth = { x: [...steps], y: [...target], stroke: "currentColor" };
  const nothing = target.map(() => 0);
  const value = drawChart({
    width: pageWidth,
    height: 200,
    heading: "Target and prediction",
    x: { domain: x, bare: true },
    y: {
      domain: domainOf([target, ...bounds]),
      label: axisLabel(quantity.name, quantity.unit),
      grid: true,
    },
    marks: [
      ...predictionMarks(steps, all, nothing),
      Plot.lineY({ length: steps.length }, { ...truth, strokeWidth: 1.1, strokeDasharray: "3 2" }),
    ],
  });
  const error = drawChart({
    width: pageWidth,
    height: 140,
    heading: "Prediction minus target",
    x: { domain: x, label: "task step" },
    y: {
      domain: domainOf(errors, { include: [0] }),
      label: axisLabel("error", quantity.unit),
      grid: true,
      ticks: 4,
    },
    marks: [zeroLine(), ...predictionMarks(steps, all, target)],
  });
  return [value, error];
};

const drawnColumns = (drawn: Drawn, unit: string): CsvColumn[] => {
  const { label, runs } = drawn;
  if (runs < 2) return [{ heading: axisLabel(label, unit), values: drawn.mean }];
  return [
    { heading: axisLabel(`${label} mean`, unit), values: drawn.mean },
    { heading: axisLabel(`${label} 5 % quantile`, unit), values: drawn.low },
    { heading: axisLabel(`${label} 95 % quantile`, unit), values: drawn.high },
  ];
};

const several = (runs: number): string =>
  `; mean and central 90 % of ${countOf(runs, "run")}. Look for errors that come at the same place in every run, which are the network’s, against those that change from run to run, which are the noise’s.`;
const single =
  ". Look for errors that go with the target, a lag or peaks that are missed: they are the network’s; noise knows nothing of the target.";

const regressionParts = (input: RegressionInput, steps: readonly number[]): FigureParts => {
  const time = input.target.length;
  for (const { label, values } of input.predictions) {
    const what = `prediction "${label}"`;
    checkAxes(where, what, values, ["runs", "time"], [undefined, time]);
  }
  const quantity = input.quantity ?? { name: "target", unit: "" };
  const target = steps.map((t) => toFinite(input.target[t]));
  const all = input.predictions.map((prediction) => drawnOf(prediction, steps));
  const most = Math.max(0, ...all.map(({ runs }) => runs));
  const legend = all.map(({ label, runs }, i): LegendEntry => {
    return { label, colour: armColour(i), mark: runs > 1 ? "line and band" : "line" };
  });
  return {
    name: "prediction-against-target",
    title: "Prediction against target",
    caption: `Target and prediction over ${countOf(steps.length, "task step")}${most > 1 ? several(most) : single}`,
    rows: drawRegression(steps, target, all, quantity).map((panel) => [panel]),
    legend: [{ label: "target", colour: colour("ink"), mark: "dashed" }, ...legend],
    columns: [
      { heading: "task step", values: steps },
      { heading: axisLabel(quantity.name, quantity.unit), values: target },
      ...all.flatMap((drawn) => drawnColumns(drawn, quantity.unit)),
    ],
  };
};

const classificationParts = (input: ClassificationInput, steps: readonly number[]): FigureParts => {
  const { probability, classes, labels, quantity } = input;
  const shape = [input.input.length, classes.length];
  checkAxes(where, "probability", probability, ["time", "classes"], shape);
  const at = (t: number, c: number): number => probability.data[t * classes.length + c];
  const largest = (t: number): number =>
    classes.reduce((best, _, c) => (at(t, c) > at(t, best) ? c : best), 0);
  const view = {
    steps,
    input: steps.map((t) => toFinite(input.input[t])),
    inputLabel: quantity && axisLabel(quantity.name, quantity.unit),
    labels: steps.map((t) => labels[t]),
    predicted: steps.map(largest),
    probability: classes.map((_, c) => steps.map((t) => at(t, c))),
    classes,
  };
  const right = view.labels.filter((label, i) => label === view.predicted[i]).length;
  const frames = classes.length === 2 ? "" : " Frames mark the true class.";
  return {
    name: "prediction-against-target",
    title: "The class of every step",
    caption: `Task input, and the probability that the network gives to each class, over ${countOf(steps.length, "task step")}; ${right} of ${steps.length} are right, crosses mark the others.${frames} Look at where the crosses lie: just after a change of class they mean too little memory.`,
    ...classPanels(view),
    columns: [
      { heading: "task step", values: steps },
      { heading: view.inputLabel ?? "input", values: view.input },
      { heading: "label", values: view.labels.map((label) => classes[label] ?? null) },
      { heading: "predicted", values: view.predicted.map((label) => classes[label]) },
      ...classes.map((name, c) => ({
        heading: `probability of ${name}`,
        values: view.probability[c],
      })),
    ],
  };
};

/**
 * What a network says against what it should say: numbers over time, or the class of every step.
 *
 * @param input    `kind: "regression"` with target and predictions, or `kind: "classification"`
 *                 with input, labels and probability.
 * @param options  `steps` drawn (default the first 200).
 * @returns        The figure; its csv holds what is drawn at each step.
 * @throws         `shape-mismatch` if a prediction is not as long as its target.
 */
export function predictionAgainstTarget(
  input: RegressionInput | ClassificationInput,
  options: PredictionOptions = {},
): Figure {
  const time = input.kind === "regression" ? input.target.length : input.input.length;
  const [first, end] = options.steps ?? [0, 200];
  const steps = Array.from({ length: time }, (_, t) => t).slice(first, end);
  const parts =
    input.kind === "regression" ? regressionParts(input, steps) : classificationParts(input, steps);
  return finishFigure(options, parts);
}
