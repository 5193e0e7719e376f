// Files of every format that is read, as arrays by name.
import { extname } from "node:path";
import { createArray, type Fault, fault, type HostArray } from "../base/index.ts";
import { parseCsv } from "./csv.ts";
import { extractIsolated } from "./hdf5-isolated.node.ts";
import { type ArraySource, type Layout, namesOf } from "./layout.ts";
import { noArray } from "./layout-faults.ts";
import { parseMat5 } from "./mat5.ts";
import { parseNpz } from "./npz.ts";

type Open = (bytes: Uint8Array, layout: Layout, where: string) => Promise<ArraySource>;

const openers: Readonly<Record<string, Open>> = {
  ".h5": openHdf5,
  ".hdf5": openHdf5,
  ".npz": openNpz,
  ".mat": openMat,
  ".csv": openCsv,
  ".tsv": openCsv,
  ".txt": openCsv,
  ".dat": openCsv,
};

/** Endings of the names of files that can be imported. */
export const importableEndings: readonly string[] = Object.keys(openers);

/**
 * Open the arrays of a file.
 *
 * @param path    Its name, whose ending says the format.
 * @param bytes   All of it.
 * @param layout  Which arrays are wanted; others may be left unread.
 * @throws        `bad-value` for an unknown ending; `unreadable-file`.
 */
export async function openArrays(
  path: string,
  bytes: Uint8Array,
  layout: Layout,
): Promise<ArraySource> {
  const ending = extname(path).toLowerCase();
  if (Object.hasOwn(openers, ending)) return openers[ending](bytes, layout, path);
  throw fault("bad-value", {
    where: path,
    what: "the ending of the name does not say a format that can be imported",
    got: ending === "" ? "no ending" : ending,
    expected: importableEndings.join(", "),
    fix: "Rename the file, or save its arrays with np.savez",
  });
}

async function openHdf5(bytes: Uint8Array, layout: Layout, where: string): Promise<ArraySource> {
  const extract = await extractIsolated(bytes, namesOf(layout), where);
  const arrays = new Map<string, HostArray>(extract.arrays);
  const step = extract.attributes.get("dt");
  if (typeof step === "number" && !arrays.has("dt")) arrays.set("dt", createArray([], [step]));
  const get = pick(arrays, extract.names, where);
  return { names: [...arrays.keys()], isMatlab: extract.isMatlab, get };
}

async function openNpz(bytes: Uint8Array, _: Layout, where: string): Promise<ArraySource> {
  const { arrays } = parseNpz(bytes, where);
  const names = [...arrays.keys()];
  return { names, isMatlab: false, get: pick(arrays, names, where) };
}

/** Level 7.3 is HDF5 after a block of text. */
async function openMat(bytes: Uint8Array, layout: Layout, where: string): Promise<ArraySource> {
  const isHdf5 = new TextDecoder("latin1").decode(bytes.subarray(512, 516)) === "\x89HDF";
  if (isHdf5) return openHdf5(bytes, layout, where);
  const { names, get } = parseMat5(bytes, where);
  return { names, isMatlab: true, get };
}

async function openCsv(bytes: Uint8Array, _: Layout, where: string): Promise<ArraySource> {
  const columns = parseCsv(bytes, where);
  const names = columns.map(({ name }) => name);
  const get: ArraySource["get"] = (name) => {
    const found = columns.filter((column) => column.name === name);
    if (found.length === 0) throw noArray(name, names, where);
    const [{ values, unit, text }] = found;
    if (found.length > 1) throw ambiguous(name, found.length, where);
    if (text) throw notNumber(name, text.line, text.cell, where);
    return { shape: [values.length], data: values, unit };
  };
  return { names, isMatlab: false, get };
}

function pick(
  arrays: ReadonlyMap<string, ReturnType<ArraySource["get"]>>,
  names: readonly string[],
  where: string,
): ArraySource["get"] {
  return (name) => {
    const array = arrays.get(name);
    if (array) return array;
    throw noArray(name, names, where);
  };
}

const ambiguous = (name: string, count: number, where: string): Fault =>
  fault("unreadable-file", {
    where,
    what: `several columns are called '${name}'`,
    got: `${count} columns`,
    expected: "one",
    fix: "Rename the columns in the header",
  });

const notNumber = (name: string, line: number, cell: string, where: string): Fault =>
  fault("unreadable-file", {
    where,
    what: `the column '${name}' holds something other than numbers`,
    got: `${JSON.stringify(cell)} in line ${line}`,
    expected: "a number, or an empty cell where nothing was measured",
    fix: "Mend the cell, or give the column's labels as numbers",
  });
