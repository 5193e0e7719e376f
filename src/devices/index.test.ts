import { expect, test } from "vitest";
import { createStream } from "../base/index.ts";
import { createDevice, createStandardPlan, measureRecording } from "./index.ts";

test("the example of the room's index records a nano-ring array", async () => {
  const shares: number[] = [];
  const showProgress = (share: number) => shares.push(share);

  const seeds = { disorder: 7, thermal: 1, instrument: 2 };
  const device = createDevice({ kind: "nano-ring-array", L: 10, seeds });
  const description = await device.describe();
  const options = { sequences: 20, repeatSequences: 4, range: [[20, 34]] as const };
  const plan = createStandardPlan(description, options, createStream(3));
  const recording = await measureRecording(device, plan, {
    onProgress: ({ done, total }) => showProgress(done / total),
  });

  expect(shares.at(-1)).toBe(1);
  expect(recording.carrierPeriod).toBe(16);
  expect(recording.parts.map(({ response }) => response.shape)).toEqual([
    [20, 1, 400, 1],
    [4, 50, 400, 1],
    [8, 10, 400, 1],
  ]);
});
