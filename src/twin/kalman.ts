import { childStream, createGenerator, fault, type Generator } from "../base/index.ts";
import { compile, type Program, shardsFor } from "../engine/index.ts";
import {
  type BatchSize,
  commonSteps,
  createBatch,
  createWindowSampler,
  fillMeasuredState,
  fillWindow,
  type Window,
} from "./batch.ts";
import { resumeGenerator } from "./checkpoint.ts";
import { createFreeRunJudge } from "./free-run-score.ts";
import { createLikelihood, hasHidden } from "./kalman-graph.ts";
import { createTwinGraph } from "./model.ts";
import { type Phase, type PhaseContext, secondsPerRun, train } from "./phase.ts";
import type { Twin } from "./twin.ts";

/** Options of the Kalman likelihood. */
export interface KalmanOptions {
  /** Updates (default 750). */
  readonly steps?: number;
  /** Steps of a window (default 60). */
  readonly horizon?: number;
  /** First steps of a window that only settle the filter, but for windows at a reset (default 15). */
  readonly warmUp?: number;
  /** Windows per update (default 64). */
  readonly batch?: number;
  /** First rate of G, R, W and the memories (default 4e-3). */
  readonly learningRate?: number;
  /** Factor on the rate for F (default 1); 0 freezes it. */
  readonly driftRate?: number;
  /** Largest norm of the gradient (default 1). */
  readonly clipNorm?: number;
  /** Validations in a row without a better one after which the phase ends early (default: none). */
  readonly patience?: number;
  /** Share of windows that start at the reset, where a = 0 (default 0.2). */
  readonly resetShare?: number;
}

/** Conditioning unrolls the observables, so that many of them make a slow program. */
export const mostFilteredObservables = 8;

/**
 * Fit F, G, R, W and the memories by the likelihood of measured paths.
 *
 * Given a measured path the auxiliaries of a map are linear and Gaussian, so a Kalman filter over
 * them gives the exact likelihood, with no derivative through time but the filter's own. Needs no
 * repeats. Observation noise is filtered too, F taken as linear over its spread.
 *
 * @throws  `bad-value` for a twin of another method, without noise to filter, or with too many
 *          observables.
 * @source  RECIPES, step 3; Durbin and Koopman 2012, Time Series Analysis by State Space Methods,
 *          section 4.3 (the filter), section 7.2 (its likelihood).
 */
export function createKalmanPhase(options: KalmanOptions = {}): Phase {
  const { steps = 750 } = options;
  return {
    name: "kalman",
    steps,
    withSteps: (count) => createKalmanPhase({ ...options, steps: count }),
    measureRate: (context, clock) => {
      const { program, feed } = createFilterProgram(context, options);
      feed(createGenerator(context.stream));
      return secondsPerRun(program, clock);
    },
    async *fit(context) {
      const { program, feed } = createFilterProgram(context, options);
      const generator = createGenerator(childStream(context.stream, "windows"));
      const result = yield* train({
        phase: "kalman",
        program,
        done: 0,
        total: steps,
        steps,
        learningRate: options.learningRate ?? 4e-3,
        update: { beta2: 0.99 },
        every: Math.max(50, Math.ceil(steps / 10)),
        patience: options.patience,
        signal: context.signal,
        onPlan: context.onPlan,
        course: context.course,
        state: resumeGenerator(generator),
        prepare: () => feed(generator),
        validate: createFreeRunJudge(context),
      });
      const parameters = { ...context.twin.parameters, ...result.parameters };
      return {
        twin: { ...context.twin, parameters },
        steps: result.steps,
        validation: result.validation,
      };
    },
  };
}

interface FilterProgram {
  readonly program: Program;
  /** Draw and feed the windows of an update. */
  readonly feed: (generator: Generator) => void;
}

function createFilterProgram(context: PhaseContext, options: KalmanOptions): FilterProgram {
  const { kernels, twin, dataset } = context;
  checkFiltered(twin);
  const { batch: windows = 64, horizon = 60, clipNorm = 1, driftRate = 1 } = options;
  const { resetShare = 0.2, warmUp = 15 } = options;
  const steps = commonSteps(dataset.training, horizon);
  const shards = shardsFor(windows);
  const graph = createLikelihood(twin, { steps, windows: windows / shards });
  const drift = driftRate > 0 ? [{ parameters: graph.driftParameters, rate: driftRate }] : [];
  const groups = [...drift, { parameters: graph.noiseParameters }];
  const program = compile(kernels, {
    outputs: {},
    training: { loss: graph.loss, groups, clipNorm },
    shards,
  });
  program.setParameters(twin.parameters);
  const draw = createWindowSampler(dataset.training, steps, resetShare);
  const size: LikelihoodBatchSize = {
    ...{ steps, windows, copies: 1, shards },
    warmUp: Math.min(warmUp, Math.floor(steps / 2)),
  };
  return {
    program,
    feed: (generator) => {
      const chosen = Array.from({ length: windows }, () => draw(generator));
      feedLikelihood(program, twin, size, chosen);
    },
  };
}

/** Sizes of what a likelihood is fed. */
export interface LikelihoodBatchSize extends BatchSize {
  readonly warmUp: number;
  readonly shards: number;
}

/** Feed measured windows to the inputs of a likelihood; scored weights sum to 1 over the shards' mean. */
export function feedLikelihood(
  program: Pick<Program, "setInput">,
  twin: Twin,
  size: LikelihoodBatchSize,
  chosen: readonly Window[],
): void {
  const { steps, windows, warmUp, shards } = size;
  const { needsCarrier } = createTwinGraph(twin);
  const batch = createBatch(twin, size);
  const cols = twin.observables.length * (twin.delays + 1);
  const line = new Float32Array(steps * windows * cols);
  const scored = new Float32Array(steps * windows);
  const reset = new Float32Array(windows);
  chosen.forEach((window, i) => {
    fillWindow(batch, twin, size, i, window);
    reset[i] = window.from === 0 ? 1 : 0;
    for (let t = 0; t < steps; t++) {
      const row = t * windows + i;
      fillMeasuredState(line, cols, row, twin, { ...window, from: window.from + t });
      scored[row] = window.from === 0 || t >= warmUp ? 1 : 0;
    }
  });
  const count = scored.reduce((sum, weight) => sum + weight, 0);
  program.setInput("line", line);
  program.setInput("target", batch.target);
  program.setInput("drive", batch.drive);
  program.setInput(
    "scored",
    scored.map((weight) => (weight * shards) / count),
  );
  if (hasHidden(twin)) program.setInput("reset", reset);
  if (needsCarrier) program.setInput("carrier", batch.carrier);
}

function checkFiltered(twin: Twin): void {
  if (twin.shared) {
    throw fault("bad-value", {
      where: "fitTwin",
      what: "the filter of the objective 'kalman' does not know noise that observables share",
      got: `shared ranks ${twin.shared.process} (process) and ${twin.shared.observation} (observation)`,
      expected: "a twin without `shared`",
      fix: "Choose the objective observation, moments or energy-score",
    });
  }
  const { method, observables } = twin;
  if (method === "map" && observables.length <= mostFilteredObservables) return;
  throw fault("bad-value", {
    where: "fitTwin",
    what: "the objective 'kalman' cannot be had for this twin",
    got: `method '${method}' and ${observables.length} observables`,
    expected: `method 'map' and at most ${mostFilteredObservables} observables`,
    fix: "Choose method map, fewer observables, or the objective energy-score",
  });
}
