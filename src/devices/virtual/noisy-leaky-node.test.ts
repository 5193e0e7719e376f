import { expect, test } from "vitest";
import { createArray, mean, standardDeviation } from "../../base/index.ts";
import { createNoisyLeakyNode } from "./noisy-leaky-node.ts";
import { createVirtualDevice } from "./virtual-device.ts";

const makeNode = (sigma: number) =>
  createVirtualDevice({
    physics: createNoisyLeakyNode({ sigma }),
    seeds: { thermal: 5, instrument: 1 },
  });

test("without noise x follows (1 - exp(-t)) tanh(I) to rounding", async () => {
  const { data } = await makeNode(0).run(createArray([6, 1], new Float64Array(6).fill(1.5)));
  data.forEach((x, t) => {
    expect(x).toBeCloseTo(Math.tanh(1.5) * (1 - Math.exp(-(t + 1))), 12);
  });
});

// x is AR(1) with pole 1/e: variance (sigma tanh|2I|)^2 / (1 - 1/e^2). About 46,000 independent
// values; 3 % is more than 5 standard errors, once in 1.7 million seeds.
test("the stationary law has mean tanh(I) and the variance of an AR(1) within 3 %", async () => {
  const count = 100_000;
  const node = makeNode(0.2);
  const { data } = await node.run(createArray([count, 1], new Float64Array(count).fill(0.7)));
  const expected = (0.2 * Math.tanh(1.4)) / Math.sqrt(1 - Math.exp(-2));
  expect(Math.abs(standardDeviation(data) / expected - 1)).toBeLessThan(0.03);
  expect(Math.abs(mean(data) - Math.tanh(0.7))).toBeLessThan(0.006);
});
