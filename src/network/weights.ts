import { childStream, createGenerator, type Stream } from "../base/index.ts";
import type { ParameterSet } from "../engine/index.ts";
import {
  couplingSelection,
  inputSelection,
  type NetworkShape,
  sizesOf,
  weightShapes,
} from "./network.ts";

/** Spreads of random weights, in standardised units. */
export interface WeightScales {
  /** Standard deviation of what the task's input adds to a drive if inputs have deviation 1. Default 1. */
  readonly input?: number;
  /** Standard deviation of what all couplings of a node add if responses have deviation 1. Default 1. */
  readonly coupling?: number;
  /** Standard deviation of biases. Default 0.3. */
  readonly bias?: number;
}

/**
 * Random masks, couplings and biases, normal; the readout is zero.
 *
 * Weights of a node are divided by the root of how many values it sees, so that the spread of its
 * drive does not depend on the size of the network.
 *
 * @param network  A network without its weights.
 * @param scales   Spreads; see {@link WeightScales}.
 * @param stream   Decides the draws; each kind of weight has its own child.
 */
export function createWeights(
  network: NetworkShape,
  scales: WeightScales,
  stream: Stream,
): ParameterSet {
  const { input = 1, coupling = 1, bias = 0.3 } = scales;
  const { delays } = sizesOf(network);
  const fanIn = seenValues(network);
  const weights: Record<string, { shape: readonly [number, number]; data: Float32Array }> = {};
  for (const [name, [rows, cols]] of Object.entries(weightShapes(network))) {
    const generator = createGenerator(childStream(stream, name));
    const data = new Float32Array(rows * cols);
    const fill = (selection: Float64Array, spread: (row: number) => number): void => {
      for (let i = 0; i < data.length; i++) {
        const draw = generator.normal();
        if (selection[i] > 0) data[i] = draw * spread(Math.floor(i / cols));
      }
    };
    if (name === "inputMask") {
      fill(inputSelection(network), () => input / Math.sqrt(network.taskInputs));
    }
    if (name === "bias") fill(new Float64Array(cols).fill(1), () => bias);
    const delay = delays.find((candidate) => name === `coupling${candidate}`);
    if (delay !== undefined) {
      fill(couplingSelection(network, delay), (row) => coupling / Math.sqrt(fanIn[row]));
    }
    weights[name] = { shape: [rows, cols], data };
  }
  return weights;
}

/** Values that reach each drive through couplings of any delay, [drives]. */
function seenValues(network: NetworkShape): Float64Array {
  const { drives, coupled: cols, delays } = sizesOf(network);
  const seen = new Float64Array(drives);
  for (const delay of delays) {
    couplingSelection(network, delay).forEach((value, i) => {
      seen[Math.floor(i / cols)] += value;
    });
  }
  return seen;
}
