import type { Generator } from "../base/index.ts";
import type { PathSet } from "./dataset.ts";
import { carrierAt } from "./model.ts";
import type { Twin } from "./twin.ts";

/** A piece of one measured path, from a step of it. */
export interface Window {
  readonly set: PathSet;
  readonly sequence: number;
  readonly repeat: number;
  readonly from: number;
}

/** What a program is fed: time-major, one block of rows per step. */
export interface BatchValues {
  /** [steps, windows * copies, inputs], device units. */
  readonly drive: Float32Array;
  /** [steps, windows * copies, 2]; empty for twins that see no carrier. */
  readonly carrier: Float32Array;
  /** [steps, windows, observables], standardised. */
  readonly target: Float32Array;
}

/** Sizes of a batch. */
export interface BatchSize {
  readonly steps: number;
  readonly windows: number;
  /** Rows per window (paths of the twin under one drive). */
  readonly copies: number;
}

/** Room for a batch. */
export function createBatch(twin: Twin, { steps, windows, copies }: BatchSize): BatchValues {
  const rows = windows * copies;
  return {
    drive: new Float32Array(steps * rows * twin.inputs.length),
    carrier: new Float32Array(twin.carrierPeriod === undefined ? 0 : steps * rows * 2),
    target: new Float32Array(steps * windows * twin.observables.length),
  };
}

/** Write one window into a batch. */
export function fillWindow(
  batch: BatchValues,
  twin: Twin,
  size: BatchSize,
  index: number,
  window: Window,
): void {
  const { set, sequence, repeat, from } = window;
  const inputs = twin.inputs.length;
  const observables = twin.observables.length;
  const rows = size.windows * size.copies;
  const pathStart = (sequence * set.repeats + repeat) * (set.time + 1);
  for (let t = 0; t < size.steps; t++) {
    const at = Math.min(from + t, set.time - 1);
    const driveAt = (sequence * set.time + at) * inputs;
    for (let copy = 0; copy < size.copies; copy++) {
      const to = (t * rows + index * size.copies + copy) * inputs;
      for (let i = 0; i < inputs; i++) batch.drive[to + i] = set.drive[driveAt + i];
    }
    const pathAt = (pathStart + at + 1) * observables;
    const to = (t * size.windows + index) * observables;
    for (let i = 0; i < observables; i++) batch.target[to + i] = set.path[pathAt + i];
    if (twin.carrierPeriod === undefined) continue;
    const [sine, double] = carrierAt(set.firstStep + from + t, twin.carrierPeriod);
    for (let copy = 0; copy < size.copies; copy++) {
      const row = (t * rows + index * size.copies + copy) * 2;
      batch.carrier[row] = sine;
      batch.carrier[row + 1] = double;
    }
  }
}

/**
 * Write the state at a window's start, auxiliaries zero, from what was measured.
 *
 * Samples before the start of the path are its first sample.
 *
 * @param state  [rows, stateCols].
 * @param cols   State columns.
 */
export function fillMeasuredState(
  state: Float32Array,
  cols: number,
  row: number,
  twin: Twin,
  { set, sequence, repeat, from }: Window,
): void {
  const observables = twin.observables.length;
  const pathStart = (sequence * set.repeats + repeat) * (set.time + 1);
  state.fill(0, row * cols, (row + 1) * cols);
  for (let delay = 0; delay <= twin.delays; delay++) {
    const at = (pathStart + Math.max(0, from - delay)) * observables;
    const to = row * cols + delay * observables;
    for (let i = 0; i < observables; i++) state[to + i] = set.path[at + i];
  }
}

/** Draws paths: a set in proportion to sequences times the root of repeats, then uniformly. */
export function createPathSampler(
  sets: readonly PathSet[],
  atLeast: number,
): (generator: Generator) => Omit<Window, "from"> {
  const usable = sets.filter((set) => set.time >= atLeast);
  const weights = usable.map((set) => set.sequences * Math.sqrt(set.repeats));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (generator) => {
    let left = generator.uniform() * total;
    let chosen = 0;
    while (chosen < usable.length - 1 && left >= weights[chosen]) left -= weights[chosen++];
    const set = usable[chosen];
    for (let tries = 0; ; tries++) {
      const sequence = generator.integer(set.sequences);
      if (set.length[sequence] < atLeast && tries < 1000) continue;
      return { set, sequence, repeat: generator.integer(set.repeats) };
    }
  };
}

/** Draws windows at random times of random paths; a share of them starts at the reset. */
export function createWindowSampler(
  sets: readonly PathSet[],
  horizon: number,
  resetShare: number,
): (generator: Generator) => Window {
  const draw = createPathSampler(sets, horizon);
  return (generator) => {
    const path = draw(generator);
    const last = path.set.length[path.sequence] - horizon;
    const from = generator.uniform() < resetShare ? 0 : generator.integer(last + 1);
    return { ...path, from };
  };
}

/** Steps that every set allows, at most `wanted`. */
export function commonSteps(sets: readonly PathSet[], wanted: number): number {
  const longest = sets.map((set) => set.length.reduce((a, b) => Math.max(a, b), 0));
  return Math.min(wanted, ...longest);
}
