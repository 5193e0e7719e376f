// A recipe with a cascade, run at once and cut off in the middle of a stage.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../src/cli/run.ts";

const folder = mkdtempSync(join(tmpdir(), "twinloom-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const recipe = join(folder, "recipe.yaml");
writeFileSync(
  recipe,
  `
name: cascade
device: { kind: noisy-leaky-node }
record: { sequences: 20, steps: 60, repeatSequences: 4, repeats: 8, ladderLevels: 0 }
twin: { hidden: [8], noiseHidden: [8], driftSteps: 60, noiseSteps: 30 }
network: { layers: [3, 2, 2], recurrent: false }
task: { name: sineSquare, sequences: 6, periods: 4 }
train: { arms: [noise-aware, cascade, cascade-control], iterations: 6 }
transfer: { runs: 1 }
`,
);

async function run(argv: readonly string[], signal?: AbortSignal, onLine?: () => void) {
  let [out, err] = ["", ""];
  const code = await runCli(argv, {
    stdout: { write: (text: string) => (out += text) },
    stderr: {
      isTTY: onLine !== undefined,
      write: (text: string) => {
        err += text;
        onLine?.();
        return true;
      },
    },
    signal,
    colour: false,
  });
  return { code, out, err };
}

const first = join(folder, "first");
let whole: Awaited<ReturnType<typeof run>>;
beforeAll(async () => {
  whole = await run(["run", recipe, "-o", first]);
});

const outcomeOf = (path: string) => JSON.parse(readFileSync(join(path, "outcome.json"), "utf8"));
const steps = (path: string, name: string): number =>
  outcomeOf(path).ledger.find((entry: { name: string }) => entry.name === name).deviceSteps;

test("a cascade says beforehand what it takes of the device, and books just that", () => {
  expect(whole.code).toBe(0);
  const [, told] = /cascade will take (\d+) device-steps/.exec(whole.err) ?? [];
  expect(steps(first, "train cascade")).toBe(Number(told));
  expect(steps(first, "train cascade-control")).toBe(0);
  const { trained } = outcomeOf(first);
  const stages = trained[1].stages.map(({ deviceSteps }: { deviceSteps: number }) => deviceSteps);
  expect(stages[2]).toBe(0);
  expect(stages[0] + stages[1]).toBe(Number(told));
  expect(stages[0] / stages[1]).toBe(3 / 2);
});

test("the terminal and the page show what the run took", () => {
  for (const part of ["record", "fit the twin", "train cascade", "transfer cascade", "all"]) {
    expect(whole.out).toMatch(new RegExp(`^${part} +`, "m"));
  }
  expect(readFileSync(join(first, "report.html"), "utf8")).toContain("What it took");
});

test("a run cut off in the middle of a stage goes on to the same networks and scores", async () => {
  const place = join(folder, "second");
  const frames = join(place, "network-cascade.stages", "stage-2.frames");
  const controller = new AbortController();
  const cut = await run(["run", recipe, "-o", place], controller.signal, () => {
    if (existsSync(frames)) controller.abort();
  });
  expect(cut.code).toBe(130);
  const kept = readFileSync(frames).length;
  const other = await run(["run", recipe, "train.iterations=7", "-o", place, "--resume"]);
  expect(other.code).toBe(2);
  const resumed = await run(["run", recipe, "-o", place, "--resume"]);
  expect(resumed.err).not.toContain("error");
  expect(resumed.code).toBe(0);
  expect(readFileSync(frames).length).toBeGreaterThan(kept);
  const { ledger: _, ...again } = outcomeOf(place);
  const { ledger: __, ...before } = outcomeOf(first);
  expect(again).toEqual(before);
  expect(steps(place, "train cascade")).toBe(steps(first, "train cascade"));
});

test("training alone can be resumed and says what it took", async () => {
  const place = join(folder, "trained");
  const { code, out } = await run([
    "network",
    "train",
    recipe,
    "train.arms=[cascade]",
    "-o",
    place,
  ]);
  expect(code).toBe(0);
  expect(out).toMatch(/^train cascade +\d+/m);
  const again = await run([
    "network",
    "train",
    recipe,
    "train.arms=[cascade]",
    "-o",
    place,
    "--resume",
  ]);
  expect(again.out).toBe(out);
});
