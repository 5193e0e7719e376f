import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createArray, createGenerator, createStream } from "../base/index.ts";
import { loadKernelModule } from "../engine/index.ts";
import type { Task } from "../tasks/index.ts";
import { createTwin } from "../twin/index.ts";
import { trainLoop } from "./loop-train.ts";
import { checkRecipe, planOf, readYaml } from "./recipe.ts";
import { createTrainingKeeper } from "./training-keeper.node.ts";

const twin = createTwin(
  {
    dt: 1,
    inputs: [{ name: "s", unit: "V" }],
    observables: [{ name: "x", unit: "V" }],
    limits: [{ min: -1, max: 1 }],
    start: { mean: [0], factor: [[0.1]] },
    scales: { observables: [{ mean: 0, sd: 1 }], increments: [0.5] },
    featureScales: () => [{ mean: 0, sd: 0.6 }],
  },
  { drift: { hidden: [4], activation: "tanh" }, diffusion: { hidden: [3], activation: "tanh" } },
  createStream(1),
);

/** Say u(k - 1). */
const createDelayTask = (): Task => {
  const generator = createGenerator(createStream(2));
  const sequence = () => {
    const u = Float64Array.from({ length: 20 }, () => generator.normal());
    const target = u.map((_, k) => (k < 1 ? 0 : u[k - 1]));
    return { input: createArray([20, 1], u), target: createArray([20, 1], target) };
  };
  const some = (count: number) => Array.from({ length: count }, sequence);
  return {
    ...{ name: "delay", split: "test", kind: "regression", scored: "each-step", inputs: 1 },
    ...{ outputs: 1, score: "nrmseBySd", warmUp: 3 },
    ...{ train: some(8), validation: some(3), test: some(1) },
  };
};

const recipe = `
name: a
device: { kind: leaky-integrator }
task: { name: narma5 }
network: { preset: random, nodes: 5, fanIn: 2 }
train: { arms: [constant-noise], constantNoise: [0.1, 0.5], iterations: 12, every: 4, batch: 4 }
`;

test("constant noise is tried at every level, and a run that was stopped in one of them goes on in it", async () => {
  const plan = planOf(checkRecipe(readYaml(recipe, "r.yaml"), "r.yaml"), undefined, () => 0);
  const folder = await mkdtemp(join(tmpdir(), "training-"));
  try {
    const kernels = await loadKernelModule();
    const task = createDelayTask();
    const train = async (stopAt: number, isKept = true) => {
      const seen: unknown[][] = [];
      const controller = new AbortController();
      const trained = await trainLoop(plan, twin, task, {
        kernels,
        signal: controller.signal,
        onMetrics: ({ driveNoise, iteration }) => {
          if (seen.push([driveNoise, iteration]) === stopAt) controller.abort();
        },
        ...(isKept ? { trainingKeeper: () => createTrainingKeeper(folder) } : {}),
      }).catch((error: Error) => error.message);
      return { seen, trained };
    };
    const whole = await train(0, false);
    const all = [0.1, 0.5].flatMap((level) => [4, 8, 12].map((update) => [level, update]));
    expect(whole.seen).toEqual(all);
    expect((await train(5)).trained).toMatch("after 8 updates");
    expect(await readdir(folder)).toEqual(["training-0.5.safetensors"]);
    expect(await train(0)).toEqual(whole);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
