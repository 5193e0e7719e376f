import { expect, test } from "vitest";
import { createArray, type HostArray, sliceFirst } from "../base/index.ts";
import type { Recording } from "../data/index.ts";
import { createPlaybackDevice, type PlaybackOptions } from "./playback.ts";

// Two drives of three samples, two repeats of each; acquired as drive 1, drive 0, drive 1, drive 0,
// the repeats of drive 0 in reverse.
const drive = createArray([2, 3, 1], [1, 2, 3, 1, 2, 5]);
const recording: Recording = {
  dt: 0.1,
  inputs: [{ name: "field", unit: "mT", min: 0, max: 10 }],
  observables: [{ name: "voltage", unit: "uV" }],
  parts: [
    {
      name: "repeat_set",
      drive,
      response: createArray([2, 2, 3, 1], [1, 2, 3, 11, 12, 13, 101, 102, 103, 111, 112, 113]),
      initial: createArray([2, 2, 1], [0, 10, 100, 110]),
      order: Int32Array.of(3, 1, 0, 2),
    },
  ],
  device: { identity: "array 7", samplesPerStep: 3 },
};
const [first, second] = [sliceFirst(drive, 0), sliceFirst(drive, 1)];
const without = { ...recording, parts: recording.parts.map(({ initial, ...part }) => part) };

async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no fault";
}

const play = (options: PlaybackOptions = {}) => createPlaybackDevice(without, options);
const listen = async (drives: readonly HostArray[], options: PlaybackOptions = {}) => {
  const device = play(options);
  const heard: number[] = [];
  for (const each of drives) heard.push((await device.run(each)).data[0]);
  return heard;
};

test("it says what the recorded device said of itself, and that it only plays back", async () => {
  expect(await createPlaybackDevice(recording).describe()).toMatchInlineSnapshot(`
    {
      "canReset": true,
      "canStep": false,
      "dt": 0.1,
      "identity": "playback of array 7",
      "inputs": [
        {
          "max": 10,
          "min": 0,
          "name": "field",
          "unit": "mT",
        },
      ],
      "observables": [
        {
          "name": "voltage",
          "unit": "uV",
        },
      ],
      "recordedOnly": true,
      "samplesPerStep": 3,
    }
  `);
  expect(await play().describe()).toMatchObject({ canReset: false, recordedOnly: true });
});

test("repeats come in the order in which they were measured, each drive with its own", async () => {
  expect(await listen([second, first, first, second])).toEqual([101, 11, 1, 111]);
});

test("in the recorded order every reset gives the initial state of the run that follows", async () => {
  const device = createPlaybackDevice(recording);
  for (const [next, initial] of [
    [second, 100],
    [first, 10],
    [second, 110],
    [first, 0],
  ] as const) {
    expect([...(await device.reset())]).toEqual([initial]);
    expect((await device.run(next)).data[0]).toBe(initial + 1);
  }
});

test("the beginning of a recorded drive gets the beginning of the response", async () => {
  const { shape, data } = await play().run(createArray([2, 1], [1, 2]));
  expect(shape).toEqual([2, 1]);
  expect([...data]).toEqual([11, 12]);
});

test("within a tolerance the closest drive that has a repeat left answers", async () => {
  const between = createArray([3, 1], [1, 2, 4.2]);
  expect(await listen([between, between, between, between], { tolerance: 1.5 })).toEqual([
    101, 111, 11, 1,
  ]);
});

test("after the last repeat it refuses, or starts again with the first if asked to", async () => {
  expect(await listen([first, first, first, first], { afterLast: "again" })).toEqual([
    11, 1, 11, 1,
  ]);
  const device = play();
  await device.run(first);
  await device.run(first);
  expect(await messageOf(device.run(first))).toMatchInlineSnapshot(
    `"playback of array 7, run: every repeat of this drive has been played; the device was last told 'run [3, 1] (time, inputs)'. Got run 3 of part 'repeat_set', sequence 0, expected at most 2. Record more repeats, or choose afterLast: "again" to play the same ones once more."`,
  );
});

test("a drive that was not recorded is refused with the closest one", async () => {
  const device = createPlaybackDevice(recording, { tolerance: 0.1 });
  await device.reset();
  expect(await messageOf(device.run(createArray([3, 1], [1, 2, 4.5])))).toMatchInlineSnapshot(
    `"playback of array 7, run: this drive was not recorded; the device was last told 'reset'. Got [3, 1] (time, inputs), closest to part 'repeat_set', sequence 1, 0.5 mT away in 'field' at sample 2, expected one of 2 recorded drives or its beginning, within 0.1 mT. Use the drives of the recording, or a tolerance that covers the difference."`,
  );
  const long = createArray([5, 1], [1, 2, 3, 3, 3]);
  expect(await messageOf(device.run(long))).toMatchInlineSnapshot(
    `"playback of array 7, run: this drive was not recorded; the device was last told 'reset'. Got [5, 1] (time, inputs), closest to part 'repeat_set', sequence 0, which ends 2 samples earlier, expected one of 2 recorded drives or its beginning, within 0.1 mT. Use the drives of the recording, or a tolerance that covers the difference."`,
  );
});

test("a run without a reset is refused where runs start at resets, a reset where there are none", async () => {
  const device = createPlaybackDevice(recording);
  await device.run(first);
  expect(await messageOf(device.run(second))).toMatchInlineSnapshot(
    `"playback of array 7, run: every recorded run starts at a reset; the device was last told 'run [3, 1] (time, inputs)'. Got a run that goes on from another one, expected a reset before the run. Reset the device before every run."`,
  );
  expect(await messageOf(play().reset())).toMatchInlineSnapshot(
    `"playback of array 7, reset: the recording holds no initial states; the device was last told 'nothing yet'. Got reset, expected run alone, as canReset says. Run without a reset: every run plays its drive from the beginning."`,
  );
});

test("tolerances that do not fit are refused", () => {
  const messageFor = (tolerance: number | number[]): Promise<string> =>
    messageOf((async () => play({ tolerance }))());
  return Promise.all([
    expect(messageFor(-1)).resolves.toMatchInlineSnapshot(
      `"createPlaybackDevice: the option 'tolerance' cannot be used. Got -1, expected a number of at least 0, or a list of one for each input. Change 'tolerance', or leave it out for its default."`,
    ),
    expect(messageFor([1, 1])).resolves.toMatchInlineSnapshot(
      `"createPlaybackDevice: the option 'tolerance' does not fit the inputs. Got 2 values, [1,1], expected one number, or 1. Give one tolerance for each input, in its unit."`,
    ),
  ]);
});
