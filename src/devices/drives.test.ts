import { expect, test } from "vitest";
import {
  createArray,
  createGenerator,
  createStream,
  mean,
  sliceFirst,
  standardDeviation,
} from "../base/index.ts";
import { type DriveFamily, drawDrive, limitSlew } from "./drives.ts";

const range = [
  [20, 34],
  [-0.5, 0.5],
] as const;
const size = { sequences: 4, time: 150, range, samplesPerStep: 3 };
const families: readonly DriveFamily[] = [
  { family: "levels", holds: [1, 5] },
  { family: "sines", count: 3, periods: [8, 100] },
  { family: "noise", spread: 0.25 },
  { family: "ladder" },
];

test.each(families)("$family stays within the range and holds every value for a step", (family) => {
  const { data } = drawDrive(family, size, createGenerator(createStream(1)));
  data.forEach((value, i) => {
    const [low, high] = range[i % 2];
    expect(value).toBeGreaterThanOrEqual(low);
    expect(value).toBeLessThanOrEqual(high);
    const sample = Math.floor(i / 2) % size.time;
    if (sample % 3 !== 0) expect(value).toBe(data[i - 2]);
  });
});

test.each(families)(
  "$family is the same for equal streams, and for no others but a ladder",
  (family) => {
    const draw = (seed: number) => drawDrive(family, size, createGenerator(createStream(seed)));
    expect(draw(1)).toEqual(draw(1));
    if (family.family !== "ladder") expect(draw(1)).not.toEqual(draw(2));
  },
);

// 8,000 draws: 5 standard errors, once in 1.7 million seeds each; the clip takes 2 % off the sd.
test("white noise has mean and sd of the range within 5 standard errors, and no memory", () => {
  const one = { sequences: 1, time: 8000, range: [[0, 1]] as const, samplesPerStep: 1 };
  const { data } = drawDrive(
    { family: "noise", spread: 0.15 },
    one,
    createGenerator(createStream(4)),
  );
  expect(Math.abs(mean(data) - 0.5)).toBeLessThan((5 * 0.15) / Math.sqrt(8000));
  expect(Math.abs(standardDeviation(data) / 0.15 - 1)).toBeLessThan(5 / Math.sqrt(16_000) + 0.02);
  const lagged = mean(data.subarray(1).map((value, i) => (value - 0.5) * (data[i] - 0.5)));
  expect(Math.abs(lagged / 0.15 ** 2)).toBeLessThan(5 / Math.sqrt(8000));
});

test("one sine of a fixed period repeats after it and fills the range within 1 %", () => {
  const one = { sequences: 1, time: 200, range: [[-1, 3]] as const, samplesPerStep: 1 };
  const sine: DriveFamily = { family: "sines", count: 1, periods: [50, 50] };
  const { data } = drawDrive(sine, one, createGenerator(createStream(2)));
  for (let t = 50; t < 200; t++) expect(data[t]).toBeCloseTo(data[t - 50], 9);
  expect(Math.max(...data)).toBeGreaterThan(2.96);
  expect(Math.min(...data)).toBeLessThan(-0.96);
});

const slewed = { inputs: [{ name: "field", maxSlew: 10 }, { name: "bias" }], dt: 0.1 };

test("an input that may change by 10 per second changes by 1 in 0.1 s, and it is said where", () => {
  const drive = createArray([1, 6, 2], [0, 0, 0, 9, 2.5, 9, 2.5, 0, 2.5, 0, 2.5, 0]);
  const notes = limitSlew(drive, { ...slewed, samplesPerStep: 1 });
  expect([...drive.data]).toEqual([0, 0, 0, 9, 1, 9, 2, 0, 2.5, 0, 2.5, 0]);
  expect(notes).toEqual([
    { input: "field", changed: 2, first: { sequence: 0, sample: 2 }, asked: 25, allowed: 10 },
  ]);
});

test("a held value is held while it is slowed down, and a drive within the limit is left alone", () => {
  const drive = createArray([1, 8, 2]);
  for (let t = 2; t < 8; t++) drive.data[2 * t] = 2.5;
  limitSlew(drive, { ...slewed, samplesPerStep: 2 });
  const field = Array.from({ length: 8 }, (_, t) => drive.data[2 * t]);
  expect(field).toEqual([0, 0, 1, 1, 2, 2, 2.5, 2.5]);
  const slow = createArray([1, 3, 2], [0, 0, 1, 5, 2, -5]);
  const before = slow.data.slice();
  expect(limitSlew(slow, { ...slewed, samplesPerStep: 1 })).toEqual([]);
  expect(slow.data).toEqual(before);
});

test.each(families.slice(0, 3))("no $family changes faster than maxSlew allows", (family) => {
  const drive = drawDrive(family, size, createGenerator(createStream(1)));
  limitSlew(drive, { ...slewed, samplesPerStep: 3 });
  for (let n = 0; n < size.sequences; n++) {
    const { data } = sliceFirst(drive, n);
    for (let t = 1; t < size.time; t++) {
      expect(Math.abs(data[2 * t] - data[2 * t - 2])).toBeLessThanOrEqual(1 + 1e-9);
    }
  }
});
