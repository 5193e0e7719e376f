import { fault } from "../base/index.ts";
import type { Node } from "./graph.ts";
import { createRegions, matrixBytes, place, type Regions } from "./placement.ts";
import { type Location, rowBytes } from "./plan.ts";
import type { ParameterGroup } from "./program.ts";

/** A named matrix that the host reads or writes. */
export interface Named {
  readonly node: Node;
  readonly location: Location;
}

/** A range of floats that one optimiser setting updates. */
export interface GroupRange {
  readonly from: number;
  readonly bytes: number;
}

/** What is placed before a graph is lowered. */
export interface Layout {
  readonly regions: Regions;
  readonly placed: ReadonlyMap<Node, Location>;
  readonly inputs: ReadonlyMap<
    string,
    Named & { readonly steps: number; readonly shared: boolean }
  >;
  readonly parameters: ReadonlyMap<string, Named>;
  /** Trained weights lie together, group by group; offsets within the block by name. */
  readonly trained: ReadonlyMap<string, number>;
  readonly trainedBytes: number;
  readonly weights: Location;
  readonly gradientBlock: Location;
  readonly gradients: readonly Named[];
  readonly groups: readonly GroupRange[];
}

/**
 * Place inputs, parameters and gradients.
 *
 * @param order   Every node of the program.
 * @param groups  Trained parameters; they lie in one block, in this order.
 * @param slopes  The gradient of each trained parameter, in the same order.
 */
export function layOut(
  order: readonly Node[],
  groups: readonly ParameterGroup[],
  slopes: readonly Node[],
): Layout {
  const regions = createRegions();
  const placed = new Map<Node, Location>();
  const inputs = new Map<string, Named & { steps: number; shared: boolean }>();
  const parameters = new Map<string, Named>();
  const trainedNodes = groups.flatMap((group) => group.parameters);
  const trained = new Map<string, number>();
  const ranges: GroupRange[] = [];
  let trainedBytes = 0;
  for (const group of groups) {
    const from = trainedBytes;
    for (const node of group.parameters) {
      trained.set(nameOf(node), trainedBytes);
      trainedBytes += matrixBytes(node);
    }
    ranges.push({ from, bytes: trainedBytes - from });
  }
  const block = (region: "shared" | "shard"): Location => ({
    region,
    offset: regions[region].allocate(trainedBytes),
    ld: 32,
    strides: [],
  });
  const weights = block("shared");
  const gradientBlock = block("shard");
  const inBlock = (whole: Location, node: Node, at: number): Location => ({
    ...whole,
    offset: whole.offset + at,
    ld: rowBytes(node.shape[1]),
  });

  const gradients = trainedNodes.map((node, i) => {
    const location = inBlock(gradientBlock, node, trained.get(nameOf(node)) as number);
    return { node: slopes[i], location };
  });
  for (const { node, location } of gradients) if (!placed.has(node)) placed.set(node, location);
  for (const node of order) {
    if (node.op === "parameter") {
      const at = trained.get(node.attributes.name);
      const location =
        at === undefined ? place(regions, node, "shared") : inBlock(weights, node, at);
      addNamed(parameters, node.attributes.name, { node, location });
      placed.set(node, location);
    } else if (node.op === "input") {
      const { name, steps, shared } = node.attributes;
      const location = place(regions, node, shared ? "shared" : "shard");
      addNamed(inputs, name, { node, location, steps, shared });
      placed.set(node, location);
    }
  }
  return {
    regions,
    placed,
    inputs,
    parameters,
    trained,
    trainedBytes,
    weights,
    gradientBlock,
    gradients,
    groups: ranges,
  };
}

function nameOf(node: Node): string {
  if (node.op === "parameter") return node.attributes.name;
  throw fault("bad-value", {
    where: "engine.compile",
    what: "a training group holds something that is not a parameter",
    got: `'${node.op}'`,
    expected: "nodes made by parameter()",
    fix: "list only parameters in training.groups",
  });
}

function addNamed<T extends Named>(map: Map<string, T>, name: string, entry: T): void {
  if (map.has(name)) {
    throw fault("bad-value", {
      where: "engine.compile",
      what: "two nodes of the graph have the same name",
      got: `'${name}' twice`,
      expected: "one parameter or input per name",
      fix: "build the node once and use it in every place",
    });
  }
  map.set(name, entry);
}
