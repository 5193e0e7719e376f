// `data import` of files that are no recordings: flags, a mapping file, warnings, refusals.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { runCli } from "../src/cli/run.ts";
import { readRecording } from "../src/data/index.ts";

const folder = mkdtempSync(join(tmpdir(), "twinloom-import-"));
afterAll(() => rmSync(folder, { recursive: true }));
const place = (name: string): string => join(folder, name);
const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

async function run(...argv: string[]) {
  const said = { stdout: "", stderr: "" };
  const into = (stream: "stdout" | "stderr") => ({
    write: (text: string) => {
      said[stream] += text.replaceAll(`${folder}/`, "").replaceAll(fixture(""), "");
    },
  });
  const connections = { stdout: into("stdout"), stderr: into("stderr"), colour: false };
  return { code: await runCli(["data", "import", ...argv], connections), ...said };
}

const table = ["--drive", "field", "--response", "resistance,voltage", "--time", "clock"];
const labels = ["--sequence", "run", "--repeat", "trial"];

test("a table of NumPy becomes a recording by flags", async () => {
  const file = fixture("numpy-savetxt.csv");
  const { code, stdout, stderr } = await run(file, ...table, ...labels, "-o", place("table.h5"));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatchInlineSnapshot(`
    "table.h5
    sampling step 0.5 s

    numpy-savetxt: 3 sequences, 2 repeats, 8 steps (4 s)
      input  unit  lowest  highest
      field  mT         0     6.75
      observable  unit  lowest  highest   mean      sd  noise sd  slow change
      resistance  ohm        0    2.688  1.344  0.8472    0.1768     0.25 ± 0
      voltage     mV       100    102.7  101.3  0.8472    0.1768     0.25 ± 0
      noise correlation  after     1     2
      resistance                1.00  1.00
      voltage                   1.00  1.00
      correlation between observables: resistance and voltage 1.00
      correlation between their noise: resistance and voltage 1.00

    warning: no drive has more than 2 repeats: the sd of its noise is known to 71 % at each step
    warning: there are 3 sequences, fewer than 5: too few to keep some aside for validation
    warning: observables 'resistance' and 'voltage' are nearly one signal (correlation 1.0000): the second adds little
    "
  `);
  const { protocol } = await readRecording(place("table.h5"));
  expect(protocol).toMatchObject({ imported: { files: ["numpy-savetxt"], notes: [] } });
});

test("a mapping file says the same, and flags go before it", async () => {
  const map = [
    "drive: stimulus",
    "response: voltage",
    "time: clock",
    "driveAxes: [sequence, time]",
    "inputs: [{ name: field, unit: mT, min: -1, max: 10 }]",
    'observables: ["resistance (ohm)", "voltage (V)"]',
  ];
  writeFileSync(place("map.yaml"), map.join("\n"));
  const flags = ["--map", place("map.yaml"), "--observables", "a (V),b (A)", "--part", "field set"];
  const { code } = await run(fixture("scipy.mat"), ...flags, "-o", place("map.h5"));
  expect(code).toBe(0);
  const { inputs, observables, parts } = await readRecording(place("map.h5"));
  expect(inputs).toEqual([{ name: "field", unit: "mT", min: -1, max: 10 }]);
  expect(observables).toEqual([
    { name: "a", unit: "V" },
    { name: "b", unit: "A" },
  ]);
  expect(parts.map(({ name }) => name)).toEqual(["field set"]);
});

const rows = Array.from({ length: 20 }, (_, t) => {
  const time = t === 7 ? t + 0.25 : t;
  return `${time},${Math.floor(t / 4)},${t === 12 ? "" : t}`;
});

test("irregular times and missing samples are told on stderr and kept in the recording", async () => {
  writeFileSync(place("odd.csv"), `t (ms),u (V),i (mA)\n${rows.join("\n")}\n`);
  const flags = ["--drive", "u", "--response", "i", "--time", "t"];
  const refused = await run(place("odd.csv"), ...flags, "-o", place("odd.h5"));
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatchInlineSnapshot(`
    "error: odd.csv: samples are missing, first at step 12 of sequence 0 (from 0). Got 1 of 20 steps with NaN in the drive or the response of a repeat, expected numbers, or gaps that leave at least 5 steps. Repair the samples, or cut sequences at their gaps with --missing mask.
    "
  `);
  const masked = await run(place("odd.csv"), ...flags, "--missing", "mask", "-o", place("odd.h5"));
  expect(masked.code).toBe(0);
  expect(masked.stderr).toMatchInlineSnapshot(`
    "warning: odd.csv: the time step is not 0.001 s throughout but 0.00075 to 0.00125 s, at most 0.00025 s (25 %) from it; resampled to 0.001 s, the response by linear interpolation, the drive by the value held until the next time of the file
    warning: odd.csv: 1 of 20 steps are missing; 1 sequence was cut at the gaps into 2 of 7 to 12 steps, of which those after a gap start in mid-run
    "
  `);
  const { dt, parts } = await readRecording(place("odd.h5"));
  expect(dt).toBeCloseTo(1e-3, 15);
  expect(parts[0].length).toEqual(Int32Array.of(12, 7));
});

test("a layout that cannot be is refused with all its faults, before any file is read", async () => {
  const flags = ["--axes", "sequence,tim", "--missing", "drop", "--each", "file"];
  const { code, stderr } = await run(place("nowhere.mat"), ...flags, "-o", place("no.h5"));
  expect(code).toBe(2);
  expect(stderr).toMatchInlineSnapshot(`
    "error: data import: the files cannot be laid out like this. Got axes.1: 'tim' is none of sequence, repeat, time, observable; did you mean 'time'?; missing: 'drop' is none of refuse, mask; each: 'file' is none of part, sequence, repeat, expected a layout as in docs/files.md. Mend what is named and start again.
    "
  `);
  writeFileSync(place("bad.yaml"), "drives: x\ninputs: [{ name: a, units: V }]\n");
  const mapped = await run(place("a.mat"), "--map", place("bad.yaml"), "-o", place("no.h5"));
  expect(mapped.stderr).toMatchInlineSnapshot(`
    "error: bad.yaml: the files cannot be laid out like this. Got inputs.0.units: there is no such key; did you mean 'unit'?; drives: there is no such key; did you mean 'drive'?, expected a layout as in docs/files.md. Mend what is named and start again.
    "
  `);
});

test("a name that is not in the file is refused with those that are", async () => {
  const { stderr } = await run(fixture("scipy.mat"), "--dt", "1", "-o", place("no.h5"));
  expect(stderr).toMatchInlineSnapshot(`
    "error: scipy.mat: there is nothing at 'drive'. Got variables stimulus, voltage, clock, of_int8, of_uint8, of_int16, of_uint16, of_int32, of_uint32, of_int64, of_uint64, of_single, of_double, of_logical, of_char, of_complex, of_sparse, fields, cells, empty, expected a path such as v, s.field, s(2).field or c{3}. Name what is in the file, as MATLAB would.
    "
  `);
  const csv = await run(fixture("numpy-savetxt.csv"), "--drive", "feild", "-o", place("no.h5"));
  expect(csv.stderr).toMatchInlineSnapshot(`
    "error: numpy-savetxt.csv: there is no array 'feild'. Got run, trial, clock, field, resistance, voltage, expected the name of one of these. Did you mean 'field'? Say where the drive and the response are: --drive and --response.
    "
  `);
});
