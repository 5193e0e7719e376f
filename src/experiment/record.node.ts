import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fault } from "../base/index.ts";
import {
  describeRecording,
  formatSummary,
  hashRecording,
  holdsRecording,
  importArrays,
  importRecording,
  type Recording,
  type RecordingSummary,
  readRecording,
  writeAtomically,
  writeRecording,
} from "../data/index.ts";
import { formatReport, recordingReport } from "../report/index.ts";
import { programName } from "./host.node.ts";
import { checkLayout, isPlain } from "./import-layout.ts";
import { checkFree, readInput } from "./input.node.ts";
import { recordLoop } from "./loop-device.ts";
import { merge, type Plain, parseOverrides } from "./overrides.ts";
import { checkRecipe, planOf, readYaml } from "./recipe.ts";
import type { VerbContext } from "./verb.ts";

/** What came of a recording. */
export interface RecordedFile {
  readonly path: string;
  readonly summary: RecordingSummary;
  /** The summary for a terminal. */
  readonly text: string;
}

/** What to record. */
export interface RecordOptions {
  /** Kind of the device. */
  readonly device: string;
  /** A YAML file with the sections `device` and `record` of a recipe. */
  readonly plan?: string;
  /** "device.sigma=0.3", "record.repeats=100". */
  readonly settings?: readonly string[];
  readonly out: string;
  readonly seed: number;
}

/** Record a virtual device with the standard plan. */
export async function recordDevice(
  { device, plan, settings = [], out, seed }: RecordOptions,
  context: VerbContext,
): Promise<RecordedFile> {
  checkFree(out);
  const where = plan ?? "record";
  const file = plan === undefined ? {} : readYaml(await readText(plan), plan);
  const named = merge(merge({ device: { kind: device } }, file), parseOverrides(settings));
  const written = { ...named, name: "record", seed, task: { name: "sineSquare" } };
  const chosen = planOf(checkRecipe(written, where), undefined, () => 0);
  const recording = await recordLoop(chosen, context);
  await writeRecording(out, recording);
  return summaryOf(out, describeRecording(recording));
}

/** How files become one recording. */
export interface ImportOptions {
  readonly files: readonly string[];
  readonly out: string;
  /** A YAML file that says where things are in the files; docs/files.md lists its keys. */
  readonly map?: string;
  /** The same keys; they go before those of the file. */
  readonly layout?: Plain;
}

/** An imported recording. */
export interface ImportedFile extends RecordedFile {
  /** What was done to the samples. */
  readonly notes: readonly string[];
}

/** Make one recording of several files. */
export async function importFiles(options: ImportOptions): Promise<ImportedFile> {
  const { files, out, map, layout = {} } = options;
  checkFree(out);
  const written = map === undefined ? {} : readYaml(await readText(map), map);
  const chosen = checkLayout({ ...written, ...layout }, map ?? "data import");
  const isWhole = isPlain(chosen) && files.every(holdsRecording);
  const { recording, notes } = isWhole
    ? { recording: await readInput(importRecording(files, chosen)), notes: [] }
    : await readInput(importArrays(files, chosen));
  await writeRecording(out, recording);
  return { ...summaryOf(out, describeRecording(recording)), notes };
}

/** What is in a recording, and where its page was written. */
export interface DescribedFile extends RecordedFile {
  readonly report?: string;
}

/**
 * What is in a recording.
 *
 * @param path    Its file.
 * @param report  Where a page with its figures goes, if anywhere.
 * @throws        `bad-value` if something is there already.
 */
export async function describeFile(path: string, report?: string): Promise<DescribedFile> {
  if (report !== undefined) checkFree(report);
  const recording: Recording = await readInput(readRecording(path));
  const summary = describeRecording(recording);
  const described = summaryOf(path, summary);
  if (report === undefined) return described;
  const page = recordingReport(recording, summary, {
    title: `Recording ${basename(path)}`,
    provenance: await provenanceOf(recording, path),
  });
  await writeAtomically(report, formatReport(page));
  return { ...described, report };
}

async function provenanceOf(recording: Recording, path: string): Promise<Record<string, string>> {
  const { protocol, seed } = recording;
  return {
    program: await programName(),
    recording: path,
    "recording, sha256": hashRecording(recording),
    ...(protocol === undefined ? {} : { protocol: JSON.stringify(protocol) }),
    ...(seed === undefined ? {} : { seed: `${seed}` }),
  };
}

const summaryOf = (path: string, summary: RecordingSummary): RecordedFile => ({
  path,
  summary,
  text: `${path}\n${formatSummary(summary)}`,
});

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
