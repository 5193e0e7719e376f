// Plans on the command line: written, explained, refused, followed.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { hashRecording, readRecording } from "../src/data/index.ts";
import { createCommandLine } from "./command-line.test-support.ts";

const { place, run, refusal, remove } = createCommandLine();
afterAll(remove);

function writePlan(name: string, text: string): string {
  writeFileSync(place(name), text);
  return place(name);
}

const everyFamily = `
seed: 3
range: { fraction: [0.25, 0.75] }
warmUp: { steps: 10 }
reset: 3
parts:
  drive_set:
    drive: { family: levels, holds: [1, 5] }
    sequences: 20
  songs:
    drive: { family: sines, count: 4, periods: [10, 60] }
    sequences: 5
    steps: 200
    repeats: 10
    warmUp: { steps: 20, keep: true }
  hiss:
    drive: { family: noise }
    sequences: 5
    repeats: 2
    range: [[0, 2]]
  mine:
    drive: { family: file, path: mine.csv }
    repeats: 4
`;
const mine = "drive (1)\n0\n1\n-1\n0.5\n";

describe("a plan", () => {
  test("written from a preset is followed to the recording of the preset, bit for bit", async () => {
    const plan = ["plan", "noisy-leaky-node", "--preset", "quick", "--seed", "4"];
    expect((await run([...plan, "-o", place("quick.yaml")])).stdout).toBe("plan: quick.yaml\n");
    const record = ["record", "noisy-leaky-node", "--seed", "4"];
    await run([...record, "--preset", "quick", "-o", place("preset.h5")]);
    await run([...record, "--plan", place("quick.yaml"), "-o", place("plan.h5")]);
    expect(readFileSync(place("plan.h5")).equals(readFileSync(place("preset.h5")))).toBe(true);
  });

  test("of every family is measured as it says, and kept in the file", async () => {
    writeFileSync(place("mine.csv"), mine);
    const plan = writePlan("every.yaml", everyFamily);
    const argv = ["record", "noisy-leaky-node", "--plan", plan, "-o", place("every.h5")];
    expect((await run(argv)).code).toBe(0);
    const { parts, protocol, seed } = await readRecording(place("every.h5"));
    expect(parts.map(({ name, response }) => [name, ...response.shape])).toEqual([
      ["drive_set", 20, 1, 100, 1],
      ["songs", 5, 10, 220, 1],
      ["hiss", 5, 2, 100, 1],
      ["mine", 1, 4, 4, 1],
    ]);
    // Left-out warm-up ends at the initial state; a kept one follows no reset of its own.
    expect(parts.map(({ initial }) => initial !== undefined)).toEqual([true, false, true, true]);
    expect([...parts[3].drive.data]).toEqual([0, 1, -1, 0.5]);
    expect([Math.min(...parts[2].drive.data), seed]).toEqual([0, 3]);
    expect(Math.max(...parts[0].drive.data)).toBeLessThanOrEqual(1);
    expect(new Set(parts[1].order)).toEqual(new Set(Array.from({ length: 50 }, (_, i) => i)));
    expect([...(parts[1].order ?? [])]).not.toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(protocol?.plan).toMatchObject({ seed: 3, reset: 3, parts: { mine: { repeats: 4 } } });
  });

  test("is explained before anything is driven", async () => {
    writeFileSync(place("mine.csv"), mine);
    const plan = writePlan("every.yaml", everyFamily);
    const argv = ["plan", "noisy-leaky-node", "--plan", plan];
    const { stdout } = await run([...argv, "--explain"]);
    expect(stdout).toMatchInlineSnapshot(`
      "noisy-leaky-node, sigma 0.05: sampling step 1 s

      part       drive                              sequences  repeats  steps  left out  runs  samples  device time  size
      ─────────  ─────────────────────────────────  ─────────  ───────  ─────  ────────  ────  ───────  ───────────  ───────
      drive_set  levels, held 1 or 5                20         1        100    10        20    2200     36.7 min     32.2 kB
      songs      4 sines, periods 10 to 60          5          10       220    -         50    11000    3.06 h       97 kB
      hiss       white noise, sd 0.25 of the range  5          2        100    10        10    1100     18.3 min     12.1 kB
      mine       mine.csv                           1          4        4      10        4     56       56 s         208 B
      in all                                                                             84    14356    3.99 h       142 kB

      resets: before every 3 runs, 28 in all; how long one takes the device does not say
      order: every sequence once in a random order, then all again in another; kept in the file

      repeats that bring a relative error down to what is wanted (kurtosis of the noise 3):

      error  mean   std   autocov
      ─────  ─────  ────  ───────
      20 %   25     13    50
      10 %   100    50    200
      5 %    400    200   800
      2 %    2500   1250  5000
      1 %    10000  5000  20000

      errors that the repeats of the plan leave:

      part   repeats  mean    std     autocov
      ─────  ───────  ──────  ──────  ───────
      songs  10       31.6 %  22.4 %  44.7 %
      hiss   2        70.7 %  50 %    100 %
      mine   4        50 %    35.4 %  70.7 %

      at one step of one sequence: of the mean in sd of the noise, of the sd relative to itself, of the
      autocovariance relative to the variance at lag 0; averages over steps and sequences err by less
      "
    `);
    const json = await run([...argv, "--error", "0.03", "--json"]);
    const { explanation } = JSON.parse(json.stdout);
    expect(explanation.total).toMatchObject({ runs: 84, samples: 14_356, resets: 28 });
    expect(explanation.needed[3]).toEqual({ error: 0.03, mean: 1112, std: 556, autocov: 2223 });
  });

  test("in the documentation can be followed, and is explained as it says there", async () => {
    const page = readFileSync(new URL("../docs/recording.md", import.meta.url), "utf8");
    const [, yaml] = /```yaml\n([^`]*)```/.exec(page) ?? [];
    const argv = ["plan", "leaky-integrator", "--plan", writePlan("page.yaml", yaml), "--explain"];
    const { stdout } = await run(argv);
    const [, parts, resets, repeats, table] = stdout.split("\n\n");
    for (const text of [parts, resets, repeats, table]) expect(page).toContain(text);
  });

  test("takes the kurtosis of the noise from a recording", async () => {
    // A telegraph without a voltage is at either of two values, about as likely: its kurtosis is
    // near 1 (1.09 to 1.39 for ten seeds), far from the 3 of Gaussian noise.
    const part = "{ drive: { family: ladder }, sequences: 1, repeats: 60, range: [[0, 0]] }";
    const plan = writePlan("telegraph.yaml", `parts: { telegraph: ${part} }\n`);
    const argv = ["superparamagnetic-junction", "--plan", plan];
    await run(["record", ...argv, "-o", place("telegraph.h5")]);
    const { stdout } = await run(["plan", ...argv, "--from", place("telegraph.h5"), "--json"]);
    const { kurtosis, needed } = JSON.parse(stdout).explanation;
    expect(kurtosis).toBeGreaterThan(0.8);
    expect(kurtosis).toBeLessThan(1.8);
    expect(needed[2].std).toBe(Math.ceil((kurtosis - 1) / (4 * 0.05 ** 2)));
  });

  test("with range: find sweeps the device first, and keeps the evidence", async () => {
    const part = "{ drive: { family: levels }, sequences: 5, steps: 20 }";
    const plan = writePlan("find.yaml", `range: find\nparts: { drive_set: ${part} }\n`);
    const explained = await run(["plan", "noisy-leaky-node", "--plan", plan, "--explain"]);
    expect(explained.stdout).toContain("range: find drives 65 runs of constant levels first");
    const argv = ["record", "noisy-leaky-node", "--plan", plan, "-o", place("find.h5")];
    const { stderr } = await run(argv);
    expect(stderr).toContain("sd 0.7712 across levels, 0.01344 over repeats; range -1.333 to 2 1");
    const { protocol } = await readRecording(place("find.h5"));
    const { plan: followed, found } = protocol as {
      readonly plan: { readonly range: readonly (readonly [number, number])[] };
      readonly found: readonly { readonly range: readonly [number, number] }[];
    };
    const [[low, high]] = followed.range;
    expect([low, high]).toEqual(found[0].range);
    const sought = ["plan", "noisy-leaky-node", "--find-range", "--json"];
    expect(JSON.parse((await run(sought)).stdout).plan.range).toEqual([[low, high]]);
  });

  test("that is interrupted before its first run leaves nothing but its folder, and goes on", async () => {
    const argv = ["record", "noisy-leaky-node", "--preset", "quick", "-o", place("never.h5")];
    expect((await run(argv, AbortSignal.abort())).code).toBe(130);
    expect(existsSync(place("never.h5"))).toBe(false);
    expect((await run(argv)).code).toBe(0);
    await run([...argv.slice(0, -1), place("again.h5")]);
    const [one, other] = [
      await readRecording(place("never.h5")),
      await readRecording(place("again.h5")),
    ];
    expect(hashRecording(one)).toBe(hashRecording(other));
  });
});

describe("a plan is refused", () => {
  const record = (plan: string): string[] => [
    ...["record", "noisy-leaky-node", "--plan", plan, "-o", place("no.h5")],
  ];

  test("with all its faults at once, each with its path", async () => {
    const plan = writePlan(
      "bad.yaml",
      `rnge: find
range: [[1]]
reset: sometimes
warmUp: { step: 3 }
order: shufled
parts:
  1st: { drive: { family: levels } }
  a:
    drive: { family: level }
    sequnces: 3
  b:
    drive: { family: sines, cout: 3 }
    repeats: 0
  c: { sequences: 3 }
`,
    );
    const said = await refusal(...record(plan));
    expect(said.replaceAll("; ", ";\n")).toMatchInlineSnapshot(`
      "error: bad.yaml: the plan has 12 faults. Got range: expected [[lowest, highest], ...] in device units, {fraction: [0.2, 0.8]}, or find;
      warmUp.steps: expected number, received undefined;
      warmUp.step: there is no such key;
      did you mean 'steps'?;
      reset: expected before-every, never, or a whole number of at least 1;
      order: 'shufled' is none of shuffled, rounds;
      did you mean 'shuffled'?;
      parts.1st: a name starts with a letter;
      parts.a.drive.family: 'level' is none of levels, sines, noise, ladder, file;
      did you mean 'levels'?;
      parts.a.sequnces: there is no such key;
      did you mean 'sequences'?;
      parts.b.drive.cout: there is no such key;
      did you mean 'count'?;
      parts.b.repeats: Too small: expected number to be >=1;
      parts.c.drive: expected object, received undefined;
      rnge: there is no such key;
      did you mean 'range'?, expected a plan as in docs/recording.md. Mend what is named and start again.
      "
    `);
    expect(existsSync(place("no.h5.partial"))).toBe(false);
  });

  test("if it does not fit the device", async () => {
    writeFileSync(place("mine.csv"), mine);
    const plan = writePlan(
      "unfit.yaml",
      `device: { kind: nano-ring-array, L: 4 }
range: [[1, 3]]
warmUp: { steps: 10 }
reset: never
parts:
  a: { drive: { family: ladder }, steps: 20 }
  b: { drive: { family: sines, periods: [20, 10] }, range: [[2, 1], [1, 1]] }
  c: { drive: { family: file, path: mine.csv }, sequences: 3 }
  d: { drive: { family: noise }, range: [[50, 70]], steps: 38 }
`,
    );
    const argv = ["plan", "nano-ring-array", "--plan", plan, "-o", place("no.yaml")];
    expect((await refusal(...argv)).replaceAll("; ", ";\n")).toMatchInlineSnapshot(`
      "error: unfit.yaml: the plan has 7 faults. Got parts.a.warmUp.steps: 10 left out are not a multiple of the carrier's 16 samples;
      parts.a.steps: without a reset before it, 30 is not a multiple of the carrier's 16 samples;
      parts.b.range: 2 ranges for 1 inputs (field);
      parts.b.drive.periods: the shortest comes first;
      parts.c.sequences: a drive from a file has its own;
      parts.c.drive.path: mine.csv has -1 Oe for 'field' at sequence 0, sample 2, outside 0 to 60 Oe;
      parts.d.range: 50 to 70 Oe of 'field' leaves the safe range 0 to 60 Oe, expected a plan as in docs/recording.md. Mend what is named and start again.
      "
    `);
    const other = await refusal(...record(plan));
    expect(other).toContain("device.kind: the plan is for 'nano-ring-array', and the device is");
  });

  test("if its recording could not be read again, before anything is measured", async () => {
    const part = "{ drive: { family: ladder }, sequences: 100, steps: 1000, repeats: 3000 }";
    const said = await refusal(...record(writePlan("huge.yaml", `parts: { all: ${part} }`)));
    expect(said).toContain("parts: 2.24 GiB in all, and a file holds less than 2 GiB");
  });

  test("for a preset or a size of it that there is not", async () => {
    const argv = ["record", "noisy-leaky-node", "-o", place("no.h5")];
    expect(await refusal(...argv, "--preset", "standrd")).toMatchInlineSnapshot(`
      "error: standrd: there is no such preset. Got 'standrd', expected one of standard, quick, paper. Did you mean 'standard'? Choose one of these, or write a plan.
      "
    `);
    expect(await refusal(...argv, "record.sequence=3")).toMatchInlineSnapshot(`
      "error: standard: the plan has a fault. Got record.sequence: there is no such size; did you mean 'sequences'?, expected a plan as in docs/recording.md. Mend what is named and start again.
      "
    `);
    expect(await refusal(...argv, "--preset", "quick", "--plan", "x")).toContain("cannot both");
    expect(await refusal("record", "noisy-leaky-node", "-o", place("no.txt"))).toContain(".npz");
  });
});

test("device check prints how every claim of the contract was met", async () => {
  const { code, stdout } = await run(["device", "check", "leaky-integrator", "device.sigma=0.1"]);
  expect(code).toBe(0);
  expect(stdout).toContain("leaky-integrator, sigma 0.1, exact scheme\n");
  expect(stdout.match(/^passed {2}/gm)).toHaveLength(14);
  expect(stdout.match(/^exempt {2}/gm)).toHaveLength(1);
});
