import { childStream, fault, type Stream } from "../base/index.ts";
import type { Recording } from "../data/index.ts";
import type { KernelModule, ParameterSet } from "../engine/index.ts";
import { createCourse, type FitCheckpoint, type KeepCheckpoint } from "./checkpoint.ts";
import { createDataset, type PathSet, type TwinDataset } from "./dataset.ts";
import { oneStepResiduals } from "./drift.ts";
import { createPhases, type ObjectiveName, type ObjectiveOptions } from "./objectives.ts";
import { startSharedNoise } from "./observation.ts";
import type { FitProgress, Phase, PhaseContext, PhaseResult } from "./phase.ts";
import {
  createTwin,
  type DataCount,
  type PhaseRecord,
  ranksOf,
  type Twin,
  type TwinOptions,
} from "./twin.ts";

/** A time budget, turned into numbers of updates before the fit begins. */
export interface FitBudget {
  /** Aim, s of the clock. */
  readonly seconds: number;
  /** The caller's clock, s; read only while the rate is measured. */
  readonly clock: () => number;
  /** Share of the time that goes to the drift (default 0.3; the other objectives share the rest). */
  readonly driftShare?: number;
}

/** Options of {@link fitTwin}. */
export interface FitOptions extends ObjectiveOptions {
  readonly twin?: TwinOptions;
  /** Share of the sequences kept for validation (default 0.1). */
  readonly validationShare?: number;
  /** What is minimised, one after the other (default ["drift", "energy-score"]). */
  readonly objectives?: readonly ObjectiveName[];
  /** Replaces the phases' `steps`. */
  readonly budget?: FitBudget;
}

/** What a fit needs from its caller. */
export interface FitContext {
  readonly stream: Stream;
  /** What the stream was made from; goes to the twin's record. */
  readonly seed?: number;
  readonly onProgress?: (progress: FitProgress) => void;
  /** Told what memory a phase's plan takes, in words, before it runs. */
  readonly onPlan?: (phase: string, memory: string) => void;
  readonly signal?: AbortSignal;
  /** Go on from where an earlier process was cut off; progress is told again from the start. */
  readonly checkpoint?: FitCheckpoint;
  /** Told whenever a checkpoint may be made. */
  readonly onCheckpoint?: KeepCheckpoint;
}

/** A twin and how it was reached. */
export interface FitResult {
  readonly twin: Twin;
  readonly history: readonly FitProgress[];
}

/**
 * Fit a noisy twin to a recording: drift first, then the law of its paths.
 *
 * A fit depends on the recording, the options without `budget`, and the stream alone; the updates
 * that a budget bought stand in `twin.training.phases`, so that it can be repeated bit for bit.
 *
 * @param kernels    From `loadKernelModule`.
 * @param recording  Device units; parts with repeats help but are not needed.
 * @param options    Every one has a default.
 * @param context    With a `checkpoint`, the same recording, options and stream as at the first start.
 * @throws           `bad-value` for options, paths or a checkpoint that do not fit; `not-finite`
 *                   naming phase and update; `interrupted` if the signal fires.
 * @source           Manneschi et al. 2025, arXiv:2401.07387, Methods, with the energy score in place
 *                   of the critic.
 */
export async function fitTwin(
  kernels: KernelModule,
  recording: Recording,
  options: FitOptions,
  context: FitContext,
): Promise<FitResult> {
  const { stream, seed, onProgress, onPlan, signal, checkpoint, onCheckpoint } = context;
  const { validationShare } = options;
  const dataset = createDataset(recording, { validationShare }, childStream(stream, "split"));
  const first = createTwin(dataset.basis, options.twin ?? {}, childStream(stream, "weights"));
  const identity = { recording: dataset.fingerprint, stream, rounding: kernels.rounding };
  const course = createCourse(identity, checkpoint, onCheckpoint);
  const judging = childStream(stream, "judging");
  const rate = {
    ...{ kernels, twin: first, dataset, judging, signal },
    stream: childStream(stream, "rate"),
  };
  // What a budget bought is not measured again.
  const timed = checkpoint ? { ...options, budget: undefined } : options;
  const phases = course.plan(choosePhases(timed, rate));
  const history: FitProgress[] = [];
  const records: PhaseRecord[] = [];
  let twin = first;
  let hasNoise = false;
  for (const phase of phases) {
    if (phase.name !== "drift" && !hasNoise) {
      twin = startNoise(kernels, twin, dataset, stream);
      hasNoise = true;
    }
    const own = childStream(stream, phase.name);
    const run = phase.fit({
      ...{ kernels, twin, dataset, stream: own, judging },
      ...{ signal, onPlan, course },
    });
    for (;;) {
      const { done, value } = await run.next();
      if (done) {
        twin = value.twin;
        records.push(recordOf(phase, value, history));
        break;
      }
      history.push(value);
      onProgress?.(value);
    }
  }
  if (!hasNoise) twin = startNoise(kernels, twin, dataset, stream);
  const data = {
    split: dataset.split,
    training: countData(dataset.training),
    validation: countData(dataset.validation),
  };
  const origin = seed === undefined ? {} : { seed };
  const training = { ...origin, stream, data, phases: records, recording: dataset.fingerprint };
  return { twin: { ...twin, training }, history };
}

function recordOf(
  { name, steps: planned }: Phase,
  { steps, validation }: PhaseResult,
  progress: readonly FitProgress[],
): PhaseRecord {
  const reports = progress.filter(({ phase }) => phase === name);
  const history = {
    step: reports.map(({ step }) => step),
    loss: reports.map(({ loss }) => loss),
    validation: reports.map((report) => report.validation),
  };
  return { name, steps, ...(steps < planned ? { planned } : {}), validation, history };
}

function countData(sets: readonly PathSet[]): DataCount {
  const over = (count: (set: PathSet) => number) => sets.reduce((sum, set) => sum + count(set), 0);
  return {
    sequences: over((set) => set.sequences),
    paths: over((set) => set.sequences * set.repeats),
    steps: over((set) => set.repeats * set.length.reduce((sum, steps) => sum + steps, 0)),
  };
}

/** The phases asked for, with the updates that the budget allows. */
function choosePhases(options: FitOptions, context: PhaseContext): Phase[] {
  const phases = createPhases(options.objectives ?? ["drift", "energy-score"], options);
  const { budget } = options;
  if (!budget) return phases;
  if (!(budget.seconds > 0)) {
    throw fault("bad-value", {
      where: "fitTwin",
      what: "the time budget is not positive",
      got: `${budget.seconds} s`,
      expected: "more than 0 s",
      fix: "Give seconds, or leave `budget` out for the default numbers of updates",
    });
  }
  const shares = shareTime(phases, budget.driftShare ?? 0.3);
  return phases.map((phase, i) => {
    const rate = phase.measureRate(context, budget.clock);
    const steps = Math.floor((budget.seconds * shares[i] * usableShare) / rate);
    return phase.withSteps(Math.max(fewestSteps, steps));
  });
}

/** Share of the time of each phase: the drift's, and the rest in equal parts. */
function shareTime(phases: readonly Phase[], driftShare: number): number[] {
  const others = phases.filter(({ name }) => name !== "drift").length;
  const rest = others < phases.length ? 1 - driftShare : 1;
  return phases.map(({ name }) => {
    if (name === "drift") return others > 0 ? driftShare : 1;
    return rest / others;
  });
}

/** The rest of the time goes to validation and feeding. */
const usableShare = 0.85;
const fewestSteps = 100;

/**
 * Give the noise the size of what the drift leaves unexplained in one step.
 *
 * @returns  The twin with new scales of G and a new W.
 */
function startNoise(kernels: KernelModule, twin: Twin, dataset: TwinDataset, stream: Stream): Twin {
  const sets = dataset.training;
  const unexplained = oneStepResiduals(kernels, twin, sets, childStream(stream, "residuals"));
  const residuals = unexplained.map((sd) => Math.max(sd, smallestResidual));
  const { mixing, memory } = twin.parameters;
  const white = residuals.map((sd) => whiteShare * sd);
  const observed = twin.observationNoise ? residuals.map((sd) => observedShare * sd) : [];
  const { process, observation } = ranksOf(twin);
  const shared = new Array<number>(process + observation).fill(1);
  const diffusion = [...auxiliaryScales(twin, memory?.data), ...white, ...observed, ...shared];
  const scaled: ParameterSet = mixing
    ? {
        mixing: {
          shape: mixing.shape,
          data: mixing.data.map((w, i) => w * residuals[i % residuals.length]),
        },
      }
    : {};
  const started = {
    ...twin,
    scales: { ...twin.scales, diffusion },
    parameters: { ...twin.parameters, ...scaled },
  };
  if (!twin.shared) return started;
  return startSharedNoise(kernels, started, sets, childStream(stream, "shared noise"));
}

const smallestResidual = 1e-4;
const whiteShare = 0.5;
const observedShare = 0.3;

/** G of the auxiliaries for a force of unit variance: 1 in a map, sqrt(2 / theta) in an SDE. */
function auxiliaryScales(twin: Twin, memory: ArrayLike<number> | undefined): number[] {
  if (twin.method === "map") return new Array<number>(twin.auxiliaries).fill(1);
  return Array.from(memory ?? [], (value) => Math.sqrt(2 / Math.log1p(Math.exp(-value))));
}
