import { childStream, createGenerator, type Stream } from "../base/index.ts";
import {
  compile,
  input,
  type KernelModule,
  type Node,
  type ParameterSet,
  type Program,
  scan,
  shardsFor,
} from "../engine/index.ts";
import { meanSquaredError } from "../nn/index.ts";
import {
  type BatchSize,
  commonSteps,
  createBatch,
  createWindowSampler,
  fillMeasuredState,
  fillWindow,
  type Window,
} from "./batch.ts";
import { type Resumable, resumeGenerator } from "./checkpoint.ts";
import type { PathSet } from "./dataset.ts";
import { createTwinGraph } from "./model.ts";
import { type Phase, type PhaseContext, secondsPerRun, train } from "./phase.ts";
import type { Twin } from "./twin.ts";
import { createJourneys, createWalk } from "./walk.ts";

/** Options of the drift phase. */
export interface DriftOptions {
  /** Steps unrolled, one training after the other (default [10, 30]). */
  readonly horizons?: readonly number[];
  /** Updates in all (default 2000); the first horizon takes six tenths, the others share the rest. */
  readonly steps?: number;
  /** Windows per update (default 256). */
  readonly batch?: number;
  /** First rate of the first horizon; halved for each further one (default 3e-3). */
  readonly learningRate?: number;
  /** Largest norm of the gradient (default 1). */
  readonly clipNorm?: number;
  /** Share of windows that start at the reset (default 0.1). */
  readonly resetShare?: number;
  /**
   * Where the noise-free path is taken from: "measured" samples at random times (the default), or a
   * "reset", walked freely to its end with the state carried from update to update. Measured samples
   * bring their observation noise into F, which a path from the reset never sees.
   */
  readonly from?: "measured" | "reset";
  /** Validations in a row without a better one after which a horizon ends early (default: none). */
  readonly patience?: number;
}

const firstShare = 0.6;
const validationWindows = 512;

/**
 * Phase 1: fit F to what was measured, noise off.
 *
 * Minimises the squared error between the noise-free path and one measured path over windows of
 * `horizon` steps at random times, the delay line filled from the measurement.
 *
 * @source  Manneschi et al. 2025, arXiv:2401.07387, Methods; without its critic.
 */
export function createDriftPhase(options: DriftOptions = {}): Phase {
  const { horizons = [10, 30], steps = 2000 } = options;
  const rest =
    horizons.length > 1 ? Math.floor(((1 - firstShare) * steps) / (horizons.length - 1)) : 0;
  const stages = horizons.map((horizon, i) => ({
    horizon,
    steps: i > 0 ? rest : steps - rest * (horizons.length - 1),
    learningRate: (options.learningRate ?? 3e-3) / 2 ** i,
  }));
  return {
    name: "drift",
    steps,
    withSteps: (count) => createDriftPhase({ ...options, steps: count }),
    measureRate: (context, clock) =>
      stages.reduce((sum, stage) => {
        const create = options.from === "reset" ? createWalkedStage : createStage;
        const { twin, stream } = context;
        const { program, prepare } = create(context, options, stage.horizon, twin, stream);
        prepare();
        return sum + (secondsPerRun(program, clock) * stage.steps) / steps;
      }, 0),
    async *fit(context) {
      let { twin } = context;
      let validation = Number.POSITIVE_INFINITY;
      let done = 0;
      for (const [i, stage] of stages.entries()) {
        const create = options.from === "reset" ? createWalkedStage : createStage;
        const own = childStream(context.stream, i);
        const made = create(context, options, stage.horizon, twin, own);
        const result = yield* train({
          phase: "drift",
          program: made.program,
          done,
          total: steps,
          steps: stage.steps,
          learningRate: stage.learningRate,
          every: 100,
          patience: options.patience,
          signal: context.signal,
          onPlan: context.onPlan,
          course: context.course,
          state: made.state,
          prepare: made.prepare,
          finish: made.finish,
          validate: made.validate,
        });
        twin = { ...twin, parameters: { ...twin.parameters, ...result.parameters } };
        validation = result.validation;
        done += result.steps;
      }
      return { twin, steps: done, validation };
    },
  };
}

interface Stage {
  readonly program: Program;
  /** What an update changes beside the program. */
  readonly state: Resumable;
  readonly prepare: () => void;
  readonly finish?: () => void;
  readonly validate: (parameters: ParameterSet) => number;
}

/** The training program of one horizon, and a second one that judges it on fixed windows. */
function createStage(
  { kernels, dataset, stream }: PhaseContext,
  options: DriftOptions,
  wanted: number,
  twin: Twin,
  drawing: Stream,
): Stage {
  const { batch = 256, clipNorm = 1, resetShare = 0.1 } = options;
  const horizon = commonSteps([...dataset.training, ...dataset.validation], wanted);
  const trained = createDriftProgram(kernels, twin, { horizon, windows: batch, clipNorm });
  const judged = createDriftProgram(kernels, twin, { horizon, windows: validationWindows });
  const draw = createWindowSampler(dataset.training, horizon, resetShare);
  const drawJudged = createWindowSampler(dataset.validation, horizon, resetShare);
  const judge = createGenerator(childStream(stream, "validation windows"));
  judged.feed(() => drawJudged(judge));
  const generator = createGenerator(drawing);
  return {
    program: trained.program,
    state: resumeGenerator(generator),
    prepare: () => trained.feed(() => draw(generator)),
    validate: judgeBy(judged.program),
  };
}

const judgeBy =
  (program: Program) =>
  (parameters: ParameterSet): number => {
    program.setParameters(parameters);
    program.run();
    return program.read("loss")[0];
  };

/** Windows of the judge where paths are walked from the reset to their end. */
const judgedPaths = 64;

/** The same for paths from the reset: a window is the next piece of a path under way. */
function createWalkedStage(
  { kernels, dataset, stream }: PhaseContext,
  options: DriftOptions,
  wanted: number,
  twin: Twin,
  drawing: Stream,
): Stage {
  const { batch = 256, clipNorm = 1 } = options;
  const sets = [...dataset.training, ...dataset.validation];
  const chunk = commonSteps(sets, wanted);
  const shards = shardsFor(batch);
  const graph = createDriftGraph(twin, { horizon: chunk, windows: batch / shards });
  const program = compile(kernels, {
    outputs: { state: { value: graph.state } },
    training: { loss: graph.loss, groups: [{ parameters: graph.parameters }], clipNorm },
    shards,
  });
  program.setParameters(twin.parameters);
  const journeys = createJourneys(dataset.training, chunk, drawing);
  const walk = createWalk(twin, { steps: chunk, windows: batch, copies: 1 }, journeys);
  const whole = commonSteps(dataset.validation, Number.POSITIVE_INFINITY);
  const judged = createDriftProgram(kernels, twin, { horizon: whole, windows: judgedPaths });
  const drawJudged = createWindowSampler(dataset.validation, whole, 1);
  const judge = createGenerator(childStream(stream, "validation windows"));
  judged.feed(() => drawJudged(judge));
  return {
    program,
    state: walk.state,
    prepare: () => {
      walk.advance(program, undefined, 0);
      program.setInput("target", walk.batch.target);
    },
    finish: () => walk.carry(program),
    validate: judgeBy(judged.program),
  };
}

/** Sizes of a drift program; no training where `clipNorm` is left out. */
interface DriftSize {
  readonly horizon: number;
  readonly windows: number;
  readonly clipNorm?: number;
}

/** The noise-free paths of some windows and their error. */
function createDriftGraph(
  twin: Twin,
  { horizon, windows }: DriftSize,
): {
  readonly loss: Node;
  readonly measured: Node;
  /** After the last step. */
  readonly state: Node;
  readonly parameters: readonly Node[];
} {
  const graph = createTwinGraph(twin);
  const steps = { steps: horizon };
  const drive = input("drive", [windows, graph.inputs], steps);
  const target = input("target", [windows, graph.observables], steps);
  const carrier = graph.needsCarrier ? [input("carrier", [windows, 2], steps)] : [];
  const state = input("state", [windows, graph.stateCols]);
  const path = scan(
    { steps: horizon, carry: [state], sequences: [drive, ...carrier] },
    ([before], [held, phase]) => {
      const next = graph.step({ state: before, drive: held, carrier: phase });
      return { carry: [next.state], outputs: [next.measured] };
    },
  );
  const measured = path.outputs[0];
  return {
    loss: meanSquaredError(measured, target),
    measured,
    state: path.carry[0],
    parameters: graph.driftParameters,
  };
}

interface DriftProgram {
  readonly program: Program;
  /** Fill every window of the batch. */
  readonly feed: (draw: () => Window) => void;
  /** [horizon, windows, observables], as last fed. */
  readonly target: Float32Array;
}

function createDriftProgram(kernels: KernelModule, twin: Twin, driftSize: DriftSize): DriftProgram {
  const { horizon, windows, clipNorm } = driftSize;
  const isTrained = clipNorm !== undefined;
  const shards = isTrained ? shardsFor(windows) : 1;
  const size = { horizon, windows: windows / shards };
  const { loss, measured, parameters } = createDriftGraph(twin, size);
  const outputs = { loss: { value: loss }, measured: { value: measured, steps: horizon } };
  const training = isTrained ? { loss, groups: [{ parameters }], clipNorm } : undefined;
  const program = compile(kernels, { outputs, training, shards });
  program.setParameters(twin.parameters);
  const graph = createTwinGraph(twin);
  const batchSize: BatchSize = { steps: horizon, windows, copies: 1 };
  const batch = createBatch(twin, batchSize);
  const state = new Float32Array(windows * graph.stateCols);
  return {
    program,
    target: batch.target,
    feed: (draw) => {
      for (let i = 0; i < windows; i++) {
        const window = draw();
        fillWindow(batch, twin, batchSize, i, window);
        fillMeasuredState(state, graph.stateCols, i, twin, window);
      }
      program.setInput("drive", batch.drive);
      program.setInput("target", batch.target);
      program.setInput("state", state);
      if (graph.needsCarrier) program.setInput("carrier", batch.carrier);
    },
  };
}

/**
 * Standard deviation of what F leaves unexplained in one step.
 *
 * @returns  Per observable, in units of the increment scale c.
 */
export function oneStepResiduals(
  kernels: KernelModule,
  twin: Twin,
  sets: readonly PathSet[],
  stream: Stream,
): number[] {
  const windows = 1024;
  const one = createDriftProgram(kernels, twin, { horizon: 1, windows });
  const draw = createWindowSampler(sets, 1, 0);
  const generator = createGenerator(stream);
  one.feed(() => draw(generator));
  one.program.run();
  const measured = one.program.read("measured");
  const count = twin.observables.length;
  return twin.observables.map((_, x) => {
    let sum = 0;
    for (let i = x; i < measured.length; i += count) sum += (one.target[i] - measured[i]) ** 2;
    return Math.sqrt(sum / windows) / twin.scales.increments[x];
  });
}
