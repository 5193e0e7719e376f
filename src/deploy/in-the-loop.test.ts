import { beforeAll, expect, test } from "vitest";
import { childStream, createStream } from "../base/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import {
  chooseWindow,
  createChainNetwork,
  createLayeredNetwork,
  fitReadout,
  type Network,
  nodeKindOf,
  trainNetwork,
} from "../network/index.ts";
import type { Twin } from "../twin/index.ts";
import { inTheLoopCost, trainInTheLoop } from "./in-the-loop.ts";
import { createDelayTask, createLeakyTwin, createToyTwin } from "./toy.test-support.ts";
import { transferNetwork } from "./transfer.ts";
import { createTwinDevice } from "./twin-device.ts";

const task = createDelayTask();
const toy = createToyTwin();
const base = {
  ...{ taskInputs: 1, outputs: 1, hold: 3 },
  twin: { name: "toy", kind: nodeKindOf(toy) },
} as const;

let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernelModule();
});

const devicesOf = (twin: Twin, seed: number, noise: boolean) => (node: number) =>
  createTwinDevice(kernels, twin, { stream: createStream(100 * seed + node), noise });

const change = (a: Network, b: Network): number =>
  Math.hypot(
    ...Object.entries(a.weights).flatMap(([name, { data }]) =>
      [...data].map((value, i) => value - b.weights[name].data[i]),
    ),
  );

test.each([
  [
    "in recurrent layers",
    () => createLayeredNetwork({ ...base, layers: [3, 2], recurrent: true }, createStream(1)),
  ],
  ["in a chain", () => createChainNetwork({ ...base, stages: 3 }, createStream(1))],
] as const)(
  "where the devices are the twins without noise, %s, in-the-loop training moves the weights as backpropagation through the twins does within a hundredth",
  async (_, create) => {
    const start = fitReadout(kernels, create(), toy, task, {
      ...{ noise: false, stream: createStream(2), ridges: [0.1] },
    }).network;
    const options = { batch: 16, learningRate: 0.01 };
    const loop = await trainInTheLoop(
      ...([kernels, start, toy, task, { ...options, updates: 3, validations: 4 }] as const),
      { stream: createStream(3), devices: devicesOf(toy, 4, false) },
    );
    const through = await trainNetwork(
      ...([kernels, start, toy, task] as const),
      { ...options, iterations: 3, every: 1, arm: "noise-agnostic" },
      // What in-the-loop training calls its own stream: the same batches.
      { stream: childStream(createStream(3), "in the loop") },
    );
    loop.history.slice(1).forEach(({ loss, validation }, i) => {
      expect(loss).toBeCloseTo(through.history[i].loss, 4);
      expect(validation).toBeCloseTo(through.history[i].validation, 4);
    });
    expect(change(loop.network, through.network) / change(loop.network, start)).toBeLessThan(0.01);
  },
);

const leaky = createLeakyTwin();
const small = {
  ...{ taskInputs: 1, outputs: 1 },
  twin: { name: "leaky", kind: nodeKindOf(leaky) },
} as const;

test("on devices with another gain and leak than their twins, in-the-loop training recovers half of the gap or more, and runs what it said", async () => {
  const device = createLeakyTwin({ gain: 1.4, leak: 0.5 });
  const start = createLayeredNetwork(
    { ...small, layers: [4, 3], recurrent: true },
    createStream(5),
  );
  const options = { iterations: 150, batch: 16, refit: true, learningRate: 0.02 };
  const { network } = await trainNetwork(kernels, start, leaky, task, options, {
    stream: createStream(6),
  });
  const devices = devicesOf(device, 7, true);
  const looped = { updates: 40, batch: 8, learningRate: 0.02 };
  const repaired = await trainInTheLoop(kernels, network, leaky, task, looped, {
    ...{ stream: createStream(8), devices },
  });
  const steps = chooseWindow(task).steps;
  expect(repaired.deviceSteps).toBe(inTheLoopCost(network, task, looped, steps));
  const score = async (which: Network, on: Twin) => {
    const context = { stream: createStream(9), runs: 3 };
    return (await transferNetwork(which, devicesOf(on, 10, true), task, task.test, context)).value;
  };
  const [promised, before] = [await score(network, leaky), await score(network, device)];
  const after = await score(repaired.network, device);
  expect((before - after) / (before - promised)).toBeGreaterThan(0.5);
});
