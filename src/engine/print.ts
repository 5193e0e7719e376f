import { formatNodeShape, type Node, type NodeOf, topologicalOrder } from "./graph.ts";
import { scanInputs } from "./scan.ts";

/**
 * A graph as text, one value a line, inputs before users; bodies of scans are indented.
 *
 *     %0 = input x [8, 3]
 *     %1 = parameter weight [1, 3]
 *     %2 = matmul nt %0 %1 [8, 1]
 *
 * @param roots  Values wanted; what they do not need is left out.
 */
export function formatGraph(roots: readonly Node[]): string {
  const names = new Map<Node, string>();
  return formatScope(roots, names, "").join("\n");
}

function formatScope(roots: readonly Node[], names: Map<Node, string>, indent: string): string[] {
  const order = topologicalOrder(roots, new Set(names.keys()));
  const lines: string[] = [];
  for (const node of order) {
    if (names.has(node)) continue;
    const name = `%${names.size}`;
    names.set(node, name);
    if (node.op === "scan") {
      lines.push(...formatScan(node, name, order, names, indent));
      continue;
    }
    const inputs = node.inputs.map((x) => names.get(x));
    const words = [name, "=", node.op, ...detailsOf(node, names), ...inputs];
    lines.push(`${indent}${words.join(" ")} ${formatNodeShape(node.shape)}`);
  }
  return lines;
}

function formatScan(
  node: NodeOf<"scan">,
  name: string,
  order: readonly Node[],
  names: Map<Node, string>,
  indent: string,
): string[] {
  const { steps, reverse, carryIn, carryOut, slices, captured } = node.attributes;
  const outer = scanInputs(node);
  const inner = new Map(names);
  captured.forEach((leaf, i) => {
    inner.set(leaf, names.get(outer.captured[i]) as string);
  });
  const bind = (leaves: readonly Node[], values: readonly Node[]): string[] =>
    leaves.map((leaf, i) => {
      inner.set(leaf, `%${inner.size}`);
      return `${inner.get(leaf)} <- ${names.get(values[i])}`;
    });
  const carried = bind(carryIn, outer.initial);
  const sliced = bind(slices, outer.sequences);
  const stacked = order.flatMap((x) =>
    x.op === "stacked" && x.inputs[0] === (node as Node) ? [x.attributes.value] : [],
  );
  const body = formatScope([...carryOut, ...stacked], inner, `${indent}  `);
  // Names of the body stay its own, but later names outside must not repeat them.
  for (const [leaf, text] of inner) if (!names.has(leaf)) names.set(leaf, text);
  const direction = reverse ? "backwards" : "forwards";
  return [
    `${indent}${name} = scan ${steps} steps ${direction}, carry (${carried.join(", ")}), slices (${sliced.join(", ")})`,
    ...body,
    `${indent}  next carry (${carryOut.map((x) => inner.get(x)).join(", ")})`,
  ];
}

function detailsOf(node: Node, names: ReadonlyMap<Node, string>): (string | number)[] {
  switch (node.op) {
    case "input":
    case "parameter":
    case "normals":
      return [node.attributes.name];
    case "constant":
      return [node.attributes.value];
    case "affine":
      return [node.attributes.scale, node.attributes.shift];
    case "clip":
    case "inside":
      return [node.attributes.low, node.attributes.high];
    case "matmul":
      return [node.attributes.form];
    case "batchedMatmul": {
      const { m, n, k } = node.attributes.size;
      return [node.attributes.form, `${m}x${k}`, `${k}x${n}`];
    }
    case "slice":
    case "pad":
    case "sliceRows":
    case "padRows":
      return [`from ${node.attributes.from}`];
    case "final":
      return [`carry ${node.attributes.index}`];
    case "stacked":
      return [names.get(node.attributes.value) ?? "?"];
    default:
      return [];
  }
}
