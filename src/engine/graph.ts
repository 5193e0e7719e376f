import { fault } from "../base/index.ts";

/** Rows and columns. Every value is a matrix; a sequence of T matrices is stacked in T * rows rows. */
export type Shape = readonly [rows: number, cols: number];

/** Which operand of a matrix product is transposed: a b, a b^T or a^T b. */
export type MatmulForm = "nn" | "nt" | "tn";

/** Sizes of a product [m, k] [k, n], whichever operand is stored transposed. */
export interface ProductSize {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** What an operation needs to know beyond its inputs. */
export interface OpAttributes {
  /** Written by the host before each run; `steps` matrices stacked; `shared` by all shards. */
  input: { readonly name: string; readonly steps: number; readonly shared: boolean };
  /** Kept between runs; changed only by the optimiser or the host. */
  parameter: { readonly name: string };
  /** One number everywhere. */
  constant: { readonly value: number };
  /** Fixed numbers, row-major. */
  literal: { readonly data: Float64Array };
  /** Stands for a carry or a slice inside the body of a scan. */
  bodyInput: { readonly role: string };
  /** Standard normals; counter (column, step, id, iteration), key from the stream and `name`. */
  normals: { readonly name: string; readonly steps: number };
  affine: { readonly scale: number; readonly shift: number };
  clip: { readonly low: number; readonly high: number };
  inside: { readonly low: number; readonly high: number };
  matmul: { readonly form: MatmulForm };
  slice: { readonly from: number };
  pad: { readonly from: number };
  sliceRows: { readonly from: number };
  padRows: { readonly from: number };
  scan: ScanAttributes;
  batchedMatmul: { readonly form: MatmulForm; readonly size: ProductSize };
  /** Carry `index` of a scan after its last step. */
  final: { readonly index: number };
  /** A value of a scan's body at every step, stacked in the order of time. */
  stacked: { readonly value: Node };
  relu: null;
  tanh: null;
  silu: null;
  sigmoid: null;
  softplus: null;
  exp: null;
  log: null;
  sqrt: null;
  square: null;
  abs: null;
  reciprocal: null;
  round: null;
  positive: null;
  sign: null;
  add: null;
  sub: null;
  mul: null;
  div: null;
  min: null;
  max: null;
  reluGrad: null;
  tanhGrad: null;
  siluGrad: null;
  sumRows: null;
  sumCols: null;
  sumAll: null;
  broadcast: null;
  concat: null;
  concatRows: null;
  reshape: null;
  logSoftmax: null;
  stopGradient: null;
}

/**
 * A loop over time. Inputs of the node: initial carries, then sequences, then captured values, in
 * the order of `carryIn`, `slices` and `captured`, which stand for them inside the body.
 */
export interface ScanAttributes {
  readonly steps: number;
  /** Walk from the last step to the first. */
  readonly reverse: boolean;
  /** Whether a derivative computes the body's values again from its carries, instead of keeping them. */
  readonly recompute: boolean;
  readonly carryIn: readonly Node[];
  readonly carryOut: readonly Node[];
  readonly slices: readonly Node[];
  /** Values from outside that the body reads, as the body knows them. */
  readonly captured: readonly Node[];
}

export type OpName = keyof OpAttributes;

/** What a value is called when something is said about it; it changes nothing else. */
export interface Label {
  readonly text: string;
  /** Names of rows, repeated from the first row on: the devices of a network, say. */
  readonly rows?: readonly string[];
}

/** One value of a program: an operation, its inputs and the shape of its result. */
export interface NodeOf<N extends OpName> {
  readonly op: N;
  readonly inputs: readonly Node[];
  readonly attributes: OpAttributes[N];
  readonly shape: Shape;
  readonly label?: Label;
}

export type Node = { [N in OpName]: NodeOf<N> }[OpName];

/** Build a node without checks; operations.ts holds the shape rules. */
export function createNode<N extends OpName>(
  op: N,
  inputs: readonly Node[],
  attributes: OpAttributes[N],
  shape: Shape,
  label?: Label,
): Node {
  return { op, inputs, attributes, shape, ...(label && { label }) } as Node;
}

/** Text of a shape for messages. */
export function formatNodeShape(shape: Shape): string {
  return `[${shape[0]}, ${shape[1]}]`;
}

/** The fault of two shapes that do not fit. */
export function shapeFault(op: string, what: string, got: string, expected: string): Error {
  return fault("shape-mismatch", {
    where: `engine.${op}`,
    what,
    got,
    expected,
    fix: "check the shapes with formatGraph where the graph is built",
  });
}

/**
 * Every node that the roots need, inputs before users.
 *
 * @param roots     The values wanted.
 * @param boundary  Nodes at which to stop: they appear, their inputs do not.
 */
export function topologicalOrder(
  roots: readonly Node[],
  boundary: ReadonlySet<Node> = new Set(),
): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    stack.push({ node: root, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const inputs = boundary.has(top.node) ? [] : top.node.inputs;
      if (top.next === inputs.length) {
        order.push(top.node);
        stack.pop();
        continue;
      }
      const input = inputs[top.next++];
      if (seen.has(input)) continue;
      seen.add(input);
      stack.push({ node: input, next: 0 });
    }
  }
  return order;
}

/** The nodes of an order that depend on any of the sources (sources included). */
export function dependents(order: readonly Node[], sources: Iterable<Node>): Set<Node> {
  const found = new Set<Node>(sources);
  for (const node of order) {
    if (!found.has(node) && node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}
