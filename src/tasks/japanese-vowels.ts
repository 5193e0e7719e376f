import {
  childStream,
  createArray,
  createGenerator,
  fault,
  type HostArray,
  permutation,
  type Stream,
} from "../base/index.ts";
import { checkName } from "./check.ts";
import { createStandardiser } from "./standardise.ts";
import type { Task, TaskSequence } from "./task.ts";

/** Files of the data set, as sktime publishes them. */
export const JAPANESE_VOWELS_FILES: { readonly train: string; readonly test: string } = {
  train: "JapaneseVowels_TRAIN.ts",
  test: "JapaneseVowels_TEST.ts",
};

/** Split of {@link createJapaneseVowels}. */
export interface JapaneseVowelsOptions {
  /** "official", the only one: 270 utterances to train, 370 to test. */
  readonly split?: string;
  /** Part of the training utterances that is for validation, alike for each speaker. Default 1/5. */
  readonly validationShare?: number;
}

interface Utterance {
  /** From 0. */
  readonly speaker: number;
  /** [frames, 12] */
  readonly cepstra: HostArray;
}

const CEPSTRA = 12;
const SPEAKERS = 9;

/**
 * Which of nine speakers said "ae"? 12 cepstra in 7 to 29 frames: sequences keep their own length.
 *
 * Each coefficient is shifted and scaled to mean 0 and standard deviation 1 over the frames of the
 * training utterances (validation included).
 *
 * @param files    The bytes of {@link JAPANESE_VOWELS_FILES} by name.
 * @param options  `split`; `validationShare`.
 * @param stream   Decides which training utterances are for validation.
 * @throws         `missing-file`; `unreadable-file`, naming file and line; `unknown-name`.
 * @source         Kudo, Toyama and Shimbo 1999, Pattern Recognition Letters 20:1103.
 */
export function createJapaneseVowels(
  files: ReadonlyMap<string, Uint8Array>,
  options: JapaneseVowelsOptions,
  stream: Stream,
): Task {
  const { split = "official", validationShare = 1 / 5 } = options;
  checkName("createJapaneseVowels", "split of japaneseVowels", split, ["official"]);
  const training = readUtterances(files, JAPANESE_VOWELS_FILES.train);
  const test = readUtterances(files, JAPANESE_VOWELS_FILES.test);
  const standardise = createStandardiser(training.map(({ cepstra }) => cepstra));
  const toSequence = ({ speaker, cepstra }: Utterance): TaskSequence => ({
    input: standardise(cepstra),
    labels: Int32Array.of(speaker),
  });
  const held = new Set<Utterance>();
  for (let speaker = 0; speaker < SPEAKERS; speaker++) {
    const own = training.filter((utterance) => utterance.speaker === speaker);
    const draws = createGenerator(childStream(childStream(stream, "validation"), speaker));
    const count = Math.round(validationShare * own.length);
    for (const i of permutation(draws, own.length).subarray(0, count)) held.add(own[i]);
  }
  return {
    name: "japaneseVowels",
    split,
    kind: "classification",
    scored: "sequence",
    inputs: CEPSTRA,
    outputs: SPEAKERS,
    score: "accuracy",
    warmUp: 0,
    train: training.filter((utterance) => !held.has(utterance)).map(toSequence),
    validation: training.filter((utterance) => held.has(utterance)).map(toSequence),
    test: test.map(toSequence),
  };
}

function readUtterances(files: ReadonlyMap<string, Uint8Array>, name: string): Utterance[] {
  const bytes = files.get(name);
  if (bytes) return parseUtterances(new TextDecoder().decode(bytes), name);
  throw fault("missing-file", {
    where: "createJapaneseVowels",
    what: "a file of the data set is not there",
    got: [...files.keys()].map((known) => `'${known}'`).join(", ") || "no file",
    expected: `'${name}'`,
    fix: "Give the folder that holds both files with --data",
  });
}

/** Lines after @data: a list of values for each coefficient, then the speaker, between colons. */
function parseUtterances(text: string, name: string): Utterance[] {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => line.trim().toLowerCase() === "@data");
  if (start < 0)
    throw unreadable(name, "it has no data", `${lines.length} lines`, "a line '@data'");
  return lines.flatMap((line, i): Utterance[] => {
    if (i <= start || line.trim() === "") return [];
    const fields = line.split(":");
    const speaker = Number(fields.pop()) - 1;
    const series = fields.map((field) => field.split(",").map(Number));
    const frames = series[0]?.length ?? 0;
    const isSound =
      series.length === CEPSTRA &&
      series.every((values) => values.length === frames && values.every(Number.isFinite)) &&
      Number.isInteger(speaker) &&
      speaker >= 0 &&
      speaker < SPEAKERS;
    if (!isSound) throw badLine(name, i + 1, series, speaker + 1);
    const cepstra = createArray([frames, CEPSTRA]);
    for (let t = 0; t < frames; t++) {
      for (let c = 0; c < CEPSTRA; c++) cepstra.data[t * CEPSTRA + c] = series[c][t];
    }
    return [{ speaker, cepstra }];
  });
}

function badLine(name: string, line: number, series: number[][], speaker: number): Error {
  const lengths = [...new Set(series.map((values) => values.length))].join(" and ");
  const got = `line ${line}: ${series.length} lists of ${lengths} values, speaker ${speaker}`;
  return unreadable(
    name,
    "a line is no utterance",
    got,
    `${CEPSTRA} lists of finite values, all of one length, and a speaker from 1 to ${SPEAKERS}`,
  );
}

function unreadable(name: string, what: string, got: string, expected: string): Error {
  const fix = "Fetch the file again, in sktime's text format";
  return fault("unreadable-file", {
    where: `createJapaneseVowels ${name}`,
    what,
    got,
    expected,
    fix,
  });
}
