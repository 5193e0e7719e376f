import { childStream, createArray, createGenerator, type Stream } from "../base/index.ts";
import { checkName, checkWhole } from "./check.ts";
import { cutSequence, SERIES_WARM_UP, splitTraining } from "./series.ts";
import type { Task, TaskSequence } from "./task.ts";

/** Split and horizon of {@link createMackeyGlass}. */
export interface MackeyGlassOptions {
  /** "reservoir" (default, 4,000 training steps) or "bptt" (20,000). */
  readonly split?: string;
  /** Steps ahead, from 1. Default 84; 10 and 20 are usual. At 1 a linear map beats any network. */
  readonly horizon?: number;
}

const SPLITS: Readonly<Record<string, { train: number; validation: number }>> = {
  reservoir: { train: 4000, validation: 800 },
  bptt: { train: 20_000, validation: 2000 },
};
const TEST_STEPS = 2000;

const STEPS_PER_SAMPLE = 10; // integration steps of .1
const DELAY_STEPS = 170; // 17
const DISCARDED = 1000;

/**
 * Say the Mackey-Glass series of delay 17 some steps ahead.
 *
 * The network is given 2 x(t) - 1.8, which lies within [-1, 1], and must say x(t + horizon), as
 * it is. 200 steps lead into each part and are not scored; the test follows the training part.
 *
 * @param options  `split`; `horizon`.
 * @param stream   Decides the initial value, from 1.1 to 1.3; 1,000 samples are then left out.
 * @throws         `unknown-name` for another split; `bad-value` for a horizon that is none.
 * @source         Mackey and Glass 1977, Science 197:287; horizon 84: Jaeger and Haas 2004, Science
 *                 304:78.
 */
export function createMackeyGlass(options: MackeyGlassOptions, stream: Stream): Task {
  const { split = "reservoir", horizon = 84 } = options;
  checkName("createMackeyGlass", "split of mackeyGlass17", split, Object.keys(SPLITS));
  checkWhole("createMackeyGlass", "horizon", horizon, 1);
  const steps = SPLITS[split];
  const known = SERIES_WARM_UP + steps.train;
  const time = known + SERIES_WARM_UP + TEST_STEPS;
  const x = walkMackeyGlass(drawInitialValue(stream), time + horizon);
  const whole: TaskSequence = {
    input: createArray([time, 1], toInput(x.subarray(0, time))),
    target: createArray([time, 1], x.slice(horizon)),
  };
  return {
    name: `mackeyGlass17, horizon ${horizon}`,
    split,
    kind: "regression",
    scored: "each-step",
    inputs: 1,
    outputs: 1,
    score: "nrmseBySd",
    horizon,
    warmUp: SERIES_WARM_UP,
    ...splitTraining(whole, { warmUp: SERIES_WARM_UP, ...steps }),
    test: [cutSequence(whole, known, time)],
  };
}

/** What a network is given for values of the series. */
export function toInput(x: Float64Array): Float64Array {
  return x.map((value) => 2 * value - 1.8);
}

/** The value before time 0 of the series of a stream. */
export function drawInitialValue(stream: Stream): number {
  return 1.1 + 0.2 * createGenerator(childStream(stream, "initial value")).uniform();
}

/**
 * Walk x' = .2 x(t - 17) / (1 + x(t - 17)^10) - .1 x by Runge and Kutta's fourth-order scheme in
 * steps of .1, the delayed value interpolated linearly inside a step.
 *
 * Powers are products and nothing is left to a library, so that the bits are alike everywhere.
 *
 * @param initial  x before time 0, constant.
 * @param samples  One for each unit of time, from time 1,001 on.
 */
export function walkMackeyGlass(initial: number, samples: number): Float64Array {
  const dt = 0.1;
  const steps = (DISCARDED + samples) * STEPS_PER_SAMPLE;
  const x = new Float64Array(DELAY_STEPS + 1 + steps).fill(initial, 0, DELAY_STEPS + 1);
  const result = new Float64Array(samples);
  for (let i = 0; i < steps; i++) {
    const now = x[DELAY_STEPS + i];
    const [first, last] = [x[i], x[i + 1]];
    const middle = (first + last) / 2;
    const k1 = slope(now, first);
    const k2 = slope(now + (dt / 2) * k1, middle);
    const k3 = slope(now + (dt / 2) * k2, middle);
    const k4 = slope(now + dt * k3, last);
    x[DELAY_STEPS + i + 1] = now + (dt / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  for (let s = 0; s < samples; s++) {
    result[s] = x[DELAY_STEPS + (DISCARDED + s + 1) * STEPS_PER_SAMPLE];
  }
  return result;
}

function slope(x: number, delayed: number): number {
  const second = delayed * delayed;
  const fourth = second * second;
  const tenth = fourth * fourth * second;
  return (0.2 * delayed) / (1 + tenth) - 0.1 * x;
}
