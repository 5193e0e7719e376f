import { childStream, createGenerator, type Generator } from "../base/index.ts";
import {
  compile,
  input,
  type Node,
  normals,
  type ParameterSet,
  type Program,
  scan,
  shardsFor,
} from "../engine/index.ts";
import {
  type BatchSize,
  commonSteps,
  createBatch,
  createPathSampler,
  fillMeasuredState,
  fillWindow,
  type Window,
} from "./batch.ts";
import { type Resumable, resumeGenerator, together } from "./checkpoint.ts";
import type { PathSet } from "./dataset.ts";
import { createTwinGraph } from "./model.ts";
import { type Phase, type PhaseContext, secondsPerRun, train } from "./phase.ts";
import { energyScore, type ScoreTerm } from "./score-graph.ts";
import type { Twin } from "./twin.ts";

/** Options of the energy-score phase. */
export interface EnergyScoreOptions {
  /** Updates (default 5000). */
  readonly steps?: number;
  /** Paths of the twin per measured path (default 4). */
  readonly paths?: number;
  /** Measured paths per update (default 48). */
  readonly batch?: number;
  /** Steps per update; the state is carried on (default 20, two turns for devices with a carrier). */
  readonly chunk?: number;
  /** First rate of G, R, W and the memories (default 2e-3). */
  readonly learningRate?: number;
  /** Factor on the rate for F (default 0.2); 0 freezes it. */
  readonly driftRate?: number;
  /** Largest norm of the gradient (default 1). */
  readonly clipNorm?: number;
  /** Validations in a row without a better one after which the phase ends early (default: none). */
  readonly patience?: number;
  /** What is scored; by default single samples, windows of 5 and of a chunk, and changes. */
  readonly terms?: readonly ScoreTerm[];
}

const validationPaths = 192;

/**
 * Phase 2: fit the law of whole paths, noise on.
 *
 * Paths run freely from the reset under the recorded drives; each update takes a chunk of every
 * path, scores it against what was measured, and carries state and auxiliaries to the next. Paths of
 * a batch stand at different times. F may go on learning, slowly.
 *
 * @source  Gneiting and Raftery 2007 (the score); RECIPES: windows that start with a = 0 at random
 *          times are the worst single factor.
 */
export function createEnergyScorePhase(options: EnergyScoreOptions = {}): Phase {
  const { steps = 5000 } = options;
  return {
    name: "energy-score",
    steps,
    withSteps: (count) => createEnergyScorePhase({ ...options, steps: count }),
    measureRate: (context, clock) => {
      const score = createScore(context, options);
      score.walk.advance(context.stream, 0);
      return secondsPerRun(score.program, clock);
    },
    async *fit(context) {
      const score = createScore(context, options);
      const noise = childStream(context.stream, "noise");
      const result = yield* train({
        phase: "energy-score",
        program: score.program,
        done: 0,
        total: steps,
        steps,
        learningRate: options.learningRate ?? 2e-3,
        update: { beta2: 0.99 },
        every: Math.max(50, Math.ceil(steps / 20)),
        patience: options.patience,
        signal: context.signal,
        onPlan: context.onPlan,
        course: context.course,
        state: score.state,
        prepare: (step) => score.walk.advance(noise, step),
        finish: () => score.walk.carry(),
        validate: score.validate,
      });
      const parameters = { ...context.twin.parameters, ...result.parameters };
      const { steps: done, validation } = result;
      return { twin: { ...context.twin, parameters }, steps: done, validation };
    },
  };
}

/** Changes count in units of the increment scale, values in standard deviations. */
function defaultTerms(chunk: number, carrierPeriod?: number): ScoreTerm[] {
  const terms = [
    { lag: 0, window: 1, weight: 1 },
    { lag: 0, window: Math.min(5, chunk), weight: 1 },
    { lag: 0, window: chunk, weight: 1 },
    { lag: 1, window: Math.min(4, chunk - 1), weight: 1 },
    { lag: 1, window: chunk - 1, weight: 1 },
  ];
  if (carrierPeriod === undefined || chunk < 2 * carrierPeriod) return terms;
  return [...terms, { lag: carrierPeriod, window: Math.min(carrierPeriod, 8), weight: 1 }];
}

/** Sizes and terms of a score program. */
interface ScoreSettings {
  readonly chunk: number;
  readonly examples: number;
  readonly paths: number;
  readonly terms: readonly ScoreTerm[];
}

/** A chunk of free-running paths and its score. */
function createScoreGraph(
  twin: Twin,
  { chunk, examples, paths, terms }: ScoreSettings,
): {
  readonly loss: Node;
  readonly state: Node;
  readonly driftParameters: readonly Node[];
  readonly noiseParameters: readonly Node[];
} {
  const graph = createTwinGraph(twin);
  const rows = examples * paths;
  const steps = { steps: chunk };
  const drive = input("drive", [rows, graph.inputs], steps);
  const target = input("target", [examples, graph.observables], steps);
  const carrier = graph.needsCarrier ? [input("carrier", [rows, 2], steps)] : [];
  const ids = input("ids", [rows, 1]);
  const drawn = normals("twin noise", ids, chunk, graph.normalCols);
  const walked = scan(
    {
      steps: chunk,
      carry: [input("state", [rows, graph.stateCols])],
      sequences: [drive, drawn, ...carrier],
    },
    ([before], [held, noise, phase]) => {
      const next = graph.step({ state: before, drive: held, carrier: phase, normals: noise });
      return { carry: [next.state], outputs: [next.measured] };
    },
  );
  const size = { steps: chunk, examples, paths, observables: graph.observables };
  const unit = twin.observables.map(() => 1);
  const scaled = terms.map((term) => ({
    ...term,
    scales: term.lag === 0 ? unit : twin.scales.increments,
  }));
  return {
    loss: energyScore(walked.outputs[0], target, size, scaled),
    state: walked.carry[0],
    driftParameters: graph.driftParameters,
    noiseParameters: graph.noiseParameters,
  };
}

/** Paths on their way through the recording. */
interface Walk {
  /** Feed the next chunk of every path; paths that ended are replaced by others at the reset. */
  readonly advance: (noise: PhaseContext["stream"], iteration: number) => void;
  /** Keep the states that the program has reached. */
  readonly carry: () => void;
  /** Where the paths are, and their states. */
  readonly state: Resumable;
}

interface Score {
  readonly program: Program;
  readonly walk: Walk;
  /** What moves on beside the program. */
  readonly state: Resumable;
  readonly validate: (parameters: ParameterSet) => number;
}

function createScore(context: PhaseContext, options: EnergyScoreOptions): Score {
  const { kernels, twin, dataset, stream } = context;
  const { batch = 48, paths = 4, clipNorm = 1, driftRate = 0.2 } = options;
  const period = twin.carrierPeriod;
  const wanted = options.chunk ?? (period === undefined ? 20 : 2 * period);
  const chunk = commonSteps([...dataset.training, ...dataset.validation], wanted);
  const terms = options.terms ?? defaultTerms(chunk, period);
  const settings = { chunk, paths, terms };
  const shards = shardsFor(batch, paths);
  const graph = createScoreGraph(twin, { ...settings, examples: batch / shards });
  const drift = driftRate > 0 ? [{ parameters: graph.driftParameters, rate: driftRate }] : [];
  const program = compile(kernels, {
    outputs: { state: { value: graph.state } },
    training: {
      loss: graph.loss,
      groups: [...drift, { parameters: graph.noiseParameters }],
      clipNorm,
    },
    shards,
  });
  program.setParameters(twin.parameters);
  const draw = createPathSampler(dataset.training, chunk);
  const generator = createGenerator(childStream(stream, "paths"));
  const size = { steps: chunk, windows: batch, copies: paths };
  const next = (early: boolean): Journey => startOf(draw, generator, chunk, early);
  const walk = createWalk(program, twin, size, dataset.training, next);
  return {
    program,
    walk,
    state: together({ paths: resumeGenerator(generator), walk: walk.state }),
    validate: createValidation(context, settings),
  };
}

/** A path at its reset and the chunks that it will be followed for; fewer for an early end. */
interface Journey {
  readonly path: Omit<Window, "from">;
  readonly chunks: number;
}

function startOf(
  draw: (generator: Generator) => Omit<Window, "from">,
  generator: Generator,
  chunk: number,
  early: boolean,
): Journey {
  const path = draw(generator);
  const chunks = Math.floor(path.set.length[path.sequence] / chunk);
  return { path, chunks: early ? 1 + generator.integer(chunks) : chunks };
}

function createWalk(
  program: Program,
  twin: Twin,
  size: BatchSize,
  sets: readonly PathSet[],
  next: (early: boolean) => Journey,
): Walk {
  const { steps: chunk, windows, copies } = size;
  const rows = windows * copies;
  const batch = createBatch(twin, size);
  const { stateCols, needsCarrier } = createTwinGraph(twin);
  const state = new Float32Array(rows * stateCols);
  // The first paths end early at random, so that the batch spreads over all times.
  const journeys: UnderWay[] = [];
  const start = (i: number, early: boolean): void => {
    journeys[i] = { ...next(early), done: 0 };
    const window = { ...journeys[i].path, from: 0 };
    for (let k = 0; k < copies; k++) {
      fillMeasuredState(state, stateCols, i * copies + k, twin, window);
    }
  };
  program.setInput(
    "ids",
    Float32Array.from({ length: rows }, (_, row) => row),
  );
  return {
    advance: (noise, iteration) => {
      for (let i = 0; i < windows; i++) {
        if (!journeys[i]) start(i, true);
        else if (journeys[i].done >= journeys[i].chunks) start(i, false);
        const { path, done } = journeys[i];
        fillWindow(batch, twin, size, i, { ...path, from: done * chunk });
        journeys[i].done++;
      }
      program.setInput("drive", batch.drive);
      program.setInput("target", batch.target);
      program.setInput("state", state);
      if (needsCarrier) program.setInput("carrier", batch.carrier);
      program.setNoise({ stream: noise, iteration });
    },
    carry: () => state.set(program.read("state")),
    state: resumeWalk(state, journeys, sets),
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
  const numbers = 5;
  return {
    save: () => ({
      state: state.slice(),
      journeys: Float64Array.from(
        journeys.flatMap(({ path, chunks, done }) => [
          ...[sets.indexOf(path.set), path.sequence, path.repeat, chunks, done],
        ]),
      ),
    }),
    restore(saved) {
      state.set(saved.state);
      const rows = saved.journeys.length / numbers;
      for (let i = 0; i < rows; i++) {
        const row = saved.journeys.subarray(i * numbers, (i + 1) * numbers);
        const [set, sequence, repeat, chunks, done] = row;
        journeys[i] = { path: { set: sets[set], sequence, repeat }, chunks, done };
      }
    },
  };
}

/** Mean score of fixed paths from reset to end, the same noise at every call. */
function createValidation(
  { kernels, twin, dataset, stream }: PhaseContext,
  settings: Omit<ScoreSettings, "examples">,
): (parameters: ParameterSet) => number {
  const { chunk, paths } = settings;
  const graph = createScoreGraph(twin, { ...settings, examples: validationPaths });
  const program = compile(kernels, {
    outputs: { state: { value: graph.state }, loss: { value: graph.loss } },
  });
  program.setParameters(twin.parameters);
  const fixed = fixedPaths(
    dataset.validation,
    chunk,
    createGenerator(childStream(stream, "fixed")),
  );
  const longest = fixed.reduce((most, { chunks }) => Math.max(most, chunks), 0);
  const noise = childStream(stream, "validation noise");
  return (parameters) => {
    program.setParameters(parameters);
    let index = 0;
    const size = { steps: chunk, windows: validationPaths, copies: paths };
    const next = (): Journey => fixed[index++ % fixed.length];
    const walk = createWalk(program, twin, size, dataset.validation, next);
    let sum = 0;
    for (let i = 0; i < longest; i++) {
      walk.advance(noise, i);
      program.run();
      walk.carry();
      sum += program.read("loss")[0];
    }
    return sum / longest;
  };
}

function fixedPaths(sets: readonly PathSet[], chunk: number, generator: Generator): Journey[] {
  const draw = createPathSampler(sets, chunk);
  return Array.from({ length: validationPaths }, () => startOf(draw, generator, chunk, false));
}
