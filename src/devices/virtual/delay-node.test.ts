import { expect, test } from "vitest";
import { createArray, mean } from "../../base/index.ts";
import { createDevice } from "../catalogue.ts";
import { createIkedaNode, type IkedaNodeOptions } from "./ikeda-node.ts";
import { createMackeyGlassNode, type MackeyGlassNodeOptions } from "./mackey-glass-node.ts";
import type { Physics } from "./physics.ts";
import { createVirtualDevice } from "./virtual-device.ts";

// [time, nodes], without a converter.
async function turns(physics: Physics, drives: readonly number[]): Promise<Float64Array> {
  const seeds = { thermal: 1, instrument: 1 };
  const instrument = { range: [-1e9, 1e9] as const, bits: 0 };
  const device = createVirtualDevice({ physics, seeds, instrument });
  return (await device.run(createArray([drives.length, 1], drives))).data;
}

const zeros = (time: number) => new Array<number>(time).fill(0);
const ikeda = (options: IkedaNodeOptions) => createIkedaNode({ sigma: 0, ...options }, 7);
const mackeyGlass = (options: MackeyGlassNodeOptions) =>
  createMackeyGlassNode({ sigma: 0, ...options }, 7);

test("in the first turn x follows F(0) (1 - exp(-t/T)) to rounding", async () => {
  const x = await turns(ikeda({ nodes: 40 }), [0]);
  const target = 0.8 * Math.sin(0.2) ** 2;
  x.forEach((value, i) => {
    expect(value).toBeCloseTo(target * (1 - Math.exp(-0.2 * (i + 1))), 12);
  });
});

test("undriven the Ikeda node settles where x = beta sin^2(x + phi), to 1e-9", async () => {
  const x = (await turns(ikeda({ nodes: 10, beta: 0.9, phi: 0.4 }), zeros(400))).subarray(-10);
  for (const value of x) expect(value).toBeCloseTo(0.9 * Math.sin(value + 0.4) ** 2, 9);
});

test("undriven and with eta above 1 the Mackey-Glass node leaves 0 and settles at (eta - 1)^(1/p), to 1e-9", async () => {
  const node = mackeyGlass({ nodes: 10, eta: 1.5, gamma: 0.5, p: 2 });
  const x = await turns(node, [0.5, ...zeros(400)]);
  for (const value of x.subarray(-10)) expect(Math.abs(value)).toBeCloseTo(Math.sqrt(0.5), 9);
});

test("input mask and input act as a product: the opposite drive gives the opposite Mackey-Glass response", async () => {
  const drives = [0.3, -1, 0.7, 0.2];
  const one = await turns(mackeyGlass({}), drives);
  const other = await turns(
    mackeyGlass({}),
    drives.map((u) => -u),
  );
  one.forEach((value, i) => {
    expect(other[i]).toBe(-value);
  });
});

test("another disorder seed has another input mask, of ones and minus ones alike", async () => {
  const maskOf = async (disorder: number): Promise<Float64Array> => {
    const x = await turns(createMackeyGlassNode({ sigma: 0, nodes: 400 }, disorder), [1]);
    return x.map((value, i) => Math.sign(value - Math.exp(-0.2) * (i > 0 ? x[i - 1] : 0)));
  };
  const [one, other] = [await maskOf(7), await maskOf(8)];
  expect([...new Set(one)].sort()).toEqual([-1, 1]);
  // 400 signs: a standard error of 0.05; 0.25 is 5 of them.
  expect(Math.abs(mean(one))).toBeLessThan(0.25);
  expect(Math.abs(mean(one.map((sign, i) => sign * other[i])))).toBeLessThan(0.25);
});

// Small noise: x_n = a x_(n-1) + b x_(n-N) + sigma n, a = exp(-0.2), b = (1 - a) eta, n counting
// virtual nodes through all turns. Its variance is sigma^2 times the mean of
// 1/|1 - a exp(-iw) - b exp(-iNw)|^2 over a turn of w.
function noiseGain(nodes: number, eta: number): number {
  const a = Math.exp(-0.2);
  const b = (1 - a) * eta;
  const points = 100_000;
  let sum = 0;
  for (let i = 0; i < points; i++) {
    const w = (2 * Math.PI * i) / points;
    const real = 1 - a * Math.cos(w) - b * Math.cos(nodes * w);
    const imaginary = a * Math.sin(w) + b * Math.sin(nodes * w);
    sum += 1 / (real * real + imaginary * imaginary);
  }
  return sum / points;
}

// 200,000 virtual nodes, of which some 10,000 are independent: a standard error of 1.4 % of the
// variance; 7 % is 5 of them, once in 1.7 million seeds.
test("noise of the virtual nodes has the variance of its linear delay equation within 7 %", async () => {
  const physics = createMackeyGlassNode({ nodes: 20, sigma: 1e-4 }, 7);
  const x = (await turns(physics, zeros(10_100))).subarray(2000);
  const expected = 1e-8 * noiseGain(20, 0.5);
  const found = mean(x.map((value) => value * value));
  if (process.env.SHOW) console.log(found / expected);
  expect(Math.abs(found / expected - 1)).toBeLessThan(0.07);
});

test("the Ikeda node is read by 8 bits over 0 .. beta, which an instrument option takes away", async () => {
  const seeds = { disorder: 7, thermal: 1, instrument: 1 };
  const drive = createArray([3, 1], [1, -0.4, 0.2]);
  const spec = { kind: "ikeda-node", nodes: 30, beta: 0.9, sigma: 0, seeds };
  const coarse = (await createDevice(spec).run(drive)).data;
  const fine = (await createDevice({ ...spec, instrument: { bits: 0 } }).run(drive)).data;
  const quantum = 0.9 / 255;
  coarse.forEach((value, i) => {
    expect(value / quantum).toBeCloseTo(Math.round(value / quantum), 9);
    expect(Math.abs(value - fine[i])).toBeLessThanOrEqual(quantum / 2 + 1e-12);
  });
  expect(coarse).not.toEqual(fine);
});
