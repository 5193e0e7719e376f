import { fault, suggestName } from "../base/index.ts";
import type { Device } from "./device.ts";
import { formatValue, type OptionRule } from "./options.ts";
import { createDuffingOscillator, duffingOscillatorOptions } from "./virtual/duffing-oscillator.ts";
import { createIkedaNode, ikedaNodeOptions } from "./virtual/ikeda-node.ts";
import type { InstrumentOptions } from "./virtual/instrument.ts";
import { createLeakyIntegrator, leakyIntegratorOptions } from "./virtual/leaky-integrator.ts";
import { createMackeyGlassNode, mackeyGlassNodeOptions } from "./virtual/mackey-glass-node.ts";
import { createNanoRingArray, nanoRingArrayOptions } from "./virtual/nano-ring-array.ts";
import { createNoisyLeakyNode, noisyLeakyNodeOptions } from "./virtual/noisy-leaky-node.ts";
import type { DeviceSeeds, Physics } from "./virtual/physics.ts";
import { createVirtualDevice } from "./virtual/virtual-device.ts";
import { createVolatileMemristor, volatileMemristorOptions } from "./virtual/volatile-memristor.ts";

/** A kind of device that can be made by name. */
export interface DeviceKind {
  /** One line for a list. */
  readonly summary: string;
  /** Its options, by name. */
  readonly options: Readonly<Record<string, OptionRule<unknown>>>;
  /** Build the physics; refuses options that do not fit. */
  readonly create: (options: object, disorder: number) => Physics;
}

/** Every kind of virtual device, by the name that recipes use. */
export const deviceKinds: Readonly<Record<string, DeviceKind>> = {
  "duffing-oscillator": {
    summary: "driven double well with coloured noise; hops between its wells at random",
    options: duffingOscillatorOptions,
    create: (options) => createDuffingOscillator(options),
  },
  "ikeda-node": {
    summary: "opto-electronic delay node; its virtual nodes are read by an 8-bit converter",
    options: ikedaNodeOptions,
    create: (options, disorder) => createIkedaNode(options, disorder),
  },
  "leaky-integrator": {
    summary: "leaky integrator with two coloured noises; its law is known, for checks",
    options: leakyIntegratorOptions,
    create: (options) => createLeakyIntegrator(options),
  },
  "mackey-glass-node": {
    summary:
      "electronic delay node with its virtual nodes as observables; tiny noise, large effect",
    options: mackeyGlassNodeOptions,
    create: (options, disorder) => createMackeyGlassNode(options, disorder),
  },
  "nano-ring-array": {
    summary: "magnetic nano-rings in a rotating field; emergent, thermal, with fading memory",
    options: nanoRingArrayOptions,
    create: (options, disorder) => createNanoRingArray(options, disorder),
  },
  "noisy-leaky-node": {
    summary: "one leaky node with white noise per task step, for network benchmarks",
    options: noisyLeakyNodeOptions,
    create: (options) => createNoisyLeakyNode(options),
  },
  "volatile-memristor": {
    summary: "memristor whose filament grows under voltage and dissolves without",
    options: volatileMemristorOptions,
    create: (options, disorder) => createVolatileMemristor(options, disorder),
  },
};

/** What to make: a kind, its options beside it, its seeds and its readout. */
export interface DeviceSpec {
  readonly kind: string;
  readonly seeds: DeviceSeeds;
  readonly instrument?: InstrumentOptions;
  readonly [option: string]: unknown;
}

/**
 * Make a virtual device by the name of its kind.
 *
 * @param spec  Such as {kind: "nano-ring-array", L: 10, seeds: {disorder: 7, thermal: 1,
 *              instrument: 2}}.
 * @throws      `unknown-name` for an unknown kind or option; `bad-value` or `shape-mismatch` for an
 *              option or seed that does not fit.
 */
export function createDevice(spec: DeviceSpec): Device {
  const { kind, seeds, instrument, ...options } = spec;
  const known = Object.keys(deviceKinds);
  if (!known.includes(kind)) {
    throw fault("unknown-name", {
      where: "createDevice",
      what: "there is no such kind of device",
      got: `'${kind}'`,
      expected: `one of ${known.join(", ")}`,
      fix: suggestName(kind, known, "Choose one of these"),
    });
  }
  checkSeeds(seeds);
  const physics = deviceKinds[kind].create(options, seeds.disorder);
  return createVirtualDevice({ physics, instrument, seeds });
}

function checkSeeds(seeds: DeviceSeeds): void {
  const isSeed = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  const given = { ...seeds };
  if (isSeed(given.disorder) && isSeed(given.thermal) && isSeed(given.instrument)) return;
  throw fault("bad-value", {
    where: "createDevice",
    what: "a device needs three seeds",
    got: formatValue(seeds),
    expected: "whole numbers from 0 for disorder, thermal and instrument",
    fix: "Give seeds: {disorder, thermal, instrument}; equal numbers do not share draws",
  });
}

/** An entry of {@link listDevices}, as plain JSON. */
export interface DeviceListing {
  readonly kind: string;
  readonly summary: string;
  readonly options: readonly {
    readonly name: string;
    readonly initial: unknown;
    readonly meaning: string;
    readonly expected: string;
  }[];
}

/** All kinds of device with their options, in the order of the table. */
export function listDevices(): DeviceListing[] {
  return Object.entries(deviceKinds).map(([kind, { summary, options }]) => ({
    kind,
    summary,
    options: Object.entries(options).map(([name, { initial, meaning, expected }]) => ({
      name,
      initial,
      meaning,
      expected,
    })),
  }));
}
