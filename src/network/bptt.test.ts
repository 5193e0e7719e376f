import { expect, test } from "vitest";
import { createGenerator, createStream } from "../base/index.ts";
import {
  compile,
  diagnose,
  gradients,
  input,
  interpret,
  loadKernelModule,
  type Node,
  sumAll,
} from "../engine/index.ts";
import { meanSquaredError } from "../nn/index.ts";
import { applyReadoutGraph, createNetworkGraph, type NetworkGraphSize } from "./bptt.ts";
import { createRandomTwin, derivativeErrors, randomFeeds } from "./graph.test-support.ts";
import { nodeKindOf } from "./kind.ts";
import type { Network } from "./network.ts";
import { createChainNetwork, createLayeredNetwork, createNetwork } from "./presets.ts";
import { createNodeGraphs, twinParameters } from "./twins.ts";

const twin = createRandomTwin({ inputs: 2, observables: 1, seed: 3 }, { delays: 1 });
const twins = { toy: twin };
const nodes = createNodeGraphs(twins);
const options = {
  taskInputs: 2,
  outputs: 2,
  twin: { name: "toy", kind: nodeKindOf(twin) },
  hold: 3,
  inputLimit: "smooth",
} as const;
const generator = createGenerator(createStream(4));
const draw = (size: number): Float64Array =>
  Float64Array.from({ length: size }, () => generator.normal());

const feedsOf = (network: Network, size: NetworkGraphSize) => randomFeeds(network, twins, size, 4);

const size = { steps: 3, rows: 2, noise: true, driveNoise: 0.1 };

test("the derivative of a recurrent two-layer network with noise agrees with central differences to 1e-6", () => {
  const network = createLayeredNetwork(
    { ...options, layers: [2, 1], recurrent: true, readout: { seesInput: true } },
    createStream(6),
  );
  for (const error of Object.values(derivativeErrors(network, twins, size)))
    expect(error).toBeLessThan(1e-6);
});

test("a diagnosis names the node, the step and the weights where numbers first overflow", () => {
  const network = createLayeredNetwork(
    { ...options, layers: [2, 1], recurrent: true, readout: { seesInput: true } },
    createStream(6),
  );
  const graph = createNetworkGraph(network, nodes, size);
  const feeds = feedsOf(network, size);
  const values = { ...feeds.values };
  // The second of two nodes in the second of two examples: x and its delay at the edge of float32.
  const states = Float64Array.from(values["state 0"]);
  const cols = states.length / 4;
  states.fill(3e38, 3 * cols, 3 * cols + 2);
  values["state 0"] = states;
  values["twin toy drift.0.weight"] = new Float64Array(
    values["twin toy drift.0.weight"].length,
  ).fill(2);
  const found = diagnose([sumAll(graph.read)], [{ ...feeds, values }]);
  expect(found?.details).toMatchInlineSnapshot(`
    {
      "expected": "finite numbers in every value",
      "fix": "Lower the learning rate, or bound what enters this operation",
      "got": "Infinity at step 0 of 0 to 2, inner step 0 of 0 to 2, row 3 (layer 1, node 2), column 0 from inputs of at most 3.000e+38",
      "what": "'matmul' near parameter 'twin toy drift.0.weight' is the first value that is not finite",
      "where": "engine.diagnose",
    }
  `);
});

test("the derivative of a recorded chain that couples by all samples agrees to 1e-6", () => {
  const network = createChainNetwork(
    {
      ...options,
      stages: 3,
      couplingSamples: "all",
      readout: { samples: "mean", over: "time-mean" },
    },
    createStream(7),
  );
  for (const error of Object.values(derivativeErrors(network, twins, size)))
    expect(error).toBeLessThan(1e-6);
});

/** |got - expected| / |expected|, over all elements. */
const relativeError = (got: ArrayLike<number>, expected: ArrayLike<number>): number => {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (got[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(difference / norm);
};

test.each([
  { shards: 1, inputLimit: "smooth" },
  { shards: 2, inputLimit: "smooth" },
  { shards: 1, inputLimit: "clip" },
  { shards: 2, inputLimit: "clip" },
] as const)(
  "the compiled loss of a noisy recurrent network and its gradient by every weight agree with float64 to 5e-6, $shards shards, $inputLimit limit",
  async ({ shards, inputLimit }) => {
    const network = createLayeredNetwork(
      { ...options, inputLimit, layers: [3, 2], recurrent: true, readout: { seesInput: true } },
      createStream(11),
    );
    const all = { steps: 5, rows: 6, noise: true, driveNoise: 0.1 };
    const lossOf = (rows: number) => {
      const graph = createNetworkGraph(network, nodes, { ...all, rows });
      const said = applyReadoutGraph(network, graph, rows, 1);
      const target = input("target", [rows, network.outputs], { steps: all.steps - 1 });
      return { loss: meanSquaredError(said, target), parameters: graph.parameters };
    };
    const { values, noise } = feedsOf(network, all);
    values.target = draw((all.steps - 1) * all.rows * network.outputs);
    // Both see the same numbers: those that float32 can hold.
    for (const name of Object.keys(values)) values[name] = Float32Array.from(values[name]);

    const whole = lossOf(all.rows);
    const names = Object.keys(whole.parameters);
    const slopes = gradients(whole.loss, Object.values(whole.parameters));
    const [loss, ...expected] = interpret([whole.loss, ...slopes], { values, noise });

    const { loss: shardLoss, parameters } = lossOf(all.rows / shards);
    const groups = [{ parameters: Object.values(parameters) }];
    const training = { loss: shardLoss, groups };
    const program = compile(await loadKernelModule(), { outputs: {}, training, shards });
    const weights = { ...twinParameters(twins), ...network.weights };
    const sets = Object.entries(weights).map(([name, { shape }]) => [
      name,
      { shape, data: values[name] as Float32Array },
    ]);
    program.setParameters(Object.fromEntries(sets));
    for (const name of Object.keys(values))
      if (!(name in weights)) program.setInput(name, values[name]);
    program.setNoise(noise);
    program.run();
    expect(relativeError([program.loss()], loss)).toBeLessThan(5e-6);
    // Without memory, Adam's first moment is the gradient of the last run.
    program.update({ learningRate: 0, beta1: 0 });
    const { first } = program.getOptimiser();
    expect(Object.keys(first).sort()).toEqual([...names].sort());
    names.forEach((name, i) => {
      expect(relativeError(first[name].data, expected[i]), name).toBeLessThan(5e-6);
    });
  },
);

const outputsOf = (node: Node, feeds: ReturnType<typeof feedsOf>): Float64Array =>
  interpret([node], feeds)[0];

test("a coupling carries the past of its source to its target, d steps later and never the other way", () => {
  const graphOf = (from: string, to: string, delay: number): Network =>
    createNetwork(
      {
        nodes: [{ name: "a" }, { name: "b", seesInput: false }, { name: "c" }],
        edges: [
          { from: "a", to: "b", delay: 1 },
          { from: "b", to: "c", delay: 1 },
          { from, to, delay },
        ],
      },
      { ...options, hold: 1, readout: { samples: "last" } },
      createStream(8),
    );
  // Closing c -> a makes one recurrent stage; a second a -> b with delay 3 leaves three stages.
  for (const [network, firstChange] of [
    [graphOf("c", "a", 2), { a: 1, b: 2, c: 3 }],
    [graphOf("a", "b", 3), { a: 1, b: 2, c: 3 }],
  ] as const) {
    const steps = 7;
    const shape = { steps, rows: 1, noise: false };
    const masked = {
      ...network,
      nodes: network.nodes.map((n) => ({ ...n, seesInput: n.name === "a" })),
    };
    const graph = createNetworkGraph(masked, nodes, shape);
    const feeds = feedsOf(masked, shape);
    const moved = Float64Array.from(feeds.values["task input"]);
    moved[2] += 0.5; // u at step 1
    const before = outputsOf(graph.read, feeds);
    const after = outputsOf(graph.read, {
      ...feeds,
      values: { ...feeds.values, "task input": moved },
    });
    const first = (node: number): number => {
      for (let k = 0; k < steps; k++) if (before[k * 3 + node] !== after[k * 3 + node]) return k;
      return -1;
    };
    const changes = Object.fromEntries(network.nodes.map(({ name }, i) => [name, first(i)]));
    expect(changes).toEqual(firstChange);
  }
});

test("a saturated node's drive stays at its limit but keeps a tenth of its derivative", () => {
  const network = createNetwork(
    { nodes: [{ name: "a" }], edges: [] },
    { ...options, inputLimit: "clip", hold: 1 },
    createStream(9),
  );
  const shape = { steps: 1, rows: 1, noise: false };
  const graph = createNetworkGraph(network, nodes, shape);
  const loss = sumAll(graph.read);
  const feeds = feedsOf(network, shape);
  const slopeAt = (bias: number): { loss: number; slope: number } => {
    const values = { ...feeds.values, bias: [bias, 0], inputMask: [0, 0, 0, 0] };
    const [value, slope] = interpret([loss, ...gradients(loss, [graph.parameters.bias])], {
      ...feeds,
      values,
    });
    return { loss: value[0], slope: slope[0] };
  };
  const edge = slopeAt(Math.sqrt(3) * (1 - 1e-9));
  const beyond = slopeAt(5);
  expect(beyond.loss).toBeCloseTo(edge.loss, 7);
  expect(beyond.slope / edge.slope).toBeCloseTo(0.1, 6);
});

test("cutting time in two and carrying states and history over changes nothing beyond 1e-12", () => {
  const network = createLayeredNetwork(
    { ...options, layers: [2, 2], recurrent: true },
    createStream(10),
  );
  const feeds = feedsOf(network, { steps: 6, rows: 2, noise: false });
  const whole = createNetworkGraph(network, nodes, { steps: 6, rows: 2, noise: true });
  const half = createNetworkGraph(network, nodes, { steps: 3, rows: 2, noise: true });
  const task = feeds.values["task input"] as Float64Array;
  const noiseAt = (firstStep: number) => ({ ...feeds.noise, firstStep });
  const first = interpret([half.read, ...Object.values(half.next)], {
    values: { ...feeds.values, "task input": task.slice(0, 12) },
    noise: noiseAt(0),
  });
  const carried = Object.fromEntries(Object.keys(half.next).map((name, i) => [name, first[i + 1]]));
  const [second] = interpret([half.read], {
    values: { ...feeds.values, ...carried, "task input": task.slice(12) },
    noise: noiseAt(9),
  });
  const [expected] = interpret([whole.read], { ...feeds, noise: noiseAt(0) });
  const joined = [...first[0], ...second];
  expect(Math.max(...joined.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-12);
});
