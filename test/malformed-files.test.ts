// Files that are broken by accident or on purpose: always a fault that names the file, never
// another exception, a crash, a hang, or more than 512 MiB.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { zipSync } from "fflate";
import { afterAll, describe, expect, test } from "vitest";
import { createArray, isFault } from "../src/base/index.ts";
import {
  type ArrangeOptions,
  formatNpy,
  formatNpz,
  importArrays,
  readRecording,
} from "../src/data/index.ts";
import { damage } from "./mutate.test-support.ts";

const fixture = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "twinloom-malformed-"));
afterAll(() => rmSync(folder, { recursive: true }));
const before = process.memoryUsage().rss;

/** What reading some bytes comes to. */
type Outcome = "read" | "fault";

async function outcomeOf(reading: Promise<unknown>, name: string): Promise<Outcome> {
  try {
    await reading;
    return "read";
  } catch (error) {
    if (!isFault(error)) throw error;
    expect(error.message).toContain(name);
    expect(error.code).not.toBe("internal");
    return "fault";
  }
}

/** Import it, and read it as a recording where it could be one. */
async function tryOut(name: string, bytes: Uint8Array, layout: ArrangeOptions): Promise<Outcome> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const imported = await outcomeOf(importArrays([path], layout), name);
  if (!/\.npz$|\.h5$/.test(name)) return imported;
  const read = await outcomeOf(readRecording(path), name);
  return imported === "read" ? read : imported;
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const three = createArray([3], [1, 2, 3]);
const dt = createArray([], [1]);
const good = {
  "drive.npy": formatNpy(three),
  "response.npy": formatNpy(three),
  "dt.npy": formatNpy(dt),
};
const npz = (entries: Record<string, Uint8Array>): Uint8Array => zipSync({ ...good, ...entries });
/** An npy file with its header changed, padded or cut to keep its length. */
const header = (from: string | RegExp, to: string): Uint8Array => {
  const whole = Buffer.from(formatNpy(three)).toString("latin1");
  const head = whole.slice(0, 127).replace(from, to).slice(0, 127).padEnd(127);
  return Buffer.from(head + whole.slice(127), "latin1");
};
const set = (bytes: Uint8Array, at: number, ...values: number[]): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy.set(values, at < 0 ? bytes.length + at : at);
  return copy;
};
/** Where the directory's record of the first entry lies. */
const directory = (bytes: Uint8Array): number =>
  Buffer.from(bytes).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
const inDirectory = (offset: number, ...values: number[]): Uint8Array => {
  const bytes = npz({});
  return set(bytes, directory(bytes) + offset, ...values);
};
const zeros = new Uint8Array(2 ** 25);
const mat = fixture("scipy.mat");
/** A little-endian element of a MATLAB file. */
const element = (type: number, data: Uint8Array): Uint8Array => {
  const tag = new Uint8Array(new Uint32Array([type, data.length]).buffer);
  const padding = type === 15 ? 0 : (8 - (data.length % 8)) % 8;
  return Uint8Array.from([...tag, ...data, ...new Uint8Array(padding)]);
};
const words = (...values: number[]): Uint8Array => new Uint8Array(new Int32Array(values).buffer);
const matrix = (shape: number[], data: Uint8Array, flags = 6): Uint8Array =>
  element(
    14,
    Uint8Array.from([
      ...element(6, words(flags, 0)),
      ...element(5, words(...shape)),
      ...element(1, text("drive")),
      ...data,
    ]),
  );
const matFile = (...elements: Uint8Array[]): Uint8Array =>
  Uint8Array.from([...mat.subarray(0, 128), ...elements.flatMap((bytes) => [...bytes])]);
const doubles = element(9, new Uint8Array(24));
const nested = (depth: number): Uint8Array => {
  let inner = matrix([1, 3], doubles);
  for (let i = 0; i < depth; i++) inner = matrix([1, 1], inner, 1);
  return inner;
};
const csv = (rows: string): Uint8Array => text(`time,drive,response\n${rows}`);
const h5 = fixture("filter-lzf.h5");

const traps: Readonly<Record<string, Uint8Array>> = {
  "empty.npz": new Uint8Array(0),
  "text.npz": text("time,current\n1,2\n"),
  "no-entries.npz": zipSync({}),
  "no-end.npz": npz({}).subarray(0, -22),
  "half.npz": npz({}).subarray(0, 300),
  "leads-up.npz": npz({ "../../drive.npy": good["drive.npy"] }),
  "absolute.npz": npz({ "/etc/drive.npy": good["drive.npy"] }),
  "drive-letter.npz": npz({ "C:/drive.npy": good["drive.npy"] }),
  "backslash.npz": npz({ "..\\drive.npy": good["drive.npy"] }),
  "nul.npz": npz({ "drive\0.npy": good["drive.npy"] }),
  "twice.npz": Buffer.from(
    Buffer.from(npz({ "drivf.npy": good["drive.npy"] }))
      .toString("latin1")
      .replaceAll("drivf.npy", "drive.npy"),
    "latin1",
  ),
  "encrypted.npz": inDirectory(8, 1),
  "method-99.npz": inDirectory(10, 99),
  "checksum.npz": inDirectory(16, 1, 2, 3, 4),
  "claims-4-GiB.npz": inDirectory(24, 255, 255, 255, 255),
  "points-past-end.npz": inDirectory(42, 255, 255, 255, 127),
  "points-at-itself.npz": inDirectory(42, 1),
  "many-entries.npz": set(npz({}), -12, 255, 255),
  "bomb.npz": zipSync({ "drive.npy": zeros }, { level: 9 }),
  "bomb-that-lies.npz": (() => {
    const bytes = zipSync({ "drive.npy": zeros }, { level: 9 });
    return set(bytes, directory(bytes) + 24, 100, 0, 0, 0);
  })(),
  "no-numpy.npz": npz({ "drive.npy": text("1 2 3") }),
  "huge-shape.npz": npz({ "drive.npy": header("(3,)", "(1000000000000,)") }),
  "huger-shape.npz": npz({ "drive.npy": header("(3,)", "(9007199254740993, 9007199254740993)") }),
  "endless-shape.npz": npz({ "drive.npy": header("(3,)", `(${"9".repeat(40)},)`) }),
  "no-length.npz": npz({ "drive.npy": header("(3,)", "(0, 99999999999999)") }),
  "negative-shape.npz": npz({ "drive.npy": header("(3,)", "(-3,)") }),
  "many-axes.npz": npz({ "drive.npy": header("(3,)", "(3,1,1,1,1,1,1,1,1,1,1)") }),
  "objects.npz": npz({ "drive.npy": header("<f8", "|O") }),
  "text-numbers.npz": npz({ "drive.npy": header("<f8", "<U2") }),
  "complex.npz": npz({ "drive.npy": header("<f8", "<c8") }),
  "version-9.npz": npz({ "drive.npy": set(good["drive.npy"], 6, 9) }),
  "long-header.npz": npz({ "drive.npy": set(good["drive.npy"], 8, 255, 255) }),
  "nan.npz": npz({ "drive.npy": formatNpy(createArray([3], [1, Number.NaN, 3])) }),
  "infinite.npz": npz({ "drive.npy": formatNpy(createArray([3], [1, Infinity, 3])) }),
  "nan-step.npz": npz({ "dt.npy": formatNpy(createArray([], [Number.NaN])) }),
  "no-step.npz": npz({ "dt.npy": formatNpy(createArray([0])) }),
  "meta-json.npz": npz({ "meta.json": text("{NaN}") }),

  "empty.mat": new Uint8Array(0),
  "header-only.mat": mat.subarray(0, 128),
  "half.mat": mat.subarray(0, 1000),
  "text.mat": text("time,current\n".repeat(20)),
  "level-4.mat": fixture("matlab-4.mat"),
  "other-order.mat": set(mat, 126, 0x4d, 0x49),
  "no-order.mat": set(mat, 126, 0x4d, 0x4d),
  "huge-dimensions.mat": matFile(matrix([2 ** 30, 2 ** 30], doubles)),
  "negative-dimensions.mat": matFile(matrix([-1, -3], doubles)),
  "too-many-axes.mat": matFile(matrix(new Array<number>(1000).fill(1), doubles)),
  "too-few-numbers.mat": matFile(matrix([1, 100], doubles)),
  "unknown-type.mat": matFile(matrix([1, 3], element(77, new Uint8Array(24)))),
  "no-numbers.mat": matFile(matrix([1, 3], new Uint8Array(0))),
  "long-element.mat": matFile(
    element(14, new Uint8Array(0)),
    new Uint8Array([14, 0, 0, 0, 255, 255, 255, 127]),
  ),
  "deep-cells.mat": matFile(nested(300)),
  "huge-cell.mat": matFile(matrix([2 ** 30, 1], doubles, 1)),
  "not-a-matrix.mat": matFile(doubles),
  "no-zlib.mat": matFile(element(15, text("not packed at all"))),
  "bomb.mat": matFile(element(15, deflateSync(zeros, { level: 9 }))),
  "checksum.mat": set(fixture("scipy-compressed.mat"), 150, 1, 2, 3),
  "nan.mat": matFile(matrix([1, 3], element(9, new Uint8Array(24).fill(255)))),
  "hdf5-of-rubbish.mat": Uint8Array.from([
    ...new Uint8Array(512),
    ...h5.subarray(0, 8),
    ...text("rubbish"),
  ]),

  "empty.csv": new Uint8Array(0),
  "header-only.csv": csv(""),
  "binary.csv": h5,
  "text-numbers.csv": csv("0,1,one\n1,2,two\n"),
  "date.csv": csv("0,1,2020-01-01\n1,2,2020-01-02\n"),
  "thousands.csv": csv('0,1,"1,000"\n1,2,"2,000"\n'),
  "ragged.csv": csv("0,1,2\n1,2\n"),
  "open-quote.csv": csv('0,1,"2\n1,2,3\n'),
  "nan.csv": csv("0,1,2\n1,2,nan\n2,3,4\n"),
  "empty-cells.csv": csv("0,1,2\n1,2,\n2,3,4\n"),
  "infinite.csv": csv("0,1,2\n1,2,inf\n2,3,4\n"),
  "one-row.csv": csv("0,1,2\n"),
  "backwards.csv": csv("0,1,2\n2,2,3\n1,3,4\n"),
  "same-time.csv": csv("0,1,2\n0,2,3\n1,3,4\n"),
  "no-time.csv": csv("0,1,2\nnan,2,3\n2,3,4\n"),
  "long-pause.csv": csv("0,1,2\n1e-9,2,3\n2e-9,2,3\n1e9,3,4\n"),
  "same-names.csv": text("time,drive,drive\n0,1,2\n1,2,3\n"),
  "no-response.csv": text("time,drive\n0,1\n1,2\n"),
  "many-columns.csv": text(`${"1,".repeat(50_000)}1\n`),

  "empty.h5": new Uint8Array(0),
  "text.h5": text("time,current\n1,2\n"),
  "magic-only.h5": h5.subarray(0, 8),
  "superblock-only.h5": h5.subarray(0, 96),
  "half.h5": h5.subarray(0, 5000),
  "lzf.h5": h5,
  "blosc.h5": fixture("filter-blosc.h5"),
  "szip.h5": fixture("filter-szip.h5"),
  "superblock-77.h5": set(h5, 8, 77),
  "odd-offsets.h5": set(h5, 13, 3, 200),
  "root-elsewhere.h5": set(h5, 64, 255, 255, 255, 255, 255, 255, 255, 127),
};

test.each(Object.keys(traps))("%s ends in a fault that names it", async (name) => {
  expect(await tryOut(name, traps[name], {})).toBe("fault");
});

/** HDF5 files that only a library can write. */
async function writeHdf5(build: (file: import("h5wasm").File) => void): Promise<Uint8Array> {
  const hdf5 = await import("h5wasm");
  const { FS } = await hdf5.ready;
  const file = new hdf5.File("trap.h5", "w");
  for (const name of ["drive", "response"]) file.create_dataset({ name, data: [1, 2, 3] });
  file.create_attribute("dt", 1);
  build(file);
  file.close();
  return FS.readFile("trap.h5");
}

describe("an HDF5 file", () => {
  test("that claims a petabyte is refused", async () => {
    const bytes = await writeHdf5((file) => {
      file.create_group("set");
      for (const name of ["set/drive", "set/response"]) {
        const claim = { name, data: [1], shape: [1], maxshape: [null], chunks: [1] };
        file.create_dataset(claim).resize([2 ** 47]);
      }
    });
    expect(await tryOut("petabyte.h5", bytes, { drive: ["set/drive"] })).toBe("fault");
  });

  test("that unpacks to a thousand times its size is refused", async () => {
    const bytes = await writeHdf5((file) => {
      const data = new Float64Array(2 ** 22);
      const shape = [2 ** 22];
      file.create_dataset({ name: "bomb", data, shape, chunks: [2 ** 20], compression: 9 });
    });
    expect(bytes.length).toBeLessThan(2 ** 17);
    const layout = { drive: ["bomb"], response: ["bomb"] };
    writeFileSync(join(folder, "bomb.h5"), bytes);
    expect(await outcomeOf(importArrays([join(folder, "bomb.h5")], layout), "bomb.h5")).toBe(
      "fault",
    );
  });

  test("with NaN, text, or links in circles is refused", async () => {
    const odd = async (name: string, build: Parameters<typeof writeHdf5>[0], path: string) =>
      tryOut(name, await writeHdf5(build), { drive: [path] });
    const nan = (file: import("h5wasm").File) =>
      file.create_dataset({ name: "odd", data: [1, Number.NaN, 3] });
    const words = (file: import("h5wasm").File) =>
      file.create_dataset({ name: "odd", data: ["1", "2", "3"] });
    const circle = (file: import("h5wasm").File) => file.create_soft_link("/odd", "odd");
    for (const [name, build] of Object.entries({ nan, words, circle })) {
      const path = join(folder, `${name}.h5`);
      writeFileSync(path, await writeHdf5(build));
      const layout = { drive: ["odd"], response: ["response"], dt: 1 };
      expect(await outcomeOf(importArrays([path], layout), name)).toBe("fault");
    }
    expect(await odd("fine.h5", () => {}, "drive")).toBe("read");
  });

  test("that crashes the library leaves good ones readable", async () => {
    const good = await writeHdf5(() => {});
    for (let seed = 0; seed < 3; seed++) {
      await tryOut("damaged.h5", damage(fixture("h5py.h5"), seed), { drive: ["run/clock"] });
      expect(await tryOut("good.h5", good, { dt: 1 })).toBe("read");
    }
  });
});

const fuzzed: Readonly<Record<string, readonly [number, ArrangeOptions, Uint8Array?]>> = {
  "numpy.npz": [80, {}],
  "numpy-stored.npz": [
    60,
    { axes: ["time"], driveAxes: ["time"], dt: 1 },
    formatNpz(
      new Map([
        ["drive", three],
        ["response", three],
        ["dt", dt],
      ]),
    ),
  ],
  "scipy.mat": [80, { drive: ["stimulus"], response: ["cells{1}"], dt: 1, missing: "mask" }],
  "scipy-compressed.mat": [60, { drive: ["stimulus"], response: ["voltage"], dt: 1 }],
  "numpy-savetxt.csv": [60, { drive: ["field"], response: ["resistance"], time: "clock (s)" }],
  "h5py.h5": [12, { drive: ["run/stimulus"], response: ["run/clock"], dt: 1 }],
};

test.each(Object.entries(fuzzed))(
  "%s with random damage is read or ends in a fault that names it (%j)",
  async (name, [count, layout, given]) => {
    const bytes = given ?? fixture(name);
    let faults = 0;
    for (let seed = 0; seed < count; seed++) {
      if ((await tryOut(`${seed}-${name}`, damage(bytes, seed), layout)) === "fault") faults++;
    }
    expect(faults).toBeGreaterThan(count / 4);
  },
);

test("all of this took less than 512 MiB", () => {
  // maxRSS is in KiB.
  expect(process.resourceUsage().maxRSS * 1024 - before).toBeLessThan(2 ** 29);
});
