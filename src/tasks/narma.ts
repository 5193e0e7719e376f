import { childStream, createArray, createGenerator, type Stream } from "../base/index.ts";
import { checkName } from "./check.ts";
import { SERIES_WARM_UP, splitTraining } from "./series.ts";
import type { Task, TaskSequence } from "./task.ts";

/** The NARMA series whose constants are fixed by their name. */
export type NarmaName = "narma5" | "narma10" | "narma30";

/** How many training steps there are: 2,000 (for a readout) or 20,000 (for BPTT). */
export type NarmaSplit = "reservoir" | "bptt";

interface NarmaConstants {
  readonly order: number;
  readonly decay: number;
  readonly feedback: number;
  readonly product: number;
  readonly offset: number;
}

// Atiya and Parlos 2000, IEEE Trans. Neural Networks 11:697 (order 10); the others follow the
// literature on physical reservoirs.
const CONSTANTS: Readonly<Record<NarmaName, NarmaConstants>> = {
  narma5: { order: 5, decay: 0.3, feedback: 0.05, product: 1.5, offset: 0.1 },
  narma10: { order: 10, decay: 0.3, feedback: 0.05, product: 1.5, offset: 0.1 },
  narma30: { order: 30, decay: 0.2, feedback: 0.004, product: 1.5, offset: 0.001 },
};

const TEST_STEPS = 2000;
const SPLITS: Readonly<Record<NarmaSplit, { train: number; validation: number }>> = {
  reservoir: { train: 2000, validation: 400 },
  bptt: { train: 20_000, validation: 2000 },
};

/** Above this a series has left its basin and soon overflows: it is drawn again. */
const DIVERGED = 2;

/**
 * NARMA-5: y(t+1) = .3 y + .05 y sum_{i<5} y(t-i) + 1.5 u(t-4) u(t) + .1, u uniform in [0, .5].
 *
 * The network is given 4 u - 1, which lies in [-1, 1], at step t, and must say y(t+1), as it is.
 * 200 steps lead into each sequence and are not scored. The last 400 of the 2,000 training steps
 * (2,000 of the 20,000 of `bptt`) are the validation part, which begins 200 steps earlier.
 *
 * @param options  `split`: "reservoir" (default, 2,000 training steps) or "bptt" (20,000).
 * @param stream   Decides u; training and test have independent series.
 * @throws         `unknown-name` for another split.
 */
export function createNarma5(options: { readonly split?: string }, stream: Stream): Task {
  return createNarma("narma5", options, stream);
}

/**
 * A NARMA task by its name; see {@link createNarma5} for what they share.
 *
 * narma10 and narma30 can diverge (narma5 cannot); such a series is drawn again.
 *
 * @param name     "narma5", "narma10" or "narma30".
 * @param options  `split`, as of {@link createNarma5}.
 * @param stream   Decides u.
 * @throws         `unknown-name` for another split.
 */
export function createNarma(
  name: NarmaName,
  options: { readonly split?: string },
  stream: Stream,
): Task {
  const split = options.split ?? "reservoir";
  checkName("createNarma", `split of ${name}`, split, Object.keys(SPLITS));
  const steps = SPLITS[split as NarmaSplit];
  const whole = createSeries(name, SERIES_WARM_UP + steps.train, childStream(stream, "train"));
  return {
    name,
    split,
    kind: "regression",
    scored: "each-step",
    inputs: 1,
    outputs: 1,
    score: "nrmseBySd",
    warmUp: SERIES_WARM_UP,
    ...splitTraining(whole, { warmUp: SERIES_WARM_UP, ...steps }),
    test: [createSeries(name, SERIES_WARM_UP + TEST_STEPS, childStream(stream, "test"))],
  };
}

/**
 * Walk a NARMA recursion.
 *
 * @param name  Which constants.
 * @param u     [time], within [0, .5].
 * @returns     [time]: y(t+1) at step t. y and u are 0 before the first step.
 */
export function walkNarma(name: NarmaName, u: ArrayLike<number>): Float64Array {
  const { order, decay, feedback, product, offset } = CONSTANTS[name];
  const next = new Float64Array(u.length);
  for (let t = 0; t < u.length; t++) {
    const y = t > 0 ? next[t - 1] : 0;
    let sum = 0;
    for (let i = 0; i < order && t - 1 - i >= 0; i++) sum += next[t - 1 - i];
    const oldest = t - order + 1 >= 0 ? u[t - order + 1] : 0;
    next[t] = decay * y + feedback * y * sum + product * oldest * u[t] + offset;
  }
  return next;
}

function createSeries(name: NarmaName, time: number, stream: Stream): TaskSequence {
  for (let attempt = 0; ; attempt++) {
    const generator = createGenerator(childStream(stream, attempt));
    const u = Float64Array.from({ length: time }, () => 0.5 * generator.uniform());
    const y = walkNarma(name, u);
    if (!y.every((value) => value < DIVERGED)) continue;
    const input = createArray(
      [time, 1],
      u.map((value) => 4 * value - 1),
    );
    return { input, target: createArray([time, 1], y) };
  }
}
