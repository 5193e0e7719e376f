import { applyLinear, createArray, type HostArray, solveRidge } from "../base/index.ts";
import { firstScored, isHigherBetter, joinRows, scorePredictions } from "./scores.ts";
import type { Task, TaskSequence } from "./task.ts";

/** What is said of one sequence, or seen of it: one row for each thing that is scored. */
export type Features = (sequence: TaskSequence) => HostArray;

/** Score on the test part of a ridge regression fitted on the training and validation parts. */
export function scoreLinear(task: Task, features: Features, ridge: number): number {
  return fitAndScore(task, features, ridge, [...task.train, ...task.validation], task.test);
}

/** Features, and a penalty on them. */
export interface LinearCandidate {
  readonly features: Features;
  readonly ridge: number;
}

/** The candidate that does best on the validation part, fitted on the training part. */
export function chooseLinear(task: Task, candidates: readonly LinearCandidate[]): LinearCandidate {
  if (candidates.length === 1) return candidates[0];
  const scores = candidates.map(({ features, ridge }) =>
    fitAndScore(task, features, ridge, task.train, task.validation),
  );
  const sign = isHigherBetter(task.score) ? 1 : -1;
  const best = Math.max(...scores.map((score) => sign * score));
  return candidates[scores.findIndex((score) => sign * score === best)];
}

function fitAndScore(
  task: Task,
  features: Features,
  ridge: number,
  known: readonly TaskSequence[],
  judged: readonly TaskSequence[],
): number {
  const first = (i: number): number => firstScored(task, known[i]);
  const arrays = known.map(features);
  const x = joinRows(arrays, arrays[0].shape[1], first);
  const y = joinRows(
    known.map((sequence) => targetOf(task, sequence)),
    task.outputs,
    first,
  );
  const map = solveRidge(x, y, { ridge });
  const said = judged.map((sequence) => applyLinear(map, features(sequence)));
  return scorePredictions(task, judged, said).value;
}

/** The numbers to predict, or 1 for the right class and 0 for the others. */
export function targetOf(task: Task, { target, labels }: TaskSequence): HostArray {
  if (target) return target;
  const classes = labels ?? new Int32Array(0);
  const result = createArray([classes.length, task.outputs]);
  for (let i = 0; i < classes.length; i++) result.data[i * task.outputs + classes[i]] = 1;
  return result;
}
