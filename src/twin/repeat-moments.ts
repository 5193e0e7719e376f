import type { Window } from "./batch.ts";
import type { PathSet } from "./dataset.ts";
import { shrinkage } from "./moments-graph.ts";

/** Names of {@link RepeatMoments}, as in `MomentTargets`. */
export const momentNames = ["mean", "sd", "precision", "covariance"] as const;

/**
 * Moments of a set's repeats at the end of every step, standardised: [sequences, time, observables],
 * and [sequences, time, lags, observables] for cov(x_t, x_{t-lag}), zero where t < lag.
 */
export type RepeatMoments = { readonly [N in (typeof momentNames)[number]]: Float32Array };

/** A standard deviation below this share of its mean over the set counts as this share. */
const smallestShare = 0.1;
/** Standardised units, for a device that hardly scatters at all. */
const smallestSd = 1e-3;

/** Moments over the repeats of every drive of a set. */
export function momentsOfRepeats(
  set: PathSet,
  observables: number,
  lags: readonly number[],
): RepeatMoments {
  const { sequences, repeats, time } = set;
  const cells = time * observables;
  const mean = new Float32Array(sequences * cells);
  const sd = new Float32Array(sequences * cells);
  const covariance = new Float32Array(sequences * cells * lags.length);
  for (let n = 0; n < sequences; n++) {
    const deviation = deviationsOf(set, n, observables, mean.subarray(n * cells, (n + 1) * cells));
    for (let i = 0; i < cells; i++) {
      sd[n * cells + i] = Math.sqrt(deviation.covariance(i, i)) / shrinkage(repeats);
      const [t, x] = [Math.floor(i / observables), i % observables];
      lags.forEach((lag, l) => {
        if (t < lag) return;
        const to = ((n * time + t) * lags.length + l) * observables + x;
        covariance[to] = deviation.covariance(i, i - lag * observables);
      });
    }
  }
  return { mean, sd, precision: precisionOf(sd, observables), covariance };
}

/** Covariances over the repeats of one drive between cells, a cell being (time, observable). */
function deviationsOf(
  { path, repeats, time }: PathSet,
  sequence: number,
  observables: number,
  mean: Float32Array,
): { readonly covariance: (i: number, j: number) => number } {
  const cells = time * observables;
  const row = cells + observables;
  const at = (r: number, i: number) => (sequence * repeats + r) * row + observables + i;
  const values = new Float64Array(repeats * cells);
  for (let i = 0; i < cells; i++) {
    let sum = 0;
    for (let r = 0; r < repeats; r++) sum += path[at(r, i)];
    mean[i] = sum / repeats;
    for (let r = 0; r < repeats; r++) values[r * cells + i] = path[at(r, i)] - sum / repeats;
  }
  return {
    covariance: (i, j) => {
      let sum = 0;
      for (let r = 0; r < repeats; r++) sum += values[r * cells + i] * values[r * cells + j];
      return sum / (repeats - 1);
    },
  };
}

/** 1 / sd, bounded where the device scatters much less than usual. */
function precisionOf(sd: Float32Array, observables: number): Float32Array {
  const cells = sd.length / observables;
  const least = Array.from({ length: observables }, (_, x) => {
    let sum = 0;
    for (let i = 0; i < cells; i++) sum += sd[i * observables + x];
    return Math.max(smallestSd, (smallestShare * sum) / cells);
  });
  return sd.map((value, i) => 1 / Math.max(value, least[i % observables]));
}

/**
 * Values of windows, time-major as programs want them.
 *
 * @param values  Of each window's set, [sequences, time, cols].
 * @returns       [steps, windows, cols]
 */
export function gatherWindows(
  windows: readonly Window[],
  steps: number,
  values: readonly Float32Array[],
): Float32Array {
  const { set } = windows[0];
  const cols = values[0].length / (set.sequences * set.time);
  const out = new Float32Array(steps * windows.length * cols);
  windows.forEach((window, i) => {
    for (let t = 0; t < steps; t++) {
      const from = (window.sequence * window.set.time + window.from + t) * cols;
      out.set(values[i].subarray(from, from + cols), (t * windows.length + i) * cols);
    }
  });
  return out;
}
