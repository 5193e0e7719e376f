// What a user hands to a verb is checked before any work is done for it.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fault, findNonFinite, type HostArray, isFault, unravel } from "../base/index.ts";
import type { Recording } from "../data/index.ts";
import type { Twin } from "../twin/index.ts";

/**
 * Read something that a user named.
 *
 * A number that is not finite is then the input's fault, not a computation's: the command line tells
 * the two apart by their codes.
 *
 * @throws  `bad-value` in place of `not-finite`; any other fault as it is.
 */
export async function readInput<Content>(reading: Promise<Content>): Promise<Content> {
  try {
    return await reading;
  } catch (error) {
    throw isFault(error) && error.code === "not-finite" ? fault("bad-value", error.details) : error;
  }
}

/**
 * Refuse a place that is taken before hours of work go there.
 *
 * @throws  `bad-value` if something is there.
 */
export function checkFree(path: string): void {
  if (!existsSync(path)) return;
  throw fault("bad-value", {
    where: path,
    what: "something is there already, and nothing is overwritten",
    got: "a path that exists",
    expected: "a path where nothing is",
    fix: "Choose another name with --out, or move away what is there",
  });
}

/**
 * Refuse a drive without samples, or with one that is not a number.
 *
 * @param where  Its file.
 * @throws       `bad-value`.
 */
export function checkDrive({ shape, data }: HostArray, where: string): void {
  const at = findNonFinite(data);
  if (data.length > 0 && at < 0) return;
  const isEmpty = data.length === 0;
  throw fault("bad-value", {
    where,
    what: isEmpty ? "the drive is empty" : "the drive is not finite",
    got: isEmpty ? `[${shape.join(", ")}]` : `${data[at]} at [${unravel(at, shape).join(", ")}]`,
    expected: isEmpty ? "at least one sample" : "finite numbers",
    fix: isEmpty ? "Write a drive with samples to the file" : "Repair the sample, or cut it off",
  });
}

/**
 * Refuse a recording that is not of a device like that of the twin.
 *
 * @param where  The recording's file.
 * @throws       `shape-mismatch` for other numbers of channels; `bad-value` for another step.
 */
export function checkSameDevice(twin: Twin, recording: Recording, where: string): void {
  const channels = (of: Pick<Twin, "inputs" | "observables">): string =>
    `inputs ${of.inputs.length}, observables ${of.observables.length}`;
  if (channels(twin) !== channels(recording)) {
    throw fault("shape-mismatch", {
      where,
      what: "the recording does not fit the twin",
      got: channels(recording),
      expected: channels(twin),
      fix: "Judge the twin by a recording of the device that it was fitted to",
    });
  }
  if (Math.abs(recording.dt / twin.dt - 1) < 1e-6) return;
  throw fault("bad-value", {
    where,
    what: "the recording was sampled at another step than the twin's",
    got: `${recording.dt} s`,
    expected: `${twin.dt} s`,
    fix: "Record again at the twin's sampling step, or fit a twin to this recording",
  });
}

/** Read a text file that a user named. */
export async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw fault("missing-file", {
      where: path,
      what: "the file cannot be read",
      got: error.code ?? String(error),
      expected: "a YAML file",
      fix: "Check the path; the program comes with recipes in recipes/",
    });
  });
}
