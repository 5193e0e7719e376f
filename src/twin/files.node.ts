import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fault } from "../base/index.ts";
import {
  checkSelf,
  formatTwin,
  parseTwin,
  type SimulateOnce,
  type StoredTwin,
  type TwinRecord,
} from "./files.ts";
import type { Twin } from "./twin.ts";

/** How {@link writeTwin} writes. */
export interface WriteTwinOptions extends TwinRecord {
  /** One realisation of the twin, for the self-check. */
  readonly simulate: SimulateOnce;
  /** Seed of the self-check (default 1). */
  readonly seed?: number;
  /** Replace a folder that is there (default false). */
  readonly overwrite?: boolean;
}

/** How {@link readTwin} reads. */
export interface ReadTwinOptions {
  /** One realisation of the twin; when left out the self-check is not run. */
  readonly simulate?: SimulateOnce;
}

const documentName = "twin.json";
const weightsName = "weights.safetensors";

/**
 * Write a twin as a folder: whole, or not at all.
 *
 * The files go to a temporary folder beside the target, which then takes its name.
 *
 * @param path     The folder to make.
 * @param options  `program`, `simulate`; `datasets`, `validation`; `seed`; `overwrite`.
 * @throws         `bad-value` if something is there already and `overwrite` was not asked for;
 *                 `not-finite` if the twin diverges.
 */
export async function writeTwin(
  path: string,
  twin: Twin,
  options: WriteTwinOptions,
): Promise<void> {
  const target = resolve(path);
  const isThere = await exists(target);
  if (isThere && !options.overwrite) throw alreadyThere(path);
  const { document, weights } = await formatTwin(twin, options, options.simulate, options.seed);
  await mkdir(dirname(target), { recursive: true });
  const temporary = `${target}.writing-${randomUUID()}`;
  await mkdir(temporary);
  try {
    await writeSafely(join(temporary, documentName), document);
    await writeSafely(join(temporary, weightsName), weights);
    await takeName(temporary, target, path, options.overwrite ?? false);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Read a twin from its folder and, given a simulator, repeat its self-check.
 *
 * @throws  `missing-file`; `unreadable-file` or `shape-mismatch` for a folder that holds no whole
 *          twin, one of another version, or one that does not repeat its self-check.
 */
export async function readTwin(path: string, options: ReadTwinOptions = {}): Promise<StoredTwin> {
  if (!(await exists(path))) {
    throw fault("missing-file", {
      where: "readTwin",
      what: "there is no such twin folder",
      got: `'${path}'`,
      expected: `a folder with ${documentName} and ${weightsName}`,
      fix: "Correct the path, or fit a twin and write it there",
    });
  }
  const document = new TextDecoder().decode(await readPart(path, documentName));
  const weights = await readPart(path, weightsName);
  const stored = parseTwin({ document, weights }, path);
  if (options.simulate) await checkSelf(stored, options.simulate, path);
  return stored;
}

// The old folder steps aside first: at no time is there half a twin under the name.
async function takeName(
  temporary: string,
  target: string,
  path: string,
  overwrite: boolean,
): Promise<void> {
  if (!(await exists(target))) return rename(temporary, target);
  if (!overwrite) throw alreadyThere(path);
  const aside = `${target}.replaced-${randomUUID()}`;
  await rename(target, aside);
  try {
    await rename(temporary, target);
  } catch (error) {
    await rename(aside, target);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

function alreadyThere(path: string): Error {
  return fault("bad-value", {
    where: "writeTwin",
    what: "something is there already, and nothing is overwritten unasked",
    got: `'${path}'`,
    expected: "a path where nothing is",
    fix: "Choose another name, or ask for overwrite",
  });
}

async function readPart(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(path, name));
  } catch (error) {
    throw fault("missing-file", {
      where: join(path, name),
      what: "a file of the twin cannot be opened",
      got: error instanceof Error ? error.message : String(error),
      expected: `a folder with ${documentName} and ${weightsName}`,
      fix: "Copy the whole folder from where it was written",
    });
  }
}

// On the disk before the folder takes its name, so that a power cut leaves the old twin or the new.
async function writeSafely(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
