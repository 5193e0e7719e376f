import { fault, type Stream } from "../base/index.ts";
import {
  createInformationCapacity,
  createMemoryCapacity,
  type InformationCapacityOptions,
  type MemoryCapacityOptions,
} from "./capacity.ts";
import { checkName } from "./check.ts";
import { readJapaneseVowels, readSantaFe, readSpokenDigits } from "./data-folder.node.ts";
import { createJapaneseVowels } from "./japanese-vowels.ts";
import { createMackeyGlass, type MackeyGlassOptions } from "./mackey-glass.ts";
import { createNarma, type NarmaName } from "./narma.ts";
import { readOwnTask } from "./own-task.node.ts";
import { createOwnTask, type OwnTaskOptions } from "./own-task.ts";
import { createSantaFe } from "./santa-fe.ts";
import { createSineSquare, type SineSquareOptions } from "./sine-square.ts";
import { createSpokenDigits, type SpokenDigitsOptions } from "./spoken-digits.ts";
import type { Task } from "./task.ts";
import { createYinYang, type YinYangOptions } from "./yin-yang.ts";

/** Sizes that some task has. */
type TaskSizes = Omit<
  SineSquareOptions &
    SpokenDigitsOptions &
    MackeyGlassOptions &
    YinYangOptions &
    MemoryCapacityOptions &
    InformationCapacityOptions &
    OwnTaskOptions,
  "split"
>;

/** Which task, as a recipe writes it. */
export interface TaskSpec extends TaskSizes {
  /** One of {@link TASK_NAMES}. */
  readonly name?: string;
  /** In place of a name: a file or folder of one's own sequences, see {@link readOwnTask}. */
  readonly file?: string;
  /** Each task has its own splits and its own default. */
  readonly split?: string;
}

/** Where a task finds what it cannot make. */
export interface TaskSources {
  /** Folder of the data set, or the bytes of its files by name (in a browser, say). */
  readonly data?: string | ReadonlyMap<string, Uint8Array>;
}

/** What a task is, in words. */
export interface TaskListing {
  readonly name: string;
  /** What is asked, in a line. */
  readonly summary: string;
  /** Formula, input and target. */
  readonly definition: string;
  readonly source: string;
  /** The default first. */
  readonly splits: readonly string[];
  /** Options beside `name` and `split`: what they are and their defaults. */
  readonly options: Readonly<Record<string, string>>;
  /** The data set that it needs, if any. */
  readonly data?: string;
}

interface Entry extends Omit<TaskListing, "name" | "options"> {
  readonly options?: Readonly<Partial<Record<keyof TaskSizes, string>>>;
  /** Reads `data` from a folder. */
  readonly read?: (folder: string) => Promise<ReadonlyMap<string, Uint8Array>>;
  readonly create: (spec: TaskSpec, stream: Stream, files: ReadonlyMap<string, Uint8Array>) => Task;
}

const narma = (name: NarmaName, recursion: string, source: string): Entry => ({
  summary: "the next value of a nonlinear moving average with memory",
  definition: `y(t+1) = ${recursion}, u uniform in [0, 0.5]; given 4 u(t) - 1, say y(t+1); a series that diverges is drawn again`,
  source,
  splits: ["reservoir", "bptt"],
  create: (spec, stream) => createNarma(name, spec, stream),
});

const inOrder = "Atiya and Parlos 2000, IEEE Trans. Neural Networks 11:697";

const CATALOGUE: Readonly<Record<string, Entry>> = {
  narma5: narma(
    "narma5",
    "0.3 y + 0.05 y (y(t) + ... + y(t-4)) + 1.5 u(t-4) u(t) + 0.1",
    `the order-10 recursion of ${inOrder}, at order 5`,
  ),
  narma10: narma(
    "narma10",
    "0.3 y + 0.05 y (y(t) + ... + y(t-9)) + 1.5 u(t-9) u(t) + 0.1",
    inOrder,
  ),
  narma30: narma(
    "narma30",
    "0.2 y + 0.004 y (y(t) + ... + y(t-29)) + 1.5 u(t-29) u(t) + 0.001",
    `after ${inOrder}, at order 30`,
  ),
  mackeyGlass17: {
    summary: "a chaotic series, some steps ahead",
    definition:
      "x' = 0.2 x(t-17) / (1 + x(t-17)^10) - 0.1 x, Runge-Kutta steps of 0.1, sampled at 1; given 2 x(t) - 1.8, say x(t + horizon)",
    source: "Mackey and Glass 1977, Science 197:287; Jaeger and Haas 2004, Science 304:78",
    splits: ["reservoir", "bptt"],
    options: { horizon: "steps ahead (default 84)" },
    create: (spec, stream) => createMackeyGlass(spec, stream),
  },
  santaFeLaser: {
    summary: "the intensity of a chaotic laser, one step ahead",
    definition: "given 2 x(t)/255 - 1, say x(t+1)/255",
    source: "Weigend and Gershenfeld (eds) 1994, Time Series Prediction, data set A",
    splits: ["first-4000"],
    data: "the Santa Fe laser series",
    read: readSantaFe,
    create: (spec, _, files) => createSantaFe(files, spec),
  },
  sineSquare: {
    summary: "sine or square, at each point",
    definition:
      "periods of 8 points of either waveform in random order; every point bears the class of its period, and no map without memory gets more than 7/8 right",
    source: "Paquot et al. 2012, Scientific Reports 2:287",
    splits: ["half", "bptt"],
    options: {
      sequences: "test sequences, and training ones of `half` (default 10)",
      periods: "scored periods in a sequence, even (default 40)",
    },
    create: (spec, stream) => createSineSquare(spec, stream),
  },
  memoryCapacity: {
    summary: "how much of the past inputs can be read out",
    definition:
      "u uniform in [-1, 1]; say u(t-1) to u(t-delays); the sum of the squared correlations, at most the number of observables",
    source: "Jaeger 2001, GMD report 152",
    splits: ["reservoir", "bptt"],
    options: { delays: "delays asked for (default 50)" },
    create: (spec, stream) => createMemoryCapacity(spec, stream),
  },
  informationCapacity: {
    summary: "which functions of past inputs can be read out",
    definition:
      "u uniform in [-1, 1]; say products of Legendre polynomials of u(t), u(t-1), ...; the sum of the squared correlations less what shifted targets give by chance, at most the number of observables",
    source: "Dambre et al. 2012, Scientific Reports 2:514",
    splits: ["reservoir", "bptt"],
    options: {
      inputsByDegree:
        "from how many of the latest inputs products of degree 1, 2, ... are formed (default [40, 12, 6])",
    },
    create: (spec, stream) => createInformationCapacity(spec, stream),
  },
  spokenDigits: {
    summary: "which digit was spoken",
    definition:
      "26 mel bands in 20 frames, each band standardised over the training split; say the digit, once for each utterance",
    source: "Jackson et al., Free Spoken Digit Dataset (CC BY-SA 4.0)",
    splits: ["official", "without-SPEAKER"],
    options: {
      frames: "frames to which an utterance is resampled (default 20)",
      validationShare: "part of the training split for validation (default 1/9)",
    },
    data: "the Free Spoken Digit Dataset",
    read: readSpokenDigits,
    create: (spec, stream, files) => createSpokenDigits(files, spec, stream),
  },
  japaneseVowels: {
    summary: "which of nine speakers said 'ae'",
    definition:
      "12 cepstra in 7 to 29 frames, each coefficient standardised over the training utterances; say the speaker, once for each utterance",
    source: "Kudo, Toyama and Shimbo 1999, Pattern Recognition Letters 20:1103",
    splits: ["official"],
    options: { validationShare: "part of the training split for validation (default 1/5)" },
    data: "the JapaneseVowels data set",
    read: readJapaneseVowels,
    create: (spec, stream, files) => createJapaneseVowels(files, spec, stream),
  },
  yinYang: {
    summary: "in which part of a yin-yang sign a point lies",
    definition:
      "given (x, y, 1-x, 1-y), held for `steps` steps; say yin, yang or dot, once for each point; radii 0.5 and 0.1, classes equally frequent",
    source: "Kriener, Goeltz and Petrovici 2022, arXiv:2102.08211",
    splits: ["standard"],
    options: { steps: "steps for which a point is held (default 10)" },
    create: (spec, stream) => createYinYang(spec, stream),
  },
};

/** Every name that {@link createTask} knows. */
export const TASK_NAMES: readonly string[] = Object.keys(CATALOGUE);

const OWN_OPTIONS: Readonly<Record<keyof OwnTaskOptions, string>> = {
  warmUp: "initial steps of every sequence that are not scored (default 0)",
  horizon: "steps after which a target is known (default 1)",
  testShare: "part that is the test, where the file does not say (default 0.25)",
  validationShare: "part for validation, where the file does not say (default 0.15)",
};

/** Every task, in words. */
export function listTasks(): readonly TaskListing[] {
  return Object.entries(CATALOGUE).map(
    ([name, { read: _, create: __, options = {}, ...words }]) => ({
      name,
      ...words,
      options: options as Readonly<Record<string, string>>,
    }),
  );
}

/**
 * Create a task by its name, or from a file of one's own.
 *
 * @param spec     `name`, `split`, and the sizes of that task; or `file` and the options of
 *                 `createOwnTask`.
 * @param stream   Decides everything random in it.
 * @param sources  `data`: the folder of a data set, for the tasks that need one.
 * @throws         `unknown-name` for a task, split or option, guessing which was meant;
 *                 `missing-file` if the task needs data and has none; whatever the task's own
 *                 function throws.
 */
export async function createTask(
  spec: TaskSpec,
  stream: Stream,
  { data }: TaskSources = {},
): Promise<Task> {
  const { name = "", file } = spec;
  if (file !== undefined) {
    checkOptions(spec, "a task from a file", ["file", ...Object.keys(OWN_OPTIONS)]);
    return createOwnTask(await readOwnTask(file), spec, stream);
  }
  checkName("createTask", "task", name, TASK_NAMES);
  const entry = CATALOGUE[name];
  checkOptions(spec, name, ["name", "split", ...Object.keys(entry.options ?? {})]);
  if (!entry.read) return entry.create(spec, stream, new Map());
  if (data === undefined) throw noData(name, entry.data ?? "its data set");
  return entry.create(spec, stream, typeof data === "string" ? await entry.read(data) : data);
}

function checkOptions(spec: TaskSpec, of: string, known: readonly string[]): void {
  for (const key of Object.keys(spec)) checkName("createTask", `option of ${of}`, key, known);
}

function noData(name: string, what: string): Error {
  return fault("missing-file", {
    where: "createTask",
    what: `the task ${name} needs data that are not shipped with this program`,
    got: "no folder",
    expected: `the folder of ${what}`,
    fix: "Fetch the data set and give its folder with --data FOLDER",
  });
}
