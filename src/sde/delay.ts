import { concat, type Node, slice } from "../engine/index.ts";

/**
 * Move a delay line by one sample, exactly.
 *
 * @param next  Newest observables, [rows, observables].
 * @param line  [x_t, x_{t-1}, ..., x_{t-N_d}], [rows, observables (N_d + 1)].
 * @returns     [x_{t+1}, x_t, ..., x_{t-N_d+1}], the same shape.
 */
export function shiftDelays(next: Node, line: Node): Node {
  const kept = line.shape[1] - next.shape[1];
  return kept === 0 ? next : concat([next, slice(line, 0, kept)]);
}

/** A delay line in which the newest sample is another value: [x, x_{t-1}, ..., x_{t-N_d}]. */
export function replaceNewest(x: Node, line: Node): Node {
  const cols = x.shape[1];
  const older = line.shape[1] - cols;
  return older === 0 ? x : concat([x, slice(line, cols, older)]);
}
