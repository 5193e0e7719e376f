import { childStream, type HostArray, type Stream } from "../base/index.ts";
import type { RecordingPart } from "../data/index.ts";
import type { KernelModule } from "../engine/index.ts";
import {
  compareRepeats,
  type FitProgress,
  noiseBudget,
  removeSlowDrift,
  type Twin,
  type TwinValidation,
} from "../twin/index.ts";
import type { Progress } from "./verb.ts";

/** What a twin is judged by. */
export interface Judgement {
  /** Repeats of the device. */
  readonly part: RecordingPart;
  /** Realisations of the twin under the same drives. */
  readonly realisations: HostArray;
  /** Drives of the fit, each [sequences, time, inputs], where they are known. */
  readonly recorded?: readonly HostArray[];
}

/** Judge a twin: errors beside their floors, a map along the drive, and the budget of the noise. */
export function judgeTwin(
  kernels: KernelModule,
  twin: Twin,
  { part, realisations, recorded }: Judgement,
  stream: Stream,
): TwinValidation {
  const { drive, response, order } = part;
  const { inputs, limits, scales } = twin;
  const compared = compareRepeats(response, realisations, {
    stream: childStream(stream, "floors"),
    scale: scales.observables.map(({ sd }) => sd),
    order,
    driven: { drive, inputs, limits, recorded },
  });
  const steady = removeSlowDrift(response, order);
  const options = { stream: childStream(stream, "budget") };
  return { ...compared, noiseBudget: noiseBudget(kernels, twin, { drive, steady }, options) };
}

/** A report of a fit, as front ends draw it. */
export function progressOf({ phase, step, steps, loss, validation }: FitProgress): Progress {
  const measures = { loss, validation };
  return { stage: `fit: ${phase}`, done: step, total: steps, unit: "updates", measures };
}
