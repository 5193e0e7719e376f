import { type Fault, fault, isFault } from "../base/index.ts";
import type { Label, Node, NodeOf } from "./graph.ts";
import { type Feeds, type LoopPosition, walkGraph } from "./interpreter.ts";
import { scanInputs } from "./scan.ts";

/** Where a number that is not finite was first seen. */
interface Finding {
  readonly node: Node;
  readonly value: Float64Array;
  readonly inputs: readonly Float64Array[];
  readonly loops: readonly LoopPosition[];
  readonly shard?: number;
}

/**
 * Find where a program's numbers first stop being finite: run its graph again, value by value,
 * rounded to float32 as kernels keep it, and stop at the first infinity or NaN.
 *
 * Slow (it is the interpreter), and meant for a run whose loss is already known not to be finite.
 * An infinity that later operations would have undone is reported too.
 *
 * @param roots   Values of the run in order of interest: the loss, then its derivatives.
 * @param shards  What each shard was fed; one entry where there is one shard.
 * @returns       A `not-finite` fault that names operation, step, shard and row, and the nearest
 *                label or parameter; undefined if every value is finite.
 */
export function diagnose(roots: readonly Node[], shards: readonly Feeds[]): Fault | undefined {
  for (const [i, feeds] of shards.entries()) {
    const shard = shards.length > 1 ? i : undefined;
    try {
      walkGraph(roots, {
        feeds,
        rounded: true,
        watch: (node, value, inputs, loops) => {
          if (value.every(Number.isFinite)) return;
          throw describe({ node, value, inputs, loops, shard });
        },
      });
    } catch (error) {
      if (isFault(error) && error.code === "not-finite") return error;
      throw error;
    }
  }
  return undefined;
}

function describe(finding: Finding): Fault {
  const { node, inputs, loops, shard } = finding;
  const places = [
    ...loops.map(formatPosition),
    ...(shard === undefined ? [] : [`shard ${shard}`]),
    formatElement(finding),
  ];
  const largest = inputs.reduce(
    (most, input) => input.reduce((found, x) => Math.max(found, Math.abs(x)), most),
    0,
  );
  const from = inputs.length > 0 ? ` from inputs of at most ${largest.toPrecision(4)}` : "";
  return fault("not-finite", {
    where: "engine.diagnose",
    what: `${nameOf(finding)} is the first value that is not finite`,
    got: `${finding.value.find((x) => !Number.isFinite(x))} at ${places.join(", ")}${from}`,
    expected: "finite numbers in every value",
    fix: fixOf(node),
  });
}

function formatPosition({ step, loop }: LoopPosition, depth: number): string {
  const { steps, reverse } = loop.attributes;
  return `${"inner ".repeat(depth)}step ${step} of 0 to ${steps - 1}${reverse ? " (walking backwards)" : ""}`;
}

/** Row and column of the first bad element; the step where matrices of several are stacked. */
function formatElement({ node, value, loops }: Finding): string {
  const at = value.findIndex((x) => !Number.isFinite(x));
  const [rows, cols] = node.shape;
  const steps = node.op === "input" || node.op === "normals" ? node.attributes.steps : 1;
  const perStep = rows / steps;
  const row = Math.floor(at / cols);
  const names = nearest(node, loops, (x) => x.shape[0] === rows && x.label?.rows !== undefined);
  const name = names && rowName(names.label as Label, row);
  const element = `row ${row % perStep}${name ? ` (${name})` : ""}, column ${at % cols}`;
  return steps > 1 ? `step ${Math.floor(row / perStep)} of 0 to ${steps - 1}, ${element}` : element;
}

const rowName = ({ rows = [] }: Label, row: number): string | undefined => rows[row % rows.length];

/** The operation, and what is known of where it stands. */
function nameOf({ node, loops }: Finding): string {
  if (node.op === "input" || node.op === "parameter") return `${node.op} '${node.attributes.name}'`;
  if (node.label) return `'${node.op}' (${node.label.text})`;
  const near =
    nearest(node, loops, (x) => x.label !== undefined || x.op === "parameter") ??
    nearest(node, loops, (x) => x.op === "input" || x.op === "normals");
  if (!near) return `'${node.op}'`;
  const isNamed = near.op === "parameter" || near.op === "input" || near.op === "normals";
  if (isNamed) return `'${node.op}' near ${near.op} '${near.attributes.name}'`;
  return `'${node.op}' near '${near.label?.text}'`;
}

/** The first value that passes, breadth first from one towards what it is made of. */
function nearest(
  from: Node,
  loops: readonly LoopPosition[],
  passes: (node: Node) => boolean,
): Node | undefined {
  const sources = new Map(loops.flatMap(({ loop }) => sourcesOf(loop)));
  const seen = new Set([from]);
  for (const node of seen) {
    if (passes(node)) return node;
    for (const source of sources.get(node) ?? node.inputs) seen.add(source);
  }
  return undefined;
}

/** What the placeholders of a loop's body stand for: of a carry, the step before comes first. */
function sourcesOf(loop: NodeOf<"scan">): [Node, readonly Node[]][] {
  const { carryIn, carryOut, slices, captured } = loop.attributes;
  const outer = scanInputs(loop);
  return [
    ...carryIn.map((x, i): [Node, Node[]] => [x, [carryOut[i], outer.initial[i]]]),
    ...slices.map((x, i): [Node, Node[]] => [x, [outer.sequences[i]]]),
    ...captured.flatMap((x, i): [Node, Node[]][] =>
      x === outer.captured[i] ? [] : [[x, [outer.captured[i]]]],
    ),
  ];
}

function fixOf(node: Node): string {
  if (node.op === "input") return "Look for gaps or outliers in the data that were fed";
  if (node.op === "parameter") {
    return "An earlier update broke the weights: lower the learning rate, or clip the gradient";
  }
  return "Lower the learning rate, or bound what enters this operation";
}
