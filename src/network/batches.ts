import { fault, type Generator, permutation } from "../base/index.ts";
import type { Task, TaskSequence } from "../tasks/index.ts";
import type { Network } from "./network.ts";

/** Shape of a training batch. */
export interface BatchShape {
  /** Examples. */
  readonly batch: number;
  /** Noisy paths per example. */
  readonly paths: number;
  /** Task steps, T. */
  readonly steps: number;
  /** Initial steps that are not scored. */
  readonly warmUp: number;
}

/** What a training program is fed: rows example by example, and in each path by path. */
export interface TrainingBatch {
  /** [T, rows, task inputs] */
  readonly input: Float32Array;
  /** [T - warmUp, rows, outputs], or [rows, outputs]; standardised, or one-hot. */
  readonly target: Float32Array;
}

/** Draws batch after batch from a task's training part. */
export type BatchSource = (generator: Generator) => TrainingBatch;

/**
 * Choose how long a window is and how much of it leads in.
 *
 * Sequences no longer than a window are used whole; longer ones are cut at random, each cut starting
 * from the reset with a third of the window (at most 40 steps) unscored.
 *
 * @param window  Longest number of steps, default 120.
 * @param warmUp  Replaces the unscored steps.
 * @throws        `bad-value` if sequences that are used whole differ in length, or nothing is scored.
 */
export function chooseWindow(
  task: Task,
  window = 120,
  warmUp?: number,
): Omit<BatchShape, "batch" | "paths"> {
  const lengths = task.train.map(({ input }) => input.shape[0]);
  const shortest = Math.min(...lengths);
  const isWhole = task.scored === "sequence" || shortest <= window;
  if (isWhole && lengths.some((length) => length !== shortest)) {
    throw fault("bad-value", {
      where: "trainNetwork",
      what: `sequences of '${task.name}' are used whole but differ in length`,
      got: `${shortest} to ${Math.max(...lengths)} steps`,
      expected: "one length, or sequences longer than the window",
      fix: "Resample the sequences, or choose a shorter window",
    });
  }
  const steps = isWhole ? shortest : window;
  const unscored = warmUp ?? (isWhole ? task.warmUp : Math.min(40, Math.floor(window / 3)));
  if (unscored < steps) return { steps, warmUp: unscored };
  throw fault("bad-value", {
    where: "trainNetwork",
    what: "nothing of a window is scored",
    got: `${unscored} of ${steps} steps unscored`,
    expected: `fewer than ${steps}`,
    fix: "Choose a longer window or a shorter warm-up",
  });
}

/** Batches of a task in the standardised units of a network's outputs. */
export function createBatchSource(network: Network, task: Task, shape: BatchShape): BatchSource {
  const rows = shape.batch * shape.paths;
  const steps = shape.steps - shape.warmUp;
  const input = new Float32Array(shape.steps * rows * task.inputs);
  const target = new Float32Array((task.scored === "sequence" ? 1 : steps) * rows * task.outputs);
  const pick = createPicker(task, shape.steps);
  return (generator) => {
    target.fill(0);
    for (let example = 0; example < shape.batch; example++) {
      const { sequence, from } = pick(generator);
      for (let path = 0; path < shape.paths; path++) {
        const row = example * shape.paths + path;
        fillInput(input, sequence, from, row, rows, shape.steps);
        fillTarget(target, network, task, sequence, from + shape.warmUp, row, rows, steps);
      }
    }
    return { input, target };
  };
}

interface Picked {
  readonly sequence: TaskSequence;
  readonly from: number;
}

/** Whole sequences in random order without repeats, or windows at random places. */
function createPicker({ train }: Task, steps: number): (generator: Generator) => Picked {
  let order = new Int32Array(0);
  let next = 0;
  const starts = train.map(({ input }) => input.shape[0] - steps + 1);
  const total = starts.reduce((sum, count) => sum + count, 0);
  if (total === train.length) {
    return (generator) => {
      if (next === order.length) {
        order = Int32Array.from(permutation(generator, train.length));
        next = 0;
      }
      return { sequence: train[order[next++]], from: 0 };
    };
  }
  return (generator) => {
    let from = generator.integer(total);
    let which = 0;
    while (from >= starts[which]) from -= Math.max(0, starts[which++]);
    return { sequence: train[which], from };
  };
}

function fillInput(
  input: Float32Array,
  sequence: TaskSequence,
  from: number,
  row: number,
  rows: number,
  steps: number,
): void {
  const inputs = sequence.input.shape[1];
  for (let t = 0; t < steps; t++) {
    const at = (from + t) * inputs;
    input.set(sequence.input.data.subarray(at, at + inputs), (t * rows + row) * inputs);
  }
}

function fillTarget(
  target: Float32Array,
  { outputScales }: Network,
  task: Task,
  sequence: TaskSequence,
  from: number,
  row: number,
  rows: number,
  steps: number,
): void {
  const { outputs } = task;
  if (task.scored === "sequence") {
    target[row * outputs + (sequence.labels?.[0] ?? 0)] = 1;
    return;
  }
  for (let t = 0; t < steps; t++) {
    const to = (t * rows + row) * outputs;
    if (task.kind === "classification") {
      target[to + (sequence.labels?.[from + t] ?? 0)] = 1;
      continue;
    }
    for (let o = 0; o < outputs; o++) {
      const value = sequence.target?.data[(from + t) * outputs + o] ?? Number.NaN;
      target[to + o] = (value - outputScales.mean[o]) / outputScales.sd[o];
    }
  }
}
