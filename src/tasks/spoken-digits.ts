import {
  childStream,
  createGenerator,
  fault,
  type HostArray,
  permutation,
  type Stream,
} from "../base/index.ts";
import { checkName, checkWhole } from "./check.ts";
import { melFeatures, resampleFrames } from "./mel.ts";
import { createStandardiser } from "./standardise.ts";
import type { Task, TaskSequence } from "./task.ts";
import { parseWav } from "./wav.ts";

/** Split and size of {@link createSpokenDigits}. */
export interface SpokenDigitsOptions {
  /**
   * "official" (default): recordings 0 to 4 of each digit and speaker are the test; or
   * "without-SPEAKER": that speaker is the test.
   */
  readonly split?: string;
  /** Frames to which each utterance is resampled. Default 20. */
  readonly frames?: number;
  /** Part of the training split that is for validation, alike for each digit and speaker. Default 1/9. */
  readonly validationShare?: number;
}

interface Utterance {
  readonly digit: number;
  readonly speaker: string;
  readonly index: number;
  readonly features: HostArray;
}

const SAMPLE_RATE = 8000;
const BANDS = 26;

/**
 * Which digit was spoken? Free Spoken Digit Dataset, as 26 mel bands in 20 frames.
 *
 * Each band is shifted and scaled to mean 0 and standard deviation 1 over the training split
 * (validation included, so that the input does not depend on which part that is), never per
 * utterance: loudness tells digits apart.
 *
 * @param files    Bytes of each wav file by its name, digit_speaker_index.wav.
 * @param options  `split`, `frames`, `validationShare`.
 * @param stream   Decides which part of the training split is for validation.
 * @throws         `unreadable-file`, naming it; `bad-value` for a name of another form;
 *                 `unknown-name` for a split or speaker that is not there.
 * @source         Z. Jackson et al., Free Spoken Digit Dataset (CC BY-SA 4.0).
 */
export function createSpokenDigits(
  files: ReadonlyMap<string, Uint8Array>,
  options: SpokenDigitsOptions,
  stream: Stream,
): Task {
  const { split = "official", frames = 20, validationShare = 1 / 9 } = options;
  checkWhole("createSpokenDigits", "frames", frames, 1);
  // Sorted, so that the order in which a folder is listed changes nothing.
  const names = [...files.keys()].sort();
  const utterances = names.map((name) =>
    readUtterance(name, files.get(name) as Uint8Array, frames),
  );
  const speakers = [...new Set(utterances.map((u) => u.speaker))].sort();
  const splits = ["official", ...speakers.map((speaker) => `without-${speaker}`)];
  checkName("createSpokenDigits", "split of spokenDigits", split, splits);
  const isTest = (u: Utterance): boolean =>
    split === "official" ? u.index < 5 : split === `without-${u.speaker}`;
  const training = utterances.filter((u) => !isTest(u));
  const test = utterances.filter(isTest);
  checkEnough(split, training.length, test.length);
  const standardise = createStandardiser(training.map((u) => u.features));
  const isHeld = holdOut(training, validationShare, childStream(stream, "validation"));
  const toSequence = (u: Utterance): TaskSequence => ({
    input: standardise(u.features),
    labels: Int32Array.of(u.digit),
  });
  return {
    name: "spokenDigits",
    split,
    kind: "classification",
    scored: "sequence",
    inputs: BANDS,
    outputs: 10,
    score: "accuracy",
    warmUp: 0,
    train: training.filter((u) => !isHeld(u)).map(toSequence),
    validation: training.filter(isHeld).map(toSequence),
    test: test.map(toSequence),
  };
}

function readUtterance(name: string, bytes: Uint8Array, frames: number): Utterance {
  const parts = /^(\d)_([^_]+)_(\d+)\.wav$/i.exec(name);
  if (!parts) {
    throw fault("bad-value", {
      where: "createSpokenDigits",
      what: "a file name does not say which digit it is",
      got: `'${name}'`,
      expected: "digit_speaker_index.wav, such as '7_jackson_32.wav'",
      fix: "Rename the file or take it out of the folder",
    });
  }
  const sound = parseWav(bytes, name);
  if (sound.sampleRate !== SAMPLE_RATE) {
    throw fault("bad-value", {
      where: `createSpokenDigits ${name}`,
      what: "the sample rate is not that of the task",
      got: `${sound.sampleRate} Hz`,
      expected: `${SAMPLE_RATE} Hz`,
      fix: "Use the files as published, or resample them",
    });
  }
  const features = resampleFrames(melFeatures(sound, { bands: BANDS }), frames);
  return { digit: Number(parts[1]), speaker: parts[2], index: Number(parts[3]), features };
}

function checkEnough(split: string, train: number, test: number): void {
  if (train > 0 && test > 0) return;
  throw fault("bad-value", {
    where: "createSpokenDigits",
    what: `the split '${split}' leaves a part empty`,
    got: `${train} for training and ${test} for the test`,
    expected: "recordings for each (2700 and 300 for the whole corpus and the official split)",
    fix: "Check that the folder holds the whole corpus",
  });
}

/** Choose the same share of every digit and speaker, at random. */
function holdOut(
  training: readonly Utterance[],
  share: number,
  stream: Stream,
): (utterance: Utterance) => boolean {
  const strata = new Map<string, Utterance[]>();
  for (const utterance of training) {
    const key = `${utterance.digit}_${utterance.speaker}`;
    const stratum = strata.get(key);
    if (stratum) stratum.push(utterance);
    else strata.set(key, [utterance]);
  }
  const held = new Set<Utterance>();
  for (const [key, stratum] of strata) {
    const order = permutation(createGenerator(childStream(stream, key)), stratum.length);
    const count = Math.round(share * stratum.length);
    for (const i of order.subarray(0, count)) held.add(stratum[i]);
  }
  return (utterance) => held.has(utterance);
}
