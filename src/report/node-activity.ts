import * as Plot from "@observablehq/plot";
import { domainOf, drawChart, pageWidth } from "./chart.ts";
import { tabulate } from "./csv.ts";
import { countOf, type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { axisLabel } from "./number.ts";
import { colour } from "./palette.ts";
import { histogram, toFinite } from "./statistics.ts";
import { type Panel, textWidth } from "./svg.ts";

/** The drive that one node of a network received. */
export interface NodeDrive {
  readonly name: string;
  /** All drive levels, in the order of time or any other. */
  readonly drive: ArrayLike<number>;
  /** Lowest and highest drive in the recording that its twin was fitted to. */
  readonly recorded: readonly [number, number];
}

/** Options of {@link nodeActivity}. */
export interface NodeActivityOptions extends FigureWords {
  /** Name and unit of the drive (default "drive", no unit). */
  readonly quantity?: { readonly name: string; readonly unit: string };
  /** Bins along the drive (default 48). */
  readonly bins?: number;
}

/** A bin of a node's histogram. */
interface Bin {
  readonly row: number;
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

const outside = ({ drive, recorded }: NodeDrive): number => {
  const values = Array.from(drive).filter((value) => Number.isFinite(value));
  const beyond = values.filter((value) => value < recorded[0] || value > recorded[1]);
  return values.length === 0 ? 0 : beyond.length / values.length;
};

const binsOf = (
  nodes: readonly NodeDrive[],
  range: readonly [number, number],
  bins: number,
): readonly Bin[] =>
  nodes.flatMap(({ drive }, row) => {
    const { edges, shares } = histogram(drive, range, bins);
    return shares.map((share, i) => ({ row, low: edges[i], high: edges[i + 1], share }));
  });

const formatShare = (share: number): string =>
  share === 0 ? "0 %" : share < 0.001 ? "< 0.1 %" : `${(100 * share).toFixed(1)} %`;

/** A node with its row in the chart and the share of its drive beyond the recorded range. */
interface Row extends NodeDrive {
  readonly row: number;
  readonly outside: number;
}

const binMarks = (nodes: readonly NodeDrive[], bins: readonly Bin[]): Plot.Markish => {
  const largest = Math.max(...bins.map(({ share }) => share), 1e-12);
  return Plot.rect(
    bins.filter(({ share }) => share > 0),
    {
      x1: "low",
      x2: "high",
      y1: ({ row }) => row - 0.42,
      y2: ({ row }) => row + 0.42,
      fill: ({ row, low, high }) => {
        const [from, to] = nodes[row].recorded;
        const middle = (low + high) / 2;
        return colour(middle < from || middle > to ? "negative" : "drive");
      },
      fillOpacity: ({ share }) => 0.15 + 0.85 * Math.sqrt(share / largest),
    },
  );
};

const rangeMarks = (rows: readonly Row[]): Plot.Markish[] =>
  [0, 1].map((end) =>
    Plot.ruleX(rows, {
      x: ({ recorded }) => toFinite(recorded[end]),
      y1: ({ row }) => row - 0.5,
      y2: ({ row }) => row + 0.5,
      stroke: "currentColor",
      strokeWidth: 1.4,
    }),
  );

const outsideMarks = (rows: readonly Row[], right: number, fontSize: number): Plot.Markish[] => {
  const place = { x: () => right, dx: 62, textAnchor: "end" } as const;
  return [
    Plot.text(rows, {
      ...place,
      y: "row",
      text: (row) => formatShare(row.outside),
      fill: (row) => colour(row.outside > 0.01 ? "negative" : "muted"),
      fontSize,
    }),
    Plot.text(["outside"], { ...place, y: () => -0.5, dy: -11, fill: colour("muted") }),
  ];
};

const draw = (rows: readonly Row[], bins: readonly Bin[], label: string): Panel => {
  const rowHeight = Math.max(9, Math.min(20, 560 / Math.max(1, rows.length)));
  const named = rowHeight >= 11;
  const longest = Math.max(0, ...rows.map(({ name }) => textWidth(name, 12)));
  const x = domainOf([bins.map(({ low }) => low), bins.map(({ high }) => high)]);
  return drawChart({
    width: pageWidth,
    height: 68 + rowHeight * rows.length,
    marginLeft: named ? Math.max(54, Math.min(150, 20 + longest)) : undefined,
    marginRight: 72,
    marginTop: 24,
    x: { domain: x, label },
    y: {
      domain: [rows.length - 0.5, -0.5],
      label: named ? undefined : "node",
      ticks: named ? rows.map(({ row }) => row) : 6,
      formatTick: (row) => (named ? (rows[row]?.name ?? "") : String(row)),
    },
    marks: [
      binMarks(rows, bins),
      ...rangeMarks(rows),
      ...outsideMarks(rows, x[1], named ? 11 : 8.5),
    ],
  });
};

/**
 * The drive that each node receives, against the range in which its twin was recorded.
 *
 * @param nodes    One row each, from top to bottom.
 * @param options  `quantity` of the drive; `bins` (default 48).
 * @returns        The figure; its csv has a row per node and bin.
 * @throws         `bad-value` for the name.
 */
export function nodeActivity(
  nodes: readonly NodeDrive[],
  options: NodeActivityOptions = {},
): Figure {
  const { name, unit } = options.quantity ?? { name: "drive", unit: "" };
  const values = nodes.flatMap(({ drive, recorded }) => [drive, recorded]);
  const bins = binsOf(nodes, domainOf(values, { exact: true }), options.bins ?? 48);
  const rows = nodes.map((node, row) => ({ ...node, row, outside: outside(node) }));
  const worst = rows.reduce((most, row) => Math.max(most, row.outside), 0);
  return finishFigure(options, {
    name: "node-activity",
    title: "Drive of each node",
    caption: `Distribution of the drive that ${countOf(nodes.length, "node")} received; upright lines bound the range in which the twin was recorded, and the share beyond it stands at the right (at most ${formatShare(worst)}). Look for red: there the twin extrapolates and its score is not to be trusted. A narrow row is a node that the network hardly uses.`,
    rows: [[draw(rows, bins, axisLabel(name, unit))]],
    columns: tabulate(bins, {
      node: ({ row }) => nodes[row].name,
      [axisLabel("bin low", unit)]: ({ low }) => low,
      [axisLabel("bin high", unit)]: ({ high }) => high,
      "share of steps": ({ share }) => share,
      [axisLabel("recorded low", unit)]: ({ row }) => nodes[row].recorded[0],
      [axisLabel("recorded high", unit)]: ({ row }) => nodes[row].recorded[1],
      "share outside": ({ row }) => rows[row].outside,
    }),
  });
}
