// The package as a page imports it: built, by its entry points.

import { createArray, createGenerator, createStream } from "twinloom/base";
import { loadKernelModule } from "twinloom/engine";
import { fitTwin, simulateTwin } from "twinloom/twin";
import { expect, test } from "vitest";

/** x' = 0.8 x + 0.5 u + 0.2 n from rest, u held for five steps. */
function recordLinearDevice(sequences: number, time: number) {
  const generator = createGenerator(createStream(42));
  const drive = createArray([sequences, time, 1]);
  const response = createArray([sequences, 1, time, 1]);
  for (let n = 0; n < sequences; n++) {
    for (let t = 0, x = 0, u = 0; t < time; t++) {
      if (t % 5 === 0) u = 2 * generator.uniform() - 1;
      x = 0.8 * x + 0.5 * u + 0.2 * generator.normal();
      drive.data[n * time + t] = u;
      response.data[n * time + t] = x;
    }
  }
  const parts = [{ name: "drive_set", drive, response }];
  return {
    dt: 1,
    inputs: [{ name: "u", unit: "V" }],
    observables: [{ name: "x", unit: "V" }],
    parts,
  };
}

test("a twin fitted in a page settles where the device does, within 0.1 of 1.25", async () => {
  const kernels = await loadKernelModule();
  const options = {
    twin: { drift: { hidden: [16], activation: "tanh" } as const, auxiliaries: 1 },
    drift: { horizons: [5], steps: 300, batch: 64, learningRate: 1e-2 },
    energyScore: { steps: 100, batch: 32, chunk: 10 },
  };
  const stream = createStream(1);
  const { twin } = await fitTwin(kernels, recordLinearDevice(100, 60), options, { stream });
  const drive = createArray([1, 40, 1], new Float64Array(40).fill(0.5));
  const response = simulateTwin(kernels, twin, drive, { stream, noise: false });
  expect(Math.abs(response.data[39] - 1.25)).toBeLessThan(0.1);
});
