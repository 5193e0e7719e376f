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

/** Penalty on the time mean of network states, which vary little. */
const NETWORK_SEQUENCE_RIDGE = 0.1;

/** What is said of one sequence, one row for each thing that is scored. */
type Features = (sequence: TaskSequence) => HostArray;

/** Penalty where each step is scored; the inputs are of order 1. */
const STEP_RIDGE = 1e-6;
const QUADRATIC_DELAYS = 20;
/** Penalty on all frames of a sequence, standardised. */
const FRAMES_RIDGE = 100;
/** Penalty on the mean over its frames. */
const MEAN_RIDGE = 10;

/**
 * What can be done without any device: the scores to print beside every result.
 *
 * Fitted by ridge regression on the training and validation parts together (nothing is chosen),
 * scored on the test part. Classes are regressed on as 0 and 1. Which baselines there are follows
 * from what the task asks for:
 *
 * - a number at each step: mean, persistence (knows the last target), linear and quadratic delay
 *   line, echo-state network;
 * - a class at each step: the best map without memory, a linear delay line, echo-state network;
 * - a class for a sequence: linear on all frames (where all sequences are of one length) and on the
 *   time mean, echo-state network (time mean of its states).
 *
 * @param task     Any task of this room.
 * @param stream   Decides the weights of the echo-state network, and nothing else.
 * @param options  `delays`, and the constants of the network.
 * @returns        Score on the test part by name of the baseline.
 */
export function computeBaselines(
  task: Task,
  stream: Stream,
  options: BaselineOptions = {},
): Readonly<Record<string, number>> {
  const network = createEchoState(task.inputs, options, childStream(stream, "echo-state"));
  const networkName = `echo-state network, ${network.nodes} nodes`;
  const states: Features = ({ input }) => joinColumns(network.run(input), input);
  if (task.scored === "sequence") {
    return {
      ...linearOnFrames(task),
      "linear on time mean": scoreLinear(task, ({ input }) => timeMean(input), MEAN_RIDGE),
      [networkName]: scoreLinear(task, (s) => timeMean(states(s)), NETWORK_SEQUENCE_RIDGE),
    };
  }
  const delays = options.delays ?? (task.kind === "regression" ? 50 : 8);
  const past: Features = ({ input }) => delayInputs(input, delays);
  if (task.kind === "classification") {
    return {
      "best memoryless map": scoreMemoryless(task),
      [`linear on ${delays} delayed inputs`]: scoreLinear(task, past, STEP_RIDGE),
      [networkName]: scoreLinear(task, states, STEP_RIDGE),
    };
  }
  const quadratic: Features = ({ input }) =>
    addProducts(delayInputs(input, Math.min(delays, QUADRATIC_DELAYS)));
  return {
    mean: scoreBy(task, (s) => fillMean(task, s)),
    persistence: scoreBy(task, (s) => persist(task, s)),
    "linear delay line": scoreLinear(task, past, STEP_RIDGE),
    "quadratic delay line": scoreLinear(task, quadratic, STEP_RIDGE),
    [networkName]: scoreLinear(task, states, STEP_RIDGE),
  };
}

function scoreBy(task: Task, predict: Features): number {
  return scorePredictions(task, task.test, task.test.map(predict)).value;
}

function scoreLinear(task: Task, features: Features, ridge: number): number {
  const known = [...task.train, ...task.validation];
  const first = (i: number): number => firstScored(task, known[i]);
  const arrays = known.map(features);
  const x = joinRows(arrays, arrays[0].shape[1], first);
  const y = joinRows(
    known.map((sequence) => targetOf(task, sequence)),
    task.outputs,
    first,
  );
  const map = solveRidge(x, y, { ridge });
  return scoreBy(task, (sequence) => applyLinear(map, features(sequence)));
}

/** The numbers to predict, or 1 for the right class and 0 for the others. */
function targetOf(task: Task, { target, labels }: TaskSequence): HostArray {
  if (target) return target;
  const classes = labels ?? new Int32Array(0);
  const result = createArray([classes.length, task.outputs]);
  for (let i = 0; i < classes.length; i++) result.data[i * task.outputs + classes[i]] = 1;
  return result;
}

function linearOnFrames(task: Task): Record<string, number> {
  const time = task.test[0].input.shape[0];
  const sequences = [...task.train, ...task.validation, ...task.test];
  if (sequences.some(({ input }) => input.shape[0] !== time)) return {};
  const flat: Features = ({ input }) => createArray([1, input.data.length], input.data);
  return { [`linear on ${time} frames`]: scoreLinear(task, flat, FRAMES_RIDGE) };
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

/** The last target, said again; the mean where there is none before. */
function persist(task: Task, sequence: TaskSequence): HostArray {
  const result = fillMean(task, sequence);
  const target = targetOf(task, sequence).data;
  result.data.set(target.subarray(0, target.length - task.outputs), task.outputs);
  return result;
}

/** [time, inputs * delays]: u(t), u(t-1), ...; 0 before the first step. */
function delayInputs(input: HostArray, delays: number): HostArray {
  const [time, inputs] = input.shape;
  const result = createArray([time, inputs * delays]);
  for (let t = 0; t < time; t++) {
    for (let d = 0; d < delays && d <= t; d++) {
      const past = input.data.subarray((t - d) * inputs, (t - d + 1) * inputs);
      result.data.set(past, (t * delays + d) * inputs);
    }
  }
  return result;
}

/** Every column, and the product of every pair of columns. */
function addProducts(array: HostArray): HostArray {
  const [time, columns] = array.shape;
  const width = columns + (columns * (columns + 1)) / 2;
  const result = createArray([time, width]);
  for (let t = 0; t < time; t++) {
    const row = array.data.subarray(t * columns, (t + 1) * columns);
    result.data.set(row, t * width);
    let at = t * width + columns;
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j <= i; j++) result.data[at++] = row[i] * row[j];
    }
  }
  return result;
}

function joinColumns(a: HostArray, b: HostArray): HostArray {
  const [time, left] = a.shape;
  const width = left + b.shape[1];
  const result = createArray([time, width]);
  for (let t = 0; t < time; t++) {
    result.data.set(a.data.subarray(t * left, (t + 1) * left), t * width);
    result.data.set(b.data.subarray(t * b.shape[1], (t + 1) * b.shape[1]), t * width + left);
  }
  return result;
}

/** [1, columns] of [time, columns]. */
function timeMean(array: HostArray): HostArray {
  const [time, columns] = array.shape;
  const result = createArray([1, columns]);
  for (let i = 0; i < array.data.length; i++) result.data[i % columns] += array.data[i] / time;
  return result;
}
