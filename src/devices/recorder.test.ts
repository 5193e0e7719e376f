import { expect, test } from "vitest";
import { createArray, createStream, type HostArray } from "../base/index.ts";
import { createDevice } from "./catalogue.ts";
import type { Device, DeviceDescription } from "./device.ts";
import { createStandardPlan, type RecordingPlan } from "./plan.ts";
import { measureRecording, type RecordingProgress } from "./recorder.ts";

const description: DeviceDescription = {
  identity: "scripted device",
  inputs: [{ name: "drive", unit: "V", min: 0, max: 10 }],
  observables: [{ name: "y", unit: "V" }],
  dt: 0.5,
  samplesPerStep: 1,
  canReset: true,
  canStep: false,
  recordedOnly: false,
};

// Answers with drive + 100 * (runs before), and notes the commands it was given.
function scriptedDevice(changes: Partial<DeviceDescription> = {}, answer?: HostArray) {
  const commands: string[] = [];
  let runs = 0;
  const device: Device = {
    describe: async () => ({ ...description, ...changes }),
    reset: async () => {
      commands.push("reset");
      return Float64Array.of(-runs);
    },
    run: async (drive) => {
      commands.push(`run ${drive.data[0]}`);
      const response = createArray(
        drive.shape,
        drive.data.map((value) => value + 100 * runs),
      );
      runs++;
      return answer ?? response;
    },
    stop: async () => {},
  };
  return { device, commands };
}

const plan: RecordingPlan = {
  parts: [
    { name: "repeat_set", drive: createArray([2, 3, 1], [1, 1, 1, 2, 2, 2]), repeats: 2 },
    { name: "ladder", drive: createArray([1, 3, 1], [5, 5, 5]), repeats: 1 },
  ],
  protocol: { plan: "by hand" },
  seed: 4,
};

async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no fault";
}

test("sequences take turns, every run starts at a reset, and the order is kept", async () => {
  const { device, commands } = scriptedDevice();
  const recording = await measureRecording(device, plan);
  expect(commands.join(", ")).toBe(
    "reset, run 1, reset, run 2, reset, run 1, reset, run 2, reset, run 5",
  );
  const [repeatSet, ladder] = recording.parts;
  expect(repeatSet.response.shape).toEqual([2, 2, 3, 1]);
  expect([...repeatSet.response.data]).toEqual([
    1, 1, 1, 201, 201, 201, 102, 102, 102, 302, 302, 302,
  ]);
  expect([...(repeatSet.order ?? [])]).toEqual([0, 2, 1, 3]);
  expect(repeatSet.initial?.shape).toEqual([2, 2, 1]);
  expect([...(repeatSet.initial?.data ?? [])].map(Math.abs)).toEqual([0, 2, 1, 3]);
  expect([...(ladder.order ?? [])]).toEqual([0]);
  expect(recording).toMatchObject({ dt: 0.5, seed: 4, protocol: plan.protocol });
});

test("progress counts runs and the device's own seconds", async () => {
  const seen: RecordingProgress[] = [];
  await measureRecording(scriptedDevice().device, plan, { onProgress: (p) => seen.push(p) });
  expect(seen.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5]);
  expect(seen.at(-1)).toEqual({ done: 5, total: 5, deviceSeconds: 7.5 });
});

test("a device without reset is recorded without initial observables", async () => {
  const { device, commands } = scriptedDevice({ canReset: false });
  const recording = await measureRecording(device, plan);
  expect(commands).not.toContain("reset");
  expect(recording.parts[0].initial).toBeUndefined();
});

test("an answer of the wrong shape, or not finite, is a failure of the device", async () => {
  const short = scriptedDevice({}, createArray([2, 1])).device;
  expect(await messageOf(measureRecording(short, plan))).toMatchInlineSnapshot(
    `"measureRuns: scripted device answered 'run' with the wrong shape at part 'repeat_set', sequence 0, repeat 0. Got [2, 1] with 2 elements, expected [3, 1] (time, observables). Check the device or its driver; no later run was measured."`,
  );
  const broken = scriptedDevice({}, createArray([3, 1], [0, Number.NaN, 0])).device;
  expect(await messageOf(measureRecording(broken, plan))).toMatchInlineSnapshot(
    `"measureRuns: scripted device answered 'run' with a non-finite number at part 'repeat_set', sequence 0, repeat 0. Got NaN in observable 0 at sample 1, expected finite numbers. Check the device or its driver; no later run was measured."`,
  );
});

test("a plan for another device, or for one that only plays back, is refused", async () => {
  const other = { parts: [{ name: "ladder", drive: createArray([1, 3, 2]), repeats: 1 }] };
  const { device } = scriptedDevice();
  expect(await messageOf(measureRecording(device, other))).toMatchInlineSnapshot(
    `"measureRuns: the drive of part 'ladder' does not fit scripted device. Got [1, 3, 2], expected [*, *, 1] (sequences, time, inputs). Plan the recording from the description of this device."`,
  );
  const playback = scriptedDevice({ recordedOnly: true }).device;
  expect(await messageOf(measureRecording(playback, plan))).toMatchInlineSnapshot(
    `"measureRuns: scripted device only plays back what was recorded. Got a plan of 2 parts, expected a device that can be driven. Use its recording as it is, or choose another device."`,
  );
});

test("an abort ends a recording of a virtual device between or within runs", async () => {
  const seeds = { disorder: 1, thermal: 2, instrument: 3 };
  const device = createDevice({ kind: "leaky-integrator", seeds });
  const long = createStandardPlan(
    await device.describe(),
    { repeats: 1000, steps: 1000 },
    createStream(1),
  );
  const controller = new AbortController();
  const onProgress = ({ done }: RecordingProgress) => done === 3 && controller.abort();
  const recording = measureRecording(device, long, { signal: controller.signal, onProgress });
  expect(await messageOf(recording)).toMatchInlineSnapshot(
    `"leaky-integrator, sigma 0.5, exact scheme, reset: reset was given up before it began; the device was last told 'run [1000, 1] (time, inputs)'. Got an abort, expected to go on to the end. Reset the device before the next run."`,
  );
});
