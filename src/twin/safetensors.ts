// The safetensors format: 8 bytes of header length, a JSON header, then the raw elements.
// Source: github.com/huggingface/safetensors, README "Format", and tensor.rs for the order.
import { fault, formatShape, sizeOf } from "../base/index.ts";

/** Element types that are read and written; the last of equal size stands first in a file. */
export type TensorType =
  | "BOOL"
  | "U8"
  | "I8"
  | "I16"
  | "U16"
  | "I32"
  | "U32"
  | "F32"
  | "F64"
  | "I64";

/** A named array of a file, row-major. */
export interface Tensor {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Free text by key; empty where there is none. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface ElementCode {
  readonly bytes: number;
  /** Smallest and largest integer; absent for floating-point types. */
  readonly range?: readonly [number, number];
  readonly get: (view: DataView, at: number) => number;
  readonly set: (view: DataView, at: number, value: number) => void;
}

const largest = Number.MAX_SAFE_INTEGER;
// In the order in which the original program sorts them, smallest alignment first.
const codes: { readonly [T in TensorType]: ElementCode } = {
  BOOL: {
    ...{ bytes: 1, range: [0, 1] },
    get: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
    set: (view, at, value) => view.setUint8(at, value),
  },
  U8: {
    ...{ bytes: 1, range: [0, 255] },
    get: (view, at) => view.getUint8(at),
    set: (view, at, value) => view.setUint8(at, value),
  },
  I8: {
    ...{ bytes: 1, range: [-128, 127] },
    get: (view, at) => view.getInt8(at),
    set: (view, at, value) => view.setInt8(at, value),
  },
  I16: {
    ...{ bytes: 2, range: [-32768, 32767] },
    get: (view, at) => view.getInt16(at, true),
    set: (view, at, value) => view.setInt16(at, value, true),
  },
  U16: {
    ...{ bytes: 2, range: [0, 65535] },
    get: (view, at) => view.getUint16(at, true),
    set: (view, at, value) => view.setUint16(at, value, true),
  },
  I32: {
    ...{ bytes: 4, range: [-2147483648, 2147483647] },
    get: (view, at) => view.getInt32(at, true),
    set: (view, at, value) => view.setInt32(at, value, true),
  },
  U32: {
    ...{ bytes: 4, range: [0, 4294967295] },
    get: (view, at) => view.getUint32(at, true),
    set: (view, at, value) => view.setUint32(at, value, true),
  },
  F32: {
    bytes: 4,
    get: (view, at) => view.getFloat32(at, true),
    set: (view, at, value) => view.setFloat32(at, value, true),
  },
  F64: {
    bytes: 8,
    get: (view, at) => view.getFloat64(at, true),
    set: (view, at, value) => view.setFloat64(at, value, true),
  },
  I64: {
    ...{ bytes: 8, range: [-largest, largest] },
    get: (view, at) => Number(view.getBigInt64(at, true)),
    set: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  },
};
const types = Object.keys(codes) as TensorType[];

/**
 * The bytes of a safetensors file: equal tensors give equal bytes, whatever their order, and the
 * same bytes as the original Python package.
 *
 * @param tensors   By name.
 * @param metadata  Free text by key, written in the order given.
 * @throws          `shape-mismatch`; `out-of-range` if a value does not fit its integer type.
 */
export function formatSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const sorted = [...tensors].sort(([nameA, a], [nameB, b]) => {
    const byType = types.indexOf(b.dtype) - types.indexOf(a.dtype);
    return byType !== 0 ? byType : nameA < nameB ? -1 : 1;
  });
  let end = 0;
  for (const [name, tensor] of sorted) {
    checkTensor(name, tensor);
    const start = end;
    end += sizeOf(tensor.shape) * codes[tensor.dtype].bytes;
    header[name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [start, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const dataStart = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(dataStart + end);
  bytes.fill(0x20, 8, dataStart);
  bytes.set(text, 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(dataStart - 8), true);
  let at = dataStart;
  for (const [, { dtype, data }] of sorted) {
    const code = codes[dtype];
    for (const value of data) {
      code.set(view, at, value);
      at += code.bytes;
    }
  }
  return bytes;
}

function checkTensor(name: string, { dtype, shape, data }: Tensor): void {
  if (sizeOf(shape) !== data.length) {
    throw fault("shape-mismatch", {
      where: "formatSafetensors",
      what: `the data of tensor '${name}' do not fill its shape`,
      got: `${data.length} elements`,
      expected: `${sizeOf(shape)} elements for ${formatShape(shape)}`,
      fix: "Give as many elements as the product of the axis lengths",
    });
  }
  const range = codes[dtype].range;
  if (!range) return;
  const at = data.findIndex((v) => !Number.isInteger(v) || v < range[0] || v > range[1]);
  if (at < 0) return;
  throw fault("out-of-range", {
    where: "formatSafetensors",
    what: `a value of tensor '${name}' does not fit the type ${dtype}`,
    got: `${data[at]} at element ${at}`,
    expected: `an integer from ${range[0]} to ${range[1]}`,
    fix: "Write the tensor as F32 or F64",
  });
}

/**
 * Read the bytes of a safetensors file.
 *
 * @param bytes  The whole file.
 * @param where  The file's name, for messages.
 * @returns      F32 tensors as Float32Array, all others as Float64Array.
 * @throws       `unreadable-file` if the bytes are cut short, the header is damaged, tensors leave
 *               gaps or overlap, or a type is not supported; `out-of-range` for integers beyond 2^53.
 */
export function parseSafetensors(bytes: Uint8Array, where = "parseSafetensors"): SafetensorsFile {
  const { header, dataStart } = readHeader(bytes, where);
  const { __metadata__: metadata = {}, ...entries } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart, bytes.length - dataStart);
  const found = Object.entries(entries).map(([name, entry]) => readEntry(name, entry, where));
  checkCover(found, view.byteLength, where);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, start } of found) {
    const code = codes[dtype];
    const size = sizeOf(shape);
    const data = dtype === "F32" ? new Float32Array(size) : new Float64Array(size);
    for (let i = 0; i < size; i++) data[i] = code.get(view, start + i * code.bytes);
    if (dtype === "I64") checkExact(name, data, where);
    tensors.set(name, { dtype, shape, data });
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

interface Entry {
  readonly name: string;
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

function readHeader(
  bytes: Uint8Array,
  where: string,
): { header: Record<string, unknown>; dataStart: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  const dataStart = 8 + length;
  if (!(dataStart <= bytes.length)) {
    throw unreadable(where, {
      what: "the file is cut short, or is not a safetensors file",
      got: `${bytes.length} bytes`,
      expected: Number.isNaN(length) ? "at least 8 bytes" : `a header of ${length} bytes`,
    });
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, dataStart));
    const header: unknown = JSON.parse(text);
    if (typeof header === "object" && header !== null && !Array.isArray(header)) {
      return { header: header as Record<string, unknown>, dataStart };
    }
  } catch {
    // Told below, as every other header that is not an object.
  }
  throw unreadable(where, {
    what: "the header is not a JSON object",
    got: `${length} bytes of something else`,
    expected: "tensor names with dtype, shape and data_offsets",
  });
}

function readEntry(name: string, entry: unknown, where: string): Entry {
  const { dtype, shape, data_offsets } = (entry ?? {}) as Record<string, unknown>;
  const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  if (
    !(Array.isArray(shape) && shape.every(isSize)) ||
    !(Array.isArray(data_offsets) && data_offsets.length === 2 && data_offsets.every(isSize))
  ) {
    throw unreadable(where, {
      what: `the header says nothing useful of tensor '${name}'`,
      got: JSON.stringify(entry),
      expected: "dtype, shape and two data_offsets",
    });
  }
  if (!types.includes(dtype as TensorType)) {
    throw fault("unreadable-file", {
      where,
      what: `tensor '${name}' has elements of a type that is not read here`,
      got: `${dtype}`,
      expected: `one of ${types.join(", ")}`,
      fix: "Save the tensor as F32",
    });
  }
  const [start, end] = data_offsets as [number, number];
  const bytes = sizeOf(shape) * codes[dtype as TensorType].bytes;
  if (end - start !== bytes) {
    throw unreadable(where, {
      what: `the place of tensor '${name}' does not have the size of its shape`,
      got: `${end - start} bytes`,
      expected: `${bytes} bytes for ${formatShape(shape)} of type ${dtype}`,
    });
  }
  return { name, dtype: dtype as TensorType, shape, start, end };
}

// Tensors must follow each other without gaps or overlaps, to the end of the file.
function checkCover(entries: readonly Entry[], bytes: number, where: string): void {
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== end) {
      throw unreadable(where, {
        what: `tensor '${entry.name}' does not follow the one before it`,
        got: `data from byte ${entry.start}`,
        expected: `data from byte ${end}`,
      });
    }
    end = entry.end;
  }
  if (end === bytes) return;
  throw unreadable(where, {
    what: end > bytes ? "the file is cut short" : "data follow the last tensor",
    got: `${bytes} bytes of data`,
    expected: `${end} bytes`,
  });
}

function checkExact(name: string, data: ArrayLike<number>, where: string): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isSafeInteger(data[i])) continue;
    throw fault("out-of-range", {
      where,
      what: `an integer of tensor '${name}' has no exact float64 value`,
      got: `about ${data[i]} at element ${i}`,
      expected: "a magnitude below 2^53",
      fix: "Save the tensor as F64 if rounding is acceptable",
    });
  }
}

const unreadable = (
  where: string,
  details: { readonly what: string; readonly got: string; readonly expected: string },
): Error =>
  fault("unreadable-file", {
    where,
    ...details,
    fix: "Copy the file again from where it was written",
  });
