// A file of numbered frames of float64, only ever appended to, so that a process may be killed or a
// machine lose its power at any moment:
//   magic "TWF1", frame number, number of values, CRC-32 of these and the values (uint32 each),
//   then the values; all little-endian.
// Frames come in blocks of equal size that are known beforehand: a frame's place follows from its
// number.
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { crc32 } from "node:zlib";
import { fault } from "../base/index.ts";

/** Frames of one size that follow one another. */
export interface FrameBlock {
  readonly frames: number;
  /** Numbers in each. */
  readonly values: number;
}

const magic = 0x31465754;
const headerBytes = 16;
const bytesOf = (values: number): number => headerBytes + 8 * values;

/** Numbers in a frame and its place in the file, bytes; the place of the end for the frame after the last. */
export function placeOf(
  blocks: readonly FrameBlock[],
  frame: number,
): { readonly values: number; readonly offset: number } {
  let [first, offset] = [0, 0];
  for (const { frames, values } of blocks) {
    if (frame < first + frames) {
      return { values, offset: offset + (frame - first) * bytesOf(values) };
    }
    offset += frames * bytesOf(values);
    first += frames;
  }
  return { values: 0, offset };
}

/** Frames being appended. */
export interface FrameWriter {
  /** Frames in the file. */
  readonly count: number;
  /**
   * Append the next frame. It is with the operating system when this returns, and follows to the
   * disk at once; while that takes its time further frames may be appended.
   *
   * @throws  `missing-file` if it, or one before it, cannot be written.
   */
  append(values: readonly Float64Array[]): void;
  /** Wait until all frames are on the disk, and close the file. */
  close(): Promise<void>;
}

/**
 * Open a file of frames, new or left by a process that was stopped, to append to it.
 *
 * A frame that is cut off at the end of the file, or wrong there, was never complete: it is removed.
 *
 * @param blocks  Sizes of all frames to come.
 * @throws        `unreadable-file` if a frame is damaged that later ones follow; `missing-file`.
 */
export function openFrames(path: string, blocks: readonly FrameBlock[]): FrameWriter {
  const file = attempt(path, () => openSync(path, "a+"));
  try {
    const count = countFrames(file, path, blocks);
    ftruncateSync(file, placeOf(blocks, count).offset);
    fdatasyncSync(file);
    return new AppendedFrames(file, path, blocks, count);
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

class AppendedFrames implements FrameWriter {
  readonly #file: number;
  readonly #path: string;
  readonly #blocks: readonly FrameBlock[];
  #count: number;
  #syncing: Promise<void> | undefined;
  #isBehind = false;
  #failure: Error | undefined;

  constructor(file: number, path: string, blocks: readonly FrameBlock[], count: number) {
    this.#file = file;
    this.#path = path;
    this.#blocks = blocks;
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  append(values: readonly Float64Array[]): void {
    if (this.#failure) throw this.#failure;
    const frame = toFrame(this.#count, placeOf(this.#blocks, this.#count).values, values);
    attempt(this.#path, () => {
      for (let at = 0; at < frame.length; ) at += writeSync(this.#file, frame, at);
    });
    this.#count++;
    this.#isBehind = true;
    this.#syncing ??= this.#sync();
  }

  async close(): Promise<void> {
    await this.#syncing;
    closeSync(this.#file);
    if (this.#failure) throw this.#failure;
  }

  // One call at a time; it is repeated for what was appended meanwhile.
  async #sync(): Promise<void> {
    while (this.#isBehind && !this.#failure) {
      this.#isBehind = false;
      await new Promise<void>((resolve) => {
        fdatasync(this.#file, (error) => {
          if (error) this.#failure = cannotWrite(this.#path, error);
          resolve();
        });
      });
    }
    this.#syncing = undefined;
  }
}

function toFrame(number: number, size: number, values: readonly Float64Array[]): Uint8Array {
  const frame = new Uint8Array(bytesOf(size));
  const header = new DataView(frame.buffer, 0, headerBytes);
  [magic, number, size].forEach((word, i) => {
    header.setUint32(4 * i, word, true);
  });
  let at = headerBytes;
  for (const { buffer, byteOffset, byteLength } of values) {
    frame.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  header.setUint32(12, checksum(frame), true);
  return frame;
}

const checksum = (frame: Uint8Array): number =>
  crc32(frame.subarray(headerBytes), crc32(frame.subarray(0, 12)));

function isFrame(frame: Uint8Array, number: number, size: number): boolean {
  const header = new DataView(frame.buffer, frame.byteOffset, headerBytes);
  const word = (i: number): number => header.getUint32(4 * i, true);
  const isHeader = word(0) === magic && word(1) === number && word(2) === size;
  return isHeader && word(3) === checksum(frame);
}

/** Whole frames from the beginning on. */
function countFrames(file: number, path: string, blocks: readonly FrameBlock[]): number {
  const size = fstatSync(file).size;
  const total = blocks.reduce((sum, { frames }) => sum + frames, 0);
  let damaged = -1;
  let count = 0;
  for (let number = 0; number < total; number++) {
    const { values, offset } = placeOf(blocks, number);
    if (offset + bytesOf(values) > size) break;
    const frame = new Uint8Array(bytesOf(values));
    readSync(file, frame, 0, frame.length, offset);
    if (!isFrame(frame, number, values)) {
      if (damaged < 0) damaged = number;
    } else if (damaged >= 0) {
      throw damagedFrame(path, blocks, damaged);
    } else count = number + 1;
  }
  return count;
}

/** Frames to be read in any order. */
export interface FrameReader {
  /**
   * The values of a frame.
   *
   * @throws  `unreadable-file` if it is missing or damaged.
   */
  read(frame: number): Float64Array;
  close(): void;
}

/** Open a file of frames to read it. Throws `missing-file`. */
export function readFrames(path: string, blocks: readonly FrameBlock[]): FrameReader {
  const file = attempt(path, () => openSync(path, "r"));
  return {
    read(number) {
      const { values, offset } = placeOf(blocks, number);
      const frame = new Uint8Array(bytesOf(values));
      readSync(file, frame, 0, frame.length, offset);
      if (!isFrame(frame, number, values)) throw damagedFrame(path, blocks, number);
      return new Float64Array(frame.buffer, headerBytes, values);
    },
    close: () => closeSync(file),
  };
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

const cannotWrite = (path: string, error: unknown): Error =>
  fault("missing-file", {
    where: path,
    what: "what was measured cannot be written or read back",
    got: (error as NodeJS.ErrnoException).code ?? String(error),
    expected: "a folder that exists, with space and the right to write",
    fix: "Free some space or mend the rights, then go on: what is in the file is kept",
  });

const damagedFrame = (path: string, blocks: readonly FrameBlock[], frame: number): Error =>
  fault("unreadable-file", {
    where: path,
    what: "a frame before the last one is damaged",
    got: `a wrong checksum in frame ${frame} (from 0)`,
    expected: "whole frames up to the last one written",
    fix: `Check the disk and keep a copy of the file; to measure again from that frame on, cut the file to ${placeOf(blocks, frame).offset} bytes`,
  });
