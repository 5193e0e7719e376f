import { describe, expect, it } from "vitest";
import { createGenerator, createStream } from "../base/index.ts";
import { input, interpret } from "../engine/index.ts";
import { energyScore } from "./score-graph.ts";

type Sample = (example: number, time: number, observable: number) => number;

describe("energyScore", () => {
  const size = { steps: 6, examples: 3, paths: 3, observables: 2 };
  const generator = createGenerator(createStream(2));
  const draw = (count: number): Float64Array =>
    Float64Array.from({ length: count }, () => generator.normal());
  const measured = draw(6 * 3 * 3 * 2);
  const target = draw(6 * 3 * 2);
  const scales = [0.5, 2];

  /** The definition, loop by loop. */
  function byLoops(lag: number, window: number): number {
    const path =
      (k: number): Sample =>
      (b, t, x) =>
        measured[((t * 3 + b) * 3 + k) * 2 + x];
    const truth: Sample = (b, t, x) => target[(t * 3 + b) * 2 + x];
    const tiles = Math.floor((6 - lag) / window);
    const distance = (p: Sample, q: Sample, b: number, first: number): number => {
      let sum = 0;
      for (let t = first; t < first + window; t++) {
        for (let x = 0; x < 2; x++) {
          const value = (s: Sample) => s(b, t + lag, x) - (lag > 0 ? s(b, t, x) : 0);
          sum += ((value(p) - value(q)) / scales[x]) ** 2;
        }
      }
      return Math.sqrt(sum / (2 * window));
    };
    let total = 0;
    for (let b = 0; b < 3; b++) {
      for (let i = 0; i < tiles; i++) {
        for (let k = 0; k < 3; k++) {
          total += distance(path(k), truth, b, i * window) / 3;
          for (let l = 0; l < 3; l++) {
            if (l !== k) total -= distance(path(k), path(l), b, i * window) / (2 * 3 * 2);
          }
        }
      }
    }
    return total / (3 * tiles);
  }

  it.each([
    [0, 1],
    [0, 4],
    [1, 2],
    [3, 3],
  ])("is the unbiased score of its definition at lag %d in windows of %d", (lag, window) => {
    const score = energyScore(input("g", [54, 2]), input("y", [18, 2]), size, [
      { lag, window, weight: 1.5, scales },
    ]);
    const [value] = interpret([score], { values: { g: measured, y: target } })[0];
    expect(value).toBeCloseTo(1.5 * byLoops(lag, window), 6);
  });

  // 4,000 examples; the differences are more than 10 standard errors.
  it("is smallest for paths that scatter as the measured ones do", () => {
    const many = { steps: 1, examples: 4000, paths: 4, observables: 1 };
    const score = energyScore(input("g", [16000, 1]), input("y", [4000, 1]), many, [
      { lag: 0, window: 1, weight: 1, scales: [1] },
    ]);
    const [g, y] = [draw(16000), draw(4000)];
    const at = (sd: number): number =>
      interpret([score], { values: { g: g.map((value) => sd * value), y } })[0][0];
    expect(at(1)).toBeLessThan(at(0.6) - 0.01);
    expect(at(1)).toBeLessThan(at(1.6) - 0.01);
  });
});
