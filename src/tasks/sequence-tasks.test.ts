import { expect, test } from "vitest";
import { createStream } from "../base/index.ts";
import { createNarma, createNarma5, walkNarma } from "./narma.ts";
import { createSineSquare, POINTS_PER_PERIOD } from "./sine-square.ts";

// Python: Y = [0]; for k in range(8): Y.append(.3*Y[-1] + .05*Y[-1]*sum(Y[-5:])
//   + 1.5*(u[k-4] if k >= 4 else 0)*u[k] + .1)
test("narma5 agrees with its recursion written in Python within 1e-15", () => {
  const y = walkNarma("narma5", [0.1, 0.5, 0.3, 0.2, 0.4, 0.05, 0.45, 0.25]);
  const expected = [
    0.1, 0.1305, 0.1406540125, 0.14480641880568002, 0.2071776447568445, 0.20714419559868485,
    0.3732426663437609, 0.3069977343488445,
  ];
  y.forEach((value, t) => {
    expect(value).toBeCloseTo(expected[t], 15);
  });
});

test("narma5 under the largest constant drive settles at 1.1551, so it cannot diverge", () => {
  // y = .3 y + .25 y^2 + .475
  const y = walkNarma("narma5", new Float64Array(400).fill(0.5));
  expect(y[399]).toBeCloseTo((0.7 - Math.sqrt(0.49 - 0.475)) / 0.5, 9);
});

test("narma10 is the recursion with ten terms and the input nine steps ago", () => {
  const u = Float64Array.from({ length: 14 }, (_, t) => (t === 2 || t === 11 ? 0.5 : 0));
  const quiet = walkNarma("narma10", new Float64Array(14));
  const y = walkNarma("narma10", u);
  expect(y[10]).toBe(quiet[10]);
  expect(y[11] - quiet[11]).toBeCloseTo(1.5 * 0.25, 12);
});

test("the narma splits have 2,000 and 20,000 scored training steps, validation at their end", () => {
  for (const [split, train, validation] of [
    ["reservoir", 1600, 400],
    ["bptt", 18_000, 2000],
  ] as const) {
    const task = createNarma5({ split }, createStream(3));
    expect(task.train[0].input.shape).toEqual([200 + train, 1]);
    expect(task.validation[0].input.shape).toEqual([200 + validation, 1]);
    expect(task.test[0].input.shape).toEqual([2200, 1]);
    expect([task.split, task.warmUp]).toEqual([split, 200]);
    // The warm-up of the validation part is the end of the training part.
    const end = task.train[0].input.data.subarray(train);
    expect(task.validation[0].input.data.subarray(0, 200)).toEqual(end);
  }
});

test("narma inputs fill [-1, 1], targets stay below 2, and equal streams give equal series", () => {
  for (const name of ["narma5", "narma10", "narma30"] as const) {
    const task = createNarma(name, {}, createStream(4));
    const input = task.test[0].input.data;
    expect(Math.min(...input)).toBeGreaterThanOrEqual(-1);
    expect(Math.min(...input)).toBeLessThan(-0.98);
    expect(Math.max(...input)).toBeGreaterThan(0.98);
    expect(Math.max(...(task.test[0].target?.data ?? []))).toBeLessThan(2);
    expect(createNarma(name, {}, createStream(4))).toEqual(task);
    expect(createNarma(name, {}, createStream(5)).test).not.toEqual(task.test);
  }
});

test("sine-square sequences hold as many sines as squares after one leading period", () => {
  const task = createSineSquare({}, createStream(1));
  expect([task.train.length, task.validation.length, task.test.length]).toEqual([8, 2, 10]);
  for (const { input, labels } of [...task.train, ...task.validation, ...task.test]) {
    expect(input.shape).toEqual([41 * POINTS_PER_PERIOD, 1]);
    const scored = [...(labels?.subarray(task.warmUp) ?? [])];
    expect(scored.reduce((sum, label) => sum + label, 0)).toBe(20 * POINTS_PER_PERIOD);
  }
  expect(task.train[0].labels).not.toEqual(task.train[1].labels);
});

test("a sine period is sin(2 pi k / 8) within 1e-15, a square period four of +1 and four of -1", () => {
  const { input, labels } = createSineSquare({}, createStream(2)).test[0];
  input.data.forEach((value, t) => {
    const k = t % 8;
    const square = k < 4 ? 1 : -1;
    expect(value).toBeCloseTo(labels?.[t] === 1 ? square : Math.sin((2 * Math.PI * k) / 8), 15);
  });
});

test("odd periods and unknown splits are faults", () => {
  expect(() =>
    createSineSquare({ periods: 41 }, createStream(1)),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createSineSquare: 'periods' is not a size that can be used. Got 41, expected a multiple of 2, 2 or more. Set periods to a multiple of 2 from 2 up.]`,
  );
  expect(() =>
    createNarma5({ split: "resevoir" }, createStream(1)),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createNarma: there is no split of narma5 of this name. Got 'resevoir', expected one of 'reservoir', 'bptt'. Did you mean 'reservoir'? Otherwise choose from the list.]`,
  );
});
