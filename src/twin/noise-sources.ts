// The sources of a twin's noise, and the twin with some of them switched off.
import type { Twin } from "./twin.ts";

/** Where a twin's noise comes from. */
export type NoiseSource = "observation" | "white" | "coloured" | "start";

/** Every source, in the order in which it is told. */
export const noiseSources: readonly NoiseSource[] = ["observation", "white", "coloured", "start"];

/** Rows of G that drive a source: first and number. The start has none. */
const rowsOf: { readonly [S in NoiseSource]: (twin: Twin) => readonly [number, number] } = {
  coloured: ({ auxiliaries }) => [0, auxiliaries],
  white: ({ auxiliaries, observables }) => [auxiliaries, observables.length],
  observation: ({ auxiliaries, observables, observationNoise }) => [
    auxiliaries + observables.length,
    observationNoise ? observables.length : 0,
  ],
  start: () => [0, 0],
};

/** The sources that a twin has. */
export function sourcesOf(twin: Twin): NoiseSource[] {
  return noiseSources.filter((source) =>
    source === "start"
      ? twin.start.factor.some((row) => row.some((value) => value !== 0))
      : rowsOf[source](twin)[1] > 0,
  );
}

/** The twin with the noise of these sources alone: G of the others is zero, their normals stay. */
export function keepSources(twin: Twin, kept: readonly NoiseSource[]): Twin {
  const diffusion = [...twin.scales.diffusion];
  for (const source of noiseSources) {
    const [first, count] = rowsOf[source](twin);
    if (!kept.includes(source)) diffusion.fill(0, first, first + count);
  }
  const { mean, factor } = twin.start;
  const sharp = factor.map((row) => row.map(() => 0));
  const start = kept.includes("start") ? twin.start : { mean, factor: sharp };
  return { ...twin, start, scales: { ...twin.scales, diffusion } };
}
