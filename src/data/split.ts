import {
  childStream,
  createGenerator,
  fault,
  type HostArray,
  permutation,
  type Stream,
  sizeOf,
} from "../base/index.ts";
import { type RecordingPart, sizeOfPart } from "./recording.ts";

/** Which sequences of a part serve what; every sequence is in exactly one list, in rising order. */
export interface SequenceSplit {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/** How much to keep aside. */
export interface SplitOptions {
  /** Share of the sequences for validation (default 0.2). */
  readonly validationShare?: number;
  /** Share of the sequences for the final test (default 0). */
  readonly testShare?: number;
}

/**
 * Split a part at random by sequence: never by time step or repeat, which would let a twin see the
 * drive it is judged on.
 *
 * @param part     Not changed; pass the lists to {@link selectSequences}.
 * @param options  `validationShare` (0.2) and `testShare` (0), rounded, but at least one sequence
 *                 where a share is not 0.
 * @param stream   Decides which sequences; equal streams give equal splits.
 * @throws         `out-of-range` if no sequence is left to train on, or a share is impossible.
 */
export function splitSequences(
  part: RecordingPart,
  options: SplitOptions,
  stream: Stream,
): SequenceSplit {
  const { validationShare = 0.2, testShare = 0 } = options;
  const { sequences } = sizeOfPart(part);
  const validation = countOf(validationShare, sequences);
  const test = countOf(testShare, sequences);
  const sum = validationShare + testShare;
  if (!(validationShare >= 0 && testShare >= 0 && sum < 1 && validation + test < sequences)) {
    throw fault("out-of-range", {
      where: "splitSequences",
      what: `part '${part.name}' leaves no sequence to train on`,
      got: `${sequences} sequences with validationShare ${validationShare} and testShare ${testShare}`,
      expected: "shares from 0 that leave at least one sequence",
      fix: "Record more sequences, or set a share to 0; a recording is never split by time",
    });
  }
  const order = permutation(createGenerator(childStream(stream, "split")), sequences);
  const rising = (from: number, to: number): number[] =>
    [...order.subarray(from, to)].sort((a, b) => a - b);
  return {
    test: rising(0, test),
    validation: rising(test, test + validation),
    train: rising(test + validation, sequences),
  };
}

function countOf(share: number, sequences: number): number {
  return share > 0 ? Math.max(1, Math.round(share * sequences)) : 0;
}

/**
 * The part with these sequences only, in this order; data are copied.
 *
 * @param indices  Counted from 0; may repeat, so that a bootstrap is one call.
 * @throws         `out-of-range` if there is none, or an index does not exist.
 */
export function selectSequences(part: RecordingPart, indices: ArrayLike<number>): RecordingPart {
  const { sequences, repeats } = sizeOfPart(part);
  checkIndices(indices, sequences, `sequences of part '${part.name}'`, "selectSequences");
  const { initial, length, order } = part;
  return {
    name: part.name,
    drive: pick(part.drive, 0, indices),
    response: pick(part.response, 0, indices),
    ...(initial ? { initial: pick(initial, 0, indices) } : {}),
    ...(length ? { length: Int32Array.from(indices, (n) => length[n]) } : {}),
    ...(order ? { order: pickOrder(order, [sequences, repeats], 0, indices) } : {}),
  };
}

/**
 * The part with these repeats of every sequence only, in this order; data are copied.
 *
 * @param indices  Counted from 0; may repeat.
 * @throws         `out-of-range` if there is none, or an index does not exist.
 */
export function selectRepeats(part: RecordingPart, indices: ArrayLike<number>): RecordingPart {
  const { sequences, repeats } = sizeOfPart(part);
  checkIndices(indices, repeats, `repeats of part '${part.name}'`, "selectRepeats");
  const { initial, length, order } = part;
  return {
    name: part.name,
    drive: part.drive,
    response: pick(part.response, 1, indices),
    ...(initial ? { initial: pick(initial, 1, indices) } : {}),
    ...(length ? { length } : {}),
    ...(order ? { order: pickOrder(order, [sequences, repeats], 1, indices) } : {}),
  };
}

function checkIndices(
  indices: ArrayLike<number>,
  count: number,
  what: string,
  where: string,
): void {
  const list = Array.from(indices);
  const wrong = list.find((index) => !Number.isInteger(index) || index < 0 || index >= count);
  if (list.length > 0 && wrong === undefined) return;
  throw fault("out-of-range", {
    where,
    what: `these ${what} do not exist`,
    got: list.length === 0 ? "no index" : `index ${wrong}`,
    expected: `at least one index from 0 to ${count - 1}`,
    fix: "Choose among those that were recorded",
  });
}

function pick(array: HostArray, axis: number, indices: ArrayLike<number>): HostArray {
  const { shape, data } = array;
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  const picked = new Float64Array(outer * indices.length * inner);
  for (let i = 0, to = 0; i < outer; i++) {
    for (let j = 0; j < indices.length; j++, to += inner) {
      const from = (i * shape[axis] + indices[j]) * inner;
      picked.set(data.subarray(from, from + inner), to);
    }
  }
  return { shape: shape.map((size, i) => (i === axis ? indices.length : size)), data: picked };
}

function pickOrder(
  order: Int32Array,
  shape: readonly number[],
  axis: number,
  indices: ArrayLike<number>,
): Int32Array {
  return Int32Array.from(pick({ shape, data: Float64Array.from(order) }, axis, indices).data);
}
