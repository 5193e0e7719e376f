import { fault } from "../base/index.ts";
import {
  createNode,
  formatNodeShape,
  type MatmulForm,
  type Node,
  type OpName,
  type ProductSize,
  type Shape,
  shapeFault,
} from "./graph.ts";

/**
 * A matrix that the host writes before each run.
 *
 * @param name     Unique within a program.
 * @param shape    [rows of one shard, cols] of one step.
 * @param options  `steps` matrices are stacked (default 1); `shared`: the same rows for every shard.
 */
export function input(
  name: string,
  shape: Shape,
  options: { readonly steps?: number; readonly shared?: boolean } = {},
): Node {
  const { steps = 1, shared = false } = options;
  return createNode("input", [], { name, steps, shared }, [steps * shape[0], shape[1]]);
}

/** A matrix kept between runs: weights. */
export function parameter(name: string, shape: Shape): Node {
  return createNode("parameter", [], { name }, shape);
}

/** One number everywhere. */
export function constant(value: number, shape: Shape = [1, 1]): Node {
  return createNode("constant", [], { value }, shape);
}

/** Fixed numbers, row-major. */
export function literal(shape: Shape, data: ArrayLike<number>): Node {
  if (data.length !== shape[0] * shape[1]) {
    throw shapeFault(
      "literal",
      "the data do not fill the shape",
      `${data.length} numbers`,
      formatNodeShape(shape),
    );
  }
  return createNode("literal", [], { data: Float64Array.from(data) }, shape);
}

/**
 * Standard normals of `steps` stacked matrices, one row per id.
 *
 * The draw of (name, id, step, column) depends on nothing else but the program's noise stream and
 * iteration: not on the row, the batch size or the shard.
 *
 * @param name  Names the use; another name gives other numbers.
 * @param ids   [rows, 1], whole numbers below 2^24: example * paths + path.
 */
export function normals(name: string, ids: Node, steps: number, cols: number): Node {
  if (ids.shape[1] !== 1) {
    throw shapeFault("normals", "ids must be one column", formatNodeShape(ids.shape), "[rows, 1]");
  }
  return createNode("normals", [ids], { name, steps }, [steps * ids.shape[0], cols]);
}

const unary = (op: OpName, a: Node): Node => createNode(op, [a], null as never, a.shape);

/** scale * a + shift */
export function affine(a: Node, scale: number, shift = 0): Node {
  return createNode("affine", [a], { scale, shift }, a.shape);
}
/** -a */
export const negate = (a: Node): Node => affine(a, -1);
export const relu = (a: Node): Node => unary("relu", a);
export const tanh = (a: Node): Node => unary("tanh", a);
/** a sigmoid(a) */
export const silu = (a: Node): Node => unary("silu", a);
export const sigmoid = (a: Node): Node => unary("sigmoid", a);
/** log(1 + exp(a)) */
export const softplus = (a: Node): Node => unary("softplus", a);
export const exp = (a: Node): Node => unary("exp", a);
export const log = (a: Node): Node => unary("log", a);
export const sqrt = (a: Node): Node => unary("sqrt", a);
export const square = (a: Node): Node => unary("square", a);
export const abs = (a: Node): Node => unary("abs", a);
export const reciprocal = (a: Node): Node => unary("reciprocal", a);
/** The nearest whole number, ties to even; its derivative is zero. */
export const round = (a: Node): Node => unary("round", a);
/** 1 where a > 0, else 0; its derivative is zero. */
export const positive = (a: Node): Node => unary("positive", a);
/** -1, 0 or 1; its derivative is zero. */
export const sign = (a: Node): Node => unary("sign", a);
/** The same value through which no derivative passes. */
export const stopGradient = (a: Node): Node => unary("stopGradient", a);
/** a limited to [low, high]; the derivative is zero outside. */
export function clip(a: Node, low: number, high: number): Node {
  return createNode("clip", [a], { low, high }, a.shape);
}
/** 1 where low < a < high, else 0; its derivative is zero. */
export function inside(a: Node, low: number, high: number): Node {
  return createNode("inside", [a], { low, high }, a.shape);
}

const broadcastShape = (op: string, a: Shape, b: Shape): Shape => {
  const fits = (x: number, y: number) => x === y || x === 1 || y === 1;
  if (!fits(a[0], b[0]) || !fits(a[1], b[1])) {
    throw shapeFault(
      op,
      "the operands do not fit each other",
      `${formatNodeShape(a)} and ${formatNodeShape(b)}`,
      "equal lengths, or 1, along each axis",
    );
  }
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
};

const binary = (op: OpName, a: Node, b: Node): Node =>
  createNode(op, [a, b], null as never, broadcastShape(op, a.shape, b.shape));

/** a + b; axes of length 1 are repeated, as in all binary operations. */
export const add = (a: Node, b: Node): Node => binary("add", a, b);
export const sub = (a: Node, b: Node): Node => binary("sub", a, b);
export const mul = (a: Node, b: Node): Node => binary("mul", a, b);
export const div = (a: Node, b: Node): Node => binary("div", a, b);
export const min = (a: Node, b: Node): Node => binary("min", a, b);
export const max = (a: Node, b: Node): Node => binary("max", a, b);
/** g where y > 0, else 0: the derivative of relu at its result y. */
export const reluGrad = (g: Node, y: Node): Node => binary("reluGrad", g, y);
/** g (1 - y^2): the derivative of tanh at its result y. */
export const tanhGrad = (g: Node, y: Node): Node => binary("tanhGrad", g, y);
/** g silu'(x) */
export const siluGrad = (g: Node, x: Node): Node => binary("siluGrad", g, x);

/** Sum of several nodes of one shape. */
export function addAll(terms: readonly Node[]): Node {
  return terms.reduce((sum, term) => add(sum, term));
}

/**
 * Matrix product.
 *
 * @param form  "nn": a [m, k] b [k, n]; "nt": a [m, k] b [n, k]^T; "tn": a [l, m]^T b [l, n].
 */
export function matmul(a: Node, b: Node, form: MatmulForm = "nn"): Node {
  const [inner, rows] = form === "tn" ? a.shape : [a.shape[1], a.shape[0]];
  const [otherInner, cols] = form === "nt" ? [b.shape[1], b.shape[0]] : b.shape;
  if (inner !== otherInner) {
    throw shapeFault(
      "matmul",
      `the summed axes of form '${form}' differ`,
      `${formatNodeShape(a.shape)} and ${formatNodeShape(b.shape)}`,
      `${inner} along the summed axis of the second`,
    );
  }
  return createNode("matmul", [a, b], { form }, [rows, cols]);
}

/**
 * One small matrix product per row; each row of an operand is a matrix, row-major in its columns.
 *
 * @param a     [rows, m k], or one row for all.
 * @param b     [rows, k n], or one row for all.
 * @param size  m, n and k of the product, whichever operand is transposed.
 * @param form  "nn": a b; "nt": b holds [n, k]; "tn": a holds [k, m].
 * @returns     [rows, m n]
 */
export function batchedMatmul(a: Node, b: Node, size: ProductSize, form: MatmulForm = "nn"): Node {
  const { m, n, k } = size;
  const got = `${formatNodeShape(a.shape)} and ${formatNodeShape(b.shape)}`;
  if (a.shape[1] !== m * k || b.shape[1] !== k * n || Math.min(m, n, k) < 1) {
    throw shapeFault(
      "batchedMatmul",
      `the columns do not hold a product [${m}, ${k}] [${k}, ${n}]`,
      got,
      `[*, ${m * k}] and [*, ${k * n}], sides of at least 1`,
    );
  }
  const rows = Math.max(a.shape[0], b.shape[0]);
  if ([a, b].some((x) => x.shape[0] !== rows && x.shape[0] !== 1)) {
    const expected = `${rows} rows, or 1 for all, in both`;
    throw shapeFault("batchedMatmul", "the operands differ in rows", got, expected);
  }
  return createNode("batchedMatmul", [a, b], { form, size }, [rows, m * n]);
}

/** Sum over rows: [1, cols]. */
export const sumRows = (a: Node): Node => createNode("sumRows", [a], null, [1, a.shape[1]]);
/** Sum over columns: [rows, 1]. */
export const sumCols = (a: Node): Node => createNode("sumCols", [a], null, [a.shape[0], 1]);
/** Sum of all elements: [1, 1]. */
export const sumAll = (a: Node): Node => createNode("sumAll", [a], null, [1, 1]);
/** Mean over rows: [1, cols]. */
export const meanRows = (a: Node): Node => affine(sumRows(a), 1 / a.shape[0]);
/** Mean over columns: [rows, 1]. */
export const meanCols = (a: Node): Node => affine(sumCols(a), 1 / a.shape[1]);
/** Mean of all elements: [1, 1]. */
export const meanAll = (a: Node): Node => affine(sumAll(a), 1 / (a.shape[0] * a.shape[1]));

/** Repeat axes of length 1 up to a shape. */
export function broadcast(a: Node, shape: Shape): Node {
  const result = broadcastShape("broadcast", a.shape, shape);
  if (result[0] !== shape[0] || result[1] !== shape[1]) {
    throw shapeFault(
      "broadcast",
      "the value is larger than the shape",
      formatNodeShape(a.shape),
      formatNodeShape(shape),
    );
  }
  if (a.shape[0] === shape[0] && a.shape[1] === shape[1]) return a;
  return createNode("broadcast", [a], null, shape);
}

/** Columns side by side. */
export function concat(parts: readonly Node[]): Node {
  if (parts.length === 1) return parts[0];
  const rows = parts[0].shape[0];
  for (const part of parts) {
    if (part.shape[0] !== rows) {
      throw shapeFault(
        "concat",
        "the parts differ in rows",
        formatNodeShape(part.shape),
        `[${rows}, *]`,
      );
    }
  }
  const cols = parts.reduce((sum, part) => sum + part.shape[1], 0);
  return createNode("concat", parts, null, [rows, cols]);
}

/** Rows on top of each other. */
export function concatRows(parts: readonly Node[]): Node {
  if (parts.length === 1) return parts[0];
  const cols = parts[0].shape[1];
  for (const part of parts) {
    if (part.shape[1] !== cols) {
      throw shapeFault(
        "concatRows",
        "the parts differ in columns",
        formatNodeShape(part.shape),
        `[*, ${cols}]`,
      );
    }
  }
  const rows = parts.reduce((sum, part) => sum + part.shape[0], 0);
  return createNode("concatRows", parts, null, [rows, cols]);
}

const checkRange = (op: string, from: number, count: number, length: number): void => {
  if (from < 0 || count < 1 || from + count > length) {
    throw shapeFault(
      op,
      "the range leaves the matrix",
      `${from} to ${from + count}`,
      `within 0 to ${length}`,
    );
  }
};

/** Columns from .. from + count - 1. */
export function slice(a: Node, from: number, count: number): Node {
  checkRange("slice", from, count, a.shape[1]);
  if (count === a.shape[1]) return a;
  return createNode("slice", [a], { from }, [a.shape[0], count]);
}

/** Rows from .. from + count - 1. */
export function sliceRows(a: Node, from: number, count: number): Node {
  checkRange("sliceRows", from, count, a.shape[0]);
  if (count === a.shape[0]) return a;
  return createNode("sliceRows", [a], { from }, [count, a.shape[1]]);
}

/** The columns of `a` placed at column `from` of a zero matrix with `cols` columns. */
export function pad(a: Node, from: number, cols: number): Node {
  checkRange("pad", from, a.shape[1], cols);
  return createNode("pad", [a], { from }, [a.shape[0], cols]);
}

/** The rows of `a` placed at row `from` of a zero matrix with `rows` rows. */
export function padRows(a: Node, from: number, rows: number): Node {
  checkRange("padRows", from, a.shape[0], rows);
  return createNode("padRows", [a], { from }, [rows, a.shape[1]]);
}

/** The same elements in row-major order under another shape. */
export function reshape(a: Node, shape: Shape): Node {
  if (a.shape[0] * a.shape[1] !== shape[0] * shape[1]) {
    throw shapeFault(
      "reshape",
      "the number of elements changes",
      formatNodeShape(a.shape),
      formatNodeShape(shape),
    );
  }
  if (a.shape[0] === shape[0]) return a;
  return createNode("reshape", [a], null, shape);
}

/** a - log(sum over columns of exp(a)), row by row. */
export const logSoftmax = (a: Node): Node => unary("logSoftmax", a);

/**
 * The value under a name for messages. Label a value where it is made and use what comes back:
 * values with and without their label are computed apart.
 *
 * @param text  For example "drive of stage 2". Inputs, parameters and normals keep their own names.
 * @param rows  Names of rows, repeated from the first row on.
 */
export function labelled(node: Node, text: string, rows?: readonly string[]): Node {
  if (node.inputs.length === 0 || node.op === "normals") return node;
  return { ...node, label: { text, rows } };
}

/** The node with other inputs of the same shapes. */
export function withInputs(node: Node, inputs: readonly Node[]): Node {
  inputs.forEach((next, i) => {
    const [rows, cols] = node.inputs[i].shape;
    if (next.shape[0] !== rows || next.shape[1] !== cols) {
      throw fault("internal", {
        where: "engine.withInputs",
        what: `internal: a rewrite of '${node.op}' changed a shape`,
        got: formatNodeShape(next.shape),
        expected: formatNodeShape(node.inputs[i].shape),
        fix: "please report this with the graph's text",
      });
    }
  });
  return createNode(node.op, inputs, node.attributes as never, node.shape, node.label);
}
