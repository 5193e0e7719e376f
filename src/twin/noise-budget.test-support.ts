// A linear device whose noise has known shares, twins that have its law, and their budget.
import { beforeAll } from "vitest";
import { createArray, createGenerator, createStream, type HostArray } from "../base/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import { noiseBudget, type ObservableBudget } from "./noise-budget.ts";
import { removeSlowDrift } from "./slow-drift.ts";
import { createTwin, type Twin } from "./twin.ts";

/** A linear device, its auxiliary, and the sizes of its noises. */
export interface Law {
  //   x' = memory x + (1 - memory) gain s + white n1 + coloured (a + d),   y = x' + observation n2
  //   a' = e^(-1/tau) a + d,   d = sqrt(1 - e^(-2/tau)) n3;   x = a = 0 at the reset
  readonly memory: number;
  readonly gain: number;
  /** Steps. */
  readonly tau: number;
  readonly observation: number;
  readonly white: number;
  readonly coloured: number;
}

export type Source = "observation" | "white" | "coloured";
export const sources: readonly Source[] = ["observation", "white", "coloured"];
export const sequences = 10;
export const time = 60;

const drive = ((): HostArray => {
  const generator = createGenerator(createStream(77));
  const result = createArray([sequences, time, 1]);
  result.data.forEach((_, i) => {
    result.data[i] = i % 5 === 0 ? 2 * generator.uniform() - 1 : result.data[i - 1];
  });
  return result;
})();

/** Variance that each source alone gives to what is measured, mean over time, for sizes of 1. */
function unitVariances({ memory, tau }: Pick<Law, "memory" | "tau">): Record<Source, number> {
  const rho = Math.exp(-1 / tau);
  const sums = { observation: 1, white: 0, coloured: 0 };
  const fresh = 1 - rho ** 2;
  let [white, xx, xa, aa] = [0, 0, 0, 0];
  for (let t = 0; t < time; t++) {
    white = memory ** 2 * white + 1;
    xx = memory ** 2 * xx + 2 * memory * xa + aa + fresh;
    xa = memory * rho * xa + rho * aa + fresh;
    aa = rho ** 2 * aa + fresh;
    sums.white += white / time;
    sums.coloured += xx / time;
  }
  return sums;
}

/** A law whose sources have these shares of a variance of 1. */
export function lawOf(memory: number, tau: number, shares: readonly number[], gain = 3): Law {
  const unit = unitVariances({ memory, tau });
  const [observation, white, coloured] = sources.map((source, i) =>
    Math.sqrt(shares[i] / unit[source]),
  );
  return { memory, tau, gain, observation, white, coloured };
}

/** Repeats of the device, by code of its own. */
export function measure(law: Law, repeats: number, seed: number): HostArray {
  const generator = createGenerator(createStream(seed));
  const response = createArray([sequences, repeats, time, 1]);
  const rho = Math.exp(-1 / law.tau);
  for (let row = 0; row < sequences * repeats; row++) {
    let [x, a] = [0, 0];
    for (let t = 0; t < time; t++) {
      const s = drive.data[Math.floor(row / repeats) * time + t];
      const fresh = Math.sqrt(1 - rho ** 2) * generator.normal();
      x = law.memory * x + (1 - law.memory) * law.gain * s + law.coloured * (a + fresh);
      a = rho * a + fresh;
      x += law.white * generator.normal();
      response.data[row * time + t] = x + law.observation * generator.normal();
    }
  }
  return response;
}

/** A twin with exactly this law. */
function twinOf(law: Law): Twin {
  const layers = { hidden: [2], activation: "tanh" } as const;
  const blank = createTwin(
    {
      dt: 1,
      inputs: [{ name: "s", unit: "V" }],
      observables: [{ name: "x", unit: "V" }],
      limits: [{ min: -1, max: 1 }],
      start: { mean: [0], factor: [[0]] },
      scales: { observables: [{ mean: 0, sd: 1 }], increments: [1] },
      featureScales: () => [{ mean: 0, sd: 1 }],
    },
    { drift: layers, diffusion: layers, auxiliaries: 1, observationNoise: true },
    createStream(1),
  );
  // tanh(e u) / e is u: F = (memory - 1) x + (1 - memory) gain s.
  const e = 1e-2;
  const pull = (law.memory - 1) / e;
  const set = (name: string, values: number[]) => {
    const { shape } = blank.parameters[name];
    return { [name]: { shape, data: Float32Array.from(values) } };
  };
  const zero = (name: string) => set(name, new Array(blank.parameters[name].data.length).fill(0));
  const weights = {
    ...blank.parameters,
    ...set("drift.0.weight", [e, 0, 0, e]),
    ...zero("drift.0.bias"),
    ...set("drift.1.weight", [pull, -pull * law.gain]),
    ...zero("drift.1.bias"),
    ...zero("diffusion.1.weight"),
    ...zero("diffusion.1.bias"),
    ...set("mixing", [1]),
    ...set("memory", [-Math.log(Math.expm1(1 / law.tau))]),
  };
  const diffusion = [law.coloured, law.white, law.observation];
  return { ...blank, parameters: weights, scales: { ...blank.scales, diffusion } };
}

let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernelModule();
});

const thirds = [1 / 3, 1 / 3, 1 / 3];

/** The budget of a device by a twin that has its F and its time constant, but thirds of each noise. */
export function budget(law: Law, response = measure(law, 64, 1)): ObservableBudget {
  const twin = twinOf({ ...lawOf(law.memory, law.tau, thirds), gain: law.gain });
  const steady = removeSlowDrift(response);
  return noiseBudget(kernels, twin, { drive, steady }, { stream: createStream(5) }).observables[0];
}
