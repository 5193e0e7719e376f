import { expect, test } from "vitest";
import { createArray, createStream } from "../base/index.ts";
import { computeBaselines } from "./baselines.ts";
import { createEchoState, estimateSpectralRadius } from "./echo-state.ts";
import { chooseLinear } from "./linear-baseline.ts";
import { createNarma, createNarma5 } from "./narma.ts";
import { createSineSquare } from "./sine-square.ts";
import type { Task } from "./task.ts";

const baselinesOf = (name: "narma5" | "narma10" | "narma30", seed: number, nodes = 100) =>
  computeBaselines(createNarma(name, {}, createStream(seed)), createStream(1), { nodes });

// The margins are about 4 times the spread over seeds (.010, .001, .0015).
test("narma5: a linear delay line reaches .37 ± .04, a quadratic one .015 ± .005, 100 nodes .020 ± .006", () => {
  const scores = baselinesOf("narma5", 1);
  expect(Object.keys(scores)).toEqual([
    "mean",
    "persistence",
    "linear delay line",
    "quadratic delay line",
    "echo-state network, 100 nodes",
  ]);
  expect(Math.abs(scores.mean - 1)).toBeLessThan(0.05);
  expect(Math.abs(scores.persistence - 1)).toBeLessThan(0.12);
  expect(Math.abs(scores["linear delay line"] - 0.37)).toBeLessThan(0.04);
  expect(Math.abs(scores["quadratic delay line"] - 0.015)).toBeLessThan(0.005);
  expect(Math.abs(scores["echo-state network, 100 nodes"] - 0.02)).toBeLessThan(0.006);
});

test("narma10 and narma30: a linear delay line reaches .38 ± .04", () => {
  expect(Math.abs(baselinesOf("narma10", 2, 5)["linear delay line"] - 0.38)).toBeLessThan(0.04);
  expect(Math.abs(baselinesOf("narma30", 2, 5)["linear delay line"] - 0.38)).toBeLessThan(0.04);
});

test("a score that is an error chooses the smallest, an accuracy the largest, on the validation part", () => {
  const input = createArray([6, 1], [1, -1, 1, 1, -1, -1]);
  const sequence = { input, target: input };
  const task: Task = {
    ...createNarma5({}, createStream(1)),
    warmUp: 0,
    ...{ train: [sequence], validation: [sequence], test: [sequence] },
  };
  const poor = { features: () => createArray([6, 1], [1, 0, 0, 0, 0, 0]), ridge: 1e-3 };
  const good = { features: () => input, ridge: 1e-3 };
  expect(chooseLinear(task, [poor, good])).toBe(good);
  const classes: Task = {
    ...task,
    ...({ kind: "classification", score: "accuracy", outputs: 2 } as const),
    ...{ train: [{ input, labels: Int32Array.of(1, 0, 1, 1, 0, 0) }] },
  };
  const judged = { ...classes, validation: classes.train };
  expect(chooseLinear(judged, [poor, good])).toBe(good);
});

test("sineSquare: no map without memory passes 7/8, and 100 echo-state nodes are always right", () => {
  const scores = computeBaselines(createSineSquare({}, createStream(1)), createStream(1));
  expect(scores["best memoryless map"]).toBe(7 / 8);
  expect(scores["echo-state network, 100 nodes"]).toBeGreaterThan(0.995);
  expect(scores["linear on 8 delayed inputs"]).toBeLessThan(7 / 8);
});

test("the stream decides the echo-state network and nothing else", () => {
  const task = createNarma5({}, createStream(6));
  const { "echo-state network, 20 nodes": first, ...others } = computeBaselines(
    task,
    createStream(1),
    { nodes: 20 },
  );
  const again = computeBaselines(task, createStream(2), { nodes: 20 });
  expect(again).toMatchObject(others);
  expect(again["echo-state network, 20 nodes"]).not.toBe(first);
});

test("the spectral radius of a rotation by any angle, times 1.7, is 1.7 within 1e-3", () => {
  const [c, s] = [1.7 * Math.cos(1), 1.7 * Math.sin(1)];
  const matrix = Float64Array.of(c, -s, 0, s, c, 0, 5, 0, 0.3);
  expect(Math.abs(estimateSpectralRadius(matrix, 3) - 1.7)).toBeLessThan(1e-3);
});

test("an echo-state network forgets its start: leak .5 halves a state when nothing drives it", () => {
  const options = { nodes: 3, leak: 0.5, spectralRadius: 0, biasScale: 0, inputScale: 1 };
  const network = createEchoState(1, options, createStream(8));
  const { data } = network.run({ shape: [3, 1], data: Float64Array.of(1, 0, 0) });
  for (let i = 0; i < 3; i++) {
    expect(data[3 + i]).toBeCloseTo(data[i] / 2, 14);
    expect(data[6 + i]).toBeCloseTo(data[i] / 4, 14);
  }
});
