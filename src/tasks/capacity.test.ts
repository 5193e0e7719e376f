import { expect, test } from "vitest";
import { createArray, createGenerator, createStream, type HostArray, mean } from "../base/index.ts";
import { computeBaselines } from "./baselines.ts";
import {
  createInformationCapacity,
  createMemoryCapacity,
  legendre,
  listProducts,
} from "./capacity.ts";
import { capacitiesOf } from "./capacity-score.ts";
import { scoreLinear } from "./linear-baseline.ts";
import { scorePredictions } from "./scores.ts";

test("Legendre polynomials of degree 0 to 4 are orthonormal over [-1, 1] within 1e-6", () => {
  const points = 20_000;
  for (let m = 0; m <= 4; m++) {
    for (let n = 0; n <= m; n++) {
      const products = Float64Array.from({ length: points }, (_, i) => {
        const u = (2 * i + 1) / points - 1;
        return legendre(m, u) * legendre(n, u);
      });
      expect(Math.abs(mean(products) - (m === n ? 1 : 0))).toBeLessThan(1e-6);
    }
  }
  expect(legendre(2, 0.3) / Math.sqrt(5)).toBeCloseTo((3 * 0.09 - 1) / 2, 14);
});

test("products of degree 3 of 6 inputs are all 56 multisets, each once", () => {
  const products = listProducts(3, 6).map((product) => JSON.stringify(product));
  expect(new Set(products).size).toBe(56);
  expect(products).toContain('[{"delay":0,"degree":2},{"delay":4,"degree":1}]');
});

test("memoryCapacity asks for the input itself, 1 to `delays` steps ago", () => {
  const { input, target } = createMemoryCapacity({ delays: 3 }, createStream(1)).test[0];
  for (let k = 1; k <= 3; k++)
    expect(target?.data[3 * 50 + k - 1]).toBe(Math.sqrt(3) * input.data[50 - k]);
});

/** u(t), ..., u(t - count + 1). */
const delayLine =
  (count: number) =>
  ({ input }: { readonly input: HostArray }) => {
    const result = createArray([input.shape[0], count]);
    for (let t = 0; t < input.shape[0]; t++) {
      for (let d = 0; d < count && d <= t; d++) result.data[t * count + d] = input.data[t - d];
    }
    return result;
  };

test("a delay line of 9 inputs, the present one included, has memory capacity 8 ± .02", () => {
  const task = createMemoryCapacity({}, createStream(2));
  expect(Math.abs(scoreLinear(task, delayLine(9), 1e-6) - 8)).toBeLessThan(0.02);
});

// Chance adds sqrt(2 * 165)/10,000 = .002 to the sum: a correct program practically never fails.
test("a delay line of 9 inputs has information capacity 9 ± .02, all of it linear", () => {
  const task = createInformationCapacity({}, createStream(2));
  expect(Math.abs(scoreLinear(task, delayLine(9), 1e-6) - 9)).toBeLessThan(0.02);
});

test("an echo-state network of 20 nodes, their squares and the input has at most 41 of capacity", () => {
  const memory = createMemoryCapacity({}, createStream(3));
  const information = createInformationCapacity({}, createStream(3));
  const options = { nodes: 20, inputScale: 0.1 };
  const name = "echo-state network, 20 nodes";
  const linear = computeBaselines(memory, createStream(1), options)[name];
  const all = computeBaselines(information, createStream(1), options)[name];
  expect(linear).toBeGreaterThan(8);
  expect(linear).toBeLessThan(20);
  expect(all).toBeGreaterThan(linear);
  expect(all).toBeLessThan(41.1);
});

test("noise has information capacity 0 ± .02 for 174 targets, where plain squares sum to .017", () => {
  const task = createInformationCapacity({}, createStream(4));
  const generator = createGenerator(createStream(5));
  const outputs = task.test.map(({ input }) => {
    const size = input.shape[0] * task.outputs;
    return createArray(
      [input.shape[0], task.outputs],
      Float64Array.from({ length: size }, () => generator.normal()),
    );
  });
  const { value, n, perItem } = scorePredictions(task, task.test, outputs);
  expect(Math.abs(value)).toBeLessThan(0.02);
  expect(n).toBe(10_000);
  expect(mean(perItem)).toBe(value);
});

test("contributions of samples add up to the squared correlation and vanish for a perfect output", () => {
  const target = createArray([4, 1], [1, 2, 3, 6]);
  const guess = capacitiesOf(createArray([4, 1], [2, 4, 5, 9]), target);
  expect(mean(guess.perSample)).toBeCloseTo(guess.squared[0], 14);
  // Deviations -2 -1 0 3 and -3 -1 0 4: products sum to 19, squares to 14 and 26.
  expect(guess.squared[0]).toBeCloseTo((19 * 19) / (14 * 26), 14);
  const perfect = capacitiesOf(createArray([4, 1], [7, 9, 11, 17]), target);
  for (const value of perfect.perSample) expect(value).toBeCloseTo(1, 14);
  expect(capacitiesOf(createArray([4, 1]), target).squared[0]).toBe(0);
});
