import { childStream, createArray, type HostArray, mean, type Stream } from "../base/index.ts";
import { scoreEchoState } from "./echo-baseline.ts";
import type { EchoStateOptions } from "./echo-state.ts";
import { addProducts, delayInputs, timeMean } from "./features.ts";
import { type Features, scoreLinear, targetOf } from "./linear-baseline.ts";
import { resampleFrames } from "./mel.ts";
import { firstScored, joinRows, scorePredictions } from "./scores.ts";
import type { Task, TaskSequence } from "./task.ts";

/** Sizes of the baselines; the defaults give the figures quoted with each task. */
export interface BaselineOptions extends EchoStateOptions {
  /**
   * Present and past inputs that the linear delay line sees. Default 50 for regression, else 8.
   * The quadratic one sees no more than 20 of them: products of more would be fitted to chance.
   */
  readonly delays?: number;
}

/** Penalty where each step is scored; the inputs are of order 1. */
const STEP_RIDGE = 1e-6;
const QUADRATIC_DELAYS = 20;
/** Frames to which sequences of unequal length are resampled. */
const COMMON_FRAMES = 10;
/** Penalty on all frames of a sequence, standardised. */
const FRAMES_RIDGE = 100;
/** Penalty on the mean over its frames, for each sequence that is fitted to. */
const MEAN_RIDGE_PER_SEQUENCE = 1 / 270;

/**
 * What can be done without any device: the scores to print beside every result.
 *
 * Fitted by ridge regression on the training and validation parts together, scored on the test part.
 * Classes are regressed on as 0 and 1. Which baselines there are follows from what the task asks for:
 *
 * - a number at each step: mean, persistence (repeats the last target that is known by then), linear
 *   and quadratic delay line, echo-state network;
 * - capacities, which a delay line has by its length alone: echo-state network;
 * - a class at each step: the best map without memory, a linear delay line, echo-state network;
 * - a class for a sequence: linear on all frames (resampled to 10 where lengths differ) and on the
 *   time mean, echo-state network (time mean of its states).
 *
 * The echo-state network is given every chance: its readout sees states, their squares and the
 * input, and its input scale, its leak and the penalty are chosen on the validation part.
 *
 * @param task     Any task of this room.
 * @param stream   Decides the weights of the echo-state network, and nothing else.
 * @param options  `delays`; constants of the network, which are then not chosen.
 * @returns        Score on the test part by name of the baseline.
 */
export function computeBaselines(
  task: Task,
  stream: Stream,
  options: BaselineOptions = {},
): Readonly<Record<string, number>> {
  const { delays: chosen, ...constants } = options;
  const network = scoreEchoState(task, constants, childStream(stream, "echo-state"));
  if (task.scored === "sequence") {
    const ridge = MEAN_RIDGE_PER_SEQUENCE * (task.train.length + task.validation.length);
    return {
      ...linearOnFrames(task),
      "linear on time mean": scoreLinear(task, ({ input }) => timeMean(input), ridge),
      ...network,
    };
  }
  if (task.score === "memoryCapacity" || task.score === "informationCapacity") return network;
  const delays = chosen ?? (task.kind === "regression" ? 50 : 8);
  const past: Features = ({ input }) => delayInputs(input, delays);
  if (task.kind === "classification") {
    return {
      "best memoryless map": scoreMemoryless(task),
      [`linear on ${delays} delayed inputs`]: scoreLinear(task, past, STEP_RIDGE),
      ...network,
    };
  }
  const quadratic: Features = ({ input }) =>
    addProducts(delayInputs(input, Math.min(delays, QUADRATIC_DELAYS)));
  return {
    mean: scoreBy(task, (s) => fillMean(task, s)),
    persistence: scoreBy(task, (s) => persist(task, s)),
    "linear delay line": scoreLinear(task, past, STEP_RIDGE),
    "quadratic delay line": scoreLinear(task, quadratic, STEP_RIDGE),
    ...network,
  };
}

function scoreBy(task: Task, predict: Features): number {
  return scorePredictions(task, task.test, task.test.map(predict)).value;
}

function linearOnFrames(task: Task): Record<string, number> {
  const lengths = [...task.train, ...task.validation, ...task.test].map((s) => s.input.shape[0]);
  const isEqual = lengths.every((length) => length === lengths[0]);
  const frames = isEqual ? lengths[0] : COMMON_FRAMES;
  const flat: Features = ({ input }) => {
    const { data } = isEqual ? input : resampleFrames(input, frames);
    return createArray([1, data.length], data);
  };
  return { [`linear on ${frames} frames`]: scoreLinear(task, flat, FRAMES_RIDGE) };
}

/** For each value of the input, the class it most often had. */
function scoreMemoryless(task: Task): number {
  const counts = new Map<string, Float64Array>();
  const overall = new Float64Array(task.outputs);
  // Rounded, so that values equal but for rounding errors share an entry.
  const keyOf = ({ input }: TaskSequence, t: number): string =>
    [...input.data.subarray(t * task.inputs, (t + 1) * task.inputs)]
      .map((value) => Math.round(value * 1e6))
      .join();
  for (const sequence of [...task.train, ...task.validation]) {
    for (let t = firstScored(task, sequence); t < sequence.input.shape[0]; t++) {
      const key = keyOf(sequence, t);
      const count = counts.get(key) ?? new Float64Array(task.outputs);
      counts.set(key, count);
      const label = sequence.labels?.[t] ?? 0;
      count[label] += 1;
      overall[label] += 1;
    }
  }
  return scoreBy(task, (sequence) => {
    const result = createArray([sequence.input.shape[0], task.outputs]);
    for (let t = 0; t < result.shape[0]; t++) {
      result.data.set(counts.get(keyOf(sequence, t)) ?? overall, t * task.outputs);
    }
    return result;
  });
}

function fillMean(task: Task, sequence: TaskSequence): HostArray {
  const known = joinRows(
    [...task.train, ...task.validation].map((s) => targetOf(task, s)),
    task.outputs,
    () => task.warmUp,
  );
  const [samples, outputs] = known.shape;
  const result = createArray([sequence.input.shape[0], outputs]);
  for (let j = 0; j < outputs; j++) {
    const column = Float64Array.from({ length: samples }, (_, s) => known.data[s * outputs + j]);
    const centre = mean(column);
    for (let t = 0; t < result.shape[0]; t++) result.data[t * outputs + j] = centre;
  }
  return result;
}

/** The last target that is known, said again; the mean where there is none before. */
function persist(task: Task, sequence: TaskSequence): HostArray {
  const result = fillMean(task, sequence);
  const target = targetOf(task, sequence).data;
  const lag = Math.min((task.horizon ?? 1) * task.outputs, target.length);
  result.data.set(target.subarray(0, target.length - lag), lag);
  return result;
}
