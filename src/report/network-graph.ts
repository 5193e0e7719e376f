import { fault } from "../base/index.ts";
import { pageWidth } from "./chart.ts";
import { tabulate } from "./csv.ts";
import { countOf, type Figure, type FigureWords, finishFigure, nameFigure } from "./figure.ts";
import {
  forceLayout,
  type Link,
  layeredLayout,
  layersOf,
  type NodeKind,
  type Position,
} from "./network-layout.ts";
import { formatNumber } from "./number.ts";
import { colour } from "./palette.ts";
import { element, escapeText, type Panel, pixel, textWidth } from "./svg.ts";

/** A node of a drawn network. */
export interface NetworkNode {
  /** Unique. */
  readonly id: string;
  /** Written beside the node (default: its id). */
  readonly label?: string;
  readonly kind: NodeKind;
}

/** A weighted connection of a drawn network. */
export interface NetworkEdge {
  readonly from: string;
  readonly to: string;
  /** Signed; of a matrix of weights, its largest element by size, say. */
  readonly weight: number;
}

/** A network to draw. */
export interface NetworkDrawing {
  readonly nodes: readonly NetworkNode[];
  readonly edges: readonly NetworkEdge[];
}

/** Options of {@link networkGraph}. */
export interface NetworkGraphOptions extends FigureWords {
  /** Only the strongest edges are drawn (default 400 at most). */
  readonly edges?: number;
  /** Height in pixels (default: what the nodes need, 260 to 560). */
  readonly height?: number;
}

/** A network with numbers for names, edges from weak to strong. */
interface Drawing {
  readonly nodes: readonly NetworkNode[];
  readonly edges: readonly NetworkEdge[];
  readonly links: readonly Link[];
  readonly layers: readonly number[] | undefined;
  readonly positions: readonly Position[];
  readonly height: number;
}

const side = 92;
const top = 20;
const bottom = 30;

const indexNodes = (network: NetworkDrawing): ReadonlyMap<string, number> => {
  const index = new Map(network.nodes.map(({ id }, i) => [id, i]));
  const lost = network.edges.find(({ from, to }) => !index.has(from) || !index.has(to));
  if (lost !== undefined || index.size !== network.nodes.length) {
    throw fault("unknown-name", {
      where: "report.networkGraph",
      what: lost ? "an edge names a node that is not there" : "two nodes have the same id",
      got: lost ? `an edge from ${lost.from} to ${lost.to}` : `${network.nodes.length} nodes`,
      expected: lost ? "ids from the list of nodes" : `${network.nodes.length} different ids`,
      fix: lost ? "Add the node or remove the edge" : "Give every node its own id",
    });
  }
  return index;
};

const heightFor = (nodes: number, layers: readonly number[] | undefined): number => {
  const counts = new Map<number, number>();
  for (const layer of layers ?? []) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  const needed = layers ? 20 * Math.max(...counts.values(), 1) : 110 * Math.sqrt(nodes);
  return Math.round(Math.min(560, Math.max(260, needed)));
};

const drawingOf = (network: NetworkDrawing, options: NetworkGraphOptions): Drawing => {
  const index = indexNodes(network);
  const edges = network.edges
    .filter(({ weight }) => Number.isFinite(weight) && weight !== 0)
    .sort((a, b) => Math.abs(a.weight) - Math.abs(b.weight))
    .slice(-(options.edges ?? 400));
  const largest = edges.length === 0 ? 1 : Math.abs(edges[edges.length - 1].weight);
  const toLink = ({ from, to, weight }: NetworkEdge): Link => ({
    from: index.get(from)!,
    to: index.get(to)!,
    strength: Math.abs(weight) / largest,
  });
  const kinds = network.nodes.map(({ kind }) => kind);
  const layers = layersOf(kinds.length, network.edges.map(toLink));
  const height = options.height ?? heightFor(kinds.length, layers);
  const size = { width: pageWidth - 2 * side, height: height - top - bottom };
  const links = edges.map(toLink);
  const positions = (
    layers ? layeredLayout(kinds, links, layers, size) : forceLayout(kinds, links, size)
  ).map(({ x, y }) => ({ x: x + side, y: y + top }));
  return { nodes: network.nodes, edges, links, layers, positions, height };
};

const nodeRadius = (count: number): number => Math.max(4, Math.min(11, 60 / Math.sqrt(count)));

/**
 * The path of an edge: an S between layers, a bow elsewhere, a loop onto itself.
 *
 * @param lift  Pixels by which an edge that passes over layers keeps clear of their nodes;
 *              undefined without layers.
 */
const edgePath = (a: Position, b: Position, radius: number, lift?: number): string => {
  const p = pixel;
  if (a === b) {
    const [x, y, r] = [a.x, a.y - radius, 1.6 * radius];
    return `M${p(x - 3)},${p(y)}C${p(x - 2 * r)},${p(y - 2 * r)} ${p(x + 2 * r)},${p(y - 2 * r)} ${p(x + 3)},${p(y)}`;
  }
  if (lift !== undefined) {
    const third = (b.x - a.x) / 3;
    if (lift !== 0) {
      return `M${p(a.x)},${p(a.y)}C${p(a.x + third)},${p(a.y - lift)} ${p(b.x - third)},${p(b.y - lift)} ${p(b.x)},${p(b.y)}`;
    }
    const middle = (a.x + b.x) / 2;
    return `M${p(a.x)},${p(a.y)}C${p(middle)},${p(a.y)} ${p(middle)},${p(b.y)} ${p(b.x)},${p(b.y)}`;
  }
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy) || 1;
  const [cx, cy] = [(a.x + b.x) / 2 - 0.14 * dy, (a.y + b.y) / 2 + 0.14 * dx];
  const reach = (radius + 3) / length;
  const [ex, ey] = [b.x - (b.x - cx) * 2 * reach, b.y - (b.y - cy) * 2 * reach];
  return `M${p(a.x)},${p(a.y)}Q${p(cx)},${p(cy)} ${p(ex)},${p(ey)}`;
};

/** Edges that pass over narrow layers rise above them; those to the readout sink below. */
const liftOf = ({ layers = [], nodes, height }: Drawing, from: number, to: number): number => {
  const passed = layers.filter((layer) => layer > layers[from] && layer < layers[to]);
  const isNarrow = passed.length > 0 && passed.length === new Set(passed).size;
  if (!isNarrow) return 0;
  const lift = Math.min(34 * passed.length, 0.6 * height);
  return nodes[to].kind === "readout" ? -lift : lift;
};

const drawEdges = (drawing: Drawing, name: string): string => {
  const { links, edges, positions, layers } = drawing;
  const radius = nodeRadius(positions.length);
  const crowd = Math.max(0.35, Math.min(0.9, 11 / Math.sqrt(links.length)));
  return links
    .map(({ from, to, strength }, i) => {
      const sign = edges[i].weight > 0 ? "positive" : "negative";
      return element("path", {
        d: edgePath(positions[from], positions[to], radius, layers && liftOf(drawing, from, to)),
        fill: "none",
        stroke: colour(sign),
        "stroke-width": 0.5 + 3.3 * strength,
        "stroke-opacity": crowd * (0.35 + 0.65 * Math.sqrt(strength)),
        "stroke-dasharray": sign === "negative" ? "5 2.5" : undefined,
        "marker-end": layers ? undefined : `url(#${name}-${sign})`,
      });
    })
    .join("");
};

const drawNode = (node: NetworkNode, at: Position, radius: number, labelled: boolean): string => {
  const shared = { fill: colour("paper"), stroke: "currentColor", "stroke-width": 1.4 };
  const shape =
    node.kind === "device"
      ? element("circle", { cx: at.x, cy: at.y, r: radius, ...shared })
      : element("rect", {
          x: at.x - 7,
          y: at.y - 7,
          width: 14,
          height: 14,
          ...shared,
          fill: node.kind === "readout" ? "currentColor" : shared.fill,
        });
  if (!labelled) return shape;
  const shift = (radius + 5) * (node.kind === "task-input" ? -1 : 1);
  const text = node.label ?? node.id;
  const within = textWidth(text, 9) < 1.8 * radius;
  const place =
    node.kind === "device"
      ? { x: at.x, y: at.y + (within ? 0 : radius + 9), "text-anchor": "middle", "font-size": 9 }
      : { x: at.x + shift, y: at.y, "text-anchor": shift < 0 ? "end" : "start" };
  const halo = { stroke: colour("paper"), "stroke-width": 3, "paint-order": "stroke" };
  const label = { ...place, dy: "0.34em", fill: "currentColor", ...(within ? {} : halo) };
  return shape + element("text", label, escapeText(text));
};

const arrowHead = (name: string, sign: "positive" | "negative"): string =>
  element(
    "marker",
    {
      id: `${name}-${sign}`,
      viewBox: "0 0 8 8",
      refX: 6,
      refY: 4,
      markerWidth: 7,
      markerHeight: 7,
      markerUnits: "userSpaceOnUse",
      orient: "auto",
    },
    element("path", { d: "M0,0.8L8,4L0,7.2Z", fill: colour(sign) }),
  );

const drawNetwork = (drawing: Drawing, name: string): Panel => {
  const devices = drawing.nodes.filter(({ kind }) => kind === "device").length;
  const radius = nodeRadius(drawing.nodes.length);
  const heads = drawing.layers
    ? ""
    : element("defs", {}, arrowHead(name, "positive") + arrowHead(name, "negative"));
  const nodes = drawing.nodes.map((node, i) =>
    drawNode(node, drawing.positions[i], radius, node.kind !== "device" || devices <= 16),
  );
  return {
    width: pageWidth,
    height: drawing.height,
    content: heads + drawEdges(drawing, name) + nodes.join(""),
  };
};

const captionOf = (network: NetworkDrawing, { edges, layers, nodes }: Drawing): string => {
  const devices = nodes.filter(({ kind }) => kind === "device").length;
  const omitted = network.edges.length - edges.length;
  const largest = edges.length === 0 ? 0 : Math.abs(edges[edges.length - 1].weight);
  return `${countOf(devices, "device")} (circles), ${layers ? "fed forward from left to right" : "with loops; arrows show the direction"}. Width is the size of a weight, up to ${formatNumber(largest)}; negative weights are dashed.${omitted > 0 ? ` The ${omitted} weakest of ${network.edges.length} edges are not drawn.` : ""} Look for devices that nothing reaches, or that lead nowhere.`;
};

/**
 * A network as a graph: task inputs and readouts as squares, devices as circles, weights as lines.
 *
 * Layers from left to right where the network is feed-forward, else a layout by forces. The same
 * network gives the same drawing.
 *
 * @param network  Nodes and signed weights; edges of weight zero are not drawn.
 * @param options  `edges` at most (default 400); `height` in pixels.
 * @returns        The figure; its csv has a row per node and per edge drawn.
 * @throws         `unknown-name` if an edge names no node, or two nodes share an id.
 */
export function networkGraph(network: NetworkDrawing, options: NetworkGraphOptions = {}): Figure {
  const own = { name: "network", title: "The network" };
  const drawing = drawingOf(network, options);
  const rows = [
    ...drawing.nodes.map(({ kind, id }) => ({ row: kind, from: id, to: null, weight: null })),
    ...[...drawing.edges].reverse().map((edge) => ({ row: "edge", ...edge })),
  ];
  return finishFigure(options, {
    ...own,
    caption: captionOf(network, drawing),
    rows: [[drawNetwork(drawing, nameFigure(options, own).name)]],
    legend: [
      { label: "positive weight", colour: colour("positive"), mark: "line" },
      { label: "negative weight", colour: colour("negative"), mark: "dashed" },
    ],
    columns: tabulate(rows, {
      row: ({ row }) => row,
      "node or start": ({ from }) => from,
      end: ({ to }) => to,
      weight: ({ weight }) => weight,
    }),
  });
}
