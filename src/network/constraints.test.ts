import { beforeAll, expect, test } from "vitest";
import {
  childStream,
  createArray,
  createGenerator,
  createStream,
  type Generator,
  type HostArray,
} from "../base/index.ts";
import { interpret, type KernelModule, loadKernelModule } from "../engine/index.ts";
import type { Task } from "../tasks/index.ts";
import { createNetworkGraph } from "./bptt.ts";
import { findNetworkProblems } from "./check.ts";
import { createDriveSource } from "./drive.ts";
import { formatNetwork, parseNetwork } from "./files.ts";
import { createRandomTwin, derivativeErrors, randomFeeds } from "./graph.test-support.ts";
import { nodeKindOf } from "./kind.ts";
import { standardiseResponse } from "./limits.ts";
import {
  type Converters,
  couplingSelection,
  inputSelection,
  type Network,
  type NodeKind,
  sizesOf,
  type WeightConstraint,
} from "./network.ts";
import { createNetwork, createRandomNetwork } from "./presets.ts";
import { createNetworkSimulator } from "./simulate.ts";
import { stagesOf } from "./stages.ts";
import { trainNetwork } from "./train.ts";
import { createNodeGraphs } from "./twins.ts";

let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernelModule();
});

const pick = <Value>(generator: Generator, values: readonly Value[]): Value =>
  values[generator.integer(values.length)];

const drawConstraint = (generator: Generator): WeightConstraint => {
  const bound = pick(generator, [undefined, 0.3, 1, 2.7]);
  return {
    sign: pick(generator, [undefined, "positive", "negative"]),
    fanIn: pick(generator, [undefined, 0, 1, 3]),
    ...{ bound, levels: bound && pick(generator, [undefined, 1, 3, 7]) },
  };
};

const drawKind = (generator: Generator): NodeKind => {
  const converters: Converters = {
    driveBits: pick(generator, [undefined, 2, 5, 12]),
    responseBits: pick(generator, [undefined, 3, 8]),
    slew: pick(generator, [undefined, 0.34, 0.7]),
  };
  const low = generator.normal();
  const high = low + 0.1 + generator.uniform();
  return {
    dt: 1,
    drive: { mean: [low + 0.05], sd: [generator.uniform() + 0.1], min: [low], max: [high] },
    response: { mean: [generator.normal()], sd: [0.5] },
    converters,
  };
};

/** A random network with weights far beyond what its random constraints allow. */
const drawNetwork = (generator: Generator, number: number): Network => {
  const shape = createRandomNetwork(
    {
      ...{ taskInputs: 2, outputs: 1, nodes: 4, density: 0.6, delays: [1, 2] },
      inputShare: pick(generator, [0.3, 1]),
      inputLimit: pick(generator, ["clip", "smooth"]),
      twin: { name: "a", kind: drawKind(generator) },
      twins: { b: drawKind(generator) },
      inTurn: ["a", "b"],
      constraints: { coupling: drawConstraint(generator), inputMask: drawConstraint(generator) },
    },
    childStream(createStream(1), number),
  );
  const weights = Object.entries(shape.weights).map(([name, value]) => [
    name,
    { ...value, data: value.data.map(() => 2 * generator.normal()) },
  ]);
  return { ...shape, weights: Object.fromEntries(weights) };
};

/** What breaks a constraint, found without the code that keeps it. */
const brokenWeights = (network: Network): string[] => {
  const found: string[] = [];
  const parts = {
    inputMask: { inputMask: inputSelection(network) },
    coupling: Object.fromEntries(
      sizesOf(network).delays.map((d) => [`coupling${d}`, couplingSelection(network, d)]),
    ),
  };
  for (const part of ["inputMask", "coupling"] as const) {
    const { sign, fanIn, bound, levels } = network.constraints?.[part] ?? {};
    const entering = new Float64Array(sizesOf(network).drives);
    for (const [name, selection] of Object.entries(parts[part])) {
      const { data, shape } = network.weights[name];
      data.forEach((w, i) => {
        if (w !== 0) entering[Math.floor(i / shape[1])]++;
        if (w !== 0 && selection[i] === 0) found.push(`${name}: ${w} where there is no edge`);
        if ((sign === "positive" && w < 0) || (sign === "negative" && w > 0)) found.push("sign");
        if (bound && Math.abs(w) > Math.fround(bound)) found.push(`${name}: ${w} beyond ${bound}`);
        if (!bound || !levels) return;
        const level = (w * levels) / bound;
        if (Math.abs(level - Math.round(level)) > 1e-5) found.push(`${name}: ${w} off its levels`);
      });
    }
    if (fanIn !== undefined && Math.max(...entering) > fanIn) found.push(`${part}: fan-in`);
  }
  return found;
};

/** What breaks the limits of drives, over a few steps of random inputs and responses. */
const brokenDrives = (network: Network, generator: Generator): string[] => {
  const found: string[] = [];
  const source = createDriveSource(network);
  const draw = (rows: number, cols: number): HostArray =>
    createArray(
      [rows, cols],
      Float64Array.from({ length: rows * cols }, () => 3 * generator.normal()),
    );
  const steps = 6;
  const [input, coupled] = [draw(steps, 2), draw(steps, source.sizes.coupled)];
  for (const stage of stagesOf(network)) {
    const out = new Float64Array(stage.count);
    for (let k = 0; k < steps; k++) {
      const before = out.slice();
      source.driveAt(stage, k, input, coupled, out);
      out.forEach((s, i) => {
        const { drive, converters = {} } = network.kinds[network.nodes[stage.first + i].twin];
        const [min, range] = [drive.min[0], drive.max[0] - drive.min[0]];
        if (s < min || s > drive.max[0]) found.push(`${s} out of range`);
        const { driveBits, slew } = converters;
        const change = Math.abs(s - before[i]) / range;
        if (slew && k > 0 && change > slew * (1 + 1e-9)) found.push(`${change} beyond ${slew}`);
        const level = (driveBits ? ((s - min) / range) * (2 ** driveBits - 1) : 0) || 0;
        if (Math.abs(level - Math.round(level)) > 1e-6) found.push(`${s} is not a converter's`);
      });
    }
  }
  return found;
};

test("no constraint is violated in 1,000 random exports", () => {
  const generator = createGenerator(createStream(2));
  const broken: string[] = [];
  let moved = 0;
  for (let i = 0; i < 1000; i++) {
    const network = drawNetwork(generator, i);
    if (findNetworkProblems(network).length > 0) moved++;
    const exported = parseNetwork(formatNetwork(network, { program: "test" }), "net").network;
    broken.push(...brokenWeights(exported), ...brokenDrives(exported, generator));
  }
  expect(broken).toEqual([]);
  // Nearly all had something to mend: the test would not pass by itself.
  expect(moved).toBeGreaterThan(900);
});

const converters = { driveBits: 5, responseBits: 6, slew: 0.2 };
const twins = {
  pair: createRandomTwin({ inputs: 2, observables: 1, seed: 1 }, { delays: 1 }),
  twice: createRandomTwin({ inputs: 1, observables: 2, seed: 2 }, { dt: 0.5 }),
};
const levels = { bound: 1.5, levels: 6 };
const createLimited = (): Network =>
  createNetwork(
    {
      nodes: [
        { name: "a" },
        { name: "b", twin: "twice", hold: 2, couplingSamples: "all" },
        { name: "c", twin: "twice", hold: 2, seesInput: false },
      ],
      edges: [
        { from: "a", to: "b", delay: 1 },
        { from: "b", to: "a", delay: 2 },
        { from: "b", to: "c", delay: 1 },
      ],
    },
    {
      ...{ taskInputs: 2, outputs: 1, inputLimit: "smooth" },
      twin: { name: "pair", kind: nodeKindOf(twins.pair, converters) },
      twins: { twice: nodeKindOf(twins.twice, converters) },
      constraints: { coupling: levels, inputMask: levels },
    },
    createStream(3),
  );

test("with converters replaced by their surrogate, the derivative under a slew limit agrees with central differences to 1e-6", () => {
  const size = { steps: 5, rows: 2, noise: true, surrogate: true };
  const errors = derivativeErrors(createLimited(), twins, size);
  for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-6);
});

test("responses are what a converter of 6 bits can give, and drives of 5 bits move by 6 levels at most", () => {
  const network = createLimited();
  const size = { steps: 8, rows: 1, noise: false, samples: "all" } as const;
  const feeds = randomFeeds(network, twins, size, 5);
  const quiet = { ...feeds.values, history: new Float64Array(2 * sizesOf(network).coupled) };
  const graph = createNetworkGraph(network, createNodeGraphs(twins), size);
  const [read] = interpret([graph.read], { ...feeds, values: quiet });
  const responses = createArray([8, sizesOf(network).samples], read);
  // Every response is one that the converter can give.
  for (const value of responses.data) {
    const level = ((value / 4 + 1) / 2) * 63;
    expect(Math.abs(level - Math.round(level))).toBeLessThan(1e-9);
  }
  const source = createDriveSource(network);
  const coupled = createArray([8, source.sizes.coupled]);
  for (let k = 0; k < 8; k++) {
    source.sizes.nodes.forEach(({ samples, coupled: seen }) => {
      for (let i = 0; i < seen.count; i++) {
        const from = k * source.sizes.samples + samples.first + samples.count - seen.count;
        coupled.data[k * source.sizes.coupled + seen.first + i] = read[from + i];
      }
    });
  }
  const input = createArray([8, 2], Float64Array.from(feeds.values["task input"]));
  const [loop] = stagesOf(network);
  const out = new Float64Array(3);
  const told = Array.from({ length: 8 }, (_, k) => {
    source.driveAt(loop, k, input, coupled, out);
    return out[0];
  });
  // 31 steps from 1 to 3 V; a slew of .2 is 6 of them.
  const first = told.map((volts) => ((volts - 1) / 2) * 31);
  first.forEach((level, k) => {
    expect(Math.abs(level - Math.round(level))).toBeLessThan(1e-9);
    if (k > 0) expect(Math.abs(level - first[k - 1])).toBeLessThan(6 + 1e-9);
  });
  expect(new Set(first.map(Math.round)).size).toBeGreaterThan(3);
});

test("a converter rounds to its nearest level and stops at its full scale", () => {
  const kind = { ...nodeKindOf(twins.pair), converters: { responseBits: 2, responseRange: 3 } };
  const { mean, sd } = kind.response;
  const read = (standardised: number) =>
    standardiseResponse(kind, 0, mean[0] + sd[0] * standardised);
  const levels = [-9, -2.1, -1.9, 0.1, 0.9, 2.5].map((value) => Number(read(value).toFixed(12)));
  expect(levels).toEqual([-3, -3, -1, 1, 1, 3]);
});

test("constraints and converters that cannot be kept are named", () => {
  const network = createLimited();
  const broken: Network = {
    ...network,
    kinds: {
      ...network.kinds,
      twice: { ...network.kinds.twice, converters: { driveBits: 2, slew: 0.3 } },
    },
    constraints: { coupling: { levels: 3, fanIn: -1 } },
  };
  expect(findNetworkProblems(broken)).toMatchInlineSnapshot(`
    [
      "twin 'twice': its slew of 0.3 is less than a step of its 2 bits",
      "constraints of coupling: a fan-in of -1",
      "constraints of coupling: levels, but no bound that they reach to",
    ]
  `);
  const coupling1 = { ...network.weights.coupling1, data: network.weights.coupling1.data.slice() };
  coupling1.data.fill(1.6);
  const over = { ...network, weights: { ...network.weights, coupling1 } };
  expect(findNetworkProblems(over).slice(0, 2)).toMatchInlineSnapshot(`
    [
      "'coupling1' has 1.600000023841858 at [0, 0], not within ±1.5, on 6 levels",
      "'coupling1' has 1.600000023841858 at [0, 1], not within ±1.5, on 6 levels",
    ]
  `);
});

test("a training ends on weights that keep every constraint, better than it began", async () => {
  const generator = createGenerator(createStream(6));
  const sequence = () => {
    const u = Float64Array.from({ length: 40 }, () => generator.normal());
    const target = Float64Array.from({ length: 20 }, (_, k) => (k < 1 ? 0 : u[2 * k - 2]));
    return { input: createArray([20, 2], u), target: createArray([20, 1], target) };
  };
  const some = (count: number) => Array.from({ length: count }, sequence);
  const task: Task = {
    ...{ name: "memory", split: "test", kind: "regression", scored: "each-step", inputs: 2 },
    ...{ outputs: 1, score: "nrmseBySd", warmUp: 3 },
    ...{ train: some(16), validation: some(6), test: some(1) },
  };
  const network = createLimited();
  const { network: trained, history } = await trainNetwork(
    kernels,
    network,
    twins,
    task,
    { iterations: 60, batch: 8, learningRate: 0.03 },
    { stream: createStream(7) },
  );
  expect(brokenWeights(trained)).toEqual([]);
  expect(trained.weights.coupling1).not.toEqual(network.weights.coupling1);
  expect(history[history.length - 1].loss).toBeLessThan(0.97 * history[0].loss);
  const simulator = createNetworkSimulator(kernels, trained, twins, { noise: false });
  const run = { stream: createStream(8), run: 0 };
  const [responses] = simulator.simulate(trained.weights, [task.test[0].input], run);
  expect(responses.shape).toEqual([20, sizesOf(trained).samples]);
});
