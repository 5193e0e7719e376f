import { expect, test } from "vitest";
import { closestName } from "../base/index.ts";
import { createDevice, type DeviceSpec, listDevices } from "./catalogue.ts";

const seeds = { disorder: 7, thermal: 1, instrument: 2 };

function messageOf(spec: object): string {
  try {
    createDevice(spec as DeviceSpec);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no fault";
}

test("an unknown kind is refused with the kinds there are and the nearest of them", () => {
  expect(messageOf({ kind: "nano-ring-aray", seeds })).toMatchInlineSnapshot(
    `"createDevice: there is no such kind of device. Got 'nano-ring-aray', expected one of duffing-oscillator, ikeda-node, leaky-integrator, mackey-glass-node, nano-ring-array, noisy-leaky-node, volatile-memristor. Did you mean 'nano-ring-array'? Choose one of these."`,
  );
  expect(messageOf({ kind: "laser", seeds })).toMatchInlineSnapshot(
    `"createDevice: there is no such kind of device. Got 'laser', expected one of duffing-oscillator, ikeda-node, leaky-integrator, mackey-glass-node, nano-ring-array, noisy-leaky-node, volatile-memristor. Choose one of these."`,
  );
  expect(messageOf({ kind: "toString", seeds })).toContain("Got 'toString', expected one of");
});

test("an unknown or unusable option is refused by name", () => {
  expect(messageOf({ kind: "leaky-integrator", sigm: 1, seeds })).toMatchInlineSnapshot(
    `"leaky-integrator: there is no such option. Got 'sigm', expected one of sigma, scheme. Did you mean 'sigma'? Correct its spelling or take it out."`,
  );
  expect(messageOf({ kind: "leaky-integrator", sigma: -1, seeds })).toMatchInlineSnapshot(
    `"leaky-integrator: the option 'sigma' cannot be used. Got -1, expected a number from 0 to 10. Change 'sigma', or leave it out for its default."`,
  );
  expect(messageOf({ kind: "leaky-integrator", scheme: "rk4", seeds })).toMatchInlineSnapshot(
    `"leaky-integrator: the option 'scheme' cannot be used. Got "rk4", expected one of exact, reference. Change 'scheme', or leave it out for its default."`,
  );
  expect(
    messageOf({ kind: "nano-ring-array", observables: ["amr", "amr"], seeds }),
  ).toMatchInlineSnapshot(
    `"nano-ring-array: the option 'observables' cannot be used. Got ["amr","amr"], expected a list of different ones of amr, walls, mx, my. Change 'observables', or leave it out for its default."`,
  );
});

test("seeds are required, each a whole number", () => {
  expect(messageOf({ kind: "leaky-integrator" })).toMatchInlineSnapshot(
    `"createDevice: a device needs three seeds. Got undefined, expected whole numbers from 0 for disorder, thermal and instrument. Give seeds: {disorder, thermal, instrument}; equal numbers do not share draws."`,
  );
  expect(
    messageOf({ kind: "leaky-integrator", seeds: { ...seeds, thermal: 0.5 } }),
  ).toMatchInlineSnapshot(
    `"createDevice: a device needs three seeds. Got {"disorder":7,"thermal":0.5,"instrument":2}, expected whole numbers from 0 for disorder, thermal and instrument. Give seeds: {disorder, thermal, instrument}; equal numbers do not share draws."`,
  );
});

test("instrument options that do not fit are refused", () => {
  const spec = { kind: "leaky-integrator", seeds };
  expect(messageOf({ ...spec, instrument: { bits: 8 } })).toMatchInlineSnapshot(
    `"instrument: a converter with bits needs a range. Got bits 8 and no range, expected range: [lowest, highest] in units of the observable. Give the range, or leave bits at 0."`,
  );
  expect(messageOf({ ...spec, instrument: { gain: [1, 2] } })).toMatchInlineSnapshot(
    `"instrument: the option 'gain' does not fit the observables. Got 2 values, [1,2], expected one number, or 1. Give one value for each observable."`,
  );
  expect(messageOf({ ...spec, instrument: { noise: 1 } })).toMatchInlineSnapshot(
    `"instrument: there is no such option. Got 'noise', expected one of gain, offset, readoutNoise, slowChange, slowCorrelation, range, bits. Correct its spelling or take it out."`,
  );
});

test("the list of devices is plain JSON with one line for each", () => {
  const list = listDevices();
  expect(list.map(({ kind, summary }) => `${kind}: ${summary}`)).toMatchInlineSnapshot(`
    [
      "duffing-oscillator: driven double well with coloured noise; hops between its wells at random",
      "ikeda-node: opto-electronic delay node; its virtual nodes are read by an 8-bit converter",
      "leaky-integrator: leaky integrator with two coloured noises; its law is known, for checks",
      "mackey-glass-node: electronic delay node with its virtual nodes as observables; tiny noise, large effect",
      "nano-ring-array: magnetic nano-rings in a rotating field; emergent, thermal, with fading memory",
      "noisy-leaky-node: one leaky node with white noise per task step, for network benchmarks",
      "volatile-memristor: memristor whose filament grows under voltage and dissolves without",
    ]
  `);
  expect(JSON.parse(JSON.stringify(list))).toEqual(list);
});

test("the nearest name is found within two letters, and nothing beyond", () => {
  expect(closestName("sigmma", ["sigma", "scheme"])).toBe("sigma");
  expect(closestName("amplitude", ["sigma", "scheme"])).toBeUndefined();
});
