import { createArray, type HostArray } from "../base/index.ts";
import type { KernelModule, ParameterSet } from "../engine/index.ts";
import type { Network } from "./network.ts";
import { createNetworkSimulator, type NetworkSimulator, type SimulatedRun } from "./simulate.ts";
import type { NodeTwins } from "./twins.ts";

/** Runs a network of twins over any sequences, those of like length side by side. */
export type NetworkWalker = (
  weights: ParameterSet,
  inputs: readonly HostArray[],
  run: SimulatedRun,
  visit: (index: number, responses: HostArray) => void,
) => void;

const mostRows = 32;
const longestChunk = 50;

/**
 * Make a walker; programs are compiled when a length of sequence first comes up, and kept.
 *
 * @returns  Calls `visit` once per sequence with its responses
 *           [time, samples of all nodes], standardised.
 */
export function createNetworkWalker(
  kernels: KernelModule,
  network: Network,
  twins: NodeTwins,
  { noise }: { readonly noise: boolean },
): NetworkWalker {
  const made = new Map<string, NetworkSimulator>();
  const simulatorFor = (time: number, count: number): NetworkSimulator => {
    const size = { rows: Math.min(count, mostRows), chunk: Math.min(time, longestChunk), noise };
    const key = `${size.rows} ${size.chunk}`;
    const before = made.get(key);
    if (before) return before;
    const simulator = createNetworkSimulator(kernels, network, twins, size);
    made.set(key, simulator);
    return simulator;
  };
  return (weights, inputs, run, visit) => {
    for (const [time, indices] of groupByLength(inputs)) {
      // Nothing looks ahead: what is computed past the end of a shorter sequence is cut off.
      const simulator = simulatorFor(time, indices.length);
      // Blocks keep the memory of responses small; noise goes by the number of the sequence.
      for (let first = 0; first < indices.length; first += mostRows) {
        const block = indices.slice(first, first + mostRows);
        const sequences = block.map((i) => extend(inputs[i], time));
        const responses = simulator.simulate(weights, sequences, { ...run, numbers: block });
        responses.forEach((value, i) => {
          visit(block[i], cut(value, inputs[block[i]].shape[0]));
        });
      }
    }
  };
}

/** Sequences that take the same number of chunks, by the length of the longest of them. */
function groupByLength(inputs: readonly HostArray[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  inputs.forEach(({ shape }, i) => {
    const chunks = Math.ceil(shape[0] / longestChunk);
    const group = groups.get(chunks);
    if (group) group.push(i);
    else groups.set(chunks, [i]);
  });
  const byLongest = [...groups.values()].map((group): [number, number[]] => [
    Math.max(...group.map((i) => inputs[i].shape[0])),
    group,
  ]);
  return new Map(byLongest);
}

/** The last step again and again, up to a length. */
function extend(input: HostArray, time: number): HostArray {
  const [own, width] = input.shape;
  if (own === time) return input;
  const result = createArray([time, width]);
  result.data.set(input.data);
  for (let t = own; t < time; t++) {
    result.data.set(input.data.subarray((own - 1) * width, own * width), t * width);
  }
  return result;
}

function cut(responses: HostArray, time: number): HostArray {
  const [all, width] = responses.shape;
  return all === time
    ? responses
    : createArray([time, width], responses.data.slice(0, time * width));
}
