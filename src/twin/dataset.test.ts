import { describe, expect, it } from "vitest";
import { createArray, createStream } from "../base/index.ts";
import type { Recording } from "../data/index.ts";
import { createDataset } from "./dataset.ts";

/** Sequence n, repeat r, time t: 100 n + 10 r + t; the reset is at -1. */
function recordingOf(sequences: number, repeats: number, time: number, reset = true): Recording {
  const drive = createArray([sequences, time, 1]);
  drive.data.forEach((_, i) => {
    drive.data[i] = i % time;
  });
  const response = createArray([sequences, repeats, time, 1]);
  response.data.forEach((_, i) => {
    const row = Math.floor(i / time);
    response.data[i] = 100 * Math.floor(row / repeats) + 10 * (row % repeats) + (i % time);
  });
  const initial = createArray([sequences, repeats, 1]);
  initial.data.fill(-1);
  return {
    dt: 1,
    inputs: [{ name: "u", unit: "V" }],
    observables: [{ name: "x", unit: "V" }],
    parts: [{ name: "drive_set", drive, response, ...(reset ? { initial } : {}) }],
  };
}

describe("createDataset", () => {
  it("splits by sequence: no sequence is on both sides, and none is lost", () => {
    const { training, validation, basis, split } = createDataset(
      recordingOf(10, 2, 5),
      { validationShare: 0.3 },
      createStream(1),
    );
    const { mean, sd } = basis.scales.observables[0];
    const first = (sets: typeof training): number[] =>
      sets.flatMap((set) =>
        Array.from({ length: set.sequences }, (_, n) =>
          Math.round((set.path[n * set.repeats * (set.time + 1) + 1] * sd + mean) / 100),
        ),
      );
    expect(split).toBe("by sequence");
    expect(first(validation)).toHaveLength(3);
    expect([...first(training), ...first(validation)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, n) => n),
    );
  });

  it("standardises the training paths to mean 0 and sd 1 and keeps the drive in device units", () => {
    const { training } = createDataset(recordingOf(10, 2, 5), {}, createStream(1));
    const { path, drive } = training[0];
    const mean = path.reduce((sum, v) => sum + v, 0) / path.length;
    const square = path.reduce((sum, v) => sum + v * v, 0) / path.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(square).toBeCloseTo(1, 4);
    expect(Array.from(drive.slice(0, 5))).toEqual([0, 1, 2, 3, 4]);
  });

  it("takes the first sample as the start where no reset was recorded, and drops its drive", () => {
    const { training } = createDataset(recordingOf(3, 1, 5, false), {}, createStream(1));
    expect(training[0].time).toBe(4);
    expect(training[0].firstStep).toBe(1);
    expect(Array.from(training[0].drive.slice(0, 4))).toEqual([1, 2, 3, 4]);
  });

  it("validates a single sequence on the last fifth of its time", () => {
    const { training, validation, split } = createDataset(
      recordingOf(1, 4, 20),
      {},
      createStream(1),
    );
    expect(split).toBe("by time");
    expect(training[0].time).toBe(16);
    expect(validation[0].time).toBe(4);
    expect(validation[0].firstStep).toBe(16);
    expect(Array.from(validation[0].drive)).toEqual([16, 17, 18, 19]);
  });

  it("has another fingerprint as soon as one number differs", () => {
    const recording = recordingOf(3, 1, 5);
    const before = createDataset(recording, {}, createStream(1)).fingerprint;
    recording.parts[0].response.data[7] += 1e-12;
    expect(createDataset(recording, {}, createStream(1)).fingerprint).not.toBe(before);
    expect(before).toMatch(/^[0-9a-f]{16}$/);
  });

  it("refuses paths without a second step", () => {
    expect(() =>
      createDataset(recordingOf(3, 1, 1), {}, createStream(1)),
    ).toThrowErrorMatchingInlineSnapshot(
      `[Fault: createDataset: the sequences of part 'drive_set' are too short. Got 1 steps, expected at least 3 steps. Record longer sequences, or leave the part out.]`,
    );
  });
});
