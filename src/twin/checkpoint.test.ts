import { beforeAll, expect, test } from "vitest";
import { createArray, createGenerator, createStream } from "../base/index.ts";
import type { Recording } from "../data/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import {
  type FitCheckpoint,
  type FitContext,
  type FitOptions,
  type FitProgress,
  fitTwin,
  formatCheckpoint,
  parseCheckpoint,
} from "./index.ts";

/** x' = 0.7 x + 0.3 u + 0.1 n, u uniform; every drive twice, so that paths differ in repeat. */
function recordDevice(repeats: number): Recording {
  const generator = createGenerator(createStream(3));
  const [sequences, time] = [12, 24];
  const drive = createArray([sequences, time, 1]);
  const response = createArray([sequences, repeats, time, 1]);
  drive.data.forEach((_, i) => {
    drive.data[i] = generator.uniform();
  });
  for (let row = 0; row < sequences * repeats; row++) {
    for (let t = 0, x = 0; t < time; t++) {
      const u = drive.data[Math.floor(row / repeats) * time + t];
      x = 0.7 * x + 0.3 * u + 0.1 * generator.normal();
      response.data[row * time + t] = x;
    }
  }
  return {
    dt: 0.1,
    inputs: [{ name: "u", unit: "V" }],
    observables: [{ name: "x", unit: "V" }],
    parts: [{ name: "drive_set", drive, response }],
  };
}

const recording = recordDevice(2);
const repeated = recordDevice(8);
const layers = { hidden: [6], activation: "tanh" } as const;
const options: FitOptions = {
  twin: { drift: layers, diffusion: layers, auxiliaries: 1 },
  drift: { horizons: [3, 6], steps: 250, batch: 8 },
  energyScore: { steps: 110, batch: 6, chunk: 5 },
};

let kernels: KernelModule;
/** Every checkpoint of one whole fit, through the bytes of its file. */
const kept: FitCheckpoint[] = [];
const reports: FitProgress[] = [];
let whole: Awaited<ReturnType<typeof fitTwin>>;

const fitDevice = (
  context: Partial<FitContext> = {},
  other: Partial<FitOptions> = {},
): ReturnType<typeof fitTwin> =>
  fitTwin(kernels, recording, { ...options, ...other }, { stream: createStream(5), ...context });
const passOn = (checkpoint: FitCheckpoint): FitCheckpoint =>
  parseCheckpoint(formatCheckpoint(checkpoint), "fit.safetensors");

beforeAll(async () => {
  kernels = await loadKernelModule();
  whole = await fitDevice({
    onCheckpoint: (make) => {
      kept.push(passOn(make()));
    },
    onProgress: (report) => reports.push(report),
  });
});

test("a fit gives the same bits and reports from each of its checkpoints", async () => {
  // Drift in two horizons of 150 and 100 updates, judged every 100; noise judged every 50.
  expect(kept.map(({ trainings }) => trainings.map(({ step }) => step))).toEqual([
    [100],
    [150],
    [150, 100],
    [150, 100, 50],
    [150, 100, 100],
    [150, 100, 110],
  ]);
  for (const checkpoint of kept) {
    const again: FitProgress[] = [];
    const { twin } = await fitDevice({ checkpoint, onProgress: (report) => again.push(report) });
    expect(twin).toEqual(whole.twin);
    expect(again).toEqual(reports);
  }
});

test("a fit that was stopped between two validations goes on with the same bits, twice", async () => {
  let checkpoint: FitCheckpoint | undefined;
  for (const updates of [130, 310]) {
    // Looked at once before every update that is done.
    let asked = checkpoint ? 130 : 0;
    const signal = {
      get aborted() {
        return ++asked > updates;
      },
    } as AbortSignal;
    const stopped = fitDevice({
      checkpoint,
      signal,
      onCheckpoint: (make, occasion) => {
        if (occasion === "stop") checkpoint = passOn(make());
      },
    });
    await expect(stopped).rejects.toThrow("the fit was stopped in phase");
  }
  expect(checkpoint?.trainings.map(({ step }) => step)).toEqual([150, 100, 60]);
  expect((await fitDevice({ checkpoint })).twin).toEqual(whole.twin);
});

const few = { steps: 75, batch: 6 };
test.each<FitOptions>([
  { objectives: ["kalman"], kalman: { ...few, horizon: 12 } },
  { objectives: ["moments"], moments: { ...few, chunk: 6, paths: 4 } },
  { objectives: ["wgan-gp"], critic: { ...few, chunk: 5, hidden: [8] } },
  { objectives: ["wgan-gp"], critic: { ...few, chunk: 5, hidden: [8], start: "windows" } },
  { objectives: ["critic-moments"], critic: { ...few, chunk: 5, hidden: [8] } },
])(
  "an objective cut off at 50 and at 62 of 75 updates goes on with the same bits: %o",
  async (chosen) => {
    const fitIt = (context: Partial<FitContext>): ReturnType<typeof fitTwin> =>
      fitTwin(
        kernels,
        repeated,
        { twin: options.twin, ...chosen },
        { stream: createStream(5), ...context },
      );
    const found: FitCheckpoint[] = [];
    let asked = 0;
    const stopping = {
      get aborted() {
        return ++asked > 62;
      },
    } as AbortSignal;
    const keep = (make: () => FitCheckpoint): void => void found.push(passOn(make()));
    await expect(fitIt({ signal: stopping, onCheckpoint: keep })).rejects.toThrow("was stopped");
    expect(found.map(({ trainings }) => trainings[0].step)).toEqual([50, 62]);
    const { twin } = await fitIt({});
    for (const checkpoint of found) expect((await fitIt({ checkpoint })).twin).toEqual(twin);
  },
);

test("what a budget bought is not measured again", async () => {
  let now = 0;
  const clock = (): number => {
    now += 1;
    return now;
  };
  const drift = { ...options.drift, horizons: [3] };
  const bought: FitOptions = { objectives: ["drift"], drift, budget: { seconds: 13, clock } };
  const found: FitCheckpoint[] = [];
  const { twin } = await fitDevice({ onCheckpoint: (make) => void found.push(make()) }, bought);
  const before = now;
  const resumed = await fitDevice({ checkpoint: found[0] }, bought);
  expect(now).toBe(before);
  expect(found[0].phases).toEqual([{ name: "drift", steps: twin.training?.phases[0].steps }]);
  expect(resumed.twin).toEqual(twin);
});

test("patience ends a training early with its best weights, and the record says so", async () => {
  const drift = { ...options.drift, horizons: [3], steps: 5000, learningRate: 0.3, patience: 2 };
  const stopped = await fitDevice({}, { objectives: ["drift"], drift });
  const [phase] = stopped.twin.training?.phases ?? [];
  expect(phase.planned).toBe(5000);
  expect(phase.steps).toBeLessThan(5000);
  const { validation } = phase.history;
  const last = validation.length - 1;
  expect(Math.min(...validation.slice(0, last - 1))).toBe(phase.validation);
  expect(Math.min(validation[last - 1], validation[last])).toBeGreaterThan(phase.validation);
});

test("a checkpoint of another fit, or with other phases, is refused", async () => {
  const [checkpoint] = kept;
  await expect(
    fitDevice({ checkpoint, stream: createStream(6) }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: fitTwin: the checkpoint is of another fit, or of kernels that round otherwise. Got recording 7e5f7ebfd8820f05, stream 3984711379 1198142640, fused kernels, expected recording 7e5f7ebfd8820f05, stream 2058230478 3446202745, fused kernels. Resume with the recording, the seed and the kind of machine of the first start, or start anew.]`,
  );
  const trainings = [{ ...checkpoint.trainings[0], phase: "critic" }];
  await expect(
    fitDevice({ checkpoint: { ...checkpoint, trainings } }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: fitTwin: the checkpoint is of a fit with other phases. Got a training of phase 'critic', expected one of phase 'drift'. Resume with the options of the first start, or start anew.]`,
  );
});

test("a checkpoint that is cut short, of another version, or no checkpoint is refused", () => {
  const bytes = formatCheckpoint(kept[0]);
  const read = (content: Uint8Array) => () => parseCheckpoint(content, "fit.safetensors");
  expect(read(bytes.slice(0, -100))).toThrowErrorMatchingInlineSnapshot(
    `[Fault: fit.safetensors: the file is cut short. Got 388 bytes of data, expected 488 bytes. Copy the file again from where it was written.]`,
  );
  const text = new TextDecoder("latin1").decode(bytes);
  const other = text.replace('{\\"schemaVersion\\":1', '{\\"schemaVersion\\":2');
  const changed = Uint8Array.from(other, (character) => character.charCodeAt(0));
  expect(read(changed)).toThrowErrorMatchingInlineSnapshot(
    `[Fault: fit.safetensors: the file is not a checkpoint that this version can go on from. Got schemaVersion: Invalid input: expected 1, expected the checkpoint of a fit, schemaVersion 1. Resume with the version that began the fit, or start the fit anew.]`,
  );
});
