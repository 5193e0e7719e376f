import { fault, type Stream } from "../base/index.ts";
import { checkName } from "./check.ts";
import { createNarma, type NarmaName } from "./narma.ts";
import { createSineSquare, type SineSquareOptions } from "./sine-square.ts";
import { readSpokenDigits } from "./spoken-digits.node.ts";
import { createSpokenDigits, type SpokenDigitsOptions } from "./spoken-digits.ts";
import type { Task } from "./task.ts";

/** Which task, as a recipe writes it. */
export interface TaskSpec extends SineSquareOptions, SpokenDigitsOptions {
  /** One of {@link TASK_NAMES}. */
  readonly name: string;
  /** Each task has its own splits and its own default. */
  readonly split?: string;
}

/** Where a task finds what it cannot make. */
export interface TaskSources {
  /** Folder of the data set, or the bytes of its files by name (in a browser, say). */
  readonly data?: string | ReadonlyMap<string, Uint8Array>;
}

interface Entry {
  /** Options beside `name` and `split`. */
  readonly options: readonly (keyof TaskSpec)[];
  readonly create: (spec: TaskSpec, stream: Stream, sources: TaskSources) => Task | Promise<Task>;
}

const narma = (name: NarmaName): Entry => ({
  options: [],
  create: (spec, stream) => createNarma(name, spec, stream),
});

const CATALOGUE: Readonly<Record<string, Entry>> = {
  narma5: narma("narma5"),
  narma10: narma("narma10"),
  narma30: narma("narma30"),
  sineSquare: {
    options: ["sequences", "periods"],
    create(spec, stream) {
      checkName("createTask", "split of sineSquare", spec.split ?? "half", ["half"]);
      return createSineSquare(spec, stream);
    },
  },
  spokenDigits: {
    options: ["frames", "validationShare"],
    async create(spec, stream, { data }) {
      if (data === undefined) throw noData(spec.name, "the Free Spoken Digit Dataset");
      const files = typeof data === "string" ? await readSpokenDigits(data) : data;
      return createSpokenDigits(files, spec, stream);
    },
  },
};

/** Every name that {@link createTask} knows. */
export const TASK_NAMES: readonly string[] = Object.keys(CATALOGUE);

/**
 * Create a task by its name.
 *
 * @param spec     `name`, `split`, and the sizes of that task.
 * @param stream   Decides everything random in it.
 * @param sources  `data`: the folder of a data set, for the tasks that need one.
 * @throws         `unknown-name` for a task, split or option, guessing which was meant;
 *                 `missing-file` if the task needs data and has none; whatever the task's own
 *                 function throws.
 */
export async function createTask(
  spec: TaskSpec,
  stream: Stream,
  sources: TaskSources = {},
): Promise<Task> {
  checkName("createTask", "task", spec.name, TASK_NAMES);
  const { options, create } = CATALOGUE[spec.name];
  for (const key of Object.keys(spec)) {
    checkName("createTask", `option of ${spec.name}`, key, ["name", "split", ...options]);
  }
  return create(spec, stream, sources);
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
