// One frame of the driver protocol (docs/driver-protocol.md), all numbers little-endian:
//   bytes of the header, bytes of the payload (uint32 each)
//   header: JSON in UTF-8
//   payload: the arrays that the header names, one after another, row-major
//   CRC-32 of everything before it (uint32)
// A header has at most 1 MiB, so that text in place of a frame is noticed at its fourth byte.
import { crc32 } from "node:zlib";
import { type HostArray, sizeOf } from "../../base/index.ts";

/** An array of the payload; f8 and f4 are IEEE 754 of 64 and 32 bits. */
export interface ArrayHeader {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: "f8" | "f4";
}

/** What a driver answers where it cannot do what it was asked. */
export interface DriverRefusal {
  readonly code: string;
  readonly message: string;
  /** What the instrument was last told, as the driver saw it. */
  readonly told?: string;
  /** Whether the driver has put it in its safe state since. */
  readonly isSafe?: boolean;
}

/** The JSON of a frame: a request has a method, a reply a result or an error. */
export interface FrameHeader {
  readonly id: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: DriverRefusal;
  readonly arrays?: readonly ArrayHeader[];
}

/** A frame as it is read: its arrays by name. */
export interface Frame {
  readonly header: FrameHeader;
  readonly arrays: Readonly<Record<string, HostArray>>;
}

const prefixBytes = 8;
const largestHeader = 2 ** 20;
const largestPayload = 2 ** 30;

/**
 * The bytes of a frame, in pieces to be written one after another. Arrays are not copied.
 *
 * @param arrays  By name; sent as f8.
 */
export function formatFrame(
  header: FrameHeader,
  arrays: Readonly<Record<string, HostArray>> = {},
): Uint8Array[] {
  const entries = Object.entries(arrays);
  const named = entries.map(([name, { shape }]) => ({ name, shape, type: "f8" }) as const);
  const text = JSON.stringify(named.length > 0 ? { ...header, arrays: named } : header);
  const payload = entries.map(
    ([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  const json = new TextEncoder().encode(text);
  const head = new Uint8Array(prefixBytes + json.length);
  const view = new DataView(head.buffer);
  view.setUint32(0, json.length, true);
  view.setUint32(
    4,
    payload.reduce((sum, { length }) => sum + length, 0),
    true,
  );
  head.set(json, prefixBytes);
  const pieces = [head, ...payload];
  const trailer = new Uint8Array(4);
  const sum = pieces.reduce((crc, piece) => crc32(piece, crc), 0);
  new DataView(trailer.buffer).setUint32(0, sum, true);
  return [...pieces, trailer];
}

/** Turns bytes as they come into frames. */
export interface FrameReader {
  push(chunk: Uint8Array): void;
  /** Bytes of a frame that has begun and is not complete. */
  readonly pending: number;
}

/** Who hears of what a reader finds. */
export interface FrameListener {
  readonly onFrame: (frame: Frame) => void;
  /** Told once, with what came in place of a frame; nothing is read after it. */
  readonly onBroken: (got: string) => void;
}

/** Make a reader. A frame's payload is copied once, into memory of its own. */
export function createFrameReader(listener: FrameListener): FrameReader {
  return new StreamReader(listener);
}

class StreamReader implements FrameReader {
  readonly #listener: FrameListener;
  readonly #prefix = new Uint8Array(prefixBytes);
  readonly #trailer = new Uint8Array(4);
  #header = new Uint8Array(0);
  #payload = new Uint8Array(0);
  /** Which of the four pieces is being filled, and how far. */
  #piece = 0;
  #filled = 0;
  #crc = 0;
  #isBroken = false;
  pending = 0;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    while (!this.#isBroken) {
      const target = [this.#prefix, this.#header, this.#payload, this.#trailer][this.#piece];
      const count = Math.min(target.length - this.#filled, chunk.length - from);
      const taken = chunk.subarray(from, from + count);
      target.set(taken, this.#filled);
      if (this.#piece < 3) this.#crc = crc32(taken, this.#crc);
      from += count;
      this.#filled += count;
      this.pending += count;
      if (this.#filled < target.length) return;
      this.#filled = 0;
      this.#finish(chunk.subarray(from));
    }
  }

  #finish(rest: Uint8Array): void {
    if (this.#piece === 0) this.#begin(rest);
    else if (this.#piece === 3) this.#end();
    this.#piece = (this.#piece + 1) % 4;
  }

  #begin(rest: Uint8Array): void {
    const view = new DataView(this.#prefix.buffer);
    const [header, payload] = [view.getUint32(0, true), view.getUint32(4, true)];
    if (header > largestHeader || payload > largestPayload) {
      const text = [...this.#prefix, ...rest.subarray(0, 60)];
      const sizes = `a header of ${header} bytes and a payload of ${payload}`;
      this.#break(isText(this.#prefix) ? `text, '${printable(text)}...'` : sizes);
      return;
    }
    this.#header = new Uint8Array(header);
    this.#payload = new Uint8Array(payload);
  }

  #end(): void {
    const stated = new DataView(this.#trailer.buffer).getUint32(0, true);
    const isWhole = stated === this.#crc >>> 0;
    const frame = isWhole ? toFrame(this.#header, this.#payload) : "a frame with a wrong checksum";
    this.#crc = 0;
    this.pending = 0;
    if (typeof frame === "string") this.#break(frame);
    else this.#listener.onFrame(frame);
  }

  #break(got: string): void {
    this.#isBroken = true;
    this.#listener.onBroken(got);
  }
}

/** A frame of its pieces, or what is wrong with them. */
function toFrame(json: Uint8Array, payload: Uint8Array): Frame | string {
  const header = parseHeader(new TextDecoder().decode(json));
  if (!header) return "a frame whose header is not a JSON object with a whole number as `id`";
  const arrays: Record<string, HostArray> = {};
  let offset = 0;
  for (const { name, shape, type } of header.arrays ?? []) {
    const size = sizeOf(shape);
    const bytes = size * (type === "f4" ? 4 : 8);
    if (!Number.isSafeInteger(size) || size < 0 || offset + bytes > payload.length) {
      return `an array '${name}' [${shape}] in a payload of ${payload.length} bytes`;
    }
    arrays[name] = { shape, data: readNumbers(payload, offset, size, type) };
    offset += bytes;
  }
  if (offset === payload.length) return { header, arrays };
  return `a payload of ${payload.length} bytes for arrays of ${offset}`;
}

function readNumbers(payload: Uint8Array, offset: number, size: number, type: "f8" | "f4") {
  const { buffer } = payload;
  if (type === "f8") {
    const isAligned = offset % 8 === 0;
    return isAligned
      ? new Float64Array(buffer as ArrayBuffer, offset, size)
      : new Float64Array(payload.slice(offset, offset + 8 * size).buffer);
  }
  return Float64Array.from(new Float32Array(payload.slice(offset, offset + 4 * size).buffer));
}

function parseHeader(text: string): FrameHeader | undefined {
  let value: Partial<FrameHeader> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !Number.isSafeInteger(value.id)) return;
  const isArray = (one: Partial<ArrayHeader> | null): boolean =>
    typeof one?.name === "string" &&
    (one.type === "f8" || one.type === "f4") &&
    Array.isArray(one.shape) &&
    one.shape.every((length) => Number.isSafeInteger(length) && Number(length) >= 0);
  const { arrays = [] } = value;
  return Array.isArray(arrays) && arrays.every(isArray) ? (value as FrameHeader) : undefined;
}

const isText = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127));

const printable = (bytes: readonly number[]): string =>
  String.fromCharCode(...bytes.slice(0, 48)).replace(/[^\x20-\x7e]+/g, " ");
