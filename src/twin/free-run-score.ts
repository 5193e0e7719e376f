import { childStream } from "../base/index.ts";
import { compile, input, type Node, type ParameterSet } from "../engine/index.ts";
import { commonSteps } from "./batch.ts";
import type { PhaseContext } from "./phase.ts";
import { energyScore, type ScoreTerm } from "./score-graph.ts";
import type { Twin } from "./twin.ts";
import { type ChunkGraph, createChunkGraph, createJourneys, createWalk } from "./walk.ts";

/** How paths are cut and scored. */
export interface ScoreSettings {
  /** Steps per chunk. */
  readonly chunk: number;
  /** Paths of the twin per measured path. */
  readonly paths: number;
  readonly terms: readonly ScoreTerm[];
}

const validationPaths = 192;

/** Settings for a twin and its recording; what is not chosen is the default. */
export function chooseScore(
  { twin, dataset }: Pick<PhaseContext, "twin" | "dataset">,
  chosen: Partial<ScoreSettings>,
): ScoreSettings {
  const period = twin.carrierPeriod;
  const wanted = chosen.chunk ?? (period === undefined ? 20 : 2 * period);
  const chunk = commonSteps([...dataset.training, ...dataset.validation], wanted);
  return { chunk, paths: chosen.paths ?? 4, terms: chosen.terms ?? defaultTerms(chunk, period) };
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

/** A chunk of free-running paths and its score against input "target". */
export interface ScoredChunk extends Omit<ChunkGraph, "measured"> {
  readonly loss: Node;
}

/** Build the score of one chunk. */
export function createScoredChunk(
  twin: Twin,
  { chunk, paths, terms }: ScoreSettings,
  examples: number,
): ScoredChunk {
  const observables = twin.observables.length;
  const size = { steps: chunk, examples, paths };
  const { measured, ...graph } = createChunkGraph(twin, size);
  const target = input("target", [examples, observables], { steps: chunk });
  const unit = twin.observables.map(() => 1);
  const scaled = terms.map((term) => ({
    ...term,
    scales: term.lag === 0 ? unit : twin.scales.increments,
  }));
  return { ...graph, loss: energyScore(measured, target, { ...size, observables }, scaled) };
}

/**
 * Judge weights by the mean score of fixed, free-running paths from reset to end, the same noise at
 * every call: the yardstick of every noise phase, whatever it minimises.
 */
export function createFreeRunJudge(
  { kernels, twin, dataset, judging }: PhaseContext,
  chosen: Partial<ScoreSettings> = {},
): (parameters: ParameterSet) => number {
  const settings = chooseScore({ twin, dataset }, chosen);
  const { chunk, paths } = settings;
  const graph = createScoredChunk(twin, settings, validationPaths);
  const program = compile(kernels, {
    outputs: { state: { value: graph.state }, loss: { value: graph.loss } },
  });
  program.setParameters(twin.parameters);
  const { next, sets } = createJourneys(dataset.validation, chunk, childStream(judging, "paths"));
  const fixed = Array.from({ length: validationPaths }, () => next(false));
  const longest = fixed.reduce((most, { chunks }) => Math.max(most, chunks), 0);
  const noise = childStream(judging, "noise");
  return (parameters) => {
    program.setParameters(parameters);
    let index = 0;
    const size = { steps: chunk, windows: validationPaths, copies: paths };
    const walk = createWalk(twin, size, { sets, next: () => fixed[index++ % fixed.length] });
    let sum = 0;
    for (let i = 0; i < longest; i++) {
      walk.advance(program, noise, i);
      program.setInput("target", walk.batch.target);
      program.run();
      walk.carry(program);
      sum += program.read("loss")[0];
    }
    return sum / longest;
  };
}
