import { expect, test } from "vitest";
import { createArray, mean, standardDeviation } from "../../base/index.ts";
import { createDevice } from "../catalogue.ts";
import { twoStateStep } from "./two-state.ts";

const seeds = { disorder: 7, thermal: 1, instrument: 2 };

async function pathOf(kind: string, level: number, time: number, options: object) {
  const device = createDevice({ kind, seeds, spread: 0, ...options });
  const drive = createArray([time, 1], new Float64Array(time).fill(level));
  return (await device.run(drive)).data.subarray(200);
}

/** Correlation of neighbouring samples, about a known mean and standard deviation. */
function lagOne(path: Float64Array, centre: number, sd: number): number {
  let sum = 0;
  for (let t = 1; t < path.length; t++) sum += (path[t] - centre) * (path[t - 1] - centre);
  return sum / ((path.length - 1) * sd * sd);
}

// Standard error of the mean of a path of deviation sd whose neighbours correlate as rho.
const standardError = (sd: number, rho: number, time: number) =>
  sd * Math.sqrt((1 + rho) / ((1 - rho) * time));

const balance = (drive: number, barrier: number) => Math.tanh(2 * barrier * drive);

test("two steps make one of twice the length, to rounding", () => {
  for (const drive of [-0.2, 0, 0.3]) {
    const one = twoStateStep(drive, 6, 1e9, 1e-8);
    const two = twoStateStep(drive, 6, 1e9, 2e-8);
    const pUp = (1 - one.pUp) * one.pUp + one.pUp * (1 - one.pDown);
    expect(two.pUp).toBeCloseTo(pUp, 14);
  }
});

// Rates as the sum of both exponentials, by hand: at V = 0 2 * 1e9 e^-12 = 12,288 /s.
const junctionRate = (v: number) =>
  1e9 * (Math.exp(-12 * (1 - v) ** 2) + Math.exp(-12 * (1 + v) ** 2));

// 400,000 samples; 5 standard errors at each of 4 voltages, once in 400,000 seeds.
test("a junction's mean state is tanh(2 Delta V/Vc): 0, 0.537, 0.984, -0.984, within 5 standard errors", async () => {
  for (const [voltage, quoted] of [
    [0, 0],
    [0.025, 0.537],
    [0.1, 0.984],
    [-0.1, -0.984],
  ]) {
    const expected = balance(voltage, 12);
    expect(expected).toBeCloseTo(quoted, 3);
    const path = await pathOf("superparamagnetic-junction", voltage, 400_000, {});
    const rho = Math.exp(-junctionRate(voltage) * 2e-6);
    const sd = Math.sqrt(1 - expected ** 2);
    const error = 5 * standardError(sd, rho, path.length);
    expect(Math.abs(mean(path) - expected), `${voltage} V`).toBeLessThan(error);
    expect(path.every((state) => state === 1 || state === -1)).toBe(true);
  }
});

// 1,000 effective pairs per 0.01 of correlation at rho 0.976: 0.003 is more than 5 standard errors.
test("a junction without voltage remembers as exp(-t / 81.4 us), lag-one correlation within 0.003", async () => {
  const path = await pathOf("superparamagnetic-junction", 0, 400_000, {});
  expect(Math.abs(lagOne(path, 0, 1) - Math.exp(-2 / 81.4))).toBeLessThan(0.003);
});

// 20,000 samples of correlation below 0.96 make 400 independent ones at h = 0, and more at others:
// 5 standard errors of a deviation are 18 % there, once in 300,000 seeds for all.
test("an ensemble of 500 has mean tanh(2 Delta h) and deviation sqrt((1 - m^2) / N) within 5 standard errors", async () => {
  for (const field of [0, 10, 30]) {
    const h = field / 100;
    const path = await pathOf("superparamagnetic-ensemble", field, 20_000, {});
    const rate = 1e9 * (Math.exp(-3 * (1 - h) ** 2) + Math.exp(-3 * (1 + h) ** 2));
    const rho = Math.exp(-rate * 5e-10);
    const expected = balance(h, 3);
    const sd = Math.sqrt((1 - expected ** 2) / 500);
    const independent = (path.length * (1 - rho * rho)) / (1 + rho * rho);
    if (process.env.SHOW) console.log(field, mean(path), expected, standardDeviation(path), sd);
    expect(Math.abs(mean(path) - expected)).toBeLessThan(5 * standardError(sd, rho, path.length));
    expect(Math.abs(standardDeviation(path) / sd - 1)).toBeLessThan(5 / Math.sqrt(2 * independent));
    expect(Math.abs(lagOne(path, expected, sd) - rho)).toBeLessThan(7 / Math.sqrt(independent));
  }
});

test("the barrier differs between samples unless the spread is 0", async () => {
  const respond = async (disorder: number, spread: number) => {
    const device = createDevice({
      kind: "superparamagnetic-ensemble",
      seeds: { ...seeds, disorder },
      spread,
    });
    return device.run(createArray([50, 1], new Float64Array(50).fill(10)));
  };
  expect(await respond(8, 0)).toEqual(await respond(7, 0));
  expect(await respond(8, 0.05)).not.toEqual(await respond(7, 0.05));
});
