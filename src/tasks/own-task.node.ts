import { fault } from "../base/index.ts";
import { parseNpz } from "../data/index.ts";
import { parseOwnArrays } from "./own-arrays.ts";
import { type OwnTable, parseOwnTables } from "./own-table.ts";
import { type OwnContents, PART_NAMES } from "./own-task.ts";

// `node:` modules are imported inside the functions, so that a browser can load the room's index.

const TABLE = /\.(csv|tsv)$/i;

/**
 * Read the sequences of a user's own task.
 *
 * @param path  A .npz file; a .csv file, one sequence; or a folder of .csv files, a sequence each, in
 *              `train`, `validation` and `test` if they are to be these parts.
 * @throws      `missing-file`; `unreadable-file`; what `parseOwnArrays` and `parseOwnTables` throw.
 */
export async function readOwnTask(path: string): Promise<OwnContents> {
  const { stat } = await import("node:fs/promises");
  const { basename, extname } = await import("node:path");
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw unusable("missing-file", path, "there is no such file", error.code ?? error.message);
  });
  const name = basename(path, extname(path));
  if (found.isDirectory()) return parseOwnTables(await readTables(path), path, name);
  if (/\.npz$/i.test(path)) {
    return parseOwnArrays(parseNpz(await readBytes(path), path).arrays, path, name);
  }
  if (TABLE.test(path)) {
    return parseOwnTables([{ name: path, bytes: await readBytes(path) }], path, name);
  }
  throw unusable("bad-value", path, "this kind of file holds no task", `'${extname(path)}'`);
}

/** Tables of the folder itself, or of its folders named after the parts. */
async function readTables(folder: string): Promise<OwnTable[]> {
  const { readdir } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const tables: OwnTable[] = [];
  for (const part of [undefined, ...PART_NAMES]) {
    const place = part === undefined ? folder : join(folder, part);
    const names = await readdir(place).catch(() => []);
    for (const name of names.filter((one) => TABLE.test(one)).sort()) {
      const path = join(place, name);
      tables.push({ name: path, bytes: await readBytes(path), ...(part ? { part } : {}) });
    }
  }
  const isMixed = tables.some(({ part }) => part) && tables.some(({ part }) => !part);
  if (tables.length > 0 && !isMixed) return tables;
  const [what, got] = isMixed
    ? ["some tables are in a part and some in none", "tables beside the folders of the parts"]
    : ["there are no tables in this folder", "no .csv file"];
  throw unusable(isMixed ? "bad-value" : "missing-file", folder, what, got);
}

async function readBytes(path: string): Promise<Uint8Array> {
  const { readFile } = await import("node:fs/promises");
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw unusable("unreadable-file", path, "the file cannot be read", error.code ?? error.message);
  });
}

function unusable(
  code: "missing-file" | "bad-value" | "unreadable-file",
  path: string,
  what: string,
  got: string,
): Error {
  return fault(code, {
    where: path,
    what,
    got,
    expected:
      "a .npz or .csv file, or a folder of .csv files, all in train, validation and test or none",
    fix: "Correct task.file; docs/tasks.md says what belongs in the file",
  });
}
