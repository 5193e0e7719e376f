import { expect, test } from "vitest";
import { createArray, mean } from "../../base/index.ts";
import { createDevice } from "../catalogue.ts";
import { boltzmannMoments } from "./macrospin-law.test-support.ts";
import { zeemanEnergy } from "./macrospin-step.ts";

// m_z every 0.2 ns, after 10 ns.
async function path(field: number, time: number, options: object): Promise<Float64Array> {
  const seeds = { disorder: 7, thermal: 3, instrument: 2 };
  const device = createDevice({ kind: "thermal-macrospin", seeds, spread: 0, ...options });
  const drive = createArray([time, 1], new Float64Array(time).fill(field));
  return (await device.run(drive)).data.subarray(50);
}

// Blocks of 20 ns, longer than any memory here, stand for independent values.
function blockError(values: Float64Array): number {
  const blocks = Math.floor(values.length / 100);
  const means = Array.from({ length: blocks }, (_, b) =>
    mean(values.subarray(100 * b, 100 * b + 100)),
  );
  const centre = mean(means);
  return Math.sqrt(mean(means.map((value) => (value - centre) ** 2)) / (blocks - 1));
}

// 5 standard errors by blocks (400 of them), once in some 500,000 seeds; 0.002 for the
// step of 5 ps, which adds some 0.0007.
test("at alpha 0.5 <m_z^2> is Boltzmann's 0.626 at 3 kT and 0.808 at 6 kT, within 5 standard errors and 0.002", async () => {
  for (const [barrier, quoted] of [
    [3, 0.626],
    [6, 0.808],
  ]) {
    const expected = boltzmannMoments(barrier, 0).square;
    expect(expected).toBeCloseTo(quoted, 3);
    const squares = (await path(0, 40_000, { barrier, alpha: 0.5, substeps: 40 })).map(
      (z) => z * z,
    );
    const error = blockError(squares);
    if (process.env.SHOW) console.log(barrier, mean(squares), expected, error);
    expect(error).toBeLessThan(0.005);
    expect(Math.abs(mean(squares) - expected)).toBeLessThan(5 * error + 0.002);
  }
});

test("at alpha 0.5, 3 kT and 20 mT <m_z> is Boltzmann's 0.893 within 5 standard errors and 0.002", async () => {
  const expected = boltzmannMoments(3, zeemanEnergy(0.02)).mean;
  expect(expected).toBeCloseTo(0.893, 3);
  const up = await path(20, 40_000, { alpha: 0.5, substeps: 40 });
  const error = blockError(up);
  if (process.env.SHOW) console.log(mean(up), expected, error);
  expect(error).toBeLessThan(0.005);
  expect(Math.abs(mean(up) - expected)).toBeLessThan(5 * error + 0.002);
});

test("the barrier differs between samples unless the spread is 0", async () => {
  const respond = async (disorder: number, spread: number) => {
    const seeds = { disorder, thermal: 3, instrument: 2 };
    const device = createDevice({ kind: "thermal-macrospin", seeds, spread });
    return device.run(createArray([5, 1], [0, 10, 20, 10, 0]));
  };
  expect(await respond(8, 0)).toEqual(await respond(7, 0));
  expect(await respond(8, 0.05)).not.toEqual(await respond(7, 0.05));
});
