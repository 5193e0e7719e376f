// Observation noise in closed form: what repeats scatter about their mean and process noise does not
// explain is the instrument's. Its covariance over observables becomes few shared patterns and a
// diagonal, so that nothing nearly singular is ever inverted.
import { childStream, createArray, fault, type HostArray, type Stream } from "../base/index.ts";
import type { KernelModule, ParameterSet } from "../engine/index.ts";
import type { PathSet } from "./dataset.ts";
import { createFreeRunJudge } from "./free-run-score.ts";
import { lowRankOf, patternsOf } from "./low-rank.ts";
import { measureNoise, type NoiseCovariance, simulateNoise } from "./noise-covariance.ts";
import { keepSources, noiseColumns } from "./noise-sources.ts";
import type { Phase, PhaseContext } from "./phase.ts";
import { ranksOf, type Twin } from "./twin.ts";

/** Options of the closed form. */
export interface ObservationOptions {
  /** Share of the noise variance that the device must remember for process noise to stay (default 0.1). */
  readonly material?: number;
}

/**
 * Give the observation noise the covariance of the device's noise less that of the twin's process
 * noise, simulated under the same drives.
 *
 * Where the device remembers less than a material share of its noise, the process noise is silenced
 * first: all of it is the instrument's. Needs a twin with `observationNoise`; without repeats the
 * paths are compared with the free run of the drift, whose errors then count as noise.
 *
 * @source  RECIPES, step 2; METHOD 2.2.
 */
export function createObservationPhase(options: ObservationOptions = {}): Phase {
  const phase: Phase = {
    name: "observation",
    steps: 0,
    withSteps: () => phase,
    measureRate: () => 1e-3,
    // No updates, so nothing to report on the way; a resumed fit computes the same again.
    // biome-ignore lint/correctness/useYield: a phase is a generator
    async *fit(context) {
      const twin = fitObservation(context, options);
      const validation = createFreeRunJudge({ ...context, twin })(twin.parameters);
      return { twin, steps: 0, validation };
    },
  };
  return phase;
}

function fitObservation(
  { kernels, twin, dataset, stream }: PhaseContext,
  { material = 0.1 }: ObservationOptions,
): Twin {
  checkObserved(twin);
  const noise = measureNoise(kernels, twin, dataset.training, 3);
  const kept = splitByMemory(noise).share < material ? scaleProcess(twin, silent) : twin;
  const process = keepSources(kept, ["white", "coloured"]);
  const own = simulateNoise(kernels, process, dataset.training, 1, childStream(stream, "paths"));
  return setObservation(kept, difference(noise.lags[0], own.lags[0]));
}

function checkObserved({ observationNoise }: Twin): void {
  if (observationNoise) return;
  throw fault("bad-value", {
    where: "fitTwin",
    what: "the objective 'observation' needs a twin with observation noise",
    got: "observationNoise false",
    expected: "observationNoise true",
    fix: "Set `observationNoise: true`, or choose another objective",
  });
}

/** Factor on process noise that leaves none to speak of, and yet a scale to train from. */
const silent = 1e-3;

/** What a device remembers of its noise. */
export interface RememberedNoise {
  /** Covariance at lag 0 of what is remembered, [observables, observables]. */
  readonly covariance: HostArray;
  /** Of its variance, from one step to the next. */
  readonly memory: number;
  /** Of the whole variance, in units of the standardised observables. */
  readonly share: number;
}

/** Memory beyond which an extrapolation to lag 0 says nothing. */
const memoryRange = [0.3, 0.98] as const;

// C_k = m^k P for k > 0:  m = tr C_2 / tr C_1,  P = C_1 / m

/** Extrapolate covariances at lags 1 and 2 to what is remembered at lag 0. */
export function splitByMemory({ lags: [whole, one, two] }: NoiseCovariance): RememberedNoise {
  const first = trace(one);
  const [least, most] = memoryRange;
  const memory = first > 0 ? Math.min(most, Math.max(least, trace(two) / first)) : least;
  const share = Math.min(1, Math.max(0, first / memory / trace(whole)));
  const covariance = createArray(
    one.shape,
    one.data.map((value) => (first > 0 ? value / memory : 0)),
  );
  return { covariance, memory, share };
}

const trace = ({ shape: [n], data }: HostArray): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += data[i * (n + 1)];
  return sum;
};

/**
 * Start the noise that observables share from the covariances of the device's noise: what is
 * remembered enters the dynamics, the rest is the measurement's.
 *
 * The size of the process noise is then corrected by what the twin itself remembers.
 */
export function startSharedNoise(
  kernels: KernelModule,
  twin: Twin,
  sets: readonly PathSet[],
  stream: Stream,
): Twin {
  const noise = measureNoise(kernels, twin, sets, 3);
  const { covariance, memory } = splitByMemory(noise);
  const remembered = positivePart(covariance);
  const observed = twin.observationNoise
    ? setObservation(twin, difference(noise.lags[0], remembered))
    : twin;
  let started = setProcess(observed, remembered, Math.sqrt(1 - memory * memory));
  for (let round = 0; round < corrections; round++) {
    const process = keepSources(started, ["white", "coloured"]);
    const own = simulateNoise(kernels, process, sets, 2, childStream(stream, round));
    const ratio = trace(noise.lags[1]) / trace(own.lags[1]);
    if (!(ratio > 0) || !Number.isFinite(ratio)) break;
    started = scaleProcess(started, Math.min(3, Math.max(1 / 3, Math.sqrt(ratio))));
  }
  return started;
}

const corrections = 2;

/** Rows of the low-rank and diagonal parts of a covariance, put into a twin's observation noise. */
export function setObservation(twin: Twin, covariance: HostArray): Twin {
  const { increments } = twin.scales;
  const { pattern, own } = lowRankOf(covariance, ranksOf(twin).observation);
  const { observed, sharedObservation } = noiseColumns(twin);
  const scaled = setConstant(twin, [
    ...observed.map((at, i) => [at, own[i] / increments[i]] as const),
    ...sharedObservation.map((at) => [at, 1] as const),
  ]);
  return setPattern(scaled, "observation", pattern);
}

/** Share of the variance of a kick that each observable has to itself where most is shared. */
const ownKick = 0.02;

/** White process noise whose kicks have a covariance, times `factor` squared. */
function setProcess(twin: Twin, covariance: HostArray, factor: number): Twin {
  const { increments } = twin.scales;
  const n = increments.length;
  const { process } = ranksOf(twin);
  const share = process > 0 ? ownKick : 1;
  const { white, sharedProcess } = noiseColumns(twin);
  const sds = Array.from({ length: n }, (_, i) => {
    const variance = share * Math.max(0, covariance.data[i * (n + 1)]);
    return Math.max((factor * Math.sqrt(variance)) / increments[i], silent);
  });
  const scaled = setConstant(twin, [
    ...white.map((at, i) => [at, sds[i]] as const),
    ...sharedProcess.map((at) => [at, 1] as const),
  ]);
  return setPattern(scaled, "process", patternsOf(covariance, process), factor);
}

/** Make columns of G constant: g_0 as given, the network's last weights zero. */
function setConstant(twin: Twin, columns: readonly (readonly [at: number, g: number])[]): Twin {
  const diffusion = [...twin.scales.diffusion];
  const layer = `diffusion.${twin.diffusion.hidden.length}`;
  const { [`${layer}.weight`]: weight, [`${layer}.bias`]: bias } = twin.parameters;
  const rows = weight.data.slice();
  const shifts = bias.data.slice();
  const width = weight.shape[1];
  for (const [at, g] of columns) {
    diffusion[at] = g;
    rows.fill(0, at * width, (at + 1) * width);
    shifts[at] = 0;
  }
  const parameters: ParameterSet = {
    ...twin.parameters,
    [`${layer}.weight`]: { shape: weight.shape, data: rows },
    [`${layer}.bias`]: { shape: bias.shape, data: shifts },
  };
  return { ...twin, scales: { ...twin.scales, diffusion }, parameters };
}

function setPattern(twin: Twin, of: string, pattern: HostArray, factor = 1): Twin {
  const name = `shared.${of}`;
  if (!twin.parameters[name]) return twin;
  const { increments } = twin.scales;
  const data = Float32Array.from(
    pattern.data,
    (value, i) => (factor * value) / increments[i % increments.length],
  );
  const shape = twin.parameters[name].shape;
  return { ...twin, parameters: { ...twin.parameters, [name]: { shape, data } } };
}

/** All noise that enters the dynamics, times a factor. */
function scaleProcess(twin: Twin, factor: number): Twin {
  const diffusion = [...twin.scales.diffusion];
  const { auxiliary, white, sharedProcess } = noiseColumns(twin);
  for (const at of [...auxiliary, ...white, ...sharedProcess]) diffusion[at] *= factor;
  return { ...twin, scales: { ...twin.scales, diffusion } };
}

/** A - B, its variances at least a hundredth of those of A. */
function difference(a: HostArray, b: HostArray): HostArray {
  const n = a.shape[0];
  return createArray(
    a.shape,
    a.data.map((value, i) => {
      const left = value - b.data[i];
      return i % (n + 1) === 0 ? Math.max(left, 0.01 * value) : left;
    }),
  );
}

/** The matrix without its negative directions. */
function positivePart(matrix: HostArray): HostArray {
  const n = matrix.shape[0];
  const { data } = patternsOf(matrix, n);
  const result = createArray([n, n]);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) result.data[i * n + j] += data[k * n + i] * data[k * n + j];
    }
  }
  return result;
}
