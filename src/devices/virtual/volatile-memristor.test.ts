import { expect, test } from "vitest";
import { createArray, mean, standardDeviation } from "../../base/index.ts";
import { createVirtualDevice } from "./virtual-device.ts";
import { createVolatileMemristor, type VolatileMemristorOptions } from "./volatile-memristor.ts";

const both = ["current", "state"] as const;

async function respond(
  voltages: readonly number[],
  options: VolatileMemristorOptions,
  disorder = 7,
): Promise<{ readonly current: Float64Array; readonly state: Float64Array }> {
  const physics = createVolatileMemristor({ observables: both, ...options }, disorder);
  const device = createVirtualDevice({ physics, seeds: { thermal: 3, instrument: 1 } });
  const { data } = await device.run(createArray([voltages.length, 1], voltages));
  const column = (i: number) => Float64Array.from(voltages, (_, t) => data[2 * t + i]);
  return { current: column(0), state: column(1) };
}

const held = (voltage: number, time: number) => new Array<number>(time).fill(voltage);

// Relaxation time of a sample: from 1 at V = 0 and no noise, w decays as exp(-t/tau).
async function relaxationOf(disorder: number): Promise<number> {
  const { state } = await respond([...held(0.8, 200), ...held(0, 50)], { sigma: 0 }, disorder);
  return 0.05 / Math.log(state[199] / state[249]);
}

const growthAt = (voltage: number) => 5 * Math.sinh(4 * voltage);

test("without noise w follows w* (1 - exp(-(r + 1/tau) t)) to rounding", async () => {
  const tau = await relaxationOf(7);
  const rate = growthAt(0.5) + 1 / tau;
  const { state } = await respond(held(0.5, 100), { sigma: 0 });
  state.forEach((w, t) => {
    const expected = (growthAt(0.5) / rate) * (1 - Math.exp(-rate * 0.001 * (t + 1)));
    expect(w).toBeCloseTo(expected, 10);
  });
});

// w forgets in 1/(r + 1/tau), 21 to 50 samples; of 100,000 samples more than 2,000 are independent.
// 8 % is 5 standard errors of a standard deviation, 5 sd/45 of a mean: once in 400,000 seeds.
test("stationary w has mean r tau/(1 + r tau) within 5 standard errors and sd s sqrt(w*(1-w*)/(2(r+1/tau))) within 8 %", async () => {
  const tau = await relaxationOf(7);
  for (const voltage of [0.2, 0.4, 0.6]) {
    const { state } = await respond(held(voltage, 100_500), {});
    const kept = state.subarray(500);
    const rate = growthAt(voltage) + 1 / tau;
    const centre = growthAt(voltage) / rate;
    const spread = 0.15 * Math.sqrt((centre * (1 - centre)) / (2 * rate));
    if (process.env.SHOW)
      console.log(voltage, standardDeviation(kept) / spread, mean(kept) - centre);
    expect(Math.abs(mean(kept) - centre)).toBeLessThan((5 * spread) / 45);
    expect(Math.abs(standardDeviation(kept) / spread - 1)).toBeLessThan(0.08);
  }
});

// A triangle of 0.2 s; 1e-3 uA is 100 times less than the opening of the loop.
test("the I-V loop is pinched at the origin and open above it: the way down carries more current", async () => {
  const up = Array.from({ length: 100 }, (_, t) => (0.8 * t) / 100);
  const down = [...up].reverse();
  const { current } = await respond([...up, ...down], { sigma: 0 });
  expect(Math.abs(current[0])).toBeLessThan(1e-3);
  expect(Math.abs(current[199])).toBeLessThan(1e-3);
  for (let t = 20; t < 95; t++) {
    expect(current[199 - t] - current[t], `${0.8 * (t / 100)} V`).toBeGreaterThan(0.05);
  }
});

// ln tau of 400 samples: a standard error of 3.5 % of the spread; 18 % is 5 of them.
test("relaxation times of samples scatter lognormally by 10 % (within 18 % of that) around 50 ms", async () => {
  const samples = Array.from({ length: 400 }, (_, disorder) => relaxationOf(disorder));
  const logarithms = (await Promise.all(samples)).map((tau) => Math.log(tau / 0.05));
  expect(Math.abs(mean(logarithms))).toBeLessThan(5 * (0.1 / 20));
  expect(Math.abs(standardDeviation(logarithms) / 0.1 - 1)).toBeLessThan(0.18);
});
