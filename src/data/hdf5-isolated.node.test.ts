import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { extractIsolated } from "./hdf5-isolated.node.ts";

const path = fileURLToPath(new URL("../../test/fixtures/h5py.h5", import.meta.url));
const bytes = new Uint8Array(readFileSync(path));
const wanted = { paths: ["run/clock"], optional: ["dt"] };

test("several files are read at once, and the caller keeps the bytes", async () => {
  const copies = Array.from({ length: 4 }, () => extractIsolated(bytes, wanted, "a.h5"));
  for (const { arrays } of await Promise.all(copies)) {
    expect([...arrays.keys()]).toEqual(["run/clock"]);
    expect([...(arrays.get("run/clock")?.data ?? [])]).toEqual([2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5]);
  }
  expect(bytes.length).toBe(readFileSync(path).length);
});

test("a reading that does not end in time is given up, and the next one is none the worse", async () => {
  // A timer of 1 ms is due before the thread has copied 32 MiB of padding.
  const large = new Uint8Array(2 ** 25);
  large.set(bytes);
  const reading = extractIsolated(large, wanted, "a.h5", 1);
  const message = await reading.then(() => "no fault").catch((error: Error) => error.message);
  expect(message).toMatchInlineSnapshot(
    `"a.h5: this is not a readable HDF5 file. Got no end after 0.001 s, expected a complete HDF5 file. Copy the file again; if the program that wrote it was killed, record again."`,
  );
  expect((await extractIsolated(bytes, wanted, "a.h5")).isMatlab).toBe(false);
});
