import { beforeAll, expect, test } from "vitest";
import { createStream, type HostArray } from "../base/index.ts";
import { createDevice } from "../devices/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import {
  createChainNetwork,
  createLayeredNetwork,
  createNetwork,
  createNetworkWalker,
  type Network,
  nodeKindOf,
  stagesOf,
} from "../network/index.ts";
import type { Twin } from "../twin/index.ts";
import { type CascadeKeeper, cascadeCost, type TrainedStage, trainCascade } from "./cascade.ts";
import type { NodeDevices } from "./node-devices.ts";
import { stageInput, stageNetwork, withStage } from "./stage-network.ts";
import {
  createDelayTask,
  createLeakyTwin,
  createLinearDevice,
  createToyTwin,
} from "./toy.test-support.ts";
import { transferNetwork } from "./transfer.ts";
import { createTwinDevice } from "./twin-device.ts";

const twin = createToyTwin();
const task = createDelayTask();
const base = {
  taskInputs: 1,
  outputs: 1,
  twin: { name: "toy", kind: nodeKindOf(twin) },
  hold: 2,
} as const;
const training = { iterations: 4, batch: 8, every: 2 } as const;

let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernelModule();
});

const chain = () => createChainNetwork({ ...base, stages: 3 }, createStream(1));
const layered = (couplingSamples: "last" | "all" = "last") =>
  createLayeredNetwork(
    { ...base, layers: [3, 2, 2], recurrent: true, inputToAll: true, couplingSamples },
    createStream(2),
  );

const answers = (network: Network, inputs: readonly HostArray[]): HostArray[] => {
  const walk = createNetworkWalker(kernels, network, twin, { noise: false });
  const all: HostArray[] = [];
  walk(network.weights, inputs, { stream: createStream(3), run: 0 }, (i, responses) => {
    all[i] = responses;
  });
  return all;
};

test.each([
  ["of a chain", chain],
  ["of recurrent layers", layered],
  ["of layers that hear all samples", () => layered("all")],
] as const)(
  "a stage %s, given what earlier stages answered, answers as within the whole network within 1e-5",
  (_, create) => {
    const network = create();
    const inputs = task.test.map(({ input }) => input);
    const whole = answers(network, inputs);
    for (const stage of stagesOf(network)) {
      const given = inputs.map((input, i) => stageInput(network, stage, input, whole[i]));
      const own = answers(stageNetwork(network, stage), given);
      own.forEach(({ shape, data }, i) => {
        const width = shape[1] / stage.count;
        data.forEach((value, at) => {
          const [t, column] = [Math.floor(at / shape[1]), at % shape[1]];
          const there = whole[i].data[t * whole[i].shape[1] + stage.first * width + column];
          expect(Math.abs(value - there)).toBeLessThan(1e-5);
        });
      });
    }
  },
);

test("a stage put back as it was leaves the network as it was, and changes go where they belong", () => {
  const network = layered();
  for (const stage of stagesOf(network)) {
    const own = stageNetwork(network, stage);
    expect(withStage(network, stage, own)).toEqual(network);
    const bias = { ...own.weights.bias, data: own.weights.bias.data.map((value) => value + 1) };
    const moved = withStage(network, stage, { ...own, weights: { ...own.weights, bias } });
    const changed = [...moved.weights.bias.data].map(
      (value, i) => value !== network.weights.bias.data[i],
    );
    const inputs = twin.inputs.length;
    expect(changed).toEqual(
      changed.map((_, i) => {
        const node = Math.floor(i / inputs);
        return node >= stage.first && node < stage.first + stage.count;
      }),
    );
  }
});

const noisy = (of: Twin, seed: number) => (node: number) =>
  createTwinDevice(kernels, of, { stream: createStream(100 * seed + node) });

test("a cascade records every stage but the last, as often as was said beforehand", async () => {
  const network = layered();
  const reports: number[] = [];
  const options = { ...training, recordings: 2 };
  const result = await trainCascade(kernels, network, twin, task, options, {
    stream: createStream(4),
    devices: noisy(twin, 5),
    onProgress: ({ doing, deviceSteps }) => {
      if (doing === "record") reports.push(deviceSteps);
    },
  });
  // 2 x 20 training sequences and 5 for validation, 12 task steps of 2 samples.
  const perNode = (2 * 20 + 5) * 12 * 2;
  expect(result.stages.map(({ deviceSteps }) => deviceSteps)).toEqual([
    3 * perNode,
    2 * perNode,
    0,
  ]);
  expect(result.deviceSteps).toBe(cascadeCost(network, task, options));
  expect(reports).toHaveLength(2 * 45);
  expect(result.stages.map(({ iterations }) => iterations)).toEqual([4, 4, 4]);
  expect(result.stages[1].nodes).toEqual(["layer 2, node 1", "layer 2, node 2"]);
  const control = await trainCascade(kernels, network, twin, task, options, {
    stream: createStream(4),
  });
  expect(control.deviceSteps).toBe(0);
  // The first stage hears no device: both arms train it alike.
  expect(control.stages[0].history).toEqual(result.stages[0].history);
  expect(control.stages[1].history).not.toEqual(result.stages[1].history);
  const last = { ...options, recordLast: true };
  expect(cascadeCost(network, task, last)).toBe(7 * perNode);
});

/** Keeps everything in memory, and gives up after so many runs. */
const createKeeper = (stopAfter: number, controller: AbortController) => {
  const networks = new Map<number, TrainedStage>();
  const runs = new Map<number, Float64Array[]>();
  let appended = 0;
  const keeper: CascadeKeeper = {
    trained: async (stage) => networks.get(stage),
    keepTrained: async (stage, trained) => {
      networks.set(stage, trained);
    },
    openRuns: (stage) => {
      const kept = runs.get(stage) ?? [];
      runs.set(stage, kept);
      return {
        count: kept.length,
        read: (run) => kept[run],
        append: (values) => {
          kept.push(values);
          if (++appended === stopAfter) controller.abort();
        },
        close: async () => undefined,
      };
    },
  };
  return { keeper, appended: () => appended };
};

const leaky = createLeakyTwin();
const leakyBase = {
  ...{ taskInputs: 1, outputs: 1 },
  twin: { name: "leaky", kind: nodeKindOf(leaky) },
} as const;

test("a cascade cut off in the middle of its second stage goes on to the same bits, and measures nothing twice", async () => {
  const network = createLayeredNetwork({ ...leakyBase, layers: [2, 2, 1] }, createStream(6));
  const devices = (node: number) =>
    createDevice({
      kind: "noisy-leaky-node",
      seeds: { disorder: 1, thermal: 40 + node, instrument: 50 + node },
    });
  const run = (keeper?: CascadeKeeper, signal?: AbortSignal) =>
    trainCascade(kernels, network, leaky, task, training, {
      ...{ stream: createStream(7), devices, keeper, signal },
    });
  const whole = await run();
  const controller = new AbortController();
  const { keeper, appended } = createKeeper(45 + 17, controller);
  await expect(run(keeper, controller.signal)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: trainCascade, stage 2: the recording was stopped. Got a signal after 17 of 45 sequences, expected every sequence. Start it again; sequences that were kept are not measured again.]`,
  );
  const resumed = await run(keeper);
  expect(resumed).toEqual(whole);
  expect(appended()).toBe(2 * 45);
});

test("where devices answer with another gain than their twins, a cascade scores better on them than its control by a tenth or more", async () => {
  const device = createLeakyTwin({ gain: 1.5, leak: 0.5 });
  const network = createLayeredNetwork(
    { ...leakyBase, layers: [4, 4], inputToAll: true },
    createStream(8),
  );
  const options = { iterations: 60, batch: 16, learningRate: 0.01 };
  const score = async (devices?: NodeDevices): Promise<number> => {
    const context = { stream: createStream(9), devices };
    const { network: trained } = await trainCascade(
      kernels,
      network,
      leaky,
      task,
      { ...options, recordLast: true },
      context,
    );
    const stream = createStream(10);
    return (await transferNetwork(trained, noisy(device, 11), task, task.test, { stream })).value;
  };
  const [cascade, control] = [await score(noisy(device, 12)), await score()];
  // Over 8 sets of seeds the ratio lay between 0.65 and 0.81.
  expect(cascade).toBeLessThan(0.9 * control);
});

test("networks that cannot cascade are refused before anything runs", async () => {
  const run = (network: Network, recordings = 2) =>
    trainCascade(
      kernels,
      network,
      leaky,
      task,
      { ...training, recordings },
      {
        stream: createStream(13),
        devices: () => createLinearDevice(),
      },
    );
  const options = { ...leakyBase };
  const flat = createLayeredNetwork({ ...options, layers: [3] }, createStream(14));
  await expect(run(flat)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: trainCascade: a cascade goes stage by stage, and this network has one. Got 3 nodes that all step together, expected at least two layers or passes that feed forward. Use a chain, or more layers.]`,
  );
  const two = createLayeredNetwork({ ...options, layers: [1, 1] }, createStream(14));
  await expect(run(two, 1)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: trainCascade: a stage is recorded too seldom. Got 1 recordings, expected a whole number from 2: a single recording would freeze its noise. Raise \`recordings\`.]`,
  );
  const uneven = createNetwork(
    {
      nodes: [{ name: "a" }, { name: "b" }, { name: "c", seesInput: false }],
      edges: [
        { from: "a", to: "b", delay: 1 },
        { from: "a", to: "c", delay: 1 },
      ],
    },
    options,
    createStream(14),
  );
  await expect(run(uneven)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: trainCascade: the nodes of a stage do not hear the same. Got 'b' and 'c' with other inputs or couplings from earlier stages, expected layers whose nodes all hear the same earlier nodes. Use a layered or chain network, or train without a cascade.]`,
  );
});
