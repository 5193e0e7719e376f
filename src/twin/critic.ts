import { childStream, createGenerator, type Generator, type Stream } from "../base/index.ts";
import { compile, concat, input, type Node, type Program, shardsFor } from "../engine/index.ts";
import { type Activation, cosineRate, initialWeights } from "../nn/index.ts";
import { commonSteps } from "./batch.ts";
import { type Resumable, resumeGenerator, resumeProgram, together } from "./checkpoint.ts";
import {
  type CriticLayers,
  createCritic,
  criticLoss,
  featureMomentsLoss,
  flattenPaths,
  scoreLoss,
} from "./critic-graph.ts";
import { createFreeRunJudge } from "./free-run-score.ts";
import { type Phase, type PhaseContext, secondsPerRun, train } from "./phase.ts";
import type { Twin } from "./twin.ts";
import { createChunkGraph, createJourneys, createWalk, createWindowJourneys } from "./walk.ts";

/** Options of the two objectives with a critic. */
export interface CriticOptions {
  /** Updates of the twin (default 1500). */
  readonly steps?: number;
  /** Updates of the critic before each of the twin's (default 5). */
  readonly criticSteps?: number;
  /** Measured and simulated windows per update (default 64). */
  readonly batch?: number;
  /** Steps of a window (default 20, two turns for devices with a carrier). */
  readonly chunk?: number;
  /** Whether the twin runs on from window to window, or starts in the middle of paths with a = 0. */
  readonly start?: "free-running" | "windows";
  /** Hidden layers of the critic (default 64-64). */
  readonly hidden?: readonly number[];
  /** Default "silu". */
  readonly activation?: Activation;
  /** Weight of the gradient penalty (default 10). */
  readonly penalty?: number;
  /** First rate of G, R, W and the memories (default 5e-4). */
  readonly learningRate?: number;
  /** First rate of the critic (default 1e-3). */
  readonly criticRate?: number;
  /** Factor on the rate for F (default 0.2); 0 freezes it. */
  readonly driftRate?: number;
  /** Validations in a row without a better one after which the phase ends early (default: none). */
  readonly patience?: number;
  /** Largest norm of the twin's gradient (default 1). */
  readonly clipNorm?: number;
}

/** What the twin makes of the critic: raise its score, or match the moments of its features. */
export type CriticGoal = "wgan-gp" | "critic-moments";

/** The critic's own Adam settings, and the twin's against it. */
const adversarial = { beta1: 0, beta2: 0.9 };

/**
 * Fit the law of windows against a critic that learns to tell them from measured ones.
 *
 * The critic sees observables and drive of a window side by side. It and the twin learn in turns, in
 * two programs that hand each other their weights; a third walks the twin for the critic. Weights
 * are chosen by the score of free-running paths, which no critic sees.
 *
 * @param goal  `wgan-gp`: option [1, 0, 0] of the source's code; `critic-moments`: [0, 1, 1].
 * @source      Manneschi et al. 2025, arXiv:2401.07387, Methods; Gulrajani et al. 2017,
 *              arXiv:1704.00028.
 */
export function createCriticPhase(goal: CriticGoal, options: CriticOptions = {}): Phase {
  const { steps = 1500, criticSteps = 5 } = options;
  return {
    name: goal,
    steps,
    withSteps: (count) => createCriticPhase(goal, { ...options, steps: count }),
    measureRate: (context, clock) => {
      const duel = createDuel(context, goal, options);
      const generator = createGenerator(context.stream);
      duel.teach(context.stream, 0, generator, 0);
      duel.feed(context.stream, 1);
      const [twin, critic, walker] = [duel.program, duel.critic, duel.walker].map((program) =>
        secondsPerRun(program, clock),
      );
      return twin + criticSteps * (critic + walker);
    },
    async *fit(context) {
      const duel = createDuel(context, goal, options);
      const noise = childStream(context.stream, "noise");
      const generator = createGenerator(childStream(context.stream, "mix"));
      const criticRate = options.criticRate ?? 1e-3;
      try {
        const result = yield* train({
          phase: goal,
          program: duel.program,
          done: 0,
          total: steps,
          steps,
          learningRate: options.learningRate ?? 5e-4,
          update: adversarial,
          every: Math.max(50, Math.ceil(steps / 20)),
          patience: options.patience,
          signal: context.signal,
          onPlan: context.onPlan,
          course: context.course,
          state: together({ duel: duel.state, mix: resumeGenerator(generator) }),
          prepare: (step) => {
            const rate = cosineRate(step, steps, { first: criticRate });
            const first = step * (criticSteps + 1);
            for (let i = 0; i < criticSteps; i++) duel.teach(noise, first + i, generator, rate);
            duel.feed(noise, first + criticSteps);
          },
          finish: duel.finish,
          validate: createFreeRunJudge(context),
        });
        const kept = Object.entries(result.parameters).filter(([name]) => !isCritic(name));
        const parameters = { ...context.twin.parameters, ...Object.fromEntries(kept) };
        return {
          twin: { ...context.twin, parameters },
          steps: result.steps,
          validation: result.validation,
        };
      } finally {
        duel.critic.close();
        duel.walker.close();
      }
    },
  };
}

const isCritic = (name: string): boolean => name.startsWith("critic.");

/** The twin and its critic, learning in turns. */
interface Duel {
  /** Trains the twin; holds the critic's weights too. */
  readonly program: Program;
  readonly critic: Program;
  /** Walks the twin without learning. */
  readonly walker: Program;
  /** Walk all paths on by a window and let the critic learn from it. */
  readonly teach: (noise: Stream, iteration: number, mix: Generator, rate: number) => void;
  /** Walk all paths on by a window on which the twin will learn. */
  readonly feed: (noise: Stream, iteration: number) => void;
  /** After an update of the twin. */
  readonly finish: () => void;
  /** What moves on beside the twin's program. */
  readonly state: Resumable;
}

function createDuel(context: PhaseContext, goal: CriticGoal, options: CriticOptions): Duel {
  const { twin, dataset, stream } = context;
  const { batch = 64, hidden = [64, 64], activation = "silu" } = options;
  const period = twin.carrierPeriod;
  const chunk = commonSteps(
    dataset.training,
    options.chunk ?? (period === undefined ? 20 : 2 * period),
  );
  const inputs = chunk * (twin.observables.length + twin.inputs.length);
  const size: DuelSize = { chunk, batch, layers: { inputs, hidden, activation } };
  const program = createTwinProgram(context, goal, size, options);
  const critic = createCriticProgram(context, size, options.penalty ?? 10);
  const walker = createWalker(context, size);
  const weights = initialWeights(
    "critic",
    [inputs, ...hidden, 1],
    { activation },
    childStream(stream, "critic"),
  );
  critic.setParameters(weights);
  program.setParameters({ ...twin.parameters, ...weights });
  walker.setParameters(twin.parameters);
  const create = options.start === "windows" ? createWindowJourneys : createJourneys;
  const next = create(dataset.training, chunk, childStream(stream, "paths"));
  const walk = createWalk(twin, { steps: chunk, windows: batch, copies: 1 }, next);
  return {
    program,
    critic,
    walker,
    teach: (noise, iteration, mix, rate) => {
      walk.advance(walker, noise, iteration);
      walker.run();
      walk.carry(walker);
      critic.setInput("measured", walk.batch.target);
      critic.setInput("simulated", walker.read("measured"));
      critic.setInput("held", standardDrive(twin, walk.batch.drive));
      critic.setInput(
        "mix",
        Float32Array.from({ length: batch }, () => mix.uniform()),
      );
      critic.run();
      critic.update({ ...adversarial, learningRate: rate });
    },
    feed: (noise, iteration) => {
      program.setParameters(critic.getParameters());
      walk.advance(program, noise, iteration);
      program.setInput("held", standardDrive(twin, walk.batch.drive));
      if (goal === "critic-moments") program.setInput("target", walk.batch.target);
    },
    finish: () => {
      walk.carry(program);
      walker.setParameters(program.getParameters());
    },
    state: together({
      ...{ walk: walk.state, critic: resumeProgram(critic), walker: resumeProgram(walker) },
    }),
  };
}

interface DuelSize {
  readonly chunk: number;
  readonly batch: number;
  readonly layers: CriticLayers;
}

/** Windows as the critic sees them: observables, then the drive, [examples, inputs]. */
const windowOf = (observables: Node, held: Node, chunk: number): Node =>
  concat([flattenPaths(observables, chunk), flattenPaths(held, chunk)]);

function createTwinProgram(
  { kernels, twin }: PhaseContext,
  goal: CriticGoal,
  { chunk, batch, layers }: DuelSize,
  { driftRate = 0.2, clipNorm = 1 }: CriticOptions,
): Program {
  // Moments are of the whole batch: cut in shards they would be of each.
  const shards = goal === "wgan-gp" ? shardsFor(batch) : 1;
  const examples = batch / shards;
  const graph = createChunkGraph(twin, { steps: chunk, examples, paths: 1 });
  const held = input("held", [examples, twin.inputs.length], { steps: chunk });
  const simulated = windowOf(graph.measured, held, chunk);
  const critic = createCritic(layers);
  const loss = (): Node => {
    if (goal === "wgan-gp") return scoreLoss(critic, simulated);
    const target = input("target", [examples, twin.observables.length], { steps: chunk });
    return featureMomentsLoss(critic, { measured: windowOf(target, held, chunk), simulated });
  };
  const drift = driftRate > 0 ? [{ parameters: graph.driftParameters, rate: driftRate }] : [];
  const groups = [...drift, { parameters: graph.noiseParameters }];
  return compile(kernels, {
    outputs: { state: { value: graph.state } },
    training: { loss: loss(), groups, clipNorm },
    shards,
  });
}

function createCriticProgram(
  { kernels, twin }: PhaseContext,
  { chunk, batch, layers }: DuelSize,
  penalty: number,
): Program {
  const shards = shardsFor(batch);
  const examples = batch / shards;
  const path = (name: string, cols: number) => input(name, [examples, cols], { steps: chunk });
  const [observables, inputs] = [twin.observables.length, twin.inputs.length];
  const held = path("held", inputs);
  const [measured, simulated] = ["measured", "simulated"].map((name) =>
    windowOf(path(name, observables), held, chunk),
  );
  const critic = createCritic(layers);
  const mix = input("mix", [examples, 1]);
  const loss = criticLoss(critic, { measured, simulated }, mix, penalty);
  return compile(kernels, {
    outputs: {},
    training: { loss, groups: [{ parameters: critic.parameters }] },
    shards,
  });
}

function createWalker({ kernels, twin }: PhaseContext, { chunk, batch }: DuelSize): Program {
  const shards = shardsFor(batch);
  const graph = createChunkGraph(twin, { steps: chunk, examples: batch / shards, paths: 1 });
  const outputs = {
    measured: { value: graph.measured, steps: chunk },
    state: { value: graph.state },
  };
  return compile(kernels, { outputs, shards });
}

/** The drive of a walk's chunk, -1 .. 1 over the recorded range. */
function standardDrive(twin: Twin, drive: Float32Array): Float32Array {
  const { limits } = twin;
  return drive.map((value, i) => {
    const { min, max } = limits[i % limits.length];
    return max > min ? (2 * value - min - max) / (max - min) : 0;
  });
}
