import { expect, test } from "vitest";
import { createArray } from "../base/index.ts";
import { driveRanges } from "./drive-range.ts";
import { freeRun } from "./free-run.ts";

// One drive of 8 steps at levels 0.5, 5, 9.5, 13 of a range recorded from 0 to 12; device 0 +- 2, twin
// off by 1 within and by 6 beyond; scale 2.
const levels = [0.5, 0.5, 5, 5, 9.5, 9.5, 13, 13];
const shape = [1, 8, 1];
const moments = {
  device: { mean: createArray(shape), sd: createArray(shape, new Array(8).fill(2)) },
  twin: {
    mean: createArray(
      shape,
      levels.map((level) => (level > 12 ? 6 : 1)),
    ),
    sd: createArray(
      shape,
      levels.map((level) => (level > 12 ? 3 : 2)),
    ),
  },
};
const counts = { repeatsDevice: 50, repeatsTwin: 50 };

test("errors along the drive are those worked out by hand, and what lies beyond is marked", () => {
  const [range] = driveRanges(
    {
      drive: createArray(shape, levels),
      inputs: [{ name: "field", unit: "mT" }],
      limits: [{ min: 0, max: 12 }],
      recorded: [createArray([1, 4, 1], [0, 5.5, 5.9, 12])],
    },
    moments,
    [2],
    counts,
  );
  expect(range.outsideShare).toBe(0.25);
  expect(range.bins).toHaveLength(13);
  const used = range.bins.filter(({ steps }) => steps > 0);
  expect(used.map(({ low, high, isOutside, steps }) => [low, high, isOutside, steps])).toEqual([
    [0, 1, false, 2],
    [5, 6, false, 2],
    [9, 10, false, 2],
    [12, 13, true, 2],
  ]);
  expect(range.bins.map(({ recordedShare }) => recordedShare)).toEqual([
    ...[0.25, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0.25, 0],
  ]);
  // Standard error of a difference of means: 2 sqrt(2/50); E|n| = sqrt(2/pi); all divided by 2.
  const floor = Math.sqrt(2 / Math.PI) * Math.sqrt(2 / 50);
  expect(used[0].mean?.error).toBe(0.5);
  expect(used[3].mean?.error).toBe(3);
  expect(used[0].mean?.floor).toBeCloseTo(floor, 12);
  expect(used[0].std?.error).toBe(0);
  expect(used[3].std?.error).toBe(0.5);
  expect(range.bins[1]).toMatchObject({ steps: 0, mean: null, std: null });
});

// Distances in scales: 0.5 within, 3 beyond; allowed sqrt(0.2^2 + 9 * 2/50) = 0.63.
test("a drive is lost where its mean leaves the device by more than the limit and chance", () => {
  const run = freeRun(moments, [2], counts);
  expect(run.lostAfter).toEqual([7]);
  expect(run.horizon).toBe(7);
  expect(run.error).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 3, 3]);
  expect(run.floor[0]).toBeCloseTo(Math.sqrt(2 / 50), 12);
  const steady = { device: moments.device, twin: moments.device };
  expect(freeRun(steady, [2], counts)).toMatchObject({ lostAfter: [null], horizon: null });
});
