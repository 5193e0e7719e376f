// What the weights of a network must keep to, because the rig that carries it can do no other.
import type { ParameterSet } from "../engine/index.ts";
import {
  couplingName,
  couplingSelection,
  inputSelection,
  type Network,
  type NetworkShape,
  sizesOf,
  type WeightConstraint,
} from "./network.ts";

/** Weights under one constraint that enter the same drives: couplings of every delay together. */
interface Part {
  readonly constraint: WeightConstraint;
  /** By the name of the weights, 1 where a weight may be. */
  readonly selections: ReadonlyMap<string, Float64Array>;
}

function partsOf(network: NetworkShape): Part[] {
  const { inputMask = {}, coupling = {} } = network.constraints ?? {};
  const couplings = sizesOf(network).delays.map(
    (delay) => [couplingName(delay), couplingSelection(network, delay)] as const,
  );
  return [
    { constraint: inputMask, selections: new Map([["inputMask", inputSelection(network)]]) },
    { constraint: coupling, selections: new Map(couplings) },
  ];
}

/** The nearest of -levels ... levels times bound / levels, in single precision. */
function nearestLevel(value: number, bound: number, levels: number): number {
  const level = Math.max(-levels, Math.min(levels, Math.round((value * levels) / bound)));
  return Math.fround((level * bound) / levels);
}

function projectWeight(value: number, constraint: WeightConstraint, keepsLevels: boolean): number {
  const { sign, bound, levels } = constraint;
  let result = value;
  if (sign === "positive") result = Math.max(0, result);
  if (sign === "negative") result = Math.min(0, result);
  if (bound === undefined) return result;
  if (levels !== undefined && keepsLevels) return nearestLevel(result, bound, levels);
  const most = Math.fround(bound);
  return Math.max(-most, Math.min(most, result));
}

/**
 * The nearest weights that keep a network's sparsity pattern and its constraints.
 *
 * Of more weights than a fan-in allows the largest stay, of equal ones the first.
 *
 * @param options  `levels: false` leaves weights between levels, as a training does that rounds them
 *                 on their way through the graph.
 */
export function projectWeights(
  network: NetworkShape,
  weights: ParameterSet,
  { levels = true }: { readonly levels?: boolean } = {},
): ParameterSet {
  const projected: Record<string, ParameterSet[string]> = { ...weights };
  for (const { constraint, selections } of partsOf(network)) {
    for (const [name, selection] of selections) {
      const { shape, data } = weights[name];
      const kept = data.map((value, i) =>
        selection[i] > 0 ? projectWeight(value, constraint, levels) : 0,
      );
      projected[name] = { shape, data: kept };
    }
    const arrays = [...selections.keys()].map((name) => projected[name]);
    if (constraint.fanIn !== undefined) keepLargest(arrays, constraint.fanIn);
  }
  return projected;
}

/** Set all but the largest weights of each row to zero, rows taken over all arrays; in place. */
function keepLargest(arrays: readonly ParameterSet[string][], fanIn: number): void {
  const rows = arrays[0]?.shape[0] ?? 0;
  for (let row = 0; row < rows; row++) {
    const places = arrays.flatMap(({ shape, data }) =>
      Array.from({ length: shape[1] }, (_, col) => ({ data, at: row * shape[1] + col })),
    );
    places.sort((a, b) => Math.abs(b.data[b.at]) - Math.abs(a.data[a.at]));
    for (const { data, at } of places.slice(fanIn)) data[at] = 0;
  }
}

/** A network whose weights keep its constraints: what may be exported. */
export function projectNetwork(network: Network): Network {
  return { ...network, weights: projectWeights(network, network.weights) };
}

/** Whether anything but the sparsity pattern binds a network's weights. */
export const isConstrained = ({ constraints }: Pick<Network, "constraints">): boolean =>
  constraints !== undefined;

/** What is wrong with the constraints themselves, in words. */
export function constraintProblems(network: NetworkShape): string[] {
  const problems: string[] = [];
  for (const part of ["inputMask", "coupling"] as const) {
    const { fanIn, bound, levels } = network.constraints?.[part] ?? {};
    const say = (text: string): number => problems.push(`constraints of ${part}: ${text}`);
    const isWhole = (value: number, least: number): boolean =>
      Number.isInteger(value) && value >= least;
    if (fanIn !== undefined && !isWhole(fanIn, 0)) say(`a fan-in of ${fanIn}`);
    if (bound !== undefined && !(bound > 0 && Number.isFinite(bound))) say(`a bound of ${bound}`);
    if (levels !== undefined && !isWhole(levels, 1)) say(`${levels} levels`);
    if (levels !== undefined && bound === undefined) say("levels, but no bound that they reach to");
  }
  return problems;
}

/** Every constraint that a network's weights break, in words; the weights are of the right shapes. */
export function violations(network: Network): string[] {
  const problems: string[] = [];
  for (const { constraint, selections } of partsOf(network)) {
    const entering = new Map<number, number>();
    for (const name of selections.keys()) {
      const { shape, data } = network.weights[name];
      data.forEach((value, i) => {
        const row = Math.floor(i / shape[1]);
        if (value !== 0) entering.set(row, (entering.get(row) ?? 0) + 1);
        if (value === projectWeight(value, constraint, true)) return;
        const place = `'${name}' has ${value} at [${row}, ${i % shape[1]}]`;
        problems.push(`${place}, not ${describeConstraint(constraint)}`);
      });
    }
    const { fanIn } = constraint;
    if (fanIn === undefined) continue;
    for (const [row, count] of entering) {
      if (count > fanIn) problems.push(`${count} weights enter drive ${row}, not ${fanIn} at most`);
    }
  }
  return problems;
}

function describeConstraint({ sign, bound, levels }: WeightConstraint): string {
  const range =
    bound === undefined ? "" : sign === undefined ? `±${bound}` : `${bound} at most in size`;
  const parts = [sign ?? "", range && `within ${range}`, levels ? `on ${levels} levels` : ""];
  return parts.filter((part) => part !== "").join(", ");
}
