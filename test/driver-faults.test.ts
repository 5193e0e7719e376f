// Recordings through drivers that die, hang and lie. The processes run dist/.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { startDriver } from "../src/devices/index.ts";
import { serveInMemory } from "./in-memory-driver.test-support.ts";
import {
  createRig,
  createRigPlan,
  drawFaults,
  drivesOf,
  findExceeded,
  recordThrough,
  type StartRig,
} from "./rig.test-support.ts";

const folder = mkdtempSync(join(tmpdir(), "twinloom-faults-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const plan = await createRigPlan(120);
const { dt } = await createRig().describe();

test("a recording through 40 faults of every kind is that of a sound driver, bit for bit, and no limit is exceeded", async () => {
  const applied: number[][] = [];
  const start: StartRig = (faults) =>
    serveInMemory(createRig(), {
      faults,
      onDrive: ({ data }) => applied.push([...data]),
    });
  const whole = await recordThrough(join(folder, "whole"), plan, [], start);
  const faults = drawFaults(40, 4);
  const survived = await recordThrough(join(folder, "survived"), plan, faults, start);
  expect(survived.hash).toBe(whole.hash);
  expect(whole.rejected).toBe(0);
  expect(survived.rejected).toBeGreaterThanOrEqual(20);
  expect(findExceeded(applied, dt)).toEqual([]);
  for (const message of survived.messages) {
    expect(message).toMatch(/the device was last told '(reset|run \[12, 1\]|seek \d+)/);
    expect(message).toMatch(/in its safe state/);
  }
});

test("real processes that are killed, hang, and send torn or corrupted frames are survived alike", async () => {
  const log = join(folder, "log");
  const rig = fileURLToPath(new URL("rig.js", import.meta.url));
  const start: StartRig = (faults) =>
    startDriver([process.execPath, rig, log, ...faults.map(({ kind, at }) => `${kind}@${at}`)]);
  const kinds = ["kill", "hang", "truncate", "corrupt"] as const;
  const faults = kinds.map((kind, i) => [{ kind, at: 2 + i }]);
  const whole = await recordThrough(join(folder, "process-whole"), plan, [], start);
  const survived = await recordThrough(join(folder, "process-survived"), plan, faults, start);
  expect(survived.hash).toBe(whole.hash);
  expect(survived.rejected).toBeGreaterThanOrEqual(4);
  expect(findExceeded(drivesOf(log), dt)).toEqual([]);
});
