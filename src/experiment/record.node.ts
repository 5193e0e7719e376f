// Measuring what a plan asks for, so that whatever was measured survives.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fault, isFault } from "../base/index.ts";
import {
  describeRecording,
  formatSummary,
  gatherFrames,
  holdsRecording,
  moveIntoPlace,
  openFrames,
  packFrames,
  type RecordingSummary,
  readRecording,
} from "../data/index.ts";
import {
  countRuns,
  type Device,
  type DeviceDescription,
  lastStart,
  measureRuns,
  resetPolicy,
} from "../devices/index.ts";
import { checkFree } from "./input.node.ts";
import { checkBriefly, withDriver } from "./open-driver.node.ts";
import {
  createPartial,
  frameBlocks,
  framedRecording,
  hashPlan,
  isPacked,
  lockPartial,
  markPacked,
  noteResumed,
  packedOf,
  partialOf,
  type RecordingJob,
  type RecordRequest,
  readPartial,
  readResumed,
  removePartial,
} from "./partial-recording.node.ts";
import {
  type LoadedPlan,
  loadPlan,
  openSpec,
  type PlanSource,
  resolveLoaded,
  sweepDevice,
  sweptDevice,
  withRange,
} from "./plan.node.ts";
import { formatSlowed, formatSweep } from "./plan-explain.ts";
import { needsSweep } from "./plan-resolve.ts";
import type { VerbContext } from "./verb.ts";

/** What to record. */
export interface RecordOptions extends PlanSource {
  /** Ends in .h5, .hdf5 or .npz. */
  readonly out: string;
  /** Go on with what lies beside `out`, whatever plan is named. */
  readonly resume?: boolean;
}

/** What came of a recording. */
export interface RecordedFile {
  readonly path: string;
  readonly summary: RecordingSummary;
  /** The summary for a terminal. */
  readonly text: string;
}

/** Numbers that are summarised at the end; of a larger recording, its beginning. */
const summarised = 2 ** 22;

/**
 * Record a device as a plan says.
 *
 * Every run goes to `<out>.partial/` as it comes; the file is made of them at the end. The same call
 * goes on where it was stopped or killed, and the file is then the same bit for bit, since the noise
 * of a virtual device follows from the number of the run.
 *
 * @throws  As `loadPlan` and `resolvePlan`; `bad-value` if `out` is taken, or another recording lies
 *          beside it; `interrupted`, which says how to go on; whatever the device reports.
 */
export async function recordDevice(
  options: RecordOptions,
  context: VerbContext,
): Promise<RecordedFile> {
  const { out } = options;
  const folder = partialOf(out);
  checkEnding(out);
  if (isPacked(folder, out)) {
    await removePartial(folder);
    return summaryOf(out, describeRecording(await readRecording(out)));
  }
  checkFree(out);
  return withDriver(options.device, context, {}, async (driven) => {
    if (driven) await checkBriefly(driven, context);
    const job = await jobOf({ ...options, driven }, context);
    const release = await lockPartial(folder);
    try {
      await measureJob(job, driven, out, context);
      return await packJob(job, out, context);
    } finally {
      await release();
    }
  });
}

/** What to do: that of the folder, if it is what was asked for, or a new recording. */
async function jobOf(options: RecordOptions, context: VerbContext): Promise<RecordingJob> {
  const { out, resume = false, device } = options;
  const folder = partialOf(out);
  const stored = await readPartial(folder);
  if (resume && !stored) throw nothingToResume(out);
  if (resume && stored) {
    if (stored.request.device.kind !== device) throw otherRecording(out, stored, ["device"]);
    return stored;
  }
  const loaded = await loadPlan(options);
  const expected = await resolveLoaded(loaded);
  const { device: spec, seed, written } = loaded;
  const drives = hashPlan(expected.plan);
  const request: RecordRequest = { device: spec, seed, plan: written, drives };
  if (stored) {
    const differing = differencesOf(stored.request, request);
    if (differing.length > 0) throw otherRecording(out, stored, differing);
    return stored;
  }
  const swept = needsSweep(written) ? await findNow(loaded, options.driven, context) : undefined;
  const found = swept && { ...loaded, written: withRange(written, swept) };
  const { plan, slowed } = found ? await resolveLoaded(found, swept) : expected;
  for (const line of formatSlowed(slowed, loaded.description)) context.onRemark?.(line);
  const job = { request, description: loaded.description, plan };
  await createPartial(folder, job);
  return job;
}

async function findNow(loaded: LoadedPlan, driven: Device | undefined, context: VerbContext) {
  const swept = await sweepDevice(loaded, sweptDevice(loaded, driven), context);
  context.onRemark?.(formatSweep(swept));
  return swept;
}

function differencesOf(one: RecordRequest, other: RecordRequest): string[] {
  const keys = ["device", "seed", "plan", "drives"] as const;
  const text = (value: unknown): string => JSON.stringify(value);
  return keys.filter((key) => text(one[key]) !== text(other[key]));
}

/** Measure the runs that are missing. */
async function measureJob(
  job: RecordingJob,
  driven: Device | undefined,
  out: string,
  context: VerbContext,
): Promise<void> {
  const { plan } = job;
  const folder = partialOf(out);
  const device = openSpec(job.request.device, driven);
  const description = await device.describe();
  checkSameDescription(job, description, out);
  const total = countRuns(plan);
  const frames = openFrames(join(folder, "frames.bin"), frameBlocks(job));
  const from = frames.count;
  try {
    if (from > 0) await sayResumed(from, total, job, folder, context);
    await measureAll(device, job, {
      from,
      total,
      context,
      append: (values) => frames.append(values),
    });
  } catch (error) {
    const left = `${frames.count} of ${total} runs are kept in ${folder}`;
    if (isFault(error) && error.code === "interrupted") throw stopped(out, left);
    context.onRemark?.(`${left}; the same command goes on from there`);
    throw error;
  } finally {
    await frames.close();
    if (!driven) await device.stop();
  }
}

interface Measuring {
  readonly from: number;
  readonly total: number;
  readonly context: VerbContext;
  readonly append: (values: readonly Float64Array[]) => void;
}

function measureAll(
  device: Device,
  { plan }: RecordingJob,
  { from, total, context, append }: Measuring,
): Promise<void> {
  const { signal, onProgress } = context;
  return measureRuns(device, plan, {
    ...{ signal, from, isNumbered: true },
    onRun: ({ run, initial, response }) => {
      append(initial ? [initial, response.data] : [response.data]);
      onProgress?.({ stage: "record", done: run + 1, total, unit: "runs" });
    },
  });
}

async function sayResumed(
  from: number,
  total: number,
  { description, plan }: RecordingJob,
  folder: string,
  { onRemark }: VerbContext,
): Promise<void> {
  const missing = `${total - from} of ${total} runs are missing`;
  onRemark?.(`going on with ${folder}: ${from} runs were measured, ${missing}`);
  const start = lastStart(resetPolicy(description, plan), from);
  if (!description.canSeek) await noteResumed(folder, from);
  else if (start < from)
    onRemark?.(`its state follows from run ${start} on, which is driven again`);
}

/** Make the file of all runs, and remove the folder. */
async function packJob(
  job: RecordingJob,
  out: string,
  { onProgress }: VerbContext,
): Promise<RecordedFile> {
  const folder = partialOf(out);
  const framed = framedRecording(folder, job, await readResumed(folder));
  const bytes = framed.parts.reduce((sum, { drive, order, observables }) => {
    return sum + 8 * order.length * drive.shape[1] * observables;
  }, 0);
  const packed = packedOf(folder, out);
  await packFrames(packed, framed, (written) =>
    onProgress?.({ stage: "pack", done: Math.min(written, bytes), total: bytes, unit: "bytes" }),
  );
  const beginning = gatherFrames(framed, summarised);
  await markPacked(folder);
  await moveIntoPlace(packed, out);
  await removePartial(folder);
  const { path, summary, text } = summaryOf(out, describeRecording(beginning));
  const note =
    8 * summarised < bytes
      ? "\n(of the first sequences and repeats; `twinloom data info` reads them all)"
      : "";
  return { path, summary, text: `${text.trimEnd()}${note}` };
}

/** A file and what is in it. */
export const summaryOf = (path: string, summary: RecordingSummary): RecordedFile => ({
  path,
  summary,
  text: `${path}\n${formatSummary(summary)}`,
});

function checkEnding(out: string): void {
  if (holdsRecording(out)) return;
  throw fault("bad-value", {
    where: out,
    what: "the ending of the name does not say a format for recordings",
    got: `'${out}'`,
    expected: ".h5, .hdf5 or .npz",
    fix: "Choose a name such as rec.h5",
  });
}

function checkSameDescription(
  { description }: RecordingJob,
  now: DeviceDescription,
  out: string,
): void {
  if (JSON.stringify(description) === JSON.stringify(now)) return;
  throw fault("bad-value", {
    where: partialOf(out),
    what: "the device is not the one that was being recorded",
    got: now.identity,
    expected: `${description.identity}, with the same channels, limits and sampling step`,
    fix: "Connect that device, or record this one to another --out",
  });
}

const otherRecording = (out: string, stored: RecordingJob, differing: readonly string[]): Error => {
  const { request, description, plan } = stored;
  const frames = join(partialOf(out), "frames.bin");
  const measured = existsSync(frames)
    ? `${statSync(frames).size} bytes measured`
    : "nothing measured";
  const parts = plan.parts.map(({ name }) => name).join(", ");
  return fault("bad-value", {
    where: partialOf(out),
    what: "another recording was stopped here and is not complete",
    got: `${description.identity}, seed ${request.seed}, parts ${parts}, ${measured}; ${differing.join(", ")} not as asked for now`,
    expected: "the same device, seed and plan",
    fix: `To go on with that one: twinloom record ${request.device.kind} --resume -o ${out}. To record this one, choose another --out`,
  });
};

const nothingToResume = (out: string): Error =>
  fault("missing-file", {
    where: partialOf(out),
    what: "there is no recording to go on with",
    got: existsSync(out) ? `${out}, which is complete` : "no such folder",
    expected: "what a recording that was stopped left",
    fix: "Leave --resume out to start one, or correct --out",
  });

const stopped = (out: string, left: string): Error =>
  fault("interrupted", {
    where: out,
    what: "the recording was stopped",
    got: left,
    expected: "to go on to the end",
    fix: `Give the same command again, or: twinloom record <device> --resume -o ${out}`,
  });
