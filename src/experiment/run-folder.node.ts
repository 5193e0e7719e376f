// A run folder: runs/<name>/<time>_<id>/ with run.json, config.yaml, metrics.jsonl, log.txt, and
// whatever the verb adds. Files that are replaced are never seen half-written; metrics and log grow.
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { fault, isFault } from "../base/index.ts";
import { writeAtomically } from "../data/index.ts";
import { formatTile, type KernelModule } from "../engine/index.ts";
import type { Figure } from "../report/index.ts";
import { type HostFacts, hostFacts, type ProgramVersion, readVersion } from "./host.node.ts";
import { checkFree } from "./input.node.ts";

/** Where a run stands. A run that was killed stays "running". */
export type RunStatus = "running" | "done" | "failed" | "interrupted";

/** The content of run.json. */
export interface RunRecord {
  readonly schemaVersion: 1;
  /** As it is typed: "twin fit". */
  readonly verb: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly seed: number;
  readonly program: ProgramVersion;
  readonly host: HostFacts;
  /**
   * The build of the kernels and how it rounds: other roundings give other last bits. The tile of
   * matrix products explains the speed, no more.
   */
  readonly kernels?: { readonly build: string; readonly rounding: string; readonly tile: string };
  /** Times by the host's clock, ISO 8601. */
  readonly started: string;
  /** When it was gone on with after it had been cut off. */
  readonly resumed?: readonly string[];
  readonly ended?: string;
  /** Files and folders that went in and came out, by role: "recording", "twin". */
  readonly files: Readonly<Record<string, string>>;
  /** Results worth reading without opening anything else, as plain JSON. */
  readonly results?: Readonly<Record<string, unknown>>;
  /** Why it failed. */
  readonly error?: string;
}

/** What a run is, before it begins. */
export interface RunOptions {
  readonly verb: string;
  /** Names the folder below `root`; letters, digits, points, hyphens and underscores stay. */
  readonly name: string;
  readonly seed: number;
  /** Resolved options, as plain JSON. */
  readonly config: object;
  /** Default "runs". */
  readonly root?: string;
  /** The run folder itself, in place of `root`, name and time; must not exist. */
  readonly path?: string;
  /** Open the folder at `path` again, to go on with a run that was cut off. */
  readonly resume?: boolean;
  readonly kernels?: KernelModule;
  /** See {@link RunRecord}. */
  readonly files?: Readonly<Record<string, string>>;
}

/** An open run folder. */
export interface RunFolder {
  readonly path: string;
  /** The path of something in the folder. */
  at(...names: string[]): string;
  /** Replace config.yaml, say when a budget has become a number of updates. */
  writeConfig(config: object): Promise<void>;
  /** Append a line to metrics.jsonl; keys and numbers are the verb's own. */
  addMetrics(row: Readonly<Record<string, unknown>>): void;
  /** Append a line to log.txt. */
  log(line: string): void;
  /** Add to `files` and `results` of run.json. */
  note(facts: Pick<Partial<RunRecord>, "files" | "results">): Promise<void>;
  /** Write a file of this run, whole or not at all; `overwrite` defaults to false. */
  write(name: string, content: string, options?: { readonly overwrite?: boolean }): Promise<void>;
  /** Write figures/<name>.svg and .csv. */
  writeFigures(figures: readonly Figure[]): Promise<void>;
}

/**
 * Run a verb in a run folder, a new one or one to go on with, which says how it ended: done, failed
 * or interrupted.
 *
 * @param options  What goes to run.json and config.yaml.
 * @param body     Is given the open folder.
 * @returns        What the body returned.
 * @throws         `bad-value` if the folder exists; whatever the body throws.
 */
export async function runInFolder<Result>(
  options: RunOptions,
  body: (run: RunFolder) => Promise<Result>,
): Promise<Result> {
  const path = options.path ?? join(options.root ?? "runs", safeName(options.name), nameOfNow());
  if (!options.resume) await createFolder(path);
  let record = options.resume ? await reopened(path) : await firstRecord(options);
  const save = (change: Partial<RunRecord>): Promise<void> => {
    record = { ...record, ...change };
    return writeJson(join(path, "run.json"), record);
  };
  const run = openFolder(path, ({ files = {}, results = {} }) =>
    save({ files: { ...record.files, ...files }, results: { ...record.results, ...results } }),
  );
  await save({});
  await run.writeConfig(options.config);
  run.log(`${options.verb}: ${options.resume ? "resumed" : "started"}`);
  try {
    const result = await body(run);
    run.log(`${options.verb}: done`);
    await save({ status: "done", ended: now() });
    return result;
  } catch (error) {
    const status = isFault(error) && error.code === "interrupted" ? "interrupted" : "failed";
    const message = error instanceof Error ? error.message : String(error);
    run.log(`${options.verb}: ${status}: ${message}`);
    await save({ status, ended: now(), error: message });
    throw error;
  }
}

/**
 * Read run.json of a run folder.
 *
 * @throws  `missing-file` if there is none; `unreadable-file` if it is not one of ours.
 */
export async function readRun(path: string): Promise<RunRecord> {
  const place = join(path, "run.json");
  const text = await readFile(place, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw fault("missing-file", {
      where: place,
      what: "this is not a run folder",
      got: error.code ?? String(error),
      expected: "a folder with a run.json",
      fix: "Name a folder below runs/<name>/",
    });
  });
  const record = parseJson(text);
  if (record?.schemaVersion === 1 && typeof record.verb === "string") return record as RunRecord;
  throw fault("unreadable-file", {
    where: place,
    what: "this is not the record of a run",
    got: `${text.length} characters${record ? "" : " that are not JSON"}`,
    expected: "an object with schemaVersion 1 and a verb",
    fix: "Start the run again, or open it with the version that wrote it",
  });
}

/** Write figures/<name>.svg and .csv below a folder, replacing figures of the same name. */
export async function writeFigures(folder: string, figures: readonly Figure[]): Promise<void> {
  if (figures.length === 0) return;
  await mkdir(join(folder, "figures"), { recursive: true });
  for (const { name, svg, csv } of figures) {
    await writeAtomically(join(folder, "figures", `${name}.svg`), svg, { overwrite: true });
    await writeAtomically(join(folder, "figures", `${name}.csv`), csv, { overwrite: true });
  }
}

function openFolder(path: string, note: RunFolder["note"]): RunFolder {
  const at = (...names: string[]): string => join(path, ...names);
  return {
    path,
    at,
    note,
    writeConfig: (config) =>
      writeAtomically(at("config.yaml"), stringify(withoutUndefined(config)), { overwrite: true }),
    addMetrics: (row) => appendFileSync(at("metrics.jsonl"), `${JSON.stringify(row)}\n`),
    log: (line) => appendFileSync(at("log.txt"), `${now()} ${line}\n`),
    write: (name, content, options) => writeAtomically(at(name), content, options),
    writeFigures: (figures) => writeFigures(path, figures),
  };
}

function kernelFacts({ name, rounding, tile }: KernelModule): RunRecord["kernels"] {
  return { build: name, rounding, tile: formatTile(tile) };
}

async function firstRecord(options: RunOptions): Promise<RunRecord> {
  const { verb, name, seed, kernels, files = {} } = options;
  return {
    schemaVersion: 1,
    ...{ verb, name, status: "running", seed },
    program: await readVersion(),
    host: hostFacts(),
    ...(kernels ? { kernels: kernelFacts(kernels) } : {}),
    started: now(),
    files,
  };
}

async function reopened(path: string): Promise<RunRecord> {
  const { ended: _, error: __, ...record } = await readRun(path);
  return { ...record, status: "running", resumed: [...(record.resumed ?? []), now()] };
}

async function createFolder(path: string): Promise<void> {
  checkFree(path);
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw fault("missing-file", {
      where: path,
      what: "the run folder cannot be made",
      got: (error as NodeJS.ErrnoException).code ?? String(error),
      expected: "a folder that may be written to",
      fix: "Choose another place with --out, or change its rights",
    });
  }
}

const now = (): string => new Date().toISOString();

// 2026-01-31T12-30-05_1a2b3c4d: sorts by time, and is a name on every file system.
const nameOfNow = (): string =>
  `${now().slice(0, 19).replaceAll(":", "-")}_${randomUUID().slice(0, 8)}`;

const safeName = (name: string): string =>
  name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+|-+$/g, "") || "run";

const writeJson = (path: string, value: object): Promise<void> =>
  writeAtomically(path, `${JSON.stringify(value, undefined, 2)}\n`, { overwrite: true });

const withoutUndefined = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

function parseJson(text: string): Partial<RunRecord> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
