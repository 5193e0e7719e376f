import { expect, test } from "vitest";
import { createGenerator, createStream } from "../base/index.ts";
import { budget, lawOf, measure, sequences, sources, time } from "./noise-budget.test-support.ts";
import type { SourceShares } from "./noise-budget.ts";

// More laws: noise-budget.slow.test.ts.
test.each([
  { memory: 0.5, tau: 3, shares: [1, 0, 0] },
  { memory: 0.5, tau: 20, shares: [1 / 3, 1 / 3, 1 / 3] },
  { memory: 0.8, tau: 8, shares: [0.5, 0.5, 0] },
  { memory: 0.95, tau: 3, shares: [0, 0.5, 0.5] },
])(
  "the device's shares $shares at memory $memory, tau $tau are within 10 points or in their intervals",
  ({ memory, tau, shares }) => {
    const { device, twin, memory: seen } = budget(lawOf(memory, tau, shares));
    sources.forEach((source, i) => {
      const { mean, low, high } = (device as SourceShares)[source];
      const isCovered = low <= shares[i] && shares[i] <= high;
      expect(Math.abs(mean - shares[i]) < 0.1 || isCovered).toBe(true);
      // 480 realisations, sources switched off under the same normals.
      expect(Math.abs(twin[source].mean - 1 / 3)).toBeLessThan(0.05);
    });
    expect(device?.start.mean).toBeCloseTo(0, 12);
    expect(Math.abs(seen - memory)).toBeLessThan(0.02);
  },
);

test("a device without memory cannot tell observation noise from white process noise, and says so", () => {
  const { device, isSeparable, reason } = budget(lawOf(0.05, 8, [0.4, 0.3, 0.3]));
  expect(isSeparable).toBe(false);
  expect(reason).toMatchInlineSnapshot(
    `"the device keeps 5 % over a step, too little to tell observation noise from white process noise; together they are 68 %"`,
  );
  expect(Math.abs((device?.coloured.mean ?? 0) - 0.3)).toBeLessThan(0.1);
});

test("x' = 0.9 x + w seen through white noise, without a drive, is not separable, and says so", () => {
  const { isSeparable, reason } = budget(lawOf(0.9, 8, [0.3, 0.7, 0], 0));
  expect(isSeparable).toBe(false);
  expect(reason).toMatchInlineSnapshot(
    `"the drive hardly moves this observable, so only the noise itself could tell the memory of the device: a slow device with white noise and a fast one with coloured noise look alike"`,
  );
});

test("too few repeats have no shares; a device whose noises are told apart says why", () => {
  const law = lawOf(0.8, 8, [0.5, 0.5, 0]);
  const few = budget(law, measure(law, 12, 1));
  expect(few.device).toBeNull();
  expect(few.reason).toBe("fewer than 16 repeats");
  expect(budget(law).reason).toMatchInlineSnapshot(
    `"the device keeps 80 % over a step, and the drive shows it"`,
  );
});

// OU from repeat to repeat of each drive, correlation 0.9; its share of a variance of 2 is 1/2.
test("slow drift as large as all other noise has half of the budget, within 15 points", () => {
  const law = lawOf(0.8, 8, [0.5, 0.5, 0]);
  const response = measure(law, 64, 1);
  const generator = createGenerator(createStream(9));
  for (let n = 0; n < sequences; n++) {
    let drift = generator.normal();
    for (let r = 0; r < 64; r++) {
      const start = (n * 64 + r) * time;
      for (let t = 0; t < time; t++) response.data[start + t] += drift;
      drift = 0.9 * drift + Math.sqrt(1 - 0.9 ** 2) * generator.normal();
    }
  }
  const { slowDrift, device } = budget(law, response);
  expect(Math.abs(slowDrift - 0.5)).toBeLessThan(0.15);
  const shares = device as SourceShares;
  const total = sources.reduce((sum, source) => sum + shares[source].mean, slowDrift);
  expect(total).toBeCloseTo(1, 10);
  expect(Math.abs(shares.observation.mean / (1 - slowDrift) - 0.5)).toBeLessThan(0.1);
});
