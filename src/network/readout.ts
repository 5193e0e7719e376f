import { applyLinear, createArray, type HostArray, type LinearMap } from "../base/index.ts";
import { choicesOf, type Network, type NodeLayout, type Readout, sizesOf } from "./network.ts";

/**
 * What the readout sees of a sequence.
 *
 * @param network    Decides the samples, and whether time is averaged.
 * @param responses  [time, samples], standardised: node, then sample, then observable.
 * @param input      u [time, task inputs].
 * @param warmUp     Task steps that a time mean leaves out.
 * @returns          [time, features], or [1, features] where a sequence is read once.
 */
export function featuresOf(
  network: Network,
  responses: HostArray,
  input: HostArray,
  warmUp: number,
): HostArray {
  const { readout } = network;
  const { features, nodes } = sizesOf(network);
  const read = nodes.map((node, i): ReadNode => {
    return { ...node, choice: choicesOf(network, network.nodes[i]).readoutSamples };
  });
  const time = responses.shape[0];
  const first = readout.over === "each-step" ? 0 : readout.over === "last-step" ? time - 1 : warmUp;
  const rows = readout.over === "each-step" ? time : 1;
  const result = createArray([rows, features]);
  const share = 1 / (readout.over === "time-mean" ? time - first : 1);
  for (let t = first; t < time; t++) {
    const row = rows === 1 ? 0 : t;
    addFeatures(network, read, responses, input, t, result.data, row * features, share);
  }
  return result;
}

/** Where a node's values are, and which of them are read. */
type ReadNode = NodeLayout & { readonly choice: Readout["samples"] };

/** Add one task step's features, times a share, to `out` from `at` on. */
function addFeatures(
  network: Network,
  nodes: readonly ReadNode[],
  responses: HostArray,
  input: HostArray,
  step: number,
  out: Float64Array,
  at: number,
  share: number,
): void {
  const { readout, taskInputs } = network;
  const from = step * responses.shape[1];
  let to = at;
  for (const { hold, observables, samples, choice } of nodes) {
    const start = from + samples.first;
    if (choice === "mean") {
      for (let sample = 0; sample < hold; sample++) {
        for (let x = 0; x < observables; x++) {
          out[to + x] += (share / hold) * responses.data[start + sample * observables + x];
        }
      }
      to += observables;
      continue;
    }
    const seen = choice === "last" ? observables : samples.count;
    const skipped = start + samples.count - seen;
    for (let x = 0; x < seen; x++) out[to++] += share * responses.data[skipped + x];
  }
  if (!readout.seesInput) return;
  for (let i = 0; i < taskInputs; i++) {
    out[to + i] += share * input.data[step * taskInputs + i];
  }
}

/** The readout as a linear map from features to task units. */
export function readoutMap(network: Network): LinearMap {
  const { readout, readoutBias } = network.weights;
  const { mean, sd } = network.outputScales;
  const [outputs, features] = readout.shape;
  const weights = createArray([features, outputs]);
  for (let o = 0; o < outputs; o++) {
    for (let f = 0; f < features; f++) {
      weights.data[f * outputs + o] = sd[o] * readout.data[o * features + f];
    }
  }
  const intercept = createArray(
    [outputs],
    Float64Array.from(mean, (m, o) => m + sd[o] * readoutBias.data[o]),
  );
  return { weights, intercept };
}

/** The network with another readout. @param map  From features to task units. */
export function withReadout(network: Network, map: LinearMap): Network {
  const { mean, sd } = network.outputScales;
  const [features, outputs] = map.weights.shape;
  const readout = new Float32Array(outputs * features);
  for (let o = 0; o < outputs; o++) {
    for (let f = 0; f < features; f++) {
      readout[o * features + f] = map.weights.data[f * outputs + o] / sd[o];
    }
  }
  const bias = Float32Array.from(map.intercept.data, (value, o) => (value - mean[o]) / sd[o]);
  return {
    ...network,
    weights: {
      ...network.weights,
      readout: { shape: [outputs, features], data: readout },
      readoutBias: { shape: [1, outputs], data: bias },
    },
  };
}

/**
 * Outputs of a sequence from its nodes' responses, in task units.
 *
 * @param responses  [time, samples], standardised.
 * @param input      u [time, task inputs].
 * @returns          [time, outputs], or [1, outputs] where a sequence is read once.
 */
export function readOutputs(
  network: Network,
  responses: HostArray,
  input: HostArray,
  warmUp: number,
): HostArray {
  return applyLinear(readoutMap(network), featuresOf(network, responses, input, warmUp));
}
