import { beforeAll, describe, expect, it } from "vitest";
import { createArray, createGenerator, createStream, type HostArray } from "../base/index.ts";
import type { Recording } from "../data/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import { type FitOptions, type FitProgress, fitTwin, simulateTwin, type Twin } from "./index.ts";

const truth = { pole: 0.8, gain: 0.5, noise: 0.2 };

/** x' = pole x + gain u + noise n, u uniform in [-1, 1] and held for five steps, 10 V per unit. */
function recordLinearDevice(sequences: number, repeats: number, time: number): Recording {
  const generator = createGenerator(createStream(42));
  const drive = createArray([sequences, time, 1]);
  const response = createArray([sequences, repeats, time, 1]);
  for (let n = 0; n < sequences; n++) {
    for (let t = 0; t < time; t++) {
      drive.data[n * time + t] =
        t % 5 === 0 ? 2 * generator.uniform() - 1 : drive.data[n * time + t - 1];
    }
    for (let r = 0; r < repeats; r++) {
      let x = 0;
      for (let t = 0; t < time; t++) {
        const u = drive.data[n * time + t];
        x = truth.pole * x + truth.gain * u + truth.noise * generator.normal();
        response.data[(n * repeats + r) * time + t] = 10 * x;
      }
    }
  }
  const initial = createArray([sequences, repeats, 1]);
  return {
    dt: 0.1,
    inputs: [{ name: "u", unit: "V" }],
    observables: [{ name: "x", unit: "V" }],
    parts: [{ name: "drive_set", drive, response, initial }],
  };
}

const small: FitOptions = {
  twin: {
    drift: { hidden: [16], activation: "tanh" },
    diffusion: { hidden: [8], activation: "tanh" },
    auxiliaries: 1,
  },
  drift: { horizons: [5], steps: 400, batch: 64, learningRate: 1e-2 },
  energyScore: { steps: 300, batch: 32, chunk: 10 },
};
const recording = recordLinearDevice(200, 1, 60);
const held = (level: number, time: number): HostArray =>
  createArray([1, time, 1], new Float64Array(time).fill(level));

let kernels: KernelModule;
let twin: Twin;
const history: FitProgress[] = [];

beforeAll(async () => {
  kernels = await loadKernelModule();
  const result = await fitTwin(kernels, recording, small, {
    stream: createStream(1),
    seed: 1,
    onProgress: (progress) => history.push(progress),
  });
  twin = result.twin;
});

describe("fitTwin", () => {
  it("recovers a linear device's gain and pole within 10 %", () => {
    const options = { stream: createStream(2), noise: false };
    const { data } = simulateTwin(kernels, twin, held(0.8, 40), options);
    const final = (10 * truth.gain * 0.8) / (1 - truth.pole);
    expect(data[39] / final).toBeGreaterThan(0.9);
    expect(data[39] / final).toBeLessThan(1.1);
    const pole = (final - data[5]) / (final - data[4]);
    expect(Math.abs(pole - truth.pole)).toBeLessThan(0.08);
  });

  // 400 realisations: the sd of a sample sd is 3.5 %; the rest is what so short a fit may miss.
  it("recovers the standard deviation of its noise within 15 %", () => {
    const options = { stream: createStream(3), repeats: 400 };
    const { data } = simulateTwin(kernels, twin, held(0, 30), options);
    const last = Float64Array.from({ length: 400 }, (_, r) => data[r * 30 + 29]);
    const mean = last.reduce((sum, x) => sum + x, 0) / 400;
    const sd = Math.sqrt(last.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 399);
    const expected = (10 * truth.noise) / Math.sqrt(1 - truth.pole ** 2);
    expect(Math.abs(sd / expected - 1)).toBeLessThan(0.15);
  });

  it("reports both phases up to their last update, with losses that fall", () => {
    const drift = history.filter(({ phase }) => phase === "drift");
    const noise = history.filter(({ phase }) => phase === "energy-score");
    expect(drift[drift.length - 1].step).toBe(400);
    expect(noise[noise.length - 1].step).toBe(300);
    expect(noise[noise.length - 1].validation).toBeLessThan(noise[0].validation);
  });

  it("keeps updates, losses, data, stream and the fingerprint of the recording in the twin", () => {
    const record = twin.training;
    expect(record?.phases.map(({ name, steps }) => `${name} ${steps}`)).toEqual([
      "drift 400",
      "energy-score 300",
    ]);
    for (const { name, steps, validation, history: kept } of record?.phases ?? []) {
      const reports = history.filter(({ phase }) => phase === name);
      expect(kept.step).toEqual(reports.map(({ step }) => step));
      expect(kept.loss).toEqual(reports.map(({ loss }) => loss));
      expect(kept.step[kept.step.length - 1]).toBe(steps);
      expect(validation).toBeLessThanOrEqual(kept.validation[kept.validation.length - 1]);
    }
    expect(record?.data).toMatchInlineSnapshot(`
      {
        "split": "by sequence",
        "training": {
          "paths": 180,
          "sequences": 180,
          "steps": 10800,
        },
        "validation": {
          "paths": 20,
          "sequences": 20,
          "steps": 1200,
        },
      }
    `);
    expect(record?.seed).toBe(1);
    expect(record?.stream).toEqual(createStream(1));
    expect(record?.recording).toMatch(/^[0-9a-f]{16}$/);
  });

  it("gives the same bits again from the same stream, and from a budget's updates", async () => {
    const fewer: FitOptions = {
      ...small,
      drift: { ...small.drift, steps: 20 },
      objectives: ["drift"],
    };
    const once = await fitTwin(kernels, recording, fewer, { stream: createStream(9) });
    const again = await fitTwin(kernels, recording, fewer, { stream: createStream(9) });
    expect(again.twin.parameters).toEqual(once.twin.parameters);
    let seconds = 0;
    const clock = (): number => {
      seconds += 1;
      return seconds;
    };
    // Each measured update takes a tenth of a second of this clock.
    const budget = { seconds: 12, clock };
    const bought = await fitTwin(
      kernels,
      recording,
      { ...fewer, budget },
      { stream: createStream(9) },
    );
    const steps = bought.twin.training?.phases[0].steps as number;
    const repeated = await fitTwin(
      kernels,
      recording,
      { ...fewer, drift: { ...fewer.drift, steps } },
      { stream: createStream(9) },
    );
    expect(steps).toBeGreaterThan(20);
    expect(repeated.twin.parameters).toEqual(bought.twin.parameters);
  });

  it("stops between two updates when the signal fires", async () => {
    const controller = new AbortController();
    const fit = fitTwin(kernels, recording, small, {
      stream: createStream(1),
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(fit).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: fitTwin: the fit was stopped in phase 'drift'. Got a signal after 100 updates, expected 400 updates. Resume it from its last checkpoint, or start again: the same stream gives the same twin.]`,
    );
  });

  it("names phase and update where the loss is not finite", async () => {
    const wild = { ...small, drift: { ...small.drift, learningRate: Number.NaN } };
    const fit = fitTwin(kernels, recording, wild, { stream: createStream(1) });
    await expect(fit).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: fitTwin: in phase 'drift', update 2 of 400, parameter 'drift.0.weight' is the first value that is not finite. Got NaN at shard 0, row 0, column 0, expected finite numbers in every value. An earlier update broke the weights: lower the learning rate, or clip the gradient.]`,
    );
  });
});

describe("simulateTwin", () => {
  const drive = recordLinearDevice(3, 1, 37).parts[0].drive;

  it("gives the same bits however time is cut and however many realisations there are", () => {
    const stream = createStream(5);
    const whole = simulateTwin(kernels, twin, drive, { stream, repeats: 4, chunk: 37 });
    const pieces = simulateTwin(kernels, twin, drive, { stream, repeats: 4, chunk: 8 });
    expect(pieces.data).toEqual(whole.data);
    expect(whole.shape).toEqual([3, 4, 37, 1]);
  });

  it("gives other realisations for other streams and repeats, and none with the noise off", () => {
    const at = (seed: number, noise = true): Float64Array =>
      simulateTwin(kernels, twin, drive, { stream: createStream(seed), repeats: 2, noise }).data;
    expect(at(1)).not.toEqual(at(2));
    expect(at(1).slice(0, 37)).not.toEqual(at(1).slice(37, 74));
    expect(at(1, false)).toEqual(at(2, false));
    expect(at(1, false).slice(0, 37)).toEqual(at(1, false).slice(37, 74));
  });

  it("refuses initial states that are too few", () => {
    const options = { stream: createStream(1), initial: new Float32Array(5) };
    expect(() => simulateTwin(kernels, twin, drive, options)).toThrowErrorMatchingInlineSnapshot(
      `[Fault: simulateTwin: the initial states do not fit the twin. Got 5 numbers, expected 6 for [3, 2] (sequences * repeats, stateCols). Build them with initialState(twin, sequences * repeats).]`,
    );
  });

  it("refuses a drive of another shape", () => {
    const wrong = createArray([3, 37, 2]);
    expect(() =>
      simulateTwin(kernels, twin, wrong, { stream: createStream(1) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[Fault: simulateTwin: the drive does not fit the twin. Got [3, 37, 2], expected [*, *, 1] (sequences, time, inputs). Give one column for every input of the twin, in its order and units.]`,
    );
  });
});
