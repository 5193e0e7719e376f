import { expect, test } from "vitest";
import { createGenerator, createStream } from "../../base/index.ts";
import { depinningProbability } from "./depinning.ts";
import { circulationAt, fabricateRings, type RingArray } from "./nano-ring-state.ts";
import { tickRings } from "./nano-ring-tick.ts";

// Chance that a junction lets go while the field turns steadily by a quarter: the Arrhenius
// integral, in 100 slices of each tick.
function quarterTurn(field: number, walls: number, h0 = 55): number {
  const slices = 100;
  let hazard = 0;
  for (let i = 0; i < 16 * slices; i++) {
    const pull = field * Math.sin((2 * Math.PI * (i + 0.5)) / (64 * slices));
    hazard -= Math.log1p(-depinningProbability(pull, walls, 2.625e-19, h0)) / slices;
  }
  return 1 - Math.exp(-hazard);
}

test("a quarter turn frees 10, 50, 90 % at 31.4, 33.1, 34.1 Oe (one wall), 22.4, 24.0, 25.0 Oe (two), within 0.1 Oe", () => {
  for (const [walls, share, field] of [
    [1, 0.1, 31.4],
    [1, 0.5, 33.1],
    [1, 0.9, 34.1],
    [2, 0.1, 22.4],
    [2, 0.5, 24.0],
    [2, 0.9, 25.0],
  ]) {
    expect(quarterTurn(field - 0.1, walls), `${share} of ${walls}`).toBeLessThan(share);
    expect(quarterTurn(field + 0.1, walls), `${share} of ${walls}`).toBeGreaterThan(share);
  }
});

test("release is certain once the pull reaches the switching field of the junction", () => {
  expect(depinningProbability(55, 1, 2.625e-19, 55)).toBe(1);
  expect(depinningProbability(0.81 * 55, 2, 2.625e-19, 55)).toBe(1);
  expect(depinningProbability(0, 1, 2.625e-19, 55)).toBeLessThan(1e-20);
});

const noise = createGenerator(createStream(4));

// Two by two rings, all but ring 0 vortices of one circulation.
function ringAmongVortices(head: number, tail: number, circulation: number): RingArray {
  const array = fabricateRings(2, createGenerator(createStream(1)));
  array.head.fill(-1);
  array.tail.fill(-1);
  array.circulation.fill(circulation);
  array.head[0] = head;
  array.tail[0] = tail;
  return array;
}

test("walls that meet leave a vortex with the circulation of the larger domain", () => {
  // The domain from head round to tail is clockwise and 4 regions long; then the other way about.
  const small = ringAmongVortices(62, 2, 1);
  small.phase = 15;
  tickRings(small, 60, noise);
  expect([small.head[0], small.circulation[0]]).toEqual([-1, 1]);
  const large = ringAmongVortices(2, 62, 1);
  large.phase = 47;
  tickRings(large, 60, noise);
  expect([large.head[0], large.circulation[0]]).toEqual([-1, -1]);
});

test("a wall that leaves a junction breaks the vortex across it only where circulations are equal", () => {
  for (const circulation of [1, -1]) {
    const array = ringAmongVortices(0, 32, circulation);
    array.phase = 7;
    tickRings(array, 60, noise);
    expect(array.head[0]).toBe(8);
    expect(circulationAt(array, 0, 0)).toBe(1);
    // Across, at region 32: the head falls back towards 8 and the tail moves on to 40.
    const isBroken = circulation === 1;
    expect([array.head[1], array.tail[1]]).toEqual(isBroken ? [16, 40] : [-1, -1]);
    if (isBroken) expect(circulationAt(array, 1, 63)).toBe(1);
  }
});

test("walls at junctions stay in a weak field while walls on outer edges follow it", () => {
  const array = fabricateRings(2, createGenerator(createStream(1)));
  for (let tick = 0; tick < 8; tick++) tickRings(array, 10, noise);
  expect([...array.head]).toEqual([0, 8, 0, 8]);
  expect([...array.tail]).toEqual([40, 32, 40, 32]);
});
