// Where the nodes of a network are drawn: in layers where it is feed-forward, else where forces
// settle. Both are deterministic (d3-force starts on a spiral and uses its own fixed generator).

import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationLink,
  type SimulationNode,
} from "d3-force";

/** A place on the drawing, pixels. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/** An edge between two node positions in the list of nodes. */
export interface Link {
  readonly from: number;
  readonly to: number;
  /** |weight| over the largest, in [0, 1]. */
  readonly strength: number;
}

/** What a node of a network is. */
export type NodeKind = "task-input" | "device" | "readout";

/**
 * The layer of each node: the longest path that leads to it.
 *
 * @returns  One layer per node, or undefined where the network has a loop.
 */
export function layersOf(count: number, links: readonly Link[]): readonly number[] | undefined {
  const layer = new Array<number>(count).fill(0);
  const waiting = new Array<number>(count).fill(0);
  const leaving: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of links) {
    waiting[to]++;
    leaving[from].push(to);
  }
  const ready = waiting.flatMap((n, node) => (n === 0 ? [node] : []));
  let done = 0;
  for (let node = ready.shift(); node !== undefined; node = ready.shift()) {
    done++;
    for (const next of leaving[node]) {
      layer[next] = Math.max(layer[next], layer[node] + 1);
      if (--waiting[next] === 0) ready.push(next);
    }
  }
  return done === count ? layer : undefined;
}

/** Put inputs in the first layer and readouts in the last, whatever leads to them. */
const atTheEnds = (layers: readonly number[], kinds: readonly NodeKind[]): readonly number[] => {
  const last = Math.max(1, ...layers);
  return layers.map((layer, node) =>
    kinds[node] === "task-input" ? 0 : kinds[node] === "readout" ? last : layer,
  );
};

/**
 * Layers from left to right, each spread evenly from top to bottom.
 *
 * Two sweeps order each layer by the mean height of what leads to it (Sugiyama's barycentres).
 */
export function layeredLayout(
  kinds: readonly NodeKind[],
  links: readonly Link[],
  layers: readonly number[],
  size: { readonly width: number; readonly height: number },
): readonly Position[] {
  const placed = atTheEnds(layers, kinds);
  const last = Math.max(1, ...placed);
  const heights = new Array<number>(kinds.length).fill(0);
  const spread = (members: readonly number[]): void =>
    members.forEach((node, i) => {
      heights[node] = (size.height * (i + 0.5)) / members.length;
    });
  const membersOf = (layer: number): number[] =>
    kinds.flatMap((_, node) => (placed[node] === layer ? [node] : []));
  const pull = (node: number): number => {
    const weights = links.filter(({ to }) => to === node);
    const total = weights.reduce((sum, { strength }) => sum + strength, 0);
    if (total === 0) return heights[node];
    return weights.reduce((sum, { from, strength }) => sum + strength * heights[from], 0) / total;
  };
  for (let layer = 0; layer <= last; layer++) spread(membersOf(layer));
  for (let sweep = 0; sweep < 2; sweep++) {
    for (let layer = 1; layer <= last; layer++) {
      const members = membersOf(layer);
      const pulls = new Map(members.map((node) => [node, pull(node)]));
      spread(members.sort((a, b) => pulls.get(a)! - pulls.get(b)! || a - b));
    }
  }
  return kinds.map((_, node) => ({ x: (size.width * placed[node]) / last, y: heights[node] }));
}

interface Body extends SimulationNode {
  readonly kind: NodeKind;
}

/** Where springs and repulsion settle; task inputs at the left edge and readouts at the right. */
export function forceLayout(
  kinds: readonly NodeKind[],
  links: readonly Link[],
  size: { readonly width: number; readonly height: number },
): readonly Position[] {
  const { width, height } = size;
  const ends = { "task-input": 0, readout: width, device: width / 2 };
  const golden = Math.PI * (3 - Math.sqrt(5));
  const bodies: Body[] = kinds.map((kind, i) => ({
    kind,
    x: ends[kind] + (kind === "device" ? 12 * Math.sqrt(i + 0.5) * Math.cos(i * golden) : 0),
    y: height / 2 + 12 * Math.sqrt(i + 0.5) * Math.sin(i * golden),
  }));
  const springs: (SimulationLink<Body> & { readonly strength: number })[] = links
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, strength }) => ({ source: from, target: to, strength }));
  const spacing = Math.sqrt((width * height) / Math.max(1, kinds.length));
  forceSimulation(bodies)
    .force(
      "link",
      forceLink<Body, (typeof springs)[number]>(springs)
        .distance(spacing)
        .strength(({ strength }) => 0.04 + 0.2 * strength),
    )
    .force("charge", forceManyBody<Body>().strength(-6 * spacing))
    .force("collide", forceCollide<Body>(0.36 * spacing))
    .force(
      "x",
      forceX<Body>(({ kind }) => ends[kind]).strength(({ kind }) => (kind === "device" ? 0.04 : 1)),
    )
    .force("y", forceY<Body>(height / 2).strength(0.12))
    .stop()
    .tick(300);
  return fitted(bodies, size);
}

/** Stretch positions so that they fill the drawing. */
const fitted = (
  bodies: readonly Position[],
  size: { readonly width: number; readonly height: number },
): readonly Position[] => {
  const span = (values: readonly number[], length: number): ((value: number) => number) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value) => (high > low ? (length * (value - low)) / (high - low) : length / 2);
  };
  const across = span(
    bodies.map(({ x }) => x),
    size.width,
  );
  const down = span(
    bodies.map(({ y }) => y),
    size.height,
  );
  return bodies.map(({ x, y }) => ({ x: across(x), y: down(y) }));
};
