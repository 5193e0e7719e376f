import {
  childStream,
  createArray,
  createGenerator,
  permutation,
  type Stream,
} from "../base/index.ts";
import { checkName, checkWhole } from "./check.ts";
import type { Task, TaskSequence } from "./task.ts";

/** Points in one period of either waveform. */
export const POINTS_PER_PERIOD = 8;

const BPTT_STEPS = 20_000;

// Written out, so that the series has the same bits wherever the sine is rounded differently.
const HALF = Math.SQRT1_2;
const WAVEFORMS: readonly (readonly number[])[] = [
  [0, HALF, 1, HALF, 0, -HALF, -1, -HALF],
  [1, 1, 1, 1, -1, -1, -1, -1],
];

/** Sizes of {@link createSineSquare}. */
export interface SineSquareOptions {
  /** "half" (default), or "bptt": as many training sequences as 20,000 scored steps take. */
  readonly split?: string;
  /** Sequences of the test, and of the training half; a fifth of these is for validation. Default 10. */
  readonly sequences?: number;
  /** Scored periods in a sequence, half of each kind: even. Default 40. */
  readonly periods?: number;
}

/**
 * Tell sine from square, point by point.
 *
 * Periods of 8 points come in random order, as many sines as squares; every point bears its class
 * (0 sine, 1 square). Both waveforms reach +1 and -1, so a map without memory gets 7/8 right at
 * most: memory is what is tested. One more period, of either kind, leads in and is not scored.
 *
 * @param options  Sizes; the input lies in [-1, 1].
 * @param stream   Decides the order of periods, anew in each sequence.
 * @throws         `unknown-name` for another split; `bad-value` if a size is not a whole number, or
 *                 the periods are odd.
 */
export function createSineSquare(options: SineSquareOptions, stream: Stream): Task {
  const { split = "half", sequences = 10, periods = 40 } = options;
  checkName("createSineSquare", "split of sineSquare", split, ["half", "bptt"]);
  checkWhole("createSineSquare", "sequences", sequences, 2);
  checkWhole("createSineSquare", "periods", periods, 2, 2);
  const create = (name: string, count: number): TaskSequence[] =>
    Array.from({ length: count }, (_, i) =>
      createSequence(periods, childStream(childStream(stream, name), i)),
    );
  const training =
    split === "half" ? sequences : Math.ceil(BPTT_STEPS / (periods * POINTS_PER_PERIOD));
  const held = Math.max(1, Math.round(training / 5));
  return {
    name: "sineSquare",
    split,
    kind: "classification",
    scored: "each-step",
    inputs: 1,
    outputs: 2,
    score: "accuracy",
    warmUp: POINTS_PER_PERIOD,
    train: create("train", training - held),
    validation: create("validation", held),
    test: create("test", sequences),
  };
}

function createSequence(periods: number, stream: Stream): TaskSequence {
  const generator = createGenerator(stream);
  const classes = [generator.integer(2)];
  for (const place of permutation(generator, periods)) classes.push(place % 2);
  const time = classes.length * POINTS_PER_PERIOD;
  const input = createArray([time, 1]);
  const labels = new Int32Array(time);
  for (let t = 0; t < time; t++) {
    labels[t] = classes[Math.floor(t / POINTS_PER_PERIOD)];
    input.data[t] = WAVEFORMS[labels[t]][t % POINTS_PER_PERIOD];
  }
  return { input, labels };
}
