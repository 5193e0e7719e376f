import { fault } from "../base/index.ts";
import {
  affine,
  constant,
  exp,
  logSoftmax,
  max,
  meanRows,
  type Node,
  sqrt,
  square,
  sub,
  sumCols,
  sumRows,
} from "../engine/index.ts";

/** Below this a root is taken as constant; its square root, 1e-10, is what a zero gives. */
const smallestSquare = 1e-20;

/** Square root of values of at least 0, whose derivative at 0 is 0 instead of infinite. */
export function safeSqrt(squares: Node): Node {
  return sqrt(max(squares, constant(smallestSquare)));
}

/** exp(a) / sum over columns of exp(a), row by row. */
export function softmax(a: Node): Node {
  return exp(logSoftmax(a));
}

/** Euclidean length of every row, [rows, 1]; the derivative of a row of zeros is zero. */
export function rowNorms(a: Node): Node {
  return safeSqrt(sumCols(square(a)));
}

/**
 * Standard deviation over the rows of a batch, column by column, [1, cols].
 *
 * In a program with shards it is taken over the rows of each shard. The derivative is zero where
 * all rows are equal.
 *
 * @param ddof  Subtracted from the number of rows in the divisor (default 1).
 * @throws      `shape-mismatch` for too few rows.
 */
export function standardDeviationRows(a: Node, ddof = 1): Node {
  const rows = a.shape[0];
  if (rows <= ddof) {
    throw fault("shape-mismatch", {
      where: "standardDeviationRows",
      what: "there are too few rows for a standard deviation",
      got: `[${a.shape.join(", ")}]`,
      expected: `more than ${ddof} rows`,
      fix: "Use a larger batch, or fewer shards",
    });
  }
  const squares = square(sub(a, meanRows(a)));
  return safeSqrt(affine(sumRows(squares), 1 / (rows - ddof)));
}
