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
  /** Whether some sequences are shorter than T and are filled up with steps that count for nothing. */
  readonly isPadded: boolean;
}

/** What a training program is fed: rows example by example, and in each path by path. */
export interface TrainingBatch {
  /** [T, rows, task inputs] */
  readonly input: Float32Array;
  /** [T - warmUp, rows, outputs], or [rows, outputs]; standardised, or one-hot. */
  readonly target: Float32Array;
  /** [T - warmUp, rows, 1]: what each step counts, for padded sequences where outputs are weighed. */
  readonly shares?: Float32Array;
}

/** Draws batch after batch from a task's training part. */
export type BatchSource = (generator: Generator) => TrainingBatch;

/**
 * Choose how long a window is and how much of it leads in.
 *
 * Sequences no longer than a window are used whole, and filled up to one length if they differ;
 * longer ones are cut at random, each cut starting from the reset with a third of the window (at most
 * 40 steps) unscored. Sequences that are judged once are never cut.
 *
 * @param window  Longest number of steps, default 120.
 * @param warmUp  Replaces the unscored steps.
 * @throws        `bad-value` if nothing of a window or sequence is scored.
 */
export function chooseWindow(
  task: Task,
  window = 120,
  warmUp?: number,
): Omit<BatchShape, "batch" | "paths"> {
  const lengths = task.train.map(({ input }) => input.shape[0]);
  const shortest = Math.min(...lengths);
  const longest = Math.max(...lengths);
  const isWhole = task.scored === "sequence" || longest <= window;
  const steps = isWhole ? longest : window;
  const unscored = warmUp ?? (isWhole ? task.warmUp : Math.min(40, Math.floor(window / 3)));
  const least = Math.min(shortest, steps);
  if (unscored < least) return { steps, warmUp: unscored, isPadded: shortest < steps };
  throw fault("bad-value", {
    where: "trainNetwork",
    what: "nothing of a window is scored",
    got: `${unscored} of ${least} steps unscored`,
    expected: `fewer than ${least}`,
    fix: "Choose a longer window or a shorter warm-up",
  });
}

/** Whether padding is kept out by weighing outputs; classes of steps are weighed as targets alone. */
export function weighsOutputs({ kind, scored }: Task): boolean {
  return scored === "sequence" || kind === "regression";
}

/** Batches of a task in the standardised units of a network's outputs. */
export function createBatchSource(network: Network, task: Task, shape: BatchShape): BatchSource {
  const rows = shape.batch * shape.paths;
  const steps = shape.steps - shape.warmUp;
  const input = new Float32Array(shape.steps * rows * task.inputs);
  const target = new Float32Array((task.scored === "sequence" ? 1 : steps) * rows * task.outputs);
  const pick = createPicker(task, shape.steps);
  const lengths = new Int32Array(rows);
  return (generator) => {
    target.fill(0);
    for (let example = 0; example < shape.batch; example++) {
      const { sequence, from } = pick(generator);
      for (let path = 0; path < shape.paths; path++) {
        const row = example * shape.paths + path;
        fillInput(input, sequence, from, row, rows, shape.steps);
        fillTarget(target, network, task, sequence, from + shape.warmUp, row, rows, steps);
        lengths[row] = Math.min(sequence.input.shape[0], shape.steps) - shape.warmUp;
      }
    }
    if (!shape.isPadded) return { input, target };
    const shares = fillShares(network, lengths, steps);
    if (task.scored === "each-step") weighTargets(task, target, shares);
    return weighsOutputs(task) ? { input, target, shares } : { input, target };
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
  const starts = train.map(({ input }) => Math.max(1, input.shape[0] - steps + 1));
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
    while (from >= starts[which]) from -= starts[which++];
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
  const [time, inputs] = sequence.input.shape;
  for (let t = 0; t < steps; t++) {
    const at = Math.min(from + t, time - 1) * inputs; // filled up with the last step
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
  const scored = Math.min(steps, sequence.input.shape[0] - from);
  for (let t = 0; t < scored; t++) {
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

/**
 * What each step counts: nothing once a sequence has ended.
 *
 * Where sequences are judged once, the weight in the mean over time, or in the choice of the last
 * step. Where steps are scored, the root of a factor common to all of them, so that the loss, a mean
 * over all steps, is the mean over those that are scored.
 *
 * @param lengths  Scored steps of each row.
 * @returns        [steps, rows, 1]
 */
function fillShares({ readout }: Network, lengths: Int32Array, steps: number): Float32Array {
  const rows = lengths.length;
  const scored = lengths.reduce((sum, length) => sum + length, 0);
  const shareOf = {
    "time-mean": (length: number) => 1 / length,
    "last-step": (length: number, t: number) => (t === length - 1 ? 1 : 0),
    "each-step": () => Math.sqrt((steps * rows) / scored),
  }[readout.over];
  const shares = new Float32Array(steps * rows);
  lengths.forEach((length, row) => {
    for (let t = 0; t < length; t++) shares[t * rows + row] = shareOf(length, t);
  });
  return shares;
}

/** Errors are weighed before they are squared, cross-entropies as they are. */
function weighTargets({ kind, outputs }: Task, target: Float32Array, shares: Float32Array): void {
  for (let i = 0; i < target.length; i++) {
    const share = shares[Math.floor(i / outputs)];
    target[i] *= kind === "regression" ? share : share * share;
  }
}
