// For tests of transfers: a small twin with every kind of noise, a device without any, and a task.
import { createArray, createGenerator, createStream } from "../base/index.ts";
import type { Device, DeviceDescription } from "../devices/index.ts";
import type { NodeKind } from "../network/index.ts";
import type { Task, TaskSequence } from "../tasks/index.ts";
import { createTwin, type Twin } from "../twin/index.ts";

/** Two inputs, two observables, a carrier, coloured and observation noise, random weights. */
export const createToyTwin = (): Twin =>
  createTwin(
    {
      dt: 0.5,
      inputs: [
        { name: "a", unit: "V" },
        { name: "b", unit: "V" },
      ],
      observables: [
        { name: "x", unit: "V" },
        { name: "y", unit: "A" },
      ],
      carrierPeriod: 6,
      limits: [
        { min: 1, max: 3 },
        { min: -1, max: 4 },
      ],
      start: {
        mean: [0.2, -0.1],
        factor: [
          [0.1, 0],
          [0, 0.1],
        ],
      },
      scales: {
        observables: [
          { mean: 1, sd: 2 },
          { mean: -3, sd: 0.1 },
        ],
        increments: [0.4, 0.7],
      },
      featureScales: (features) =>
        [2, 1.5].flatMap((mean) => features.map(() => ({ mean, sd: 1 }))),
    },
    {
      delays: 1,
      auxiliaries: 2,
      drift: { hidden: [5], activation: "tanh" },
      diffusion: { hidden: [4], activation: "tanh" },
      observationNoise: true,
    },
    createStream(3),
  );

/** Say u(k - 1). */
export const createDelayTask = (): Task => {
  const generator = createGenerator(createStream(2));
  const sequence = (): TaskSequence => {
    const u = Float64Array.from({ length: 12 }, () => 2 * generator.uniform() - 1);
    const target = u.map((_, k) => (k < 1 ? 0 : u[k - 1]));
    return { input: createArray([12, 1], u), target: createArray([12, 1], target) };
  };
  const some = (count: number) => Array.from({ length: count }, sequence);
  return {
    name: "delay",
    split: "test",
    kind: "regression",
    scored: "each-step",
    inputs: 1,
    outputs: 1,
    score: "nrmseBySd",
    warmUp: 2,
    train: some(20),
    validation: some(5),
    test: some(4),
  };
};
/** x' = x / 2 + s, observable x, without noise; `told` is every drive it was given. */
export const createLinearDevice = (
  over: Partial<DeviceDescription> = {},
): Device & { readonly told: number[] } => {
  const description: DeviceDescription = {
    identity: "linear toy",
    inputs: [{ name: "s", unit: "V", min: -10, max: 1 }],
    observables: [{ name: "x", unit: "V" }],
    dt: 1,
    samplesPerStep: 1,
    canReset: true,
    canStep: true,
    recordedOnly: false,
    ...over,
  };
  let x = 0;
  const told: number[] = [];
  return {
    told,
    describe: async () => description,
    async reset() {
      x = 0;
      return Float64Array.of(x);
    },
    async run({ data }) {
      told.push(...data);
      return createArray(
        [data.length, 1],
        data.map((s) => (x = x / 2 + s)),
      );
    },
    stop: async () => undefined,
  };
};

/** What a network knows of {@link createLinearDevice}. */
export const linearKind: NodeKind = {
  dt: 1,
  drive: { mean: [0.5], sd: [2], min: [-5], max: [5] },
  response: { mean: [0.25], sd: [4] },
};

/** Constants of {@link createLeakyTwin}. */
export interface LeakyConstants {
  /** Default 1. */
  readonly gain?: number;
  /** Default 1 - 1/e, that of the noisy leaky node. */
  readonly leak?: number;
  /** Default 0.02. */
  readonly sigma?: number;
}

/** The noisy leaky node by hand, x' = x + leak (gain tanh s - x) + sigma xi, within 1e-3. */
export const createLeakyTwin = (constants: LeakyConstants = {}): Twin => {
  const { gain = 1, leak = 1 - Math.exp(-1), sigma = 0.02 } = constants;
  const hidden = { hidden: [2], activation: "tanh" } as const;
  const twin = createTwin(
    {
      dt: 1,
      inputs: [{ name: "drive", unit: "1" }],
      observables: [{ name: "x", unit: "1" }],
      limits: [{ min: -2, max: 2 }],
      start: { mean: [0], factor: [[0]] },
      scales: { observables: [{ mean: 0, sd: 1 }], increments: [1] },
      featureScales: () => [{ mean: 0, sd: 1 }],
    },
    { auxiliaries: 0, drift: hidden, diffusion: hidden },
    createStream(12),
  );
  const set = (name: string, data: number[]) => ({
    [name]: { shape: twin.parameters[name].shape, data: Float32Array.from(data) },
  });
  const zero = Object.keys(twin.parameters)
    .filter((name) => name.startsWith("diffusion"))
    .map((name) => set(name, [...twin.parameters[name].data].fill(0)));
  // Columns of the first layer: x, then s; tanh(x / 10) is x / 10 nearly.
  const parameters = Object.assign(
    { ...twin.parameters },
    ...zero,
    set("drift.0.weight", [0, 1, 0.1, 0]),
    set("drift.0.bias", [0, 0]),
    set("drift.1.weight", [leak * gain, -10 * leak]),
    set("drift.1.bias", [0]),
  );
  return { ...twin, scales: { ...twin.scales, diffusion: [sigma] }, parameters };
};
