import {
  applyLinear,
  childStream,
  createArray,
  type HostArray,
  mean,
  type Stream,
  solveRidge,
} from "../base/index.ts";
import { createEchoState, type EchoStateOptions } from "./echo-state.ts";
import { joinColumns, squareValues } from "./features.ts";
import { createMackeyGlass, drawInitialValue, toInput, walkMackeyGlass } from "./mackey-glass.ts";
import { joinRows } from "./scores.ts";

/** Sizes of a free run. */
export interface FreeRunOptions {
  /** Places at which a predictor is set free. Default 50. */
  readonly starts?: number;
  /** True values that it hears before. Default 500. */
  readonly lead?: number;
  /** Steps that it then runs on its own. Default 84. */
  readonly steps?: number;
}

/** A place at which a predictor is set free. */
export interface FreeRunStart {
  /** x up to the start, [lead]. */
  readonly lead: Float64Array;
  /** x from then on, [steps]. */
  readonly truth: Float64Array;
}

/** Says what comes after `lead`, from its own outputs: [steps], in the units of the series. */
export type FreeRunner = (lead: Float64Array, steps: number) => Float64Array;

/** Steps between two starts: not a multiple of the series' rhythm of about 50. */
const APART = 97;

/**
 * Places along a mackeyGlass17 series that no task of the same stream trains on.
 *
 * @param options  `starts`, `lead`, `steps`.
 * @param stream   Decides the series.
 */
export function createFreeRun(options: FreeRunOptions, stream: Stream): readonly FreeRunStart[] {
  const { starts = 50, lead = 500, steps = 84 } = options;
  const initial = drawInitialValue(childStream(stream, "free run"));
  const x = walkMackeyGlass(initial, starts * APART + lead + steps);
  return Array.from({ length: starts }, (_, i) => {
    const from = i * APART;
    const border = from + lead;
    return { lead: x.slice(from, border), truth: x.slice(border, border + steps) };
  });
}

/**
 * Score a predictor that runs on its own outputs.
 *
 * @returns  nrmseBySd over the starts, [steps]: the error after 1, 2, ... steps, over the standard
 *           deviation of the series.
 * @source   Jaeger and Haas 2004, Science 304:78 (there after 84 steps).
 */
export function scoreFreeRun(starts: readonly FreeRunStart[], runner: FreeRunner): Float64Array {
  const steps = starts[0].truth.length;
  const values = Float64Array.from(starts.flatMap(({ lead, truth }) => [...lead, ...truth]));
  const centre = mean(values);
  const variance = mean(values.map((value) => (value - centre) ** 2));
  const squares = new Float64Array(steps);
  for (const { lead, truth } of starts) {
    const said = runner(lead, steps);
    for (let t = 0; t < steps; t++) squares[t] += (said[t] - truth[t]) ** 2 / starts.length;
  }
  return squares.map((square) => Math.sqrt(square / variance));
}

/**
 * An echo-state network that has learnt mackeyGlass17 one step ahead, as a free runner.
 *
 * Its readout sees states, their squares and the input, as that of the baseline.
 *
 * @param options  Constants of the network (default input scale 1, leak .3); `ridge` (default 1e-9).
 * @param stream   That of the task; decides training series and weights.
 */
export function createFreeEchoState(
  options: EchoStateOptions & { readonly ridge?: number },
  stream: Stream,
): FreeRunner {
  const { ridge = 1e-9, ...constants } = options;
  const task = createMackeyGlass({ horizon: 1 }, stream);
  const slow = { inputScale: 1, leak: 0.3, ...constants };
  const network = createEchoState(1, slow, childStream(stream, "echo-state"));
  const see = (states: HostArray, input: HostArray): HostArray =>
    joinColumns(joinColumns(states, squareValues(states)), input);
  const known = [...task.train, ...task.validation];
  const seen = known.map(({ input }) => see(network.run(input), input));
  const targets = known.map(({ target }) => target as HostArray);
  const first = (): number => task.warmUp;
  const map = solveRidge(joinRows(seen, seen[0].shape[1], first), joinRows(targets, 1, first), {
    ridge,
  });
  return (lead, steps) => {
    const states = network.run(createArray([lead.length, 1], toInput(lead)));
    let state: Float64Array = states.data.slice(-network.nodes);
    let u: Float64Array = toInput(lead.subarray(-1));
    return Float64Array.from({ length: steps }, () => {
      const now = see(createArray([1, network.nodes], state), createArray([1, 1], u));
      const said = applyLinear(map, now).data;
      u = toInput(said);
      state = network.step(state, u);
      return said[0];
    });
  };
}
