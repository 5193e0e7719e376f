import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { createArray, createGenerator, createStream, type HostArray } from "../base/index.ts";
import { checkTotal } from "./contents.ts";
import {
  hashRecording,
  importRecording,
  readArray,
  readRecording,
  sha256,
  writeArray,
  writeAtomically,
  writeRecording,
} from "./files.node.ts";
import { formatNpz } from "./npz.ts";
import type { Recording } from "./recording.ts";

const folder = mkdtempSync(join(tmpdir(), "twinloom-data-"));
const place = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const messageOf = async (action: Promise<unknown>): Promise<string> => {
  const message = await action.then(
    () => "no fault",
    (error: Error) => error.message,
  );
  return message.replaceAll(`${folder}/`, "").replaceAll(folder, "folder");
};
const generator = createGenerator(createStream(8));
const random = (...shape: number[]): HostArray => {
  const size = shape.reduce((product, n) => product * n, 1);
  return createArray(
    shape,
    Array.from({ length: size }, () => generator.normal()),
  );
};
const recording: Recording = {
  dt: 0.1,
  inputs: [{ name: "field", unit: "mT", min: -30, max: 30, maxSlew: 1000 }],
  observables: [
    { name: "resistance, 2θ", unit: "µΩ" },
    { name: "voltage", unit: "mV" },
  ],
  parts: [
    // Not in the order of the alphabet, in which an HDF5 file lists its groups.
    { name: "repeat_set", drive: random(2, 5, 1), response: random(2, 3, 5, 2) },
    {
      name: "drive set, 3.5 K",
      drive: random(3, 4, 1),
      response: random(3, 1, 4, 2),
      initial: random(3, 1, 2),
      length: Int32Array.of(4, 1, 3),
      order: Int32Array.of(2, 0, 1),
    },
  ],
  carrierPeriod: 16,
  device: { identity: "nano-ring array", disorder: { seed: 7 }, modes: ["a", null, 0.1] },
  protocol: { preset: "standard" },
  seed: 123456789012345,
};

describe.each([".h5", ".npz"])("a recording in a %s file", (ending) => {
  test("comes back exactly, with all it says of itself", async () => {
    const path = place(`exact${ending}`);
    await writeRecording(path, recording);
    expect(await readRecording(path)).toEqual(recording);
  });

  test("comes back exactly with the least it may hold", async () => {
    const { dt, inputs, observables, parts } = recording;
    const least = { dt, inputs, observables, parts: parts.slice(0, 1) };
    const path = place(`least${ending}`);
    await writeRecording(path, least);
    expect(await readRecording(path)).toEqual(least);
  });

  test("is refused if one bit of its data changed", async () => {
    const path = place(`changed${ending}`);
    await writeRecording(path, recording);
    const bytes = readFileSync(path);
    const { data } = recording.parts[1].response;
    const at = bytes.indexOf(Buffer.from(data.buffer, 8, 8));
    bytes[at] ^= 1;
    writeFileSync(path, bytes);
    const message = await messageOf(readRecording(path));
    if (ending === ".npz") {
      expect(message).toBe(
        "changed.npz, entry drive set, 3.5 K/response.npy: this is not a readable .npz file. Got contents of another length or checksum than the directory says, expected a complete zip archive of .npy entries, stored or deflated, named by plain paths. Copy the file again, or write it with np.savez.",
      );
      return;
    }
    expect(message.replaceAll(/[0-9a-f]{64}/g, "<64 digits>")).toBe(
      "changed.h5: the data are not the ones that were written. Got sha256 <64 digits>, expected <64 digits>. Copy the file again; if the data were edited on purpose, delete the attribute sha256.",
    );
    expect(message).toContain(`expected ${hashRecording(recording)}`);
  });

  const messageOfFormat = async (action: Promise<unknown>): Promise<string> =>
    (await messageOf(action)).replaceAll(ending, ".*");

  test("is refused if there is no such file", async () => {
    expect(await messageOfFormat(readRecording(place(`none${ending}`)))).toMatchInlineSnapshot(
      `"none.*: there is no such file. Got ENOENT, expected a file that exists and may be read, smaller than 2 GiB. Check the path and the folder you are in."`,
    );
  });

  test("is not written if it is faulty, and replaces nothing unasked", async () => {
    const path = place(`kept${ending}`);
    const faulty = writeRecording(path, { ...recording, dt: 0 });
    expect(await messageOfFormat(faulty)).toMatchInlineSnapshot(
      `"writing kept.*: the sampling step dt is not a positive number. Got 0 s, expected more than 0 s. Give it in s."`,
    );
    expect(existsSync(path)).toBe(false);
    await writeRecording(path, recording);
    expect(await messageOfFormat(writeRecording(path, recording))).toMatchInlineSnapshot(
      `"kept.*: the file exists already. Got a write that would replace it, expected a new name. Choose another name, or ask for overwrite."`,
    );
    const slower = { ...recording, dt: 0.2 };
    await writeRecording(path, slower, { overwrite: true });
    expect(await readRecording(path)).toEqual(slower);
  });
});

test("more data than a file can be read back with are refused before they are written", async () => {
  const check = async (bytes: number): Promise<void> => checkTotal(bytes);
  expect(await messageOf(check(2 ** 30))).toBe("no fault");
  expect(await messageOf(check(2 ** 31))).toMatchInlineSnapshot(
    `"writing a recording: the recording is too large for one file. Got 2.00 GiB as float64, expected less than 2 GiB. Write each part to its own file, or fewer repeats to each."`,
  );
});

test("a file that is cut short is refused", async () => {
  const cut = async (name: string): Promise<string> => {
    await writeRecording(place(name), recording);
    writeFileSync(place(name), readFileSync(place(name)).subarray(0, 700));
    return messageOf(readRecording(place(name)));
  };
  expect(await cut("cut.h5")).toMatchInlineSnapshot(
    `"cut.h5: this is not a readable HDF5 file. Got truncated file: eof = 700, sblock->base_addr = 0, stored_eof = 10136, expected a complete HDF5 file. Copy the file again; if the program that wrote it was killed, record again."`,
  );
  expect(await cut("cut.npz")).toMatchInlineSnapshot(
    `"cut.npz: this is not a readable .npz file. Got 700 bytes without the end of an archive, expected a complete zip archive of .npy entries, stored or deflated, named by plain paths. Copy the file again, or write it with np.savez."`,
  );
});

test("a recording has the same hash in memory and in every format", async () => {
  await writeRecording(place("hash.h5"), recording);
  await writeRecording(place("hash.npz"), recording);
  const hashes = [place("hash.h5"), place("hash.npz")].map(readRecording);
  for (const read of await Promise.all(hashes)) {
    expect(hashRecording(read)).toBe(hashRecording(recording));
  }
});

// FIPS 180-4, example "abc".
test("sha256 agrees with its published example, in chunks too", () => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(sha256([Buffer.from("abc")])).toBe(abc);
  expect(sha256([Buffer.from("a"), Buffer.from("bc")])).toBe(abc);
});

// h5py 3.16.0, packed with zlib.compress(file, 9):
//   f["set/drive"] = np.arange(4, dtype="f4").reshape(1, 4, 1)
//   f.create_dataset("set/response", data=np.arange(8, dtype=">i2").reshape(1, 2, 4, 1),
//                    chunks=(1, 1, 4, 1), compression="gzip", shuffle=True)
//   f.attrs["dt"] = 0.5; f.attrs["observables"] = json.dumps([{"name": "r", "unit": "ohm"}])
const gzipFile =
  "eNrtms9v0zAUx22nYek2IJ2QOjhAyAFx2AVph2mXdmIdPSCGgAMSAq1bXXVS16Kmm5CmaTnCbX8BZ/6MHfcncNx/UuzYTurQbExIgNj30x+O7Zdn6/np9T2lX5rrGzdn780SieeREvHJJGNN/MTum/kt3VLdftbtN2bGS8ncoh73tf7vgZbT429eNRpSepzDrHPuqtYj4DrSbKy9lO3b1I8UZ8yWi/jI8sfmb65Lk1fmvxW9ctNR/a77a/674tn7BtfbfwMTL11brj3cPeCiHfLo46AfcZKLrytXXPf1i8116cEmbgaOrS/vx6AoDrjKZtT01UlQh1r2LOXOq2jcERFFXleCB3ouIFWPVI/1vCtOTM4zxqj63VMRyKFxeXok6f5Reyi/YqlfPZ65WN7sNq7Al34mromvunjXP33Y2SJs41GHkAUyI3uCFt8R5l0lVVgKAAAA+D/yyhu5vFJVrLRk55XskvySFeaZfnLtl42Mb+eXjsov50Q+Ky8oM/q8pPKNuvudTo+n+qkeb/NOrzXi6Xqermgc5p4sZFugeks02+LihfaQdbTMK/N19K0r2vWkIEuml9z3tTxdviiPZ3BhAAAAAAAAAPirmOe0+f8jzJvnNqIyviOq1vZIywc1/SyjTpbnyPLYmVYvntfmTX0uNMn7B9sRHx60tns8SsbvUpqs7Kf3epae++ITP8x0P3u6+ZxOFKqTcpJ3h2G/tcfD1SAchktBuN/fHcnOoLsXHr3PdnZ6G2cOAAAAAAAAAAD8q/wACUGGlw==";
// The same with compression="lzf".
const lzfFile =
  "eNrtms9PE0EUx+fHLkwB49aYgB502RMHLyYcCJfWSLEHIkY9mBgSIWxTktKSbuGAIe5Rbxz9E/wzPPoncOQ/qTM7M7udtQWMCRD5fvpjOjNv3kxnXl/f6/Zbc2393szjGaIQgngkIKMMDelzt277P5mSmvKrKX8w2+5lfQumPTD6z0IjZ9rfv200lPSwhJ3n3NelIOAu0my8eKPKD7kdaX4xVy6JB449Nv9xXprdCvutmpmbXNfb/tXsd0W46wZ3235D6y99V263v3cUy7IfJwe9bhKTkn9d+ct5373eXFMWbP1myF19ZTsGk/yAr/eM2ro+Ccqps59e6bwmtXPpUdTravjU9IVkXpD5L6bflyem+hljVH/vaQ/EaVoZ70na17of2q5YbldL0xfL29WmVdjSn6Q1+VSX97o2EpZ9Kj1/ahp7AwAAAPyPceVUKa7UGSv13LiSXRJfsolxZpC9DipWJnDjS67jy1kZftAs9LD6RJb5Ju3DVqsT5/rJiWrnpHPcyufzafG7jDCZDWf+6YNiKdSI0mKp4zNhlUeruLKcR4uR93gVTit2Pe44esm475Xy+VwcxzOYMAAAAAAAAADcKPY6bfn/CHP2uo3MYR/K7HB3YOTDmslh62R5liwP+bh88bw2Z/NzqUmN7+0kcf9oe6cTJ1n7I0qzmYN8rHD0PJGPdLHQ/erl5gYdSYdH5RQfP0fd7f04Wg2jfvQsjA67ewNV6bX3o5OtYmU/7+PMAQAAAAAAAACA28pvTMJ+5g==";

test("a file of h5py is read: float32, big-endian integers, gzip and shuffle, no channel names", async () => {
  writeFileSync(place("h5py.h5"), inflateSync(Buffer.from(gzipFile, "base64")));
  expect(await readRecording(place("h5py.h5"))).toEqual({
    dt: 0.5,
    inputs: [{ name: "input 1", unit: "" }],
    observables: [{ name: "r", unit: "ohm" }],
    parts: [
      {
        name: "set",
        drive: createArray([1, 4, 1], [0, 1, 2, 3]),
        response: createArray([1, 2, 4, 1], [0, 1, 2, 3, 4, 5, 6, 7]),
      },
    ],
  });
});

test("a dataset packed with LZF is refused, not read as garbage", async () => {
  writeFileSync(place("lzf.h5"), inflateSync(Buffer.from(lzfFile, "base64")));
  expect(await messageOf(readRecording(place("lzf.h5")))).toMatchInlineSnapshot(
    `"lzf.h5: the dataset set/response is packed in a way that cannot be read safely. Got the filter lzf, expected no filter, or gzip, shuffle or fletcher32. Repack the file: h5repack -f GZIP=4 old.h5 new.h5."`,
  );
});

test("files of other kinds are refused with a reason", async () => {
  expect(await messageOf(readRecording(place("rec.csv")))).toMatchInlineSnapshot(
    `"rec.csv: the ending of the name does not say a format for recordings. Got .csv, expected .h5, .hdf5, .npz. Make a recording of it first: twinloom data import."`,
  );
  writeFileSync(place("text.h5"), "time,current\n");
  expect(await messageOf(readRecording(place("text.h5")))).toMatchInlineSnapshot(
    `"text.h5: this is not a readable HDF5 file. Got 13 bytes that do not start as HDF5 does, expected a complete HDF5 file. Copy the file again; if the program that wrote it was killed, record again."`,
  );
  writeFileSync(place("text.npz"), "time,current\n");
  expect(await messageOf(readRecording(place("text.npz")))).toMatchInlineSnapshot(
    `"text.npz: this is not a readable .npz file. Got 13 bytes without the end of an archive, expected a complete zip archive of .npy entries, stored or deflated, named by plain paths. Copy the file again, or write it with np.savez."`,
  );
});

test("an HDF5 file of text, or with attributes that are not JSON, is refused with a reason", async () => {
  const hdf5 = await import("h5wasm");
  const { FS } = await hdf5.ready;
  const read = async (data: number[] | string[], inputs: string): Promise<string> => {
    const file = new hdf5.File("test.h5", "w");
    for (const name of ["drive", "response"]) file.create_dataset({ name, data });
    file.create_attribute("dt", 1);
    file.create_attribute("inputs", inputs);
    file.close();
    writeFileSync(place("odd.h5"), FS.readFile("test.h5"));
    return messageOf(readRecording(place("odd.h5")));
  };
  expect(await read([1, 2], '[{"name": "current", "unit": "mA"}]')).toBe("no fault");
  expect(await read([1, 2], "current")).toMatchInlineSnapshot(
    `"odd.h5: the attribute inputs is not JSON text. Got current, expected a string written by json.dumps. Write it with file.attrs["inputs"] = json.dumps(...)."`,
  );
  expect(await read(["a", "b"], "[]")).toMatchInlineSnapshot(
    `"odd.h5: the dataset drive does not hold plain real numbers. Got [2] of text of 4 bytes, expected integers up to 8 bytes, booleans, float16, float32 or float64. Write it again as float64."`,
  );
});

describe("a .npz file with meta.json", () => {
  const write = (name: string, meta: unknown, without?: string): string => {
    const [part] = recording.parts;
    const arrays = new Map([
      ["set/drive", part.drive],
      ["set/response", part.response],
    ]);
    if (without) arrays.delete(without);
    const metaText = typeof meta === "string" ? meta : JSON.stringify(meta);
    writeFileSync(place(name), formatNpz(arrays, { metaText }));
    return place(name);
  };

  test("needs only dt", async () => {
    const { parts, observables } = await readRecording(write("dt.npz", { dt: 0.1 }));
    expect(parts).toEqual([{ ...recording.parts[0], name: "set" }]);
    expect(observables.map((channel) => channel.name)).toEqual(["observable 1", "observable 2"]);
  });

  test("is refused if an array of a part lacks an axis", async () => {
    const arrays = new Map([
      ["set/drive", random(6)],
      ["set/response", random(6)],
    ]);
    writeFileSync(place("flat.npz"), formatNpz(arrays, { metaText: '{"dt": 1}' }));
    expect(await messageOf(readRecording(place("flat.npz")))).toMatchInlineSnapshot(
      `"flat.npz: the array 'drive' of part 'set' does not have the shape of a recording. Got [6], expected [*, *, 1] with 1 or more for each * (sequences, time, inputs). Reshape the array, or correct the list of inputs or observables."`,
    );
  });

  test("is refused with a reason if an entry is missing or not readable", async () => {
    const read = (meta: unknown, without?: string) =>
      messageOf(readRecording(write("meta.npz", meta, without)));
    expect(await read({})).toMatchInlineSnapshot(
      `"meta.npz: the sampling step dt is not known. Got none, expected a scalar dt in seconds. Save dt beside drive and response, or give it as an option (--dt)."`,
    );
    expect(await read({ dt: "0.1 s" })).toMatchInlineSnapshot(
      `"meta.npz: the sampling step dt is not known. Got "0.1 s", expected a scalar dt in seconds. Save dt beside drive and response, or give it as an option (--dt)."`,
    );
    expect(await read("{dt: NaN}")).toMatchInlineSnapshot(
      `"meta.npz: the entry meta.json is not readable. Got {dt: NaN}, expected a JSON object with dt, inputs, observables and parts. Write valid JSON (no NaN, no comments), or leave meta.json out."`,
    );
    expect(await read({ dt: 1, inputs: ["field"] })).toMatchInlineSnapshot(
      `"meta.npz: the list of inputs is not readable. Got ["field"], expected a JSON list like [{"name": "field", "unit": "mT"}], with min, max, maxSlew if known. Write a name and a unit for each input."`,
    );
    expect(await read({ dt: 1, device: "ring" })).toMatchInlineSnapshot(
      `"meta.npz: the attribute device is not readable. Got "ring", expected a JSON object. Correct the attribute, or leave it out."`,
    );
    expect(await read({ dt: 1, seed: "7" })).toMatchInlineSnapshot(
      `"meta.npz: the attribute seed is not readable. Got "7", expected a number. Correct the attribute, or leave it out."`,
    );
    expect(await read({ dt: 1, versions: { recording: 2 } })).toMatchInlineSnapshot(
      `"meta.npz: the recording was written by a later version of this program. Got layout version 2, expected at most 1. Update Twinloom."`,
    );
    expect(await read({ dt: 1 }, "set/response")).toMatchInlineSnapshot(
      `"meta.npz: part 'set' has no response. Got set/drive, expected an array set/response. Write the part again with both its drive and its response."`,
    );
    expect(await read({ parts: [] }, "set/drive")).toContain("the file holds no recording");
    expect(await read({ dt: 1 }, "set/drive")).toMatchInlineSnapshot(
      `"meta.npz: the file holds no recording. Got the arrays set/response, expected <part>/drive and <part>/response, or drive, response and dt. Name the arrays drive and response, and give dt in seconds."`,
    );
  });
});

describe("importing bare .npz files", () => {
  const bare = (name: string, arrays: Record<string, HostArray>): string => {
    writeFileSync(place(name), formatNpz(new Map(Object.entries(arrays))));
    return place(name);
  };
  const dt = createArray([], [0.5]);

  test.each([
    [[6], [6], [1, 6, 1], [1, 1, 6, 1]],
    [
      [6, 2],
      [6, 3],
      [1, 6, 2],
      [1, 1, 6, 3],
    ],
    [
      [6, 2],
      [1, 4, 6, 3],
      [1, 6, 2],
      [1, 4, 6, 3],
    ],
    [
      [2, 6, 1],
      [2, 6, 3],
      [2, 6, 1],
      [2, 1, 6, 3],
    ],
    [
      [2, 6, 1],
      [2, 4, 6, 3],
      [2, 6, 1],
      [2, 4, 6, 3],
    ],
  ])("drive %j and response %j become %j and %j", async (driveIn, responseIn, drive, response) => {
    const arrays = { drive: random(...driveIn), response: random(...responseIn), dt };
    const { parts } = await importRecording([bare("axes.npz", arrays)]);
    expect(parts[0].drive).toEqual({ shape: drive, data: arrays.drive.data });
    expect(parts[0].response).toEqual({ shape: response, data: arrays.response.data });
  });

  test("makes a part of every file, in order, and takes dt and channels as options", async () => {
    const paths = ["slow.npz", "fast.npz"].map((name) =>
      bare(name, { drive: random(6), response: random(6) }),
    );
    const inputs = [{ name: "current", unit: "mA" }];
    const joined = await importRecording(paths, { dt: 0.25, inputs });
    expect(joined.dt).toBe(0.25);
    expect(joined.inputs).toEqual(inputs);
    expect(joined.parts.map((part) => part.name)).toEqual(["slow", "fast"]);
  });

  test("joins whole recordings, their parts named by file", async () => {
    const named = { ...recording, device: undefined };
    const paths = [place("first.h5"), place("second.npz")];
    for (const path of paths) await writeRecording(path, named);
    const joined = await importRecording(paths);
    expect(joined.parts.map((part) => part.name)).toEqual([
      "first.repeat_set",
      "first.drive set, 3.5 K",
      "second.repeat_set",
      "second.drive set, 3.5 K",
    ]);
    expect(joined.protocol).toEqual(recording.protocol);
    expect((await importRecording(paths.slice(0, 1))).parts).toEqual(recording.parts);
  });

  test("refuses axes that cannot be told or do not agree", async () => {
    const read = (drive: number[], response: number[], more: Record<string, HostArray> = { dt }) =>
      messageOf(
        importRecording([
          bare("bad.npz", { drive: random(...drive), response: random(...response), ...more }),
        ]),
      );
    expect(await read([2, 6], [6])).toMatchInlineSnapshot(
      `"bad.npz: it is not clear which axis of the drive is time. Got [2, 6], expected [time, inputs] with no more inputs than steps. Reshape it to [2, 6, 1] if the axes are sequences and time, or to [1, 2, 6] if they are time and inputs."`,
    );
    expect(await read([6], [2, 6])).toMatchInlineSnapshot(
      `"bad.npz: it is not clear which axis of the response is time. Got [2, 6], expected [time, observables] with no more observables than steps. Reshape it to [2, 1, 6, 1] if the axes are sequences and time, or to [1, 1, 2, 6] if they are time and observables."`,
    );
    expect(await read([2, 6, 1], [6])).toMatchInlineSnapshot(
      `"bad.npz: the drive and the response do not belong together. Got drive [2, 6, 1] (sequences, time, inputs) and response [1, 1, 6, 1] (sequences, repeats, time, observables), after adding axes of length 1, expected equal sequences and equal time. Give all axes; repeats of one drive are a response [1, repeats, time, observables]."`,
    );
    expect(await read([6], [4, 6, 1])).toMatchInlineSnapshot(
      `"bad.npz: the drive and the response do not belong together. Got drive [1, 6, 1] (sequences, time, inputs) and response [4, 1, 6, 1] (sequences, repeats, time, observables), after adding axes of length 1, expected equal sequences and equal time. Give all axes; repeats of one drive are a response [1, repeats, time, observables]."`,
    );
    expect(await read([], [6])).toMatchInlineSnapshot(
      `"bad.npz: the drive has too few or too many axes. Got [], expected [time], [time, inputs] or [sequences, time, inputs]. Reshape the drive; repeats share one drive, so it has no axis for them."`,
    );
    expect(await read([6], [1, 1, 1, 6, 1])).toMatchInlineSnapshot(
      `"bad.npz: the response has too few or too many axes. Got [1, 1, 1, 6, 1], expected [time], [time, observables], [sequences, time, observables] or [sequences, repeats, time, observables]. Reshape the response."`,
    );
    expect(await read([6], [6], {})).toMatchInlineSnapshot(
      `"bad.npz: the sampling step dt is not known. Got none, expected a scalar dt in seconds. Save dt beside drive and response, or give it as an option (--dt)."`,
    );
  });

  test("refuses files that do not belong together", async () => {
    const first = bare("one.npz", { drive: random(6), response: random(6), dt });
    const other = bare("two.npz", { drive: random(6), response: random(6, 2), dt });
    expect(await messageOf(importRecording([first, other]))).toMatchInlineSnapshot(
      `"importRecording: the files 'one' and 'two' differ in the number of observables. Got 2, expected 1. Import files of different devices or settings into separate recordings."`,
    );
    const slow = createArray([], [1]);
    const slower = bare("three.npz", { drive: random(6), response: random(6), dt: slow });
    expect(await messageOf(importRecording([first, slower]))).toMatchInlineSnapshot(
      `"importRecording: the files 'one' and 'three' differ in the sampling step dt. Got 1 s, expected 0.5 s. Import files of different devices or settings into separate recordings."`,
    );
    expect(await messageOf(importRecording([first], { dt: 2 }))).toMatchInlineSnapshot(
      `"one.npz: the file and the options disagree about the sampling step dt. Got 2 s in the options, expected 0.5 s, as in the file. Leave dt out of the options, or correct the file."`,
    );
    expect(await messageOf(importRecording([]))).toMatchInlineSnapshot(
      `"importRecording: there is nothing to import. Got no files, expected at least one .npz or .h5 file. Name the files to import."`,
    );
    const inputs = [{ name: "current", unit: "mA" }];
    await writeRecording(place("named.h5"), {
      ...{ dt: 0.5, inputs, observables: [{ name: "voltage", unit: "mV" }] },
      parts: [{ name: "set", drive: random(1, 6, 1), response: random(1, 1, 6, 1) }],
    });
    const mixed = importRecording([first, place("named.h5")]);
    expect(await messageOf(mixed)).toMatchInlineSnapshot(
      `"importRecording: the files 'one' and 'named' differ in the names of the inputs. Got current, expected input 1. Give inputs and observables as options if the channels are the same."`,
    );
  });
});

test("an array in a .npy file comes back exactly", async () => {
  const array = random(3, 4);
  await writeArray(place("a.npy"), array);
  expect(await readArray(place("a.npy"))).toEqual(array);
});

test("a file is written whole or not at all, and leaves nothing else behind", async () => {
  await writeAtomically(place("note.txt"), "first");
  expect(await messageOf(writeAtomically(place("note.txt"), "second"))).toMatchInlineSnapshot(
    `"note.txt: the file exists already. Got a write that would replace it, expected a new name. Choose another name, or ask for overwrite."`,
  );
  expect(readFileSync(place("note.txt"), "utf8")).toBe("first");
  const nowhere = writeAtomically(place("no/such/folder.txt"), "text");
  expect(await messageOf(nowhere)).toMatchInlineSnapshot(
    `"no/such/folder.txt: the file cannot be written. Got ENOENT, expected a folder that exists, with space and the right to write. Create the folder, free some space, or choose another place."`,
  );
  expect(await messageOf(readArray(folder))).toMatchInlineSnapshot(
    `"folder: the file cannot be read. Got EISDIR, expected a file that exists and may be read, smaller than 2 GiB. Check the file and its rights."`,
  );
  expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
});
