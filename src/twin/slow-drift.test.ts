import { expect, test } from "vitest";
import { createArray, createGenerator, createStream, type HostArray } from "../base/index.ts";
import { momentsOverRepeats } from "./noise-statistics.ts";
import { removeSlowDrift } from "./slow-drift.ts";

const [sequences, repeats, time] = [8, 40, 30];

/** White noise of sd 1 around a signal, with an OU drift over runs; sequences within repeats. */
function measure(
  seed: number,
  sd: number,
  correlation = 0.98,
): { response: HostArray; order: Int32Array } {
  const generator = createGenerator(createStream(seed));
  const response = createArray([sequences, repeats, time, 1]);
  const order = new Int32Array(sequences * repeats);
  let drift = sd * generator.normal();
  for (let r = 0, place = 0; r < repeats; r++) {
    for (let n = 0; n < sequences; n++, place++) {
      const row = n * repeats + r;
      order[row] = place;
      for (let t = 0; t < time; t++) {
        response.data[row * time + t] = Math.sin(t + n) + generator.normal() + drift;
      }
      drift = correlation * drift + Math.sqrt(1 - correlation ** 2) * sd * generator.normal();
    }
  }
  return { response, order };
}

const noiseOf = (response: HostArray): number => {
  const { sd } = momentsOverRepeats(response);
  return Math.sqrt(sd.data.reduce((sum, s) => sum + s * s, 0) / sd.data.length);
};

// 320 runs hold 3 to 6 independent values of the drift. Over 6 seeds the noise was 0.990 to 1.012.
test("without a drift of 0.3 the noise has the sd 1 that it was made with, within 2 %", () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const { response, order } = measure(seed, 0.3);
    const { response: steady, drift } = removeSlowDrift(response, order);
    expect(drift[0].found).toBe(true);
    expect(drift[0].correlation ?? 0).toBeGreaterThan(0.9);
    const removed = 1 - (noiseOf(steady) / noiseOf(response)) ** 2;
    expect(Math.abs(drift[0].share - removed)).toBeLessThan(0.02);
    expect(Math.abs(noiseOf(steady) - 1)).toBeLessThan(0.02);
  }
});

// None of 600 steady devices was found to drift.
test("of 20 steady devices none is found to drift, and their repeats stay as they are", () => {
  for (let seed = 100; seed < 120; seed++) {
    const { response, order } = measure(seed, 0);
    const result = removeSlowDrift(response, order);
    expect(result.drift).toEqual([{ found: false, sd: 0, correlation: null, share: 0 }]);
    expect(result.response).toEqual(response);
  }
});

// Repeats of a drive are eight runs apart: the correlation from one to the next is 0.85.
test("where the order of acquisition is not known, repeats of each drive are taken as they come", () => {
  const { response } = measure(1, 0.3);
  const { response: steady, drift } = removeSlowDrift(response);
  expect(drift[0].found).toBe(true);
  expect(Math.abs((drift[0].correlation ?? 0) - 0.85)).toBeLessThan(0.15);
  expect(Math.abs(noiseOf(steady) - 1)).toBeLessThan(0.03);
});
