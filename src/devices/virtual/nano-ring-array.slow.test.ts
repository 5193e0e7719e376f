import { expect, test } from "vitest";
import { createStream } from "../../base/index.ts";
import { createDevice } from "../catalogue.ts";
import { createStandardPlan } from "../plan.ts";
import { measureRecording } from "../recorder.ts";

// Correlation between repeats at the end of one cycle and `lag` cycles later, pooled over sequences
// and over cycles from the tenth on.
function noiseCorrelation(response: Float64Array, shape: readonly number[], lag: number): number {
  const [sequences, repeats, time] = shape;
  let [product, square, squareLater] = [0, 0, 0];
  for (let s = 0; s < sequences; s++) {
    const deviation = (t: number): number[] => {
      const values = Array.from(
        { length: repeats },
        (_, r) => response[(s * repeats + r) * time + t],
      );
      const centre = values.reduce((sum, value) => sum + value, 0) / repeats;
      return values.map((value) => value - centre);
    };
    for (let t = 175; t + 16 * lag < time; t += 16) {
      const [now, later] = [deviation(t), deviation(t + 16 * lag)];
      for (let r = 0; r < repeats; r++) {
        product += now[r] * later[r];
        square += now[r] ** 2;
        squareLater += later[r] ** 2;
      }
    }
  }
  return product / Math.sqrt(square * squareLater);
}

// Protocol: 16 random drives of 20 to 34 Oe, a new level every cycle, 40 cycles, 30 repeats.
// Between sets of drives the correlations scatter by about 0.04; 0.15 is more than 3 such.
test("noise of the wall density is coloured: 0.86, 0.54, 0.29 after 1, 4, 8 cycles, within 0.15", async () => {
  const seeds = { disorder: 7, thermal: 1, instrument: 2 };
  const device = createDevice({ kind: "nano-ring-array", observables: ["walls"], seeds });
  const options = {
    sequences: 0,
    ladderLevels: 0,
    repeatSequences: 16,
    repeats: 30,
    steps: 640,
    holds: [4],
    range: [[20, 34]] as const,
  };
  const plan = createStandardPlan(await device.describe(), options, createStream(6));
  const { response } = (await measureRecording(device, plan)).parts[0];
  for (const [lag, expected] of [
    [1, 0.86],
    [4, 0.54],
    [8, 0.29],
  ]) {
    const found = noiseCorrelation(response.data, response.shape, lag);
    if (process.env.SHOW) console.log(lag, found);
    expect(Math.abs(found - expected), `lag ${lag}: ${found}`).toBeLessThan(0.15);
  }
});
