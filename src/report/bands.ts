// Mean and quantiles over repeats at each time: how a response with its noise is drawn.

import type { CsvColumn } from "./csv.ts";
import { axisLabel } from "./number.ts";
import { acrossRepeats } from "./samples.ts";
import { mean, quantiles } from "./statistics.ts";

/** Mean over repeats and the edges of the central 90 % and 50 %, each [time]. */
export interface Bands {
  readonly mean: readonly number[];
  /** From the lowest quantile to the highest: 5, 25, 75 and 95 %. */
  readonly edges: readonly (readonly number[])[];
}

const levels = [0.05, 0.25, 0.75, 0.95] as const;

/** Bands of repeats, [time] each, at the given steps. */
export function bandsOf(repeats: readonly Float64Array[], steps: readonly number[]): Bands {
  const samples = steps.map((t) => acrossRepeats(repeats, t));
  const cuts = samples.map((values) => quantiles(values, levels));
  return {
    mean: samples.map(mean),
    edges: levels.map((_, level) => cuts.map((cut) => cut[level])),
  };
}

/** The numbers of bands: "device mean (mV)", "device 5 % quantile (mV)" and so on. */
export function bandColumns(who: string, unit: string, bands: Bands): CsvColumn[] {
  return [
    { heading: axisLabel(`${who} mean`, unit), values: bands.mean },
    ...levels.map((level, i) => ({
      heading: axisLabel(`${who} ${Math.round(100 * level)} % quantile`, unit),
      values: bands.edges[i],
    })),
  ];
}
