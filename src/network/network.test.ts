import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createArray, createGenerator, createStream, type HostArray } from "../base/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import type { Task, TaskSequence } from "../tasks/index.ts";
import { createTwin, type Twin } from "../twin/index.ts";
import { findNetworkProblems } from "./check.ts";
import { createDriveSource } from "./drive.ts";
import { evaluateOnTwin } from "./evaluate.ts";
import { readNetwork, writeNetwork } from "./files.node.ts";
import { formatNetwork, parseNetwork } from "./files.ts";
import { fitReadout } from "./fit-readout.ts";
import { nodeKindOf } from "./kind.ts";
import type { Network } from "./network.ts";
import { createChainNetwork, createLayeredNetwork, createNetwork } from "./presets.ts";
import { featuresOf, readoutMap, withReadout } from "./readout.ts";
import { createNetworkSimulator } from "./simulate.ts";
import { stagesOf } from "./stages.ts";
import { compareScores, summariseScores } from "./summary.ts";
import { trainNetwork } from "./train.ts";

/** A leaky node by hand: x' = x + c (F + noise), F linear enough to be tanh(s - x) nearly. */
const createLeakyTwin = (sigma: number): Twin => {
  const twin = createTwin(
    {
      dt: 1,
      inputs: [{ name: "drive", unit: "1" }],
      observables: [{ name: "x", unit: "1" }],
      limits: [{ min: -2, max: 2 }],
      start: { mean: [0], factor: [[0.05]] },
      scales: { observables: [{ mean: 0.1, sd: 0.5 }], increments: [0.6] },
      featureScales: () => [{ mean: 0, sd: 1.15 }],
    },
    {
      auxiliaries: 0,
      drift: { hidden: [2], activation: "tanh" },
      diffusion: { hidden: [2], activation: "tanh" },
    },
    createStream(1),
  );
  const set = (name: string, data: number[]) => ({
    shape: twin.parameters[name].shape,
    data: Float32Array.from(data),
  });
  const names = Object.keys(twin.parameters).filter((name) => name.startsWith("drift"));
  const [firstWeights, firstBias, lastWeights, lastBias] = names;
  const drift = {
    [firstWeights]: set(firstWeights, [-0.8, 1, -0.8, 1]),
    [firstBias]: set(firstBias, [0.2, -0.2]),
    [lastWeights]: set(lastWeights, [0.4, 0.4]),
    [lastBias]: set(lastBias, [0]),
  };
  const scales = { ...twin.scales, diffusion: [sigma] };
  return { ...twin, scales, parameters: { ...twin.parameters, ...drift } };
};

const twin = createLeakyTwin(0.1);
const base = {
  taskInputs: 1,
  outputs: 1,
  twin: { name: "leaky", kind: nodeKindOf(twin) },
  hold: 2,
};

/** Say u(k - 1) + u(k - 2)^2 / 2: needs memory and a nonlinearity. */
const createMemoryTask = (): Task => {
  const generator = createGenerator(createStream(2));
  const sequence = (): TaskSequence => {
    const u = Float64Array.from({ length: 30 }, () => 2 * generator.uniform() - 1);
    const target = u.map((_, k) => (k < 2 ? 0 : u[k - 1] + 0.5 * u[k - 2] ** 2));
    return { input: createArray([30, 1], u), target: createArray([30, 1], target) };
  };
  const some = (count: number) => Array.from({ length: count }, sequence);
  return {
    name: "memory",
    split: "test",
    kind: "regression",
    scored: "each-step",
    inputs: 1,
    outputs: 1,
    score: "nrmseBySd",
    warmUp: 5,
    train: some(40),
    validation: some(10),
    test: some(10),
  };
};
const task = createMemoryTask();

let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernelModule();
});

test("layers become stages, a layer that couples within itself a recurrent one", () => {
  const layered = createLayeredNetwork({ ...base, layers: [3, 2] }, createStream(3));
  expect(stagesOf(layered)).toEqual([
    { first: 0, count: 3, isRecurrent: false },
    { first: 3, count: 2, isRecurrent: false },
  ]);
  const recurrent = createLayeredNetwork(
    { ...base, layers: [3, 2], recurrent: true },
    createStream(3),
  );
  expect(stagesOf(recurrent).map((stage) => stage.isRecurrent)).toEqual([true, true]);
  const free = createNetwork(
    {
      nodes: [{ name: "late", seesInput: false }, { name: "early" }],
      edges: [{ from: "early", to: "late", delay: 1 }],
    },
    base,
    createStream(3),
  );
  expect(free.nodes.map((node) => node.name)).toEqual(["early", "late"]);
});

test("every fault of a network is named with its place", () => {
  const build = (over: object) => () =>
    createNetwork(
      {
        nodes: [{ name: "a" }, { name: "b", seesInput: false }, { name: "c", seesInput: false }],
        edges: [
          { from: "a", to: "b", delay: 0 },
          { from: "b", to: "c", delay: 1.5 },
          { from: "b", to: "c", delay: 1.5 },
        ],
        ...over,
      },
      base,
      createStream(4),
    );
  expect(build({})).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createNetwork: the network has 4 faults. Got (1) the edge from 'a' to 'b' has delay 0 in a live network, where responses come after the drive; (2) the edge from 'b' to 'c' has the delay 1.5; (3) the edge from 'b' to 'c' has the delay 1.5; (4) the edge from 'b' to 'c' with delay 1.5 is there twice, expected nodes that can be reached, loops with a delay, and sizes that agree. Mend each where it is named.]`,
  );
  expect(build({ edges: [{ from: "a", to: "b", delay: 1 }] })).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createNetwork: the network has a fault. Got node 'c' is not connected: no path leads to it from the input, expected nodes that can be reached, loops with a delay, and sizes that agree. Mend it where it is named.]`,
  );
  expect(
    build({
      live: false,
      edges: [
        { from: "a", to: "b", delay: 0 },
        { from: "b", to: "c", delay: 0 },
        { from: "c", to: "b", delay: 1 },
      ],
    }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createNetwork: the network has 2 faults. Got (1) the edge from 'b' to 'c' closes a loop, but recorded nodes run one by one; (2) the edge from 'c' to 'b' closes a loop, but recorded nodes run one by one, expected nodes that can be reached, loops with a delay, and sizes that agree. Mend each where it is named.]`,
  );
  const edges = [{ from: "a", to: "z", delay: 1 }];
  expect(build({ edges })).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createNetwork: an edge leads to or from a node that does not exist. Got 'z', expected one of 'a', 'b', 'c'. Correct the edge, or add the node.]`,
  );
  const network = createChainNetwork({ ...base, stages: 2 }, createStream(5));
  const { mean, sd } = network.kinds.leaky.drive;
  const broken: Network = {
    ...network,
    hold: 0,
    kinds: {
      leaky: { ...network.kinds.leaky, drive: { mean, sd, min: [3], max: [2] } },
    },
  };
  expect(findNetworkProblems(broken)).toMatchInlineSnapshot(`
    [
      "hold is 0, not a whole number from 1",
      "twin 'leaky': input 0 has the range 3 to 2",
    ]
  `);
  const weights = {
    ...network.weights,
    bias: { shape: [1, 3] as const, data: new Float32Array(3) },
  };
  expect(findNetworkProblems({ ...network, weights })).toMatchInlineSnapshot(`
    [
      "the weights 'bias' are [1, 3] with 3 numbers, not [1, 2]",
    ]
  `);
});

test("masks that are computed on the host reproduce the compiled network's drive within 1e-5", () => {
  // The host's drives, played through each twin by hand, must give the compiled responses.
  const network = createLayeredNetwork(
    { ...base, layers: [3, 2], recurrent: true, couplingSamples: "all" },
    createStream(6),
  );
  const input = task.test[0].input;
  const simulator = createNetworkSimulator(kernels, network, twin, {
    rows: 2,
    chunk: 7,
    noise: false,
  });
  const run = { stream: createStream(7), run: 0 };
  const [responses] = simulator.simulate(network.weights, [input], run);
  const source = createDriveSource(network);
  const { mean, sd } = network.kinds.leaky.response;
  const coupled = createArray([30, 10], responses.data);
  const out = new Float64Array(3);
  const x = new Float64Array(5);
  let worst = 0;
  for (let k = 0; k < 30; k++) {
    for (const stage of stagesOf(network)) {
      source.driveAt(stage, k, input, coupled, out);
      for (let i = 0; i < stage.count; i++) {
        const node = stage.first + i;
        for (let h = 0; h < 2; h++) {
          const s = out[i] / 1.15;
          const f =
            0.4 * (Math.tanh(-0.8 * x[node] + s + 0.2) + Math.tanh(-0.8 * x[node] + s - 0.2));
          x[node] += 0.6 * f;
          worst = Math.max(worst, Math.abs(x[node] - responses.data[k * 10 + node * 2 + h]));
        }
      }
    }
  }
  expect([mean, sd]).toEqual([[0.1], [0.5]]);
  expect(worst).toBeLessThan(1e-5);
});

test("noise belongs to the sequence: rows and chunks of a program change nothing beyond 1e-5", () => {
  const network = createLayeredNetwork({ ...base, layers: [3, 2] }, createStream(8));
  const inputs = task.test.slice(0, 5).map((sequence) => sequence.input);
  const run = { stream: createStream(9), run: 3 };
  const responsesOf = (rows: number, chunk: number): HostArray[] =>
    createNetworkSimulator(kernels, network, twin, { rows, chunk, noise: true }).simulate(
      network.weights,
      inputs,
      run,
    );
  const [a, b] = [responsesOf(5, 30), responsesOf(2, 8)];
  const differences = a.flatMap(({ data }, i) =>
    [...data].map((v, j) => Math.abs(v - b[i].data[j])),
  );
  expect(Math.max(...differences)).toBeLessThan(1e-5);
  expect(a[0].data).not.toEqual(responsesOf(5, 30)[1].data);
});

test("a readout survives the way to task units and back within 1e-6", () => {
  const network = {
    ...createChainNetwork({ ...base, stages: 2, readout: { seesInput: true } }, createStream(10)),
    outputScales: { mean: [3], sd: [2] },
  };
  const responses = createArray([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
  const features = featuresOf(network, responses, createArray([2, 1], [9, 10]), 0);
  expect([...features.data]).toEqual([1, 2, 3, 4, 9, 5, 6, 7, 8, 10]);
  const map = {
    weights: createArray([5, 1], [1, -2, 3, 0.5, 4]),
    intercept: createArray([1], [7]),
  };
  const back = readoutMap(withReadout(network, map));
  back.weights.data.forEach((value, i) => {
    expect(value).toBeCloseTo(map.weights.data[i], 6);
  });
  expect(back.intercept.data[0]).toBeCloseTo(7, 6);
  const averaged = {
    ...network,
    readout: { ...network.readout, over: "time-mean", samples: "mean" },
  } as const;
  expect([...featuresOf(averaged, responses, createArray([2, 1], [9, 10]), 0).data]).toEqual([
    3.5, 5.5, 9.5,
  ]);
});

test("training through the twins beats the same nodes as a reservoir, and repeats bit for bit", async () => {
  const network = createLayeredNetwork({ ...base, layers: [8], recurrent: true }, createStream(11));
  const reservoir = fitReadout(kernels, network, twin, task, { stream: createStream(12) });
  const options = { iterations: 150, learningRate: 2e-2, refit: true };
  const train = () =>
    trainNetwork(kernels, reservoir.network, twin, task, options, { stream: createStream(13) });
  const [first, second] = [await train(), await train()];
  expect(first.network.weights).toEqual(second.network.weights);
  const score = (which: Network): number =>
    evaluateOnTwin(kernels, which, twin, task, task.test, {
      noise: true,
      runs: 2,
      stream: createStream(14),
    }).value;
  expect(score(reservoir.network)).toBeLessThan(0.95);
  expect(score(first.network)).toBeLessThan(0.8 * score(reservoir.network));
});

test("a budget in seconds becomes a number of updates that repeats with the same bits", async () => {
  const network = createLayeredNetwork({ ...base, layers: [3] }, createStream(15));
  let ticks = 0;
  const budget = { seconds: 30, clock: () => ticks++ };
  const bought = await trainNetwork(
    kernels,
    network,
    twin,
    task,
    { budget },
    { stream: createStream(16) },
  );
  expect(bought.iterations).toBe(25);
  const again = await trainNetwork(
    kernels,
    network,
    twin,
    task,
    { iterations: 25 },
    { stream: createStream(16) },
  );
  expect(again.network.weights).toEqual(bought.network.weights);
});

test("a signal stops the training between two updates", async () => {
  const network = createLayeredNetwork({ ...base, layers: [3] }, createStream(17));
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  const running = trainNetwork(
    kernels,
    network,
    twin,
    task,
    { iterations: 20, every: 5 },
    { stream: createStream(18), onProgress, signal: controller.signal },
  );
  await expect(running).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: trainNetwork: the training was stopped. Got a signal after 5 updates, expected 20 updates. Resume it from its last checkpoint, or start it again; the same stream gives the same network.]`,
  );
});

test("a task that does not fit is refused", async () => {
  const network = createChainNetwork(
    { ...base, stages: 1, readout: { over: "last-step" } },
    createStream(19),
  );
  const running = trainNetwork(kernels, network, twin, task, {}, { stream: createStream(20) });
  await expect(running).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: trainNetwork: the network does not fit the task 'memory'. Got 1 inputs, 1 outputs, read over sequence, expected 1 inputs, 1 outputs, read over each-step. Create the network with the task's numbers and a readout over what it scores.]`,
  );
});

test("the interval of a score covers its mean; a shift of 0.1 between paired runs is found within 0.02", () => {
  const generator = createGenerator(createStream(21));
  const items = Float64Array.from({ length: 300 }, () => (generator.uniform() < 0.8 ? 1 : 0));
  const result = (perItem: Float64Array) => ({
    score: "accuracy" as const,
    value: perItem.reduce((sum, value) => sum + value, 0) / 300,
    n: 300,
    perItem,
  });
  const worse = items.map((value, i) => (i % 8 === 0 ? 0 : value));
  const summary = summariseScores([result(items)], createStream(22));
  // sqrt(.8 .2 / 300) = .023, times 3.9 for the width.
  expect(summary.interval[1] - summary.interval[0]).toBeCloseTo(0.09, 1);
  const difference = compareScores([result(items)], [result(worse)], createStream(23));
  expect(Math.abs(difference.value - 0.1)).toBeLessThan(0.02);
  expect(difference.interval[0]).toBeGreaterThan(0.05);
});

test("a network survives its folder with the same bytes, and an unknown key is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), "network-"));
  try {
    const network = createLayeredNetwork(
      { ...base, layers: [2, 2], recurrent: true },
      createStream(24),
    );
    const path = join(folder, "net");
    await writeNetwork(path, network, {
      program: "twinloom test",
      training: { arm: "noise-aware" },
    });
    const stored = await readNetwork(path);
    expect(stored.network).toEqual(network);
    expect(stored.training).toEqual({ arm: "noise-aware" });
    const again = writeNetwork(path, network, { program: "twinloom test" });
    await expect(again).rejects.toThrow("something is there already");
    const files = formatNetwork(network, { program: "twinloom test" });
    expect(formatNetwork(stored.network, { program: "twinloom test" })).toEqual(files);
    const document = files.document.replace('"hold": 2', '"hold": 0, "holds": 2');
    expect(() => parseNetwork({ ...files, document }, "net")).toThrowErrorMatchingInlineSnapshot(
      `[Fault: net/network.json: 2 keys do not describe a network. Got hold: Too small: expected number to be >=1; the whole file: Unrecognized key: "holds", expected the keys of a network, schemaVersion 1. Correct the file by hand, or write the network again.]`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
