import { childStream, createGenerator, fault, type Stream } from "../base/index.ts";
import { compile, input, type Program, shardsFor } from "../engine/index.ts";
import { commonSteps } from "./batch.ts";
import { type Resumable, resumeGenerator, together } from "./checkpoint.ts";
import type { PathSet } from "./dataset.ts";
import { createFreeRunJudge } from "./free-run-score.ts";
import { momentsLoss } from "./moments-graph.ts";
import { type Phase, type PhaseContext, secondsPerRun, train } from "./phase.ts";
import { gatherWindows, momentNames, momentsOfRepeats } from "./repeat-moments.ts";
import { createChunkGraph, createJourneys, createWalk, type Walk } from "./walk.ts";

/** Options of moment matching. */
export interface MomentsOptions {
  /** Updates (default 2000). */
  readonly steps?: number;
  /** Paths of the twin per drive, an even number (default 16). */
  readonly paths?: number;
  /** Drives per update (default 16). */
  readonly batch?: number;
  /** Steps per update; the state is carried on (default 20, two turns for devices with a carrier). */
  readonly chunk?: number;
  /** Lags of the autocovariance, steps (default 1, 2, 4, 8 and 16). */
  readonly lags?: readonly number[];
  /** First rate of G, R, W and the memories (default 2e-3). */
  readonly learningRate?: number;
  /** Factor on the rate for F (default 0.2); 0 freezes it. */
  readonly driftRate?: number;
  /** Validations in a row without a better one after which the phase ends early (default: none). */
  readonly patience?: number;
  /** Largest norm of the gradient (default 1). */
  readonly clipNorm?: number;
}

/** Fewer repeats say too little of a standard deviation. */
export const fewestMomentRepeats = 8;

/**
 * Match mean, standard deviation and autocovariance of free-running paths to those of repeats.
 *
 * Paths run from the starts of the repeats under their drives, the state carried from chunk to
 * chunk; deviations count in units of the device's own standard deviation.
 *
 * @throws  `bad-value` if no drive in training was repeated often enough.
 * @source  RECIPES, step 4; Manneschi et al. 2025, arXiv:2401.07387, Methods, where moments of a
 *          critic's features are matched.
 */
export function createMomentsPhase(options: MomentsOptions = {}): Phase {
  const { steps = 2000 } = options;
  return {
    name: "moments",
    steps,
    withSteps: (count) => createMomentsPhase({ ...options, steps: count }),
    measureRate: (context, clock) => {
      const { program, feed } = createMatch(context, options);
      feed(context.stream, 0);
      return secondsPerRun(program, clock);
    },
    async *fit(context) {
      const { program, feed, walk, state } = createMatch(context, options);
      const noise = childStream(context.stream, "noise");
      const result = yield* train({
        phase: "moments",
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
        state,
        prepare: (step) => feed(noise, step),
        finish: () => walk.carry(program),
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

interface Match {
  readonly program: Program;
  readonly walk: Walk;
  /** What moves on beside the program. */
  readonly state: Resumable;
  readonly feed: (noise: Stream, iteration: number) => void;
}

function createMatch(context: PhaseContext, options: MomentsOptions): Match {
  const { kernels, twin, stream } = context;
  const { batch = 16, paths = 16, clipNorm = 1, driftRate = 0.2 } = options;
  const sets = repeatedSets(context);
  const period = twin.carrierPeriod;
  const chunk = commonSteps(sets, options.chunk ?? (period === undefined ? 20 : 2 * period));
  const lags = (options.lags ?? [1, 2, 4, 8, 16]).filter((lag) => lag < chunk);
  const observables = twin.observables.length;
  const shards = shardsFor(batch, paths);
  const examples = batch / shards;
  const graph = createChunkGraph(twin, { steps: chunk, examples, paths });
  const target = (name: string, cols = observables) =>
    input(name, [examples, cols], { steps: chunk });
  const targets = {
    mean: target("mean"),
    sd: target("sd"),
    precision: target("precision"),
    covariance: target("covariance", lags.length * observables),
  };
  const size = { steps: chunk, examples, paths, observables, lags };
  const loss = momentsLoss(graph.measured, targets, size);
  const drift = driftRate > 0 ? [{ parameters: graph.driftParameters, rate: driftRate }] : [];
  const groups = [...drift, { parameters: graph.noiseParameters }];
  const program = compile(kernels, {
    outputs: { state: { value: graph.state } },
    training: { loss, groups, clipNorm },
    shards,
  });
  program.setParameters(twin.parameters);
  const next = createJourneys(sets, chunk, childStream(stream, "paths"));
  const repeat = createGenerator(childStream(stream, "starts"));
  const walk = createWalk(twin, { steps: chunk, windows: batch, copies: paths }, next, (path) => ({
    ...path,
    repeat: repeat.integer(path.set.repeats),
  }));
  const moments = sets.map((set) => momentsOfRepeats(set, observables, lags));
  return {
    program,
    walk,
    state: together({ walk: walk.state, starts: resumeGenerator(repeat) }),
    feed: (noise, iteration) => {
      const windows = walk.advance(program, noise, iteration);
      const of = windows.map(({ set }) => moments[sets.indexOf(set)]);
      for (const name of momentNames) {
        program.setInput(
          name,
          gatherWindows(
            windows,
            chunk,
            of.map((m) => m[name]),
          ),
        );
      }
    },
  };
}

function repeatedSets({ dataset }: PhaseContext): PathSet[] {
  const sets = dataset.training.filter(({ repeats }) => repeats >= fewestMomentRepeats);
  if (sets.length > 0) return sets;
  const most = dataset.training.reduce((count, { repeats }) => Math.max(count, repeats), 0);
  throw fault("bad-value", {
    where: "fitTwin",
    what: "the objective 'moments' needs drives that were repeated",
    got: `at most ${most} repeats of a drive in the training data`,
    expected: `at least ${fewestMomentRepeats}`,
    fix: "Record some drives many times, or choose the objective kalman or energy-score",
  });
}
