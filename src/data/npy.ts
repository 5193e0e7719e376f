// The .npy format: a magic word, a version, a Python dictionary as text, then the raw elements.
// Source: NumPy Enhancement Proposal 1 and numpy/lib/format.py (versions 1.0, 2.0 and 3.0).
import { type Fault, fault, formatShape, type HostArray, sizeOf } from "../base/index.ts";
import { fromColumnMajor } from "./column-major.ts";
import { fromHalf, toHalf } from "./half.ts";

/** An element type by NumPy's short name: kind and bytes. */
export type NpyType =
  | "bool"
  | "i1"
  | "i2"
  | "i4"
  | "i8"
  | "u1"
  | "u2"
  | "u4"
  | "u8"
  | "f2"
  | "f4"
  | "f8";

/** What a .npy file holds: the values, in C order, and how they were stored. */
export interface NpyArray {
  readonly array: HostArray;
  readonly dtype: NpyType;
  readonly littleEndian: boolean;
  readonly fortranOrder: boolean;
}

interface ElementCode {
  readonly bytes: number;
  /** Smallest and largest integer; absent for floating-point types. */
  readonly range?: readonly [number, number];
  readonly get: (view: DataView, at: number, little: boolean) => number;
  readonly set: (view: DataView, at: number, value: number) => void;
}

const largest = Number.MAX_SAFE_INTEGER;
const codes: { readonly [T in NpyType]: ElementCode } = {
  bool: {
    bytes: 1,
    range: [0, 1],
    get: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
    set: (view, at, value) => view.setUint8(at, value),
  },
  i1: {
    bytes: 1,
    range: [-128, 127],
    get: (view, at) => view.getInt8(at),
    set: (view, at, value) => view.setInt8(at, value),
  },
  i2: {
    bytes: 2,
    range: [-32768, 32767],
    get: (view, at, little) => view.getInt16(at, little),
    set: (view, at, value) => view.setInt16(at, value, true),
  },
  i4: {
    bytes: 4,
    range: [-2147483648, 2147483647],
    get: (view, at, little) => view.getInt32(at, little),
    set: (view, at, value) => view.setInt32(at, value, true),
  },
  i8: {
    bytes: 8,
    range: [-largest, largest],
    get: (view, at, little) => Number(view.getBigInt64(at, little)),
    set: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  },
  u1: {
    bytes: 1,
    range: [0, 255],
    get: (view, at) => view.getUint8(at),
    set: (view, at, value) => view.setUint8(at, value),
  },
  u2: {
    bytes: 2,
    range: [0, 65535],
    get: (view, at, little) => view.getUint16(at, little),
    set: (view, at, value) => view.setUint16(at, value, true),
  },
  u4: {
    bytes: 4,
    range: [0, 4294967295],
    get: (view, at, little) => view.getUint32(at, little),
    set: (view, at, value) => view.setUint32(at, value, true),
  },
  u8: {
    bytes: 8,
    range: [0, largest],
    get: (view, at, little) => Number(view.getBigUint64(at, little)),
    set: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  },
  f2: {
    bytes: 2,
    get: (view, at, little) => fromHalf(view.getUint16(at, little)),
    set: (view, at, value) => view.setUint16(at, toHalf(value), true),
  },
  f4: {
    bytes: 4,
    get: (view, at, little) => view.getFloat32(at, little),
    set: (view, at, value) => view.setFloat32(at, value, true),
  },
  f8: {
    bytes: 8,
    get: (view, at, little) => view.getFloat64(at, little),
    set: (view, at, value) => view.setFloat64(at, value, true),
  },
};

/**
 * Read the bytes of a .npy file.
 *
 * Every integer, float and boolean type of NumPy up to 8 bytes, either byte order, C or Fortran
 * order, format versions 1.0 to 3.0.
 *
 * @param bytes  The whole file.
 * @param where  The file's name, for messages.
 * @throws       `unreadable-file` if the bytes are cut short, of another format, or hold objects,
 *               text or complex numbers; `out-of-range` for integers beyond 2^53.
 */
export function parseNpy(bytes: Uint8Array, where = "parseNpy"): NpyArray {
  const { header, dataStart } = readHeader(bytes, where);
  const { dtype, littleEndian } = readType(header, where);
  const fortranOrder = /'fortran_order'\s*:\s*True/.test(header);
  const shape = readShape(header, where);
  const code = codes[dtype];
  const size = sizeOf(shape);
  const [present, needed] = [bytes.length - dataStart, size * code.bytes];
  if (present !== needed) {
    throw fault("unreadable-file", {
      where,
      what: present < needed ? "the file is cut short" : "data follow the end of the array",
      got: `${present} bytes of data`,
      expected: `${needed} bytes for ${formatShape(shape)} of type ${dtype}`,
      fix:
        present < needed
          ? "Copy the file again from where it was written"
          : "Save one array per file, or several with np.savez",
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart, needed);
  const data = new Float64Array(size);
  for (let i = 0; i < size; i++) data[i] = code.get(view, i * code.bytes, littleEndian);
  if (code.range !== undefined && code.bytes === 8) checkExact(data, dtype, where);
  const array = { shape, data: fortranOrder ? fromColumnMajor(data, shape) : data };
  return { array, dtype, littleEndian, fortranOrder };
}

/**
 * The bytes of a .npy file, version 1.0, little-endian, C order: as `np.save` would write them.
 *
 * @param array  Any shape; [] is a scalar.
 * @param dtype  Element type (default "f8"). f2 and f4 round to nearest; the others must be exact.
 * @throws       `out-of-range` if a value is not exactly representable in an integer type.
 */
export function formatNpy(array: HostArray, dtype: NpyType = "f8"): Uint8Array {
  const code = codes[dtype];
  const { shape, data } = array;
  const order = code.bytes === 1 ? "|" : "<";
  const name = dtype === "bool" ? "b1" : dtype;
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${order}${name}', 'fortran_order': False, 'shape': (${axes}), }`;
  // NumPy leaves room for the first axis to grow, then adds 1 to 64 spaces up to a multiple of 64.
  const growth = shape.length > 0 ? 21 - String(shape[0]).length : 0;
  const unpadded = 10 + text.length + growth + 1;
  const dataStart = (Math.floor(unpadded / 64) + 1) * 64;
  const bytes = new Uint8Array(dataStart + data.length * code.bytes);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, dataStart - 10, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(dataStart - 11)}\n`), 10);
  checkFits(data, dtype);
  for (let i = 0; i < data.length; i++) code.set(view, dataStart + i * code.bytes, data[i]);
  return bytes;
}

const notNpy = (where: string, got: string): Fault =>
  fault("unreadable-file", {
    where,
    what: "this is not a .npy file",
    got,
    expected: "the six bytes \\x93NUMPY, then version 1.0, 2.0 or 3.0",
    fix: "Write the array with np.save",
  });

function readHeader(bytes: Uint8Array, where: string): { header: string; dataStart: number } {
  const magic = String.fromCharCode(...bytes.subarray(0, 6));
  if (magic !== "\x93NUMPY") throw notNpy(where, startOf(bytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [major, minor] = [bytes[6] ?? 0, bytes[7] ?? 0];
  if (major < 1 || major > 3 || minor !== 0) throw notNpy(where, `version ${major}.${minor}`);
  const lengthBytes = major === 1 ? 2 : 4;
  const headerStart = 8 + lengthBytes;
  let headerLength = 0;
  if (bytes.length >= headerStart) {
    headerLength = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  }
  const dataStart = headerStart + headerLength;
  if (headerLength === 0 || bytes.length < dataStart) {
    throw fault("unreadable-file", {
      where,
      what: "the file is cut short inside its header",
      got: `${bytes.length} bytes`,
      expected: `at least ${dataStart} bytes`,
      fix: "Copy the file again from where it was written",
    });
  }
  return { header: new TextDecoder().decode(bytes.subarray(headerStart, dataStart)), dataStart };
}

function startOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  const start = [...bytes.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `a file that starts with the bytes ${start.join(" ")}`;
}

function readType(header: string, where: string): { dtype: NpyType; littleEndian: boolean } {
  const descr = /'descr'\s*:\s*(?:'([^']*)'|(\[.*?\]))/s.exec(header);
  const text = descr?.[1] ?? descr?.[2] ?? "no type";
  const parts = /^([<>=|]?)([a-zA-Z?])(\d*)$/.exec(text);
  const name = parts ? `${parts[2]}${parts[3]}` : "";
  const dtype = name === "b1" || name === "?" ? "bool" : name;
  if (Object.hasOwn(codes, dtype)) {
    return { dtype: dtype as NpyType, littleEndian: parts?.[1] !== ">" };
  }
  throw fault("unreadable-file", {
    where,
    what:
      parts?.[2] === "O"
        ? "the array holds pickled Python objects, which are never opened"
        : "the elements are not plain real numbers",
    got: `the NumPy type ${text}`,
    expected: "one of bool, i1 to i8, u1 to u8, f2, f4, f8",
    fix: "Save the array again with dtype=float; split complex numbers and fields into columns",
  });
}

function readShape(header: string, where: string): number[] {
  // Python 2 wrote long integers with an L.
  const found = /'shape'\s*:\s*\(((?:\s*\d+L?\s*(?:,|(?=\))))*\s*)\)/.exec(header);
  if (found) return (found[1].match(/\d+/g) ?? []).map(Number);
  throw fault("unreadable-file", {
    where,
    what: "the header states no shape",
    got: header.trim(),
    expected: "a dictionary with 'descr', 'fortran_order' and 'shape'",
    fix: "Write the array with np.save",
  });
}

function checkExact(data: Float64Array, dtype: NpyType, where: string): void {
  const at = data.findIndex((value) => !Number.isSafeInteger(value));
  if (at < 0) return;
  throw fault("out-of-range", {
    where,
    what: `an integer of type ${dtype} has no exact float64 value`,
    got: `about ${data[at]} at element ${at}`,
    expected: "a magnitude below 2^53",
    fix: "Save the array with dtype=float if rounding is acceptable",
  });
}

function checkFits(data: Float64Array, dtype: NpyType): void {
  const range = codes[dtype].range;
  if (range === undefined) return;
  const [low, high] = range;
  const at = data.findIndex((value) => !Number.isInteger(value) || value < low || value > high);
  if (at < 0) return;
  throw fault("out-of-range", {
    where: "formatNpy",
    what: `a value does not fit the type ${dtype}`,
    got: `${data[at]} at element ${at}`,
    expected: `an integer from ${low} to ${high}`,
    fix: "Write the array as f8",
  });
}
