import { childStream, fault, philoxNormals, type Stream } from "../base/index.ts";
import { type Node, type NodeOf, type OpName, topologicalOrder } from "./graph.ts";
import { scanInputs } from "./scan.ts";

/** What a program needs from outside, in float64. */
export interface Feeds {
  /** Row-major values of inputs and parameters by name. */
  readonly values: Readonly<Record<string, ArrayLike<number>>>;
  /** Needed where the graph has normals. */
  readonly noise?: NoiseState;
}

/** Where in the program's noise a run stands. */
export interface NoiseState {
  readonly stream: Stream;
  /** Changes from one training iteration to the next. */
  readonly iteration: number;
  /** Absolute number of the first step, so that a long path may be cut into pieces. */
  readonly firstStep?: number;
}

/** Where in a loop a value is computed. */
export interface LoopPosition {
  readonly loop: NodeOf<"scan">;
  /** Counted in time from 0, also where the loop walks backwards. */
  readonly step: number;
}

/** How a graph is walked. */
export interface Walk {
  readonly feeds: Feeds;
  /** Round every value to float32, as kernels keep it (default false). */
  readonly rounded?: boolean;
  /** Sees every value when it is computed; `loops` from the outermost to the innermost. */
  readonly watch?: (
    node: Node,
    value: Float64Array,
    inputs: readonly Float64Array[],
    loops: readonly LoopPosition[],
  ) => void;
}

type Values = Map<Node, Float64Array>;
type Rule<N extends OpName> = (
  node: NodeOf<N>,
  inputs: Float64Array[],
  feeds: Feeds,
) => Float64Array;

const unary =
  (f: (x: number) => number): Rule<OpName> =>
  (_, [a]) =>
    a.map(f);

const binary =
  (f: (x: number, y: number) => number): Rule<OpName> =>
  (node, [a, b]) => {
    const [rows, cols] = node.shape;
    const at = (which: 0 | 1) => {
      const [r, c] = node.inputs[which].shape;
      return (i: number, j: number) => (r === 1 ? 0 : i) * c + (c === 1 ? 0 : j);
    };
    const [atA, atB] = [at(0), at(1)];
    const out = new Float64Array(rows * cols);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) out[i * cols + j] = f(a[atA(i, j)], b[atB(i, j)]);
    }
    return out;
  };

/** As IEEE 754 rounds: 0.5 to 0, 1.5 and 2.5 to 2. */
const roundToEven = (x: number): number => {
  const down = Math.floor(x);
  const rest = x - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
};
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const siluSlope = (x: number): number => logistic(x) * (1 + x * (1 - logistic(x)));

/** Copy a block of columns and rows between matrices. */
function copyBlock(
  to: Float64Array,
  toCols: number,
  toRow: number,
  toCol: number,
  from: Float64Array,
  fromCols: number,
  fromRow: number,
  fromCol: number,
  rows: number,
  cols: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      to[(toRow + i) * toCols + toCol + j] = from[(fromRow + i) * fromCols + fromCol + j];
    }
  }
}

function multiply(node: NodeOf<"matmul">, a: Float64Array, b: Float64Array): Float64Array {
  const [rows, cols] = node.shape;
  const { form } = node.attributes;
  const aCols = node.inputs[0].shape[1];
  const bCols = node.inputs[1].shape[1];
  const inner = form === "tn" ? node.inputs[0].shape[0] : aCols;
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        const x = form === "tn" ? a[k * aCols + i] : a[i * aCols + k];
        sum += x * (form === "nt" ? b[j * bCols + k] : b[k * bCols + j]);
      }
      out[i * cols + j] = sum;
    }
  }
  return out;
}

function multiplyEach(
  node: NodeOf<"batchedMatmul">,
  a: Float64Array,
  b: Float64Array,
): Float64Array {
  const { form, size } = node.attributes;
  const { m, n, k } = size;
  const [rowsA, rowsB] = node.inputs.map((x) => x.shape[0]);
  const out = new Float64Array(node.shape[0] * m * n);
  for (let row = 0; row < node.shape[0]; row++) {
    const atA = (rowsA === 1 ? 0 : row) * m * k;
    const atB = (rowsB === 1 ? 0 : row) * k * n;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          const x = a[atA + (form === "tn" ? l * m + i : i * k + l)];
          sum += x * b[atB + (form === "nt" ? j * k + l : l * n + j)];
        }
        out[row * m * n + i * n + j] = sum;
      }
    }
  }
  return out;
}

function drawNormals(node: NodeOf<"normals">, ids: Float64Array, feeds: Feeds): Float64Array {
  const noise = feeds.noise;
  if (!noise) {
    throw fault("bad-value", {
      where: "engine.interpret",
      what: "the graph draws noise but none was given",
      got: "no noise",
      expected: "{stream, iteration}",
      fix: "pass a noise state with the feeds",
    });
  }
  const [rows, cols] = node.shape;
  const perStep = rows / node.attributes.steps;
  const key = childStream(noise.stream, node.attributes.name);
  const out = new Float64Array(rows * cols);
  for (let r = 0; r < rows; r++) {
    const step = (noise.firstStep ?? 0) + Math.floor(r / perStep);
    for (let c = 0; c < cols; c += 4) {
      const block = philoxNormals(
        [c >> 2, step, ids[r % perStep], noise.iteration],
        key.key0,
        key.key1,
      );
      for (let lane = 0; lane < 4 && c + lane < cols; lane++)
        out[r * cols + c + lane] = block[lane];
    }
  }
  return out;
}

function joinParts(node: Node, parts: Float64Array[], byRows: boolean): Float64Array {
  const cols = node.shape[1];
  const out = new Float64Array(node.shape[0] * cols);
  let at = 0;
  parts.forEach((part, k) => {
    const [r, c] = node.inputs[k].shape;
    copyBlock(out, cols, byRows ? at : 0, byRows ? 0 : at, part, c, 0, 0, r, c);
    at += byRows ? r : c;
  });
  return out;
}

const block =
  (place: boolean, byRows: boolean): Rule<"slice" | "pad" | "sliceRows" | "padRows"> =>
  (node, [a]) => {
    const [rows, cols] = node.shape;
    const [fromRows, fromCols] = node.inputs[0].shape;
    const { from } = node.attributes;
    const out = new Float64Array(rows * cols);
    const row = byRows ? from : 0;
    const col = byRows ? 0 : from;
    if (place) copyBlock(out, cols, row, col, a, fromCols, 0, 0, fromRows, fromCols);
    else copyBlock(out, cols, 0, 0, a, fromCols, row, col, rows, cols);
    return out;
  };

function sum(node: Node, a: Float64Array): Float64Array {
  const out = new Float64Array(node.shape[0] * node.shape[1]);
  const cols = node.inputs[0].shape[1];
  const [byRow, byCol] = [node.shape[0] !== 1, node.op === "sumRows"];
  for (let k = 0; k < a.length; k++) {
    const row = Math.floor(k / cols);
    out[byCol ? k % cols : byRow ? row : 0] += a[k];
  }
  return out;
}

function rowLogSoftmax(node: Node, a: Float64Array): Float64Array {
  const [rows, cols] = node.shape;
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    const row = a.subarray(i * cols, (i + 1) * cols);
    const top = Math.max(...row);
    const norm = top + Math.log(row.reduce((total, x) => total + Math.exp(x - top), 0));
    for (let j = 0; j < cols; j++) out[i * cols + j] = row[j] - norm;
  }
  return out;
}

function lookUp(name: string, size: number, feeds: Feeds): Float64Array {
  const value = feeds.values[name];
  if (value === undefined || value.length !== size) {
    throw fault("shape-mismatch", {
      where: "engine.interpret",
      what: `the value of '${name}' is missing or has another size`,
      got: value === undefined ? "nothing" : `${value.length} numbers`,
      expected: `${size} numbers`,
      fix: "feed every input and parameter of the graph",
    });
  }
  return Float64Array.from(value);
}

const given: Rule<OpName> = (node) => {
  throw fault("internal", {
    where: "engine.interpret",
    what: `internal: '${node.op}' was reached outside its scan`,
    got: "no value",
    expected: "a value set by the scan",
    fix: "please report this with the graph's text",
  });
};

/** The meaning of every operation, in float64: what the kernels must agree with. */
const ruleOf: { readonly [N in OpName]: Rule<N> } = {
  input: (node, _, feeds) => lookUp(node.attributes.name, node.shape[0] * node.shape[1], feeds),
  parameter: (node, _, feeds) => lookUp(node.attributes.name, node.shape[0] * node.shape[1], feeds),
  constant: (node) => new Float64Array(node.shape[0] * node.shape[1]).fill(node.attributes.value),
  literal: (node) => node.attributes.data,
  bodyInput: given,
  scan: given,
  final: given,
  stacked: given,
  normals: (node, [ids], feeds) => drawNormals(node, ids, feeds),
  stopGradient: (_, [a]) => a,
  affine: ({ attributes: { scale, shift } }, [a]) => a.map((x) => scale * x + shift),
  relu: unary((x) => Math.max(x, 0)),
  tanh: unary(Math.tanh),
  silu: unary((x) => x * logistic(x)),
  sigmoid: unary(logistic),
  softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  square: unary((x) => x * x),
  abs: unary(Math.abs),
  reciprocal: unary((x) => 1 / x),
  round: unary(roundToEven),
  positive: unary((x) => (x > 0 ? 1 : 0)),
  sign: unary(Math.sign),
  clip: ({ attributes: { low, high } }, [a]) => a.map((x) => Math.min(Math.max(x, low), high)),
  inside: ({ attributes: { low, high } }, [a]) => a.map((x) => (x > low && x < high ? 1 : 0)),
  add: binary((x, y) => x + y),
  sub: binary((x, y) => x - y),
  mul: binary((x, y) => x * y),
  div: binary((x, y) => x / y),
  min: binary(Math.min),
  max: binary(Math.max),
  reluGrad: binary((g, y) => (y > 0 ? g : 0)),
  tanhGrad: binary((g, y) => g * (1 - y * y)),
  siluGrad: binary((g, x) => g * siluSlope(x)),
  matmul: (node, [a, b]) => multiply(node, a, b),
  batchedMatmul: (node, [a, b]) => multiplyEach(node, a, b),
  sumRows: (node, [a]) => sum(node as Node, a),
  sumCols: (node, [a]) => sum(node as Node, a),
  sumAll: (node, [a]) => sum(node as Node, a),
  broadcast: (node, [a]) => {
    const [rows, cols] = node.shape;
    const [r, c] = node.inputs[0].shape;
    return Float64Array.from(
      { length: rows * cols },
      (_, k) => a[(r === 1 ? 0 : Math.floor(k / cols)) * c + (c === 1 ? 0 : k % cols)],
    );
  },
  concat: (node, parts) => joinParts(node as Node, parts, false),
  concatRows: (node, parts) => joinParts(node as Node, parts, true),
  slice: block(false, false),
  pad: block(true, false),
  sliceRows: block(false, true),
  padRows: block(true, true),
  reshape: (_, [a]) => a,
  logSoftmax: (node, [a]) => rowLogSoftmax(node as Node, a),
};

/** Walk a scan and set the values of its `final` and `stacked` nodes. */
function runScan(
  node: NodeOf<"scan">,
  users: readonly Node[],
  values: Values,
  walk: Walk,
  loops: readonly LoopPosition[],
): void {
  const { steps, reverse, carryIn, carryOut, slices, captured } = node.attributes;
  const outer = scanInputs(node);
  const get = (x: Node) => values.get(x) as Float64Array;
  const wanted = users.flatMap((x) => (x.op === "stacked" ? [x] : []));
  const stacks = wanted.map((x) => new Float64Array(x.shape[0] * x.shape[1]));
  let carry = outer.initial.map(get);
  const kept: Values = new Map(captured.map((leaf, i) => [leaf, get(outer.captured[i])]));
  for (let k = 0; k < steps; k++) {
    const t = reverse ? steps - 1 - k : k;
    const inner: Values = new Map(kept);
    carryIn.forEach((x, i) => {
      inner.set(x, carry[i]);
    });
    slices.forEach((x, i) => {
      const size = x.shape[0] * x.shape[1];
      inner.set(x, get(outer.sequences[i]).subarray(t * size, (t + 1) * size));
    });
    const results = [...carryOut, ...wanted.map((x) => x.attributes.value)];
    evaluate(results, inner, walk, [...loops, { loop: node, step: t }]);
    carry = carryOut.map((x) => inner.get(x) as Float64Array);
    wanted.forEach((x, i) => {
      const value = inner.get(x.attributes.value) as Float64Array;
      stacks[i].set(value, t * value.length);
    });
  }
  for (const x of users) if (x.op === "final") values.set(x, carry[x.attributes.index]);
  wanted.forEach((x, i) => {
    values.set(x, stacks[i]);
  });
}

/** Compute the roots and all they need into `values`, which may hold some already. */
function evaluate(
  roots: readonly Node[],
  values: Values,
  walk: Walk,
  loops: readonly LoopPosition[],
): void {
  const order = topologicalOrder(roots, new Set(values.keys()));
  const scanUsers = new Map<Node, Node[]>();
  for (const node of order) {
    if (node.op !== "final" && node.op !== "stacked") continue;
    scanUsers.set(node.inputs[0], [...(scanUsers.get(node.inputs[0]) ?? []), node]);
  }
  for (const node of order) {
    if (values.has(node)) continue;
    if (node.op === "scan") {
      runScan(node, scanUsers.get(node) ?? [], values, walk, loops);
      continue;
    }
    const inputs = node.inputs.map((x) => values.get(x) as Float64Array);
    const exact = (ruleOf[node.op] as Rule<OpName>)(node as never, inputs, walk.feeds);
    const value = walk.rounded ? exact.map(Math.fround) : exact;
    walk.watch?.(node, value, inputs, loops);
    values.set(node, value);
  }
}

/**
 * Run a graph in float64, slowly and obviously: the definition of the engine.
 *
 * @param roots  Values wanted.
 * @param feeds  Inputs, parameters and noise.
 * @returns      Row-major elements of each root.
 */
export function interpret(roots: readonly Node[], feeds: Feeds): Float64Array[] {
  return walkGraph(roots, { feeds });
}

/** Run a graph as {@link interpret} does, rounding and watching on the way. */
export function walkGraph(roots: readonly Node[], walk: Walk): Float64Array[] {
  const values: Values = new Map();
  evaluate(roots, values, walk, []);
  return roots.map((root) => values.get(root) as Float64Array);
}
