// What a fit needs to go on after it was cut off, with the same bits as if nothing had happened.
//
// A resumed fit walks its whole course again: it draws the same split, the same first weights, the
// same windows for validation. Only trainings are not done twice: one that had ended gives its result
// at once, one that was under way is put back where it stood. So a phase need not know of
// checkpoints; it tells `train` what moves on beside the program, as a `Resumable`.
import { fault, type Generator, type Stream } from "../base/index.ts";
import type { ParameterSet, Program } from "../engine/index.ts";
import type { FitProgress, Phase } from "./phase.ts";

/** Numbers by name, with "/" between the name of a part and a name within it. */
export type SavedNumbers = Readonly<Record<string, Float32Array | Float64Array>>;

/** Something that moves on during a training and can be put back where it stood. */
export interface Resumable {
  save(): SavedNumbers;
  restore(saved: SavedNumbers): void;
}

/** A training as far as it has come. */
export interface SavedTraining {
  readonly phase: string;
  /** Updates done. */
  readonly step: number;
  readonly hasEnded: boolean;
  /** All of its reports. */
  readonly reports: readonly FitProgress[];
  readonly numbers: SavedNumbers;
}

/** What tells one fit from another; a checkpoint of another fit is refused. */
export interface FitIdentity {
  /** Fingerprint of the recording. */
  readonly recording: string;
  readonly stream: Stream;
  /** How the kernels round: other roundings give other bits. */
  readonly rounding: string;
}

/** A fit as far as it has come. */
export interface FitCheckpoint {
  readonly identity: FitIdentity;
  /** Updates of the phases: what a budget bought, so that it is not measured again. */
  readonly phases: readonly { readonly name: string; readonly steps: number }[];
  /** In order; all but the last have ended. */
  readonly trainings: readonly SavedTraining[];
}

/**
 * Told that a checkpoint may be made now; making one costs a copy of the weights.
 *
 * @param occasion  "report": after a validation; "stop": the fit is about to end unfinished.
 */
export type KeepCheckpoint = (
  make: () => FitCheckpoint,
  occasion: "report" | "stop",
) => void | Promise<void>;

/** The place of one training in the course of its fit. */
export interface TrainingPlace {
  /** As an earlier process left it. */
  readonly saved?: SavedTraining;
  /** Offer a checkpoint of the training under way. */
  readonly keep: (
    make: () => SavedTraining,
    occasion: Parameters<KeepCheckpoint>[1],
  ) => Promise<void>;
  /** Tell how the training ended, and offer a checkpoint. */
  readonly end: (training: SavedTraining) => Promise<void>;
}

/** The trainings of a fit in their order, those of earlier processes first. */
export interface FitCourse {
  /** The phases with the updates that they had when the fit was begun. */
  readonly plan: (phases: readonly Phase[]) => Phase[];
  /** The next training of the fit. */
  readonly next: (phase: string) => TrainingPlace;
}

/**
 * The course of a fit.
 *
 * @param from  What an earlier process left, if any.
 * @param keep  Told whenever a checkpoint may be made.
 * @throws      `bad-value` if `from` is of another fit.
 */
export function createCourse(
  identity: FitIdentity,
  from?: FitCheckpoint,
  keep?: KeepCheckpoint,
): FitCourse {
  if (from) checkIdentity(identity, from.identity);
  const ended: SavedTraining[] = [];
  let phases: FitCheckpoint["phases"] = [];
  const checkpoint = (last?: SavedTraining): FitCheckpoint => ({
    ...{ identity, phases },
    trainings: last ? [...ended, last] : [...ended],
  });
  return {
    plan(wanted) {
      const planned = wanted.map((phase) => {
        const begun = from?.phases.find(({ name }) => name === phase.name);
        return begun ? phase.withSteps(begun.steps) : phase;
      });
      phases = planned.map(({ name, steps }) => ({ name, steps }));
      return planned;
    },
    next(phase) {
      const saved = from?.trainings[ended.length];
      if (saved && saved.phase !== phase) throw otherPhase(phase, saved.phase);
      if (saved?.hasEnded) ended.push(saved);
      return {
        saved,
        keep: async (make, occasion) => keep?.(() => checkpoint(make()), occasion),
        async end(training) {
          ended.push(training);
          await keep?.(checkpoint, "report");
        },
      };
    },
  };
}

function checkIdentity(wanted: FitIdentity, found: FitIdentity): void {
  const text = ({ recording, stream, rounding }: FitIdentity): string =>
    `recording ${recording}, stream ${stream.key0} ${stream.key1}, ${rounding} kernels`;
  if (text(wanted) === text(found)) return;
  throw fault("bad-value", {
    where: "fitTwin",
    what: "the checkpoint is of another fit, or of kernels that round otherwise",
    got: text(found),
    expected: text(wanted),
    fix: "Resume with the recording, the seed and the kind of machine of the first start, or start anew",
  });
}

const otherPhase = (wanted: string, found: string): Error =>
  fault("bad-value", {
    where: "fitTwin",
    what: "the checkpoint is of a fit with other phases",
    got: `a training of phase '${found}'`,
    expected: `one of phase '${wanted}'`,
    fix: "Resume with the options of the first start, or start anew",
  });

/** Several things as one; their numbers stand under the names given here. */
export function together(parts: Readonly<Record<string, Resumable>>): Resumable {
  const each = Object.entries(parts);
  return {
    save: () => Object.assign({}, ...each.map(([name, part]) => under(name, part.save()))),
    restore: (saved) => {
      for (const [name, part] of each) part.restore(within(name, saved));
    },
  };
}

/** Numbers with the name of their part before their own. */
export function under(part: string, numbers: SavedNumbers): SavedNumbers {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [`${part}/${name}`, value]),
  );
}

/** The numbers of one part, under their own names. */
export function within(part: string, saved: SavedNumbers): SavedNumbers {
  return Object.fromEntries(
    Object.entries(saved)
      .filter(([name]) => name.startsWith(`${part}/`))
      .map(([name, value]) => [name.slice(part.length + 1), value]),
  );
}

/** A generator's place in its stream. */
export function resumeGenerator(generator: Generator): Resumable {
  return {
    save: () => ({ state: Float64Array.from(generator.save()) }),
    restore: ({ state }) => generator.restore([...state]),
  };
}

/** The weights of a program and its optimiser. */
export function resumeProgram(program: Program): Resumable {
  return {
    save() {
      const { updates, first, second } = program.getOptimiser();
      return {
        updates: Float64Array.of(updates),
        ...under("weights", numbersOf(program.getParameters())),
        ...under("first", numbersOf(first)),
        ...under("second", numbersOf(second)),
      };
    },
    restore(saved) {
      const like = program.getParameters();
      program.setParameters(parametersFrom(within("weights", saved), like));
      program.setOptimiser({
        updates: saved.updates[0],
        first: parametersFrom(within("first", saved), like),
        second: parametersFrom(within("second", saved), like),
      });
    },
  };
}

/** Weights as numbers, without their shapes. */
export function numbersOf(parameters: ParameterSet): SavedNumbers {
  return Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, data]));
}

/** Numbers as weights again, in the shapes of `like`. */
export function parametersFrom(saved: SavedNumbers, like: ParameterSet): ParameterSet {
  return Object.fromEntries(
    Object.entries(saved).map(([name, data]) => [
      name,
      { shape: like[name].shape, data: Float32Array.from(data) },
    ]),
  );
}
