import { expect, test } from "vitest";
import { createStream, sliceFirst } from "../base/index.ts";
import type { DeviceDescription } from "./device.ts";
import { createStandardPlan, type StandardPlanOptions } from "./plan.ts";

const description: DeviceDescription = {
  identity: "two inputs",
  inputs: [
    { name: "field", unit: "Oe", min: 0, max: 60 },
    { name: "bias", unit: "V", min: -1, max: 1 },
  ],
  observables: [{ name: "y", unit: "V" }],
  dt: 0.1,
  samplesPerStep: 4,
  canReset: true,
  canStep: false,
  recordedOnly: false,
};

const small = { sequences: 3, repeatSequences: 2, repeats: 5, ladderLevels: 3, steps: 40 };
const range = [
  [20, 34],
  [-0.5, 0.5],
] as const;

function messageOf(options: StandardPlanOptions): string {
  try {
    createStandardPlan(description, options, createStream(1));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no fault";
}

test("a standard plan has a drive set, a repeat set and a ladder of the sizes asked for", () => {
  const plan = createStandardPlan(description, { ...small, ladderRepeats: 7 }, createStream(1));
  expect(plan.parts.map(({ name, drive, repeats }) => [name, drive.shape, repeats])).toEqual([
    ["drive_set", [3, 40, 2], 1],
    ["repeat_set", [2, 40, 2], 5],
    ["ladder", [3, 40, 2], 7],
  ]);
  expect(JSON.parse(JSON.stringify(plan.protocol))).toEqual(plan.protocol);
});

test("levels stay within the active range and are held for the holds in turn", () => {
  const { parts } = createStandardPlan(description, { ...small, range }, createStream(1));
  const { data } = parts[0].drive;
  data.forEach((value, i) => {
    expect(value).toBeGreaterThanOrEqual(range[i % 2][0]);
    expect(value).toBeLessThanOrEqual(range[i % 2][1]);
  });
  const levels = [0, 1, 2].map((n) => new Set(sliceFirst(parts[0].drive, n).data).size / 2);
  expect(levels).toEqual([10, 2, 10]);
});

test("a ladder rises from the lowest to the highest level of every input", () => {
  const { parts } = createStandardPlan(description, { ...small, range }, createStream(1));
  const rows = [0, 1, 2].map((n) => [...sliceFirst(parts[2].drive, n).data.slice(-2)]);
  expect(rows).toEqual([
    [20, -0.5],
    [27, 0],
    [34, 0.5],
  ]);
});

test("equal streams give equal plans, other streams others, and parts share no drive", () => {
  const planOf = (seed: number) => createStandardPlan(description, small, createStream(seed));
  expect(planOf(1)).toEqual(planOf(1));
  expect(planOf(1).parts[0]).not.toEqual(planOf(2).parts[0]);
  expect(sliceFirst(planOf(1).parts[0].drive, 0)).not.toEqual(
    sliceFirst(planOf(1).parts[1].drive, 0),
  );
});

test("a part of size 0 is left out", () => {
  const plan = createStandardPlan(
    description,
    { ...small, sequences: 0, ladderLevels: 0 },
    createStream(1),
  );
  expect(plan.parts.map((part) => part.name)).toEqual(["repeat_set"]);
});

test("options that do not fit the device are refused", () => {
  expect(messageOf({ range: [[20, 34]] })).toMatchInlineSnapshot(
    `"createStandardPlan: the option 'range' does not fit the inputs. Got 1 ranges, [[20,34]], expected 2, for field, bias. Give one [lowest, highest] for each input."`,
  );
  expect(messageOf({ range: [range[0], [-2, 1]] })).toMatchInlineSnapshot(
    `"createStandardPlan: the active range of 'bias' is not within the declared one. Got -2 to 1 V, expected lowest first, within -1 to 1 V. Narrow the range, or leave it out for the declared one."`,
  );
  expect(messageOf({ holds: [] })).toMatchInlineSnapshot(
    `"createStandardPlan: the option 'holds' cannot be used. Got [], expected a list of whole numbers of at least 1. Change 'holds', or leave it out for its default."`,
  );
  expect(messageOf({ repeats: 0 })).toMatchInlineSnapshot(
    `"createStandardPlan: the option 'repeats' cannot be used. Got 0, expected a whole number from 1 to 1000000. Change 'repeats', or leave it out for its default."`,
  );
});
