import { beforeAll, expect, test } from "vitest";
import { childStream, createArray, createGenerator, createStream } from "../base/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import type { Task } from "../tasks/index.ts";
import { formatNetwork, parseNetwork } from "./files.ts";
import { createRandomTwin, derivativeErrors } from "./graph.test-support.ts";
import { nodeKindOf } from "./kind.ts";
import { type Network, sizesOf } from "./network.ts";
import { createNetwork, createRandomNetwork } from "./presets.ts";
import { createNetworkSimulator } from "./simulate.ts";
import { groupsOf, stagesOf } from "./stages.ts";
import { trainNetwork } from "./train.ts";

const twins = {
  pair: createRandomTwin({ inputs: 2, observables: 1, seed: 1 }, { delays: 1 }),
  twice: createRandomTwin({ inputs: 1, observables: 2, seed: 2 }, { dt: 0.5 }),
  wave: createRandomTwin(
    { inputs: 1, observables: 1, seed: 3 },
    { dt: 1 / 3, auxiliaries: 1, features: ["drive", "sine"] },
  ),
};
const options = {
  taskInputs: 2,
  outputs: 2,
  twin: { name: "pair", kind: nodeKindOf(twins.pair) },
  twins: { twice: nodeKindOf(twins.twice), wave: nodeKindOf(twins.wave) },
  inputLimit: "smooth",
  readout: { seesInput: true },
} as const;

/** Loops among three kinds with holds 1, 2 and 3 and delays 1, 2 and 3, and a node behind them. */
const createMixture = (): Network =>
  createNetwork(
    {
      nodes: [
        { name: "last", twin: "twice", hold: 2, seesInput: false, readoutSamples: "last" },
        { name: "a" },
        { name: "b", twin: "twice", hold: 2, couplingSamples: "all", readoutSamples: "mean" },
        { name: "c", twin: "wave", hold: 3, seesInput: false },
        { name: "d" },
      ],
      edges: [
        { from: "a", to: "b", delay: 1 },
        { from: "b", to: "c", delay: 2 },
        { from: "c", to: "a", delay: 1 },
        { from: "c", to: "c", delay: 3 },
        { from: "d", to: "a", delay: 1 },
        { from: "a", to: "d", delay: 2 },
        { from: "c", to: "last", delay: 2 },
        { from: "b", to: "last", delay: 1 },
      ],
    },
    options,
    createStream(4),
  );

let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernelModule();
});

test("nodes that are alike stand side by side, and each kind has its own columns", () => {
  const network = createMixture();
  expect(network.nodes.map(({ name }) => name)).toEqual(["a", "d", "b", "c", "last"]);
  expect(groupsOf(network)).toEqual([
    { first: 0, count: 2, stage: 0 },
    { first: 2, count: 1, stage: 0 },
    { first: 3, count: 1, stage: 0 },
    { first: 4, count: 1, stage: 1 },
  ]);
  expect(stagesOf(network).map(({ isRecurrent }) => isRecurrent)).toEqual([true, false]);
  const { nodes, ...total } = sizesOf(network);
  expect(total).toEqual({
    ...{ drives: 7, samples: 13, coupled: 9, read: 9, features: 11 },
    ...{ delays: [1, 2, 3], memory: 3 },
  });
  expect(nodes[2]).toEqual({
    ...{ hold: 2, observables: 2 },
    drives: { first: 4, count: 1 },
    samples: { first: 2, count: 4 },
    coupled: { first: 2, count: 4 },
    read: { first: 2, count: 2 },
  });
});

test("the derivative of a recurrent network of three kinds with delays and noise agrees with central differences to 1e-6", () => {
  const size = { steps: 5, rows: 2, noise: true, driveNoise: 0.1 };
  const errors = derivativeErrors(createMixture(), twins, size);
  expect(Object.keys(errors)).toHaveLength(7);
  for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-6);
});

test("noise of three kinds belongs to the sequence: rows and chunks change nothing beyond 1e-5", () => {
  const network = createMixture();
  const generator = createGenerator(createStream(5));
  const inputs = Array.from({ length: 5 }, () =>
    createArray(
      [20, 2],
      Float64Array.from({ length: 40 }, () => generator.normal()),
    ),
  );
  const run = { stream: createStream(6), run: 1 };
  const [whole, cut] = [
    { rows: 5, chunk: 20 },
    { rows: 2, chunk: 7 },
  ].map((size) =>
    createNetworkSimulator(kernels, network, twins, { ...size, noise: true }).simulate(
      network.weights,
      inputs,
      run,
    ),
  );
  const errors = whole.flatMap(({ data }, i) =>
    [...data].map((x, j) => Math.abs(x - cut[i].data[j])),
  );
  expect(Math.max(...errors)).toBeLessThan(1e-5);
});

test("a network of three kinds survives its files with the same bytes", () => {
  const network = createMixture();
  const files = formatNetwork(network, { program: "twinloom test" });
  const stored = parseNetwork(files, "net").network;
  expect(stored).toEqual(network);
  expect(formatNetwork(stored, { program: "twinloom test" })).toEqual(files);
});

test("task steps of different lengths are refused, unless devices wait for each other", () => {
  const build = (waits: boolean) => () =>
    createNetwork(
      { nodes: [{ name: "a" }, { name: "b", twin: "twice" }], edges: [] },
      { ...options, waits },
      createStream(7),
    );
  expect(build(false)).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createNetwork: the network has a fault. Got a task step lasts 1 s on node 'a' but 0.5 s on 'b'; choose their \`hold\`, or say that devices wait (\`waits\`), expected nodes that can be reached, loops with a delay, and sizes that agree. Mend it where it is named.]`,
  );
  expect(build(true)().waits).toBe(true);
});

test("twins that a network was not made for, or could drive too far, are refused before training", async () => {
  const network = createMixture();
  const task = {} as Task;
  const simulate = (given: Parameters<typeof createNetworkSimulator>[2]) => () =>
    createNetworkSimulator(kernels, network, given, { noise: false });
  expect(simulate(twins.pair)).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createNetworkSimulator: nodes ask for a twin that was not given. Got one twin for all, expected twins named 'pair', 'twice', 'wave'. Give the twins by name: { name: twin, ... }.]`,
  );
  expect(simulate({ pair: twins.pair, wave: twins.wave })).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createNetworkSimulator: nodes ask for a twin that was not given. Got the twins 'pair', 'wave', expected twins named 'pair', 'twice', 'wave'. Give the twins by name: { name: twin, ... }.]`,
  );
  const { twice } = twins;
  const other = {
    ...twice,
    dt: 1,
    observables: twice.observables.map((channel) => ({ ...channel, unit: "T" })),
    scales: {
      ...twice.scales,
      observables: twice.scales.observables.map(({ mean, sd }) => ({ mean, sd: 2 * sd })),
    },
  };
  expect(simulate({ ...twins, twice: other })).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createNetworkSimulator: a twin is not the one that the network was made for. Got twin 'twice' steps by 1 s, not 0.5 s; twin 'twice' has a response in T, T, not A, A; twin 'twice' scales observable 0 as 1 ± 4, not 1 ± 2; twin 'twice' scales observable 1 as 0 ± 6, not 0 ± 3, expected channels, sampling step and scales as the network knows them. Read the twins named in the network's nodes, or make the network anew for these.]`,
  );
  expect(simulate({ ...twins, wave: twins.pair })).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createNetworkSimulator: a twin is not the one that the network was made for. Got twin 'wave' has 2 inputs, not 1, expected channels, sampling step and scales as the network knows them. Read the twins named in the network's nodes, or make the network anew for these.]`,
  );
  const narrow = { ...twins.wave, limits: [{ min: 1.5, max: 3 }] };
  const fitting: Task = { ...task, name: "any", kind: "classification", inputs: 2, outputs: 2 };
  const running = trainNetwork(
    kernels,
    network,
    { ...twins, wave: narrow },
    { ...fitting, scored: "each-step" },
    {},
    { stream: createStream(8) },
  );
  await expect(running).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: trainNetwork: a drive may leave the range that a twin was recorded in. Got twin 'wave' may be driven by 'V1' at 1 to 3 V, recorded 1.5 to 3, expected drives within the recorded range, where the twin can be trusted. Narrow the range of the node's kind, or record the device over a wider one.]`,
  );
});

test("nodes take the twins of several samples in turn", () => {
  const network = createNetwork(
    { nodes: ["a", "b", "c"].map((name) => ({ name })), edges: [] },
    { ...options, inTurn: ["pair", "sample 2"], twins: { "sample 2": options.twin.kind } },
    createStream(9),
  );
  expect(network.nodes.map(({ name, twin }) => `${name}: ${twin}`)).toEqual([
    "a: pair",
    "c: pair",
    "b: sample 2",
  ]);
});

test("a random graph has the fan-in or density asked for, repeats with its seed, and leaves no node alone", () => {
  const fixed = { ...options, nodes: 30, fanIn: 3, delays: [1, 4], inputShare: 0.1 };
  const network = createRandomNetwork(fixed, createStream(10));
  expect(createRandomNetwork(fixed, createStream(10))).toEqual(network);
  expect(createRandomNetwork(fixed, createStream(11))).not.toEqual(network);
  const fanIn = network.nodes.map((_, i) => network.edges.filter(({ to }) => to === i).length);
  expect(new Set(fanIn)).toEqual(new Set([3]));
  expect(new Set(network.edges.map(({ delay }) => delay))).toEqual(new Set([1, 4]));
  expect(network.nodes.filter(({ seesInput }) => seesInput).length).toBeLessThan(10);
  // 900 couplings at .2: 180 with a deviation of 12; beyond 4 deviations one seed in 16,000.
  const stream = childStream(createStream(12), "dense");
  const dense = createRandomNetwork({ ...options, nodes: 30, density: 0.2 }, stream);
  expect(Math.abs(dense.edges.length - 180)).toBeLessThan(48);
  const wrong = { ...options, nodes: 4, fanIn: 5, inputShare: 2 };
  expect(() => createRandomNetwork(wrong, createStream(1))).toThrowErrorMatchingInlineSnapshot(
    `[Fault: createRandomNetwork: no such graph can be drawn. Got a fan-in of 5 among 4 nodes; an inputShare of 2, expected whole numbers, a fan-in or a density, shares from 0 to 1, and a delay to draw. Correct what is named.]`,
  );
});
