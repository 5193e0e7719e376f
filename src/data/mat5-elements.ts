// Data elements of a MATLAB level 5 file: a tag with type and bytes, then the data, padded to 8.
// Source: MathWorks, MAT-File Format, R2023b, chapter 1.
import { type Fault, fault } from "../base/index.ts";
import { adler32, inflateWithin } from "./unpack.ts";

/** Bytes of a file or of an unpacked element, with what is needed to read and to complain. */
export interface MatBytes {
  readonly view: DataView;
  readonly little: boolean;
  readonly where: string;
}

/** One element: where its data lie, and where the next one starts. */
export interface MatElement {
  readonly type: number;
  readonly from: number;
  readonly to: number;
  readonly next: number;
}

/** Types of elements that are not numbers. */
export const miMatrix = 14;
export const miCompressed = 15;

interface NumberType {
  readonly bytes: number;
  readonly get: (view: DataView, at: number, little: boolean) => number;
}

/** By miINT8 = 1, miUINT8 = 2, ...; miUTF8 to miUTF32 are for text alone. */
const numberTypes: Readonly<Record<number, NumberType>> = {
  1: { bytes: 1, get: (view, at) => view.getInt8(at) },
  2: { bytes: 1, get: (view, at) => view.getUint8(at) },
  3: { bytes: 2, get: (view, at, little) => view.getInt16(at, little) },
  4: { bytes: 2, get: (view, at, little) => view.getUint16(at, little) },
  5: { bytes: 4, get: (view, at, little) => view.getInt32(at, little) },
  6: { bytes: 4, get: (view, at, little) => view.getUint32(at, little) },
  7: { bytes: 4, get: (view, at, little) => view.getFloat32(at, little) },
  9: { bytes: 8, get: (view, at, little) => view.getFloat64(at, little) },
  12: { bytes: 8, get: (view, at, little) => Number(view.getBigInt64(at, little)) },
  13: { bytes: 8, get: (view, at, little) => Number(view.getBigUint64(at, little)) },
};

/**
 * The element at a place.
 *
 * @param end  End of what contains it.
 * @throws     `unreadable-file` if it does not fit in.
 */
export function readElement(
  { view, little, where }: MatBytes,
  at: number,
  end: number,
): MatElement {
  if (at + 8 > end) throw damaged(where, `${Math.max(0, end - at)} bytes where a tag should be`);
  const word = view.getUint32(at, little);
  const shortBytes = word >>> 16;
  if (shortBytes !== 0) {
    if (shortBytes > 4) throw damaged(where, `a short element of ${shortBytes} bytes`);
    return { type: word & 0xffff, from: at + 4, to: at + 4 + shortBytes, next: at + 8 };
  }
  const bytes = view.getUint32(at + 4, little);
  const [from, to] = [at + 8, at + 8 + bytes];
  if (to > end) throw damaged(where, `${end - from} bytes of an element of ${bytes}`);
  const padding = word === miCompressed ? 0 : (8 - (bytes % 8)) % 8;
  return { type: word, from, to, next: Math.min(to + padding, end) };
}

/**
 * The numbers of an element, in the type in which they were stored.
 *
 * @param wanted  How many there must be; left out, all.
 * @throws        `unreadable-file` if there are more or fewer, or the type is not of numbers;
 *                `out-of-range` for integers beyond 2^53.
 */
export function readNumbers(bytes: MatBytes, element: MatElement, wanted?: number): Float64Array {
  const { view, little, where } = bytes;
  const type = numberTypes[element.type];
  if (type === undefined) throw damaged(where, `numbers of the unknown type ${element.type}`);
  const present = (element.to - element.from) / type.bytes;
  const count = wanted ?? Math.floor(present);
  if (present !== count) throw damaged(where, `${present} numbers where ${count} should be`);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    numbers[i] = type.get(view, element.from + i * type.bytes, little);
  }
  if (element.type === 12 || element.type === 13) checkExact(numbers, where);
  return numbers;
}

/** Text of single bytes: names of variables and fields. */
export function readName({ view }: MatBytes, from: number, to: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + from, to - from);
  const end = bytes.indexOf(0);
  return new TextDecoder("latin1").decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/**
 * What is in a compressed element.
 *
 * @param limit  Most bytes that may come out.
 */
export function unpackElement(bytes: MatBytes, element: MatElement, limit: number): MatBytes {
  const { view, where } = bytes;
  const packed = new Uint8Array(
    view.buffer,
    view.byteOffset + element.from,
    element.to - element.from,
  );
  const whole = inflateWithin("zlib", packed, limit, where);
  if (packed.length < 4 || view.getUint32(element.to - 4, false) !== adler32(whole)) {
    throw damaged(where, "a compressed element with another checksum than it says");
  }
  return { ...bytes, view: new DataView(whole.buffer, whole.byteOffset, whole.byteLength) };
}

function checkExact(numbers: Float64Array, where: string): void {
  const at = numbers.findIndex((value) => !Number.isSafeInteger(value));
  if (at < 0) return;
  throw fault("out-of-range", {
    where,
    what: "a 64-bit integer has no exact float64 value",
    got: `about ${numbers[at]} at element ${at}`,
    expected: "a magnitude below 2^53",
    fix: "Convert it in MATLAB with double() if rounding is acceptable",
  });
}

/** That a MATLAB file is not sound. */
export const damaged = (where: string, got: string): Fault =>
  fault("unreadable-file", {
    where,
    what: "this is not a sound MATLAB file",
    got,
    expected: "data elements as save(..., '-v7') writes them",
    fix: "Copy the file again, or save it again in MATLAB",
  });
