// The whole pipeline in a few seconds: run it first.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../src/cli/run.ts";

const folder = mkdtempSync(join(tmpdir(), "twinloom-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sizes = [
  "record.sequences=30",
  "record.steps=160",
  "record.repeatSequences=4",
  "record.repeats=8",
  "record.ladderLevels=0",
  "twin.driftSteps=60",
  "twin.noiseSteps=30",
  "train.iterations=6",
  "train.starts=1",
  "train.reservoirs=1",
  "transfer.runs=1",
  "task.periods=4",
  "task.sequences=4",
];

async function run(argv: readonly string[], signal?: AbortSignal) {
  let [out, err] = ["", ""];
  const code = await runCli(argv, {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    signal,
    colour: false,
  });
  return { code, out, err };
}

const first = join(folder, "first");
let whole: Awaited<ReturnType<typeof run>>;
beforeAll(async () => {
  whole = await run(["quickstart", ...sizes, "-o", first, "--json", "--quiet"]);
});

test("quickstart records, fits, trains, transfers and reports", () => {
  expect(whole.err).toBe("");
  expect(whole.code).toBe(0);
  const arms = JSON.parse(whole.out);
  expect(arms.map((x: { arm: string; sample: number }) => [x.arm, x.sample])).toEqual([
    ["noise-aware", 7],
    ["noise-aware", 8],
    ["noise-agnostic", 7],
    ["noise-agnostic", 8],
  ]);
  for (const one of arms) {
    for (const key of ["twinNoiseOff", "twinNoiseOn", "device"]) {
      expect(one[key].value).toBeGreaterThan(0);
      expect(one[key].interval).toHaveLength(2);
    }
  }
  expect(readdirSync(first).sort()).toEqual([
    "config.yaml",
    "figures",
    "fit.json",
    "log.txt",
    "metrics.jsonl",
    "network-noise-agnostic",
    "network-noise-aware",
    "outcome.json",
    "recording.h5",
    "report.html",
    "run.json",
    "twin",
  ]);
  const { status, kernels } = JSON.parse(readFileSync(join(first, "run.json"), "utf8"));
  expect(status).toBe("done");
  expect(kernels).toEqual({
    build: expect.stringMatching(/^engine-(relaxed|simd)$/),
    rounding: expect.stringMatching(/^(fused|separate)$/),
    tile: expect.stringMatching(/^\dx(8|16)$/),
  });
});

test("the report draws every figure with its data, and loads nothing from elsewhere", () => {
  const html = readFileSync(join(first, "report.html"), "utf8");
  expect(html).not.toMatch(/(src|href)="https?:/);
  const figures = readdirSync(join(first, "figures"));
  expect(figures.filter((file) => file.endsWith(".svg"))).toHaveLength(15);
  for (const file of figures) {
    expect(existsSync(join(first, "figures", file.replace(/svg$/, "csv")))).toBe(true);
  }
});

test("the same seed gives the same bits, from config.yaml too", async () => {
  const second = join(folder, "second");
  const again = await run(["run", join(first, "config.yaml"), "-o", second, "--json", "--quiet"]);
  expect(again.err).toBe("");
  expect(again.out).toBe(whole.out);
  for (const file of ["twin/weights.safetensors", "network-noise-aware/weights.safetensors"]) {
    expect(readFileSync(join(second, file)).equals(readFileSync(join(first, file)))).toBe(true);
  }
});

test("a run folder can be tested, transferred and reported again, with the same numbers", async () => {
  const [aware] = JSON.parse(whole.out);
  const tested = await run(["network", "test", first, "--json", "--noise", "off"]);
  expect(JSON.parse(tested.out)[0].twinNoiseOff.value).toBe(aware.twinNoiseOff.value);
  const carried = await run(["transfer", first, "--json", "--quiet"]);
  expect(JSON.parse(carried.out)[0].device).toEqual(aware.device);
  const before = readFileSync(join(first, "report.html"), "utf8");
  expect((await run(["report", first])).code).toBe(0);
  expect(readFileSync(join(first, "report.html"), "utf8")).toBe(before);
});

test("an interrupted run says so, and leaves no file half written", async () => {
  const place = join(folder, "interrupted");
  const controller = new AbortController();
  let lines = 0;
  const stderr = {
    isTTY: true,
    write: () => {
      // Somewhere in the fit: the recording is there, the twin is not.
      if (existsSync(join(place, "recording.h5")) && ++lines > 2) controller.abort();
    },
  };
  const code = await runCli(["quickstart", ...sizes, "-o", place], {
    stdout: { write: () => true },
    stderr,
    signal: controller.signal,
    colour: false,
  });
  expect(code).toBe(130);
  expect(JSON.parse(readFileSync(join(place, "run.json"), "utf8")).status).toBe("interrupted");
  expect(readdirSync(place).filter((file) => /tmp|twin$/.test(file))).toEqual([]);
});

test("a transfer to another kind of device is refused", async () => {
  const { code, err } = await run(["transfer", first, "--device", "leaky-integrator"]);
  expect(code).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "error: transfer: the twin of this run was fitted to another kind of device. Got 'leaky-integrator', expected 'nano-ring-array'. Leave --device out, or train on a twin of that device.
    "
  `);
});
