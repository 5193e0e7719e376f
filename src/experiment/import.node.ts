import { basename } from "node:path";
import {
  describeRecording,
  hashRecording,
  holdsRecording,
  importArrays,
  importRecording,
  type Recording,
  readRecording,
  writeAtomically,
  writeRecording,
} from "../data/index.ts";
import { formatReport, recordingReport } from "../report/index.ts";
import { programName } from "./host.node.ts";
import { checkLayout, isPlain } from "./import-layout.ts";
import { checkFree, readInput, readText } from "./input.node.ts";
import type { Plain } from "./overrides.ts";
import { readYaml } from "./recipe.ts";
import { type RecordedFile, summaryOf } from "./record.node.ts";

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
