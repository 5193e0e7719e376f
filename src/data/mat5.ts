// MATLAB level 5 files (-v6 and -v7): numbers by the path that MATLAB would use, "s.field", "c{2}".
// Source: MathWorks, MAT-File Format, R2023b, chapter 1.
//
// Nothing is unpacked into objects before it is asked for: a file of two million empty cells is
// walked, not built.
import { type Fault, fault, formatShape, type HostArray, sizeOf } from "../base/index.ts";
import { fromColumnMajor } from "./column-major.ts";
import {
  damaged,
  type MatBytes,
  type MatElement,
  miCompressed,
  miMatrix,
  readElement,
  readName,
  readNumbers,
  unpackElement,
} from "./mat5-elements.ts";
import { unpackedLimit } from "./unpack.ts";

/** The variables of a MATLAB file. */
export interface MatFile {
  /** Names of the variables, in the order of the file. */
  readonly names: readonly string[];
  /**
   * Numbers by path, with MATLAB's axes: "v", "s.field", "s(2).field", "c{3}", "c{1,2}.field".
   *
   * @throws  `unreadable-file` if there is no such thing, or it is not of real numbers.
   */
  readonly get: (path: string) => HostArray;
}

const classNames: Readonly<Record<number, string>> = {
  1: "cell",
  2: "struct",
  3: "object",
  4: "char",
  5: "sparse",
  6: "double",
  7: "single",
  8: "int8",
  9: "uint8",
  10: "int16",
  11: "uint16",
  12: "int32",
  13: "uint32",
  14: "int64",
  15: "uint64",
  16: "function handle",
  17: "opaque object, as string and table are",
};
const [cellClass, structClass] = [1, 2];
const isNumeric = (matlabClass: number): boolean => matlabClass >= 6 && matlabClass <= 15;

/** A matrix element, read as far as its name. */
interface Matrix {
  readonly bytes: MatBytes;
  readonly matlabClass: number;
  readonly isComplex: boolean;
  readonly shape: readonly number[];
  readonly name: string;
  /** What follows the name. */
  readonly from: number;
  readonly end: number;
}

/**
 * Read the bytes of a MATLAB file of level 5, either byte order, compressed or not.
 *
 * @param where  The file's name, for messages.
 * @throws       `unreadable-file` if it is damaged, of another level, or unpacks to far more than
 *               the file can hold.
 */
export function parseMat5(file: Uint8Array, where = "parseMat5"): MatFile {
  const bytes = readHeader(file, where);
  let allowance = unpackedLimit(file.length);
  const variables = new Map<string, Matrix>();
  for (let at = 128; at < file.length; ) {
    const element = readElement(bytes, at, file.length);
    at = element.next;
    const isPacked = element.type === miCompressed;
    const inside = isPacked ? unpackElement(bytes, element, allowance) : bytes;
    if (isPacked) allowance -= inside.view.byteLength;
    const content = isPacked ? readElement(inside, 0, inside.view.byteLength) : element;
    // The last element may be MATLAB's own bookkeeping, without a name.
    const matrix = readMatrix(inside, content);
    if (matrix.name !== "") variables.set(matrix.name, matrix);
  }
  const names = [...variables.keys()];
  return { names, get: (path) => toNumbers(find(variables, path, where), path, where) };
}

function readHeader(file: Uint8Array, where: string): MatBytes {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const order = file.length < 128 ? "" : String.fromCharCode(file[126], file[127]);
  const little = order === "IM";
  const version = order === "IM" || order === "MI" ? view.getUint16(124, little) : 0;
  if (version === 0x0100) return { view, little, where };
  const text = new TextDecoder("latin1").decode(file.subarray(0, 20));
  throw fault("unreadable-file", {
    where,
    what: "this is not a MATLAB file that can be read",
    got:
      file.length < 128
        ? `${file.length} bytes`
        : `a file that starts with ${JSON.stringify(text)}, version ${version.toString(16)}`,
    expected: "a file of save(..., '-v6'), '-v7' or '-v7.3'",
    fix: "Save it again in MATLAB with '-v7'",
  });
}

function readMatrix(bytes: MatBytes, element: MatElement): Matrix {
  const { where } = bytes;
  const { type, from, to: end } = element;
  if (type !== miMatrix)
    throw damaged(where, `an element of type ${type} where an array should be`);
  // An empty cell is an array of no bytes at all.
  if (from === end) {
    return { bytes, matlabClass: 6, isComplex: false, shape: [0, 0], name: "", from, end };
  }
  const flagsAt = readElement(bytes, from, end);
  const flags = readNumbers(bytes, flagsAt, 2)[0];
  const dimensionsAt = readElement(bytes, flagsAt.next, end);
  const matlabClass = flags & 0xff;
  const shape = matlabClass === 17 ? [] : [...readNumbers(bytes, dimensionsAt)];
  if (shape.some((length) => length < 0 || !Number.isInteger(length)) || shape.length > 16) {
    throw damaged(where, `an array of the size ${formatShape(shape.slice(0, 16))}`);
  }
  const nameAt = matlabClass === 17 ? dimensionsAt : readElement(bytes, dimensionsAt.next, end);
  const name = readName(bytes, nameAt.from, nameAt.to);
  const isComplex = (flags & 0x0800) !== 0;
  return { bytes, matlabClass, isComplex, shape, name, from: nameAt.next, end };
}

/** Follow a path: a variable, then fields, cells and members, one after another. */
function find(variables: ReadonlyMap<string, Matrix>, path: string, where: string): Matrix {
  const [, name = "", rest = ""] = /^\/?([A-Za-z]\w*)(.*)$/s.exec(path) ?? [];
  let matrix = variables.get(name);
  if (!matrix) throw noSuch(path, `variables ${[...variables.keys()].join(", ") || "none"}`, where);
  let left = rest;
  while (left !== "") {
    const step = /^(?:\{([\d, ]+)\}|(?:\(([\d, ]+)\))?[./]([A-Za-z]\w*))/.exec(left);
    if (!step) throw noSuch(path, `'${left}' after '${path.slice(0, -left.length)}'`, where);
    const [whole, cell, member, field] = step;
    matrix = cell ? enterCell(matrix, cell, path) : enterField(matrix, member ?? "1", field, path);
    left = left.slice(whole.length);
  }
  return matrix;
}

function enterCell(matrix: Matrix, index: string, path: string): Matrix {
  const { bytes, matlabClass, shape } = matrix;
  if (matlabClass !== cellClass) throw noSuch(path, `a ${nameOf(matrix)}, not a cell`, bytes.where);
  return child(matrix, flatIndex(shape, index, path, bytes.where), matrix.from);
}

function enterField(matrix: Matrix, member: string, field: string, path: string): Matrix {
  const { bytes, matlabClass, shape, end } = matrix;
  const { where } = bytes;
  if (matlabClass !== structClass) throw noSuch(path, `a ${nameOf(matrix)}, not a struct`, where);
  const lengthAt = readElement(bytes, matrix.from, end);
  const [width] = readNumbers(bytes, lengthAt, 1);
  const namesAt = readElement(bytes, lengthAt.next, end);
  if (!(width > 0)) throw damaged(where, `field names of ${width} letters`);
  const fields = Array.from({ length: Math.floor((namesAt.to - namesAt.from) / width) }, (_, i) =>
    readName(bytes, namesAt.from + i * width, namesAt.from + (i + 1) * width),
  );
  const at = fields.indexOf(field);
  if (at < 0) throw noSuch(path, `the fields ${fields.join(", ")}`, where);
  const index = flatIndex(shape, member, path, where);
  return child(matrix, index * fields.length + at, namesAt.next);
}

/** The array number `index` of those that follow one another from a place on. */
function child({ bytes, end }: Matrix, index: number, from: number): Matrix {
  let element = readElement(bytes, from, end);
  for (let i = 0; i < index; i++) element = readElement(bytes, element.next, end);
  return readMatrix(bytes, element);
}

/** MATLAB counts from 1, first axis fastest; one number counts through all axes. */
function flatIndex(shape: readonly number[], text: string, path: string, where: string): number {
  const index = text.split(",").map((part) => Number(part) - 1);
  const lengths = index.length === 1 ? [sizeOf(shape)] : shape;
  const fits =
    index.length === lengths.length && index.every((i, axis) => i >= 0 && i < lengths[axis]);
  if (!fits) throw noSuch(path, `a size of ${formatShape(shape)}`, where);
  return index.reduce((flat, i, axis) => flat + i * sizeOf(lengths.slice(0, axis)), 0);
}

function toNumbers(matrix: Matrix, path: string, where: string): HostArray {
  const { bytes, matlabClass, isComplex, shape, from, end } = matrix;
  const size = sizeOf(shape);
  if (!isNumeric(matlabClass) || isComplex) throw notReal(matrix, path, where);
  if (size === 0) return { shape, data: new Float64Array(0) };
  const data = readNumbers(bytes, readElement(bytes, from, end), size);
  return { shape, data: fromColumnMajor(data, shape) };
}

const nameOf = ({ matlabClass, isComplex }: Matrix): string =>
  `${isComplex ? "complex " : ""}${classNames[matlabClass] ?? `class number ${matlabClass}`}`;

const notReal = (matrix: Matrix, path: string, where: string): Fault =>
  fault("unreadable-file", {
    where,
    what: `'${path}' does not hold plain real numbers`,
    got: `${formatShape(matrix.shape)} of class ${nameOf(matrix)}`,
    expected: "a full array of double, single, logical or integers",
    fix: matrix.isComplex
      ? "Save real() and imag() as two observables"
      : "Convert it in MATLAB with double() or full(), or name a field or a cell of it",
  });

const noSuch = (path: string, got: string, where: string): Fault =>
  fault("unreadable-file", {
    where,
    what: `there is nothing at '${path}'`,
    got,
    expected: "a path such as v, s.field, s(2).field or c{3}",
    fix: "Name what is in the file, as MATLAB would",
  });
