// Covariances of a device's noise between its observables, at the same time and some steps apart.
import { createArray, createStream, type HostArray, type Stream } from "../base/index.ts";
import type { KernelModule } from "../engine/index.ts";
import type { PathSet } from "./dataset.ts";
import { simulateTwin } from "./simulate.ts";
import { removeSlowDrift } from "./slow-drift.ts";
import type { Twin } from "./twin.ts";

/** Covariances of noise by lag: index k holds E d_t d_{t-k}^T, symmetrised, standardised units. */
export interface NoiseCovariance {
  /** [observables, observables] each. */
  readonly lags: readonly HostArray[];
  /** Whether repeats gave it; otherwise it is what the drift leaves unexplained. */
  readonly fromRepeats: boolean;
}

/** With fewer repeats their mean says too little of what the device does without noise. */
export const fewestRepeats = 4;

/** The sets from which noise is read: those with repeats, or all where there are none. */
export function noisySets(sets: readonly PathSet[]): readonly PathSet[] {
  const repeated = sets.filter(({ repeats }) => repeats >= fewestRepeats);
  return repeated.length > 0 ? repeated : sets;
}

/**
 * Covariances of a device's noise: of repeats about their mean, without slow drift from run to run,
 * or, where nothing was repeated, of paths about the free run of the twin's drift.
 *
 * @param lags  How many, from lag 0.
 */
export function measureNoise(
  kernels: KernelModule,
  twin: Twin,
  sets: readonly PathSet[],
  lags: number,
): NoiseCovariance {
  const chosen = noisySets(sets);
  const fromRepeats = chosen[0].repeats >= fewestRepeats;
  const sums = createSums(twin.observables.length, lags);
  for (const set of chosen) {
    const response = responseOf(set, twin.observables.length);
    if (fromRepeats) {
      const steady = removeSlowDrift(response).response;
      sums.addRepeats(steady, set.length);
    } else {
      const free = simulateStandardised(kernels, twin, set, { repeats: 1 });
      sums.addAbout(response, free, set.length);
    }
  }
  return { lags: sums.covariances(), fromRepeats };
}

/** Realisations of a twin, enough for covariances, without making the device's repeats many times. */
const fewestPaths = 1600;

/** Covariances of the noise of a twin under the drives of some sets. */
export function simulateNoise(
  kernels: KernelModule,
  twin: Twin,
  sets: readonly PathSet[],
  lags: number,
  stream: Stream,
): NoiseCovariance {
  const sums = createSums(twin.observables.length, lags);
  const chosen = noisySets(sets);
  const sequences = chosen.reduce((sum, set) => sum + set.sequences, 0);
  const repeats = Math.max(fewestRepeats, Math.ceil(fewestPaths / sequences));
  for (const set of chosen) {
    sums.addRepeats(simulateStandardised(kernels, twin, set, { repeats, stream }), set.length);
  }
  return { lags: sums.covariances(), fromRepeats: true };
}

interface Simulated {
  readonly repeats: number;
  readonly stream?: Stream;
}

/** Paths of a twin under a set's drives, standardised; noise-free without a stream. */
function simulateStandardised(
  kernels: KernelModule,
  twin: Twin,
  set: PathSet,
  { repeats, stream }: Simulated,
): HostArray {
  const drive = createArray(
    [set.sequences, set.time, twin.inputs.length],
    Float64Array.from(set.drive),
  );
  const response = simulateTwin(kernels, twin, drive, {
    repeats,
    firstStep: set.firstStep,
    noise: stream !== undefined,
    stream: stream ?? createStream(0),
  });
  const scales = twin.scales.observables;
  response.data.forEach((value, i) => {
    const { mean, sd } = scales[i % scales.length];
    response.data[i] = (value - mean) / sd;
  });
  return response;
}

/** A set's paths without their starts, [sequences, repeats, time, observables]. */
function responseOf({ path, sequences, repeats, time }: PathSet, observables: number): HostArray {
  const response = createArray([sequences, repeats, time, observables]);
  const cells = time * observables;
  for (let row = 0; row < sequences * repeats; row++) {
    const from = row * (cells + observables) + observables;
    response.data.set(path.subarray(from, from + cells), row * cells);
  }
  return response;
}

/** Sums of products of deviations, path after path. */
interface Sums {
  /** Deviations from the mean over repeats, [sequences, repeats, time, observables]. */
  readonly addRepeats: (response: HostArray, length: ArrayLike<number>) => void;
  /** Deviations from a centre, [sequences, 1, time, observables]. */
  readonly addAbout: (response: HostArray, centre: HostArray, length: ArrayLike<number>) => void;
  readonly covariances: () => HostArray[];
}

function createSums(observables: number, lags: number): Sums {
  const sums = Array.from({ length: lags }, () => createArray([observables, observables]));
  const counts = new Float64Array(lags);
  const addPath = (d: Float64Array, steps: number, weight: number): void => {
    for (let lag = 0; lag < lags; lag++) {
      addProducts(sums[lag].data, d, observables, lag, steps);
      counts[lag] += weight * Math.max(0, steps - lag);
    }
  };
  const addAbout: Sums["addAbout"] = (response, centre, length) => {
    const [sequences, repeats, time] = response.shape;
    const cells = time * observables;
    const d = new Float64Array(cells);
    // The mean over repeats costs one of them.
    const weight = repeats > 1 ? (repeats - 1) / repeats : 1;
    for (let row = 0; row < sequences * repeats; row++) {
      const n = Math.floor(row / repeats);
      for (let i = 0; i < cells; i++) {
        d[i] = response.data[row * cells + i] - centre.data[n * cells + i];
      }
      addPath(d, length[n], weight);
    }
  };
  return {
    addAbout,
    addRepeats: (response, length) => addAbout(response, meanOverRepeats(response), length),
    covariances: () => sums.map((sum, lag) => symmetric(sum, 1 / Math.max(1, counts[lag]))),
  };
}

function meanOverRepeats({ shape, data }: HostArray): HostArray {
  const [sequences, repeats, time, observables] = shape;
  const cells = time * observables;
  const centre = createArray([sequences, 1, time, observables]);
  for (let row = 0; row < sequences * repeats; row++) {
    const to = Math.floor(row / repeats) * cells;
    for (let i = 0; i < cells; i++) centre.data[to + i] += data[row * cells + i] / repeats;
  }
  return centre;
}

/** Add d_t d_{t-lag}^T for all t of a path; at lag 0 only the lower half. */
function addProducts(
  sum: Float64Array,
  d: Float64Array,
  cols: number,
  lag: number,
  steps: number,
): void {
  for (let t = lag; t < steps; t++) {
    const [now, before] = [t * cols, (t - lag) * cols];
    for (let x = 0; x < cols; x++) {
      const value = d[now + x];
      const last = lag === 0 ? x : cols - 1;
      for (let y = 0; y <= last; y++) sum[x * cols + y] += value * d[before + y];
    }
  }
  if (lag > 0) return;
  for (let x = 0; x < cols; x++) for (let y = 0; y < x; y++) sum[y * cols + x] = sum[x * cols + y];
}

/** (A + A^T) / 2 times a factor. */
function symmetric({ shape, data }: HostArray, factor: number): HostArray {
  const n = shape[0];
  return createArray(
    shape,
    data.map((value, i) => (factor * (value + data[(i % n) * n + Math.floor(i / n)])) / 2),
  );
}
