// HDF5 files are read in a thread of their own, so that a damaged one can neither stop this one nor
// spoil the library for the files after it: fuzzing h5wasm 0.10.3 did both within 300 files.
import { Worker } from "node:worker_threads";
import { type FaultCode, type FaultDetails, fault } from "../base/index.ts";
import { fromContents, type ParseOptions } from "./contents.ts";
import { toHdf5Contents } from "./hdf5.ts";
import { checkHdf5Magic, type Hdf5Extract, type Hdf5Wanted, unreadable } from "./hdf5-extract.ts";
import type { Recording } from "./recording.ts";
import { unpackedLimit } from "./unpack.ts";

/** What the thread is asked. */
export interface Hdf5Request {
  readonly bytes: Uint8Array;
  readonly wanted?: Hdf5Wanted;
  readonly where: string;
  /** Most memory that the library may have, bytes. */
  readonly memoryLimit: number;
}

/** What the thread answers. */
export interface Hdf5Answer {
  readonly extract?: Hdf5Extract;
  readonly fault?: { readonly code: FaultCode; readonly details: FaultDetails };
  /** The library is not to be trusted with another file. */
  readonly hasFailed: boolean;
}

/** Of the library, before it has read anything. */
const ownMemory = 2 ** 26;
/** A thread that read a larger file keeps too much memory to be kept. */
const smallFile = 2 ** 24;

// The built file, from src as from dist: a thread runs JavaScript only.
const program = new URL("../../dist/data/hdf5-worker.node.js", import.meta.url);
let idle: Worker | undefined;

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
  const extract = await extractIsolated(bytes, undefined, where);
  return fromContents(toHdf5Contents(extract, where), { ...options, where });
}

/**
 * Read datasets from the bytes of an HDF5 file: `extractHdf5`, apart from everything else.
 *
 * @param wanted      Which datasets; left out, the arrays of a recording.
 * @param patienceMs  After which the reading is given up (default 20 s, and 1 s for each MiB).
 * @throws            `unreadable-file`, also where the library crashed or got lost.
 */
export async function extractIsolated(
  bytes: Uint8Array,
  wanted: Hdf5Wanted | undefined,
  where: string,
  patienceMs: number = 20_000 + bytes.length / 1000,
): Promise<Hdf5Extract> {
  checkHdf5Magic(bytes, where);
  const worker = takeWorker();
  const copy = bytes.slice();
  const memoryLimit = ownMemory + 2 * unpackedLimit(bytes.length);
  let isSound = false;
  try {
    const request: Hdf5Request = { bytes: copy, wanted, where, memoryLimit };
    const answer = await ask(worker, request, [copy.buffer], patienceMs);
    isSound = bytes.length <= smallFile && !answer.hasFailed;
    if (answer.fault) throw fault(answer.fault.code, answer.fault.details);
    return answer.extract as Hdf5Extract;
  } finally {
    if (isSound) keepWorker(worker);
    else void worker.terminate();
  }
}

function takeWorker(): Worker {
  const worker = idle ?? new Worker(program, { stderr: true, stdout: true, execArgv: [] });
  idle = undefined;
  worker.ref();
  return worker;
}

function keepWorker(worker: Worker): void {
  if (idle !== undefined) void worker.terminate();
  else {
    worker.unref();
    idle = worker;
  }
}

function ask(
  worker: Worker,
  request: Hdf5Request,
  transfer: ArrayBuffer[],
  patienceMs: number,
): Promise<Hdf5Answer> {
  const { where } = request;
  return new Promise((resolve, reject) => {
    const give = (got: string): void => settle(() => reject(unreadable(where, got)));
    const timer = setTimeout(() => give(`no end after ${patienceMs / 1000} s`), patienceMs);
    const onMessage = (answer: Hdf5Answer): void => settle(() => resolve(answer));
    const onError = (error: Error): void =>
      give(`a crash of the reading library (${error.message})`);
    const onExit = (code: number): void => give(`an exit of the reading thread (${code})`);
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      finish();
    };
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage(request, transfer);
  });
}
