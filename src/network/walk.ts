import type { HostArray } from "../base/index.ts";
import type { KernelModule, ParameterSet } from "../engine/index.ts";
import type { Network } from "./network.ts";
import { createNetworkSimulator, type NetworkSimulator, type SimulatedRun } from "./simulate.ts";
import type { NodeTwins } from "./twins.ts";

/** Runs a network of twins over any sequences, those of one length side by side. */
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
      const simulator = simulatorFor(time, indices.length);
      // Blocks keep the memory of responses small; noise goes by the number of the sequence.
      for (let first = 0; first < indices.length; first += mostRows) {
        const block = indices.slice(first, first + mostRows);
        const sequences = block.map((i) => inputs[i]);
        const responses = simulator.simulate(weights, sequences, { ...run, numbers: block });
        responses.forEach((value, i) => {
          visit(block[i], value);
        });
      }
    }
  };
}

function groupByLength(inputs: readonly HostArray[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  inputs.forEach(({ shape }, i) => {
    const group = groups.get(shape[0]);
    if (group) group.push(i);
    else groups.set(shape[0], [i]);
  });
  return groups;
}
