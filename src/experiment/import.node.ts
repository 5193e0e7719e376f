import {
  describeRecording,
  holdsRecording,
  importArrays,
  importRecording,
  readRecording,
  writeRecording,
} from "../data/index.ts";
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

/** What is in a recording. */
export async function describeFile(path: string): Promise<RecordedFile> {
  return summaryOf(path, describeRecording(await readInput(readRecording(path))));
}
