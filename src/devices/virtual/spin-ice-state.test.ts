import { expect, test } from "vitest";
import { createGenerator, createStream, mean } from "../../base/index.ts";
import { applyField, countStates, fabricateBars, type SpinIce } from "./spin-ice-state.ts";

const law = { coupling: 1.2, width: 0.15, vortexProbability: 0.12 };
const preisach = { coupling: 0, width: 0, vortexProbability: 0 };
const makeIce = (seed: number): SpinIce => fabricateBars(20, createGenerator(createStream(seed)));

// Share of vortices among wide bars after each loop of +-field from saturation.
function vortices(seed: number, field: number, loops: number): number[] {
  const ice = makeIce(seed);
  const noise = createGenerator(createStream(1000 + seed));
  const shares = new Float64Array(6);
  return Array.from({ length: loops }, () => {
    applyField(ice, field, law, noise);
    applyField(ice, -field, law, noise);
    countStates(ice, shares);
    return shares[1];
  });
}

// Means of 20 samples. Between samples the shares scatter by at most 0.03, so that 0.035 is 5
// standard errors: a correct program fails once in some 400,000 seeds.
test("vortices ratchet up: 0.21 to 0.91 of the wide bars in 60 loops of 21.5 mT, 0.06 to 0.10 at 18 mT, within 0.035", () => {
  const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
  for (const [field, first, last] of [
    [21.5, 0.21, 0.91],
    [18, 0.06, 0.1],
  ]) {
    const shares = seeds.map((seed) => vortices(seed, field, 60));
    expect(Math.abs(mean(shares.map((share) => share[0])) - first)).toBeLessThan(0.035);
    expect(Math.abs(mean(shares.map((share) => share[59])) - last)).toBeLessThan(0.035);
  }
});

// An unwinding field within reach of 18 mT lies 5 spreads below its mean: 1 in 10^6 bars.
test("at 18 mT a vortex stays: the share never falls", () => {
  const shares = vortices(3, 18, 60);
  for (let loop = 1; loop < 60; loop++) {
    expect(shares[loop]).toBeGreaterThanOrEqual(shares[loop - 1]);
  }
});

test("without heat, coupling and vortices a minor loop returns to the state it left, bar by bar", () => {
  const ice = makeIce(5);
  const noise = createGenerator(createStream(6));
  const apply = (...fields: number[]): number[] => {
    for (const field of fields) applyField(ice, field, preisach, noise);
    return [...ice.state];
  };
  const outer = apply(-40, 24);
  const partly = apply(-19.5);
  expect(partly).not.toEqual(outer);
  expect(apply(19, -19.5)).toEqual(partly);
  expect(apply(19.8, -18.5, 19.8, -19.5)).toEqual(partly);
  expect(apply(24)).toEqual(outer);
  // A larger field wipes out what smaller ones wrote.
  expect(apply(-40, 20, -19, 24)).toEqual(outer);
});

test("bars wrap round on a checkerboard: four neighbours each, all of the other width", () => {
  const { bars, neighbours, isWide } = fabricateBars(6, createGenerator(createStream(1)));
  const seen = new Array<number>(bars).fill(0);
  for (let j = 0; j < neighbours.length; j++) {
    seen[neighbours[j]]++;
    expect(isWide[neighbours[j]]).toBe(1 - isWide[Math.floor(j / 4)]);
  }
  expect(seen).toEqual(new Array<number>(bars).fill(4));
});
