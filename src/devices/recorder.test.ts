import { expect, test } from "vitest";
import { createArray, createStream, type HostArray } from "../base/index.ts";
import { createDevice } from "./catalogue.ts";
import type { Device, DeviceDescription } from "./device.ts";
import { createStandardPlan, type RecordingPlan, type ResetPolicy } from "./plan.ts";
import { measureRecording, measureRuns, type RecordingProgress } from "./recorder.ts";

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
    `"measureRuns: the recording of leaky-integrator, sigma 0.5, exact scheme was given up before run 3. Got an abort, expected to go on to the end. Go on from this run when it is wanted."`,
  );
});

const blockPlan: RecordingPlan = {
  parts: [
    {
      name: "repeat_set",
      drive: createArray(
        [3, 5, 1],
        Float64Array.from({ length: 15 }, (_, i) => Math.sin(i)),
      ),
      repeats: 4,
      order: Int32Array.of(8, 0, 4, 5, 1, 9, 2, 10, 6, 3, 7, 11),
      warmUp: 2,
    },
    { name: "ladder", drive: createArray([2, 4, 1]), repeats: 3 },
  ],
};

async function numberedRuns(plan: RecordingPlan, from: number): Promise<number[][]> {
  const seeds = { disorder: 1, thermal: 2, instrument: 3 };
  const instrument = { readoutNoise: 0.1, slowChange: 0.2 };
  const device = createDevice({ kind: "leaky-integrator", seeds, instrument });
  const runs: number[][] = [];
  await measureRuns(device, plan, {
    ...{ from, isNumbered: true },
    onRun: ({ run, initial = [], response }) => {
      runs.push([run, ...initial, ...response.data]);
    },
  });
  return runs;
}

test.each(["before-every", "never", 3, 5] as const)(
  "a recording that goes on at any run is the one that it would have been, reset %s",
  async (reset) => {
    const plan = { ...blockPlan, reset };
    const whole = await numberedRuns(plan, 0);
    expect(whole).toHaveLength(18);
    for (let from = 0; from <= 18; from++) {
      expect(await numberedRuns(plan, from)).toEqual(whole.slice(from));
    }
  },
);

test("a device that cannot seek goes on with a reset, where the plan has resets", async () => {
  const commands = async (reset: ResetPolicy): Promise<string> => {
    const { device, commands } = scriptedDevice();
    await measureRuns(device, { ...plan, reset }, { from: 3, onRun: () => {} });
    return commands.join(", ");
  };
  expect(await commands(2)).toBe("reset, run 2, reset, run 5");
  expect(await commands("never")).toBe("run 2, run 5");
});

test("a warm-up at the first value is driven in the same run, left out, and ends at the initial state", async () => {
  const { device } = scriptedDevice();
  const part = { name: "one", drive: createArray([1, 2, 1], [3, 4]), repeats: 1, warmUp: 3 };
  const driven: number[] = [];
  const run = device.run.bind(device);
  const watched = {
    ...device,
    run: (drive: HostArray) => {
      driven.push(...drive.data);
      return run(drive);
    },
  };
  const [measured] = (await measureRecording(watched, { parts: [part], reset: "never" })).parts;
  expect(driven).toEqual([3, 3, 3, 3, 4]);
  expect([...measured.response.data]).toEqual([3, 4]);
  expect([...(measured.initial?.data ?? [])]).toEqual([3]);
});

test("an order of its own is followed, and kept by sequence and repeat", async () => {
  const { device, commands } = scriptedDevice();
  const [first, ...others] = plan.parts;
  const shuffled = { ...plan, parts: [{ ...first, order: Int32Array.of(3, 0, 2, 1) }, ...others] };
  const [part] = (await measureRecording(device, shuffled)).parts;
  expect(commands.filter((command) => command !== "reset").join(", ")).toBe(
    "run 2, run 1, run 2, run 1, run 5",
  );
  expect([...(part.order ?? [])]).toEqual([1, 3, 2, 0]);
});
