import { expect, test } from "vitest";
import { createArray, createStream } from "../base/index.ts";
import type { RecordingPart } from "./recording.ts";
import { selectRepeats, selectSequences, splitSequences } from "./split.ts";

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);
const part: RecordingPart = {
  name: "repeat_set",
  drive: createArray([10, 2, 1], count(20)),
  response: createArray([10, 3, 2, 1], count(60)),
  initial: createArray([10, 3, 1], count(30)),
  length: Int32Array.from(count(10), (n) => 1 + (n % 2)),
  order: Int32Array.from(count(30)),
};
const messageOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return "no fault";
};

test("a split puts every sequence in exactly one list, in the shares asked for", () => {
  const options = { validationShare: 0.3, testShare: 0.2 };
  const { train, validation, test: kept } = splitSequences(part, options, createStream(1));
  expect([train.length, validation.length, kept.length]).toEqual([5, 3, 2]);
  expect([...train, ...validation, ...kept].sort((a, b) => a - b)).toEqual(count(10));
});

test("equal streams give equal splits, other streams others", () => {
  const split = (seed: number) => splitSequences(part, {}, createStream(seed)).validation;
  expect(split(1)).toEqual(split(1));
  const different = new Set(count(20).map((seed) => split(seed).join()));
  expect(different.size).toBeGreaterThan(5);
});

test("a small share still keeps one sequence aside, and a share of 0 none", () => {
  const options = { validationShare: 0.01, testShare: 0 };
  const { train, validation, test: kept } = splitSequences(part, options, createStream(1));
  expect([train.length, validation.length, kept.length]).toEqual([9, 1, 0]);
});

test("selected sequences carry their repeats, starts, lengths and places in the order", () => {
  expect(selectSequences(part, [7, 2])).toEqual({
    name: "repeat_set",
    drive: createArray([2, 2, 1], [14, 15, 4, 5]),
    response: createArray([2, 3, 2, 1], [42, 43, 44, 45, 46, 47, 12, 13, 14, 15, 16, 17]),
    initial: createArray([2, 3, 1], [21, 22, 23, 6, 7, 8]),
    length: Int32Array.of(2, 1),
    order: Int32Array.of(21, 22, 23, 6, 7, 8),
  });
});

test("selected repeats are those of every sequence", () => {
  const { drive, response, initial, order } = selectRepeats(part, [2, 0]);
  expect(drive).toEqual(part.drive);
  expect(response.shape).toEqual([10, 2, 2, 1]);
  expect([...response.data.subarray(0, 8)]).toEqual([4, 5, 0, 1, 10, 11, 6, 7]);
  expect([...(initial?.data.subarray(0, 4) ?? [])]).toEqual([2, 0, 5, 3]);
  expect([...(order?.subarray(0, 4) ?? [])]).toEqual([2, 0, 5, 3]);
});

test("splits and selections that cannot be are refused", () => {
  const split = (validationShare: number, testShare: number) => () =>
    splitSequences(part, { validationShare, testShare }, createStream(1));
  expect(messageOf(split(0.6, 0.4))).toMatchInlineSnapshot(
    `"splitSequences: part 'repeat_set' leaves no sequence to train on. Got 10 sequences with validationShare 0.6 and testShare 0.4, expected shares from 0 that leave at least one sequence. Record more sequences, or set a share to 0; a recording is never split by time."`,
  );
  expect(messageOf(split(-0.1, 0))).toMatchInlineSnapshot(
    `"splitSequences: part 'repeat_set' leaves no sequence to train on. Got 10 sequences with validationShare -0.1 and testShare 0, expected shares from 0 that leave at least one sequence. Record more sequences, or set a share to 0; a recording is never split by time."`,
  );
  expect(messageOf(() => selectSequences(part, [0, 10]))).toMatchInlineSnapshot(
    `"selectSequences: these sequences of part 'repeat_set' do not exist. Got index 10, expected at least one index from 0 to 9. Choose among those that were recorded."`,
  );
  expect(messageOf(() => selectRepeats(part, []))).toMatchInlineSnapshot(
    `"selectRepeats: these repeats of part 'repeat_set' do not exist. Got no index, expected at least one index from 0 to 2. Choose among those that were recorded."`,
  );
});
