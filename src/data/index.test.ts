import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createArray, createStream } from "../base/index.ts";
import {
  describeRecording,
  formatSummary,
  type Recording,
  readRecording,
  selectSequences,
  splitSequences,
  writeRecording,
} from "./index.ts";

test("the example of the room runs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "twinloom-example-"));
  const path = join(folder, "rec.h5");
  const drive = createArray([10, 20, 1]);
  const response = createArray([10, 3, 20, 1]);

  const recording: Recording = {
    dt: 0.001,
    inputs: [{ name: "field", unit: "mT", min: -30, max: 30 }],
    observables: [{ name: "resistance", unit: "ohm" }],
    parts: [{ name: "drive_set", drive, response }],
  };
  await writeRecording(path, recording);
  const [part] = (await readRecording(path)).parts;
  const { train, validation } = splitSequences(part, { validationShare: 0.2 }, createStream(7));
  const seen = selectSequences(part, train);
  const summary = formatSummary(describeRecording(recording));

  rmSync(folder, { recursive: true });
  expect(seen.drive.shape).toEqual([8, 20, 1]);
  expect(validation).toHaveLength(2);
  expect(summary).toContain("warning: observable 'resistance' is constant");
});
