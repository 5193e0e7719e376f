// The sources of a twin's noise, and the twin with some of them switched off.
import { ranksOf, type Twin } from "./twin.ts";

/** Where a twin's noise comes from. */
export type NoiseSource = "observation" | "white" | "coloured" | "start";

/** Every source, in the order in which it is told. */
export const noiseSources: readonly NoiseSource[] = ["observation", "white", "coloured", "start"];

/** What a column of G is the amplitude of, in the order of the columns. */
export type NoiseColumn =
  | "auxiliary"
  | "white"
  | "observed"
  | "sharedProcess"
  | "sharedObservation";

/** The columns of G by what they drive. */
export function noiseColumns(twin: Twin): { readonly [C in NoiseColumn]: readonly number[] } {
  const { process, observation } = ranksOf(twin);
  const count = twin.observables.length;
  let from = 0;
  const next = (columns: number): number[] => {
    from += columns;
    return Array.from({ length: columns }, (_, i) => from - columns + i);
  };
  return {
    auxiliary: next(twin.auxiliaries),
    white: next(count),
    observed: next(twin.observationNoise ? count : 0),
    sharedProcess: next(process),
    sharedObservation: next(observation),
  };
}

/** Columns of G that drive a source; what observables share counts to its source. */
function columnsOf(twin: Twin): { readonly [S in NoiseSource]: readonly number[] } {
  const columns = noiseColumns(twin);
  return {
    coloured: columns.auxiliary,
    white: [...columns.white, ...columns.sharedProcess],
    observation: [...columns.observed, ...columns.sharedObservation],
    start: [],
  };
}

/** The sources that a twin has. */
export function sourcesOf(twin: Twin): NoiseSource[] {
  const columns = columnsOf(twin);
  return noiseSources.filter((source) =>
    source === "start"
      ? twin.start.factor.some((row) => row.some((value) => value !== 0))
      : columns[source].length > 0,
  );
}

/** The twin with the noise of these sources alone: G of the others is zero, their normals stay. */
export function keepSources(twin: Twin, kept: readonly NoiseSource[]): Twin {
  const diffusion = [...twin.scales.diffusion];
  const columns = columnsOf(twin);
  for (const source of noiseSources) {
    if (!kept.includes(source)) for (const at of columns[source]) diffusion[at] = 0;
  }
  const { mean, factor } = twin.start;
  const sharp = factor.map((row) => row.map(() => 0));
  const start = kept.includes("start") ? twin.start : { mean, factor: sharp };
  return { ...twin, start, scales: { ...twin.scales, diffusion } };
}
