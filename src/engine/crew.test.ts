import { expect, test } from "vitest";
import { loadKernelModule } from "#load-kernels";
import { createCrew } from "./crew.ts";
import { layOutJobs } from "./jobs.ts";
import { createKernels } from "./kernels.ts";
import type { PlanRecord } from "./plan.ts";
import { createTraining, threadsOf, trainFor } from "./training.test-support.ts";

const module = await loadKernelModule();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a program gives the same bits with 1, 2 and 4 threads, and alone again after close", async () => {
  const alone = await createTraining(1);
  const expected = trainFor(alone, 60);
  const [more, rest] = [trainFor(alone, 20), trainFor(alone, 20)];
  for (const threads of [2, 4]) {
    const program = await createTraining(threads);
    // Workers come whenever they are ready, here in the middle of the training.
    expect(trainFor(program, 60)).toEqual(expected);
    await threadsOf(program, threads);
    expect(trainFor(program, 20)).toEqual(more);
    program.close();
    expect(program.threads()).toBe(1);
    expect(trainFor(program, 20)).toEqual(rest);
  }
});

test("a program whose runs are short starts no thread", async () => {
  const program = await createTraining();
  trainFor(program, 30);
  expect(program.threads()).toBe(1);
});

test("a thread that fails is heard where the job was asked for", async () => {
  const unknown = { op: "fill", fields: { to: 0, count: 0, value: 0 } } as unknown as PlanRecord;
  const long: PlanRecord = {
    op: "loop",
    fields: {},
    loop: { count: 3_000_000, body: [unknown] },
  };
  const jobs = [[[long], [unknown]].map((plan) => ({ plan, shard: 0 }))].map((tasks) => [tasks]);
  const placed = layOutJobs([...jobs, []], 64);
  const kernels = createKernels(module, { bytes: placed.end });
  placed.write(kernels, () => ({ shared: 0, shard: 0 }));
  // The second task's first record becomes one that no kernel knows: it traps.
  const phase = kernels.i32[(placed.crew + 256 + 8) >> 2];
  const table = kernels.i32[(phase + 72) >> 2];
  kernels.i32[kernels.i32[(table + 4) >> 2] >> 2] = 999;
  const crew = createCrew(module, kernels, { address: placed.crew, threads: 2, tasks: 2 });
  while (crew.threads() < 2) await pause(5);
  expect(() => crew.perform(0)).toThrowError(
    /^engine\.run: internal: a thread failed while it computed\. Got RuntimeError: unreachable/,
  );
  expect(crew.threads()).toBe(1);
});

test("a number of threads that is none is refused", async () => {
  await expect(createTraining(0)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: engine.compile: the number of threads is not one. Got 0, expected a whole number from 1 to 256. Leave \`threads\` out to let the machine decide.]`,
  );
});
