// As driver-faults.test.ts, with processes at 500 random points. Runs dist/.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { startDriver } from "../src/devices/index.ts";
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

test("500 faults of every kind at random points lose no sample, exceed no limit, and change no bit", async () => {
  const log = join(folder, "log");
  const rig = fileURLToPath(new URL("rig.js", import.meta.url));
  const start: StartRig = (faults) =>
    startDriver([process.execPath, rig, log, ...faults.map(({ kind, at }) => `${kind}@${at}`)]);
  const plan = await createRigPlan(1200);
  const { dt } = await createRig().describe();
  const whole = await recordThrough(join(folder, "whole"), plan, [], start);
  const survived = await recordThrough(join(folder, "survived"), plan, drawFaults(500, 7), start);
  expect(survived.hash).toBe(whole.hash);
  expect(survived.rejected).toBeGreaterThanOrEqual(250);
  expect(findExceeded(drivesOf(log), dt)).toEqual([]);
});
