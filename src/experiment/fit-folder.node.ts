// The run folder of a fit: `<twin>.fit` beside the twin, with run.json, config.yaml, metrics.jsonl and
// log.txt as every run has, and the last checkpoint until the twin is written.
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fault, isFault } from "../base/index.ts";
import { writeAtomically } from "../data/index.ts";
import type { KernelModule } from "../engine/index.ts";
import {
  type FitCheckpoint,
  type FitContext,
  formatCheckpoint,
  parseCheckpoint,
} from "../twin/index.ts";
import { readYaml } from "./recipe.ts";
import { type RunFolder, runInFolder } from "./run-folder.node.ts";

/** What decides the bits of a fit, besides the program; kept in config.yaml. */
export interface FitConfig {
  readonly recording: string;
  /** Of the recording. */
  readonly sha256: string;
  readonly seed: number;
  readonly budget?: string;
  /** The section `twin` of a recipe, with its defaults. */
  readonly twin: object;
}

/** Where and how a fit is kept. */
export interface FitFolderOptions {
  /** The twin folder to be. */
  readonly out: string;
  readonly config: FitConfig;
  readonly kernels: KernelModule;
  /** Go on with a fit that was cut off, if there is one. */
  readonly resume: boolean;
  /** Least time between two checkpoints, s. */
  readonly interval: number;
}

const checkpointName = join("checkpoints", "fit.safetensors");

/** The run folder of the fit of a twin. */
export function fitFolderOf(out: string): string {
  return `${out.replace(/[/\\]+$/, "")}.fit`;
}

/**
 * Run a fit in its folder, from its checkpoint if it is to be resumed.
 *
 * @param body  Is given the folder and what `fitTwin` wants to know; writes the twin.
 * @throws      `bad-value` if a folder is there and not to be resumed, or was of another fit;
 *              `interrupted` saying how to go on.
 */
export async function runFit<Result>(
  { out, config, kernels, resume, interval }: FitFolderOptions,
  body: (
    run: RunFolder,
    context: Pick<FitContext, "checkpoint" | "onCheckpoint">,
  ) => Promise<Result>,
): Promise<Result> {
  const path = fitFolderOf(out);
  const isThere = existsSync(path);
  if (isThere && !resume) throw begunBefore(path);
  if (isThere)
    checkConfig(config, readYaml(await readFile(join(path, "config.yaml"), "utf8"), path));
  const files = { recording: config.recording, twin: out };
  const { seed } = config;
  const run = { verb: "twin fit", name: out, seed, config, path, kernels, files, resume: isThere };
  try {
    return await runInFolder(run, async (folder) => {
      const checkpoint = isThere ? await readCheckpoint(folder) : undefined;
      // All that was reported is told again, from the checkpoint.
      await folder.write("metrics.jsonl", "", { overwrite: true });
      const result = await body(folder, {
        checkpoint,
        onCheckpoint: createKeeper(folder, interval),
      });
      await rm(folder.at("checkpoints"), { recursive: true, force: true });
      return result;
    });
  } catch (error) {
    if (!isFault(error) || error.code !== "interrupted") throw error;
    const fix = "Run the same command with --resume to go on from there";
    throw fault("interrupted", { ...error.details, where: "twin fit", fix });
  }
}

function createKeeper(folder: RunFolder, interval: number): FitContext["onCheckpoint"] {
  const seconds = (): number => performance.now() / 1000;
  let written = Number.NEGATIVE_INFINITY;
  return async (make, occasion) => {
    if (occasion === "report" && seconds() - written < interval) return;
    await mkdir(folder.at("checkpoints"), { recursive: true });
    const bytes = formatCheckpoint(make());
    await writeAtomically(folder.at(checkpointName), bytes, { overwrite: true });
    written = seconds();
  };
}

/** The last checkpoint; none if the fit was cut off before its first. */
async function readCheckpoint(folder: RunFolder): Promise<FitCheckpoint | undefined> {
  const place = folder.at(checkpointName);
  return existsSync(place) ? parseCheckpoint(await readFile(place), place) : undefined;
}

const begunBefore = (path: string): Error =>
  fault("bad-value", {
    where: path,
    what: "a fit to this name was begun before",
    got: "its run folder",
    expected: "no such folder",
    fix: "Add --resume to go on with a fit that was cut off, or move the folder away",
  });

function checkConfig(wanted: FitConfig, found: object): void {
  const text = (config: object): Map<string, string> =>
    new Map(
      Object.entries(JSON.parse(JSON.stringify(config))).map(([k, v]) => [k, JSON.stringify(v)]),
    );
  const [asked, begun] = [text(wanted), text(found)];
  const different = ["sha256", "seed", "budget", "twin"].filter(
    (key) => asked.get(key) !== begun.get(key),
  );
  if (different.length === 0) return;
  const show = (config: Map<string, string>): string =>
    different.map((key) => `${key} ${config.get(key) ?? "left out"}`).join("; ");
  throw fault("bad-value", {
    where: "twin fit --resume",
    what: "the fit was begun with other options or another recording",
    got: show(asked),
    expected: show(begun),
    fix: "Repeat the command that began it and add --resume, or start a new fit under another name",
  });
}
