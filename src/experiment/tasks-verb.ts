import { childStream, createStream } from "../base/index.ts";
import { formatTable } from "../report/index.ts";
import {
  computeBaselines,
  createTask,
  isHigherBetter,
  listTasks,
  type Task,
  type TaskListing,
  type TaskSequence,
} from "../tasks/index.ts";
import { type Plain, parseOverrides } from "./overrides.ts";

/** Every task, one line each. */
export function listTaskNames(): {
  readonly tasks: readonly TaskListing[];
  readonly text: string;
} {
  const tasks = listTasks();
  const rows = tasks.map(({ name, summary, splits, data }) => [
    name,
    summary,
    splits.join(", "),
    data === undefined ? "" : "needs --data",
  ]);
  return { tasks, text: formatTable(rows, { columns: ["task", "asks for", "splits", ""] }) };
}

/** Which task to describe. */
export interface DescribeTaskOptions {
  /** A name that `task list` shows, or a file or folder of one's own sequences. */
  readonly task: string;
  /** "task.horizon=10". */
  readonly settings?: readonly string[];
  /** Folder of the task's data. */
  readonly data?: string;
  readonly seed: number;
}

/** How large a part of a task is. */
export interface PartDescription {
  readonly sequences: number;
  /** Shortest and longest sequence, steps. */
  readonly steps: readonly [number, number];
  /** Steps, or sequences where these are judged once. */
  readonly scored: number;
}

/** A task in words and numbers; without its data in words alone. */
export interface DescribedTask {
  readonly listing?: TaskListing;
  readonly task?: Omit<Task, "train" | "validation" | "test"> & {
    readonly parts: Readonly<Record<PartName, PartDescription>>;
    /** Smallest and largest input of the training part. */
    readonly inputRange: readonly [number, number];
  };
  /** Scores on the test part without any device. */
  readonly baselines?: Readonly<Record<string, number>>;
  readonly text: string;
}

type PartName = "train" | "validation" | "test";

/**
 * Describe a task: what is asked, how it is split, and what is reached without any device.
 *
 * @throws  `unknown-name` for a task, split or option that there is not; what `createTask` throws.
 */
export async function describeTask(options: DescribeTaskOptions): Promise<DescribedTask> {
  const { task: wanted, settings = [], data, seed } = options;
  const listing = listTasks().find(({ name }) => name === wanted);
  const words = listing ? wordsOf(listing) : "";
  if (listing?.data !== undefined && data === undefined) {
    const missing = `Give the folder of ${listing.data} with --data to see sizes and baselines.`;
    return { listing, text: `${words}\n\n${missing}` };
  }
  const { task: given = {} } = parseOverrides(settings) as { readonly task?: Plain };
  const isFile = !listing && /[./\\]/.test(wanted);
  const spec = { ...given, ...(isFile ? { file: wanted } : { name: wanted }) };
  const stream = childStream(createStream(seed), "task");
  const made = await createTask(spec, stream, { data });
  const baselines = computeBaselines(made, childStream(stream, "baselines"));
  const { train, validation, test, ...facts } = made;
  const parts = {
    train: sizesOf(made, train),
    validation: sizesOf(made, validation),
    test: sizesOf(made, test),
  };
  const task = { ...facts, parts, inputRange: rangeOf(train) };
  const text = [words, factsText(task), baselineText(made, baselines)];
  return { listing, task, baselines, text: text.filter((part) => part !== "").join("\n\n") };
}

function wordsOf({ name, summary, definition, source, options }: TaskListing): string {
  const settings = Object.entries(options).map(([key, meaning]) => [`task.${key}`, meaning]);
  return [
    `${name}: ${summary}\n\n${definition}.\nSource: ${source}.`,
    ...(settings.length > 0 ? [formatTable(settings).trimEnd()] : []),
  ].join("\n\n");
}

function sizesOf(task: Task, sequences: readonly TaskSequence[]): PartDescription {
  const lengths = sequences.map(({ input }) => input.shape[0]);
  const scored = lengths.reduce((sum, steps) => sum + Math.max(0, steps - task.warmUp), 0);
  return {
    sequences: sequences.length,
    steps: [Math.min(...lengths), Math.max(...lengths)],
    scored: task.scored === "sequence" ? sequences.length : scored,
  };
}

function rangeOf(sequences: readonly TaskSequence[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { input } of sequences) {
    for (const value of input.data) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

function factsText(task: NonNullable<DescribedTask["task"]>): string {
  const { split, kind, scored, inputs, outputs, warmUp, parts, inputRange } = task;
  const asked = kind === "regression" ? `${outputs} to predict` : `classes 0 to ${outputs - 1}`;
  const unit = scored === "sequence" ? "sequences" : "steps";
  const [low, high] = inputRange.map((value) => Number(value.toPrecision(3)));
  const rows = [
    ["split", split],
    ["inputs", `${inputs}, from ${low} to ${high}`],
    ["outputs", `${asked}, ${scored === "sequence" ? "once for a sequence" : "at each step"}`],
    ["warm-up", `${warmUp} steps of each sequence`],
    ...Object.entries(parts).map(
      ([
        part,
        {
          sequences,
          steps: [short, long],
          scored: count,
        },
      ]) => [
        part,
        `${sequences} of ${short === long ? short : `${short} to ${long}`} steps, ${count} ${unit} scored`,
      ],
    ),
  ];
  return formatTable(rows).trimEnd();
}

function baselineText(task: Task, baselines: Readonly<Record<string, number>>): string {
  const better = isHigherBetter(task.score) ? "higher" : "lower";
  const columns = ["without any device", `${task.score}, ${better} is better`];
  const rows = Object.entries(baselines).map(([name, value]) => [
    name,
    task.score === "accuracy" ? `${(100 * value).toFixed(1)} %` : Number(value.toPrecision(3)),
  ]);
  return formatTable(rows, { columns }).trimEnd();
}
