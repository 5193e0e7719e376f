import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as base from "../base/index.ts";
import { createTask, listTasks } from "./catalogue.ts";
import * as tasks from "./index.ts";

const stream = base.createStream(1);

test("every name that needs no data creates the task of that name", async () => {
  for (const { name, splits, data } of listTasks()) {
    if (data !== undefined) continue;
    for (const split of splits) {
      const task = await createTask({ name, split }, stream);
      expect(task.name.split(",")[0]).toBe(name);
      expect(task.split).toBe(split);
    }
    expect((await createTask({ name }, stream)).split).toBe(splits[0]);
  }
});

test("the bptt split of every series has 20,000 scored training steps, validation included", async () => {
  const series = listTasks().filter(({ splits }) => splits.includes("bptt"));
  expect(series.length).toBe(7);
  for (const { name } of series) {
    const task = await createTask({ name, split: "bptt" }, stream);
    const scored = [...task.train, ...task.validation].reduce(
      (sum, { input }) => sum + input.shape[0] - task.warmUp,
      0,
    );
    // Of sineSquare whole sequences of 320.
    expect(scored).toBe(name === "sineSquare" ? 20_160 : 20_000);
  }
});

test("a name that is not there is a fault that guesses which was meant", async () => {
  await expect(createTask({ name: "narma-5" }, stream)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: createTask: there is no task of this name. Got 'narma-5', expected one of 'narma5', 'narma10', 'narma30', 'mackeyGlass17', 'santaFeLaser', 'sineSquare', 'memoryCapacity', 'informationCapacity', 'spokenDigits', 'japaneseVowels', 'yinYang'. Did you mean 'narma5'? Otherwise choose from the list.]`,
  );
  await expect(createTask({ name: "weather" }, stream)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: createTask: there is no task of this name. Got 'weather', expected one of 'narma5', 'narma10', 'narma30', 'mackeyGlass17', 'santaFeLaser', 'sineSquare', 'memoryCapacity', 'informationCapacity', 'spokenDigits', 'japaneseVowels', 'yinYang'. Choose from the list.]`,
  );
  await expect(
    createTask({ name: "sineSquare", split: "reservoir" }, stream),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: createSineSquare: there is no split of sineSquare of this name. Got 'reservoir', expected one of 'half', 'bptt'. Choose from the list.]`,
  );
});

test("an option that a task does not have is refused, not passed over", async () => {
  const spec = { name: "sineSquare", period: 4 };
  await expect(createTask(spec, stream)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: createTask: there is no option of sineSquare of this name. Got 'period', expected one of 'name', 'split', 'sequences', 'periods'. Did you mean 'periods'? Otherwise choose from the list.]`,
  );
  const other = { name: "narma5", frames: 20 };
  await expect(createTask(other, stream)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: createTask: there is no option of narma5 of this name. Got 'frames', expected one of 'name', 'split'. Choose from the list.]`,
  );
});

test("a task without its data says how to give them", async () => {
  await expect(
    createTask({ name: "spokenDigits" }, stream),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: createTask: the task spokenDigits needs data that are not shipped with this program. Got no folder, expected the folder of the Free Spoken Digit Dataset. Fetch the data set and give its folder with --data FOLDER.]`,
  );
});

test("the example at the top of the room runs", async () => {
  const source = readFileSync(new URL("./index.ts", import.meta.url), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(source)?.[1].replace(/^ \* ?/gm, "") ?? "";
  const names = { ...base, ...tasks };
  const run = new Function(
    ...Object.keys(names),
    `return (async () => { ${example}\nreturn lines; })();`,
  );
  const lines = await run(...Object.values(names));
  expect(lines.length).toBe(6);
  expect(lines[0]).toMatch(/^all zeros: \d\.\d{3} on 2000 steps$/);
});
