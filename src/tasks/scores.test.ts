import { expect, test } from "vitest";
import { createArray, createStream } from "../base/index.ts";
import { accuracy, nmseByVariance, nrmseBySd, scorePredictions } from "./scores.ts";
import { createSineSquare } from "./sine-square.ts";
import type { Task } from "./task.ts";

const column = (values: readonly number[]) => createArray([values.length, 1], values);

test("the mean of the target scores 1, and nmseByVariance is the square of nrmseBySd", () => {
  const target = column([1, 2, 3, 6]);
  expect(nrmseBySd(column([3, 3, 3, 3]), target)).toBe(1);
  const guess = column([1, 2, 3, 4]);
  // Error 4/4; variance ((-2)^2 + (-1)^2 + 0 + 3^2)/4 = 3.5.
  expect(nmseByVariance(guess, target)).toBeCloseTo(1 / 3.5, 14);
  expect(nrmseBySd(guess, target)).toBeCloseTo(Math.sqrt(1 / 3.5), 14);
});

test("a scale and an offset common to prediction and target leave nrmseBySd within 1e-13", () => {
  const [guess, target] = [
    [1, 2, 4, 4],
    [1, 2, 3, 6],
  ];
  const scaled = (values: number[]) => column(values.map((value) => 7 * value - 40));
  const difference =
    nrmseBySd(scaled(guess), scaled(target)) - nrmseBySd(column(guess), column(target));
  expect(Math.abs(difference)).toBeLessThan(1e-13);
});

test("accuracy is the share of equal classes", () => {
  expect(accuracy([0, 1, 2, 2], [0, 1, 1, 2])).toBe(0.75);
});

const regression: Task = {
  name: "toy",
  split: "only",
  kind: "regression",
  scored: "each-step",
  inputs: 1,
  outputs: 1,
  score: "nrmseBySd",
  warmUp: 2,
  train: [],
  validation: [],
  test: [
    { input: column([0, 0, 0, 0]), target: column([9, 9, 1, 2]) },
    { input: column([0, 0, 0, 0]), target: column([9, 9, 3, 6]) },
  ],
};

test("warm-up steps are not scored, and sequences are pooled before the variance is taken", () => {
  const outputs = [column([0, 0, 1, 2]), column([50, 0, 3, 4])];
  const result = scorePredictions(regression, regression.test, outputs);
  expect(result.value).toBeCloseTo(Math.sqrt(1 / 3.5), 14);
  expect([...result.perItem]).toEqual([0, 0, 0, 4]);
  expect(result.n).toBe(4);
});

test("classes at each step are read from the largest output, after the warm-up", () => {
  const task = createSineSquare({ sequences: 2, periods: 2 }, createStream(1));
  const outputs = task.test.map(({ labels }) => {
    const scores = createArray([24, 2]);
    labels?.forEach((label, t) => {
      scores.data[2 * t + label] = 0.1;
    });
    return scores;
  });
  outputs[0].data.subarray(0, 16).fill(0); // warm-up: does not count
  outputs[0].data[2 * 8 + 1 - (task.test[0].labels?.[8] ?? 0)] = 0.2; // one wrong of 32
  const result = scorePredictions(task, task.test, outputs);
  expect(result.value).toBe(31 / 32);
  expect([...result.perItem].indexOf(0)).toBe(0);
});

test("a sequence judged once is one item", () => {
  const task: Task = {
    ...regression,
    kind: "classification",
    scored: "sequence",
    outputs: 3,
    score: "accuracy",
    test: [0, 2].map((label) => ({ input: column([1, 2, 3]), labels: Int32Array.of(label) })),
  };
  const outputs = [createArray([1, 3], [5, 1, 1]), createArray([1, 3], [0, 1, 0])];
  const result = scorePredictions(task, task.test, outputs);
  expect(result).toEqual({
    score: "accuracy",
    value: 0.5,
    n: 2,
    perItem: Float64Array.of(1, 0),
  });
});

test("outputs of another shape, and outputs that are not numbers, are faults that say where", () => {
  const good = column([0, 0, 0, 0]);
  expect(() =>
    scorePredictions(regression, regression.test, [good, column([1, 2])]),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: scorePredictions: the output for sequence 1 of toy does not match it. Got [2, 1], expected [4, 1] (time, outputs). Give one row for each thing that the task scores, warm-up included.]`,
  );
  expect(() =>
    scorePredictions(regression, regression.test, [good, column([0, 0, 0, Number.NaN])]),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: scorePredictions: an output for sequence 1 of toy is not a number. Got NaN at step 3, output 0, expected finite outputs. Look for the step at which the network diverged.]`,
  );
  expect(() => nrmseBySd(column([1, 2]), column([3, 3]))).toThrowErrorMatchingInlineSnapshot(
    `[Fault: nmseByVariance: the target does not vary, so no error can be measured against it. Got 2 equal values, expected a target with a spread. Score more steps, or choose another target.]`,
  );
});
