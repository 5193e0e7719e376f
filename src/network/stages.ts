import { choicesOf, type Network, type NetworkEdge } from "./network.ts";

/** Nodes that run together: positions `first` .. `first + count - 1`. */
export interface Stage {
  readonly first: number;
  readonly count: number;
  /** Whether its nodes couple among themselves (loops), so that they must step together. */
  readonly isRecurrent: boolean;
}

/**
 * An order of nodes in which couplings only lead forward, except within loops.
 *
 * Nodes that lie on common loops get one depth; every other edge leads to a greater depth. A stage
 * is all nodes of one depth.
 *
 * @param count  Number of nodes.
 * @param edges  By position, 0 .. count - 1.
 * @returns      The depth of each node, from 0.
 * @source       Tarjan 1972, SIAM J. Comput. 1:146 (strongly connected components).
 */
export function depthsOf(count: number, edges: readonly NetworkEdge[]): Int32Array {
  const targets: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of edges) targets[from].push(to);
  const component = componentsOf(targets);
  const depth = new Int32Array(count);
  // Tarjan numbers components from the sinks up: walk them from the sources down.
  const order = Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => component[b] - component[a],
  );
  const depthOfComponent = new Int32Array(count);
  for (const from of order) {
    depth[from] = depthOfComponent[component[from]];
    for (const to of targets[from]) {
      const other = component[to];
      if (other === component[from]) continue;
      depthOfComponent[other] = Math.max(depthOfComponent[other], depth[from] + 1);
    }
  }
  return depth;
}

/**
 * The stages of a network whose nodes are in order of depth.
 *
 * @param network  Its nodes and edges.
 */
export function stagesOf(network: {
  readonly nodes: readonly unknown[];
  readonly edges: readonly NetworkEdge[];
}): readonly Stage[] {
  const depth = depthsOf(network.nodes.length, network.edges);
  const stages: { first: number; count: number; isRecurrent: boolean }[] = [];
  depth.forEach((value, i) => {
    if (i === 0 || value !== depth[i - 1]) stages.push({ first: i, count: 0, isRecurrent: false });
    stages[stages.length - 1].count++;
  });
  const holds = ({ first, count }: Stage, i: number): boolean => i >= first && i < first + count;
  for (const { from, to } of network.edges) {
    const stage = stages.find((candidate) => holds(candidate, from));
    if (stage && holds(stage, to)) stage.isRecurrent = true;
  }
  return stages;
}

/** Nodes to which a path leads from some of them, themselves included. */
export function reachedFrom(
  starts: Iterable<number>,
  edges: readonly NetworkEdge[],
): ReadonlySet<number> {
  const reached = new Set(starts);
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const { from, to } of edges) if (reached.has(from)) reached.add(to);
  }
  return reached;
}

/** Neighbouring nodes of a stage that are alike, and so are rows of the same matrices. */
export interface NodeGroup {
  readonly first: number;
  readonly count: number;
  /** Position of its stage. */
  readonly stage: number;
}

/**
 * The groups of a network, in the order of its nodes: as few as its nodes' order allows.
 *
 * Nodes of a group share twin, hold and samples.
 */
export function groupsOf(
  network: Pick<Network, "nodes" | "edges" | "hold" | "couplingSamples" | "readout">,
): readonly NodeGroup[] {
  const likenessOf = (i: number): string => likeness(network, network.nodes[i]);
  return stagesOf(network).flatMap(({ first, count }, stage) => {
    const groups: { first: number; count: number; stage: number }[] = [];
    for (let i = first; i < first + count; i++) {
      if (i > first && likenessOf(i) === likenessOf(i - 1)) groups[groups.length - 1].count++;
      else groups.push({ first: i, count: 1, stage });
    }
    return groups;
  });
}

/** Equal for nodes that can be rows of the same matrices. */
export function likeness(
  network: Pick<Network, "hold" | "couplingSamples" | "readout">,
  node: Network["nodes"][number],
): string {
  const { hold, couplingSamples, readoutSamples } = choicesOf(network, node);
  return JSON.stringify([node.twin, hold, couplingSamples, readoutSamples]);
}

/** Component number of each node; an edge between components leads to the smaller number. */
function componentsOf(targets: readonly (readonly number[])[]): Int32Array {
  const count = targets.length;
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const component = new Int32Array(count).fill(-1);
  const open: number[] = [];
  let visited = 0;
  let components = 0;
  const visit = (node: number): void => {
    index[node] = low[node] = visited++;
    open.push(node);
    for (const next of targets[node]) {
      if (index[next] < 0) {
        visit(next);
        low[node] = Math.min(low[node], low[next]);
      } else if (component[next] < 0) low[node] = Math.min(low[node], index[next]);
    }
    if (low[node] !== index[node]) return;
    for (;;) {
      const member = open.pop() as number;
      component[member] = components;
      if (member === node) break;
    }
    components++;
  };
  for (let node = 0; node < count; node++) if (index[node] < 0) visit(node);
  return component;
}
