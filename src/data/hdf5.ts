// HDF5 through h5wasm, which is loaded on first use and works in its own in-memory file system.
// Its filters: gzip, shuffle and fletcher32 are read rightly; an LZF dataset comes back as garbage
// without an error, so whatever is not on the list is refused by name.
import type { Dataset, File, Group } from "h5wasm";
import { fault, formatShape, type HostArray, isFault } from "../base/index.ts";
import {
  type Contents,
  fromContents,
  type ParseOptions,
  partArrays,
  type Sha256,
  toContents,
} from "./contents.ts";
import { partAxes, type Recording } from "./recording.ts";

type Hdf5 = typeof import("h5wasm");

const readableFilters: readonly string[] = ["deflate", "shuffle", "fletcher32"];
const fileName = "recording.h5";

/**
 * Read a recording from the bytes of an HDF5 file, ours or one written by h5py or MATLAB.
 *
 * @param bytes    The whole file.
 * @param options  `sha256`, against which the data are verified where the file states one;
 *                 `where`; `partName` and `dt` for a bare file (drive and response at the root).
 * @throws         `unreadable-file`, `shape-mismatch`, `bad-value` or `not-finite`.
 */
export async function parseHdf5Recording(
  bytes: Uint8Array,
  options: ParseOptions,
): Promise<Recording> {
  const { where = "parseHdf5Recording" } = options;
  const hdf5 = await load();
  return fromContents(readContents(hdf5, bytes, where), { ...options, where });
}

/**
 * The bytes of an HDF5 file that holds the whole recording: one group per part, axis names on every
 * dataset, the rest as attributes of the root (numbers, or JSON text).
 *
 * float64 without compression: exact, and gzip takes 40 times longer to save 5 % of a noisy signal.
 */
export async function formatHdf5Recording(
  recording: Recording,
  sha256: Sha256,
): Promise<Uint8Array> {
  const hdf5 = await load();
  const { FS } = await hdf5.ready;
  const { arrays, meta } = toContents(recording, sha256);
  try {
    const file = new hdf5.File(fileName, "w");
    try {
      for (const { name } of recording.parts) file.create_group(name);
      for (const [path, array] of arrays) writeDataset(file, path, array);
      for (const [key, value] of Object.entries(meta)) writeAttribute(file, key, value);
    } finally {
      file.close();
    }
    return FS.readFile(fileName);
  } finally {
    removeFile(FS);
  }
}

async function load(): Promise<Hdf5> {
  const hdf5 = await import("h5wasm");
  const module = await hdf5.ready;
  module.activate_throwing_error_handler();
  return hdf5;
}

function removeFile(FS: NonNullable<Hdf5["FS"]>): void {
  if (FS.analyzePath(fileName).exists) FS.unlink(fileName);
}

function writeDataset(file: File, path: string, array: HostArray): void {
  const [part, field] = path.split("/");
  const isWhole = field === "length" || field === "order";
  const dataset = (file.get(part) as Group).create_dataset({
    name: field,
    data: isWhole ? Int32Array.from(array.data) : array.data,
    shape: [...array.shape],
  });
  partAxes[field as keyof typeof partAxes].forEach((axis, i) => {
    dataset.set_dimension_label(i, axis);
  });
}

function writeAttribute(file: File, key: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value === "number") file.create_attribute(key, value, null, "<d");
  else file.create_attribute(key, typeof value === "string" ? value : JSON.stringify(value));
}

function readContents(hdf5: Hdf5, bytes: Uint8Array, where: string): Contents {
  const FS = hdf5.FS as NonNullable<Hdf5["FS"]>;
  const isHdf5 = [0x89, 0x48, 0x44, 0x46].every((byte, i) => bytes[i] === byte);
  if (!isHdf5) throw unreadable(where, `${bytes.length} bytes that do not start as HDF5 does`);
  try {
    FS.writeFile(fileName, bytes);
    const file = orUnreadable(where, () => new hdf5.File(fileName, "r"));
    try {
      return orUnreadable(where, () => {
        return { arrays: readArrays(hdf5, file, where), meta: readMeta(file, where) };
      });
    } finally {
      file.close();
    }
  } finally {
    removeFile(FS);
  }
}

function readArrays(hdf5: Hdf5, file: File, where: string): Map<string, HostArray> {
  const arrays = new Map<string, HostArray>();
  const collect = (group: Group, prefix: string): void => {
    for (const name of group.keys()) {
      const entity = group.get(name);
      const path = `${prefix}${name}`;
      if (entity instanceof hdf5.Group && prefix === "") collect(entity, `${name}/`);
      else if (entity instanceof hdf5.Dataset && [...partArrays, "dt"].includes(name)) {
        arrays.set(path, readDataset(entity, path, where));
      }
    }
  };
  collect(file, "");
  return arrays;
}

function readDataset(dataset: Dataset, path: string, where: string): HostArray {
  const refused = dataset.filters.find((filter) => !readableFilters.includes(filter.name));
  if (refused) {
    throw fault("unreadable-file", {
      where,
      what: `the dataset ${path} is packed in a way that cannot be read safely`,
      got: `the filter ${refused.name || `number ${refused.id}`}`,
      expected: "no filter, or gzip, shuffle or fletcher32",
      fix: `Repack the file: h5repack -f GZIP=4 old.h5 new.h5`,
    });
  }
  const { shape, metadata, dtype } = dataset;
  const isReal = metadata.type === 0 || (metadata.type === 1 && metadata.size >= 4);
  const value = isReal && shape ? dataset.value : undefined;
  if (shape && (typeof value === "number" || typeof value === "bigint")) {
    return { shape, data: Float64Array.of(Number(value)) };
  }
  if (shape && ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    if (value instanceof Float64Array) return { shape, data: value };
    return { shape, data: Float64Array.from(value as ArrayLike<number | bigint>, Number) };
  }
  throw fault("unreadable-file", {
    where,
    what: `the dataset ${path} does not hold plain real numbers`,
    got: `${shape ? formatShape(shape) : "no shape"} of type ${JSON.stringify(dtype)}`,
    expected: "integers, float32 or float64",
    fix: "Write it again as float64",
  });
}

const textKeys: readonly string[] = ["sha256"];
const jsonKeys: readonly string[] = [
  "inputs",
  "observables",
  "parts",
  "device",
  "protocol",
  "versions",
];
const numberKeys: readonly string[] = ["dt", "carrierPeriod", "seed"];

function readMeta(file: File, where: string): Record<string, unknown> {
  const meta: Record<string, unknown> = {};
  for (const [key, attribute] of Object.entries(file.attrs)) {
    if (![...textKeys, ...jsonKeys, ...numberKeys].includes(key)) continue;
    const { value } = attribute;
    if (jsonKeys.includes(key)) meta[key] = parseJson(key, value, where);
    else if (numberKeys.includes(key)) meta[key] = toNumber(value);
    else meta[key] = value;
  }
  return meta;
}

/** h5py writes a number as a scalar, MATLAB as an array of one. */
function toNumber(value: unknown): unknown {
  const single = ArrayBuffer.isView(value) ? (value as Float64Array)[0] : value;
  return typeof single === "bigint" ? Number(single) : single;
}

function parseJson(key: string, value: unknown, where: string): unknown {
  try {
    if (typeof value === "string") return JSON.parse(value);
  } catch {
    // falls through to the fault below
  }
  throw fault("unreadable-file", {
    where,
    what: `the attribute ${key} is not JSON text`,
    got: String(value).slice(0, 60),
    expected: "a string written by json.dumps",
    fix: `Write it with file.attrs["${key}"] = json.dumps(...)`,
  });
}

/** The library's own errors are its C stack, 30 lines long: keep the innermost reason. */
function orUnreadable<T>(where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (isFault(error)) throw error;
    const lines = (error instanceof Error ? error.message : String(error)).split("\n");
    const reasons = lines.flatMap((line) => /#\d+: .*\(\): (.*)$/.exec(line)?.[1] ?? []);
    throw unreadable(where, reasons.at(-1) ?? lines[0]);
  }
}

const unreadable = (where: string, got: string): Error =>
  fault("unreadable-file", {
    where,
    what: "this is not a readable HDF5 file",
    got,
    expected: "a complete HDF5 file",
    fix: "Copy the file again; if the program that wrote it was killed, record again",
  });
