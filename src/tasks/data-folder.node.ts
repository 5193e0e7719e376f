import { fault } from "../base/index.ts";
import { JAPANESE_VOWELS_FILES } from "./japanese-vowels.ts";
import { SANTA_FE_FILE } from "./santa-fe.ts";

// `node:` modules are imported inside the functions, so that a browser can load the room's index.

/** Where the files of a data set lie, and how to speak of them. */
interface DataSet {
  /** Who reads, for messages. */
  readonly where: string;
  /** Folders in which to look, below the one that was given; the first with a file counts. */
  readonly folders: readonly string[];
  readonly isWanted: (name: string) => boolean;
  /** "the spoken digits" */
  readonly what: string;
  /** "without a wav file in it or in its 'recordings'" */
  readonly lacks: string;
  /** "the folder of the Free Spoken Digit Dataset" */
  readonly expected: string;
  /** How much there should be, or nothing. */
  readonly amount: string;
  readonly file: string;
  /** What to fetch. */
  readonly fetch: string;
}

const SPOKEN_DIGITS: DataSet = {
  where: "readSpokenDigits",
  folders: ["", "recordings", "fsdd", "fsdd/recordings"],
  isWanted: (name) => /\.wav$/i.test(name),
  what: "spoken digits",
  lacks: "without a wav file in it or in its 'recordings'",
  expected: "the folder of the Free Spoken Digit Dataset",
  amount: " (3000 wav files)",
  file: "wav file",
  fetch: "Fetch the dataset (Jakobovski/free-spoken-digit-dataset)",
};

const SANTA_FE: DataSet = {
  where: "readSantaFe",
  folders: ["", "santa_fe_laser"],
  isWanted: (name) => name === SANTA_FE_FILE,
  what: "laser intensities",
  lacks: `without '${SANTA_FE_FILE}' in it or in its 'santa_fe_laser'`,
  expected: "the folder of the Santa Fe laser series",
  amount: "",
  file: ".npy file",
  fetch: "Fetch set A of the Santa Fe competition (reservoirpy has it as .npy)",
};

const JAPANESE_VOWELS: DataSet = {
  where: "readJapaneseVowels",
  folders: ["", "japanese_vowels", "JapaneseVowels"],
  isWanted: (name) => Object.values(JAPANESE_VOWELS_FILES).includes(name),
  what: "vowels",
  lacks: `without '${JAPANESE_VOWELS_FILES.train}' in it or in its 'japanese_vowels'`,
  expected: "the folder of the JapaneseVowels data set",
  amount: "",
  file: "text file",
  fetch:
    "Fetch JapaneseVowels in sktime's format (sktime and timeseriesclassification.com have it)",
};

/**
 * Read the wav files of the Free Spoken Digit Dataset.
 *
 * @param folder  The folder of the wav files, or one above it: `recordings`, `fsdd` and
 *                `fsdd/recordings` inside it are looked into as well.
 * @returns       Bytes by file name.
 * @throws        `missing-file` if there is no such folder, or no wav file in it; `unreadable-file`
 *                naming a file that cannot be read.
 */
export const readSpokenDigits = (folder: string): Promise<Map<string, Uint8Array>> =>
  readDataSet(folder, SPOKEN_DIGITS);

/** Read the Santa Fe laser series from its folder, or from `santa_fe_laser` in it. */
export const readSantaFe = (folder: string): Promise<Map<string, Uint8Array>> =>
  readDataSet(folder, SANTA_FE);

/** Read the two files of JapaneseVowels from their folder, or from `japanese_vowels` in it. */
export const readJapaneseVowels = (folder: string): Promise<Map<string, Uint8Array>> =>
  readDataSet(folder, JAPANESE_VOWELS);

async function readDataSet(folder: string, set: DataSet): Promise<Map<string, Uint8Array>> {
  const { readFile } = await import("node:fs/promises");
  const { join } = await import("node:path");
  await checkFolder(folder, set);
  for (const inner of set.folders) {
    const place = join(folder, inner);
    const names = (await listFolder(place)).filter(set.isWanted).sort();
    if (names.length === 0) continue;
    const files = new Map<string, Uint8Array>();
    for (const name of names) {
      const bytes = await readFile(join(place, name)).catch((cause: unknown) => {
        throw fault("unreadable-file", {
          where: set.where,
          what: "a recording cannot be read",
          got: `'${join(place, name)}' (${cause instanceof Error ? cause.message : cause})`,
          expected: `a readable ${set.file}`,
          fix: "Check its permissions, or fetch the dataset again",
        });
      });
      files.set(name, bytes);
    }
    return files;
  }
  throw fault("missing-file", {
    where: set.where,
    what: `there are no ${set.what} here`,
    got: `'${folder}', ${set.lacks}`,
    expected: `${set.expected}${set.amount}`,
    fix: `${set.fetch} and give its folder with --data`,
  });
}

async function checkFolder(folder: string, { where, expected }: DataSet): Promise<void> {
  const { readdir } = await import("node:fs/promises");
  await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw fault("missing-file", {
      where,
      what: "there is no such folder",
      got: `'${folder}' (${error.code ?? error.message})`,
      expected,
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
