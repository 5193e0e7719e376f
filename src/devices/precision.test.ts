import { expect, test } from "vitest";
import {
  createArray,
  createGenerator,
  createStream,
  type Generator,
  mean,
  standardDeviation,
} from "../base/index.ts";
import { noiseKurtosis } from "../data/index.ts";
import { errorsOfRepeats, repeatsForError } from "./precision.ts";

// Each law with mean 0 and variance 1.
const laws: Readonly<Record<string, { kurtosis: number; draw: (g: Generator) => number }>> = {
  normal: { kurtosis: 3, draw: (g) => g.normal() },
  uniform: { kurtosis: 1.8, draw: (g) => Math.sqrt(12) * (g.uniform() - 0.5) },
  Laplace: {
    kurtosis: 6,
    draw: (g) => (Math.sign(g.uniform() - 0.5) * -Math.log(1 - g.uniform())) / Math.SQRT2,
  },
};

// 4,000 samples of 100 repeats: a spread is known to 1.1 %, or 2 % for a heavy tail; the tolerance is
// 5 of these and the next order in 1/R. A correct program fails about once in a million seeds.
test.each(Object.entries(laws))(
  "%s noise: the errors of mean, std and variance are those of the formulas within 12 %",
  (_, { kurtosis, draw }) => {
    const generator = createGenerator(createStream(5));
    const samples = Array.from({ length: 4000 }, () => {
      const values = Float64Array.from({ length: 100 }, () => draw(generator));
      const deviation = standardDeviation(values);
      return { mean: mean(values), std: deviation, variance: deviation ** 2 };
    });
    const spread = (key: "mean" | "std" | "variance"): number =>
      standardDeviation(samples.map((sample) => sample[key]));
    const errors = errorsOfRepeats(100, kurtosis);
    expect(Math.abs(spread("mean") / errors.mean - 1)).toBeLessThan(0.06);
    expect(Math.abs(spread("std") / errors.std - 1)).toBeLessThan(0.12);
    const ofVariance = Math.sqrt((kurtosis - 1) / 100);
    expect(Math.abs(spread("variance") / ofVariance - 1)).toBeLessThan(0.12);
    expect(errors.autocov).toBe(Math.max(ofVariance, 0.1));
  },
);

test("the repeats that an error needs leave that error, and one fewer leave more", () => {
  const needed = repeatsForError(0.03, 4);
  for (const measure of ["mean", "std", "autocov"] as const) {
    expect(errorsOfRepeats(needed[measure], 4)[measure]).toBeLessThanOrEqual(0.03);
    expect(errorsOfRepeats(needed[measure] - 1, 4)[measure]).toBeGreaterThan(0.03);
  }
  expect(repeatsForError(0.05)).toEqual({ mean: 400, std: 200, autocov: 800 });
});

// 10 repeats of 20,000 steps: standard errors of 0.03, 0.01 and 0.15; 5 of each, once in 1.7 million.
test.each(Object.entries(laws))(
  "the kurtosis of %s noise is found from ten repeats within 5 standard errors, whatever its size",
  (name, { kurtosis, draw }) => {
    const generator = createGenerator(createStream(6));
    const [repeats, time] = [10, 20_000];
    const response = createArray([1, repeats, time, 1]);
    response.data.forEach((_, i) => {
      response.data[i] = 100 * (i % time) + 3 * draw(generator);
    });
    const part = { name: "repeat_set", drive: createArray([1, time, 1]), response };
    const tolerance = { normal: 0.15, uniform: 0.05, Laplace: 0.75 }[name] ?? 0;
    expect(Math.abs(noiseKurtosis(part, 0) - kurtosis)).toBeLessThan(tolerance);
  },
);
