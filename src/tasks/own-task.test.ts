import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createArray, createStream, type HostArray } from "../base/index.ts";
import { formatNpz } from "../data/index.ts";
import { computeBaselines } from "./baselines.ts";
import { createTask, type TaskSpec } from "./catalogue.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "twinloom-"));
});
afterAll(() => rm(folder, { recursive: true }));

const count = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);
const ramp = (...shape: number[]): HostArray =>
  createArray(
    shape,
    Float64Array.from({ length: count(shape) }, (_, i) => i % 7),
  );
const whole = (...values: number[]): HostArray => createArray([values.length], values);

/** A task from a .npz file of these arrays. */
const create = async (arrays: Record<string, HostArray>, options: Omit<TaskSpec, "name"> = {}) => {
  const file = join(folder, "mine.npz");
  await writeFile(file, formatNpz(new Map(Object.entries(arrays))));
  return createTask({ file, ...options }, createStream(1));
};
const refusal = async (
  arrays: Record<string, HostArray>,
  options: Omit<TaskSpec, "name"> = {},
): Promise<string> => {
  try {
    await create(arrays, options);
  } catch (error) {
    return (error as Error).message.replaceAll(folder, "FOLDER");
  }
  return "no fault";
};

test("one long series is cut in time: train, validation and test, each led into by the one before", async () => {
  const series = createArray(
    [1000, 1],
    Float64Array.from({ length: 1000 }, (_, i) => i),
  );
  const arrays = { input: series, target: series };
  const task = await create(arrays, { warmUp: 100, testShare: 0.2, validationShare: 0.1 });
  expect([task.name, task.kind, task.scored, task.score, task.split]).toEqual([
    ...["mine", "regression", "each-step", "nrmseBySd", "by-share"],
  ]);
  const ends = [task.train, task.validation, task.test].map(([{ input }]) => [
    input.data[0],
    input.data[input.data.length - 1],
  ]);
  expect(ends).toEqual([
    [0, 729],
    [630, 819],
    [720, 999],
  ]);
});

test("sequences of unequal length with one class each are dealt out alike for each class", async () => {
  const labels = whole(...Array.from({ length: 40 }, (_, i) => i % 2));
  const length = whole(...Array.from({ length: 40 }, (_, i) => 3 + (i % 4)));
  const input = ramp(40, 6, 2);
  for (let i = 0; i < 40; i++)
    input.data.fill(Number.NaN, (6 * i + 3 + (i % 4)) * 2, 6 * (i + 1) * 2);
  const task = await create({ input, labels, length });
  expect([task.scored, task.kind, task.inputs, task.outputs]).toEqual([
    ...["sequence", "classification", 2, 2],
  ]);
  expect([task.train, task.validation, task.test].map((part) => part.length)).toEqual([24, 6, 10]);
  const ones = task.test.filter(({ labels: [label] = [] }) => label === 1);
  expect(ones.length).toBe(5);
  expect(task.test.every(({ input: { shape } }) => shape[0] >= 3 && shape[0] <= 6)).toBe(true);
  expect(Object.keys(computeBaselines(task, createStream(1), { nodes: 3 }))).toContain(
    "linear on 10 frames",
  );
});

test("parts named by the file are kept, and classes at each step are read", async () => {
  const labels = createArray([3, 4], [0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1]);
  const task = await create({ input: ramp(3, 4, 1), labels, part: whole(2, 0, 1) });
  expect([task.split, task.scored, task.outputs]).toEqual(["of-file", "each-step", 2]);
  expect([...(task.test[0].labels ?? [])]).toEqual([0, 1, 0, 1]);
  expect([...(task.train[0].labels ?? [])]).toEqual([1, 0, 1, 0]);
});

test("what does not fit is a fault that names file, array and place", async () => {
  const input = ramp(4, 5, 1);
  expect(await refusal({ inputs: input, target: input })).toMatchInlineSnapshot(
    `"FOLDER/mine.npz: arrays of a task are missing. Got 'inputs', 'target', expected 'input', either 'target' or 'labels', and if need be 'length' and 'part'. Did you mean 'input' by 'inputs'? Otherwise rename or leave out what is not listed."`,
  );
  expect(await refusal({ input })).toMatchInlineSnapshot(
    `"FOLDER/mine.npz: arrays of a task are missing. Got 'input', expected 'input', either 'target' or 'labels', and if need be 'length' and 'part'. Rename the arrays, or leave out what is not listed."`,
  );
  expect(await refusal({ input, target: ramp(4, 6, 1) })).toMatchInlineSnapshot(
    `"FOLDER/mine.npz: the array 'target' does not have a shape that fits. Got [4, 6, 1], expected [4, 5, outputs]. Arrange the axes as sequences, time, columns; docs/tasks.md shows an example."`,
  );
  expect(await refusal({ input, labels: whole(0, 1, 2) })).toMatchInlineSnapshot(
    `"FOLDER/mine.npz: the array 'labels' does not have a shape that fits. Got [3], expected [4] (one class for each sequence, or one for each step). Arrange the axes as sequences, time, columns; docs/tasks.md shows an example."`,
  );
  expect(await refusal({ input, labels: whole(0, 1, 0.5, 1) })).toMatchInlineSnapshot(
    `"FOLDER/mine.npz: 'labels' has a value that is none. Got 0.5 at position 2, expected whole numbers, 0 or more. Correct 'labels'."`,
  );
  expect(await refusal({ input, target: input, length: whole(5, 5, 9, 5) })).toMatchInlineSnapshot(
    `"FOLDER/mine.npz: 'length' has a value that is none. Got 9 at position 2, expected whole numbers, 1 to 5. Correct 'length'."`,
  );
  const torn = createArray([4, 5, 1], Float64Array.from(input.data));
  torn.data[7] = Number.NaN;
  expect(await refusal({ input: torn, target: input })).toMatchInlineSnapshot(
    `"FOLDER/mine.npz: input of sequence 1 is not finite. Got NaN at step 2, input 0, expected finite numbers. Repair the value, or say with 'length' where the sequence ends."`,
  );
  expect(await refusal({ input, target: input, part: whole(0, 0, 2, 2) })).toMatchInlineSnapshot(
    `"FOLDER/mine.npz: the part 'validation' is empty. Got train: 2 sequences, validation: 0 sequences, test: 2 sequences, expected at least one sequence in each part. Name the part of each sequence: 0 train, 1 validation, 2 test, or a folder of that name."`,
  );
  expect(
    await refusal({ input, labels: whole(0, 2, 0, 2), part: whole(0, 0, 1, 2) }),
  ).toMatchInlineSnapshot(
    `"FOLDER/mine.npz: a class does not occur in the training part. Got no 1, of 0 to 2, expected classes 0, 1, 2, ..., each with training examples. Number the classes from 0 without gaps, and give each a place in the training part."`,
  );
  expect(await refusal({ input, target: input }, { warmUp: 5 })).toMatchInlineSnapshot(
    `"FOLDER/mine.npz: nothing of sequence 0 is scored. Got 5 steps, 5 of them the warm-up, expected more than 5 steps. Choose a shorter warmUp, or leave the sequence out."`,
  );
  expect(await refusal({ input, target: input }, { testShare: 2 })).toMatchInlineSnapshot(
    `"FOLDER/mine.npz: 'testShare' is not a share. Got 2, expected a number between 0 and 1. Set testShare to a part of the whole, such as 0.25."`,
  );
  expect(await refusal({ input, target: input }, { periods: 2 })).toMatchInlineSnapshot(
    `"createTask: there is no option of a task from a file of this name. Got 'periods', expected one of 'file', 'warmUp', 'horizon', 'testShare', 'validationShare'. Choose from the list."`,
  );
});

test("tables in train, validation and test are a sequence each, judged once if their class is constant", async () => {
  for (const [part, files] of [
    ["train", 4],
    ["validation", 2],
    ["test", 2],
  ] as const) {
    await mkdir(join(folder, "tables", part), { recursive: true });
    for (let i = 0; i < files; i++) {
      const lines = Array.from({ length: 5 + i }, (_, t) => `${t / 10},${t % 3},${i % 2}`);
      const text = ["input a,input b,label", ...lines].join("\n");
      await writeFile(join(folder, "tables", part, `${i}.csv`), text);
    }
  }
  const task = await createTask({ file: join(folder, "tables") }, createStream(1));
  expect([task.name, task.scored, task.inputs, task.outputs]).toEqual(["tables", "sequence", 2, 2]);
  expect([task.train, task.validation, task.test].map((part) => part.length)).toEqual([4, 2, 2]);
  expect(task.train[3].input.shape).toEqual([8, 2]);
  expect([...task.train[3].input.data.subarray(0, 4)]).toEqual([0, 0, 0.1, 1]);
});

test("one table is one series, and tables that are no task say what they lack", async () => {
  const path = join(folder, "series.csv");
  const rows = Array.from({ length: 60 }, (_, t) => `${t % 5};${t % 7}`);
  await writeFile(path, ["input;target", ...rows].join("\n"));
  const task = await createTask({ file: path }, createStream(1));
  expect([task.train[0].input.shape[0], task.test[0].input.shape[0]]).toEqual([36, 15]);
  const refused = async (file: string): Promise<string> =>
    createTask({ file: join(folder, file) }, createStream(1)).then(
      () => "no fault",
      (error: Error) => error.message.replaceAll(folder, "FOLDER"),
    );
  await writeFile(path, ["drive;target", ...rows].join("\n"));
  expect(await refused("series.csv")).toMatchInlineSnapshot(
    `"FOLDER/series.csv: the columns are not those of a task. Got 'drive', 'target', expected columns named input..., and either target... or one named label. Name the columns in the first line of the table."`,
  );
  expect(await refused("nowhere.npz")).toMatchInlineSnapshot(
    `"FOLDER/nowhere.npz: there is no such file. Got ENOENT, expected a .npz or .csv file, or a folder of .csv files, all in train, validation and test or none. Correct task.file; docs/tasks.md says what belongs in the file."`,
  );
  await writeFile(join(folder, "notes.txt"), "");
  expect(await refused("notes.txt")).toMatchInlineSnapshot(
    `"FOLDER/notes.txt: this kind of file holds no task. Got '.txt', expected a .npz or .csv file, or a folder of .csv files, all in train, validation and test or none. Correct task.file; docs/tasks.md says what belongs in the file."`,
  );
  await mkdir(join(folder, "empty"));
  expect(await refused("empty")).toMatchInlineSnapshot(
    `"FOLDER/empty: there are no tables in this folder. Got no .csv file, expected a .npz or .csv file, or a folder of .csv files, all in train, validation and test or none. Correct task.file; docs/tasks.md says what belongs in the file."`,
  );
});
