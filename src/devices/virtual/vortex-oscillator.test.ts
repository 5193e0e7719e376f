import { expect, test } from "vitest";
import { createArray, mean, standardDeviation } from "../../base/index.ts";
import { createDevice } from "../catalogue.ts";
import type { VortexOscillatorOptions } from "./vortex-oscillator.ts";

const b = 2.5e7;
const dt = 1e-7;
const growth = (current: number) => (5e6 / 1.5) * (current - 5.5);

// |z| under a drive in mA.
async function orbit(drive: readonly number[], options: VortexOscillatorOptions) {
  const seeds = { disorder: 7, thermal: 1, instrument: 2 };
  const ideal = { outputVoltage: 1, spread: 0 };
  const device = createDevice({ kind: "vortex-oscillator", seeds, ...ideal, ...options });
  return (await device.run(createArray([drive.length, 1], drive))).data;
}
const held = (current: number, time: number) => new Array<number>(time).fill(current);

// P(r) ~ r exp((mu r^2 / 2 - b r^4 / 4) / D), by quadrature.
function stationary(mu: number, diffusion: number): { mean: number; sd: number } {
  let [total, first, second] = [0, 0, 0];
  for (let i = 0; i < 20_000; i++) {
    const r = (1.2 * (i + 0.5)) / 20_000;
    const weight = r * Math.exp(((mu * r * r) / 2 - (b * r ** 4) / 4) / diffusion);
    total += weight;
    first += r * weight;
    second += r * r * weight;
  }
  const centre = first / total;
  return { mean: centre, sd: Math.sqrt(second / total - centre * centre) };
}

// Amplitudes forget as exp(-2 mu t) far from the bifurcation, e^-1 a sample at 7 mA, and more slowly
// near it: every tenth sample is independent there too, 5,000 of them. 5 standard errors are 5 % of
// a deviation; 1 % more for the substeps. Once in 300,000 seeds for all.
test("<r> is 0.445 and its deviation 0.0456 at 7 mA, and both follow P(r) through the bifurcation, within 5 standard errors", async () => {
  const quoted = stationary(growth(7), 2e4);
  expect(quoted.mean).toBeCloseTo(0.445, 3);
  expect(quoted.sd).toBeCloseTo(0.0456, 3);
  for (const current of [5, 5.5, 6, 7]) {
    const drive = held(current - 6, 50_200);
    const r = (await orbit(drive, { bias: 6 })).subarray(200);
    const expected = stationary(growth(current), 2e4);
    if (process.env.SHOW) console.log(current, mean(r), standardDeviation(r), expected);
    const error = (5 * expected.sd) / Math.sqrt(5000);
    expect(Math.abs(mean(r) - expected.mean), `${current} mA`).toBeLessThan(error);
    expect(Math.abs(standardDeviation(r) / expected.sd - 1), `${current} mA`).toBeLessThan(0.06);
  }
});

// r^2(t) = r0^2 e^(2 mu t) / (1 + b r0^2 (e^(2 mu t) - 1) / mu), and r0^2 / (1 + 2 b r0^2 t) at mu 0.
test("without noise it relaxes as in closed form, to rounding, above, at and below the critical current", async () => {
  const start = growth(6) / b;
  for (const current of [7, 6.5, 5.5, 5]) {
    const r = await orbit(held(current - 6, 20), { bias: 6, diffusion: 0 });
    const mu = growth(current);
    for (let sample = 1; sample <= 20; sample++) {
      const t = sample * dt;
      const gained = mu === 0 ? 2 * t : Math.expm1(2 * mu * t) / mu;
      const expected = Math.sqrt((start * Math.exp(2 * mu * t)) / (1 + b * start * gained));
      expect(Math.abs(r[sample - 1] / expected - 1), `${current} mA`).toBeLessThan(1e-10);
    }
  }
});

test("without noise the orbit is sqrt(mu / b) above 5.5 mA and shrinks to nothing below, to 1e-9", async () => {
  for (const current of [5.2, 5.4, 5.6, 5.8, 7]) {
    const r = await orbit(held(current - 6, 2000), { bias: 6, diffusion: 0 });
    const expected = Math.sqrt(Math.max(0, growth(current)) / b);
    expect(Math.abs(r[1999] - expected), `${current} mA`).toBeLessThan(1e-9);
  }
});

test("the critical current differs between samples unless the spread is 0", async () => {
  const respond = (disorder: number, spread: number) => {
    const seeds = { disorder, thermal: 1, instrument: 2 };
    const device = createDevice({ kind: "vortex-oscillator", seeds, spread });
    return device.run(createArray([3, 1], [0, 0.5, -0.5]));
  };
  expect(await respond(8, 0)).toEqual(await respond(7, 0));
  expect(await respond(8, 0.05)).not.toEqual(await respond(7, 0.05));
});
