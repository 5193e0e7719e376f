import { expect, test } from "vitest";
import { createArray } from "../base/index.ts";
import { checkRecording, type Recording, type RecordingPart } from "./recording.ts";

const part: RecordingPart = {
  name: "repeat_set",
  drive: createArray([2, 4, 1]),
  response: createArray([2, 3, 4, 2]),
  initial: createArray([2, 3, 2]),
  length: Int32Array.of(4, 2),
  order: Int32Array.of(0, 2, 4, 1, 3, 5),
};
const recording: Recording = {
  dt: 0.5,
  inputs: [{ name: "field", unit: "mT", min: -1, max: 1 }],
  observables: [
    { name: "resistance", unit: "ohm" },
    { name: "voltage", unit: "mV" },
  ],
  parts: [part],
};
const messageOf = (changed: Partial<Recording>): string => {
  try {
    checkRecording({ ...recording, ...changed }, "rec.h5");
  } catch (error) {
    return (error as Error).message;
  }
  return "no fault";
};
const messageOfPart = (changed: Partial<RecordingPart>): string =>
  messageOf({ parts: [{ ...part, ...changed }] });

test("a recording whose shapes agree passes", () => {
  expect(messageOf({})).toBe("no fault");
});

test("a sampling step or carrier that is not positive is refused", () => {
  expect(messageOf({ dt: 0 })).toMatchInlineSnapshot(
    `"rec.h5: the sampling step dt is not a positive number. Got 0 s, expected more than 0 s. Give it in s."`,
  );
  expect(messageOf({ dt: Number.NaN })).toMatchInlineSnapshot(
    `"rec.h5: the sampling step dt is not a positive number. Got NaN s, expected more than 0 s. Give it in s."`,
  );
  expect(messageOf({ carrierPeriod: -16 })).toMatchInlineSnapshot(
    `"rec.h5: the carrier period is not a positive number. Got -16 samples, expected more than 0 samples. Give it in samples."`,
  );
});

test("channels and parts must be there and have sensible names and ranges", () => {
  expect(messageOf({ observables: [] })).toMatchInlineSnapshot(
    `"rec.h5: the recording has no observables. Got an empty list, expected at least one channel with a name and a unit. Name the observables of the device."`,
  );
  const inputs = [{ name: "field", unit: "mT", min: 1, max: -1 }];
  expect(messageOf({ inputs })).toMatchInlineSnapshot(
    `"rec.h5: the range of 'field' (inputs) is empty. Got min 1 mT, max -1 mT, expected min below max. Correct the safe range of the channel, or leave it out."`,
  );
  expect(messageOf({ parts: [] })).toMatchInlineSnapshot(
    `"rec.h5: the recording has no parts. Got none, expected at least one part with a drive and a response. Record or import something first."`,
  );
  expect(messageOf({ parts: [part, part] })).toMatchInlineSnapshot(
    `"rec.h5: two parts have the same name. Got 'repeat_set', 'repeat_set', expected different names. Rename a part, or the file it was imported from."`,
  );
  expect(messageOfPart({ name: "a/b" })).toMatchInlineSnapshot(
    `"rec.h5: a part's name cannot be a folder in a file. Got 'a/b', expected names that are not empty, not '.' or '..', and without '/'. Rename the part."`,
  );
});

test("shapes that do not agree are refused with the axes they should have", () => {
  expect(messageOfPart({ drive: createArray([2, 4]) })).toMatchInlineSnapshot(
    `"rec.h5: the array 'drive' of part 'repeat_set' does not have the shape of a recording. Got [2, 4], expected [*, *, 1] with 1 or more for each * (sequences, time, inputs). Reshape the array, or correct the list of inputs or observables."`,
  );
  expect(messageOfPart({ drive: createArray([2, 4, 3]) })).toMatchInlineSnapshot(
    `"rec.h5: the array 'drive' of part 'repeat_set' does not have the shape of a recording. Got [2, 4, 3], expected [*, *, 1] with 1 or more for each * (sequences, time, inputs). Reshape the array, or correct the list of inputs or observables."`,
  );
  expect(messageOfPart({ drive: createArray([2, 0, 1]) })).toMatchInlineSnapshot(
    `"rec.h5: the array 'drive' of part 'repeat_set' does not have the shape of a recording. Got [2, 0, 1], expected [*, *, 1] with 1 or more for each * (sequences, time, inputs). Reshape the array, or correct the list of inputs or observables."`,
  );
  expect(messageOfPart({ response: createArray([2, 3, 5, 2]) })).toMatchInlineSnapshot(
    `"rec.h5: the array 'response' of part 'repeat_set' does not have the shape of a recording. Got [2, 3, 5, 2], expected [2, *, 4, 2] with 1 or more for each * (sequences, repeats, time, observables). Reshape the array, or correct the list of inputs or observables."`,
  );
  expect(messageOfPart({ initial: createArray([3, 2]) })).toMatchInlineSnapshot(
    `"rec.h5: the array 'initial' of part 'repeat_set' does not have the shape of a recording. Got [3, 2], expected [2, 3, 2] (sequences, repeats, observables). Reshape the array, or correct the list of inputs or observables."`,
  );
  expect(messageOfPart({ length: Int32Array.of(4) })).toMatchInlineSnapshot(
    `"rec.h5: the array 'length' of part 'repeat_set' does not have the shape of a recording. Got [1], expected [2] (sequences). Reshape the array, or correct the list of inputs or observables."`,
  );
  expect(messageOfPart({ length: Int32Array.of(4, 5) })).toMatchInlineSnapshot(
    `"rec.h5: the length of sequence 1 of part 'repeat_set' is impossible. Got 5 steps, expected from 1 to 4 steps. Give the number of valid steps of every sequence."`,
  );
  expect(messageOfPart({ order: Int32Array.of(0, 1) })).toMatchInlineSnapshot(
    `"rec.h5: the array 'order' of part 'repeat_set' does not have the shape of a recording. Got [2], expected [6] (elements). Reshape the array, or correct the list of inputs or observables."`,
  );
  const drive = { shape: [2, 4, 1], data: new Float64Array(7) };
  expect(messageOfPart({ drive })).toMatchInlineSnapshot(
    `"rec.h5: the array 'drive' of part 'repeat_set' does not have the shape of a recording. Got [7], expected [8] (elements). Reshape the array, or correct the list of inputs or observables."`,
  );
});

test("the first number that is not finite is named by its place", () => {
  const response = createArray([2, 3, 4, 2]);
  response.data[((1 * 3 + 2) * 4 + 3) * 2 + 1] = Number.NaN;
  expect(messageOfPart({ response })).toMatchInlineSnapshot(
    `"rec.h5: the response of part 'repeat_set' is not finite at sequence 1, repeat 2, time 3, observable 1 'voltage' (from 0). Got NaN, expected a finite number. Leave out that sequence, or repair the sample; pad short sequences with their last value."`,
  );
  const drive = createArray([2, 4, 1]);
  drive.data[6] = Infinity;
  expect(messageOfPart({ drive })).toMatchInlineSnapshot(
    `"rec.h5: the drive of part 'repeat_set' is not finite at sequence 1, time 2, input 0 'field' (from 0). Got Infinity, expected a finite number. Leave out that sequence, or repair the sample; pad short sequences with their last value."`,
  );
});
