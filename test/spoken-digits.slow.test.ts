// Real input on virtual devices: the Free Spoken Digit Dataset, which is not shipped.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const data = fileURLToPath(new URL("../../shared/data/fsdd/recordings", import.meta.url));
const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const recipe = fileURLToPath(new URL("../recipes/spoken-digits.yaml", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "twinloom-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (!existsSync(data)) process.stdout.write(`skipped: no spoken digits at ${data}\n`);

test.skipIf(!existsSync(data))(
  "64 leaky integrators at sigma 0.3 name spoken digits, on the device, in at least 88 % of 300 tests",
  () => {
    const overrides = ["train.arms=[noise-aware]", "train.reservoirs=0"];
    const argv = [program, "run", recipe, ...overrides, "--data", data, "--json", "--quiet"];
    const [aware] = JSON.parse(
      execFileSync(process.execPath, [...argv, "-o", join(folder, "run")], { encoding: "utf8" }),
    );
    expect(aware.baselines["linear on time mean"]).toBeCloseTo(0.81, 2);
    expect(aware.device.value).toBeGreaterThan(0.88);
  },
  900_000,
);
