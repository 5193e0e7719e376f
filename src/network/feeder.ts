// What a training program is fed before each update: whole windows, or the pieces of longer ones.
import { childStream, createGenerator, fault, type Stream } from "../base/index.ts";
import type { Program } from "../engine/index.ts";
import type { Task } from "../tasks/index.ts";
import { type Resumable, resumeGenerator, type Twin, together } from "../twin/index.ts";
import { type BatchShape, chooseWindow, createBatchSource, type TrainingBatch } from "./batches.ts";
import { networkInputs } from "./bptt.ts";
import { drawsPerStep, type Network, sizesOf } from "./network.ts";
import { carryOn, nodeGroups, resetProgram, setCarriers } from "./simulate.ts";
import type { TrainOptions } from "./trainer.ts";

/** Feeds a program update after update. */
export interface Feeder {
  /** Feed the batch, starts and noise of an update; 0 begins anew. */
  readonly prepare: (iteration: number) => void;
  /** Where it stands between two updates. */
  readonly state: Resumable;
}

/** Which noise a training sees. */
export interface FedNoise {
  /** That of the twins, and the spread of their starts. */
  readonly twins: boolean;
  /** That of the drives. */
  readonly drives: boolean;
  readonly stream: Stream;
}

/** Whole windows, each from its reset: one update per window. */
export function createFeeder(
  program: Program,
  network: Network,
  twins: Readonly<Record<string, Twin>>,
  task: Task,
  shape: BatchShape,
  noise: FedNoise,
): Feeder {
  const { stream } = noise;
  const source = createBatchSource(network, task, shape);
  const generator = createGenerator(childStream(stream, "batches"));
  const state = together({ source: source.state, generator: resumeGenerator(generator) });
  const first = state.save();
  const reset = createReset(program, network, twins, shape, noise);
  setCarriers(program, nodeGroups(network, twins), shape.steps, 0);
  return {
    state,
    prepare(iteration) {
      if (iteration === 0) state.restore(first);
      const { input, target, shares } = source.draw(generator);
      program.setInput(networkInputs.task, input);
      program.setInput("target", target);
      if (shares) program.setInput("shares", shares);
      reset(iteration);
      if (noise.twins || noise.drives)
        program.setNoise({ stream: childStream(stream, "noise"), iteration });
    },
  };
}

/** Put the nodes of all rows at the reset of a window; ids tell the noise of rows apart. */
function createReset(
  program: Program,
  network: Network,
  twins: Readonly<Record<string, Twin>>,
  { batch, paths }: BatchShape,
  noise: FedNoise,
): (window: number) => void {
  const ids = Array.from({ length: batch * paths }, (_, i) => i);
  const groups = nodeGroups(network, twins);
  const sizes = sizesOf(network);
  if (noise.twins || noise.drives) program.setInput(networkInputs.ids, ids);
  return (window) => {
    const starts = childStream(childStream(noise.stream, "starts"), window);
    resetProgram(program, groups, sizes, ids, noise.twins ? starts : undefined);
  };
}

/** How a window is cut. */
export interface Pieces {
  /** Task steps of a piece. */
  readonly steps: number;
  /** Pieces of a window, and those of them that only lead in. */
  readonly count: number;
  readonly unscored: number;
}

/**
 * Cut windows into pieces: states go on from piece to piece, derivatives do not.
 *
 * @throws  `bad-value` for sequences that are judged once, or shorter than a window, or where no
 *          piece would be scored.
 */
export function cutWindow(
  task: Task,
  { steps, warmUp, isPadded }: BatchShape,
  piece: number,
): Pieces {
  const count = Math.floor(steps / piece);
  const unscored = Math.ceil(warmUp / piece);
  const problem =
    task.scored === "sequence"
      ? `a task whose sequences are judged once ('${task.name}')`
      : isPadded
        ? `sequences shorter than the window of ${steps} steps`
        : !(Number.isInteger(piece) && piece > 0 && count > unscored)
          ? `pieces of ${piece} steps of a window of ${steps}, ${warmUp} of them unscored`
          : undefined;
  if (problem === undefined) return { steps: piece, count, unscored };
  throw fault("bad-value", {
    where: "trainNetwork",
    what: "windows cannot be cut so",
    got: problem,
    expected: "scored steps beyond the warm-up in every window, and a score for every step",
    fix: "Choose a longer `window` or shorter pieces, or leave `truncate` out",
  });
}

/** Task steps that an update walks, those that only lead in shared out among updates. */
export function stepsPerUpdate(
  task: Task,
  { window, warmUp, truncate }: Pick<TrainOptions, "window" | "warmUp" | "truncate">,
): number {
  const shape = { ...chooseWindow(task, window, warmUp), batch: 1, paths: 1 };
  if (truncate === undefined) return shape.steps;
  const { steps, count, unscored } = cutWindow(task, shape, truncate);
  return (steps * count) / (count - unscored);
}

/**
 * Truncated backpropagation: one update per piece, the states that a piece ended with carried into the
 * next, and all rows at a reset together when their windows have ended.
 *
 * @param shape    Of the windows.
 * @param carried  Names of the inputs that carry on: those of the graph's `next`.
 */
export function createPieceFeeder(
  program: Program,
  network: Network,
  twins: Readonly<Record<string, Twin>>,
  task: Task,
  { shape, pieces, carried }: { shape: BatchShape; pieces: Pieces; carried: readonly string[] },
  noise: FedNoise,
): Feeder {
  const source = createBatchSource(network, task, { ...shape, warmUp: 0 });
  const generator = createGenerator(childStream(noise.stream, "batches"));
  const drawn = together({ source: source.state, generator: resumeGenerator(generator) });
  const first = drawn.save();
  const reset = createReset(program, network, twins, shape, noise);
  const groups = nodeGroups(network, twins);
  const perWindow = pieces.count - pieces.unscored;
  const current = createWindowState(program, carried);
  const feed = (window: number, piece: number): void => {
    const from = piece * pieces.steps;
    const { input, target } = current.batch as TrainingBatch;
    const cut = (values: Float32Array): Float32Array => {
      const size = (values.length / shape.steps) * pieces.steps;
      return values.subarray(piece * size, (piece + 1) * size);
    };
    program.setInput(networkInputs.task, cut(input));
    program.setInput("target", cut(target));
    setCarriers(program, groups, pieces.steps, from);
    if (!noise.twins && !noise.drives) return;
    const firstStep = from * drawsPerStep(network);
    program.setNoise({ stream: childStream(noise.stream, "noise"), iteration: window, firstStep });
  };
  return {
    state: together({ drawn, window: current.state }),
    prepare(iteration) {
      const piece = iteration % perWindow;
      const window = Math.floor(iteration / perWindow);
      if (iteration === 0) drawn.restore(first);
      if (piece > 0) current.carryOn();
      else {
        current.batch = source.draw(generator);
        reset(window);
        for (let i = 0; i < pieces.unscored; i++) {
          feed(window, i);
          program.run();
          carryOn(program, carried);
        }
      }
      feed(window, pieces.unscored + piece);
    },
  };
}

/** The window under way, and what its last piece left: kept by a checkpoint, restored once. */
function createWindowState(
  program: Program,
  carried: readonly string[],
): { batch?: TrainingBatch; readonly carryOn: () => void; readonly state: Resumable } {
  let restored: ReturnType<Resumable["save"]> | undefined;
  const window: ReturnType<typeof createWindowState> = {
    carryOn() {
      if (!restored) carryOn(program, carried);
      else for (const name of carried) program.setInput(name, restored[name]);
      restored = undefined;
    },
    state: {
      save() {
        if (restored) return restored;
        if (!window.batch) return {};
        const left = carried.map((name) => [name, program.read(`next ${name}`).slice()]);
        const { input, target } = window.batch;
        return { ...Object.fromEntries(left), input: input.slice(), target: target.slice() };
      },
      restore(saved) {
        if (!saved.input) return;
        restored = saved;
        window.batch = {
          input: Float32Array.from(saved.input),
          target: Float32Array.from(saved.target),
        };
      },
    },
  };
  return window;
}
