// The command line from import to simulation, and what it says to bad files. What it says to bad
// recipes and their data: bad-recipes.test.ts.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createArray, type HostArray } from "../src/base/index.ts";
import { formatNpy, formatNpz, parseNpz } from "../src/data/index.ts";
import { createCommandLine } from "./command-line.test-support.ts";

// NumPy 2.4.6, in half precision: six drives of levels held for 3 of 12 steps, five noisy repeats each
// of s = 0.7 s + 0.3 drive + 0.05 normal.
//   np.savez_compressed(f, drive=drive[:, :, None].astype("f2"),
//                       response=x[..., None].astype("f2"), dt=0.1)
const numpyFile = [
  "UEsDBC0AAAAIAAAAIQBmcIfq//////////8JABQAZHJpdmUubnB5AQAQABABAAAAAAAAoAAAAAAAAACb7BfqGxDJ",
  "yFDGUK2eklqcXKRupaBuk2akrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpmOgqGRkCsqaNQq0AW4OJV",
  "A0FTaxDctBME9axBkHUbCL7YAIJ2liB4YSMIRuqBYP9uEOSzAMFHOiBYvBUE51qAoM82EPyyFgRv7wRB400guH8H",
  "CM7eDoKMFiDIvh0Epy4HwY3WIAgAUEsDBC0AAAAIAAAAIQA+swoW//////////8MABQAcmVzcG9uc2UubnB5AQAQ",
  "AFADAAAAAAAAMQMAAAAAAACVkO1vU1UAh7dEMjQBlTS8xBI6XGl7e9vdc3rf9vKBaBzqIu8LQsaWuq0BYkA62RIX",
  "FhdQZA4DSJwKG1ta2tJL784995x7z7ZAwDgLDogoWSSKYWYOYpwrIWIdMp1/gr/k+fA8H38fr615bf3WwoKWgjZP",
  "Y1NzQ9RT7vJURqCHd3kie6JvR8O76/dEG5v+61XhN5ub5nrzjvBbTXPulXmXxLsAnMPHu/a7/v+ecqKZlG/VaTGv",
  "vKw6hB79Q3Kf/0dcrXZnJvSG1N3QJflHdRiOpZ+jR/0rxWn54ic93KXiL0I/yDVqZ/A6ztKrZ2KwWgnE+k8edl4U",
  "Hyv71VpxfslxvBjkpF7lSEn72eixR3BWvq1WgldRiHSDW9Ju9ZAewVvMLkMyd6KWQAQmxTVCR+BGvOT09oEraORc",
  "hTaqDYNyaa28EtYLX/ONxgM8n2TJR6TbrOv+E7wrEdDF3/Qp6FkyTOZZo7SThrVNYDH8mzuy4kCmvb/PeGg+jT1m",
  "p7ZIOA6nlOXie35H/IF/U6BDqNXaacZeigtKQ7Aa7AM9QhG/j3Okf6Jb7OrBX2kYLXIj96B3Kuhx6r5Jbpq0MjJ4",
  "l9421vAfCLrgBufT9zxXuPt4zOpjEvnsRFZwCKugPzjuTSXOaHdocPDg0B/WXsOrvXNgLNMXB3qR8QLuLM6CKXFX",
  "cGEqr1dq+XRtstL4C42avbE4HBLP85szVagOUePh2e3oGk7g37l6+Ei6Cn5ZXodOpXemtqERPYc58n7yQumE6Aw0",
  "pLcaiblnevBltMt4bHj9vpAEPy0eQuvw53gd3qaXmt/RXovQWjJpuq2T1jLmZTm7hd3BIr1lRaxxEqeK/TxzsyXs",
  "oL2a5XGF9QoT7DdIGX7SGrGfYV2smo3bY+ZeO882sm+sY3Szpdgqc7Iadth24CG6wpLoAlpETljL7FY2zW6wLKuA",
  "5WKV1Or7TefJRvMrA6El4lK1oWwD+Fl8SUr6kP7iQMe5Nv3eQA28KV9QZ4NHQ5z0Ovi273KqPzZTvIFLiofkUNkM",
  "CMM2ccL/ZSZntuGYGTFmS5GcUAsFDBzSqcCkVmg8YX6PEwM5UKRwZf8CUEsDBC0AAAAIAAAAIQAAvA4S////////",
  "//8GABQAZHQubnB5AQAQAIgAAAAAAAAASAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKU",
  "mBefX5SSChJ3S8wpTgWKF2ckFqQC+RqaOgq1ChQBrlkzQWCnPQBQSwECLQMtAAAACAAAACEAZnCH6qAAAAAQAQAA",
  "CQAAAAAAAAAAAAAAgAEAAAAAZHJpdmUubnB5UEsBAi0DLQAAAAgAAAAhAD6zChYxAwAAUAMAAAwAAAAAAAAAAAAA",
  "AIAB2wAAAHJlc3BvbnNlLm5weVBLAQItAy0AAAAIAAAAIQAAvA4SSAAAAIgAAAAGAAAAAAAAAAAAAACAAUoEAABk",
  "dC5ucHlQSwUGAAAAAAMAAwClAAAAygQAAAAA",
].join("");

const { folder, place, run, refusal, remove } = createCommandLine();

const wave = (...shape: number[]): HostArray => {
  const array = createArray(shape);
  array.data.forEach((_, i) => {
    array.data[i] = Math.sin(i);
  });
  return array;
};

function writeNpz(name: string, drive: HostArray, response: HostArray, dt = 0.1): void {
  const arrays = new Map([
    ["drive", drive],
    ["response", response],
    ["dt", createArray([], [dt])],
  ]);
  writeFileSync(place(name), formatNpz(arrays));
}

const small = ["sequences=12", "steps=40", "repeatSequences=4", "repeats=8", "ladderLevels=2"];
const quickFit = ["twin.driftSteps=20", "twin.noiseSteps=20", "twin.hidden=[8]"];

beforeAll(async () => {
  const settings = small.map((setting) => `record.${setting}`);
  await run(["record", "leaky-integrator", ...settings, "-o", place("rec.h5"), "--quiet"]);
  await run(["twin", "fit", place("rec.h5"), ...quickFit, "-o", place("twin"), "--quiet"]);
});

afterAll(remove);

describe("from a recording to a simulation", () => {
  test("a recording is described in words and in JSON, on stdout alone", async () => {
    const words = await run(["data", "info", place("rec.h5")]);
    expect(words.stdout).toContain("repeat_set: 4 sequences, 8 repeats, 40 steps (4 s)");
    const { code, stdout, stderr } = await run(["data", "info", place("rec.h5"), "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const names = JSON.parse(stdout).parts.map(({ name }: { name: string }) => name);
    expect(names).toEqual(["drive_set", "repeat_set", "ladder"]);
  });

  test("the page of a recording goes where --report or --out says, and is not overwritten", async () => {
    for (const [flag, name] of [
      ["--report", "page.html"],
      ["-o", "other.html"],
    ]) {
      const said = await run(["data", "info", place("rec.h5"), flag, place(name), "--json"]);
      expect(said.code).toBe(0);
      expect(JSON.parse(said.stdout).report).toBe(name);
      expect(readFileSync(place(name), "utf8")).toContain("<title>Recording rec.h5</title>");
    }
    const again = await run(["data", "info", place("rec.h5"), "--report", place("page.html")]);
    expect(again.code).toBe(2);
  });

  test("a validation has an error, a floor and their ratio for mean, std and autocov", async () => {
    const { stdout } = await run(["twin", "validate", place("twin"), place("rec.h5"), "--json"]);
    const validation = JSON.parse(stdout);
    for (const measure of ["mean", "std", "autocov"]) {
      const { error, floor, ratio } = validation[measure];
      expect(ratio).toBeCloseTo(error / floor, 12);
    }
    expect(validation.drives).toBe("drives that the fit has not seen");
    expect(validation.rankHistogram).toHaveLength(10);
    expect(validation.noiseBudget.observables[0].reason).toBe("fewer than 16 repeats");
    // Of the repeat set, although the ladder was repeated more often.
    expect(validation.counts).toMatchObject({ sequences: 2, deviceRepeats: 8 });
  });

  test("a validation is written as one page that loads nothing, and not over another file", async () => {
    const argv = ["twin", "validate", place("twin"), place("rec.h5"), "--report"];
    const { code, stdout } = await run([...argv, place("judged.html")]);
    expect(code).toBe(0);
    for (const words of [
      "correlation of the noise in time",
      "free run: median horizon",
      "x           twin",
    ]) {
      expect(stdout).toContain(words);
    }
    const page = readFileSync(place("judged.html"), "utf8");
    expect(page).not.toMatch(/(?:src|href)="(?!#|data:)/);
    for (const figure of ["validation-measures", "noise-budget", "error-along-drive-", "rank"]) {
      expect(page).toContain(`id="figure-${figure.replace(/-$/, "")}`);
    }
    expect(await refusal(...argv, place("judged.html"))).toMatchInlineSnapshot(`
      "error: judged.html: something is there already, and nothing is overwritten. Got a path that exists, expected a path where nothing is. Choose another name with --out, or move away what is there.
      "
    `);
  });

  test("a drive that leaves the recorded range is refused, and followed where that is asked", async () => {
    writeFileSync(place("far.npy"), formatNpy(createArray([4], [0, 1, 2.5, -3])));
    const argv = ["twin", "simulate", place("twin"), "--drive", place("far.npy")];
    expect(await refusal(...argv, "-o", place("far.npz"))).toMatchInlineSnapshot(`
      "error: far.npy: the drive 'drive' leaves the range that was recorded. Got -3 to 2.5, expected within -1.935435 to 2. Stay within the range, or add --allow-extrapolation and trust nothing beyond it.
      "
    `);
    const asked = [...argv, "-o", place("far.npz"), "--allow-extrapolation"];
    expect((await run(asked)).code).toBe(0);
  });

  test.each([
    { shape: [10], expected: [1, 3, 10, 1] },
    { shape: [10, 1], expected: [1, 3, 10, 1] },
    { shape: [2, 10, 1], expected: [2, 3, 10, 1] },
  ])("a drive $shape gives observables $expected", async ({ shape, expected }) => {
    const [drive, out] = [`drive-${shape.join("-")}.npy`, `simulated-${shape.join("-")}.npz`];
    writeFileSync(place(drive), formatNpy(wave(...shape)));
    const argv = ["twin", "simulate", place("twin"), "--drive", place(drive), "--repeats", "3"];
    expect((await run([...argv, "-o", place(out)])).code).toBe(0);
    expect(parseNpz(readFileSync(place(out))).arrays.get("observables")?.shape).toEqual(expected);
  });

  test("a twin's folder says from which seed, recording and data it came, and how its losses went", () => {
    const { training, datasets } = JSON.parse(
      readFileSync(join(place("twin"), "twin.json"), "utf8"),
    );
    expect(datasets).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(training.seed).toBe(0);
    // 12 drives, the half of 4 repeated ones that the fit sees, and a ladder of 2 levels.
    const { training: seen, validation } = training.data;
    expect(seen.sequences + validation.sequences).toBe(12 + 2 + 2);
    for (const { steps, history } of training.phases) {
      expect(history.step[history.step.length - 1]).toBe(steps);
      expect(history.loss).toHaveLength(history.step.length);
      expect(history.validation).toHaveLength(history.step.length);
    }
  });

  test("the same seed fits the same bits, another seed others", async () => {
    const weights = async (name: string, seed: string): Promise<string> => {
      const argv = ["twin", "fit", place("rec.h5"), ...quickFit, "--seed", seed, "--quiet"];
      await run([...argv, "-o", place(name)]);
      return readFileSync(join(place(name), "weights.safetensors"), "base64");
    };
    const first = await weights("seed-5", "5");
    expect(await weights("seed-5-again", "5")).toBe(first);
    expect(await weights("seed-6", "6")).not.toBe(first);
  });

  test("an npz that NumPy wrote is imported, fitted, validated and simulated", async () => {
    writeFileSync(place("numpy.npz"), Buffer.from(numpyFile, "base64"));
    const imported = ["data", "import", place("numpy.npz"), "-o", place("numpy.h5")];
    expect((await run(imported)).code).toBe(0);
    const fit = ["twin", "fit", place("numpy.h5"), ...quickFit, "-o", place("numpy-twin")];
    expect((await run([...fit, "--quiet"])).code).toBe(0);
    const judge = ["twin", "validate", place("numpy-twin"), place("numpy.h5"), "--json"];
    const validated = await run(judge);
    expect(JSON.parse(validated.stdout).counts.deviceRepeats).toBe(5);
    writeFileSync(place("numpy-drive.npy"), formatNpy(createArray([12])));
    const drive = ["twin", "simulate", place("numpy-twin"), "--drive", place("numpy-drive.npy")];
    expect((await run([...drive, "-o", place("numpy-simulated.npz")])).code).toBe(0);
  });
});

describe("bad input ends with exit code 2 and a whole message", () => {
  test("a file that is not there", async () => {
    expect(await refusal("data", "info", place("nowhere.h5"))).toMatchInlineSnapshot(`
      "error: nowhere.h5: there is no such file. Got ENOENT, expected a file that exists and may be read, smaller than 2 GiB. Check the path and the folder you are in.
      "
    `);
    expect(
      await refusal("twin", "validate", place("nowhere"), place("rec.h5")),
    ).toMatchInlineSnapshot(`
      "error: readTwin: there is no such twin folder. Got 'nowhere', expected a folder with twin.json and weights.safetensors. Correct the path, or fit a twin and write it there.
      "
    `);
  });

  test("shapes that do not belong together", async () => {
    writeNpz("shapes.npz", wave(2, 30, 1), wave(2, 5, 29, 1));
    expect(await refusal("data", "info", place("shapes.npz"))).toMatchInlineSnapshot(`
      "error: shapes.npz: the drive and the response do not belong together. Got drive [2, 30, 1] (sequences, time, inputs) and response [2, 5, 29, 1] (sequences, repeats, time, observables), after adding axes of length 1, expected equal sequences and equal time. Give all axes; repeats of one drive are a response [1, repeats, time, observables].
      "
    `);
    writeFileSync(place("two-columns.npy"), formatNpy(wave(10, 2)));
    const drive = ["--drive", place("two-columns.npy"), "-o", place("no.npz")];
    expect(await refusal("twin", "simulate", place("twin"), ...drive)).toMatchInlineSnapshot(`
      "error: two-columns.npy: the drive does not fit the twin. Got [10, 2], expected [time, 1] or [sequences, time, 1]. Give one column for each of drive.
      "
    `);
  });

  test("NaN in a recording, to import, to describe, to fit and to validate", async () => {
    const response = wave(2, 5, 30, 1);
    response.data[77] = Number.NaN;
    writeNpz("nan.npz", wave(2, 30, 1), response);
    const said = await refusal("data", "info", place("nan.npz"));
    expect(said).toMatchInlineSnapshot(`
      "error: nan.npz: the response of part 'nan' is not finite at sequence 0, repeat 2, time 17, observable 0 'observable 1' (from 0). Got NaN, expected a finite number. Leave out that sequence, or repair the sample; pad short sequences with their last value.
      "
    `);
    const out = ["-o", place("no")];
    expect(await refusal("twin", "fit", place("nan.npz"), ...out)).toBe(said);
    expect(await refusal("twin", "validate", place("twin"), place("nan.npz"))).toBe(said);
    expect(await refusal("data", "import", place("nan.npz"), "-o", place("no.h5"))).toBe(said);
    expect(existsSync(place("no"))).toBe(false);
  });

  test("NaN in a drive, even where extrapolation is allowed, and a drive of nothing", async () => {
    writeFileSync(place("nan.npy"), formatNpy(createArray([3], [0, Number.NaN, 0])));
    writeFileSync(place("empty.npy"), formatNpy(createArray([0])));
    const simulate = (drive: string): Promise<string> => {
      const files = ["--drive", place(drive), "-o", place("no.npz")];
      return refusal("twin", "simulate", place("twin"), ...files, "--allow-extrapolation");
    };
    expect(await simulate("nan.npy")).toMatchInlineSnapshot(`
      "error: nan.npy: the drive is not finite. Got NaN at [0, 1, 0], expected finite numbers. Repair the sample, or cut it off.
      "
    `);
    expect(await simulate("empty.npy")).toMatchInlineSnapshot(`
      "error: empty.npy: the drive is empty. Got [1, 0, 1], expected at least one sample. Write a drive with samples to the file.
      "
    `);
    expect(existsSync(place("no.npz"))).toBe(false);
  });

  test("an empty recording", async () => {
    writeNpz("empty.npz", wave(0, 30, 1), wave(0, 5, 30, 1));
    expect(await refusal("data", "info", place("empty.npz"))).toMatchInlineSnapshot(`
      "error: empty.npz: the array 'drive' of part 'empty' does not have the shape of a recording. Got [0, 30, 1], expected [*, *, 1] with 1 or more for each * (sequences, time, inputs). Reshape the array, or correct the list of inputs or observables.
      "
    `);
  });

  test("a device or an option of it that does not exist", async () => {
    expect(await refusal("device", "describe", "leaky-integratr")).toMatchInlineSnapshot(`
      "error: createDevice: there is no such kind of device. Got 'leaky-integratr', expected one of duffing-oscillator, ikeda-node, leaky-integrator, mackey-glass-node, nano-ring-array, noisy-leaky-node, spin-vortex-ice, superparamagnetic-ensemble, superparamagnetic-junction, thermal-macrospin, volatile-memristor, vortex-oscillator. Did you mean 'leaky-integrator'? Choose one of these.
      "
    `);
    const record = ["record", "leaky-integrator", "-o", place("no.h5")];
    expect(await refusal(...record, "device.simga=1")).toMatchInlineSnapshot(`
      "error: leaky-integrator: there is no such option. Got 'simga', expected one of sigma, scheme. Did you mean 'sigma'? Correct its spelling or take it out.
      "
    `);
  });

  test("a recording of another device than the twin's", async () => {
    writeNpz("wide.npz", wave(4, 30, 2), wave(4, 5, 30, 3));
    writeNpz("slow.npz", wave(4, 30, 1), wave(4, 5, 30, 1), 0.5);
    const validate = ["twin", "validate", place("twin")];
    expect(await refusal(...validate, place("wide.npz"))).toMatchInlineSnapshot(`
      "error: wide.npz: the recording does not fit the twin. Got inputs 2, observables 3, expected inputs 1, observables 1. Judge the twin by a recording of the device that it was fitted to.
      "
    `);
    expect(await refusal(...validate, place("slow.npz"))).toMatchInlineSnapshot(`
      "error: slow.npz: the recording was sampled at another step than the twin's. Got 0.5 s, expected 0.1 s. Record again at the twin's sampling step, or fit a twin to this recording.
      "
    `);
  });

  test("an output that is there already, before anything is recorded or fitted", async () => {
    const fit = ["twin", "fit", place("rec.h5"), "-o", place("twin")];
    expect(await refusal(...fit)).toMatchInlineSnapshot(`
      "error: twin: something is there already, and nothing is overwritten. Got a path that exists, expected a path where nothing is. Choose another name with --out, or move away what is there.
      "
    `);
    const record = ["record", "leaky-integrator", "-o", place("rec.h5")];
    expect(await refusal(...record)).toMatchInlineSnapshot(`
      "error: rec.h5: something is there already, and nothing is overwritten. Got a path that exists, expected a path where nothing is. Choose another name with --out, or move away what is there.
      "
    `);
  });

  test("usage", async () => {
    expect(await refusal("nope")).toMatchInlineSnapshot(`
      "error: unknown command 'nope'
      See --help.
      "
    `);
    expect(await refusal("twin", "fit")).toMatchInlineSnapshot(`
      "error: missing required argument 'recording'
      See --help.
      "
    `);
    expect(await refusal("record", "leaky-integrator")).toMatchInlineSnapshot(`
      "error: twinloom record: it was not said where the result goes. Got no --out, expected the name of a new file. Add, for example, -o rec.h5.
      "
    `);
  });
});

test("help and version are asked for, and end with 0", async () => {
  expect((await run(["--help"])).code).toBe(0);
  expect((await run(["version"])).stdout).toMatch(/^twinloom \d+\.\d+\.\d+\n$/);
});

test("a fit that is interrupted ends with 130 and leaves no twin, only its run folder", async () => {
  const before = readdirSync(folder);
  const argv = ["twin", "fit", place("rec.h5"), ...quickFit, "-o", place("stopped")];
  const { code, stdout } = await run(argv, AbortSignal.abort());
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  expect(readdirSync(folder).sort()).toEqual([...before, "stopped.fit"].sort());
});
