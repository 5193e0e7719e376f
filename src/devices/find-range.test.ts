import { expect, test } from "vitest";
import { createArray, createGenerator, createStream } from "../base/index.ts";
import { createDevice } from "./catalogue.ts";
import type { Device } from "./device.ts";
import { findRange } from "./find-range.ts";

// One input; it answers with `answer` and noise.
function scripted(answer: (level: number) => number, noise: number, seed = 1): Device {
  const generator = createGenerator(createStream(seed));
  const input = { unit: "V", min: 0, max: 12 };
  return {
    describe: async () => ({
      identity: "scripted",
      inputs: [{ name: "gate", ...input }],
      observables: [{ name: "y", unit: "V" }],
      ...{ dt: 1, samplesPerStep: 1, canReset: false, canStep: false, recordedOnly: false },
    }),
    reset: async () => new Float64Array(1),
    run: async ({ shape: [time], data }) =>
      createArray(
        [time, 1],
        data.map((level) => answer(level) + noise * generator.normal()),
      ),
    stop: async () => {},
  };
}

const stream = createStream(3);

test("quiet ends of the safe range are left out, with the level next to them", async () => {
  const [found] = await findRange(
    scripted((level) => Math.min(8, Math.max(4, level)), 0.05),
    { stream },
  );
  expect(found.range).toEqual([4, 8]);
  expect(found.shown).toBe("mean of y");
  expect(found.levels.map(({ isActive }) => Number(isActive)).join("")).toBe("0000111110000");
  expect(found.acrossLevels).toBeGreaterThan(20 * found.overRepeats);
});

test("a device whose noise alone answers is active where its noise changes", async () => {
  const generator = createGenerator(createStream(8));
  const device = scripted((level) => Math.max(0, level - 6) * generator.normal(), 0.01);
  const [found] = await findRange(device, { stream, steps: 400 });
  expect(found.shown).toBe("sd of y");
  expect(found.range).toEqual([6, 12]);
});

// The threshold lets noise alone pass once in about 6,000 features; here are 2 of 20 devices.
test("a device that answers to nothing is refused", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const dead = scripted(() => 0, 1, seed);
    await expect(findRange(dead, { stream })).rejects.toThrow(
      "does not answer to levels of 'gate'",
    );
  }
});

test("a noise-free device is active where it changes, and a flat one is refused", async () => {
  const [found] = await findRange(
    scripted((level) => Math.max(6, level), 0),
    { stream },
  );
  expect(found.range).toEqual([6, 12]);
  await expect(
    findRange(
      scripted(() => 1, 0),
      { stream },
    ),
  ).rejects.toThrow("expected at least 4");
});

test("the range found for a nano-ring array holds the fields of its emergent dip, 20 to 34 Oe", async () => {
  const seeds = { disorder: 1, thermal: 1, instrument: 1 };
  const device = createDevice({ kind: "nano-ring-array", L: 6, seeds });
  const [{ range }] = await findRange(device, { stream });
  expect(range[0]).toBeLessThanOrEqual(20);
  expect(range[1]).toBeGreaterThanOrEqual(34);
  expect(range[1]).toBeLessThan(60);
});
