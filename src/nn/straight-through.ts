import { add, affine, clip, type Node, round, stopGradient, sub } from "../engine/index.ts";

/**
 * The value of one node with the derivative of another: exactly `value`, as if it were `through`.
 *
 * @param value    [rows, cols]; no derivative passes.
 * @param through  The same shape, finite.
 * @source         Bengio, Leonard and Courville 2013, arXiv:1308.3432.
 */
export function straightThrough(value: Node, through: Node): Node {
  return add(stopGradient(value), sub(through, stopGradient(through)));
}

/** The nearest multiple of `step` (default 1), ties to even; its derivative is 1: a converter. */
export function roundStraightThrough(a: Node, step = 1): Node {
  return straightThrough(affine(round(affine(a, 1 / step)), step), a);
}

/** a limited to [low, high]; its derivative is 1 outside too, so that a saturated value can return. */
export function clipStraightThrough(a: Node, low: number, high: number): Node {
  return straightThrough(clip(a, low, high), a);
}
