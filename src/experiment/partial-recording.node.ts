// A recording that is being measured: the folder `rec.h5.partial` beside the file that it will become.
//   drive-0.npy, order-0.npy ...   drives and order of acquisition of every part
//   plan.json                      what was asked for, the device, and the plan; written last
//   frames.bin                     every run as it came, only ever appended to
//   resumed.json                   where a device that cannot seek was left and taken up again
//   packed.h5, packed              the file before it gets its name; that it was whole
//   lock                           the process that is measuring
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { createArray, fault } from "../base/index.ts";
import {
  blocksOf,
  type FramedPart,
  type FramedRecording,
  readArray,
  sha256,
  writeArray,
  writeAtomically,
} from "../data/index.ts";
import {
  type DeviceDescription,
  type DeviceSpec,
  keepsInitial,
  type PlannedPart,
  type RecordingPlan,
  recordingFacts,
  runsOf,
} from "../devices/index.ts";
import type { DrivenSpec } from "./plan.node.ts";
import type { WrittenPlan } from "./plan-file.ts";

/** What was asked for: the same request goes on, another one is refused. */
export interface RecordRequest {
  readonly device: DeviceSpec | DrivenSpec;
  readonly seed: number;
  readonly plan: WrittenPlan;
  /** SHA-256 of the drives and orders, which covers files that the plan names. */
  readonly drives: string;
}

/** Everything that a recording needs to go on. */
export interface RecordingJob {
  readonly request: RecordRequest;
  readonly description: DeviceDescription;
  readonly plan: RecordingPlan;
}

/** The folder of the recording that will be `out`. */
export const partialOf = (out: string): string => `${out}.partial`;

/** SHA-256 of all drives and orders of a plan. */
export function hashPlan({ parts }: RecordingPlan): string {
  return sha256(
    parts.flatMap(({ drive: { data }, order }) =>
      [data, ...(order ? [order] : [])].map(
        ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
      ),
    ),
  );
}

/** A recording as it lies in its folder. */
export function framedRecording(
  folder: string,
  { description, plan }: RecordingJob,
  resumed: readonly number[],
): FramedRecording {
  let firstFrame = 0;
  const parts = plan.parts.map((part): FramedPart => {
    const framed = {
      ...{ name: part.name, drive: part.drive, repeats: part.repeats, firstFrame },
      observables: description.observables.length,
      hasInitial: keepsInitial(description, plan, part),
      order: turnsOf(part),
    };
    firstFrame += runsOf(part);
    return framed;
  });
  const taken = resumed.length > 0 ? { takenUpBeforeRuns: resumed } : {};
  const protocol = { ...plan.protocol, ...taken };
  const facts = recordingFacts(description, { ...plan, protocol });
  return { facts, parts, frames: join(folder, "frames.bin") };
}

/** Position in the order of acquisition of each (sequence, repeat): the inverse of `part.order`. */
function turnsOf(part: PlannedPart): Int32Array {
  const runs = runsOf(part);
  const sequences = part.drive.shape[0];
  const turns = new Int32Array(runs);
  for (let turn = 0; turn < runs; turn++) {
    const inRounds = (turn % sequences) * part.repeats + Math.floor(turn / sequences);
    turns[part.order?.[turn] ?? inRounds] = turn;
  }
  return turns;
}

interface StoredPart {
  readonly name: string;
  readonly repeats: number;
  readonly warmUp?: number;
  readonly hasOrder: boolean;
}

interface StoredJob extends Omit<RecordingJob, "plan"> {
  readonly schemaVersion: 1;
  readonly plan: Omit<RecordingPlan, "parts"> & { readonly parts: readonly StoredPart[] };
}

/** Make the folder with all that is needed to measure, before anything is measured. */
export async function createPartial(folder: string, job: RecordingJob): Promise<void> {
  await mkdir(folder, { recursive: true });
  const parts: StoredPart[] = [];
  for (const [i, { drive, order, ...part }] of job.plan.parts.entries()) {
    await writeArray(join(folder, `drive-${i}.npy`), drive, { overwrite: true });
    if (order) {
      const array = createArray([order.length], order);
      await writeArray(join(folder, `order-${i}.npy`), array, { overwrite: true });
    }
    parts.push({ ...part, hasOrder: order !== undefined });
  }
  const stored: StoredJob = { schemaVersion: 1, ...job, plan: { ...job.plan, parts } };
  await writeAtomically(join(folder, "plan.json"), `${JSON.stringify(stored, undefined, 2)}\n`);
}

/**
 * Read what a folder holds of a recording that was stopped.
 *
 * @returns  Nothing where there is no folder, or one in which nothing was measured yet.
 * @throws   `unreadable-file` if the folder is none of ours or was damaged.
 */
export async function readPartial(folder: string): Promise<RecordingJob | undefined> {
  if (!existsSync(folder)) return undefined;
  const place = join(folder, "plan.json");
  if (!existsSync(place)) {
    const names = await readdir(folder).catch(() => ["a file"]);
    const foreign = names.find(
      (name) => !/^((drive|order)-\d+\.npy.*|plan\.json\..*|lock)$/.test(name),
    );
    if (foreign === undefined) return undefined;
    throw unreadable(folder, `${foreign}, and no plan.json`);
  }
  const stored = parseJob(await readFile(place, "utf8"), place);
  const parts: PlannedPart[] = [];
  for (const [i, { hasOrder, ...part }] of stored.plan.parts.entries()) {
    const drive = await readArray(join(folder, `drive-${i}.npy`));
    const order = hasOrder
      ? { order: Int32Array.from((await readArray(join(folder, `order-${i}.npy`))).data) }
      : {};
    parts.push({ ...part, drive, ...order });
  }
  const { request, description } = stored;
  return { request, description, plan: { ...stored.plan, parts } };
}

function parseJob(text: string, place: string): StoredJob {
  let stored: Partial<StoredJob> = {};
  try {
    stored = JSON.parse(text) as Partial<StoredJob>;
  } catch {
    throw unreadable(place, `${text.length} characters that are not JSON`);
  }
  if (stored.schemaVersion === 1) return stored as StoredJob;
  throw unreadable(place, `version ${stored.schemaVersion}`);
}

/** Runs before which a device that cannot seek was taken up again. */
export async function readResumed(folder: string): Promise<number[]> {
  const place = join(folder, "resumed.json");
  return existsSync(place) ? (JSON.parse(await readFile(place, "utf8")) as number[]) : [];
}

/** Note that such a device goes on before a run. */
export async function noteResumed(folder: string, run: number): Promise<void> {
  const runs = [...(await readResumed(folder)), run];
  await writeAtomically(join(folder, "resumed.json"), JSON.stringify(runs), { overwrite: true });
}

/** Frame sizes of a job. */
export function frameBlocks(job: RecordingJob): ReturnType<typeof blocksOf> {
  return blocksOf(framedRecording("", job, []).parts);
}

/**
 * Keep a second process from measuring into the same folder.
 *
 * A lock whose process is gone, or had this one's number, was left by a process that was killed.
 *
 * @returns  Takes the lock away.
 * @throws   `bad-value` if a living process holds it.
 */
export async function lockPartial(folder: string): Promise<() => Promise<void>> {
  const place = join(folder, "lock");
  const holder = Number(await readFile(place, "utf8").catch(() => ""));
  if (holder > 0 && holder !== process.pid && isAlive(holder)) {
    throw fault("bad-value", {
      where: folder,
      what: "another process is measuring this recording",
      got: `process ${holder}`,
      expected: "one process at a time",
      fix: `Wait for its end; if no process ${holder} measures anything, delete ${place}`,
    });
  }
  await writeFile(place, `${process.pid}`);
  return () => rm(place, { force: true });
}

function isAlive(process_: number): boolean {
  try {
    return process.kill(process_, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The file that is made of the runs, before it gets its name. */
export const packedOf = (folder: string, out: string): string =>
  join(folder, `packed${extname(out)}`);

/** Say that the file is whole, just before it gets its name. */
export async function markPacked(folder: string): Promise<void> {
  await writeAtomically(join(folder, "packed"), "", { overwrite: true });
}

/** Whether `out` is the file of this folder, which was stopped while it was being removed. */
export function isPacked(folder: string, out: string): boolean {
  const isMoved = existsSync(join(folder, "packed")) && !existsSync(packedOf(folder, out));
  return existsSync(out) && isMoved;
}

/** Remove the folder of a recording whose file is complete; the mark last, in case this is stopped. */
export async function removePartial(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((one) => one !== "packed")) await rm(join(folder, name));
  await rm(join(folder, "packed"), { force: true });
  await rmdir(folder);
}

const unreadable = (where: string, got: string): Error =>
  fault("unreadable-file", {
    where,
    what: "this is not a recording that was stopped",
    got,
    expected: "a folder that `twinloom record` made, with its plan.json",
    fix: "Move it away, or choose another name with --out",
  });
