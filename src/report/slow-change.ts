// Slow change of a device over its repeats, in the order in which they were measured.

import type { RecordingPart } from "../data/index.ts";
import { acrossRepeats, traces } from "./samples.ts";
import { mean, standardDeviation } from "./statistics.ts";

/** The mean deviation of the repeats at one place in the order of acquisition. */
export interface SlowChange {
  /** 0 for the first of each drive that was measured. */
  readonly place: number;
  /** Mean over sequences and times of the deviation from the mean over repeats, device units. */
  readonly deviation: number;
  /** Standard error over sequences; NaN of a single one. */
  readonly standardError: number;
}

/** Repeats of one sequence from first to last measured. */
const acquired = (part: RecordingPart, sequence: number): readonly number[] => {
  const repeats = part.response.shape[1];
  const position = (repeat: number): number => part.order?.[sequence * repeats + repeat] ?? repeat;
  return Array.from({ length: repeats }, (_, r) => r).sort((a, b) => position(a) - position(b));
};

/**
 * How far each repeat lies above or below the mean over repeats, by its place in the order of
 * acquisition.
 *
 * @param part  Response [sequences, repeats, time, observables]; `order` where it was kept.
 */
export function slowChange(part: RecordingPart, observable: number): readonly SlowChange[] {
  const [sequences, repeats, time] = part.response.shape;
  const deviations = Array.from({ length: sequences }, (_, sequence) => {
    const all = traces(part.response, sequence, observable);
    const centre = Float64Array.from({ length: time }, (_, t) => mean(acrossRepeats(all, t)));
    return acquired(part, sequence).map((repeat) => mean(all[repeat].map((y, t) => y - centre[t])));
  });
  return Array.from({ length: repeats }, (_, place) => {
    const here = deviations.map((row) => row[place]);
    return {
      place,
      deviation: mean(here),
      standardError: standardDeviation(here) / Math.sqrt(sequences),
    };
  });
}
