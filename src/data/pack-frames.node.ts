import { open, rename, rm } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { createArray, type FaultCode, type FaultDetails, fault } from "../base/index.ts";
import { writeRecording } from "./files.node.ts";
import { readFrames } from "./frames.node.ts";
import { blocksOf, type FramedPart, type FramedRecording } from "./hdf5-pack.node.ts";
import type { Recording, RecordingPart } from "./recording.ts";

/** What the packing thread is asked. */
export interface PackRequest {
  readonly recording: FramedRecording;
  readonly path: string;
}

/** What the packing thread answers, several times. */
export interface PackAnswer {
  /** Bytes of responses written since the last answer. */
  readonly written?: number;
  readonly isDone?: true;
  readonly fault?: { readonly code: FaultCode; readonly details: FaultDetails };
}

// The built file, from src as from dist: a thread runs JavaScript only.
const program = new URL("../../dist/data/hdf5-pack-worker.node.js", import.meta.url);

/**
 * Make a recording's file of its frames, to the last bit on the disk; the frames stay.
 *
 * An .h5 is streamed in a thread of its own, with memory for the drives and little more; equal
 * recordings give equal bytes. An .npz is put together in memory.
 *
 * @param path       Ends in .h5, .hdf5 or .npz; replaced if it exists.
 * @param onWritten  Called with the bytes of responses written so far.
 * @throws           `unreadable-file` if a frame is missing or damaged; `missing-file` if the file
 *                   cannot be written; `bad-value` for another ending.
 */
export async function packFrames(
  path: string,
  recording: FramedRecording,
  onWritten?: (bytes: number) => void,
): Promise<void> {
  await rm(path, { force: true });
  if ([".h5", ".hdf5"].includes(extname(path).toLowerCase())) {
    await pack({ recording, path: resolve(path) }, onWritten);
    await syncPath(path);
  } else await writeRecording(path, gatherFrames(recording));
}

/** Give a finished file its name, for good. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await rename(from, to);
  // Windows has no such thing for folders.
  if (process.platform !== "win32") await syncPath(dirname(resolve(to)));
}

/**
 * A recording put together in memory, or the beginning of it.
 *
 * @param most  Numbers that its responses may take; beyond, only the first sequences and repeats of
 *              each part are read. Default all.
 */
export function gatherFrames(recording: FramedRecording, most: number = Infinity): Recording {
  const { facts, parts } = recording;
  const sizes = parts.map(({ drive, order, observables }) => {
    return order.length * drive.shape[1] * observables;
  });
  const share = Math.min(1, most / sizes.reduce((sum, size) => sum + size, 0));
  const frames = readFrames(recording.frames, blocksOf(parts));
  try {
    const gather = (part: FramedPart): RecordingPart => gatherPart(part, frames.read, share);
    return { ...facts, parts: parts.map(gather) };
  } finally {
    frames.close();
  }
}

function gatherPart(
  part: FramedPart,
  read: (frame: number) => Float64Array,
  share: number,
): RecordingPart {
  const { name, drive, observables, hasInitial, firstFrame } = part;
  const [all, time, inputs] = drive.shape;
  // Repeats first: noise is known from few sequences, drives are not known from one.
  const repeats = Math.max(1, Math.min(part.repeats, Math.ceil(part.repeats * share * 4)));
  const sequences = Math.max(1, Math.floor((all * part.repeats * share) / repeats));
  const response = createArray([sequences, repeats, time, observables]);
  const initial = createArray([sequences, repeats, observables]);
  const order = new Int32Array(sequences * repeats);
  for (let n = 0; n < sequences; n++) {
    for (let r = 0; r < repeats; r++) {
      const row = n * repeats + r;
      order[row] = part.order[n * part.repeats + r];
      const frame = read(firstFrame + order[row]);
      const measured = frame.subarray(hasInitial ? observables : 0);
      response.data.set(measured, row * measured.length);
      if (hasInitial) initial.data.set(frame.subarray(0, observables), row * observables);
    }
  }
  const driven = createArray(
    [sequences, time, inputs],
    drive.data.subarray(0, sequences * time * inputs),
  );
  return { name, drive: driven, response, order, ...(hasInitial ? { initial } : {}) };
}

function pack(request: PackRequest, onWritten?: (bytes: number) => void): Promise<void> {
  const worker = new Worker(program, { workerData: request, stderr: true, stdout: true });
  let written = 0;
  return new Promise((resolve, reject) => {
    const fail = (got: string): void => reject(cannotPack(request.path, got));
    worker.on("message", (answer: PackAnswer) => {
      written += answer.written ?? 0;
      if (answer.written) onWritten?.(written);
      if (answer.fault) reject(fault(answer.fault.code, answer.fault.details));
      if (answer.isDone) resolve();
    });
    worker.on("error", (error) => fail(error.message));
    worker.on("exit", (code) => fail(`an exit of the packing thread (${code})`));
  });
}

const cannotPack = (path: string, got: string): Error =>
  fault("missing-file", {
    where: path,
    what: "the file cannot be written",
    got,
    expected: "a folder with space for it and the right to write",
    fix: "Free some space and start again: what was measured is kept beside it",
  });

async function syncPath(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
