// Frames, as they were measured, into a recording as HDF5. Both files stay on the disk: what is in
// memory at a time does not grow with the recording.
import { createHash, type Hash } from "node:crypto";
import type { Dataset, Group } from "h5wasm";
import { type HostArray, sizeOf } from "../base/index.ts";
import { metaOf } from "./contents.ts";
import { type FrameBlock, type FrameReader, readFrames } from "./frames.node.ts";
import { writeAttribute } from "./hdf5.ts";
import { partAxes, type Recording } from "./recording.ts";

/** A part whose responses are in frames. */
export interface FramedPart {
  readonly name: string;
  /** [sequences, time, inputs] */
  readonly drive: HostArray;
  readonly repeats: number;
  readonly observables: number;
  /** Frame of its first run in the order of acquisition. */
  readonly firstFrame: number;
  /** Position in the order of acquisition of each (sequence, repeat), row-major. */
  readonly order: Int32Array;
  /** Frames start with the observables before the first step; the response follows. */
  readonly hasInitial: boolean;
}

/** A recording whose responses are in frames. */
export interface FramedRecording {
  readonly facts: Omit<Recording, "parts">;
  readonly parts: readonly FramedPart[];
  /** File of the frames. */
  readonly frames: string;
}

/** Numbers in a frame of a part. */
export function valuesOf({ drive, observables, hasInitial }: FramedPart): number {
  return (drive.shape[1] + (hasInitial ? 1 : 0)) * observables;
}

/** Sizes of the frames of a recording, part after part. */
export function blocksOf(parts: readonly FramedPart[]): FrameBlock[] {
  return parts.map((part) => ({ frames: part.order.length, values: valuesOf(part) }));
}

/** Bytes of a chunk, roughly: a write each. */
const chunkBytes = 2 ** 20;

/**
 * Write a recording to an HDF5 file, the content of `formatHdf5Recording`.
 *
 * Run it in a thread of its own (hdf5-pack-worker.node.ts): this build of the library leaves names
 * in the global scope.
 *
 * @param path       Absolute; replaced if it exists.
 * @param onWritten  Called with the bytes written after every chunk.
 */
export async function packHdf5(
  recording: FramedRecording,
  path: string,
  onWritten: (bytes: number) => void,
): Promise<void> {
  const hdf5 = await import("h5wasm/node");
  (await hdf5.ready).activate_throwing_error_handler();
  const frames = readFrames(recording.frames, blocksOf(recording.parts));
  const file = new hdf5.File(path, "w");
  const hash = createHash("sha256");
  try {
    const names = recording.parts.map(({ name }) => name);
    for (const name of names) file.create_group(name);
    for (const part of recording.parts) {
      packPart({ group: file.get(part.name) as Group, part, frames, hash, onWritten });
    }
    const meta = metaOf(recording.facts, names, hash.digest("hex"));
    for (const [key, value] of Object.entries(meta)) writeAttribute(file, key, value);
  } finally {
    file.close();
    frames.close();
  }
}

interface Packing {
  readonly group: Group;
  readonly part: FramedPart;
  readonly frames: FrameReader;
  readonly hash: Hash;
  readonly onWritten: (bytes: number) => void;
}

// The hash covers drive, response, initial and order as float64, in this order: see dataChunks.
function packPart(packing: Packing): void {
  const { group, part, hash } = packing;
  const { drive, repeats, observables, order, hasInitial } = part;
  const [sequences, time] = drive.shape;
  hash.update(toBytes(drive.data));
  writeWhole(group, "drive", drive.data, drive.shape);
  const skipped = hasInitial ? observables : 0;
  const runs = [sequences, repeats];
  writeRuns(packing, "response", [...runs, time, observables], (frame) => frame.subarray(skipped));
  if (hasInitial) {
    writeRuns(packing, "initial", [...runs, observables], (frame) => frame.subarray(0, skipped));
  }
  hash.update(toBytes(Float64Array.from(order)));
  writeWhole(group, "order", order, runs);
}

function writeWhole(
  group: Group,
  name: keyof typeof partAxes,
  data: Float64Array | Int32Array,
  shape: readonly number[],
): void {
  label(group.create_dataset({ name, data, shape: [...shape] }), name);
}

function label(dataset: Dataset, name: keyof typeof partAxes): void {
  partAxes[name].forEach((axis, i) => {
    dataset.set_dimension_label(i, axis);
  });
}

/** Write [sequences, repeats, ...], chunk after chunk; every run is a part of its frame. */
function writeRuns(
  { group, part, frames, hash, onWritten }: Packing,
  name: "response" | "initial",
  shape: readonly number[],
  partOfFrame: (frame: Float64Array) => Float64Array,
): void {
  const [sequences, repeats, ...inner] = shape;
  const runSize = sizeOf(inner);
  const rows = Math.max(1, Math.floor(chunkBytes / 8 / runSize));
  const chunk = [shareOf(sequences, Math.floor(rows / repeats)), shareOf(repeats, rows)];
  const data = new Float64Array(chunk[0] * chunk[1] * runSize);
  const dataset = createChunked(group, name, shape, [...chunk, ...inner], data);
  for (let n = 0; n < sequences; n += chunk[0]) {
    const lastSequence = Math.min(n + chunk[0], sequences);
    for (let r = 0; r < repeats; r += chunk[1]) {
      const lastRepeat = Math.min(r + chunk[1], repeats);
      let size = 0;
      for (let i = n; i < lastSequence; i++) {
        for (let j = r; j < lastRepeat; j++) {
          const frame = frames.read(part.firstFrame + part.order[i * repeats + j]);
          data.set(partOfFrame(frame), size);
          size += runSize;
        }
      }
      const block = data.subarray(0, size);
      hash.update(toBytes(block));
      const whole = inner.map((length): [number, number] => [0, length]);
      dataset.write_slice([[n, lastSequence], [r, lastRepeat], ...whole], block);
      onWritten(block.byteLength);
    }
  }
  label(dataset, name);
}

/** A length at most `most` that cuts `length` into nearly equal pieces, so that the last is not padded. */
function shareOf(length: number, most: number): number {
  return Math.ceil(length / Math.ceil(length / Math.max(1, most)));
}

// The library makes a dataset of data that it copies, so it starts as one chunk and grows.
function createChunked(
  group: Group,
  name: string,
  shape: readonly number[],
  chunks: readonly number[],
  data: Float64Array,
): Dataset {
  const isOne = chunks.every((length, axis) => length === shape[axis]);
  const layout = isOne ? {} : { chunks: [...chunks], maxshape: [...shape] };
  const dataset = group.create_dataset({ name, data, shape: [...chunks], ...layout });
  if (!isOne) dataset.resize([...shape]);
  return dataset;
}

const toBytes = ({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
