import { expect, test } from "vitest";
import { createArray, isFault, mean, standardDeviation } from "../../base/index.ts";
import type { Device } from "../device.ts";
import { createDuffingOscillator, type DuffingOscillatorOptions } from "./duffing-oscillator.ts";
import { createVirtualDevice } from "./virtual-device.ts";

const makeOscillator = (options: DuffingOscillatorOptions, thermal = 1): Device =>
  createVirtualDevice({
    physics: createDuffingOscillator(options),
    seeds: { thermal, instrument: 1 },
  });
const constant = (time: number, amplitude: number) =>
  createArray([time, 1], new Float64Array(time).fill(amplitude));

// x and v apart, after a warm-up.
async function undriven(time: number, options: DuffingOscillatorOptions) {
  const { data } = await makeOscillator(options).run(constant(time, 0));
  const kept = Float64Array.from({ length: time - 200 }, (_, t) => data[2 * (t + 200)]);
  const speeds = Float64Array.from({ length: time - 200 }, (_, t) => data[2 * (t + 200) + 1]);
  return { x: kept, v: speeds };
}

// The noise floor of 0.002 leaves 0.002 in x: 0.02 is 10 standard deviations.
test("undriven it relaxes to one of its wells, +1 or -1 within 0.02, in either scheme", async () => {
  for (const scheme of ["exact", "reference"] as const) {
    for (const thermal of [1, 2, 3]) {
      const { data } = await makeOscillator({ sigma: 0, scheme }, thermal).run(constant(200, 0));
      expect(Math.abs(Math.abs(data[398]) - 1), `${scheme}, x`).toBeLessThan(0.02);
      expect(Math.abs(data[399]), `${scheme}, v`).toBeLessThan(0.02);
    }
  }
});

// P(x, v) ~ exp(-delta (v^2/2 + V)/D), V = x^4/4 - x^2/2: moments of x by quadrature.
function boltzmannMoment(power: number, D: number): number {
  let [sum, weight] = [0, 0];
  for (let x = -3; x <= 3; x += 0.001) {
    const p = Math.exp((-0.3 * (x ** 4 / 4 - x ** 2 / 2)) / D);
    sum += p * x ** power;
    weight += p;
  }
  return sum / weight;
}

// 50,000 samples hold about 3,500 independent energies. Standard errors of the moments are 2.4 %
// (v^2), 1.4 % (x^2), 2.4 % (x^4) and 2.8 % (x^2 v^2): 5 of them fail once in 400,000 seeds.
test("under white noise of D = 0.1 its moments are Boltzmann's within 12 % (x^2 within 7 %)", async () => {
  const D = 0.1;
  const { x, v } = await undriven(50_000, { sigma: 0, whiteNoise: Math.sqrt(2 * D) });
  const moment = (power: number, values: Float64Array) => mean(values.map((u) => u ** power));
  const of = { x2: moment(2, x), x4: moment(4, x), v2: moment(2, v) };
  const product = mean(x.map((u, t) => (u * v[t]) ** 2));
  if (process.env.SHOW) console.log(of, product);
  expect(Math.abs(of.x2 / boltzmannMoment(2, D) - 1)).toBeLessThan(0.07);
  expect(Math.abs(of.x4 / boltzmannMoment(4, D) - 1)).toBeLessThan(0.12);
  expect(Math.abs(of.v2 / (D / 0.3) - 1)).toBeLessThan(0.12);
  expect(Math.abs(product / (of.x2 * of.v2) - 1)).toBeLessThan(0.14);
});

// In a well, x = 1 + y: iw Y = V - a1/tau1 - a2/tau2 and iw V = -delta V - 2 Y, so that
// |Y|^2 = S (w^2 + delta^2)/N and |V|^2 = 4 S/N, N = (2 - w^2)^2 + delta^2 w^2, S the spectrum of
// the coloured force. The same for both, times dw/pi from 0.
function linearSpread(sigma: number): { readonly x: number; readonly v: number } {
  let [x, v] = [0, 0];
  const dw = 1e-3;
  const amplitude2 = sigma * Math.tanh(3);
  for (let w = dw / 2; w < 200; w += dw) {
    const force = 0.002 ** 2 / 0.2 ** 2 / (w * w + 25) + (amplitude2 / 0.8) ** 2 / (w * w + 1.5625);
    const share = force / ((2 - w * w) ** 2 + (0.3 * w) ** 2);
    x += (share * (w * w + 0.09) * dw) / Math.PI;
    v += (share * 4 * dw) / Math.PI;
  }
  return { x: Math.sqrt(x), v: Math.sqrt(v) };
}

// It rings for 6.7 s: 40,000 samples hold some 2,800 independent energies, a standard error of 1.3 %.
// 7 % is 5 of them.
test("in a well both coloured noises give x and v the spread of the linear law within 7 %", async () => {
  const { x, v } = await undriven(40_000, { sigma: 0.01 });
  const expected = linearSpread(0.01);
  if (process.env.SHOW) console.log(standardDeviation(x), standardDeviation(v), expected);
  expect(Math.abs(standardDeviation(x) / expected.x - 1)).toBeLessThan(0.07);
  expect(Math.abs(standardDeviation(v) / expected.v - 1)).toBeLessThan(0.07);
});

// Expected: 40,000 paths of the reference's RK4 (its definition of the oscillator, its stage
// factors), written out in Python with the standard library alone, A = 0.2; their own errors are
// half of ours. 1,500 paths: 5 standard errors are 0.13 sd of a mean, and 10 % of an sd (11 % with
// the tails of x). A correct program fails once in 100,000 seeds.
test("the reference scheme has the means (within 0.15 sd) and spreads (within 12 %) of the reference's map", async () => {
  const device = makeOscillator({ scheme: "reference" });
  const paths = 1500;
  const found = new Map<string, Float64Array>();
  for (let path = 0; path < paths; path++) {
    await device.reset();
    const { data } = await device.run(constant(20, 0.2));
    for (const step of [5, 10, 20]) {
      for (const [name, i] of [["x", 0] as const, ["v", 1] as const]) {
        const key = `${name} at step ${step}`;
        if (!found.has(key)) found.set(key, new Float64Array(paths));
        found.get(key)![path] = data[2 * (step - 1) + i];
      }
    }
  }
  const expected: Record<string, [number, number]> = {
    "x at step 5": [0.2723, 0.0476],
    "v at step 5": [0.3219, 0.0408],
    "x at step 10": [1.1271, 0.0732],
    "v at step 10": [0.1314, 0.1501],
    "x at step 20": [0.8724, 0.0687],
    "v at step 20": [-0.1537, 0.0948],
  };
  for (const [key, [centre, spread]] of Object.entries(expected)) {
    const values = found.get(key)!;
    expect(Math.abs(mean(values) - centre) / spread, `mean of ${key}`).toBeLessThan(0.15);
    expect(Math.abs(standardDeviation(values) / spread - 1), `sd of ${key}`).toBeLessThan(0.12);
  }
});

// The reference holds the sine at its value at the end of a step, and so runs half a step ahead.
test("both schemes follow the drive alike: at A = 0.2 and little noise x, up to 1.1, differs by less than 0.2 for 10 steps", async () => {
  const exact = await makeOscillator({ sigma: 0 }).run(constant(10, 0.2));
  const reference = await makeOscillator({ sigma: 0, scheme: "reference" }).run(constant(10, 0.2));
  for (let i = 0; i < 20; i += 2) {
    expect(Math.abs(exact.data[i] - reference.data[i]), `step ${i / 2 + 1}`).toBeLessThan(0.2);
  }
});

test("white noise of one's own is refused for the reference scheme", () => {
  let message = "no fault";
  try {
    createDuffingOscillator({ scheme: "reference", whiteNoise: 0.1 });
  } catch (error) {
    if (isFault(error)) message = error.message;
  }
  expect(message).toMatchInlineSnapshot(
    `"duffing-oscillator: the reference's map has a white noise of its own. Got whiteNoise 0.1 with scheme "reference", expected whiteNoise 0, or the exact scheme. Leave whiteNoise out, or choose scheme: exact."`,
  );
});
