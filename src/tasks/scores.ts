import { fault, formatShape, type HostArray, mean } from "../base/index.ts";
import { capacitiesOf } from "./capacity-score.ts";
import type { ScoreName, Task, TaskSequence } from "./task.ts";

/** A score, what it is made of, and how much. */
export interface ScoreResult {
  readonly score: Task["score"];
  readonly value: number;
  /** Items: scored steps or, where a sequence is judged once, sequences. */
  readonly n: number;
  /**
   * [n], sequence after sequence, for resampling. Accuracy: 1 if right, 0 if wrong. nrmseBySd:
   * squared error, averaged over outputs. Capacities: what the item adds to the mean that is the score.
   */
  readonly perItem: Float64Array;
}

/** Whether more is better, as it is of everything but errors. */
export function isHigherBetter(score: ScoreName): boolean {
  return score !== "nrmseBySd";
}

/**
 * Share of items given their class.
 *
 * @param predicted  [items], classes.
 * @param labels     [items]
 * @throws           `shape-mismatch` if they differ in number; `bad-value` if there are none.
 */
export function accuracy(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkSame("accuracy", [predicted.length], [labels.length]);
  return mean(Float64Array.from(predicted, (value, i) => (value === labels[i] ? 1 : 0)));
}

/**
 * mean((p - y)^2) / var(y), the variance over samples with ddof 0.
 *
 * Saying the mean of y everywhere scores 1. With several outputs, errors and variances are each
 * averaged over outputs before the division.
 *
 * @param predicted  p [samples, outputs]
 * @param target     y [samples, outputs]
 * @throws           `shape-mismatch`; `bad-value` if the target does not vary.
 */
export function nmseByVariance(predicted: HostArray, target: HostArray): number {
  checkSame("nmseByVariance", predicted.shape, target.shape);
  const errors = predicted.data.map((value, i) => (value - target.data[i]) ** 2);
  return mean(errors) / meanVariance(target);
}

/** sqrt(mean((p - y)^2) / var(y)): the root of {@link nmseByVariance}. */
export function nrmseBySd(predicted: HostArray, target: HostArray): number {
  return Math.sqrt(nmseByVariance(predicted, target));
}

/**
 * Score what was said of some sequences of a task, by the task's own score.
 *
 * Steps before `task.warmUp` are left out. The class said is that of the largest output, the first
 * of them if several are.
 *
 * @param task       Decides kind, score and warm-up.
 * @param sequences  `task.test`, or another part.
 * @param outputs    One array for each: [time, outputs], or [1, classes] where a sequence is judged
 *                   once.
 * @throws           `shape-mismatch`, naming the sequence; `not-finite`, naming the step.
 */
export function scorePredictions(
  task: Task,
  sequences: readonly TaskSequence[],
  outputs: readonly HostArray[],
): ScoreResult {
  checkSame("scorePredictions", [outputs.length], [sequences.length]);
  for (let i = 0; i < sequences.length; i++) checkOutput(task, sequences[i], outputs[i], i);
  const width = task.outputs;
  const first = (i: number): number => firstScored(task, sequences[i]);
  const predicted = joinRows(outputs, width, first);
  if (task.kind === "classification") {
    const labels = sequences.flatMap((s, i) => [...(s.labels ?? []).slice(first(i))]);
    const perItem = Float64Array.from(labels, (label, i) =>
      largest(predicted.data, i * width, width) === label ? 1 : 0,
    );
    return { score: task.score, value: mean(perItem), n: perItem.length, perItem };
  }
  const target = joinRows(
    sequences.map((s) => s.target as HostArray),
    width,
    first,
  );
  if (task.score === "memoryCapacity" || task.score === "informationCapacity") {
    const { floor, perSample } = capacitiesOf(predicted, target);
    const chance = task.score === "memoryCapacity" ? 0 : floor.reduce((a, b) => a + b, 0);
    const perItem = perSample.map((value) => value - chance);
    return { score: task.score, value: mean(perItem), n: perItem.length, perItem };
  }
  const perItem = new Float64Array(target.shape[0]);
  for (let i = 0; i < target.data.length; i++) {
    perItem[Math.floor(i / width)] += (predicted.data[i] - target.data[i]) ** 2 / width;
  }
  return { score: task.score, value: nrmseBySd(predicted, target), n: perItem.length, perItem };
}

/** First row of a sequence's outputs that is scored. */
export function firstScored(task: Task, sequence: TaskSequence): number {
  return task.scored === "sequence" ? 0 : Math.min(task.warmUp, sequence.input.shape[0]);
}

/** Rows of several arrays [time, width] below one another, each from its first on. */
export function joinRows(
  arrays: readonly HostArray[],
  width: number,
  first: (index: number) => number,
): HostArray {
  const parts = arrays.map((array, i) => array.data.subarray(first(i) * width));
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { shape: [data.length / width, width], data };
}

/** Position of the largest of `count` values, counted from `start`. */
function largest(values: Float64Array, start: number, count: number): number {
  let best = 0;
  for (let j = 1; j < count; j++) if (values[start + j] > values[start + best]) best = j;
  return best;
}

/** Variance of each column with ddof 0, averaged over columns. */
function meanVariance(target: HostArray): number {
  const [samples, columns] = target.shape;
  let sum = 0;
  for (let j = 0; j < columns; j++) {
    const column = Float64Array.from({ length: samples }, (_, s) => target.data[s * columns + j]);
    const centre = mean(column);
    sum += mean(column.map((value) => (value - centre) ** 2));
  }
  if (sum > 0) return sum / columns;
  throw fault("bad-value", {
    where: "nmseByVariance",
    what: "the target does not vary, so no error can be measured against it",
    got: `${samples} equal values`,
    expected: "a target with a spread",
    fix: "Score more steps, or choose another target",
  });
}

function checkSame(where: string, got: readonly number[], expected: readonly number[]): void {
  if (got.length === expected.length && got.every((length, i) => length === expected[i])) return;
  throw fault("shape-mismatch", {
    where,
    what: "predictions and truth do not have the same shape",
    got: formatShape(got),
    expected: formatShape(expected),
    fix: "Give one prediction for each target",
  });
}

function checkOutput(task: Task, sequence: TaskSequence, output: HostArray, index: number): void {
  const rows = task.scored === "sequence" ? 1 : sequence.input.shape[0];
  const [time, width] = output.shape;
  if (output.shape.length !== 2 || time !== rows || width !== task.outputs) {
    const axes = task.scored === "sequence" ? ["once", "classes"] : ["time", "outputs"];
    throw fault("shape-mismatch", {
      where: "scorePredictions",
      what: `the output for sequence ${index} of ${task.name} does not match it`,
      got: formatShape(output.shape),
      expected: formatShape([rows, task.outputs], axes),
      fix: "Give one row for each thing that the task scores, warm-up included",
    });
  }
  const bad = output.data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw fault("not-finite", {
    where: "scorePredictions",
    what: `an output for sequence ${index} of ${task.name} is not a number`,
    got: `${output.data[bad]} at step ${Math.floor(bad / width)}, output ${bad % width}`,
    expected: "finite outputs",
    fix: "Look for the step at which the network diverged",
  });
}
