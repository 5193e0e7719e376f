import { createHash, randomUUID } from "node:crypto";
import { access, open, readFile, rename, rm } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { fault, type HostArray } from "../base/index.ts";
import { dataChunks, type ParseOptions, type Sha256 } from "./contents.ts";
import { formatHdf5Recording } from "./hdf5.ts";
import { parseHdf5Recording } from "./hdf5-isolated.node.ts";
import { type ImportOptions, joinRecordings } from "./import.ts";
import { type ArrangeOptions, arrangeRecording, type ImportedRecording } from "./import-arrays.ts";
import { formatNpy, type NpyType, parseNpy } from "./npy.ts";
import { formatNpzRecording, parseNpzRecording } from "./npz-recording.ts";
import { checkRecording, type Recording } from "./recording.ts";
import { openArrays } from "./sources.node.ts";

/** How to write a file. */
export interface WriteOptions {
  /** Replace a file that exists (default false: refuse). */
  readonly overwrite?: boolean;
}

interface RecordingFormat {
  readonly parse: (bytes: Uint8Array, options: ParseOptions) => Promise<Recording> | Recording;
  readonly format: (recording: Recording, sha256: Sha256) => Promise<Uint8Array> | Uint8Array;
}

const hdf5: RecordingFormat = { parse: parseHdf5Recording, format: formatHdf5Recording };
const formats: Readonly<Record<string, RecordingFormat>> = {
  ".h5": hdf5,
  ".hdf5": hdf5,
  ".npz": { parse: parseNpzRecording, format: formatNpzRecording },
};

/** SHA-256 of all chunks in order, in hexadecimal. */
export const sha256: Sha256 = (chunks) => {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
};

/** SHA-256 of the data of a recording: the same in memory, in .h5 and in .npz. */
export function hashRecording(recording: Recording): string {
  return sha256(dataChunks(recording));
}

/**
 * Read and check a recording.
 *
 * @param path  A file ending in .h5, .hdf5 or .npz; a bare .npz becomes one part named by the file.
 * @throws      `missing-file`, `unreadable-file`, and what `checkRecording` throws.
 */
export async function readRecording(path: string): Promise<Recording> {
  const format = formatOf(path);
  return format.parse(await readBytes(path), { sha256, where: path, partName: stem(path) });
}

/**
 * Check a recording and write it, whole or not at all.
 *
 * @param path     Ends in .h5, .hdf5 or .npz, which decides the format.
 * @param options  `overwrite` (default false).
 * @throws         What `checkRecording` and {@link writeAtomically} throw.
 */
export async function writeRecording(
  path: string,
  recording: Recording,
  options: WriteOptions = {},
): Promise<void> {
  const format = formatOf(path);
  checkRecording(recording, `writing ${path}`);
  if (!options.overwrite) await refuseExisting(path);
  await writeAtomically(path, await format.format(recording, sha256), options);
}

/**
 * Make one recording of several files, each one or more parts, in the order given.
 *
 * A bare .npz (`drive`, `response`, `dt`) becomes a part named by its file. A whole recording keeps
 * its parts; with several files they are named `<file>.<part>`.
 *
 * @param paths    Files ending in .npz, .h5 or .hdf5.
 * @param options  `dt` where a bare file holds none, s; `inputs` and `observables` to name channels.
 * @throws         As {@link readRecording}; `bad-value` if the files do not fit together.
 */
export async function importRecording(
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<Recording> {
  const sources = [];
  for (const path of paths) {
    const parse = { sha256, where: path, partName: stem(path), dt: options.dt };
    const recording = await formatOf(path).parse(await readBytes(path), parse);
    sources.push({ name: stem(path), recording });
  }
  return joinRecordings(sources, options);
}

/**
 * Make one recording of files of any layout: .mat, .csv, .h5 and .npz, by the names of their arrays.
 *
 * @param paths    In order.
 * @param options  Where things are, what the files are to one another, and what to do about
 *                 irregular times and missing samples.
 * @returns        The recording, and what was done to its samples.
 * @throws         `missing-file`, `unreadable-file`, `shape-mismatch`, `bad-value` or `not-finite`.
 */
export async function importArrays(
  paths: readonly string[],
  options: ArrangeOptions = {},
): Promise<ImportedRecording> {
  const files = [];
  for (const path of paths) {
    const source = await openArrays(path, await readBytes(path), options);
    files.push({ name: stem(path), where: path, source });
  }
  return arrangeRecording(files, options);
}

/** Whether a file is a recording as it is, or has to be told apart by a layout. */
export function holdsRecording(path: string): boolean {
  return Object.hasOwn(formats, extname(path).toLowerCase());
}

/** Read an array from a .npy file. Throws `missing-file`, `unreadable-file` or `out-of-range`. */
export async function readArray(path: string): Promise<HostArray> {
  return parseNpy(await readBytes(path), path).array;
}

/**
 * Write an array to a .npy file, whole or not at all.
 *
 * @param options  `overwrite` (default false); `dtype` (default "f8").
 * @throws         `out-of-range` if a value does not fit `dtype`; as {@link writeAtomically}.
 */
export async function writeArray(
  path: string,
  array: HostArray,
  options: WriteOptions & { readonly dtype?: NpyType } = {},
): Promise<void> {
  await writeAtomically(path, formatNpy(array, options.dtype), options);
}

/**
 * Write a file that is never seen half-written: to a temporary name beside it, to the disk, then
 * renamed.
 *
 * @param path     In a folder that exists.
 * @param content  Bytes, or text to be written as UTF-8.
 * @param options  `overwrite` (default false).
 * @throws         `bad-value` if the file exists and may not be replaced; `missing-file` if the
 *                 folder does not exist or cannot be written to.
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string,
  options: WriteOptions = {},
): Promise<void> {
  if (!options.overwrite) await refuseExisting(path);
  const temporary = `${path}.${randomUUID().slice(0, 8)}.partial`;
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fault("missing-file", {
      where: path,
      what: "the file cannot be written",
      got: systemReason(error),
      expected: "a folder that exists, with space and the right to write",
      fix: "Create the folder, free some space, or choose another place",
    });
  }
}

async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw fault("bad-value", {
    where: path,
    what: "the file exists already",
    got: "a write that would replace it",
    expected: "a new name",
    fix: "Choose another name, or ask for overwrite",
  });
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw fault(isMissing ? "missing-file" : "unreadable-file", {
      where: path,
      what: isMissing ? "there is no such file" : "the file cannot be read",
      got: systemReason(error),
      expected: "a file that exists and may be read, smaller than 2 GiB",
      fix: isMissing ? "Check the path and the folder you are in" : "Check the file and its rights",
    });
  }
}

function systemReason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function formatOf(path: string): RecordingFormat {
  const ending = extname(path).toLowerCase();
  if (Object.hasOwn(formats, ending)) return formats[ending];
  throw fault("bad-value", {
    where: path,
    what: "the ending of the name does not say a format for recordings",
    got: ending === "" ? "no ending" : ending,
    expected: Object.keys(formats).join(", "),
    fix: "Make a recording of it first: twinloom data import",
  });
}

function stem(path: string): string {
  return basename(resolve(path), extname(path));
}
