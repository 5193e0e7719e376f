import { createStream, sliceFirst } from "../../src/base/index.ts";
import {
  createDevice,
  createPlaybackDevice,
  createStandardPlan,
  deviceKinds,
  measureRecording,
  openDriverDevice,
} from "../../src/devices/index.ts";
import { serveInMemory } from "../in-memory-driver.test-support.ts";
import { describeDevice } from "./device.ts";

const seeds = { disorder: 7, thermal: 1, instrument: 2 };
const smaller: Record<string, object> = {
  "spin-vortex-ice": { L: 6 },
  "thermal-macrospin": { substeps: 40, observables: ["mx", "my", "mz"] },
  "superparamagnetic-ensemble": { particles: 50 },
  "nano-ring-array": { L: 4, observables: ["amr", "walls", "mx", "my"] },
};
const longRuns: Record<string, number> = {
  "noisy-leaky-node": 300_000,
  "superparamagnetic-junction": 300_000,
  "superparamagnetic-ensemble": 100_000,
  "volatile-memristor": 300_000,
};

for (const kind of Object.keys(deviceKinds)) {
  const options = { isSeeded: true, longRun: longRuns[kind] ?? 30_000 };
  describeDevice(kind, () => createDevice({ kind, seeds, ...smaller[kind] }), options);
}

const instrument = { readoutNoise: 0.1, slowChange: 0.2, range: [-1, 1], bits: 12 } as const;
describeDevice(
  "leaky-integrator behind a poor instrument",
  () => createDevice({ kind: "leaky-integrator", seeds, instrument }),
  { isSeeded: true, longRun: 30_000 },
);

describeDevice(
  "spin-vortex-ice behind a converter",
  () => {
    const instrument = { gain: 1.1, offset: 0.01, range: [-1, 1], bits: 10 } as const;
    return createDevice({ kind: "spin-vortex-ice", L: 6, seeds, instrument });
  },
  { isSeeded: true, longRun: 30_000 },
);

const recorded = createDevice({ kind: "nano-ring-array", L: 4, seeds });
const sizes = { sequences: 2, repeatSequences: 2, repeats: 3, steps: 200, ladderLevels: 0 };
const plan = createStandardPlan(await recorded.describe(), sizes, createStream(1));
const recording = await measureRecording(recorded, plan);
const recordedDrive = sliceFirst(recording.parts[1].drive, 1);
describeDevice("playback of a nano-ring array", () => createPlaybackDevice(recording), {
  isSeeded: true,
  recordedDrive,
});
const withoutReset = {
  ...recording,
  parts: recording.parts.map(({ initial, ...part }) => part),
};
describeDevice("playback of a recording without resets", () => createPlaybackDevice(withoutReset), {
  isSeeded: true,
  recordedDrive,
});

describeDevice(
  "leaky-integrator behind the driver protocol",
  () => {
    const start = () =>
      serveInMemory(createDevice({ kind: "leaky-integrator", seeds, instrument }));
    return openDriverDevice({ name: "mock", start });
  },
  { isSeeded: true, longRun: 30_000 },
);
