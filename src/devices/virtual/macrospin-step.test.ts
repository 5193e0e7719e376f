import { expect, test } from "vitest";
import { createGenerator, createStream } from "../../base/index.ts";
import { passageRate, slowestEigenvalue } from "./macrospin-law.test-support.ts";
import {
  createMacrospinWork,
  macrospinLaw,
  stepMacrospin,
  zeemanEnergy,
} from "./macrospin-step.ts";

const work = createMacrospinWork();

// Closed form without anisotropy: m_z = tanh(alpha g' B t + atanh m_z(0)), angle = g' B t.
test("without heat and anisotropy it precesses and relaxes as in closed form, m_z within 1e-4 and the others within 1e-3", () => {
  const [alpha, field, dt, steps] = [0.1, 0.5, 1e-13, 2000];
  const law = { ...macrospinLaw(3, alpha, dt), thermalField: 0, anisotropyField: 0 };
  const m = Float64Array.of(Math.sqrt(1 - 0.09), 0, -0.3);
  stepMacrospin(m, field, steps, law, work, createGenerator(createStream(1)));
  const turned = (1.76086e11 / 1.01) * field * dt * steps;
  const z = Math.tanh(alpha * turned + Math.atanh(-0.3));
  const inPlane = Math.sqrt(1 - z * z);
  expect(Math.abs(m[2] - z)).toBeLessThan(1e-4);
  expect(Math.abs(m[0] - inPlane * Math.cos(turned))).toBeLessThan(1e-3);
  expect(Math.abs(m[1] - inPlane * Math.sin(turned))).toBeLessThan(1e-3);
});

test("|m| stays 1 to rounding", () => {
  const m = Float64Array.of(0, 0, 1);
  stepMacrospin(m, 0.02, 1000, macrospinLaw(3, 0.1, 5e-12), work, createGenerator(createStream(2)));
  expect(Math.hypot(...m)).toBeCloseTo(1, 14);
});

test("20 mT and a barrier of 3 kT are 4.829 kT and 24.85 mT", () => {
  expect(zeemanEnergy(0.02)).toBeCloseTo(4.829, 3);
  expect(1000 * macrospinLaw(3, 0.1, 1e-12).anisotropyField).toBeCloseTo(24.85, 2);
});

// Brown's rate for high barriers, 2 Delta^(3/2) e^-Delta / sqrt(pi) in units of k.
test("at 6 kT Brown's formula is 22 % above half the Fokker-Planck eigenvalue, within 1 %", () => {
  const brown = (2 * 6 ** 1.5 * Math.exp(-6)) / Math.sqrt(Math.PI);
  const perWell = slowestEigenvalue(6) / 2;
  expect(Math.abs(brown / perWell - 1.22)).toBeLessThan(0.01);
  // Flips counted between +-0.7 are 1 % more frequent.
  expect(Math.abs(passageRate(6, 0.7) / perWell - 1.01)).toBeLessThan(0.01);
});
