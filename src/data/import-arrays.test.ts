import { expect, test } from "vitest";
import { createArray, type HostArray } from "../base/index.ts";
import { type ArrangeOptions, arrangeRecording } from "./import-arrays.ts";
import type { ArraySource } from "./layout.ts";
import { noArray } from "./layout-faults.ts";

const sourceOf = (arrays: Readonly<Record<string, HostArray>>): ArraySource => ({
  names: Object.keys(arrays),
  isMatlab: false,
  get: (name) => {
    if (Object.hasOwn(arrays, name)) return arrays[name];
    throw noArray(name, Object.keys(arrays), "a.npz");
  },
});
const row = (...values: number[]): HostArray => createArray([values.length], values);
type Arrays = Readonly<Record<string, HostArray>>;

/** Import one set of arrays, or several as files. */
const arrange = (arrays: Arrays | readonly Arrays[], options: ArrangeOptions = {}) => {
  const all = Array.isArray(arrays) ? (arrays as readonly Arrays[]) : [arrays as Arrays];
  const files = all.map((one, i) => {
    const name = "abc"[i];
    return { name, where: `${name}.npz`, source: sourceOf(one) };
  });
  return arrangeRecording(files, options);
};
const messageOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return "no fault";
};

test("axes are put in order, and a drive that all repeats share is kept once", () => {
  const drive = createArray([2, 2, 3], [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
  const response = createArray([3, 2], [0, 3, 1, 4, 2, 5]);
  const layout: ArrangeOptions = { driveAxes: ["sequence", "repeat", "time"], dt: 1 };
  const one = arrange(
    { drive, response: createArray([3, 2, 2], [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11]) },
    { ...layout, axes: ["time", "repeat", "sequence"] },
  ).recording.parts[0];
  expect(one.drive).toEqual(createArray([2, 3, 1], [1, 2, 3, 4, 5, 6]));
  expect(one.response).toEqual(createArray([2, 2, 3, 1], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
  const uneven = createArray([2, 1, 3], [1, 2, 3, 1, 2, 4]);
  const message = messageOf(() =>
    arrange(
      { drive: uneven, response },
      { dt: 1, driveAxes: ["repeat", "sequence", "time"], axes: ["time", "repeat"] },
    ),
  );
  expect(message).toMatchInlineSnapshot(
    `"a.npz: repeats 0 and 1 of sequence 0 were not driven alike (from 0). Got 3 and 4 at the same step, expected one drive for all repeats of a sequence. Import them as sequences, or import the drive that was meant rather than the one measured."`,
  );
});

test("a table becomes sequences and repeats by its labels, padded where shorter", () => {
  const { recording } = arrange(
    {
      run: row(7, 7, 7, 7, 7, 7, 3, 3, 3, 3),
      trial: row(1, 1, 1, 2, 2, 2, 1, 1, 2, 2),
      u: row(1, 2, 3, 1, 2, 3, 4, 5, 4, 5),
      x: row(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
      clock: row(0, 1, 2, 10, 11, 12, 20, 21, 30, 31),
    },
    { drive: ["u"], response: ["x"], time: "clock", sequence: "run", repeat: "trial" },
  );
  expect(recording.dt).toBe(1);
  expect(recording.parts[0]).toEqual({
    name: "a",
    drive: createArray([2, 3, 1], [1, 2, 3, 4, 5, 5]),
    response: createArray([2, 2, 3, 1], [0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9, 9]),
    length: Int32Array.of(3, 2),
  });
});

test("each file can be a part, a sequence or a repeat", () => {
  const first = { drive: row(1, 2, 3), response: row(0, 1, 2) };
  const second = { drive: row(1, 2, 3), response: row(3, 4, 5) };
  const shorter = { drive: row(4, 5), response: row(6, 7) };
  const parts = arrange([first, shorter], { dt: 1 }).recording.parts;
  expect(parts.map(({ name, drive }) => [name, drive.shape])).toEqual([
    ["a", [1, 3, 1]],
    ["b", [1, 2, 1]],
  ]);
  const [sequences] = arrange([first, shorter], { dt: 1, each: "sequence" }).recording.parts;
  expect(sequences.response).toEqual(createArray([2, 1, 3, 1], [0, 1, 2, 6, 7, 7]));
  expect(sequences.length).toEqual(Int32Array.of(3, 2));
  const [repeats] = arrange([first, second], { dt: 1, each: "repeat" }).recording.parts;
  expect(repeats.response).toEqual(createArray([1, 2, 3, 1], [0, 1, 2, 3, 4, 5]));
  expect(
    messageOf(() => arrange([first, shorter], { dt: 1, each: "repeat" })),
  ).toMatchInlineSnapshot(
    `"a.npz: file 2 of 2 does not fit the first one. Got 1, 2, 1, 1, no times (sequences, time, inputs, observables), expected 1, 3, 1, 1, no times. Import files of one kind together, and the others into another part."`,
  );
});

// Steps of 1, 1.5, 0.5 and 1 s: sample 2 comes half a step late.
const late = {
  time: row(0, 1, 2.5, 3, 4),
  drive: row(5, 6, 7, 8, 9),
  response: row(0, 10, 25, 30, 40),
};

test("irregular times are resampled: the response by a line, a held drive by its value in force", () => {
  const { recording, notes } = arrange(late);
  expect(recording.dt).toBe(1);
  const [{ drive, response }] = recording.parts;
  expect([...response.data]).toEqual([0, 10, 20, 30, 40]);
  expect([...drive.data]).toEqual([5, 6, 7, 8, 9]);
  expect(notes).toMatchInlineSnapshot(`
    [
      "a.npz: the time step is not 1 s throughout but 0.5 to 1.5 s, at most 0.5 s (50 %) from it; resampled to 1 s, the response by linear interpolation, the drive by the value held until the next time of the file",
    ]
  `);
  expect(recording.protocol).toMatchObject({ imported: { files: ["a"], notes } });
  const continuous = arrange(late, { driveHeld: "no" }).recording.parts[0];
  expect(continuous.drive.data[2]).toBeCloseTo(6 + 2 / 3, 12);
});

test("a drive held from its time on acts in the step to the next response", () => {
  const [part] = arrange(
    { drive: row(1, 2, 3), response: row(10, 20, 30) },
    { dt: 1, driveHeld: "from" },
  ).recording.parts;
  expect(part).toEqual({
    name: "a",
    initial: createArray([1, 1, 1], [10]),
    drive: createArray([1, 2, 1], [1, 2]),
    response: createArray([1, 1, 2, 1], [20, 30]),
  });
  const resampled = arrange(late, { driveHeld: "from" }).recording.parts[0];
  expect([...resampled.drive.data]).toEqual([5, 6, 6, 8]);
});

test("times that differ by printed digits only are regular, and units are understood", () => {
  const time = row(0, 0.333, 0.667, 1, 1.333, 1.667, 2);
  const seven = row(1, 2, 3, 4, 5, 6, 7);
  const unit: HostArray & { unit?: string } = { ...time, unit: "ms" };
  const { recording, notes } = arrange({ time: unit, drive: seven, response: seven });
  expect(notes).toHaveLength(1);
  const digits = { ...unit, data: unit.data.map((_, i) => Number((i / 3).toFixed(5))) };
  const fine = arrange({ time: digits, drive: seven, response: seven });
  expect(fine.notes).toEqual([]);
  expect(fine.recording.dt).toBeCloseTo(1e-3 / 3, 9);
  expect(recording.dt).toBeCloseTo(0.333e-3, 6);
});

test("over a gap in time of more than two steps nothing is invented", () => {
  const gap = {
    time: row(0, 1, 2, 3, 4, 9, 10, 11, 12, 13),
    drive: row(0, 1, 2, 3, 4, 9, 10, 11, 12, 13),
    response: row(0, 1, 2, 3, 4, 9, 10, 11, 12, 13),
  };
  expect(messageOf(() => arrange(gap))).toMatchInlineSnapshot(
    `"a.npz: samples are missing, first at step 5 of sequence 0 (from 0). Got 4 of 14 steps with NaN in the drive or the response of a repeat, expected numbers, or gaps that leave at least 5 steps. Repair the samples, or cut sequences at their gaps with --missing mask."`,
  );
  const { recording, notes } = arrange(gap, { missing: "mask" });
  expect(recording.parts[0].response).toEqual(
    createArray([2, 1, 5, 1], [0, 1, 2, 3, 4, 9, 10, 11, 12, 13]),
  );
  expect(notes).toHaveLength(2);
});

test("missing samples are refused, or sequences are cut at them in all repeats", () => {
  const nan = Number.NaN;
  const drive = createArray([2, 7], [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6]);
  const response = createArray(
    [2, 2, 7],
    [
      ...[0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, nan],
      ...[0, nan, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6],
    ],
  );
  const layout: ArrangeOptions = {
    ...{ dt: 1, driveAxes: ["sequence", "time"], axes: ["sequence", "repeat", "time"] },
  };
  expect(messageOf(() => arrange({ drive, response }, layout))).toMatchInlineSnapshot(
    `"a.npz: samples are missing, first at step 6 of sequence 0 (from 0). Got 2 of 14 steps with NaN in the drive or the response of a repeat, expected numbers, or gaps that leave at least 5 steps. Repair the samples, or cut sequences at their gaps with --missing mask."`,
  );
  const { recording, notes } = arrange({ drive, response }, { ...layout, missing: "mask" });
  const [part] = recording.parts;
  expect(part.length).toEqual(Int32Array.of(6, 5));
  expect([...part.drive.data]).toEqual([0, 1, 2, 3, 4, 5, 2, 3, 4, 5, 6, 6]);
  expect([...part.response.data]).toEqual([
    ...[0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5],
    ...[2, 3, 4, 5, 6, 6, 2, 3, 4, 5, 6, 6],
  ]);
  expect(notes).toMatchInlineSnapshot(`
    [
      "a.npz: 2 of 14 steps are missing; 2 sequences were cut at the gaps into 2 of 5 to 6 steps, of which those after a gap start in mid-run; 1 steps in shorter pieces were left out",
    ]
  `);
});

test("what does not fit together is refused with a reason", () => {
  const three = row(1, 2, 3);
  const refused = (arrays: Arrays, options: ArrangeOptions = {}): string =>
    messageOf(() => arrange(arrays, options));
  expect(refused({ drve: three, response: three })).toMatchInlineSnapshot(
    `"a.npz: there is no array 'drive'. Got drve, response, expected the name of one of these. Did you mean 'drve'? Say where the drive and the response are: --drive and --response."`,
  );
  expect(refused({ drive: three, response: three })).toMatchInlineSnapshot(
    `"a.npz: the sampling step dt is not known. Got neither times nor a step, expected times of at least two samples, a scalar dt, or a step as an option. Add --time with the name of the times, or --dt in seconds."`,
  );
  expect(refused({ drive: three, response: three, time: row(0, 2, 1) })).toMatchInlineSnapshot(
    `"a.npz: the times of sequence 0 do not grow at step 2 (from 0). Got 1 s after 2 s, expected a later time, a finite number. Sort the samples; name the column of sequences if there are several in one table."`,
  );
  expect(refused({ drive: three, response: three, time: row(0, 1) })).toMatchInlineSnapshot(
    `"a.npz: the times do not fit the samples. Got [2], expected [3] (time) or [1, 3] (sequence, time). Name the times of this response, or leave them out and give --dt."`,
  );
  expect(refused({ drive: three, response: row(1, 2) }, { dt: 1 })).toMatchInlineSnapshot(
    `"a.npz: the drive and the response do not belong together. Got drive [1, 3, 1] (sequences, time, inputs) and response [1, 1, 2, 1] (sequences, repeats, time, observables), expected equal sequences and equal time. Say which axis is which: --axes and --drive-axes."`,
  );
  expect(refused({ drive: three, response: three, dt: row(-1) })).toMatchInlineSnapshot(
    `"a.npz: the sampling step dt in the file is not a positive number. Got -1, expected one number, in seconds. Correct it, or give --dt."`,
  );
  expect(
    refused({ drive: three, response: three, time: row(0, 1, 2) }, { timeUnit: "days" }),
  ).toMatchInlineSnapshot(
    `"a.npz: the unit of the times is not known. Got 'days', expected s, sec, ms, us, µs, μs, ns, ps, min, h. Name it with --time-unit."`,
  );
  expect(
    refused({ drive: three, response: three, time: row(0, 1, 1e12) }, { dt: 1e-6 }),
  ).toMatchInlineSnapshot(
    `"a.npz: the recording on a regular grid would take far more memory than its size accounts for. Got 34359738352 bytes out of 48, expected at most 16777216 bytes: 16 MiB, or 100 times the size. Check where the file comes from; if its data are really that uniform, save them unpacked."`,
  );
});
