import type { Stream } from "../base/index.ts";
import { createEchoState, type EchoStateOptions } from "./echo-state.ts";
import { joinColumns, squareValues, timeMean } from "./features.ts";
import { chooseLinear, type Features, scoreLinear } from "./linear-baseline.ts";
import type { Task, TaskSequence } from "./task.ts";

/** From nearly linear, which remembers longest, to strongly curved; then slower. */
const SETTINGS: readonly EchoStateOptions[] = [
  { inputScale: 0.02, spectralRadius: 0.99 },
  { inputScale: 0.02 },
  { inputScale: 0.5 },
  { inputScale: 1, leak: 0.3 },
];
/** The first serves to choose a setting. */
const STEP_RIDGES = [1e-9, 1e-4];
/** On time means, which vary little. */
const SEQUENCE_RIDGES = [1e-2, 1];

/**
 * What an echo-state network of one size reaches on a task.
 *
 * The readout sees states, their squares and the input (Jaeger 2002, NIPS 15:593). Input scale, leak
 * and spectral radius are chosen on the validation part, unless one of them is given, then the
 * penalty; the readout is then fitted on the training and validation parts.
 *
 * @param constants  `nodes` and the others; those that are given stay.
 * @param stream     Decides the weights, alike for all settings but for their scale.
 * @returns          Score on the test part by the name of the baseline.
 */
export function scoreEchoState(
  task: Task,
  constants: EchoStateOptions,
  stream: Stream,
): Readonly<Record<string, number>> {
  const { nodes = 100, inputScale, leak, spectralRadius } = constants;
  const isFixed = [inputScale, leak, spectralRadius].some((value) => value !== undefined);
  const isOnce = task.scored === "sequence";
  const ridges = isOnce ? SEQUENCE_RIDGES : STEP_RIDGES;
  const candidates = (isFixed ? [{}] : SETTINGS).map((setting) => {
    const network = createEchoState(task.inputs, { ...constants, ...setting }, stream);
    const features = remember(({ input }) => {
      const states = network.run(input);
      const seen = joinColumns(joinColumns(states, squareValues(states)), input);
      return isOnce ? timeMean(seen) : seen;
    });
    return { features, ridge: ridges[0] };
  });
  const { features } = chooseLinear(task, candidates);
  const { ridge } = chooseLinear(
    task,
    ridges.map((one) => ({ features, ridge: one })),
  );
  return { [`echo-state network, ${nodes} nodes`]: scoreLinear(task, features, ridge) };
}

/** A function of sequences that is computed once for each. */
function remember(compute: Features): Features {
  const known = new Map<TaskSequence, ReturnType<Features>>();
  return (sequence) => {
    const before = known.get(sequence);
    if (before) return before;
    const value = compute(sequence);
    known.set(sequence, value);
    return value;
  };
}
