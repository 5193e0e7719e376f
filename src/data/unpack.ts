// Unpacking under a limit: what a file claims is checked against its bytes before memory is taken.
import { Inflate, Unzlib } from "fflate";
import { type Fault, fault, isFault } from "../base/index.ts";

/** A small file may unpack to this much whatever its size, bytes. */
const freeBytes = 2 ** 24;
/** Deflate reaches 1032 on zeros; measured signals stay below 20. */
const largestRatio = 100;

/** How much a file of this size may claim to hold; more is a mistake or a trap. */
export function unpackedLimit(fileBytes: number): number {
  return Math.max(freeBytes, largestRatio * fileBytes);
}

/**
 * Refuse a claim that the bytes of the file do not support.
 *
 * @param claimed    Bytes that the contents would take in memory.
 * @param fileBytes  Bytes of the whole file.
 * @param what       Subject of the message: "the dataset x", "the archive".
 * @throws           `unreadable-file`.
 */
export function checkUnpacked(
  claimed: number,
  fileBytes: number,
  what: string,
  where: string,
): void {
  const limit = unpackedLimit(fileBytes);
  if (claimed <= limit) return;
  throw fault("unreadable-file", {
    where,
    what: `${what} would take far more memory than its size accounts for`,
    got: `${claimed} bytes out of ${fileBytes}`,
    expected: `at most ${limit} bytes: 16 MiB, or ${largestRatio} times the size`,
    fix: "Check where the file comes from; if its data are really that uniform, save them unpacked",
  });
}

/**
 * Inflate as far as a limit, and no further.
 *
 * @param kind   Bare deflate, as in .zip, or with the header of zlib, as in .mat.
 * @param limit  Most bytes that may come out.
 * @returns      All that came out.
 * @throws       `unreadable-file` if the data are damaged, cut short or exceed the limit.
 */
export function inflateWithin(
  kind: "raw" | "zlib",
  packed: Uint8Array,
  limit: number,
  where: string,
): Uint8Array {
  const chunks: Uint8Array[] = [];
  let [size, ended] = [0, false];
  const take = (chunk: Uint8Array, final: boolean): void => {
    size += chunk.length;
    if (size > limit) throw damaged(where, `more than the ${limit} bytes allowed for`);
    chunks.push(chunk);
    ended = final;
  };
  const stream = kind === "raw" ? new Inflate(take) : new Unzlib(take);
  // 8 KiB in give 8 MiB out at most, so that a bomb is met before it has grown.
  const step = 2 ** 13;
  try {
    for (let from = 0; from === 0 || from < packed.length; from += step) {
      stream.push(packed.subarray(from, from + step), from + step >= packed.length);
    }
  } catch (error) {
    if (isFault(error)) throw error;
    throw damaged(where, error instanceof Error ? error.message : String(error));
  }
  if (!ended) throw damaged(where, "data that end too early");
  return join(chunks, size);
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

const damaged = (where: string, got: string): Fault =>
  fault("unreadable-file", {
    where,
    what: "the packed data are damaged",
    got,
    expected: "a complete deflate stream",
    fix: "Copy the file again from where it was written",
  });

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  return rest;
});

/** CRC-32 as in .zip, unsigned. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Adler-32 as at the end of a zlib stream, unsigned. */
export function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  // 3800 additions of bytes stay below 2^32.
  for (let from = 0; from < bytes.length; from += 3800) {
    const to = Math.min(from + 3800, bytes.length);
    for (let i = from; i < to; i++) {
      low += bytes[i];
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return ((high << 16) | low) >>> 0;
}
