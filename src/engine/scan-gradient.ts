import { dependents, type Node, type NodeOf, topologicalOrder } from "./graph.ts";
import { add, constant, withInputs } from "./operations.ts";
import { bodyInput, createScan, finalCarry, scanInputs, stacked } from "./scan.ts";

type Pullback = (
  seeds: readonly (readonly [Node, Node])[],
  sources: readonly Node[],
  boundary: ReadonlySet<Node>,
) => (Node | undefined)[];

/** Carries through which a derivative can reach a wanted input, by fixed point. */
function activeCarries(node: NodeOf<"scan">, isWanted: (x: Node) => boolean): Set<number> {
  const { carryIn, carryOut, slices, captured } = node.attributes;
  const outer = scanInputs(node);
  const order = topologicalOrder(carryOut, new Set(captured));
  const active = new Set<number>();
  outer.initial.forEach((x, i) => {
    if (isWanted(x)) active.add(i);
  });
  for (;;) {
    const sources = [
      ...slices.filter((_, i) => isWanted(outer.sequences[i])),
      ...captured.filter((_, i) => isWanted(outer.captured[i])),
      ...[...active].map((i) => carryIn[i]),
    ];
    const reached = dependents(order, sources);
    const before = active.size;
    carryOut.forEach((x, i) => {
      if (reached.has(x)) active.add(i);
    });
    if (active.size === before) return active;
  }
}

/**
 * Rewrite derivative nodes of a body so that they stand alone: values of the forward body that are
 * kept become slices of what the forward scan stacks; others are computed again from those.
 */
function separate(
  roots: readonly Node[],
  kept: ReadonlySet<Node>,
  boundary: ReadonlySet<Node>,
): { readonly roots: Node[]; readonly residuals: Map<Node, Node> } {
  const residuals = new Map<Node, Node>();
  const order = topologicalOrder(roots, new Set([...kept, ...boundary]));
  const rewritten = new Map<Node, Node>();
  for (const node of order) {
    if (kept.has(node)) {
      const slice = bodyInput("residual", node);
      residuals.set(node, slice);
      rewritten.set(node, slice);
      continue;
    }
    const inputs = boundary.has(node) ? node.inputs : node.inputs.map((x) => rewritten.get(x) ?? x);
    const same = inputs.every((x, i) => x === node.inputs[i]);
    rewritten.set(node, same ? node : withInputs(node, inputs));
  }
  return { roots: roots.map((x) => rewritten.get(x) ?? x), residuals };
}

/** The forward values that derivative nodes may ask for: the body, and what its inner scans keep. */
function forwardValues(
  body: ReadonlySet<Node>,
  roots: readonly Node[],
  boundary: ReadonlySet<Node>,
): Set<Node> {
  const forward = new Set(body);
  for (const node of topologicalOrder(roots, boundary)) {
    const kept = node.op === "stacked" || node.op === "final";
    if (kept && forward.has(node.inputs[0])) forward.add(node);
  }
  return forward;
}

/**
 * The derivative of a scan: a scan in the opposite direction, whose carries are the cotangents of
 * the carries and the sums of the cotangents of captured values.
 *
 * @param node      The scan.
 * @param results   Cotangents of its `final` and `stacked` nodes.
 * @param isWanted  Whether the derivative of an outer value is needed.
 * @param pullback  The chain rule for the body.
 * @returns         A cotangent per input of the scan, undefined where none is needed.
 */
export function scanPullback(
  node: NodeOf<"scan">,
  results: ReadonlyMap<Node, Node>,
  isWanted: (x: Node) => boolean,
  pullback: Pullback,
): (Node | undefined)[] {
  const { steps, reverse, recompute, carryIn, carryOut, slices, captured } = node.attributes;
  const outer = scanInputs(node);
  const boundary = new Set(captured);
  const active = [...activeCarries(node, isWanted)].sort((a, b) => a - b);

  // Cotangents that come from outside: of last carries, and of stacked values at every step.
  const fromFinal = new Map<number, Node>();
  const stackedSeeds: { value: Node; slice: Node; sequence: Node }[] = [];
  for (const [result, g] of results) {
    if (result.op === "final") fromFinal.set(result.attributes.index, g);
    if (result.op === "stacked") {
      const { value } = result.attributes;
      stackedSeeds.push({ value, slice: bodyInput("cotangent", value), sequence: g });
    }
  }
  const carryCotangents = active.map((i) => bodyInput(`cotangent of carry ${i}`, carryIn[i]));
  const seeds: [Node, Node][] = [
    ...active.map((i, k): [Node, Node] => [carryOut[i], carryCotangents[k]]),
    ...stackedSeeds.map(({ value, slice }): [Node, Node] => [value, slice]),
  ];

  const wantedSlices = slices.flatMap((_, i) => (isWanted(outer.sequences[i]) ? [i] : []));
  const wantedCaptured = captured.flatMap((_, i) => (isWanted(outer.captured[i]) ? [i] : []));
  const targets = [
    ...active.map((i) => carryIn[i]),
    ...wantedSlices.map((i) => slices[i]),
    ...wantedCaptured.map((i) => captured[i]),
  ];
  const pulled = new Map(pullback(seeds, targets, boundary).map((g, k) => [targets[k], g]));
  const reachedSlices = wantedSlices.filter((i) => pulled.get(slices[i]) !== undefined);
  const reachedCaptured = wantedCaptured.filter((i) => pulled.get(captured[i]) !== undefined);
  const sums = reachedCaptured.map((i) => bodyInput("sum of cotangents", captured[i]));

  const roots = [
    ...active.map((i) => pulled.get(carryIn[i]) ?? constant(0, carryIn[i].shape)),
    ...reachedCaptured.map((i, k) => add(sums[k], pulled.get(captured[i]) as Node)),
    ...reachedSlices.map((i) => pulled.get(slices[i]) as Node),
  ];
  const values = [...seeds.map(([value]) => value), ...carryOut];
  const leaves = [...carryIn, ...slices];
  const kept = recompute
    ? new Set(leaves)
    : forwardValues(dependents(topologicalOrder(values, boundary), leaves), roots, boundary);
  const body = separate(roots, kept, boundary);

  const residuals = [...body.residuals].map(([value, slice]) => {
    const position = slices.indexOf(value);
    const sequence = position >= 0 ? outer.sequences[position] : stacked(node, value);
    return { slice, sequence };
  });
  const walked = [...stackedSeeds, ...residuals];
  const backwardCarry = [...carryCotangents, ...sums];
  const backwardOut = body.roots.slice(0, backwardCarry.length);
  const sliceRoots = body.roots.slice(backwardCarry.length);
  const scan = createScan(
    {
      steps,
      reverse: !reverse,
      carry: [
        ...active.map((i) => fromFinal.get(i) ?? constant(0, carryIn[i].shape)),
        ...sums.map((sum) => constant(0, sum.shape)),
      ],
      sequences: walked.map(({ sequence }) => sequence),
    },
    backwardCarry,
    walked.map(({ slice }) => slice),
    backwardOut,
    sliceRoots,
  );
  // An earlier rewrite may have given this scan other captured values than its body names.
  const actual = new Map(captured.map((leaf, i) => [leaf, outer.captured[i]]));
  const backward = withInputs(
    scan as Node,
    scan.inputs.map((x) => actual.get(x) ?? x),
  ) as NodeOf<"scan">;

  const cotangents: (Node | undefined)[] = node.inputs.map(() => undefined);
  active.forEach((i, k) => {
    if (isWanted(outer.initial[i])) cotangents[i] = finalCarry(backward, k);
  });
  reachedSlices.forEach((i, k) => {
    cotangents[carryIn.length + i] = stacked(backward, sliceRoots[k]);
  });
  reachedCaptured.forEach((i, k) => {
    cotangents[carryIn.length + slices.length + i] = finalCarry(backward, active.length + k);
  });
  return cotangents;
}
