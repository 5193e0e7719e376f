import { fault, type Stream } from "../base/index.ts";
import type { KernelModule, ParameterSet, Program, UpdateOptions } from "../engine/index.ts";
import { cosineRate } from "../nn/index.ts";
import type { TwinDataset } from "./dataset.ts";
import type { Twin } from "./twin.ts";

/** How far a fit has come. */
export interface FitProgress {
  readonly phase: string;
  /** Updates done in this phase. */
  readonly step: number;
  readonly steps: number;
  /** Mean training loss since the last report. */
  readonly loss: number;
  /** Validation loss now, in the phase's own measure. */
  readonly validation: number;
}

/** What a phase works with. */
export interface PhaseContext {
  readonly kernels: KernelModule;
  readonly twin: Twin;
  readonly dataset: TwinDataset;
  readonly stream: Stream;
  /** Draws the paths and the noise by which noise phases choose weights: the same for all of them. */
  readonly judging: Stream;
  readonly signal?: AbortSignal;
  /** Told what memory a phase's plan takes, in words, before it runs. */
  readonly onPlan?: (phase: string, memory: string) => void;
}

/** The outcome of a phase. */
export interface PhaseResult {
  readonly twin: Twin;
  readonly steps: number;
  /** Best validation loss. */
  readonly validation: number;
}

/** One objective, ready to run. */
export interface Phase {
  readonly name: string;
  /** Updates that `fit` will make. */
  readonly steps: number;
  /** The same phase with another number of updates. */
  readonly withSteps: (steps: number) => Phase;
  /** Seconds per update by a caller's clock; changes nothing. */
  readonly measureRate: (context: PhaseContext, clock: () => number) => number;
  /** Fit, report now and then, and return the weights that validated best. */
  readonly fit: (context: PhaseContext) => AsyncGenerator<FitProgress, PhaseResult>;
}

/** One program's training: what to feed it and how to judge it. */
export interface Training {
  readonly phase: string;
  readonly program: Program;
  /** Updates before this training in the phase, and in the whole phase. */
  readonly done: number;
  readonly total: number;
  /** Updates of this training. */
  readonly steps: number;
  readonly learningRate: number;
  /** Adam's other settings. */
  readonly update?: Omit<UpdateOptions, "learningRate">;
  /** Updates between two validations. */
  readonly every: number;
  readonly signal?: AbortSignal;
  readonly onPlan?: PhaseContext["onPlan"];
  /** Feed the batch of an update. */
  readonly prepare: (step: number) => void;
  /** Called when an update is done. */
  readonly finish?: () => void;
  readonly validate: (parameters: ParameterSet) => number;
}

/** The weights that validated best, and how well. */
interface Trained {
  readonly parameters: ParameterSet;
  readonly validation: number;
}

/**
 * Adam under a cosine rate, keeping the weights that validate best.
 *
 * @returns  Those weights (the first ones count too) and their validation loss; the program is closed.
 * @throws   `not-finite` naming phase and step; `interrupted` if the signal fires.
 */
export async function* train(training: Training): AsyncGenerator<FitProgress, Trained> {
  try {
    return yield* update(training);
  } finally {
    training.program.close();
  }
}

async function* update(training: Training): AsyncGenerator<FitProgress, Trained> {
  const { program, steps, every } = training;
  training.onPlan?.(training.phase, program.memory);
  let parameters = program.getParameters();
  let validation = checkLoss(training.validate(parameters), training, -1);
  let sum = 0;
  let count = 0;
  for (let step = 0; step < steps; step++) {
    checkSignal(training, step);
    training.prepare(step);
    program.run();
    const loss = checkLoss(program.loss(), training, step);
    const learningRate = cosineRate(step, steps, { first: training.learningRate });
    checkLoss(program.update({ ...training.update, learningRate }), training, step);
    training.finish?.();
    sum += loss;
    count++;
    if ((step + 1) % every !== 0 && step + 1 !== steps) continue;
    const now = program.getParameters();
    const judged = checkLoss(training.validate(now), training, step);
    if (judged < validation) {
      validation = judged;
      parameters = now;
    }
    yield {
      phase: training.phase,
      step: training.done + step + 1,
      steps: training.total,
      loss: sum / count,
      validation: judged,
    };
    sum = 0;
    count = 0;
    await pause();
  }
  return { parameters, validation };
}

/** Let timers and messages in between two stretches of work. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function checkSignal({ signal, phase, done, total }: Training, step: number): void {
  if (!signal?.aborted) return;
  throw fault("interrupted", {
    where: "fitTwin",
    what: `the fit was stopped in phase '${phase}'`,
    got: `a signal after ${done + step} updates`,
    expected: `${total} updates`,
    fix: "Start the fit again; the same stream gives the same twin",
  });
}

function checkLoss(value: number, training: Training, step: number): number {
  if (Number.isFinite(value)) return value;
  const { phase, done, total, program } = training;
  const when = `in phase '${phase}', update ${done + step + 1} of ${total}`;
  const found = program.diagnose()?.details ?? {
    what: "the loss is not finite",
    got: `${value}`,
    expected: "a finite number at every update",
    fix: "Lower the learning rate, or look for outliers in the recording",
  };
  throw fault("not-finite", { ...found, where: "fitTwin", what: `${when}, ${found.what}` });
}

/** Run until code is compiled and threads have come, at most a second or so. */
function settle(program: Program, clock: () => number): void {
  const start = clock();
  for (let i = 0; i < 3 || (!program.isSettled() && clock() - start < 1); i++) program.run();
}

/** Seconds per update of a program that has been fed once; the program is closed. */
export function secondsPerRun(program: Program, clock: () => number, runs = 10): number {
  settle(program, clock);
  const start = clock();
  for (let i = 0; i < runs; i++) program.run();
  program.close();
  return (clock() - start) / runs;
}
