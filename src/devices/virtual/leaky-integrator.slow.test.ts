import { expect, test } from "vitest";
import { createArray, standardDeviation } from "../../base/index.ts";
import { createLeakyIntegrator, type LeakyIntegratorOptions } from "./leaky-integrator.ts";
import { createVirtualDevice } from "./virtual-device.ts";

// One path of 60,000 samples after 200 of warm-up, for a constant drive: some 2,000 independent
// values, so that a standard deviation has an error of 1.6 %.
async function stationary(drive: number, options: LeakyIntegratorOptions): Promise<Float64Array> {
  const physics = createLeakyIntegrator(options);
  const device = createVirtualDevice({ physics, seeds: { thermal: 11, instrument: 1 } });
  const time = 60_200;
  const response = await device.run(createArray([time, 1], new Float64Array(time).fill(drive)));
  return response.data.subarray(200);
}

// Expected numbers are of an independent simulation. At I = 0 the noise feeds itself through
// tanh|3x|: at sigma 0.5 paths differ by 9 % around their mean of 0.0203, with rare ones at 0.025.
// A correct program fails about once in 100 seeds there, once in 10,000 elsewhere.
test("stationary standard deviations at sigma 0, 0.02, 0.1 and 0.5 agree within 10 % (30 % at I = 0 and sigma 0.5)", async () => {
  for (const scheme of ["exact", "reference"] as const) {
    for (const [drive, sigma, expected, tolerance] of [
      [0, 0, 0.0128, 0.1],
      [1, 0, 0.0128, 0.1],
      [0, 0.02, 0.013, 0.1],
      [0, 0.1, 0.013, 0.1],
      [0, 0.5, 0.0203, 0.3],
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
