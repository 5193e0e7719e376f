// Datasets and attributes of an HDF5 file, read by h5wasm in its own in-memory file system.
//
// A damaged file can end h5wasm in the middle of its C code and leave its memory in disorder, so
// that good files fail after it: run this where a failure can be thrown away (hdf5-isolated.node.ts).
import type { Dataset, Entity, File, Group, Reference } from "h5wasm";
import { type Fault, fault, formatShape, type HostArray, isFault, sizeOf } from "../base/index.ts";
import { fromColumnMajor } from "./column-major.ts";
import { metaKeys, partArrays } from "./contents.ts";
import { fromHalf } from "./half.ts";
import { checkUnpacked } from "./unpack.ts";

type Hdf5 = typeof import("h5wasm");

/** Which datasets to read: "group/name"; in a file of MATLAB also "struct.field" and "cell{2}". */
export interface Hdf5Wanted {
  readonly paths: readonly string[];
  /** Read where they exist. */
  readonly optional: readonly string[];
}

/** What an HDF5 file holds, as far as it was asked for. */
export interface Hdf5Extract {
  readonly arrays: Map<string, HostArray>;
  /** Attributes of the root that a recording has, as they are stored. */
  readonly attributes: Map<string, unknown>;
  /** Paths of the datasets in the file, for messages: the first 200. */
  readonly names: readonly string[];
  /** MATLAB wrote it: trailing axes of length 1 are not stored. */
  readonly isMatlab: boolean;
}

// An LZF dataset comes back as garbage without an error, so what was not tested is refused by name.
const readableFilters: readonly string[] = ["deflate", "shuffle", "fletcher32"];
/** Filters that h5wasm does not name. Source: the HDF Group's list of registered filters. */
const filterNames: Readonly<Record<number, string>> = {
  4: "szip",
  5: "nbit",
  6: "scaleoffset",
  32000: "lzf",
  32001: "blosc",
  32004: "lz4",
  32008: "bitshuffle",
  32013: "zfp",
  32015: "zstd",
  32026: "blosc2",
};
const classes = { integer: 0, float: 1, compound: 6, reference: 7, enumeration: 8 } as const;
const fileName = "read.h5";

/**
 * Read datasets from the bytes of an HDF5 file.
 *
 * @param hdf5    The library, which must be ready and throw its errors.
 * @param wanted  Which datasets. Left out: the arrays of a recording, wherever they are.
 * @param where   The file's name, for messages.
 * @throws        `unreadable-file` if the file is damaged, or a dataset is missing, packed by a
 *                filter that is not known to be read rightly, not of real numbers, or larger than
 *                the file can hold.
 */
export function extractHdf5(
  hdf5: Hdf5,
  bytes: Uint8Array,
  wanted: Hdf5Wanted | undefined,
  where: string,
): Hdf5Extract {
  const FS = hdf5.FS as NonNullable<Hdf5["FS"]>;
  checkHdf5Magic(bytes, where);
  try {
    FS.writeFile(fileName, bytes);
    return orUnreadable(where, () => {
      const file = new hdf5.File(fileName, "r");
      try {
        return readFile({ hdf5, file, fileBytes: bytes.length, where }, wanted);
      } finally {
        file.close();
      }
    });
  } finally {
    if (FS.analyzePath(fileName).exists) FS.unlink(fileName);
  }
}

interface Reading {
  readonly hdf5: Hdf5;
  readonly file: File;
  readonly fileBytes: number;
  readonly where: string;
}

function readFile(reading: Reading, wanted: Hdf5Wanted | undefined): Hdf5Extract {
  const names = listDatasets(reading);
  const isRecordings = (path: string): boolean => {
    const [name, , tooDeep] = path.split("/").reverse();
    return tooDeep === undefined && [...partArrays, "dt"].includes(name);
  };
  const optional = wanted?.optional.filter((path) => names.includes(path)) ?? [];
  const paths = wanted ? [...wanted.paths, ...optional] : names.filter(isRecordings);
  const arrays = new Map<string, HostArray>();
  for (const path of paths) {
    const dataset = findDataset(reading, path, names);
    if (!arrays.has(path)) arrays.set(path, readDataset(reading, dataset, path));
  }
  const attributes = new Map<string, unknown>();
  for (const [key, attribute] of Object.entries(reading.file.attrs)) {
    if (metaKeys.includes(key)) attributes.set(key, attribute.value);
  }
  const isMatlab = names.slice(0, 1).some((name) => isOfMatlab(reading.file.get(name)));
  return { arrays, attributes, names: names.slice(0, 200), isMatlab };
}

/**
 * Refuse what does not start as HDF5 does, after a block of the user's of 512 bytes or a power of 2
 * times that.
 */
export function checkHdf5Magic(bytes: Uint8Array, where: string): void {
  const magic = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
  for (let at = 0; at < bytes.length; at = at === 0 ? 512 : 2 * at) {
    if (magic.every((byte, i) => bytes[at + i] === byte)) return;
  }
  throw unreadable(where, `${bytes.length} bytes that do not start as HDF5 does`);
}

/** Links may form circles, so depth and number are bounded. */
function listDatasets({ hdf5, file }: Reading): string[] {
  const names: string[] = [];
  let visits = 0;
  const visit = (group: Group, prefix: string, depth: number): void => {
    for (const name of group.keys()) {
      if (++visits > 10_000) return;
      const entity = tryGet(group, name);
      if (entity instanceof hdf5.Dataset) names.push(`${prefix}${name}`);
      else if (entity instanceof hdf5.Group && depth < 6 && name !== "#refs#") {
        visit(entity, `${prefix}${name}/`, depth + 1);
      }
    }
  };
  visit(file, "", 0);
  return names;
}

/** Whether the library has failed since it was loaded: then it may hold on to half-read objects. */
export const library: { hasFailed: boolean } = { hasFailed: false };

/** A link that leads nowhere is nothing to complain about until it is asked for. */
function tryGet(group: Group, name: string): Entity | null {
  try {
    return group.get(name);
  } catch (error) {
    library.hasFailed = true;
    const isCrash = error instanceof Error && error.name === "RuntimeError";
    if (isCrash) throw error;
    return null;
  }
}

function findDataset(reading: Reading, path: string, names: readonly string[]): Dataset {
  const { hdf5, file, where } = reading;
  const [, stem, cell] = /^(.*?)(?:\{(\d+)\})?$/s.exec(path) ?? [];
  const candidates = [path, stem, stem.replaceAll(".", "/")];
  for (const candidate of cell === undefined ? candidates : candidates.slice(1)) {
    const found = candidate === "" ? null : tryGet(file, candidate);
    if (!(found instanceof hdf5.Dataset)) continue;
    const target = cell === undefined ? found : dereference(reading, found, Number(cell), path);
    if (target instanceof hdf5.Dataset) return target;
  }
  throw fault("unreadable-file", {
    where,
    what: `there is no dataset '${path}'`,
    got: names.slice(0, 20).join(", ") || "no datasets",
    expected: "the path of a dataset, such as group/name",
    fix: "Name one of these",
  });
}

function dereference(reading: Reading, cells: Dataset, which: number, path: string) {
  const { metadata } = cells;
  if (metadata.type !== classes.reference || metadata.total_size < which || which < 1) return null;
  checkSize(reading, cells, path);
  return reading.file.dereference((cells.value as Reference[])[which - 1]);
}

const isOfMatlab = (entity: Entity | null): boolean =>
  entity !== null && "attrs" in entity && "MATLAB_class" in entity.attrs;

function readDataset(reading: Reading, dataset: Dataset, path: string): HostArray {
  const { where } = reading;
  checkFilters(dataset, path, where);
  const { metadata } = dataset;
  const shape = metadata.shape;
  if (!shape || !isReal(dataset)) throw notReal(dataset, path, where);
  checkSize(reading, dataset, path);
  const data = readNumbers(dataset);
  if (data === undefined || data.length !== sizeOf(shape)) throw notReal(dataset, path, where);
  if (metadata.size === 8 && metadata.type === classes.integer) checkExact(data, path, where);
  if (!isOfMatlab(dataset)) return { shape, data };
  // MATLAB's first axis is fastest: it names the axes the other way round than HDF5 does.
  const axes = [...shape].reverse();
  return { shape: axes, data: fromColumnMajor(data, axes) };
}

function checkFilters({ filters }: Dataset, path: string, where: string): void {
  const refused = filters.find(({ name }) => !readableFilters.includes(name));
  if (!refused) return;
  const name = filterNames[refused.id] ?? refused.name;
  throw fault("unreadable-file", {
    where,
    what: `the dataset ${path} is packed in a way that cannot be read safely`,
    got: `the filter ${name || `number ${refused.id}`}`,
    expected: "no filter, or gzip, shuffle or fletcher32",
    fix: `Repack the file: h5repack -f GZIP=4 old.h5 new.h5`,
  });
}

function isReal({ metadata, attrs }: Dataset): boolean {
  const { type, size, enum_type, virtual_sources } = metadata;
  const matlab = attrs.MATLAB_class?.value;
  if (matlab === "char" || "MATLAB_empty" in attrs || virtual_sources?.length) return false;
  if (type === classes.enumeration) return enum_type?.type === classes.integer && size === 1;
  if (type === classes.integer) return [1, 2, 4, 8].includes(size);
  return type === classes.float && [2, 4, 8].includes(size);
}

/** Memory is taken for the whole dataset and for one chunk: neither may exceed what a file holds. */
function checkSize({ fileBytes, where }: Reading, dataset: Dataset, path: string): void {
  const { shape, chunks, size } = dataset.metadata;
  const largest = Math.max(sizeOf(shape ?? []), sizeOf(chunks ?? []));
  checkUnpacked(largest * Math.max(size, 8), fileBytes, `the dataset ${path}`, where);
}

function readNumbers(dataset: Dataset): Float64Array | undefined {
  const { metadata } = dataset;
  const isHalf = metadata.type === classes.float && metadata.size === 2;
  // h5wasm knows no float16; as uint16 it hands out the same bits.
  if (isHalf) Object.assign(metadata, { type: classes.integer, signed: false });
  const value = dataset.value;
  if (typeof value === "number" || typeof value === "bigint") {
    return Float64Array.of(isHalf ? fromHalf(Number(value)) : Number(value));
  }
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  if (value instanceof Float64Array) return value;
  const convert = isHalf ? (bits: number | bigint) => fromHalf(Number(bits)) : Number;
  return Float64Array.from(value as ArrayLike<number | bigint>, convert);
}

function checkExact(data: Float64Array, path: string, where: string): void {
  const at = data.findIndex((value) => !Number.isSafeInteger(value));
  if (at < 0) return;
  throw fault("out-of-range", {
    where,
    what: `an integer of the dataset ${path} has no exact float64 value`,
    got: `about ${data[at]} at element ${at}`,
    expected: "a magnitude below 2^53",
    fix: "Write it as float64 if rounding is acceptable",
  });
}

function notReal(dataset: Dataset, path: string, where: string): Fault {
  const { shape, metadata } = dataset;
  const isComplex = metadata.type === classes.compound && metadata.compound_type?.nmembers === 2;
  return fault("unreadable-file", {
    where,
    what: `the dataset ${path} does not hold plain real numbers`,
    got: `${shape ? formatShape(shape) : "no shape"} of ${kindOf(dataset, isComplex)}`,
    expected: "integers up to 8 bytes, booleans, float16, float32 or float64",
    fix: isComplex
      ? "Write real and imaginary parts as two observables"
      : "Write it again as float64",
  });
}

const classNames: Readonly<Record<number, string>> = {
  0: "integers",
  1: "floating-point numbers",
  3: "text",
  4: "bit fields",
  5: "opaque bytes",
  6: "compounds",
  7: "references",
  8: "enumerations",
  9: "lists of various lengths",
  10: "arrays",
};

function kindOf({ metadata, attrs }: Dataset, isComplex: boolean): string {
  if (isComplex) return "pairs, as complex numbers are written";
  if (metadata.virtual_sources?.length) return "a virtual dataset, whose numbers are elsewhere";
  const matlab = attrs.MATLAB_class?.value;
  if (matlab !== undefined && "MATLAB_empty" in attrs) return `nothing (MATLAB class ${matlab})`;
  if (matlab === "char" || matlab === "cell") return `MATLAB class ${matlab}`;
  return `${classNames[metadata.type] ?? "an unknown class"} of ${metadata.size} bytes`;
}

/** The library's own errors are its C stack, 30 lines long: keep the innermost reason. */
function orUnreadable<T>(where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (isFault(error)) throw error;
    library.hasFailed = true;
    const lines = (error instanceof Error ? error.message : String(error)).split("\n");
    const reasons = lines.flatMap((line) => /#\d+: .*\(\): (.*)$/.exec(line)?.[1] ?? []);
    throw unreadable(where, (reasons.at(-1) ?? lines[0]) || "no reason given");
  }
}

/** That the bytes are not a sound HDF5 file. */
export const unreadable = (where: string, got: string): Fault =>
  fault("unreadable-file", {
    where,
    what: "this is not a readable HDF5 file",
    got,
    expected: "a complete HDF5 file",
    fix: "Copy the file again; if the program that wrote it was killed, record again",
  });
