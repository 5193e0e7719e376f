import { fault } from "../base/index.ts";

// `node:` modules are imported inside the functions, so that a browser can load the room's index.

/**
 * Read the wav files of the Free Spoken Digit Dataset.
 *
 * @param folder  The folder of the wav files, or one above it: `recordings`, `fsdd` and
 *                `fsdd/recordings` inside it are looked into as well.
 * @returns       Bytes by file name.
 * @throws        `missing-file` if there is no such folder, or no wav file in it; `unreadable-file`
 *                naming a file that cannot be read.
 */
export async function readSpokenDigits(folder: string): Promise<Map<string, Uint8Array>> {
  const { readFile } = await import("node:fs/promises");
  const { join } = await import("node:path");
  await checkFolder(folder);
  for (const inner of ["", "recordings", "fsdd", "fsdd/recordings"]) {
    const place = join(folder, inner);
    const names = (await listFolder(place)).filter((name) => /\.wav$/i.test(name)).sort();
    if (names.length === 0) continue;
    const files = new Map<string, Uint8Array>();
    for (const name of names) {
      const bytes = await readFile(join(place, name)).catch((cause: unknown) => {
        throw fault("unreadable-file", {
          where: "readSpokenDigits",
          what: "a recording cannot be read",
          got: `'${join(place, name)}' (${cause instanceof Error ? cause.message : cause})`,
          expected: "a readable wav file",
          fix: "Check its permissions, or fetch the dataset again",
        });
      });
      files.set(name, bytes);
    }
    return files;
  }
  throw fault("missing-file", {
    where: "readSpokenDigits",
    what: "there are no spoken digits here",
    got: `'${folder}', without a wav file in it or in its 'recordings'`,
    expected: "the folder of the Free Spoken Digit Dataset (3000 wav files)",
    fix: "Fetch the dataset (Jakobovski/free-spoken-digit-dataset) and give its folder with --data",
  });
}

async function checkFolder(folder: string): Promise<void> {
  const { readdir } = await import("node:fs/promises");
  await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw fault("missing-file", {
      where: "readSpokenDigits",
      what: "there is no such folder",
      got: `'${folder}' (${error.code ?? error.message})`,
      expected: "the folder of the Free Spoken Digit Dataset",
      fix: "Correct the path that --data gives",
    });
  });
}

/** Names in a folder; none if it does not exist. */
async function listFolder(folder: string): Promise<string[]> {
  const { readdir } = await import("node:fs/promises");
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
