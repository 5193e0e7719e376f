import { type FusedMatmul, type Fusions, isBinary, isUnary, operand } from "./fusion.ts";
import type { Node, NodeOf } from "./graph.ts";
import { matrixBytes, packFactor, type Scope } from "./placement.ts";
import { type Location, moved, rowBytes } from "./plan.ts";
import { kinds } from "./records.gen.ts";

type Fields = Record<string, number | Location>;

/** Nodes that are another name for (part of) their input's memory. */
export function isAlias(node: Node): boolean {
  if (node.op === "sliceRows" || node.op === "stopGradient") return true;
  if (node.op !== "reshape") return false;
  return node.shape[1] % 8 === 0 && node.inputs[0].shape[1] % 8 === 0;
}

/** Emit the kernel calls of one node and note its location. */
export function emitNode(
  scope: Scope,
  node: Node,
  fusions: Fusions,
  allocate: (node: Node) => Location,
): void {
  const at = (x: Node): Location => scope.locations.get(x) as Location;
  if (isAlias(node)) {
    scope.locations.set(node, aliasOf(node, at(node.inputs[0])));
    return;
  }
  const sum = fusions.sums.get(node);
  if (sum) {
    const to = at(sum.carry);
    for (const term of sum.terms) {
      if (fusions.absorbed.has(term)) emitSummed(scope, term, to, 1);
      else emitElementwise(scope, "add", to, node, [sum.carry, term]);
    }
    scope.locations.set(node, to);
    return;
  }
  const to = allocate(node);
  scope.locations.set(node, to);
  const fused = fusions.products.get(node);
  if (fused) emitProduct(scope, fused, to);
  else if (node.op === "matmul") emitProduct(scope, { product: node, epilogue: "none" }, to);
  else if (isUnary(node.op) || isBinary(node.op)) {
    emitElementwise(scope, node.op, to, node, node.inputs.map(operand));
  } else emitOther(scope, node, to);
}

function aliasOf(node: Node, source: Location): Location {
  if (node.op === "sliceRows") return moved(source, node.attributes.from * source.ld);
  return { ...source, ld: rowBytes(node.shape[1]) };
}

function emitProduct(scope: Scope, fused: FusedMatmul, to: Location): void {
  const at = (x: Node): Location => scope.locations.get(x) as Location;
  const [a, b] = fused.product.inputs;
  const form = fused.product.attributes.form;
  if (form === "tn") {
    emitSummed(scope, fused.product as Node, to, 0);
    return;
  }
  const [m, n] = fused.product.shape;
  const fields: Fields = {
    a: at(a),
    lda: at(a).ld,
    b: packFactor(scope, b, form),
    c: to,
    ldc: to.ld,
    bias: fused.bias ? at(fused.bias) : 0,
    h: fused.h ? at(fused.h) : 0,
    ldh: fused.h ? at(fused.h).ld : 0,
    m,
    n,
    k: a.shape[1],
    epilogue: kinds.epilogue[fused.epilogue],
  };
  scope.records.push({ op: "matmul", fields });
}

/** A transposed product or a sum, written to or added to its place. */
function emitSummed(scope: Scope, node: Node, to: Location, accumulate: number): void {
  const at = (x: Node): Location => scope.locations.get(x) as Location;
  const [from, other] = node.inputs;
  if (node.op === "matmul") {
    const [m, n] = node.shape;
    const fields: Fields = { a: at(from), lda: at(from).ld, b: at(other), ldb: at(other).ld };
    Object.assign(fields, { c: to, ldc: to.ld, m, n, l: from.shape[0], accumulate });
    scope.records.push({ op: "matmulT", fields });
    return;
  }
  const kind = kinds.reduce[node.op as "sumRows" | "sumCols" | "sumAll"];
  const [rows, cols] = from.shape;
  const fields: Fields = { kind, to, ldTo: to.ld, from: at(from), ldFrom: at(from).ld };
  scope.records.push({ op: "reduce", fields: { ...fields, rows, cols, accumulate } });
}

/** Kernels of these operations map zero to zero, so they may run over the padding. */
function keepsZero(node: Node): boolean {
  if (node.op === "affine") return node.attributes.shift === 0;
  if (node.op === "clip") return node.attributes.low <= 0 && node.attributes.high >= 0;
  const others = ["sigmoid", "softplus", "exp", "log", "reciprocal", "inside", "div", "broadcast"];
  return !others.includes(node.op);
}

function parametersOf(node: Node): { readonly p: number; readonly q: number } {
  if (node.op === "affine") return { p: node.attributes.scale, q: node.attributes.shift };
  if (node.op === "clip" || node.op === "inside") {
    return { p: node.attributes.low, q: node.attributes.high };
  }
  return { p: 1, q: 0 };
}

function emitElementwise(
  scope: Scope,
  op: string,
  to: Location,
  node: Node,
  inputs: readonly Node[],
): void {
  const [rows, cols] = node.shape;
  const isFull = inputs.every((x) => x.shape[0] === rows && x.shape[1] === cols);
  const isFlat = isFull && keepsZero(node);
  const fields: Fields = { to, ldTo: to.ld };
  inputs.forEach((x, k) => {
    const name = k === 0 ? "A" : "B";
    const location = scope.locations.get(x) as Location;
    fields[name.toLowerCase()] = location;
    fields[`ld${name}`] = x.shape[0] === 1 && rows !== 1 ? 0 : location.ld;
    fields[`splat${name}`] = x.shape[1] === 1 && cols !== 1 ? 1 : 0;
  });
  Object.assign(fields, isFlat ? { rows: 1, cols: (rows * to.ld) / 4 } : { rows, cols });
  if (isBinary(op)) {
    scope.records.push({ op: "binary", fields: { kind: kinds.binary[op], ...fields } });
    return;
  }
  const kind = isUnary(op) ? kinds.unary[op] : kinds.unary.affine;
  scope.records.push({ op: "unary", fields: { kind, ...fields, ...parametersOf(node) } });
}

function emitOther(scope: Scope, node: Node, to: Location): void {
  const at = (x: Node): Location => scope.locations.get(x) as Location;
  const [rows, cols] = node.shape;
  const padding = to.ld / 4 - cols;
  const block = (target: Location, from: Location, r: number, c: number, clear = 0) =>
    scope.records.push({
      op: "copy",
      fields: { to: target, ldTo: to.ld, from, ldFrom: from.ld, rows: r, cols: c, clear, flush: 0 },
    });
  const zeros = () =>
    scope.records.push({ op: "fill", fields: { to, count: matrixBytes(node) / 4, value: 0 } });
  switch (node.op) {
    case "sumRows":
    case "sumCols":
    case "sumAll":
      emitSummed(scope, node, to, 0);
      return;
    case "broadcast":
      emitElementwise(scope, "affine", to, node, node.inputs);
      return;
    case "concat": {
      let from = 0;
      node.inputs.forEach((part, k) => {
        const clear = k === node.inputs.length - 1 ? padding : 0;
        block(moved(to, 4 * from), at(part), rows, part.shape[1], clear);
        from += part.shape[1];
      });
      return;
    }
    case "concatRows": {
      let from = 0;
      for (const part of node.inputs) {
        block(moved(to, from * to.ld), at(part), part.shape[0], to.ld / 4);
        from += part.shape[0];
      }
      return;
    }
    case "slice":
      block(to, moved(at(node.inputs[0]), 4 * node.attributes.from), rows, cols, padding);
      return;
    case "pad":
      zeros();
      block(moved(to, 4 * node.attributes.from), at(node.inputs[0]), rows, node.inputs[0].shape[1]);
      return;
    case "padRows":
      zeros();
      block(
        moved(to, node.attributes.from * to.ld),
        at(node.inputs[0]),
        node.inputs[0].shape[0],
        to.ld / 4,
      );
      return;
    default:
      emitSpecial(scope, node, to);
  }
}

function emitBatched(scope: Scope, node: NodeOf<"batchedMatmul">, to: Location): void {
  const { form, size } = node.attributes;
  const fields: Fields = {
    form: kinds.form[form],
    c: to,
    ldc: to.ld,
    rows: node.shape[0],
    ...size,
  };
  node.inputs.forEach((x, i) => {
    const location = scope.locations.get(x) as Location;
    fields["ab"[i]] = location;
    fields[`ld${"ab"[i]}`] = x.shape[0] === 1 ? 0 : location.ld;
  });
  scope.records.push({ op: "batchedMatmul", fields });
}

function emitSpecial(scope: Scope, node: Node, to: Location): void {
  const [rows, cols] = node.shape;
  const source = node.inputs[0];
  const from = scope.locations.get(source) as Location;
  if (node.op === "batchedMatmul") emitBatched(scope, node, to);
  else if (node.op === "reshape") {
    const fields: Fields = { to, ldTo: to.ld, toCols: cols, from, ldFrom: from.ld };
    Object.assign(fields, { fromCols: source.shape[1], count: rows * cols });
    scope.records.push({ op: "reshape", fields });
  } else if (node.op === "logSoftmax") {
    const fields: Fields = { to, ldTo: to.ld, from, ldFrom: from.ld, rows, cols };
    scope.records.push({ op: "logSoftmax", fields });
  } else if (node.op === "normals") {
    const { name, steps } = node.attributes;
    const fields: Fields = { to, ld: to.ld, rows, cols, rowsPerStep: rows / steps, ids: from };
    Object.assign(fields, { ldIds: from.ld, key: scope.keyOf(name), clock: scope.clock });
    scope.records.push({ op: "normals", fields });
  }
}
