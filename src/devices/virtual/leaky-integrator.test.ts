import { expect, test } from "vitest";
import { createArray, mean, standardDeviation } from "../../base/index.ts";
import { createLeakyIntegrator, type LeakyIntegratorOptions } from "./leaky-integrator.ts";
import { createVirtualDevice } from "./virtual-device.ts";

// One path of 60,000 samples after 200 of warm-up, for a constant drive.
async function stationary(drive: number, options: LeakyIntegratorOptions): Promise<Float64Array> {
  const physics = createLeakyIntegrator(options);
  const device = createVirtualDevice({ physics, seeds: { thermal: 11, instrument: 1 } });
  const time = 60_200;
  const response = await device.run(createArray([time, 1], new Float64Array(time).fill(drive)));
  return response.data.subarray(200);
}

// x remembers about 1.5 s, so a path holds some 60,000 / 30 = 2,000 independent values and the
// standard deviation has an error of 1.6 %, the mean of sd / 45.
const meanError = (sd: number) => (5 * sd) / 45;

test("the mean settles at tanh(I) within 5 standard errors", async () => {
  for (const [drive, expected] of [
    [0.5, 0.462],
    [1, 0.762],
    [2, 0.964],
  ]) {
    const x = await stationary(drive, { sigma: 0.1 });
    expect(Math.abs(mean(x) - expected)).toBeLessThan(meanError(0.1) + 0.0005);
  }
});

// Lyapunov equation of (x, a1) at sigma 0: var x = 0.02^2 (1/tau1)^2 / (2 tau1^-1 (1 + tau1^-1)).
// 8 % is 5 standard errors: a correct program fails once in 1.7 million seeds.
test("at sigma 0 the exact scheme has the closed standard deviation 0.01291 within 8 %", async () => {
  const closed = 0.02 * Math.sqrt(25 / 60);
  for (const drive of [0, 1]) {
    const sd = standardDeviation(await stationary(drive, { sigma: 0 }));
    expect(Math.abs(sd / closed - 1)).toBeLessThan(0.08);
  }
});

// Numbers of an independent simulation; at I = 0 the noise feeds itself through tanh|3x|, with
// heavy tails and a larger error, hence 15 %.
test("stationary standard deviations at sigma 0.02, 0.1 and 0.5 agree within 10 % (15 % at I = 0)", async () => {
  for (const scheme of ["exact", "reference"] as const) {
    for (const [drive, sigma, expected, tolerance] of [
      [0, 0.1, 0.013, 0.15],
      [0, 0.5, 0.022, 0.15],
      [1, 0.02, 0.027, 0.1],
      [1, 0.1, 0.0905, 0.1],
      [1, 0.5, 0.403, 0.1],
    ]) {
      const sd = standardDeviation(await stationary(drive, { sigma, scheme }));
      if (process.env.SHOW) console.log(scheme, drive, sigma, sd.toFixed(4), expected);
      expect(Math.abs(sd / expected - 1), `${scheme}, I ${drive}, sigma ${sigma}`).toBeLessThan(
        tolerance,
      );
    }
  }
});

test("without noise to speak of x follows 1 - exp(-t) to within 0.1 in units of tanh(I)", async () => {
  const physics = createLeakyIntegrator({ sigma: 0 });
  const device = createVirtualDevice({ physics, seeds: { thermal: 3, instrument: 1 } });
  const time = 30;
  const { data } = await device.run(createArray([time, 1], new Float64Array(time).fill(2)));
  data.forEach((x, t) => {
    const expected = Math.tanh(2) * (1 - Math.exp(-0.1 * (t + 1)));
    expect(Math.abs(x - expected)).toBeLessThan(0.1);
  });
});
