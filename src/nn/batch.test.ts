import { describe, expect, it } from "vitest";
import { gradients, interpret, type Node, parameter, square, sumAll } from "../engine/index.ts";
import {
  compiledError,
  derivativeError,
  draw,
  drawValues,
  parametersOf,
} from "./agreement.test-support.ts";
import {
  clipStraightThrough,
  roundStraightThrough,
  rowNorms,
  softmax,
  standardDeviationRows,
} from "./index.ts";

const functions: [string, (a: Node) => Node][] = [
  ["softmax", softmax],
  ["rowNorms", rowNorms],
  ["standardDeviationRows", standardDeviationRows],
];

describe.each(functions)("%s", (_, f) => {
  it.each([1, 2, 8, 9])("agrees compiled with float64 to 5e-6 at %i columns", async (cols) => {
    const [a] = parametersOf([[5, cols]]);
    expect(await compiledError(f(a), [a], { p0: draw(5 * cols, 3) })).toBeLessThan(5e-6);
  });

  it("has first and second derivatives within 1e-6 of central differences", () => {
    const [a] = parametersOf([[5, 3]]);
    const values = drawValues([[5, 3]]);
    expect(derivativeError(f(a), [a], values)).toBeLessThan(1e-7);
    const [slope] = gradients(sumAll(square(f(a))), [a]);
    const penalty = sumAll(square(slope));
    expect(derivativeError(penalty, [a], values)).toBeLessThan(1e-6);
  });
});

describe("softmax", () => {
  it("gives shares that sum to 1, also for scores of 1000", () => {
    const a = parameter("a", [2, 3]);
    const values = { a: [1000, 1000 - Math.LN2, -1000, 0, 0, 0] };
    const [y] = interpret([softmax(a)], { values });
    [2 / 3, 1 / 3, 0, 1 / 3, 1 / 3, 1 / 3].forEach((share, i) => {
      expect(y[i]).toBeCloseTo(share, 12);
    });
  });
});

describe("standardDeviationRows", () => {
  it("divides by rows - 1, or by rows if asked", () => {
    const a = parameter("a", [4, 2]);
    const values = { a: [1, 5, 2, 5, 3, 5, 4, 5] };
    const [sample, population] = interpret(
      [standardDeviationRows(a), standardDeviationRows(a, 0)],
      { values },
    );
    expect(sample[0]).toBeCloseTo(Math.sqrt(5 / 3), 12);
    expect(population[0]).toBeCloseTo(Math.sqrt(5 / 4), 12);
  });

  it("is 0 within 1e-9 with derivative 0 where all rows are equal, compiled too", async () => {
    const a = parameter("a", [3, 2]);
    const values = { a: new Float64Array(6).fill(0.3) };
    const sd = standardDeviationRows(a);
    const [value, slope] = interpret([sd, ...gradients(sumAll(sd), [a])], { values });
    expect(Math.max(...value)).toBeLessThan(1e-9);
    expect(Math.max(...slope.map(Math.abs))).toBe(0);
    expect(await compiledError(sd, [a], { a: new Float64Array(6).fill(0.5) })).toBeLessThan(5e-6);
  });

  it("refuses a single row", () => {
    expect(() => standardDeviationRows(parameter("a", [1, 4]))).toThrowErrorMatchingInlineSnapshot(
      `[Fault: standardDeviationRows: there are too few rows for a standard deviation. Got [1, 4], expected more than 1 rows. Use a larger batch, or fewer shards.]`,
    );
  });
});

describe("straight-through functions", () => {
  const values = [-1.4, -0.5, 0.5, 0.74, 1.5, 2.6];
  const a = parameter("a", [1, values.length]);
  const run = (y: Node) =>
    interpret([y, ...gradients(sumAll(square(y)), [a])], { values: { a: values } });

  it("round to multiples of a step, ties to even, and pass the derivative unchanged", () => {
    const [whole, slope] = run(roundStraightThrough(a));
    expect(Array.from(whole)).toEqual([-1, 0, 0, 1, 2, 3]);
    expect(Array.from(slope)).toEqual([-2, 0, 0, 2, 4, 6]);
    expect(Array.from(run(roundStraightThrough(a, 0.25))[0])).toEqual([
      -1.5, -0.5, 0.5, 0.75, 1.5, 2.5,
    ]);
  });

  it("cut to a range and pass the derivative unchanged, outside too", () => {
    const [cut, slope] = run(clipStraightThrough(a, -1, 1));
    expect(Array.from(cut)).toEqual([-1, -0.5, 0.5, 0.74, 1, 1]);
    expect(Array.from(slope)).toEqual([-2, -1, 1, 1.48, 2, 2]);
  });

  it("give exactly the cut and rounded value when compiled", async () => {
    const [p] = parametersOf([[3, 9]]);
    const y = roundStraightThrough(clipStraightThrough(p, -1, 1), 1 / 128);
    expect(await compiledError(y, [p], drawValues([[3, 9]], 2))).toBeLessThan(1e-7);
  });
});
