// Files that NumPy, h5py, SciPy and MATLAB wrote (test/fixtures/make.py) come in as one recording.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { createArray, type HostArray } from "../src/base/index.ts";
import {
  type ArrangeOptions,
  importArrays,
  type Layout,
  parseMat5,
  parseNpz,
  type Recording,
  writeRecording,
} from "../src/data/index.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "twinloom-formats-"));
afterAll(() => rmSync(folder, { recursive: true }));

const messageOf = async (action: () => unknown): Promise<string> => {
  try {
    await action();
  } catch (error) {
    return (error as Error).message.replaceAll(fixture(""), "");
  }
  return "no fault";
};

const fill = (shape: number[], rule: (index: number[]) => number): HostArray => {
  const array = createArray(shape);
  array.data.forEach((_, at) => {
    let rest = at;
    const index = [...shape].reverse().map((length) => {
      const i = rest % length;
      rest = Math.floor(rest / length);
      return i;
    });
    array.data[at] = rule(index.reverse());
  });
  return array;
};
// The recording of make.py.
const drive = fill([3, 8, 1], ([n, t]) => (10 * n + t) / 4);
const response = fill([3, 2, 8, 2], ([n, r, t, o]) => n + r / 4 + t / 16 + 100 * o);

const matlab: Layout = {
  drive: ["stimulus"],
  response: ["voltage"],
  time: "clock",
  driveAxes: ["sequence", "time"],
};
const layouts: Readonly<Record<string, ArrangeOptions>> = {
  "numpy.npz": {},
  "numpy-savetxt.csv": {
    drive: ["field"],
    response: ["resistance", "voltage"],
    time: "clock",
    sequence: "run",
    repeat: "trial",
  },
  "h5py.h5": {
    drive: ["run/stimulus"],
    response: ["run/voltage"],
    time: "run/clock",
    driveAxes: ["time", "sequence"],
    axes: ["repeat", "observable", "time", "sequence"],
  },
  "scipy.mat": matlab,
  "scipy-compressed.mat": matlab,
  "h5py-level-7.3.mat": matlab,
};

test.each(Object.entries(layouts))(
  "%s holds the same recording, to the last bit",
  async (name, layout) => {
    const { recording, notes } = await importArrays([fixture(name)], { ...layout, part: "part" });
    expect(recording.parts).toEqual([{ name: "part", drive, response }]);
    expect(recording.dt).toBe(0.5);
    expect(notes).toEqual([]);
  },
);

test("names and units come from the header of a table, and can be replaced", async () => {
  const layout = layouts["numpy-savetxt.csv"];
  const { recording } = await importArrays([fixture("numpy-savetxt.csv")], layout);
  expect(recording.inputs).toEqual([{ name: "field", unit: "mT" }]);
  expect(recording.observables).toEqual([
    { name: "resistance", unit: "ohm" },
    { name: "voltage", unit: "mV" },
  ]);
  const inputs = [{ name: "current", unit: "mA", min: 0, max: 10 }];
  const renamed = await importArrays([fixture("numpy-savetxt.csv")], { ...layout, inputs });
  expect(renamed.recording.inputs).toEqual(inputs);
});

test("every numeric type of NumPy is read, in both byte orders", () => {
  const { arrays } = parseNpz(readFileSync(fixture("numpy-types.npz")));
  expect(arrays.size).toBe(21);
  for (const [name, array] of arrays) {
    expect([name, array]).toEqual([
      name,
      createArray([4], name === "?" ? [0, 1, 1, 1] : [0, 1, 2, 100]),
    ]);
  }
});

/** What one path of a file holds, or why it cannot be used. */
async function look(name: string, path: string): Promise<string | readonly number[]> {
  try {
    const { recording } = await importArrays([fixture(name)], {
      ...{ drive: [path], response: [path], dt: 1, axes: ["time"], driveAxes: ["time"] },
    });
    return [...recording.parts[0].drive.data];
  } catch (error) {
    const text = (error as Error).message.replaceAll(fixture(""), "");
    return /(?:Got|does not) .*?(?=, expected)/.exec(text)?.[0] ?? text;
  }
}

describe("in HDF5 of h5py", () => {
  test.each([
    ["types/half", [0, 1, 2, 100]],
    ["types/big half", [0, 1, 2, 100]],
    ["types/flag", [0, 1]],
    ["types/u8", [0, 1, 2, 100]],
    ["types/circle/types/half", [0, 1, 2, 100]],
    ["types/large", "Got about 1152921504606847000 at element 0"],
    [
      "types/complex",
      "does not hold plain real numbers. Got [1] of pairs, as complex numbers are written",
    ],
    ["types/text", "does not hold plain real numbers. Got [2] of text of 3 bytes"],
    [
      "types/virtual",
      "does not hold plain real numbers. Got [4] of a virtual dataset, whose numbers are elsewhere",
    ],
  ])("%s gives %j", async (path, expected) => {
    expect(await look("h5py.h5", path)).toEqual(expected);
  });

  test.each(["link", "elsewhere"])(
    "%s, a link that leads out of the file, is not followed",
    async (path) => {
      expect(await look("h5py.h5", path)).toMatch(/^Got run\/clock, run\/stimulus, run\/voltage/);
    },
  );

  test.each(["lzf", "blosc", "szip"])("data packed with %s are refused by name", async (filter) => {
    const name = `filter-${filter}.h5`;
    expect(await messageOf(() => importArrays([fixture(name)]))).toBe(
      `${name}: the dataset drive is packed in a way that cannot be read safely. Got the filter ${filter}, expected no filter, or gzip, shuffle or fletcher32. Repack the file: h5repack -f GZIP=4 old.h5 new.h5.`,
    );
  });
});

describe("in MATLAB level 5 of SciPy", () => {
  const numeric = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"];
  test.each([...numeric, "single", "double"])("class %s is read", async (name) => {
    expect(await look("scipy.mat", `of_${name}`)).toEqual([0, 1, 2, 100]);
    expect(await look("scipy-compressed.mat", `of_${name}`)).toEqual([0, 1, 2, 100]);
  });

  test.each([
    ["of_logical", [1, 0]],
    ["fields(2).gain", [5, 6, 7]],
    ["fields.gain", [1, 2, 3]],
    ["cells{3}.depth", [9]],
    ["cells{1,3}.depth", [9]],
    ["of_char", "does not hold plain real numbers. Got [1, 3] of class char"],
    ["of_complex", "does not hold plain real numbers. Got [1, 1] of class complex double"],
    ["of_sparse", "does not hold plain real numbers. Got [2, 2] of class sparse"],
    ["fields.gian", "Got the fields gain, offset"],
    ["cells{4}", "Got a size of [1, 3]"],
  ])("%s gives %j", async (path, expected) => {
    expect(await look("scipy.mat", path)).toEqual(expected);
    expect(await look("scipy-compressed.mat", path)).toEqual(expected);
  });
});

describe("of MATLAB itself", () => {
  test("a big-endian array of three axes is read as MATLAB would index it", () => {
    const file = parseMat5(readFileSync(fixture("matlab-big-endian-3d.mat")));
    // SciPy: loadmat(...)["test3dmatrix"][i, j, k] == 1 + i + 2 j + 6 k
    const expected = fill([2, 3, 4], ([i, j, k]) => 1 + i + 2 * j + 6 * k);
    expect(file.get(file.names[0])).toEqual(expected);
  });

  test("fields of a big-endian struct and nested cells are reached", () => {
    const struct = parseMat5(readFileSync(fixture("matlab-big-endian-struct.mat")));
    expect([...struct.get("teststructnest.one").data]).toEqual([1]);
    const cells = parseMat5(readFileSync(fixture("matlab-7-cell.mat")));
    const paths = ["{1}", "{2}{1}", "{2}{2}", "{2}{3}{1}", "{2}{3}{2}"];
    const found = paths.map((path) => cells.get(`testcellnest${path}`).data[0]);
    expect(found).toEqual([1, 2, 3, 4, 5]);
  });

  test("complex numbers, text and level 4 are refused by name", async () => {
    const complex = parseMat5(readFileSync(fixture("matlab-7-complex.mat")), "complex.mat");
    expect(await messageOf(() => complex.get("testcomplex"))).toMatchInlineSnapshot(
      `"complex.mat: 'testcomplex' does not hold plain real numbers. Got [1, 9] of class complex double, expected a full array of double, single, logical or integers. Save real() and imag() as two observables."`,
    );
    const struct = parseMat5(readFileSync(fixture("matlab-big-endian-struct.mat")), "struct.mat");
    expect(await messageOf(() => struct.get("teststructnest.two.three"))).toMatchInlineSnapshot(
      `"struct.mat: 'teststructnest.two.three' does not hold plain real numbers. Got [1, 8] of class char, expected a full array of double, single, logical or integers. Convert it in MATLAB with double() or full(), or name a field or a cell of it."`,
    );
    expect(await messageOf(() => importArrays([fixture("matlab-4.mat")]))).toMatchInlineSnapshot(
      `"matlab-4.mat: this is not a MATLAB file that can be read. Got a file that starts with "\\u0000\\u0000\\u0003è\\u0000\\u0000\\u0000\\u0003\\u0000\\u0000\\u0000\\u0005\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u000b", version 0, expected a file of save(..., '-v6'), '-v7' or '-v7.3'. Save it again in MATLAB with '-v7'."`,
    );
  });

  test("level 7.3 is read, cells and fields of it too", async () => {
    const quarters = Array.from({ length: 9 }, (_, i) => (i * Math.PI) / 4);
    expect(await look("matlab-7.3.mat", "testdouble")).toEqual(quarters);
    expect(await look("h5py-level-7.3.mat", "c{2}")).toEqual([4, 5]);
    expect(await look("h5py-level-7.3.mat", "flag")).toEqual([1, 0]);
    expect(await look("h5py-level-7.3.mat", "words")).toBe(
      "does not hold plain real numbers. Got [3, 1] of MATLAB class char",
    );
  });
});

// The other way: our files in h5py and NumPy, where Python has them.
const python = (program: string, ...args: string[]): string =>
  execFileSync("python3", ["-c", program, ...args], {
    ...{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  });
const hasH5py = (() => {
  try {
    return python("import h5py, numpy; print('yes')").trim() === "yes";
  } catch {
    return false;
  }
})();

test.skipIf(!hasH5py)(
  "h5py and NumPy read what we write (skipped where python3 has no h5py)",
  async () => {
    const recording: Recording = {
      dt: 0.5,
      inputs: [{ name: "field", unit: "mT" }],
      observables: ["a", "b"].map((name) => ({ name, unit: "V" })),
      parts: [{ name: "set", drive, response, length: Int32Array.of(8, 8, 5) }],
    };
    for (const ending of ["h5", "npz"]) {
      await writeRecording(join(folder, `ours.${ending}`), recording);
    }
    const program = `
import json, sys, h5py, numpy as np
h5 = h5py.File(sys.argv[1] + "/ours.h5"); npz = np.load(sys.argv[1] + "/ours.npz")
out = {"dt": float(h5.attrs["dt"]), "inputs": json.loads(h5.attrs["inputs"]),
       "labels": [d.label for d in h5["set/response"].dims]}
for key in ["set/drive", "set/response", "set/length"]:
    a, b = h5[key][...], npz[key]
    out[key] = [str(a.dtype), str(b.dtype), list(a.shape), a.ravel().tolist(), bool((a == b).all())]
print(json.dumps(out))`;
    const read = JSON.parse(python(program, folder));
    expect(read).toEqual({
      dt: 0.5,
      inputs: recording.inputs,
      labels: ["sequences", "repeats", "time", "observables"],
      "set/drive": ["float64", "float64", [3, 8, 1], [...drive.data], true],
      "set/response": ["float64", "float64", [3, 2, 8, 2], [...response.data], true],
      "set/length": ["int32", "int32", [3], [8, 8, 5], true],
    });
  },
);

test("a file of h5py is refused, not misread, where its name says MATLAB or text", async () => {
  const bytes = readFileSync(fixture("h5py.h5"));
  for (const name of ["h5py.mat", "h5py.csv", "h5py.npz"]) {
    writeFileSync(join(folder, name), bytes);
    expect(await messageOf(() => importArrays([join(folder, name)]))).toMatch(
      /this is not a (MATLAB file|readable table|readable \.npz file)/,
    );
  }
});
