// Several files of one part: each a sequence (or several), or each a repeat.
import { type Fault, fault, formatShape, type HostArray } from "../base/index.ts";
import type { Block } from "./layout.ts";
import { unshared } from "./layout-faults.ts";
import { checkUnpacked } from "./unpack.ts";

/**
 * Join the blocks of several files.
 *
 * @param blocks  At least one.
 * @param each    "sequence": one after another, the shorter ones padded with their last step;
 *                "repeat": side by side, of equal length and drive.
 * @throws        `shape-mismatch` or `bad-value` if they do not fit together.
 */
export function joinBlocks(
  blocks: readonly Block[],
  each: "sequence" | "repeat",
  where: string,
): Block {
  if (blocks.length === 1) return blocks[0];
  checkAlike(blocks, each, where);
  return each === "sequence" ? joinSequences(blocks, where) : joinRepeats(blocks, where);
}

function checkAlike(blocks: readonly Block[], each: string, where: string): void {
  const sizes = blocks.map(({ drive, response, time }) => {
    const [sequences, steps, inputs] = drive.shape;
    const [, repeats, , observables] = response.shape;
    const shared = [inputs, observables, time ? `times in ${time.unit || "s"}` : "no times"];
    return (each === "sequence" ? [repeats, ...shared] : [sequences, steps, ...shared]).join(", ");
  });
  const at = sizes.findIndex((size) => size !== sizes[0]);
  if (at < 0) return;
  const what = each === "sequence" ? "repeats" : "sequences, time";
  throw fault("shape-mismatch", {
    where,
    what: `file ${at + 1} of ${blocks.length} does not fit the first one`,
    got: `${sizes[at]} (${what}, inputs, observables)`,
    expected: sizes[0],
    fix: "Import files of one kind together, and the others into another part",
  });
}

function joinSequences(blocks: readonly Block[], where: string): Block {
  const counts = blocks.map(({ drive }) => drive.shape[0]);
  const sequences = counts.reduce((sum, count) => sum + count, 0);
  const time = blocks.reduce((most, { drive }) => Math.max(most, drive.shape[1]), 0);
  const present = blocks.reduce((sum, { response }) => sum + response.data.length, 0);
  const padded = blocks.reduce(
    (sum, { response }) => sum + (response.data.length / response.shape[2]) * time,
    0,
  );
  checkUnpacked(8 * padded, 8 * present, "the files, padded to equal sequences,", where);
  const join = (arrays: readonly HostArray[]): HostArray => {
    const width = arrays[0].shape.at(-1) as number;
    const runs = arrays[0].shape.length === 4 ? arrays[0].shape[1] : 1;
    const data = new Float64Array(sequences * runs * time * width);
    let to = 0;
    for (const array of arrays) {
      const steps = array.shape.at(-2) as number;
      for (let run = 0; run < array.data.length / (steps * width); run++) {
        for (let t = 0; t < time; t++, to += width) {
          const from = (run * steps + Math.min(t, steps - 1)) * width;
          data.set(array.data.subarray(from, from + width), to);
        }
      }
    }
    return { shape: [sequences, ...arrays[0].shape.slice(1, -2), time, width], data };
  };
  const lengths = Int32Array.from(
    blocks.flatMap(({ drive, length }) => [
      ...(length ?? new Int32Array(drive.shape[0]).fill(drive.shape[1])),
    ]),
  );
  return {
    ...blocks[0],
    drive: join(blocks.map(({ drive }) => drive)),
    response: join(blocks.map(({ response }) => response)),
    ...joinTimes(blocks, join),
    length: lengths.some((length) => length !== time) ? lengths : undefined,
  };
}

function joinTimes(
  blocks: readonly Block[],
  join: (arrays: readonly HostArray[]) => HostArray,
): Pick<Block, "time"> {
  const times = blocks.flatMap(({ time }) => (time ? [time] : []));
  if (times.length === 0) return {};
  const joined = join(times.map(({ shape, data }) => ({ shape: [...shape, 1], data })));
  return { time: { shape: joined.shape.slice(0, 2), data: joined.data, unit: times[0].unit } };
}

function joinRepeats(blocks: readonly Block[], where: string): Block {
  const [first] = blocks;
  const [sequences, , time, width] = first.response.shape;
  const counts = blocks.map(({ response }) => response.shape[1]);
  const repeats = counts.reduce((sum, count) => sum + count, 0);
  const data = new Float64Array(sequences * repeats * time * width);
  let before = 0;
  blocks.forEach(({ drive, response, length, time: times }, i) => {
    const at = first.drive.data.findIndex((value, k) => !Object.is(value, drive.data[k]));
    if (at >= 0) throw unshared(0, i, first.drive.data[at], drive.data[at], where);
    if (String(length) !== String(first.length)) throw otherLength(response, where);
    if (first.time && times) checkTimes(first.time.data, times.data, i, where);
    const size = counts[i] * time * width;
    for (let n = 0; n < sequences; n++) {
      const to = (n * repeats + before) * time * width;
      data.set(response.data.subarray(n * size, (n + 1) * size), to);
    }
    before += counts[i];
  });
  return { ...first, response: { shape: [sequences, repeats, time, width], data } };
}

/** Clocks may go on from one repeat to the next; steps may not differ. */
function checkTimes(first: Float64Array, other: Float64Array, i: number, where: string): void {
  const step = Math.abs(first[1] - first[0]);
  const at = first.findIndex((value, k) => {
    return Math.abs(value - first[0] - (other[k] - other[0])) > 0.01 * step;
  });
  if (at < 0) return;
  throw fault("bad-value", {
    where,
    what: `repeats 0 and ${i} were not sampled at the same times (sample ${at}, from 0)`,
    got: `${other[at] - other[0]} after its start`,
    expected: `${first[at] - first[0]}, within 1 % of a step`,
    fix: "Import them as sequences, or resample them before",
  });
}

const otherLength = (response: HostArray, where: string): Fault =>
  fault("shape-mismatch", {
    where,
    what: "the files' sequences differ in length",
    got: formatShape(response.shape),
    expected: "equal lengths, sequence by sequence",
    fix: "Cut the longer ones, or import them as sequences",
  });
