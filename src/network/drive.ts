import type { HostArray } from "../base/index.ts";
import { createDriveLimit } from "./limits.ts";
import {
  blockOf,
  couplingName,
  couplingSelection,
  inputSelection,
  type Network,
  type NetworkSizes,
  sizesOf,
} from "./network.ts";
import type { Stage } from "./stages.ts";

/** Computes drives on the host in float64, step by step: what a rig needs. */
export interface DriveSource {
  /**
   * Drive of the nodes of a stage at one task step, device units: within the safe range, and as slew
   * and converter allow.
   *
   * @param stage    Its nodes.
   * @param step     k, from 0.
   * @param input    u [time, task inputs] of the whole sequence.
   * @param coupled  Coupled responses of all nodes so far, [time, coupled values], standardised;
   *                 rows before k (and row k of earlier stages) are read.
   * @param out      Receives the drives of the stage; holds those of the step before, where a slew
   *                 limit begins.
   */
  readonly driveAt: (
    stage: Stage,
    step: number,
    input: HostArray,
    coupled: HostArray,
    out: Float64Array,
  ) => void;
  readonly sizes: NetworkSizes;
}

/** One coupling weight of a drive. */
interface Terms {
  readonly columns: Int32Array;
  readonly weights: Float64Array;
}

/**
 * Prepare a network's masks and couplings for the host.
 *
 * Responses before the first task step are zero: the node at rest at its mean.
 */
export function createDriveSource(network: Network): DriveSource {
  const sizes = sizesOf(network);
  const { weights, taskInputs } = network;
  const mask = termsOf(weights.inputMask.data, inputSelection(network), sizes.drives, taskInputs);
  const couplings = sizes.delays.map((delay) => ({
    delay,
    terms: termsOf(
      weights[couplingName(delay)].data,
      couplingSelection(network, delay),
      sizes.drives,
      sizes.coupled,
    ),
  }));
  const limits = network.nodes.flatMap(({ twin }) => {
    const kind = network.kinds[twin];
    return kind.drive.mean.map((_, i) => createDriveLimit(kind, i, network.inputLimit));
  });
  const driveAt: DriveSource["driveAt"] = (stage, step, input, coupled, out) => {
    const { first, count } = blockOf(sizes, stage, "drives");
    for (let i = 0; i < count; i++) {
      const row = first + i;
      let sum = weights.bias.data[row] + product(mask[row], input, step);
      for (const { delay, terms } of couplings) {
        if (step >= delay) sum += product(terms[row], coupled, step - delay);
      }
      out[i] = limits[row](sum, step > 0 ? out[i] : undefined);
    }
  };
  return { driveAt, sizes };
}

/** Row by row, the columns at which something is selected and their weights. */
function termsOf(
  data: ArrayLike<number>,
  selection: Float64Array,
  rows: number,
  cols: number,
): Terms[] {
  return Array.from({ length: rows }, (_, row) => {
    const columns: number[] = [];
    for (let j = 0; j < cols; j++) if (selection[row * cols + j] > 0) columns.push(j);
    const weights = Float64Array.from(columns, (j) => data[row * cols + j]);
    return { columns: Int32Array.from(columns), weights };
  });
}

function product({ columns, weights }: Terms, values: HostArray, row: number): number {
  const from = row * values.shape[1];
  let sum = 0;
  for (let j = 0; j < columns.length; j++) sum += weights[j] * values.data[from + columns[j]];
  return sum;
}
