import type { Node, NodeOf } from "./graph.ts";
import { kinds } from "./records.gen.ts";

/** A matrix product that adds a bias and applies an epilogue while its tile is in registers. */
export interface FusedMatmul {
  readonly product: NodeOf<"matmul">;
  readonly bias?: Node;
  readonly epilogue: keyof typeof kinds.epilogue;
  /** The second operand of a derivative epilogue. */
  readonly h?: Node;
}

/** A carry that only sums: its terms are added to its buffer in place. */
export interface Accumulation {
  readonly carry: Node;
  readonly terms: readonly Node[];
}

/** What the nodes of one scope become when neighbours are computed together. */
export interface Fusions {
  readonly products: ReadonlyMap<Node, FusedMatmul>;
  readonly sums: ReadonlyMap<Node, Accumulation>;
  /** Nodes computed by another and never stored. */
  readonly absorbed: ReadonlySet<Node>;
  /** What computing a node really reads. */
  inputsOf(node: Node): readonly Node[];
}

export const isUnary = (op: string): op is keyof typeof kinds.unary => op in kinds.unary;
export const isBinary = (op: string): op is keyof typeof kinds.binary => op in kinds.binary;

/** Elementwise kernels repeat rows and columns themselves. */
export function operand(node: Node): Node {
  return node.op === "broadcast" ? node.inputs[0] : node;
}

const directInputs = (node: Node): readonly Node[] =>
  isUnary(node.op) || isBinary(node.op) ? node.inputs.map(operand) : node.inputs;

const sameShape = (a: Node, b: Node): boolean =>
  a.shape[0] === b.shape[0] && a.shape[1] === b.shape[1];

const isProduct = (node: Node): node is NodeOf<"matmul"> & Node =>
  node.op === "matmul" && node.attributes.form !== "tn";

/** Whether a kernel can add the node's value to a buffer instead of storing it. */
export function canAccumulate(node: Node): boolean {
  if (node.op === "matmul") return node.attributes.form === "tn";
  return node.op === "sumRows" || node.op === "sumCols" || node.op === "sumAll";
}

/**
 * Decide which nodes of a scope are computed together.
 *
 * @param order   Nodes of the scope, inputs first.
 * @param roots   Values that must exist in memory.
 * @param carries Pairs of the values that enter and leave each step of a loop.
 */
export function findFusions(
  order: readonly Node[],
  roots: readonly Node[],
  carries: readonly (readonly [carryIn: Node, carryOut: Node])[],
): Fusions {
  const uses = new Map<Node, number>();
  const use = (x: Node) => uses.set(x, (uses.get(x) ?? 0) + 1);
  for (const node of order) directInputs(node).forEach(use);
  for (const node of roots) use(node);
  const once = (x: Node) => uses.get(x) === 1;
  const inScope = new Set(order);
  const products = new Map<Node, FusedMatmul>();
  const sums = new Map<Node, Accumulation>();
  const absorbed = new Set<Node>();

  const productOf = (node: Node): FusedMatmul | undefined => {
    if (isProduct(node)) return { product: node, epilogue: "none" };
    if (node.op !== "add") return undefined;
    const [product, bias] = node.inputs;
    if (!inScope.has(product) || !isProduct(product) || !once(product)) return undefined;
    if (!sameShape(product, node) || bias.shape[0] !== 1 || bias.shape[1] !== node.shape[1]) {
      return undefined;
    }
    return { product, bias, epilogue: "none" };
  };
  const absorb = (top: Node, inner: Node, fused: FusedMatmul) => {
    products.set(top, fused);
    if (inner !== top) absorbed.add(inner);
    if (fused.product !== top) absorbed.add(fused.product as Node);
  };
  for (const node of order) {
    const inner = node.inputs[0];
    const hasOwn = inner !== undefined && inScope.has(inner) && once(inner);
    if (node.op === "add") {
      const fused = productOf(node);
      if (fused) absorb(node, node, fused);
    } else if (hasOwn && (node.op === "relu" || node.op === "tanh")) {
      const fused = productOf(inner);
      if (fused) absorb(node, inner, { ...fused, epilogue: node.op });
    } else if (hasOwn && (node.op === "reluGrad" || node.op === "tanhGrad")) {
      const h = node.inputs[1];
      if (isProduct(inner) && sameShape(inner, node) && sameShape(h, node)) {
        const epilogue = node.op === "reluGrad" ? "keepPositive" : "tanhGrad";
        absorb(node, inner, { product: inner, epilogue, h });
      }
    }
  }

  const flatten = (node: Node): Node[] => {
    const isSum = node.op === "add" && once(node) && !products.has(node);
    if (!isSum || !inScope.has(node) || !node.inputs.every((x) => sameShape(x, node)))
      return [node];
    absorbed.add(node);
    return node.inputs.flatMap(flatten);
  };
  for (const [carryIn, carryOut] of carries) {
    const isSum = carryOut.op === "add" && carryOut.inputs[0] === carryIn;
    if (!isSum || !once(carryIn) || !once(carryOut) || products.has(carryOut)) continue;
    if (!sameShape(carryOut.inputs[1], carryOut)) continue;
    const terms = flatten(carryOut.inputs[1]);
    for (const term of terms) {
      if (inScope.has(term) && canAccumulate(term) && once(term)) absorbed.add(term);
    }
    sums.set(carryOut, { carry: carryIn, terms });
  }

  const inputsOf = (node: Node): readonly Node[] => {
    const fused = products.get(node);
    if (fused) {
      return [...fused.product.inputs, fused.bias, fused.h].filter((x) => x !== undefined);
    }
    const sum = sums.get(node);
    if (sum) return sum.terms.flatMap((x) => (absorbed.has(x) ? x.inputs : [x]));
    return directInputs(node);
  };
  return { products, sums, absorbed, inputsOf };
}
