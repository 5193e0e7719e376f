import { fault } from "../base/index.ts";
import { dependents, type Node, type NodeOf, type OpName, topologicalOrder } from "./graph.ts";
import {
  add,
  affine,
  batchedMatmul,
  broadcast,
  constant,
  div,
  exp,
  inside,
  matmul,
  mul,
  negate,
  pad,
  padRows,
  positive,
  reciprocal,
  reluGrad,
  reshape,
  sigmoid,
  sign,
  siluGrad,
  slice,
  sliceRows,
  square,
  sub,
  sumAll,
  sumCols,
  sumRows,
  tanhGrad,
} from "./operations.ts";
import { scanPullback } from "./scan-gradient.ts";

type Cotangents = readonly (Node | undefined)[];
type GradientRule<N extends OpName> = (node: NodeOf<N>, g: Node) => Cotangents;

/** Undo broadcasting: sum a cotangent down to the shape of the operand. */
function sumTo(g: Node, like: Node): Node {
  const [rows, cols] = like.shape;
  if (g.shape[0] === rows && g.shape[1] === cols) return g;
  if (rows === 1 && cols === 1) return sumAll(g);
  if (rows === 1 && g.shape[0] !== 1) return sumRows(g);
  return sumCols(g);
}

const one = (a: Node, shift: number, scale: number): Node => affine(a, scale, shift);
const of = (node: { readonly inputs: readonly Node[] }): [Node, Node] => [
  node.inputs[0],
  node.inputs[1],
];

/** d silu / dx = s (1 + x (1 - s)), s = sigmoid(x) */
const siluSlope = (x: Node): Node => {
  const s = sigmoid(x);
  return mul(s, one(mul(x, one(s, 1, -1)), 1, 1));
};
/** d^2 silu / dx^2 = s (1 - s) (2 + x (1 - 2 s)) */
const siluCurvature = (x: Node): Node => {
  const s = sigmoid(x);
  return mul(mul(s, one(s, 1, -1)), one(mul(x, one(s, 1, -2)), 2, 1));
};
const chosen = (g: Node, a: Node, b: Node, pickA: Node): Cotangents => [
  sumTo(mul(g, pickA), a),
  sumTo(mul(g, one(pickA, 1, -1)), b),
];

/** The chain rule: for each operation, the cotangents of its inputs from that of its result. */
const gradientOf: { readonly [N in OpName]: GradientRule<N> } = {
  input: () => [],
  parameter: () => [],
  constant: () => [],
  literal: () => [],
  bodyInput: () => [],
  normals: () => [undefined],
  stopGradient: () => [undefined],
  positive: () => [undefined],
  inside: () => [undefined],
  sign: () => [undefined],
  round: () => [undefined],
  affine: ({ attributes }, g) => [affine(g, attributes.scale)],
  relu: (node, g) => [reluGrad(g, node)],
  tanh: (node, g) => [tanhGrad(g, node)],
  silu: ({ inputs }, g) => [siluGrad(g, inputs[0])],
  sigmoid: (node, g) => [mul(g, mul(node, one(node, 1, -1)))],
  softplus: ({ inputs }, g) => [mul(g, sigmoid(inputs[0]))],
  exp: (node, g) => [mul(g, node)],
  log: ({ inputs }, g) => [div(g, inputs[0])],
  sqrt: (node, g) => [div(affine(g, 0.5), node)],
  square: ({ inputs }, g) => [mul(affine(g, 2), inputs[0])],
  abs: ({ inputs }, g) => [mul(g, sign(inputs[0]))],
  reciprocal: (node, g) => [mul(g, negate(square(node)))],
  clip: ({ inputs, attributes }, g) => [mul(g, inside(inputs[0], attributes.low, attributes.high))],
  add: (node, g) => of(node).map((x) => sumTo(g, x)),
  sub: (node, g) => [sumTo(g, node.inputs[0]), sumTo(negate(g), node.inputs[1])],
  mul: (node, g) => {
    const [a, b] = of(node);
    return [sumTo(mul(g, b), a), sumTo(mul(g, a), b)];
  },
  div: (node, g) => {
    const [a, b] = of(node);
    const scaled = mul(g, reciprocal(b));
    return [sumTo(scaled, a), sumTo(negate(mul(scaled, node)), b)];
  },
  min: (node, g) => chosen(g, ...of(node), positive(sub(node.inputs[1], node.inputs[0]))),
  max: (node, g) => chosen(g, ...of(node), positive(sub(node.inputs[0], node.inputs[1]))),
  reluGrad: ({ inputs }, g) => [reluGrad(g, inputs[1]), undefined],
  tanhGrad: ({ inputs: [v, y] }, g) => [tanhGrad(g, y), mul(mul(g, v), affine(y, -2))],
  siluGrad: ({ inputs: [v, x] }, g) => [mul(g, siluSlope(x)), mul(mul(g, v), siluCurvature(x))],
  matmul: ({ inputs: [a, b], attributes }, g) => {
    switch (attributes.form) {
      case "nn":
        return [matmul(g, b, "nt"), matmul(a, g, "tn")];
      case "nt":
        return [matmul(g, b, "nn"), matmul(g, a, "tn")];
      case "tn":
        return [matmul(b, g, "nt"), matmul(a, g, "nn")];
    }
  },
  batchedMatmul: (node, g) => {
    const [a, b] = of(node);
    const { form, size } = node.attributes;
    const { m, n, k } = size;
    const sums = (ofA: Node, ofB: Node): Cotangents => [sumTo(ofA, a), sumTo(ofB, b)];
    const left = { m, n: k, k: n };
    switch (form) {
      case "nn":
        return sums(batchedMatmul(g, b, left, "nt"), batchedMatmul(a, g, { m: k, n, k: m }, "tn"));
      case "nt":
        return sums(batchedMatmul(g, b, left), batchedMatmul(g, a, { m: n, n: k, k: m }, "tn"));
      case "tn":
        return sums(
          batchedMatmul(b, g, { m: k, n: m, k: n }, "nt"),
          batchedMatmul(a, g, { m: k, n, k: m }),
        );
    }
  },
  sumRows: ({ inputs }, g) => [broadcast(g, inputs[0].shape)],
  sumCols: ({ inputs }, g) => [broadcast(g, inputs[0].shape)],
  sumAll: ({ inputs }, g) => [broadcast(g, inputs[0].shape)],
  broadcast: ({ inputs }, g) => [sumTo(g, inputs[0])],
  concat: ({ inputs }, g) => {
    let from = 0;
    return inputs.map((part) => {
      from += part.shape[1];
      return slice(g, from - part.shape[1], part.shape[1]);
    });
  },
  concatRows: ({ inputs }, g) => {
    let from = 0;
    return inputs.map((part) => {
      from += part.shape[0];
      return sliceRows(g, from - part.shape[0], part.shape[0]);
    });
  },
  slice: ({ inputs, attributes }, g) => [pad(g, attributes.from, inputs[0].shape[1])],
  pad: ({ inputs, attributes }, g) => [slice(g, attributes.from, inputs[0].shape[1])],
  sliceRows: ({ inputs, attributes }, g) => [padRows(g, attributes.from, inputs[0].shape[0])],
  padRows: ({ inputs, attributes }, g) => [sliceRows(g, attributes.from, inputs[0].shape[0])],
  reshape: ({ inputs }, g) => [reshape(g, inputs[0].shape)],
  logSoftmax: (node, g) => [sub(g, mul(exp(node), sumCols(g)))],
  scan: () => unreachable("scan"),
  final: () => unreachable("final"),
  stacked: () => unreachable("stacked"),
};

function unreachable(op: string): never {
  throw fault("internal", {
    where: "engine.gradients",
    what: `internal: '${op}' has no rule of its own`,
    got: "a table look-up",
    expected: "the rule of scans",
    fix: "please report this with the graph's text",
  });
}

/**
 * Pull cotangents back from results to sources, graph to graph.
 *
 * @param seeds     Results and their cotangents.
 * @param sources   Where derivatives are wanted.
 * @param boundary  Nodes taken as given: nothing is pulled through them.
 * @returns         A cotangent for each source; undefined where the results do not depend on it.
 */
export function pullback(
  seeds: readonly (readonly [result: Node, cotangent: Node])[],
  sources: readonly Node[],
  boundary: ReadonlySet<Node>,
): (Node | undefined)[] {
  const order = topologicalOrder(
    seeds.map(([result]) => result),
    boundary,
  );
  const wanted = dependents(order, sources);
  const cotangents = new Map<Node, Node>();
  const scanResults = new Map<Node, Map<Node, Node>>();
  const accumulate = (node: Node, g: Node | undefined): void => {
    if (g === undefined || !wanted.has(node)) return;
    const before = cotangents.get(node);
    cotangents.set(node, before ? add(before, g) : g);
  };
  for (const [result, g] of seeds) accumulate(result, g);
  const isSource = new Set(sources);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    if (!wanted.has(node) || boundary.has(node)) continue;
    if (node.op === "scan") {
      const results = scanResults.get(node);
      if (!results) continue;
      const pulled = scanPullback(node, results, (x) => wanted.has(x), pullback);
      node.inputs.forEach((x, k) => {
        accumulate(x, pulled[k]);
      });
      continue;
    }
    const g = cotangents.get(node);
    if (g === undefined) continue;
    if (node.op === "final" || node.op === "stacked") {
      const results = scanResults.get(node.inputs[0]) ?? new Map<Node, Node>();
      results.set(node, g);
      scanResults.set(node.inputs[0], results);
      continue;
    }
    if (isSource.has(node) && node.inputs.length === 0) continue;
    const rule = gradientOf[node.op] as GradientRule<OpName>;
    rule(node as never, g).forEach((value, k) => {
      accumulate(node.inputs[k], value);
    });
  }
  return sources.map((source) => cotangents.get(source));
}

/**
 * Derivatives of a scalar with respect to values of its graph, as new values of the graph.
 *
 * @param loss     [1, 1].
 * @param sources  Parameters, inputs or any other nodes.
 * @returns        One node per source, of the source's shape; zeros where the loss ignores it.
 * @throws         `shape-mismatch` if the loss is not a scalar.
 */
export function gradients(loss: Node, sources: readonly Node[]): Node[] {
  if (loss.shape[0] !== 1 || loss.shape[1] !== 1) {
    throw fault("shape-mismatch", {
      where: "engine.gradients",
      what: "the loss is not a scalar",
      got: `[${loss.shape.join(", ")}]`,
      expected: "[1, 1]",
      fix: "reduce it with sumAll or meanAll",
    });
  }
  const pulled = pullback([[loss, constant(1)]], sources, new Set());
  return sources.map((source, i) => pulled[i] ?? constant(0, source.shape));
}
