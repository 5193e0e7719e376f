import { expect, test } from "vitest";
import { createArray, type HostArray, mean } from "../../base/index.ts";
import { createDevice } from "../catalogue.ts";
import type { Device } from "../device.ts";
import { depinningProbability, sineOfLag } from "./depinning.ts";
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

test("a reset gives onions along the field: all walls, full magnetisation, AMR 1", async () => {
  const device = makeArray({ observables: ["amr", "walls", "mx", "my"] });
  const [amr, walls, mx, my] = await device.reset();
  expect([amr, walls, mx]).toEqual([1, 1, 1]);
  expect(my).toBeCloseTo(0, 12);
});

test("without field nothing moves, whatever the state", async () => {
  const device = makeArray({ observables: ["amr", "walls", "mx", "my"] });
  await device.run(cycles(repeated(28, 5)));
  const { data } = await device.run(cycles([0, 0]));
  for (let i = 4; i < data.length; i++) expect(data[i]).toBe(data[i - 4]);
});

test("at 55 Oe the magnetisation follows the field: it turns counter-clockwise once in 16 samples", async () => {
  const device = makeArray({ observables: ["mx", "my"] });
  await device.run(cycles(repeated(55, 2)));
  const { data } = await device.run(cycles([55]));
  for (let t = 0; t < 16; t++) {
    const lag = (2 * Math.PI * (t + 1)) / 16 - Math.atan2(data[2 * t + 1], data[2 * t]);
    expect(Math.hypot(data[2 * t], data[2 * t + 1])).toBeGreaterThan(0.8);
    const wrapped = lag - 2 * Math.PI * Math.round(lag / (2 * Math.PI));
    expect(wrapped).toBeGreaterThan(-0.01);
    expect(wrapped).toBeLessThan(Math.PI / 2);
  }
});

// The Arrhenius integral averaged over the spread of H0, against the walls that left their junctions
// after a quarter turn. 8 samples of 380 junctions: one standard error is at most 0.010; 0.05 is
// 5 of them, once in 1.7 million seeds.
test("the first quarter turn frees the share of two-wall junctions of the Arrhenius integral within 0.05", async () => {
  const L = 20;
  for (const field of [22.5, 24, 25]) {
    const shares = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map(async (seed) => {
        const device = makeArray({ L, observables: ["my"] }, seed, seed);
        const { data } = await device.run(createArray([4, 1], [field, field, field, field]));
        return (data[3] * L * L - L) / (L * L - L);
      }),
    );
    expect(Math.abs(mean(shares) - meanShare(field)), `${field} Oe`).toBeLessThan(0.05);
  }
});

function meanShare(field: number): number {
  let [sum, weight] = [0, 0];
  for (let deviation = -4; deviation <= 4; deviation += 0.1) {
    let held = 1;
    for (let lag = 1; lag <= 16; lag++) {
      held *= 1 - depinningProbability(field * sineOfLag[lag], 2, 2.625e-19, 55 + deviation);
    }
    const w = Math.exp((-deviation * deviation) / 2);
    sum += w * (1 - held);
    weight += w;
  }
  return sum / weight;
}

test("an input is held for a quarter of a field cycle, or for all of it where asked", async () => {
  const holdOf = async (options: NanoRingArrayOptions) =>
    (await makeArray(options).describe()).samplesPerStep;
  expect(await holdOf({})).toBe(4);
  expect(await holdOf({ hold: "cycle" })).toBe(16);
});

test("another disorder seed is another sample, another thermal seed another run of it", async () => {
  const run = (disorder: number, thermal: number) =>
    makeArray({ L: 6 }, disorder, thermal).run(cycles(repeated(24, 8)));
  expect(await run(7, 1)).toEqual(await run(7, 1));
  expect(await run(8, 1)).not.toEqual(await run(7, 1));
  expect(await run(7, 2)).not.toEqual(await run(7, 1));
});
