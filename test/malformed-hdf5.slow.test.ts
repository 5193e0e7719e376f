// Many more damaged HDF5 files than the unit tests have time for: each failure of the library costs
// a new thread.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { isFault } from "../src/base/index.ts";
import { type ArrangeOptions, importArrays } from "../src/data/index.ts";
import { damage } from "./mutate.test-support.ts";

const folder = mkdtempSync(join(tmpdir(), "twinloom-hdf5-"));
afterAll(() => rmSync(folder, { recursive: true }));

const layouts: Readonly<Record<string, ArrangeOptions>> = {
  "h5py.h5": { drive: ["run/stimulus"], response: ["run/clock"], dt: 1 },
  "h5py-level-7.3.mat": { drive: ["c{1}"], response: ["c{1}"], dt: 1 },
};

test.each(Object.keys(layouts))(
  "150 damaged copies of %s are read or end in a fault, without a hang or more than 512 MiB",
  async (name) => {
    const bytes = readFileSync(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)));
    const before = process.memoryUsage().rss;
    let faults = 0;
    for (let seed = 1000; seed < 1150; seed++) {
      const path = join(folder, `${seed}-${name}`);
      writeFileSync(path, damage(bytes, seed));
      const error: unknown = await importArrays([path], layouts[name]).then(
        () => undefined,
        (reason) => reason,
      );
      if (error === undefined) continue;
      if (!isFault(error)) throw error;
      expect(error.message).toContain(path);
      expect(error.message).not.toContain("no end after");
      faults++;
    }
    expect(faults).toBeGreaterThan(30);
    expect(process.resourceUsage().maxRSS * 1024 - before).toBeLessThan(2 ** 29);
  },
);
