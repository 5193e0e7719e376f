import {
  childStream,
  createGenerator,
  fault,
  findNonFinite,
  permutation,
  type Stream,
} from "../base/index.ts";
import { checkShare, checkWhole } from "./check.ts";
import { cutSequence, splitTraining } from "./series.ts";
import type { Task, TaskSequence } from "./task.ts";

/** How a task of one's own is split and scored. */
export interface OwnTaskOptions {
  /** Initial steps of every sequence that are not scored. Default 0. */
  readonly warmUp?: number;
  /** Steps after which a target is known, for the baseline of persistence. Default 1. */
  readonly horizon?: number;
  /** Part that is the test, where the file does not say. Default .25. */
  readonly testShare?: number;
  /** Part that is for validation, where the file does not say. Default .15. */
  readonly validationShare?: number;
}

/** The parts of a task, in the order of the numbers by which a file names them. */
export const PART_NAMES: readonly ["train", "validation", "test"] = ["train", "validation", "test"];

/** A sequence of a file, and the part to which the file says that it belongs. */
export interface OwnSequence extends TaskSequence {
  /** For messages: "sequence 3", or a file. */
  readonly name: string;
  readonly part?: (typeof PART_NAMES)[number];
}

/** What a file says of a task. */
export interface OwnContents {
  /** The file, for messages. */
  readonly where: string;
  /** Name of the task. */
  readonly name: string;
  readonly scored: Task["scored"];
  readonly sequences: readonly OwnSequence[];
}

/**
 * Make a task of a user's own sequences.
 *
 * Parts are those of the file. Where it names none, sequences are dealt out at random, alike for each
 * class; a single sequence is cut in time, its end being the test, and each part is led into by the
 * end of the one before.
 *
 * @param contents  Of `readOwnTask`, or made by hand.
 * @param options   `warmUp`, `horizon`, `testShare`, `validationShare`.
 * @param stream    Decides which sequences are for validation and test.
 * @throws          `bad-value` or `not-finite`, naming file, sequence and step.
 */
export function createOwnTask(
  contents: OwnContents,
  options: OwnTaskOptions,
  stream: Stream,
): Task {
  const { where, name, scored, sequences } = contents;
  const { warmUp = 0, horizon = 1 } = options;
  checkWhole(where, "warmUp", warmUp, 0);
  checkWhole(where, "horizon", horizon, 1);
  for (const sequence of sequences) checkSequence(sequence, warmUp, where);
  const isRegression = sequences[0].target !== undefined;
  const parts = splitParts(contents, { ...options, warmUp }, stream);
  const outputs = isRegression ? (sequences[0].target?.shape[1] ?? 1) : countClasses(parts, where);
  return {
    name,
    split: sequences[0].part === undefined ? "by-share" : "of-file",
    kind: isRegression ? "regression" : "classification",
    scored,
    inputs: sequences[0].input.shape[1],
    outputs,
    score: isRegression ? "nrmseBySd" : "accuracy",
    horizon,
    warmUp,
    ...parts,
  };
}

type Parts = Pick<Task, (typeof PART_NAMES)[number]>;

function splitParts(
  contents: OwnContents,
  options: OwnTaskOptions & { readonly warmUp: number },
  stream: Stream,
): Parts {
  const { sequences, where } = contents;
  const { testShare = 0.25, validationShare = 0.15 } = options;
  checkShare(where, "testShare", testShare);
  checkShare(where, "validationShare", validationShare);
  const ofFile = (part: OwnSequence["part"]): OwnSequence[] =>
    sequences.filter((sequence) => sequence.part === part);
  const named = sequences.some(({ part }) => part !== undefined);
  const shares = { test: testShare, validation: validationShare };
  const parts = named
    ? { train: ofFile("train"), validation: ofFile("validation"), test: ofFile("test") }
    : sequences.length === 1
      ? cutInTime(sequences[0], options.warmUp, shares)
      : dealOut(sequences, shares, stream);
  const empty = PART_NAMES.find((part) => parts[part].length === 0);
  if (empty === undefined) return parts;
  throw fault("bad-value", {
    where,
    what: `the part '${empty}' is empty`,
    got: PART_NAMES.map((part) => `${part}: ${parts[part].length} sequences`).join(", "),
    expected: "at least one sequence in each part",
    fix: named
      ? "Name the part of each sequence: 0 train, 1 validation, 2 test, or a folder of that name"
      : "Give more sequences, or larger shares",
  });
}

/** One long sequence: train, then validation, then test. */
function cutInTime(
  whole: OwnSequence,
  warmUp: number,
  shares: Record<"test" | "validation", number>,
): Parts {
  const time = whole.input.shape[0];
  const scored = time - warmUp;
  const test = Math.round(shares.test * scored);
  const validation = Math.round(shares.validation * scored);
  if (test < 1 || validation < 1 || scored - test - validation < 1) {
    return { train: [], validation: [], test: [] };
  }
  return {
    ...splitTraining(whole, { warmUp, train: scored - test, validation }),
    test: [cutSequence(whole, time - test - warmUp, time)],
  };
}

/** At random; where sequences are judged once, the same shares of every class. */
function dealOut(
  sequences: readonly OwnSequence[],
  shares: Record<"test" | "validation", number>,
  stream: Stream,
): Parts {
  const parts: Record<keyof Parts, OwnSequence[]> = { train: [], validation: [], test: [] };
  const isOnce = sequences.every(({ labels }) => labels?.length === 1);
  const classOf = ({ labels }: OwnSequence): number => (isOnce ? (labels?.[0] ?? 0) : 0);
  for (const label of new Set(sequences.map(classOf))) {
    const own = sequences.filter((sequence) => classOf(sequence) === label);
    const order = permutation(createGenerator(childStream(stream, label)), own.length);
    const test = Math.round(shares.test * own.length);
    const held = test + Math.round(shares.validation * own.length);
    order.forEach((which, i) => {
      parts[i < test ? "test" : i < held ? "validation" : "train"].push(own[which]);
    });
  }
  return parts;
}

/** One more than the largest class; each must occur where it is learnt. */
function countClasses(parts: Parts, where: string): number {
  const classes = new Set<number>();
  let last = 0;
  for (const part of PART_NAMES) {
    for (const { labels } of parts[part]) {
      for (const label of labels ?? []) {
        last = Math.max(last, label);
        if (part === "train") classes.add(label);
      }
    }
  }
  const missing = Array.from({ length: last + 1 }, (_, i) => i).filter((i) => !classes.has(i));
  if (last > 0 && missing.length === 0) return last + 1;
  throw fault("bad-value", {
    where,
    what: last > 0 ? "a class does not occur in the training part" : "there is only one class",
    got: last > 0 ? `no ${missing.join(", ")}, of 0 to ${last}` : "class 0 throughout",
    expected: "classes 0, 1, 2, ..., each with training examples",
    fix: "Number the classes from 0 without gaps, and give each a place in the training part",
  });
}

function checkSequence(sequence: OwnSequence, warmUp: number, where: string): void {
  const { name, input, target } = sequence;
  const time = input.shape[0];
  if (time <= warmUp) {
    throw fault("bad-value", {
      where,
      what: `nothing of ${name} is scored`,
      got: `${time} steps, ${warmUp} of them the warm-up`,
      expected: `more than ${warmUp} steps`,
      fix: "Choose a shorter warmUp, or leave the sequence out",
    });
  }
  for (const [key, array] of Object.entries({ input, ...(target ? { target } : {}) })) {
    const bad = findNonFinite(array.data);
    if (bad < 0) continue;
    const width = array.shape[1];
    throw fault("bad-value", {
      where,
      what: `${key} of ${name} is not finite`,
      got: `${array.data[bad]} at step ${Math.floor(bad / width)}, ${key} ${bad % width}`,
      expected: "finite numbers",
      fix: "Repair the value, or say with 'length' where the sequence ends",
    });
  }
}
