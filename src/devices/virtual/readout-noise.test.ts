import { expect, test } from "vitest";
import { createGenerator, createStream, mean, standardDeviation } from "../../base/index.ts";
import { createInstrument } from "./instrument.ts";
import { createReadoutNoise } from "./readout-noise.ts";

const draws = 4000;
const deviations = Float64Array.from({ length: 20 }, (_, i) => (i < 12 ? 0.2 : 0.5));

function drawNoise(width: number): number[][] {
  const sharing = { width, groups: [12, 8] };
  const next = createReadoutNoise(deviations, sharing, createGenerator(createStream(3)));
  const out = new Float64Array(20);
  return Array.from({ length: draws }, () => {
    next(out);
    return [...out];
  });
}

// Correlation of observable i now with observable j `lag` draws later; known standard deviations.
function correlation(noise: number[][], i: number, j: number, lag = 0): number {
  const products = noise.slice(lag).map((later, t) => noise[t][i] * later[j]);
  return mean(products) / (deviations[i] * deviations[j]);
}

// 5 standard errors (sqrt(2 / 4000) at most): about 60 bounds in this file, so that a correct
// program fails once in some 30,000 seeds.
const bound = 5 * Math.sqrt(2 / draws);

test("neighbours share noise as exp(-k^2 / (4 width^2)), and groups share none, within 5 standard errors", () => {
  const noise = drawNoise(2.55);
  for (const k of [0, 1, 3, 6]) {
    const expected = Math.exp(-(k * k) / (4 * 2.55 ** 2));
    expect(Math.abs(correlation(noise, 2, 2 + k) - expected), `distance ${k}`).toBeLessThan(bound);
  }
  for (const [i, j] of [
    [11, 12],
    [10, 13],
  ]) {
    expect(Math.abs(correlation(noise, i, j))).toBeLessThan(bound);
  }
});

test("shared noise keeps each standard deviation, and is white in time, within 5 standard errors", () => {
  for (const width of [0, 2.55]) {
    const noise = drawNoise(width);
    for (const i of [0, 11, 12, 19]) {
      const sd = standardDeviation(noise.map((row) => row[i]));
      expect(Math.abs(sd / deviations[i] - 1), `width ${width}`).toBeLessThan(
        5 / Math.sqrt(2 * draws),
      );
      expect(Math.abs(correlation(noise, i, i, 1)), `width ${width}`).toBeLessThan(bound);
    }
  }
});

test("a slow change of all observables moves them together, each by its own deviation", () => {
  const options = { slowChange: [1, 2, 0], slowChangeOf: "all" } as const;
  const instrument = createInstrument(options, 3, createGenerator(createStream(5)));
  for (let reset = 0; reset < 3; reset++) {
    const values = Float64Array.of(0, 0, 7);
    instrument.measure(values);
    expect(values[0]).not.toBe(0);
    expect(values[1]).toBeCloseTo(2 * values[0], 12);
    expect(values[2]).toBe(7);
    instrument.renew();
  }
});

test("groups that do not add up to the observables are refused", () => {
  const make = () => createInstrument({ noiseGroups: [2, 2] }, 5, createGenerator(createStream(1)));
  expect(make).toThrowErrorMatchingInlineSnapshot(
    `[Fault: instrument: the option 'noiseGroups' does not fit the observables. Got groups of [2,2], 4 in all, expected sizes that add up to 5. Give the size of each group, in the order of the observables.]`,
  );
});
