import { fault, type Stream } from "../base/index.ts";
import type { KernelModule, ParameterSet, Program, UpdateOptions } from "../engine/index.ts";
import { cosineRate } from "../nn/index.ts";
import {
  type FitCourse,
  numbersOf,
  parametersFrom,
  type Resumable,
  resumeProgram,
  type SavedNumbers,
  type SavedTraining,
  together,
  under,
  within,
} from "./checkpoint.ts";
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
  /** Handed to `train`: a phase whose trainings do not get it starts anew when a fit is resumed. */
  readonly course?: FitCourse;
}

/** The outcome of a phase. */
export interface PhaseResult {
  readonly twin: Twin;
  /** Updates made: fewer than asked for where a training stopped early. */
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
  /** Validations in a row without a better one after which the training stops (default: none). */
  readonly patience?: number;
  readonly signal?: AbortSignal;
  readonly onPlan?: PhaseContext["onPlan"];
  readonly course?: FitCourse;
  /** Everything beside the program that an update changes: generators, states that are carried. */
  readonly state?: Resumable;
  /** Feed the batch of an update. */
  readonly prepare: (step: number) => void;
  /** Called when an update is done. */
  readonly finish?: () => void;
  readonly validate: (parameters: ParameterSet) => number;
}

/** The weights that validated best, how well, and after how many updates the training ended. */
interface Trained {
  readonly parameters: ParameterSet;
  readonly validation: number;
  readonly steps: number;
}

/** Where a training stands between two updates, beside program and state. */
interface Standing {
  /** Updates done. */
  step: number;
  /** Sum of the losses since the last report, and their number. */
  sum: number;
  count: number;
  /** Best so far. */
  parameters: ParameterSet;
  validation: number;
  /** Validations since. */
  waited: number;
  readonly reports: FitProgress[];
}

/**
 * Adam under a cosine rate, keeping the weights that validate best.
 *
 * @returns  Those weights (the first ones count too) and their validation loss; the program is closed.
 * @throws   `not-finite` naming phase and step; `interrupted` if the signal fires.
 */
export async function* train(training: Training): AsyncGenerator<FitProgress, Trained> {
  try {
    return yield* resume(training);
  } finally {
    training.program.close();
  }
}

async function* resume(training: Training): AsyncGenerator<FitProgress, Trained> {
  const { program, phase, onPlan, course, state } = training;
  onPlan?.(phase, program.memory);
  // A training of no updates leaves nothing to save.
  const place = training.steps > 0 ? course?.next(phase) : undefined;
  const moving = together({ program: resumeProgram(program), ...(state ? { state } : {}) });
  const standing = place?.saved ? restore(training, place.saved, moving) : begin(training);
  const save = (hasEnded: boolean): SavedTraining => ({
    ...{ phase, step: standing.step, hasEnded, reports: [...standing.reports] },
    numbers: { ...numbersOfStanding(standing), ...moving.save() },
  });
  yield* standing.reports;
  let hasEnded = place?.saved?.hasEnded ?? training.steps === 0;
  while (!hasEnded) {
    if (training.signal?.aborted) {
      await place?.keep(() => save(false), "stop");
      throw stopped(training, standing.step);
    }
    advance(training, standing);
    const isLast = standing.step === training.steps;
    if (!isLast && standing.step % training.every !== 0) continue;
    const report = judge(training, standing);
    hasEnded = isLast || standing.waited >= (training.patience ?? Number.POSITIVE_INFINITY);
    if (hasEnded) await place?.end(save(true));
    else await place?.keep(() => save(false), "report");
    yield report;
    await pause();
  }
  const { parameters, validation, step } = standing;
  return { parameters, validation, steps: step };
}

function begin(training: Training): Standing {
  const parameters = training.program.getParameters();
  const validation = checkLoss(training.validate(parameters), training, -1);
  return { ...{ step: 0, sum: 0, count: 0, waited: 0 }, parameters, validation, reports: [] };
}

function restore({ program }: Training, saved: SavedTraining, moving: Resumable): Standing {
  const { step, reports, numbers } = saved;
  moving.restore(numbers);
  const [sum, count, validation, waited] = numbers.standing;
  const parameters = parametersFrom(within("best", numbers), program.getParameters());
  return { step, sum, count, validation, waited, parameters, reports: [...reports] };
}

const numbersOfStanding = (standing: Standing): SavedNumbers => ({
  standing: Float64Array.of(standing.sum, standing.count, standing.validation, standing.waited),
  ...under("best", numbersOf(standing.parameters)),
});

/** One update. */
function advance(training: Training, standing: Standing): void {
  const { program, steps } = training;
  const { step } = standing;
  training.prepare(step);
  program.run();
  const loss = checkLoss(program.loss(), training, step);
  const learningRate = cosineRate(step, steps, { first: training.learningRate });
  checkLoss(program.update({ ...training.update, learningRate }), training, step);
  training.finish?.();
  standing.sum += loss;
  standing.count++;
  standing.step++;
}

/** Validate, and keep the weights if they are the best so far. */
function judge(training: Training, standing: Standing): FitProgress {
  const now = training.program.getParameters();
  const validation = checkLoss(training.validate(now), training, standing.step - 1);
  standing.waited++;
  if (validation < standing.validation) {
    Object.assign(standing, { validation, parameters: now, waited: 0 });
  }
  const report = {
    phase: training.phase,
    step: training.done + standing.step,
    steps: training.total,
    loss: standing.sum / standing.count,
    validation,
  };
  standing.reports.push(report);
  Object.assign(standing, { sum: 0, count: 0 });
  return report;
}

/** Let timers and messages in between two stretches of work. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

const stopped = ({ phase, done, total }: Training, step: number): Error =>
  fault("interrupted", {
    where: "fitTwin",
    what: `the fit was stopped in phase '${phase}'`,
    got: `a signal after ${done + step} updates`,
    expected: `${total} updates`,
    fix: "Resume it from its last checkpoint, or start again: the same stream gives the same twin",
  });

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
