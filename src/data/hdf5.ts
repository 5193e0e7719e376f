// A recording as HDF5. h5wasm is loaded on first use and works in its own in-memory file system.
import type { File, Group } from "h5wasm";
import { fault, type HostArray } from "../base/index.ts";
import { type Contents, type Sha256, toContents } from "./contents.ts";
import type { Hdf5Extract } from "./hdf5-extract.ts";
import { partAxes, type Recording } from "./recording.ts";

type Hdf5 = typeof import("h5wasm");

const fileName = "recording.h5";

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

/** Keep a number, a text, or anything else as JSON text; nothing of `undefined`. */
export function writeAttribute(file: File, key: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value === "number") file.create_attribute(key, value, null, "<d");
  else file.create_attribute(key, typeof value === "string" ? value : JSON.stringify(value));
}

const numberKeys: readonly string[] = ["dt", "carrierPeriod", "seed"];
const textKeys: readonly string[] = ["sha256"];

/**
 * What an HDF5 file holds as a recording sees it: attributes that are JSON text parsed.
 *
 * @throws  `unreadable-file` if one is no JSON text.
 */
export function toHdf5Contents({ arrays, attributes }: Hdf5Extract, where: string): Contents {
  const meta: Record<string, unknown> = {};
  for (const [key, value] of attributes) {
    if (numberKeys.includes(key)) meta[key] = toNumber(value);
    else meta[key] = textKeys.includes(key) ? value : parseJson(key, value, where);
  }
  return { arrays, meta };
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
