import { expect, test } from "vitest";
import {
  childStream,
  createArray,
  createGenerator,
  createStream,
  type HostArray,
  mean,
  standardDeviation,
} from "../../base/index.ts";
import { createDevice } from "../catalogue.ts";
import type { Device } from "../device.ts";
import { createStandardPlan } from "../plan.ts";
import { measureRecording } from "../recorder.ts";
import type { NanoRingArrayOptions } from "./nano-ring-array.ts";

function makeArray(options: NanoRingArrayOptions, disorder = 7, thermal = 1): Device {
  const seeds = { disorder, thermal, instrument: 2 };
  return createDevice({ kind: "nano-ring-array", observables: ["walls"], ...options, seeds });
}

// One field per cycle of 16 samples.
function cycles(fields: readonly number[]): HostArray {
  const data = fields.flatMap((field) => new Array<number>(16).fill(field));
  return createArray([data.length, 1], data);
}
const repeated = (field: number, count: number) => new Array<number>(count).fill(field);

// A saturated array may turn in step for all 30 cycles near 30 Oe (about half the samples), so five
// cycles at 27 Oe go first. Means of 8 samples over the last 5 cycles; their spread of some 0.03
// leaves these bounds several standard errors away: fewer than one seed in 1,000 should fail.
test("wall density dips: below 0.3 between 26 and 31 Oe, above 0.9 at 18 Oe and from 38 Oe, after 30 cycles", async () => {
  const densityAt = async (field: number, before: readonly number[]): Promise<number> => {
    const values: number[] = [];
    for (let seed = 1; seed <= 8; seed++) {
      const device = makeArray({}, seed, seed);
      const { data } = await device.run(cycles([...before, ...repeated(field, 30)]));
      values.push(mean(data.subarray(data.length - 5 * 16)));
    }
    return mean(values);
  };
  for (const field of [10, 18, 38, 50]) expect(await densityAt(field, [])).toBeGreaterThan(0.95);
  for (const field of [26, 27, 28, 29, 30, 31]) {
    expect(await densityAt(field, repeated(27, 5)), `${field} Oe`).toBeLessThan(0.3);
  }
  for (const field of [38, 50]) {
    expect(await densityAt(field, repeated(27, 5)), `${field} Oe`).toBeGreaterThan(0.9);
  }
});

// Wall density at the end of every cycle, mean of 20 repeats: first after the history.
async function meanDensities(
  history: readonly number[],
  fields: readonly number[],
): Promise<Float64Array> {
  const device = makeArray({});
  const sum = new Float64Array(fields.length + 1);
  for (let repeat = 0; repeat < 20; repeat++) {
    await device.reset();
    const { data } = await device.run(cycles([...history, ...fields]));
    for (let c = 0; c <= fields.length; c++) sum[c] += data[16 * (history.length + c) - 1] / 20;
  }
  return sum;
}

async function memoryOf(
  one: readonly number[],
  other: readonly number[],
  range: readonly [number, number],
  count: number,
): Promise<Float64Array> {
  const generator = createGenerator(childStream(createStream(5), "fields"));
  const [low, high] = range;
  const fields = Array.from({ length: count }, () => low + (high - low) * generator.uniform());
  const densities = await meanDensities(other, fields);
  return (await meanDensities(one, fields)).map((value, c) => value - densities[c]);
}

// Means of 20 repeats, one array. Below 0.05 for repeats of sd 0.1 is 1.6 standard errors of a
// difference at one time, but 5 of the average over 4 cycles used here.
test("memory fades: two histories that differ by 0.5 in wall density agree within 0.05 after 20 cycles of 21 to 37 Oe", async () => {
  const difference = await memoryOf(repeated(50, 10), repeated(30, 10), [21, 37], 24);
  if (process.env.SHOW) console.log([...difference].map((x) => x.toFixed(2)).join(" "));
  expect(difference[0]).toBeGreaterThan(0.5);
  expect(Math.abs(mean(difference.subarray(21)))).toBeLessThan(0.05);
});

// 20 to 26 Oe moves pairs of walls but rarely single ones (half of them at 33 Oe), so it erases the
// difference between a full array and one of pairs, and freezes what is left of a sparse one.
// Differences have a standard error of 0.02; the bounds are 4 of them away at this seed.
test("20 to 26 Oe for 8 cycles takes a saturated array to within 0.1 of one that had 30 cycles at 22 Oe, but not one from 28 Oe", async () => {
  const erased = await memoryOf(repeated(50, 2), repeated(22, 30), [20, 26], 8);
  const frozen = await memoryOf(repeated(22, 30), repeated(28, 30), [20, 26], 8);
  if (process.env.SHOW) {
    for (const difference of [erased, frozen]) {
      console.log([...difference].map((x) => x.toFixed(2)).join(" "));
    }
  }
  expect(erased[0]).toBeGreaterThan(0.45);
  expect(Math.abs(erased[8])).toBeLessThan(0.1);
  expect(frozen[8]).toBeGreaterThan(0.2);
});

// 300 repeats each: the ratio has a standard error of 6 %; 30 % allows for edges too. A correct
// program fails once in some 100,000 seeds.
test("repeats of the wall density at 22 Oe scatter as 1/sqrt(rings) within 30 %", async () => {
  const scatter = async (L: number): Promise<number> => {
    const device = makeArray({ L });
    const values: number[] = [];
    for (let repeat = 0; repeat < 300; repeat++) {
      await device.reset();
      const { data } = await device.run(cycles(repeated(22, 6)));
      values.push(data[95]);
    }
    return standardDeviation(values);
  };
  const ratio = (await scatter(6)) / (await scatter(12));
  if (process.env.SHOW) console.log("ratio", ratio);
  expect(Math.abs(ratio / 2 - 1)).toBeLessThan(0.3);
});

// Correlation of one observable between repeats at the end of one cycle and `lag` cycles later,
// pooled over sequences and over cycles from the tenth on.
function noiseCorrelation(response: HostArray, observable: number, lag: number): number {
  const [sequences, repeats, time, observables] = response.shape;
  let [product, square, squareLater] = [0, 0, 0];
  for (let s = 0; s < sequences; s++) {
    const deviation = (t: number): number[] => {
      const values = Array.from({ length: repeats }, (_, r) => {
        return response.data[((s * repeats + r) * time + t) * observables + observable];
      });
      const centre = mean(values);
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
// Expected are means over three sets of drives, which scatter by up to 0.08 (walls after 8 cycles):
// about one seed in 100 should fail. AMR depends on where in the cycle it is read: 0.3 at a quarter.
test("noise of the wall density correlates by 0.84, 0.56, 0.39 and of the AMR by 0.56, 0.16, 0.05 after 1, 4, 8 cycles, within 0.2", async () => {
  const device = makeArray({ observables: ["walls", "amr"], hold: "cycle" });
  const options = {
    sequences: 0,
    ladderLevels: 0,
    repeatSequences: 16,
    repeats: 30,
    steps: 640,
    holds: [1],
    range: [[20, 34]] as const,
  };
  const plan = createStandardPlan(await device.describe(), options, createStream(6));
  const { response } = (await measureRecording(device, plan)).parts[0];
  for (const [observable, lag, expected] of [
    [0, 1, 0.84],
    [0, 4, 0.56],
    [0, 8, 0.39],
    [1, 1, 0.56],
    [1, 4, 0.16],
    [1, 8, 0.05],
  ]) {
    const found = noiseCorrelation(response, observable, lag);
    if (process.env.SHOW) console.log(observable, lag, found);
    expect(Math.abs(found - expected), `lag ${lag}: ${found}`).toBeLessThan(0.2);
  }
});
