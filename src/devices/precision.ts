import { fault } from "../base/index.ts";

/** Relative errors of what repeats tell of the noise, at one step of one sequence. */
export interface RepeatErrors {
  /** Standard error of the mean, in standard deviations of the noise. */
  readonly mean: number;
  /** Of the standard deviation, relative to itself. */
  readonly std: number;
  /** Of an autocovariance, relative to the variance: largest at lag 0, where it is the variance. */
  readonly autocov: number;
}

/** Kurtosis of Gaussian noise. */
export const gaussianKurtosis = 3;

/**
 * Standard errors that a number of repeats leaves.
 *
 *   mean: sqrt(1/R)     std: sqrt((k - 1)/(4 R))     autocov: sqrt(max(k - 1, 1)/R)
 *
 * R repeats, k kurtosis (fourth moment over squared variance). At a lag where the noise has lost its
 * memory the autocovariance errs by sqrt(1/R). Averages over steps and sequences err by less.
 *
 * @source  Kenney and Keeping 1951, Mathematics of Statistics II, 7.7; delta method for the root.
 */
export function errorsOfRepeats(
  repeats: number,
  kurtosis: number = gaussianKurtosis,
): RepeatErrors {
  const excess = kurtosis - 1;
  return {
    mean: Math.sqrt(1 / repeats),
    std: Math.sqrt(excess / (4 * repeats)),
    autocov: Math.sqrt(Math.max(excess, 1) / repeats),
  };
}

/**
 * Repeats that bring each error down to a wanted one: {@link errorsOfRepeats} solved for R.
 *
 * @param error  Relative, such as 0.05.
 * @throws       `out-of-range` unless it is positive.
 */
export function repeatsForError(error: number, kurtosis: number = gaussianKurtosis): RepeatErrors {
  if (!(error > 0)) {
    throw fault("out-of-range", {
      where: "repeatsForError",
      what: "the wanted relative error cannot be reached by repeats",
      got: `${error}`,
      expected: "more than 0, such as 0.05",
      fix: "Choose a positive error",
    });
  }
  const { mean, std, autocov } = errorsOfRepeats(1, kurtosis);
  const needed = (one: number): number => Math.max(2, Math.ceil((one / error) ** 2 - 1e-9));
  return { mean: needed(mean), std: needed(std), autocov: needed(autocov) };
}
