import { expect, it } from "vitest";
import { createArray } from "./array.ts";
import { eigenSymmetric } from "./eigen.ts";
import { createGenerator, createStream } from "./random.ts";

it("eigenSymmetric finds the values of [[2, 1], [1, 2]]: 3 and 1", () => {
  const { values, vectors } = eigenSymmetric(createArray([2, 2], [2, 1, 1, 2]));
  expect(values[0]).toBeCloseTo(3, 12);
  expect(values[1]).toBeCloseTo(1, 12);
  expect(Array.from(vectors.data, Math.abs)[0]).toBeCloseTo(Math.SQRT1_2, 12);
});

it.each([1, 5, 33])("eigenSymmetric of %d columns gives the matrix back, to 1e-12", (n) => {
  const generator = createGenerator(createStream(n));
  const matrix = createArray([n, n]);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      matrix.data[i * n + j] = generator.normal();
      matrix.data[j * n + i] = matrix.data[i * n + j];
    }
  }
  const { values, vectors } = eigenSymmetric(matrix);
  for (let i = 0; i < n; i++) {
    if (i > 0) expect(values[i]).toBeLessThanOrEqual(values[i - 1]);
    for (let j = 0; j < n; j++) {
      let sum = 0;
      let product = 0;
      for (let k = 0; k < n; k++) {
        sum += values[k] * vectors.data[k * n + i] * vectors.data[k * n + j];
        product += vectors.data[i * n + k] * vectors.data[j * n + k];
      }
      expect(Math.abs(sum - matrix.data[i * n + j])).toBeLessThan(1e-12 * n);
      expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-12);
    }
  }
});
