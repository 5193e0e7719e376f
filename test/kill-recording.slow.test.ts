// As kill-recording.test.ts, many times and with every policy of resets. Runs dist/.
import { existsSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { createGenerator, createStream } from "../src/base/index.ts";
import { hashRecording, readRecording } from "../src/data/index.ts";
import { createCommandLine } from "./command-line.test-support.ts";
import { hashOf, recordInChild } from "./kill-recording.test-support.ts";

const { place, run, remove } = createCommandLine();
afterAll(remove);

test.each(["before-every", "7", "never"])(
  "ten kills at random places leave a recording with resets %s the same bit for bit",
  async (reset) => {
    const part = "sequences: 20, steps: 150, repeats: 60, drive: { family: levels }";
    const text = `reset: ${reset}\nwarmUp: { steps: 5 }\nparts: { one: { ${part} } }\n`;
    writeFileSync(place(`${reset}.yaml`), text);
    const argvFor = (out: string): string[] => [
      ...["record", "leaky-integrator", "--plan", place(`${reset}.yaml`), "-o", place(out)],
    ];
    expect((await run(argvFor(`${reset}-whole.h5`))).code).toBe(0);
    const allBytes = 1200 * (16 + 8 * 151);
    const generator = createGenerator(createStream(3));
    const moments = Array.from({ length: 10 }, () => generator.uniform() * allBytes).sort(
      (a, b) => a - b,
    );
    const out = `${reset}-killed.h5`;
    for (const bytes of moments) {
      const stop = { signal: "SIGKILL", moment: { bytes } } as const;
      await recordInChild(argvFor(out), place(out), stop);
    }
    const last = await run(argvFor(out));
    expect(hashOf(place(out))).toBe(hashOf(place(`${reset}-whole.h5`)));
    expect(last.code).toBe(0);
  },
);

test("a recording that is killed while its file is packed, or its folder removed, gives that file too", async () => {
  const argvFor = (out: string): string[] => ["record", "leaky-integrator", "-o", place(out)];
  expect((await run(argvFor("whole.h5"))).code).toBe(0);
  const whole = hashOf(place("whole.h5"));
  for (const name of ["packed.h5", "packed"]) {
    const out = `killed-${name}-then.h5`;
    const moment = { file: `${place(out)}.partial/${name}` };
    await recordInChild(argvFor(out), place(out), { signal: "SIGKILL", moment });
    const done = existsSync(place(out)) && !existsSync(place(`${out}.partial`));
    if (!done) expect((await run(argvFor(out))).code).toBe(0);
    expect(hashOf(place(out))).toBe(whole);
    expect(existsSync(place(`${out}.partial`))).toBe(false);
  }
});

test("a recording of many chunks is read back as it was measured, in .h5 as in .npz", async () => {
  const plan =
    "parts:\n  many: { drive: { family: levels }, sequences: 3, steps: 700, repeats: 500 }\n";
  writeFileSync(place("many.yaml"), plan);
  const record = ["record", "noisy-leaky-node", "--plan", place("many.yaml"), "-o"];
  expect((await run([...record, place("many.h5")])).code).toBe(0);
  expect((await run([...record, place("many.npz")])).code).toBe(0);
  const [packed, inMemory] = [
    await readRecording(place("many.h5")),
    await readRecording(place("many.npz")),
  ];
  expect(hashRecording(packed)).toBe(hashRecording(inMemory));
  expect({ ...packed, parts: [] }).toEqual({ ...inMemory, parts: [] });
});
