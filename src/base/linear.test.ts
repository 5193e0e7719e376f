import { expect, test } from "vitest";
import { createArray, type HostArray, sizeOf } from "./array.ts";
import { applyLinear, factorCholesky, solveCholesky, solveRidge } from "./linear.ts";
import { createGenerator, createStream } from "./random.ts";

const randomArray = (shape: number[], seed: number): HostArray => {
  const generator = createGenerator(createStream(seed));
  return createArray(
    shape,
    Float64Array.from({ length: sizeOf(shape) }, () => generator.normal()),
  );
};

const largestDifference = (a: HostArray, b: HostArray): number =>
  a.data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b.data[i])), 0);

test("the Cholesky factor of a matrix with integer factor is that factor", () => {
  const matrix = createArray([3, 3], [4, 12, -16, 12, 37, -43, -16, -43, 98]);
  expect([...factorCholesky(matrix).data]).toEqual([2, 0, 0, 6, 1, 0, -8, 5, 3]);
});

test("solveCholesky inverts the product with the matrix within 1e-12", () => {
  const matrix = createArray([3, 3], [4, 12, -16, 12, 37, -43, -16, -43, 98]);
  // Columns of A X for X = [[1, 0], [2, -1], [3, 5]].
  const right = createArray([3, 2], [-20, -92, -43, -252, 192, 533]);
  const solved = solveCholesky(factorCholesky(matrix), right);
  expect(largestDifference(solved, createArray([3, 2], [1, 0, 2, -1, 3, 5]))).toBeLessThan(1e-12);
});

// numpy 2: x = [[1,2],[3,-1],[0,1],[2,2.]]; y = [[1],[2],[0],[3.]]; xc = x-x.mean(0);
// w = solve(xc.T@xc + .5*eye(2), xc.T@(y-y.mean())); c = y.mean() - x.mean(0)@w; and
// solve(x.T@x + .5*eye(2), x.T@y) without intercept.
test("solveRidge agrees with numpy's normal equations within 1e-14", () => {
  const x = createArray([4, 2], [1, 2, 3, -1, 0, 1, 2, 2]);
  const y = createArray([4, 1], [1, 2, 0, 3]);
  const centred = solveRidge(x, y, { ridge: 0.5 });
  expect(centred.weights.data[0]).toBeCloseTo(0.9719626168224299, 14);
  expect(centred.weights.data[1]).toBeCloseTo(0.4485981308411215, 14);
  expect(centred.intercept.data[0]).toBeCloseTo(-0.40654205607476634, 14);
  const plain = solveRidge(x, y, { ridge: 0.5, intercept: false });
  expect(plain.weights.data[0]).toBeCloseTo(0.8272251308900522, 14);
  expect(plain.weights.data[1]).toBeCloseTo(0.33507853403141363, 14);
  expect(plain.intercept.data[0]).toBe(0);
});

test("a linear law is recovered within 1e-10 whatever the sizes are to the tiles", () => {
  for (const [samples, features, outputs] of [
    [3, 1, 1],
    [40, 7, 2],
    [70, 33, 3],
    [1100, 66, 1],
  ]) {
    const x = randomArray([samples, features], 1);
    const truth = {
      weights: randomArray([features, outputs], 2),
      intercept: randomArray([outputs], 3),
    };
    const fitted = solveRidge(x, applyLinear(truth, x), { ridge: 0 });
    expect(largestDifference(fitted.weights, truth.weights)).toBeLessThan(1e-10);
    expect(largestDifference(fitted.intercept, truth.intercept)).toBeLessThan(1e-10);
  }
});

test("an infinite penalty leaves the mean of y: the intercept is not penalised", () => {
  const x = randomArray([50, 4], 4);
  const y = createArray([50, 1], new Float64Array(50).fill(7));
  const fitted = solveRidge(x, y, { ridge: 1e12 });
  expect(fitted.intercept.data[0]).toBeCloseTo(7, 9);
});

test("doubling every sample and the penalty changes nothing beyond 1e-12", () => {
  const x = randomArray([30, 5], 5);
  const y = randomArray([30, 2], 6);
  const twice = (a: HostArray): HostArray =>
    createArray([60, a.shape[1]], Float64Array.from([...a.data, ...a.data]));
  const once = solveRidge(x, y, { ridge: 0.3 });
  const doubled = solveRidge(twice(x), twice(y), { ridge: 0.6 });
  expect(largestDifference(once.weights, doubled.weights)).toBeLessThan(1e-12);
});

test("columns that depend on each other without a penalty are a fault", () => {
  const x = createArray([3, 2], [1, 1, 2, 2, 3, 3]);
  expect(() =>
    solveRidge(x, createArray([3, 1], [1, 2, 3]), { ridge: 0 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: factorCholesky: the matrix is not positive definite at row 1. Got pivot 4.440892098500626e-16 where the diagonal is 2, expected a pivot above 1e-14 of the diagonal. Raise the ridge, or drop the column that is constant or that others add up to.]`,
  );
});

test("samples that differ in number are a fault", () => {
  expect(() =>
    solveRidge(createArray([3, 2]), createArray([4, 1]), { ridge: 1 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: solveRidge: inputs and outputs do not have the same samples. Got x [3, 2] and y [4, 1], expected x [samples, features] and y [samples, outputs]. Give one row of y for each row of x.]`,
  );
});
