// Recordings that are killed, and files that are the same as if they had not been. Runs dist/.
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGenerator, createStream } from "../src/base/index.ts";
import { createCommandLine } from "./command-line.test-support.ts";
import { bytesMeasured, hashOf, recordInChild } from "./kill-recording.test-support.ts";

const { folder, place, run, refusal, remove } = createCommandLine();
const sizes = ["sequences=40", "repeatSequences=4", "repeats=100", "steps=150", "ladderLevels=2"];
const settings = [
  ...sizes.map((size) => `record.${size}`),
  "device.instrument={readoutNoise: 0.1, slowChange: 0.2}",
];
// 40 + 400 + 20 runs of 16 bytes and 151 numbers.
const allBytes = 460 * (16 + 8 * 151);
const argvFor = (out: string): string[] => [
  ...["record", "leaky-integrator", ...settings, "--seed", "5", "-o", place(out)],
];
let whole = "";

beforeAll(async () => {
  expect((await run(argvFor("whole.h5"))).code).toBe(0);
  whole = hashOf(place("whole.h5"));
});
afterAll(remove);

/** Stop a child that records to `out` once it has measured so much. */
const stopAt = (out: string, bytes: number, signal: NodeJS.Signals = "SIGKILL") =>
  recordInChild(argvFor(out), place(out), { signal, moment: { bytes } });

describe("a recording that is killed", () => {
  test("twice, at random places, goes on to the file of an uninterrupted one, bit for bit", async () => {
    const generator = createGenerator(createStream(11));
    let bytes = 0;
    for (let kill = 0; kill < 2; kill++) {
      bytes += Math.floor((generator.uniform() * allBytes) / 3);
      expect((await stopAt("killed.h5", bytes)).signal).toBe("SIGKILL");
      expect(existsSync(place("killed.h5"))).toBe(false);
      expect(bytesMeasured(place("killed.h5"))).toBeGreaterThanOrEqual(bytes);
    }
    const last = await run(argvFor("killed.h5"));
    expect(last.code).toBe(0);
    expect(last.stderr).toMatch(
      /going on with killed\.h5\.partial: \d+ runs were measured, \d+ of 460 runs are missing/,
    );
    expect(hashOf(place("killed.h5"))).toBe(whole);
    expect(existsSync(place("killed.h5.partial"))).toBe(false);
  });

  test("in the middle of a frame loses that frame alone", async () => {
    await stopAt("torn.h5", allBytes / 3);
    const frames = place("torn.h5.partial/frames.bin");
    truncateSync(frames, bytesMeasured(place("torn.h5")) - 7);
    expect((await run(argvFor("torn.h5"), AbortSignal.abort())).code).toBe(130);
    appendFileSync(frames, "TWF1 and then the power failed");
    expect((await run([...argvFor("torn.h5"), "--resume"])).code).toBe(0);
    expect(hashOf(place("torn.h5"))).toBe(whole);
  });
});

test("Ctrl-C ends a recording with 130 and says how to go on, and it goes on", async () => {
  const { code, stderr } = await stopAt("stopped.h5", allBytes / 4, "SIGINT");
  expect(code).toBe(130);
  const told = stderr.split("\n").find((line) => line.startsWith("error"));
  expect(told?.replaceAll(folder, "").replace(/Got \d+/, "Got some")).toMatchInlineSnapshot(
    `"error: /stopped.h5: the recording was stopped. Got some of 460 runs are kept in /stopped.h5.partial, expected to go on to the end. Give the same command again, or: twinloom record <device> --resume -o /stopped.h5."`,
  );
  expect((await run(argvFor("stopped.h5"))).code).toBe(0);
  expect(hashOf(place("stopped.h5"))).toBe(whole);
});

describe("beside a recording that was stopped", () => {
  beforeAll(async () => {
    await stopAt("kept.h5", allBytes / 4);
  });

  test("another seed, plan or device is refused, with what is there and how to go on", async () => {
    const bytes = bytesMeasured(place("kept.h5"));
    const other = ["record", "leaky-integrator", ...settings, "record.repeats=101"];
    const said = await refusal(...other, "-o", place("kept.h5"));
    expect(said.replace(/\d+ bytes/, "some bytes")).toMatchInlineSnapshot(`
      "error: kept.h5.partial: another recording was stopped here and is not complete. Got leaky-integrator, sigma 0.5, exact scheme, seed 5, parts drive_set, repeat_set, ladder, some bytes measured; device, seed, plan, drives not as asked for now, expected the same device, seed and plan. To go on with that one: twinloom record leaky-integrator --resume -o kept.h5. To record this one, choose another --out.
      "
    `);
    await refusal("record", "noisy-leaky-node", "--resume", "-o", place("kept.h5"));
    expect(bytesMeasured(place("kept.h5"))).toBe(bytes);
  });

  test("a damaged frame that others follow is refused, and nothing is overwritten", async () => {
    const frames = place("kept.h5.partial/frames.bin");
    const bytes = readFileSync(frames);
    bytes[5000] ^= 1;
    writeFileSync(frames, bytes);
    expect(await refusal(...argvFor("kept.h5"))).toMatchInlineSnapshot(`
      "error: kept.h5.partial/frames.bin: a frame before the last one is damaged. Got a wrong checksum in frame 4 (from 0), expected whole frames up to the last one written. Check the disk and keep a copy of the file; to measure again from that frame on, cut the file to 4896 bytes.
      "
    `);
    expect(readFileSync(frames).equals(bytes)).toBe(true);
    bytes[5000] ^= 1;
    writeFileSync(frames, bytes);
  });

  test("--resume goes on without being told the plan again", async () => {
    const argv = ["record", "leaky-integrator", "--resume", "-o", place("kept.h5")];
    expect((await run(argv)).code).toBe(0);
    expect(hashOf(place("kept.h5"))).toBe(whole);
  });

  test("--resume where nothing was stopped is refused", async () => {
    const argv = ["record", "leaky-integrator", "--resume", "-o", place("none.h5")];
    expect(await refusal(...argv)).toMatchInlineSnapshot(`
      "error: none.h5.partial: there is no recording to go on with. Got no such folder, expected what a recording that was stopped left. Leave --resume out to start one, or correct --out.
      "
    `);
  });
});
