import { childStream } from "../base/index.ts";
import { compile, type ParameterSet, type Program, shardsFor } from "../engine/index.ts";
import { chooseScore, createFreeRunJudge, createScoredChunk } from "./free-run-score.ts";
import { type Phase, type PhaseContext, secondsPerRun, train } from "./phase.ts";
import type { ScoreTerm } from "./score-graph.ts";
import { createJourneys, createWalk, type Walk } from "./walk.ts";

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

/**
 * Fit the law of whole paths, noise on.
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
      const { program, feed } = createScore(context, options);
      feed(context.stream, 0);
      return secondsPerRun(program, clock);
    },
    async *fit(context) {
      const { program, feed, walk, validate } = createScore(context, options);
      const noise = childStream(context.stream, "noise");
      const result = yield* train({
        phase: "energy-score",
        program,
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
        state: walk.state,
        prepare: (step) => feed(noise, step),
        finish: () => walk.carry(program),
        validate,
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

interface Score {
  readonly program: Program;
  readonly walk: Walk;
  /** Feed the next chunk of every path. */
  readonly feed: (noise: PhaseContext["stream"], iteration: number) => void;
  readonly validate: (parameters: ParameterSet) => number;
}

function createScore(context: PhaseContext, options: EnergyScoreOptions): Score {
  const { kernels, twin, dataset, stream } = context;
  const { batch = 48, clipNorm = 1, driftRate = 0.2 } = options;
  const settings = chooseScore(context, options);
  const { chunk, paths } = settings;
  const shards = shardsFor(batch, paths);
  const graph = createScoredChunk(twin, settings, batch / shards);
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
  const next = createJourneys(dataset.training, chunk, childStream(stream, "paths"));
  const walk = createWalk(twin, { steps: chunk, windows: batch, copies: paths }, next);
  return {
    program,
    walk,
    feed: (noise, iteration) => {
      walk.advance(program, noise, iteration);
      program.setInput("target", walk.batch.target);
    },
    validate: createFreeRunJudge(context, settings),
  };
}
