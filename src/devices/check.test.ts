import { expect, test } from "vitest";
import { createArray } from "../base/index.ts";
import { createDevice } from "./catalogue.ts";
import { checkDevice } from "./check.ts";
import type { Device } from "./device.ts";

const seeds = { disorder: 1, thermal: 2, instrument: 3 };

test("a device that keeps the contract passes, and is stopped after every check", async () => {
  let stops = 0;
  const make = (): Device => {
    const device = createDevice({ kind: "noisy-leaky-node", seeds });
    const stop = device.stop.bind(device);
    return Object.assign(device, { stop: () => stop().finally(() => stops++) });
  };
  const results = await checkDevice(make, { isSeeded: true, longRun: 300_000 });
  expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  expect(stops).toBeGreaterThanOrEqual(results.length - 2);
});

test("each breach of the contract fails the check that names it", async () => {
  let state = 0;
  const careless: Device = {
    describe: async () => ({
      identity: "careless",
      inputs: [{ name: "drive", unit: "V", min: 1, max: 1 }],
      observables: [{ name: "y", unit: "" }],
      ...{ dt: 0.1, samplesPerStep: 1, canReset: true, canStep: true, recordedOnly: false },
    }),
    reset: async () => Float64Array.of(Number.NaN),
    run: async ({ shape }) => {
      state++;
      return createArray([shape[0] + 1, 1], new Float64Array(shape[0] + 1).fill(state));
    },
    stop: async () => {},
  };
  const results = await checkDevice(() => careless, { longRun: 10 });
  const told = results.map(({ name, outcome, why }) => `${outcome}: ${name}: ${why ?? ""}`);
  expect(told.join("\n")).toMatchInlineSnapshot(`
    "failed: it states units, safe ranges and sampling as plain JSON: limits of 'drive': 1 to 1, slew 1; no unit of 'y'; write 1 where there is none
    failed: it has \`step\` and \`seek\` exactly where it says so: canStep true, and step undefined
    failed: a reset gives finite observables, a run one row of them per sample: a reset gives numbers that are not finite; a run of [8,1] gives [9,1]; a run gives 9 numbers
    failed: a drive without samples gives a response without samples: [1,1]
    passed: a response is kept when the device goes on: 
    failed: it can be stopped twice, and used again: [2,1] after a stop
    failed: a drive of the wrong shape or not finite is refused and does no harm: a column too many: no fault, expected shape-mismatch; one axis: no fault, expected shape-mismatch; NaN: no fault, expected not-finite; [5,1] afterwards
    failed: a refusal says what the device was last told: it says 'nothing', without 'run [3, 1]'
    exempt: where it only plays back, another drive than the recorded one is refused and does no harm: it takes any drive
    failed: an abort before a command ends it, and the device lives on: describe: no fault, expected interrupted; reset: no fault, expected interrupted; run: no fault, expected interrupted; [5,1] afterwards
    failed: an abort during a run ends it, and the device lives on: a long run: no fault, expected interrupted; [5,1] afterwards
    exempt: equal seeds give equal bits, and a reset does not repeat the noise: its noise does not follow from seeds
    exempt: a run that was sought is the same whatever was done before, and differs from other runs: it cannot return to an earlier run
    exempt: a run in two parts, or in single steps, gives the bits of one run: its noise does not follow from seeds
    exempt: a drive beyond the declared range acts as its nearest end: its noise does not follow from seeds"
  `);
});
