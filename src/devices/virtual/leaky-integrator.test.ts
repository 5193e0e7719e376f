import { expect, test } from "vitest";
import { createArray, mean, standardDeviation } from "../../base/index.ts";
import { createLeakyIntegrator, type LeakyIntegratorOptions } from "./leaky-integrator.ts";
import { createVirtualDevice } from "./virtual-device.ts";

// One path of 30,000 samples after 200 of warm-up, for a constant drive.
async function stationary(drive: number, options: LeakyIntegratorOptions): Promise<Float64Array> {
  const physics = createLeakyIntegrator(options);
  const device = createVirtualDevice({ physics, seeds: { thermal: 11, instrument: 1 } });
  const time = 30_200;
  const response = await device.run(createArray([time, 1], new Float64Array(time).fill(drive)));
  return response.data.subarray(200);
}

// x remembers about 1.5 s, so a path holds some 30,000 / 30 = 1,000 independent values and the
// standard deviation has an error of 2.2 %, the mean of sd / 32.
const meanError = (sd: number) => (5 * sd) / 32;

test("the mean settles at tanh(I) within 5 standard errors in both schemes", async () => {
  for (const scheme of ["exact", "reference"] as const) {
    for (const [drive, expected] of [
      [0.5, 0.462],
      [1, 0.762],
      [2, 0.964],
    ]) {
      const x = await stationary(drive, { sigma: 0.1, scheme });
      expect(Math.abs(mean(x) - expected)).toBeLessThan(meanError(0.1) + 0.0005);
    }
  }
});

// Lyapunov equation of (x, a1) at sigma 0: var x = 0.02^2 (1/tau1)^2 / (2 tau1^-1 (1 + tau1^-1)).
// 11 % is 5 standard errors: a correct program fails once in 1.7 million seeds.
test("at sigma 0 the exact scheme has the closed standard deviation 0.01291 within 11 %", async () => {
  const closed = 0.02 * Math.sqrt(25 / 60);
  for (const drive of [0, 1]) {
    const sd = standardDeviation(await stationary(drive, { sigma: 0 }));
    expect(Math.abs(sd / closed - 1)).toBeLessThan(0.11);
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
