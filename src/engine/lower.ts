import { emitNode, isAlias } from "./emit.ts";
import { type Fusions, findFusions } from "./fusion.ts";
import { type Node, type NodeOf, topologicalOrder } from "./graph.ts";
import { matrixBytes, packFactor, place, type Regions, type Scope } from "./placement.ts";
import { type Location, type Loop, moved, type PlanRecord, rowBytes, stepping } from "./plan.ts";
import { scanInputs } from "./scan.ts";

/** A graph turned into kernel calls over two regions of memory. */
export interface Lowered {
  /** Run once per run: weights packed for the matrix products. */
  readonly prologue: readonly PlanRecord[];
  /** Run for every shard. */
  readonly plan: readonly PlanRecord[];
  readonly locations: ReadonlyMap<Node, Location>;
  /** Philox keys by the name of the draw. */
  readonly keys: ReadonlyMap<string, Location>;
  readonly clock: Location;
}

/**
 * Turn a graph into a plan.
 *
 * @param roots    Values that must be in memory after a run.
 * @param regions  Arenas; more may be placed in them before and after.
 * @param placed   Locations chosen by the caller: parameters, inputs, gradients.
 */
export function lower(
  roots: readonly Node[],
  regions: Regions,
  placed: ReadonlyMap<Node, Location>,
): Lowered {
  const keys = new Map<string, Location>();
  const place8 = (): Location => ({
    region: "shared",
    offset: regions.shared.allocate(8),
    ld: 32,
    strides: [],
  });
  const prologue: PlanRecord[] = [];
  const clock = place8();
  const scope: Scope = {
    regions,
    locations: new Map(),
    packs: new Map(),
    records: [],
    prologue,
    clock,
    keyOf: (name) => {
      const known = keys.get(name);
      if (known) return known;
      const key = place8();
      keys.set(name, key);
      return key;
    },
    loose: [],
  };
  const targets = new Map<Node, Location>();
  for (const node of topologicalOrder(roots)) {
    const location = placed.get(node);
    if (location && node.inputs.length > 0) targets.set(node, location);
    else if (location) scope.locations.set(node, location);
    else if (node.op === "constant" || node.op === "literal") {
      scope.locations.set(node, place(regions, node, "shared"));
    }
  }
  lowerScope(scope, roots, targets, []);
  return { prologue, plan: scope.records, locations: scope.locations, keys, clock };
}

/** The node whose buffer holds this one's elements. */
function ownerOf(node: Node, canonical: ReadonlyMap<Node, Node>): Node {
  let owner = canonical.get(node) ?? node;
  while (isAlias(owner)) {
    owner = owner.inputs[0];
    owner = canonical.get(owner) ?? owner;
  }
  return owner;
}

/** Several nodes may name the same carry or the same stack of one scan: the first owns the buffer. */
function canonicalResults(order: readonly Node[]): {
  readonly canonical: Map<Node, Node>;
  readonly users: Map<Node, Node[]>;
} {
  const canonical = new Map<Node, Node>();
  const users = new Map<Node, Node[]>();
  for (const node of order) {
    if (node.op !== "final" && node.op !== "stacked") continue;
    const known = users.get(node.inputs[0]) ?? [];
    const same = known.find((x) => sameResult(x, node));
    if (same) canonical.set(node, same);
    else users.set(node.inputs[0], [...known, node]);
  }
  return { canonical, users };
}

function sameResult(a: Node, b: Node): boolean {
  if (a.op === "final" && b.op === "final") return a.attributes.index === b.attributes.index;
  return a.op === "stacked" && b.op === "stacked" && a.attributes.value === b.attributes.value;
}

/** Position in the order at which each owner is read for the last time. */
function lastUses(
  order: readonly Node[],
  fusions: Fusions,
  owner: (x: Node) => Node,
): Map<Node, number> {
  const last = new Map<Node, number>();
  order.forEach((node, i) => {
    if (fusions.absorbed.has(node)) return;
    for (const x of fusions.inputsOf(node)) last.set(owner(x), i);
  });
  return last;
}

/** Emit all that the roots need and that has no location yet. */
function lowerScope(
  scope: Scope,
  roots: readonly Node[],
  targets: ReadonlyMap<Node, Location>,
  carries: readonly (readonly [Node, Node])[],
): void {
  const located = new Set(scope.locations.keys());
  const order = topologicalOrder(roots, located).filter((node) => !located.has(node));
  const fusions = findFusions(order, roots, carries);
  const { canonical, users } = canonicalResults(order);
  const owner = (x: Node) => ownerOf(x, canonical);
  const last = lastUses(order, fusions, owner);
  const pinned = new Set(roots.map(owner));
  const owned = new Map<Node, number>();
  const releaseAt = new Map<number, Node[]>();
  for (const [node, i] of last) releaseAt.set(i, [...(releaseAt.get(i) ?? []), node]);

  const allocate = (node: Node): Location => {
    const target = targets.get(node);
    if (target) return target;
    const location = place(scope.regions, node, "shard");
    owned.set(node, location.offset);
    return location;
  };
  order.forEach((node, i) => {
    const isUsed = last.has(owner(node)) || pinned.has(owner(node));
    if (node.op === "scan") lowerScan(scope, node, users.get(node) ?? [], allocate);
    else if (canonical.has(node)) {
      scope.locations.set(node, scope.locations.get(canonical.get(node) as Node) as Location);
    } else if (!scope.locations.has(node) && !fusions.absorbed.has(node) && isUsed) {
      emitNode(scope, node, fusions, allocate);
    }
    for (const x of releaseAt.get(i) ?? []) {
      const offset = owned.get(x);
      if (offset === undefined || pinned.has(x)) continue;
      scope.regions.shard.release(offset);
      owned.delete(x);
    }
  });
  scope.loose.push(...owned.values());
}

/** Products inside a body whose right factor comes from outside: packed once, before the loop. */
function capturedFactors(
  node: NodeOf<"scan">,
  stackedValues: readonly Node[],
): [outside: Node, leaf: Node, form: "nn" | "nt"][] {
  const { carryIn, carryOut, slices, captured } = node.attributes;
  const outer = new Map(captured.map((leaf, i) => [leaf, scanInputs(node).captured[i]]));
  const boundary = new Set([...carryIn, ...slices, ...captured]);
  const order = topologicalOrder([...carryOut, ...stackedValues], boundary);
  const found: [Node, Node, "nn" | "nt"][] = [];
  const add = (leaf: Node, form: "nn" | "nt") => {
    const outside = outer.get(leaf);
    if (outside) found.push([outside, leaf, form]);
  };
  for (const inner of order) {
    if (inner.op === "matmul" && inner.attributes.form !== "tn") {
      add(inner.inputs[1], inner.attributes.form);
    }
    if (inner.op !== "scan") continue;
    const values = order.flatMap((x) =>
      x.op === "stacked" && x.inputs[0] === inner ? [x.attributes.value] : [],
    );
    for (const [x, , form] of capturedFactors(inner, values)) add(x, form);
  }
  return found;
}

/** Emit a loop: carries and stacks around it, one body inside. */
function lowerScan(
  scope: Scope,
  node: NodeOf<"scan">,
  users: readonly Node[],
  allocate: (node: Node) => Location,
): void {
  const { steps, reverse, carryIn, slices, captured } = node.attributes;
  const outer = scanInputs(node);
  const at = (x: Node): Location => scope.locations.get(x) as Location;
  const loop: Loop = { count: steps, body: [] };
  const inner: Scope = {
    ...scope,
    locations: new Map(scope.locations),
    packs: new Map(scope.packs),
    records: loop.body,
    loose: [],
  };
  const walking = (location: Location, like: Node): Location => {
    const bytes = matrixBytes(like);
    const start = reverse ? (steps - 1) * bytes : 0;
    return stepping(moved(location, start), loop, reverse ? -bytes : bytes);
  };

  const finals = new Map<number, Node>();
  const stacks = new Map<Node, Location>();
  for (const user of users) {
    if (user.op === "final") finals.set(user.attributes.index, user);
    if (user.op !== "stacked") continue;
    const location = allocate(user);
    scope.locations.set(user, location);
    stacks.set(user.attributes.value, walking(location, user.attributes.value));
  }
  carryIn.forEach((leaf, i) => {
    const user = finals.get(i);
    const location = user ? allocate(user) : place(scope.regions, leaf, "shard");
    if (user) scope.locations.set(user, location);
    else inner.loose.push(location.offset);
    inner.locations.set(leaf, location);
    const initial = outer.initial[i];
    const isZero = initial.op === "constant" && initial.attributes.value === 0;
    if (isZero) scope.records.push(zero(location, leaf));
    else scope.records.push(copy(location, at(initial), leaf));
  });
  captured.forEach((leaf, i) => {
    inner.locations.set(leaf, at(outer.captured[i]));
  });
  for (const [outside, leaf, form] of capturedFactors(node, [...stacks.keys()])) {
    packFactor(scope, outside, form);
    inner.packs.set(leaf, { ...inner.packs.get(leaf), ...scope.packs.get(outside) });
  }
  slices.forEach((leaf, i) => {
    inner.locations.set(leaf, walking(at(outer.sequences[i]), leaf));
  });

  lowerBody(inner, node, stacks);
  for (const offset of inner.loose) scope.regions.shard.release(offset);
  scope.records.push({ op: "loop", fields: {}, loop });
}

/** Emit one step of a loop, then store what is stacked and hand the carries over. */
function lowerBody(scope: Scope, node: NodeOf<"scan">, stacks: ReadonlyMap<Node, Location>): void {
  const { carryIn, carryOut } = node.attributes;
  const at = (x: Node): Location => scope.locations.get(x) as Location;
  const given = [...stacks.keys()].filter((value) => scope.locations.has(value));
  // A stack of what the step begins with is stored before the step overwrites it.
  for (const value of given) {
    scope.records.push(copy(stacks.get(value) as Location, at(value), value));
  }
  const isComputed = (x: Node) => !isAlias(x) && x.op !== "final" && x.op !== "stacked";
  const rest = [...stacks].filter(([value]) => !given.includes(value));
  const targets = new Map(rest.filter(([value]) => isComputed(value)));
  const pairs = carryIn.map((leaf, i) => [leaf, carryOut[i]] as const);
  lowerScope(scope, [...carryOut, ...stacks.keys()], targets, pairs);
  for (const [value, location] of rest) {
    if (!targets.has(value)) scope.records.push(copy(location, at(value), value));
  }
  const moves = pairs.filter(([leaf, out]) => at(leaf) !== at(out));
  const sources = moves.map(([, out]) => {
    const from = at(out);
    if (!carryIn.some((leaf) => liesIn(from, at(leaf), leaf))) return from;
    const kept = place(scope.regions, out, "shard");
    scope.loose.push(kept.offset);
    scope.records.push(copy(kept, from, out));
    return kept;
  });
  moves.forEach(([leaf], k) => {
    scope.records.push(copy(at(leaf), sources[k], leaf, 1));
  });
}

/** Whether a value lies in the buffer of a carry, which is about to be overwritten. */
function liesIn(from: Location, buffer: Location, carry: Node): boolean {
  if (from.region !== "shard" || from.strides.length > 0) return false;
  return from.offset >= buffer.offset && from.offset < buffer.offset + matrixBytes(carry);
}

function zero(to: Location, like: Node): PlanRecord {
  return { op: "fill", fields: { to, count: matrixBytes(like) / 4, value: 0 } };
}

function copy(to: Location, from: Location, like: Node, flush = 0): PlanRecord {
  const [rows, cols] = [like.shape[0], rowBytes(like.shape[1]) / 4];
  const isFlat = to.ld === from.ld && to.ld === cols * 4;
  const shape = isFlat ? { rows: 1, cols: rows * cols } : { rows, cols };
  return {
    op: "copy",
    fields: { to, ldTo: to.ld, from, ldFrom: from.ld, ...shape, clear: 0, flush },
  };
}
