import { expect, test } from "vitest";
import { createArray } from "../base/index.ts";
import type { DeviceDescription } from "../devices/index.ts";
import { explainPlan, formatExplanation } from "./plan-explain.ts";
import { checkPlan } from "./plan-file.ts";
import { needsSweep, resolvePlan } from "./plan-resolve.ts";

const description: DeviceDescription = {
  identity: "a slow magnet",
  inputs: [{ name: "field", unit: "mT", min: -10, max: 10, maxSlew: 20 }],
  observables: [{ name: "y", unit: "V" }],
  ...{ dt: 0.1, samplesPerStep: 1, canReset: false, canStep: false, recordedOnly: false },
  resetTime: 2,
};
const part = { drive: { family: "levels", holds: [5] }, sequences: 3, steps: 40 };
const resolve = (written: object, changes: Partial<DeviceDescription> = {}, seed = 1) =>
  resolvePlan(checkPlan({ ...written }, "plan.yaml"), {
    description: { ...description, ...changes },
    seed,
    where: "plan.yaml",
    readDrive: async () => createArray([3], [0, 10, -10]),
  });

test("drives honour maxSlew, and the explanation and the protocol say where they had to", async () => {
  const written = checkPlan({ parts: { drive_set: part } }, "plan.yaml");
  const resolved = await resolve({ parts: { drive_set: part } });
  const { data } = resolved.plan.parts[0].drive;
  for (let i = 1; i < data.length; i++) {
    if (i % 40 !== 0) expect(Math.abs(data[i] - data[i - 1])).toBeLessThanOrEqual(2 + 1e-9);
  }
  const options = { written, resolved, description, kurtosis: 3 };
  const text = formatExplanation(explainPlan(options), options);
  const told = text.split("\n").find((line) => line.includes("slowed down"));
  expect(told).toMatchInlineSnapshot(
    `"drive_set: 'field' is slowed down at 71 samples, first at sequence 0, sample 5: at most 20 mT/s, where the drive asked for up to 182.3"`,
  );
  expect(text).toContain("the device cannot be reset: every run goes on from the one before");
  expect(resolved.plan.protocol).toMatchObject({ slowed: { drive_set: [{ input: "field" }] } });
});

test("a drive of the user's is slowed down too", async () => {
  const mine = { drive: { family: "file", path: "mine.npy" } };
  const { plan, slowed } = await resolve({ parts: { mine } });
  expect([...plan.parts[0].drive.data]).toEqual([0, 2, 0]);
  expect(slowed.mine[0]).toMatchObject({ changed: 2, asked: 200, allowed: 20 });
});

test("resets count in the device's time where it says how long one takes", async () => {
  const written = checkPlan({ reset: 2, parts: { drive_set: part } }, "plan.yaml");
  const changed = { ...description, canReset: true };
  const resolved = await resolve({ reset: 2, parts: { drive_set: part } }, changed);
  const { total } = explainPlan({ written, resolved, description: changed, kurtosis: 3 });
  expect(total).toMatchObject({ runs: 3, resets: 2, deviceTime: 3 * 40 * 0.1 + 2 * 2 });
});

test("resets are refused for a device that has none", async () => {
  await expect(resolve({ reset: "before-every", parts: { drive_set: part } })).rejects.toThrow(
    "reset: a slow magnet cannot be reset; leave it out, or say never",
  );
});

test("the same plan and seed draw the same, another seed or name draws other drives", async () => {
  const drives = async (name: string, seed: number) => {
    const { plan } = await resolve({ parts: { [name]: part } }, {}, seed);
    return [...plan.parts[0].drive.data];
  };
  expect(await drives("a", 1)).toEqual(await drives("a", 1));
  expect(await drives("a", 1)).not.toEqual(await drives("a", 2));
  expect(await drives("a", 1)).not.toEqual(await drives("b", 1));
});

test("a sweep is needed where the plan or any part says find", () => {
  const written = (range: object, own: object) =>
    checkPlan({ ...range, parts: { a: { ...part, ...own } } }, "plan.yaml");
  expect(needsSweep(written({}, {}))).toBe(false);
  expect(needsSweep(written({ range: "find" }, {}))).toBe(true);
  expect(needsSweep(written({ range: [[0, 1]] }, { range: "find" }))).toBe(true);
});
