import { createDevice, deviceKinds } from "../../src/devices/index.ts";
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
