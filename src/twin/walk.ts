import { createGenerator, type Stream } from "../base/index.ts";
import { input, type Node, normals, type Program, scan } from "../engine/index.ts";
import {
  type BatchSize,
  type BatchValues,
  createBatch,
  createPathSampler,
  createWindowSampler,
  fillMeasuredState,
  fillWindow,
  type Window,
} from "./batch.ts";
import { type Resumable, resumeGenerator, together } from "./checkpoint.ts";
import type { PathSet } from "./dataset.ts";
import { createTwinGraph } from "./model.ts";
import type { Twin } from "./twin.ts";

/** What a free-running chunk of paths consists of. */
export interface ChunkGraph {
  /** [steps * examples * paths, observables], example-major. */
  readonly measured: Node;
  /** States after the chunk. */
  readonly state: Node;
  readonly driftParameters: readonly Node[];
  readonly noiseParameters: readonly Node[];
}

/** Sizes of a chunk. */
export interface ChunkSize {
  readonly steps: number;
  readonly examples: number;
  /** Paths of the twin per example. */
  readonly paths: number;
}

/** Noisy paths of a twin over one chunk of time; their inputs are what a {@link Walk} feeds. */
export function createChunkGraph(twin: Twin, { steps, examples, paths }: ChunkSize): ChunkGraph {
  const graph = createTwinGraph(twin);
  const rows = examples * paths;
  const drive = input("drive", [rows, graph.inputs], { steps });
  const carrier = graph.needsCarrier ? [input("carrier", [rows, 2], { steps })] : [];
  const drawn = normals("twin noise", input("ids", [rows, 1]), steps, graph.normalCols);
  const walked = scan(
    {
      steps,
      carry: [input("state", [rows, graph.stateCols])],
      sequences: [drive, drawn, ...carrier],
    },
    ([before], [held, noise, phase]) => {
      const next = graph.step({ state: before, drive: held, carrier: phase, normals: noise });
      return { carry: [next.state], outputs: [next.measured] };
    },
  );
  const { driftParameters, noiseParameters } = graph;
  const [measured, state] = [walked.outputs[0], walked.carry[0]];
  return { measured, state, driftParameters, noiseParameters };
}

/** A path, where it is entered (0: at its reset), and the chunks that it will be followed for. */
export interface Journey {
  readonly path: Omit<Window, "from">;
  readonly from: number;
  readonly chunks: number;
}

/** Where paths come from. */
export interface Journeys {
  /** Draw the next path; `early` asks for one that ends before its time. */
  readonly next: (early: boolean) => Journey;
  /** What paths are pieces of. */
  readonly sets: readonly PathSet[];
  /** What drawing changes; left out where nothing is drawn. */
  readonly state?: Resumable;
}

/** Whole paths, drawn from sets, cut into chunks; what is left at their end is not walked. */
export function createJourneys(sets: readonly PathSet[], chunk: number, stream: Stream): Journeys {
  const draw = createPathSampler(sets, chunk);
  const generator = createGenerator(stream);
  return {
    sets,
    state: resumeGenerator(generator),
    next: (early) => {
      const path = draw(generator);
      const chunks = Math.floor(path.set.length[path.sequence] / chunk);
      return { path, from: 0, chunks: early ? 1 + generator.integer(chunks) : chunks };
    },
  };
}

/** Single chunks at random times, entered where the device was, with all auxiliaries at zero. */
export function createWindowJourneys(
  sets: readonly PathSet[],
  chunk: number,
  stream: Stream,
): Journeys {
  const draw = createWindowSampler(sets, chunk, 0);
  const generator = createGenerator(stream);
  return {
    sets,
    state: resumeGenerator(generator),
    next: () => {
      const { from, ...path } = draw(generator);
      return { path, from, chunks: 1 };
    },
  };
}

/** Paths on their way through a recording. */
export interface Walk {
  /**
   * Feed the next chunk of every path; paths that ended are replaced by others at their reset.
   * Without a stream the noise is off, and the program has no inputs for it.
   *
   * @returns  Where each example now stands.
   */
  readonly advance: (
    program: Program,
    noise: Stream | undefined,
    iteration: number,
  ) => readonly Window[];
  /** Keep the states that the program has reached, its output "state". */
  readonly carry: (program: Program) => void;
  /** The chunk that was fed last. */
  readonly batch: BatchValues;
  /** Where the paths are and their states, and where the next ones come from. */
  readonly state: Resumable;
}

/**
 * Walk a twin freely under recorded drives, state and auxiliaries carried from chunk to chunk.
 *
 * The first paths end early at random, so that the examples of a batch stand at different times.
 *
 * @param startAt  Which measured path gives a copy its start (default: the example's own).
 */
export function createWalk(
  twin: Twin,
  size: BatchSize,
  paths: Journeys,
  startAt: (path: Omit<Window, "from">, copy: number) => Omit<Window, "from"> = (path) => path,
): Walk {
  const { steps: chunk, windows, copies } = size;
  const rows = windows * copies;
  const batch = createBatch(twin, size);
  const { stateCols, needsCarrier } = createTwinGraph(twin);
  const state = new Float32Array(rows * stateCols);
  const ids = Float32Array.from({ length: rows }, (_, row) => row);
  const journeys: UnderWay[] = [];
  const start = (i: number, early: boolean): void => {
    const journey = paths.next(early);
    journeys[i] = { ...journey, done: 0 };
    for (let k = 0; k < copies; k++) {
      const window = { ...startAt(journey.path, k), from: journey.from };
      fillMeasuredState(state, stateCols, i * copies + k, twin, window);
    }
  };
  const step = (i: number): Window => {
    if (!journeys[i]) start(i, true);
    else if (journeys[i].done >= journeys[i].chunks) start(i, false);
    const { path, from, done } = journeys[i];
    const window = { ...path, from: from + done * chunk };
    fillWindow(batch, twin, size, i, window);
    journeys[i].done++;
    return window;
  };
  return {
    batch,
    advance: (program, noise, iteration) => {
      const stands = Array.from({ length: windows }, (_, i) => step(i));
      program.setInput("drive", batch.drive);
      program.setInput("state", state);
      if (needsCarrier) program.setInput("carrier", batch.carrier);
      if (noise) {
        program.setInput("ids", ids);
        program.setNoise({ stream: noise, iteration });
      }
      return stands;
    },
    carry: (program) => state.set(program.read("state")),
    state: together({
      walk: resumeWalk(state, journeys, paths.sets),
      ...(paths.state ? { paths: paths.state } : {}),
    }),
  };
}

/** A journey of which some chunks have been done. */
type UnderWay = Journey & { done: number };

/** States and journeys, in place; a path is known by the numbers of its set, sequence and repeat. */
function resumeWalk(
  state: Float32Array,
  journeys: UnderWay[],
  sets: readonly PathSet[],
): Resumable {
  const numbers = 6;
  return {
    save: () => ({
      state: state.slice(),
      journeys: Float64Array.from(
        journeys.flatMap(({ path, from, chunks, done }) => [
          ...[sets.indexOf(path.set), path.sequence, path.repeat, from, chunks, done],
        ]),
      ),
    }),
    restore(saved) {
      state.set(saved.state);
      const rows = saved.journeys.length / numbers;
      for (let i = 0; i < rows; i++) {
        const row = saved.journeys.subarray(i * numbers, (i + 1) * numbers);
        const [set, sequence, repeat, from, chunks, done] = row;
        journeys[i] = { path: { set: sets[set], sequence, repeat }, from, chunks, done };
      }
    },
  };
}
