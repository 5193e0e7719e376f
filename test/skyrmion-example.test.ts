// The example that makes a recording of a MuMax3 table, run as a user runs it: on a made-up table
// whose truth is known, and on the real one, which is not shipped.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { sliceFirst } from "../src/base/index.ts";
import { readRecording } from "../src/data/index.ts";
import { createPlaybackDevice } from "../src/devices/index.ts";

const program = fileURLToPath(new URL("../examples/skyrmion-mumax.js", import.meta.url));
const real = fileURLToPath(new URL("../../shared/data/skyrmion_mumax/table.txt", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "twinloom-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function convert(...argv: string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], {
    encoding: "utf8",
  });
  return { status, said: (stdout + stderr).replaceAll(`${folder}/`, "") };
}

function writeTable(name: string, rows: readonly (readonly number[])[]): string {
  const head = "# t (s)\tmx ()\tmz ()\tKu1.region100 (J/m3)";
  const path = join(folder, name);
  writeFileSync(path, [head, ...rows.map((row) => row.join("\t")), ""].join("\n"));
  return path;
}

// Rows up to 1 % of a step late, as in the real table; 100 steps to a period.
const angle = (t: number): number => (2 * Math.PI * t) / 2.5e-10;
const madeUp = Array.from({ length: 401 }, (_, k) => {
  const t = 1e-9 + 2.5e-12 * (k + (k === 0 || k === 400 ? 0 : 0.01 * ((k * 7) % 10) * 0.1));
  return [t, 0, Math.sin(angle(t)), 8e5 + 1e5 * Math.cos(angle(t))];
});

test("samples lie on exact multiples of the mean step: mz within 1e-6, the drive as the mean over its step within 4e-4 of its amplitude", async () => {
  const out = join(folder, "made-up.h5");
  expect(convert(writeTable("made-up.txt", madeUp), out, "150")).toEqual({
    status: 0,
    said: "made-up.h5: 2 sequences of 150 steps of 2.5e-12 s\n",
  });
  const { dt, parts } = await readRecording(out);
  const [{ drive, response }] = parts;
  expect(dt).toBe(2.5e-12);
  expect(response.shape).toEqual([2, 1, 150, 1]);
  for (let k = 0; k < 300; k++) {
    const [from, to] = [1e-9 + k * dt, 1e-9 + (k + 1) * dt];
    expect(Math.abs(response.data[k] - Math.sin(angle(to)))).toBeLessThan(1e-6);
    const mean = (Math.sin(angle(to)) - Math.sin(angle(from))) / (angle(to) - angle(from));
    expect(Math.abs(drive.data[k] - 8e5 - 1e5 * mean)).toBeLessThan(40);
  }
});

test("a table without its columns, a torn one and lengths that do not fit are refused by name", () => {
  const torn = join(folder, "torn.txt");
  writeFileSync(torn, `${readFileSync(writeTable("ok.txt", madeUp), "utf8").slice(0, -30)}\n`);
  const other = join(folder, "other.txt");
  writeFileSync(other, "# t (s)\tmz ()\n0\t1\n1\t1\n2\t1\n3\t1\n");
  expect(convert(torn, join(folder, "a.h5"))).toMatchInlineSnapshot(`
    {
      "said": "torn.txt: this is not the table of a driven skyrmion. Got '1.9999999999999997e-9	0	' in line 402, expected columns t, mz and Ku1.region100, and four whole rows of numbers or more. Give MuMax3's table.txt, with its header and tabs between the columns.
    ",
      "status": 1,
    }
  `);
  expect(convert(other, join(folder, "b.h5"))).toMatchInlineSnapshot(`
    {
      "said": "other.txt: this is not the table of a driven skyrmion. Got the columns t (s), mz (), expected columns t, mz and Ku1.region100, and four whole rows of numbers or more. Give MuMax3's table.txt, with its header and tabs between the columns.
    ",
      "status": 1,
    }
  `);
  expect(convert(join(folder, "ok.txt"), join(folder, "c.h5"))).toMatchInlineSnapshot(`
    {
      "said": "skyrmion-mumax: sequences of this length cannot be cut from the table. Got 1000 steps of 400, expected a whole number from 1 to 400. Give another number of steps, or none for 1000.
    ",
      "status": 1,
    }
  `);
  expect(convert(join(folder, "none.txt"), join(folder, "d.h5"))).toMatchInlineSnapshot(`
    {
      "said": "none.txt: the table cannot be read. Got ENOENT, expected MuMax3's table.txt. Check the path and the folder you are in.
    ",
      "status": 1,
    }
  `);
  expect(convert(torn).status).toBe(2);
});

if (!existsSync(real)) process.stdout.write(`skipped: no MuMax3 table of a skyrmion at ${real}\n`);

// A row lies up to 0.026 ps, 1 % of a step, from its sample, and mz changes by at most 0.042 a step.
test.skipIf(!existsSync(real))(
  "the real table gives 60 sequences of 1,000 steps whose mz is that of the nearest row within 0.001, and they play back",
  async () => {
    const out = join(folder, "skyrmion.h5");
    expect(convert(real, out).status).toBe(0);
    const recording = await readRecording(out);
    const [{ drive, response }] = recording.parts;
    expect(response.shape).toEqual([60, 1, 1000, 1]);
    const rows = readFileSync(real, "utf8").trimEnd().split("\n").slice(2);
    const differences = rows.map((row, k) =>
      Math.abs(Number(row.split("\t")[3]) - response.data[k]),
    );
    expect(differences.length).toBe(60_000);
    expect(differences.reduce((a, b) => Math.max(a, b))).toBeLessThan(0.001);

    const device = createPlaybackDevice(recording);
    const played = await device.run(sliceFirst(drive, 17));
    expect(played.data).toEqual(response.data.slice(17_000, 18_000));
    await expect(device.run(sliceFirst(drive, 17))).rejects.toThrow("has been played");
  },
);
