// For tests of network graphs: twins with random weights, random feeds, and central differences.
import { expect } from "vitest";
import { createGenerator, createStream } from "../base/index.ts";
import { gradients, interpret, type Node, square, sumAll } from "../engine/index.ts";
import {
  carrierSequence,
  createTwin,
  initialState,
  type Twin,
  type TwinOptions,
} from "../twin/index.ts";
import { applyReadoutGraph, createNetworkGraph, type NetworkGraphSize } from "./bptt.ts";
import { restingDrives } from "./limits.ts";
import { choicesOf, type Network, sizesOf } from "./network.ts";
import { groupsOf } from "./stages.ts";
import { createNodeGraphs, twinParameters, twinsByName } from "./twins.ts";

/** A twin with random weights, coloured noise and observation noise. */
export function createRandomTwin(
  { inputs, observables, seed }: { inputs: number; observables: number; seed: number },
  { dt = 1, ...options }: TwinOptions & { readonly dt?: number } = {},
): Twin {
  const names = (count: number, unit: string) =>
    Array.from({ length: count }, (_, i) => ({ name: `${unit}${i + 1}`, unit }));
  const each = <Value>(count: number, value: (i: number) => Value): Value[] =>
    Array.from({ length: count }, (_, i) => value(i));
  return createTwin(
    {
      dt,
      inputs: names(inputs, "V"),
      observables: names(observables, "A"),
      carrierPeriod: 7,
      limits: each(inputs, (i) => ({ min: 1 - 2 * i, max: 3 + i })),
      start: {
        mean: each(observables, (i) => 0.2 - 0.3 * i),
        factor: each(observables, (i) => each(observables, (j) => (i === j ? 0.1 : 0))),
      },
      scales: {
        observables: each(observables, (i) => ({ mean: 1 - i, sd: 2 + i })),
        increments: each(observables, (i) => 0.7 - 0.1 * i),
      },
      featureScales: (features) =>
        each(inputs, (i) => features.map(() => ({ mean: 2 - i / 2, sd: 0.6 + i }))).flat(),
    },
    {
      auxiliaries: 2,
      drift: { hidden: [5], activation: "tanh" },
      diffusion: { hidden: [4], activation: "tanh" },
      observationNoise: true,
      features: ["drive"],
      ...options,
    },
    createStream(seed),
  );
}

/** Values for everything that a graph of these twins takes, and noise. */
export type Feeds = ReturnType<typeof randomFeeds>;

/** Random feeds; the readout, which begins at zero, too. */
export function randomFeeds(
  network: Network,
  given: Readonly<Record<string, Twin>>,
  { steps, rows }: NetworkGraphSize,
  seed: number,
) {
  const generator = createGenerator(createStream(seed));
  const draw = (size: number) => Float64Array.from({ length: size }, () => generator.normal());
  const sizes = sizesOf(network);
  const values: Record<string, ArrayLike<number>> = {
    "task input": draw(steps * rows * network.taskInputs),
    ids: Float64Array.from({ length: rows }, (_, i) => i),
    history: draw(sizes.memory * rows * sizes.coupled),
  };
  groupsOf(network).forEach(({ first, count }, i) => {
    const node = network.nodes[first];
    values[`state ${i}`] = initialState(given[node.twin], rows * count);
    const { hold } = choicesOf(network, node);
    const carrier = carrierSequence(given[node.twin], steps * hold);
    if (carrier) values[`carrier ${i}`] = carrier;
    const kind = network.kinds[node.twin];
    if (kind.converters?.slew === undefined) return;
    const rest = restingDrives(kind);
    values[`drive ${i}`] = Array.from({ length: rows * count }, () => rest).flat();
  });
  const weights = twinParameters(twinsByName(network, given, "test"));
  for (const [name, { data }] of Object.entries(weights)) values[name] = data;
  for (const [name, { shape, data }] of Object.entries(network.weights)) {
    values[name] = name.startsWith("readout") ? draw(shape[0] * shape[1]) : Float64Array.from(data);
  }
  return { values, noise: { stream: createStream(seed + 1), iteration: 2 } };
}

/**
 * Derivatives of the squared outputs against central differences, by array of weights: the norm of
 * the error over the norm of the derivative.
 */
export function derivativeErrors(
  network: Network,
  twins: Readonly<Record<string, Twin>>,
  size: NetworkGraphSize,
  more: Readonly<Record<string, ArrayLike<number>>> = {},
): Record<string, number> {
  const graph = createNetworkGraph(network, createNodeGraphs(twins), size);
  const loss = sumAll(square(applyReadoutGraph(network, graph, size.rows, 1)));
  const feeds = randomFeeds(network, twins, size, 4);
  Object.assign(feeds.values, more);
  const names = Object.keys(graph.parameters);
  const wanted: Node[] = names.map((name) => graph.parameters[name]);
  const slopes = interpret(gradients(loss, wanted), feeds);
  const lossAt = (name: string, k: number, by: number): number => {
    const moved = Float64Array.from(feeds.values[name]);
    moved[k] += by;
    return interpret([loss], { ...feeds, values: { ...feeds.values, [name]: moved } })[0][0];
  };
  const errors = names.map((name, i) => {
    let [difference, norm] = [0, 0];
    for (let k = 0; k < slopes[i].length; k++) {
      const numeric = (lossAt(name, k, 1e-5) - lossAt(name, k, -1e-5)) / 2e-5;
      difference += (numeric - slopes[i][k]) ** 2;
      norm += numeric ** 2;
    }
    expect(norm, name).toBeGreaterThan(0);
    return [name, Math.sqrt(difference / norm)] as const;
  });
  return Object.fromEntries(errors);
}
