import { fault } from "../base/index.ts";
import {
  createNode,
  dependents,
  formatNodeShape,
  type Node,
  type NodeOf,
  shapeFault,
  topologicalOrder,
} from "./graph.ts";
import { concatRows, sliceRows } from "./operations.ts";

/** What a scan walks over. */
export interface ScanOptions {
  readonly steps: number;
  /** Initial carries. */
  readonly carry: readonly Node[];
  /** Each [steps * rows, cols]; the body sees [rows, cols]. */
  readonly sequences: readonly Node[];
  /** Walk from the last step to the first (default false). */
  readonly reverse?: boolean;
  /**
   * Keep carries only every so many steps; a derivative walks each such stretch again. Twice the
   * forward work for steps / checkpoint + checkpoint kept steps; the bits of values do not change.
   * Without it everything that a derivative needs is kept.
   */
  readonly checkpoint?: number;
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
  options: ScanOptions & { readonly recompute?: boolean },
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
    recompute: options.recompute ?? false,
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
 * @param options  Steps, initial carries, sequences, direction, what is kept for derivatives.
 * @param body     Builds one step from the carries and the slices of the sequences.
 * @returns        Last carries, and each output of the body stacked over the steps.
 * @throws         `shape-mismatch` if a carry changes shape or a sequence is not a multiple of steps.
 */
export function scan(options: ScanOptions, body: ScanBody): ScanStep {
  checkCheckpoint(options);
  return options.checkpoint === undefined ? walk(options, body) : walkInStretches(options, body);
}

/** Builds one step. */
export type ScanBody = (carry: readonly Node[], slices: readonly Node[]) => ScanStep;

/** Stretches of `checkpoint` steps, of which derivatives know the start, and what is left over. */
function walkInStretches(options: ScanOptions, body: ScanBody): ScanStep {
  const { steps, reverse, checkpoint = 1, sequences } = options;
  const length = Math.min(checkpoint, steps);
  const stretches = Math.floor(steps / length);
  const left = steps - stretches * length;
  const cut = (from: number, count: number): Node[] =>
    sequences.map((x) => sliceRows(x, (from * x.shape[0]) / steps, (count * x.shape[0]) / steps));
  const stretch: ScanBody = (carry, slices) =>
    length === 1
      ? body(carry, slices)
      : walk({ steps: length, carry, sequences: slices, reverse }, body);
  // What is walked last is what is left over: the end of time, or its beginning when reversed.
  const whole = left === 0 ? sequences : cut(reverse ? left : 0, stretches * length);
  const many = walk(
    { steps: stretches, carry: options.carry, sequences: whole, reverse, recompute: true },
    stretch,
  );
  if (left === 0) return many;
  const rest = cut(reverse ? 0 : stretches * length, left);
  const few = walk({ steps: left, carry: many.carry, sequences: rest, reverse }, body);
  const outputs = many.outputs.map((x, i) =>
    concatRows(reverse ? [few.outputs[i], x] : [x, few.outputs[i]]),
  );
  return { carry: few.carry, outputs };
}

function checkCheckpoint({ checkpoint }: ScanOptions): void {
  if (checkpoint === undefined || (Number.isInteger(checkpoint) && checkpoint >= 1)) return;
  throw fault("bad-value", {
    where: "engine.scan",
    what: "a number of steps between checkpoints is not one",
    got: `${checkpoint}`,
    expected: "a whole number from 1",
    fix: "The square root of the steps keeps least; leave `checkpoint` out to keep everything",
  });
}

function walk(options: ScanOptions & { readonly recompute?: boolean }, body: ScanBody): ScanStep {
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
