import { createArray, type HostArray } from "../base/index.ts";
import type { Task, TaskSequence } from "./task.ts";

/** Steps that lead into a long series and are not scored. */
export const SERIES_WARM_UP = 200;

/** Steps `from` to before `to` of a sequence whose every step is scored. */
export function cutSequence(
  { input, target, labels }: TaskSequence,
  from: number,
  to: number,
): TaskSequence {
  const part = (array: HostArray): HostArray => {
    const width = array.shape[1];
    return createArray([to - from, width], array.data.slice(from * width, to * width));
  };
  return {
    input: part(input),
    ...(target ? { target: part(target) } : {}),
    ...(labels ? { labels: labels.slice(from, to) } : {}),
  };
}

/**
 * Cut the training and validation parts from one long series.
 *
 * The validation part is the end of the training steps; it begins a warm-up earlier, so that all
 * its own steps are scored.
 *
 * @param whole       Its first `warmUp + train` steps are used.
 * @param train       Scored training steps, those of the validation part included.
 * @param validation  Those of them that are the validation part.
 */
export function splitTraining(
  whole: TaskSequence,
  { warmUp, train, validation }: Record<"warmUp" | "train" | "validation", number>,
): Pick<Task, "train" | "validation"> {
  const border = warmUp + train - validation;
  return {
    train: [cutSequence(whole, 0, border)],
    validation: [cutSequence(whole, border - warmUp, border + validation)],
  };
}
