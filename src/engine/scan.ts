import {
  createNode,
  dependents,
  formatNodeShape,
  type Node,
  type NodeOf,
  shapeFault,
  topologicalOrder,
} from "./graph.ts";

/** What a scan walks over. */
export interface ScanOptions {
  readonly steps: number;
  /** Initial carries. */
  readonly carry: readonly Node[];
  /** Each [steps * rows, cols]; the body sees [rows, cols]. */
  readonly sequences: readonly Node[];
  /** Walk from the last step to the first (default false). */
  readonly reverse?: boolean;
}

/** What the body of a scan makes of one step. */
export interface ScanStep {
  readonly carry: readonly Node[];
  readonly outputs: readonly Node[];
}

/** Placeholder inside a body. */
export function bodyInput(role: string, like: Node, rows: number = like.shape[0]): Node {
  return createNode("bodyInput", [], { role }, [rows, like.shape[1]], like.label);
}

/** A value of the scan's body at every step, [steps * rows, cols], in the order of time. */
export function stacked(scan: NodeOf<"scan">, value: Node): Node {
  const rows = scan.attributes.steps * value.shape[0];
  return createNode("stacked", [scan as Node], { value }, [rows, value.shape[1]]);
}

/** Carry `index` after the last step. */
export function finalCarry(scan: NodeOf<"scan">, index: number): Node {
  return createNode("final", [scan as Node], { index }, scan.attributes.carryIn[index].shape);
}

/** The scan node for a body that has been built on its placeholders. */
export function createScan(
  options: ScanOptions,
  carryIn: readonly Node[],
  slices: readonly Node[],
  carryOut: readonly Node[],
  outputs: readonly Node[],
): NodeOf<"scan"> {
  const results = [...carryOut, ...outputs];
  const order = topologicalOrder(results);
  const body = dependents(order, [...carryIn, ...slices]);
  const captured = new Set<Node>();
  for (const node of order) {
    if (!body.has(node)) continue;
    for (const source of node.inputs) if (!body.has(source)) captured.add(source);
  }
  for (const node of results) if (!body.has(node)) captured.add(node);
  const attributes = {
    steps: options.steps,
    reverse: options.reverse ?? false,
    carryIn,
    carryOut,
    slices,
    captured: [...captured],
  };
  const inputs = [...options.carry, ...options.sequences, ...captured];
  return createNode("scan", inputs, attributes, [0, 0]) as NodeOf<"scan">;
}

/**
 * A loop over time, one body for all steps.
 *
 * Values from outside that the body uses are captured; what does not depend on the step is computed
 * once, before the loop.
 *
 * @param options  Steps, initial carries, sequences, direction.
 * @param body     Builds one step from the carries and the slices of the sequences.
 * @returns        Last carries, and each output of the body stacked over the steps.
 * @throws         `shape-mismatch` if a carry changes shape or a sequence is not a multiple of steps.
 */
export function scan(
  options: ScanOptions,
  body: (carry: readonly Node[], slices: readonly Node[]) => ScanStep,
): ScanStep {
  const { steps } = options;
  for (const sequence of options.sequences) {
    if (sequence.shape[0] % steps !== 0) {
      throw shapeFault(
        "scan",
        "a sequence does not divide into the steps",
        `${formatNodeShape(sequence.shape)} for ${steps} steps`,
        "a multiple of the steps in rows",
      );
    }
  }
  const carryIn = options.carry.map((node, i) => bodyInput(`carry ${i}`, node));
  const slices = options.sequences.map((node, i) =>
    bodyInput(`slice ${i}`, node, node.shape[0] / steps),
  );
  const { carry: carryOut, outputs } = body(carryIn, slices);
  if (carryOut.length !== carryIn.length) {
    throw shapeFault(
      "scan",
      "the body returns another number of carries",
      `${carryOut.length}`,
      `${carryIn.length}`,
    );
  }
  carryOut.forEach((node, i) => {
    const before = carryIn[i].shape;
    if (node.shape[0] !== before[0] || node.shape[1] !== before[1]) {
      throw shapeFault(
        "scan",
        `carry ${i} changes shape`,
        formatNodeShape(node.shape),
        formatNodeShape(before),
      );
    }
  });
  const node = createScan(options, carryIn, slices, carryOut, outputs);
  return {
    carry: carryIn.map((_, i) => finalCarry(node, i)),
    outputs: outputs.map((value) => stacked(node, value)),
  };
}

/** The parts of a scan node's inputs, by role. */
export function scanInputs(node: NodeOf<"scan">): {
  readonly initial: readonly Node[];
  readonly sequences: readonly Node[];
  readonly captured: readonly Node[];
} {
  const { carryIn, slices } = node.attributes;
  const first = carryIn.length;
  const second = first + slices.length;
  return {
    initial: node.inputs.slice(0, first),
    sequences: node.inputs.slice(first, second),
    captured: node.inputs.slice(second),
  };
}
