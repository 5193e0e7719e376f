import { expect, test } from "vitest";
import { childStream, createArray, createGenerator, createStream } from "../base/index.ts";
import { intervalOfCells, summariseArms } from "./arms.ts";

/** Two arms on the same seeds and devices; the second is better by 0.1, and varies with both. */
const draw = (run: number, seeds: number, devices: number) => {
  const generator = createGenerator(childStream(createStream(31), run));
  const normals = (count: number) => Array.from({ length: count }, () => generator.normal());
  const [ofSeed, ofDevice] = [normals(seeds), normals(devices)];
  const [gainOfSeed, gainOfDevice] = [normals(seeds), normals(devices)];
  const first: number[] = [];
  const second: number[] = [];
  for (let s = 0; s < seeds; s++) {
    for (let d = 0; d < devices; d++) {
      first.push(5 * ofSeed[s] + 5 * ofDevice[d] + 0.1 * generator.normal());
      const gain = 0.1 + 0.05 * gainOfSeed[s] + 0.1 * gainOfDevice[d] + 0.02 * generator.normal();
      second.push(first[first.length - 1] + gain);
    }
  }
  const shape = [seeds, devices];
  return summariseArms([
    { arm: "a", cells: createArray(shape, first) },
    { arm: "b", cells: createArray(shape, second) },
  ]);
};

test.each([
  [8, 8],
  [8, 4],
])(
  "the interval of a paired difference over %i seeds and %i devices covers 96 ± 3 %, however far seeds and devices lie apart",
  (seeds, devices) => {
    let [covered, width] = [0, 0];
    const runs = 1000;
    for (let run = 0; run < runs; run++) {
      const [a, { difference }] = draw(run, seeds, devices);
      if (!difference) throw new Error("internal: no difference");
      if (difference.low < 0.1 && difference.high > 0.1) covered++;
      width += (difference.high - difference.low) / (a.score.high - a.score.low) / runs;
    }
    // A coverage of 96 % over 1,000 runs has a standard error of 0.6 %.
    expect(covered / runs).toBeGreaterThan(0.93);
    expect(covered / runs).toBeLessThan(0.99);
    // Paired, what both arms share drops out.
    expect(width).toBeLessThan(0.1);
  },
);

test("a single cell has no interval, and one seed on several devices has Student's", () => {
  expect(intervalOfCells(createArray([1, 1], [2]))).toEqual({
    ...{ mean: 2, low: -Infinity, high: Infinity, n: 1 },
  });
  const { low, high } = intervalOfCells(createArray([1, 3], [1, 2, 3]));
  // t(0.975, 2) / sqrt 3 = 2.484
  expect(low).toBeCloseTo(2 - 2.4841, 4);
  expect(high).toBeCloseTo(2 + 2.4841, 4);
});
