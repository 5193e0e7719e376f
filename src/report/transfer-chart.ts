import * as Plot from "@observablehq/plot";
import { domainOf, drawChart, pageWidth } from "./chart.ts";
import { type CsvColumn, tabulate } from "./csv.ts";
import { type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { formatNumber } from "./number.ts";
import { armColour, colour } from "./palette.ts";
import { toFinite } from "./statistics.ts";
import type { Panel } from "./svg.ts";

/** Where a trained network was scored. */
export type TransferPlace = "twinNoiseOff" | "twinNoiseOn" | "device" | "otherDevice";

/** A score with its 95 % interval. */
export interface TransferScore {
  readonly value: number;
  readonly interval?: readonly [number, number];
  /** What it is a mean of: seeds, devices or runs. */
  readonly n?: number;
}

/** One arm, scored in up to four places. */
export interface TransferArm extends Readonly<Partial<Record<TransferPlace, TransferScore>>> {
  readonly arm: string;
}

/** The scores of an experiment on one task. */
export interface TransferInput {
  /** Full name of the score, with its normalisation: "nrmseBySd". */
  readonly score: string;
  readonly higherIsBetter: boolean;
  readonly arms: readonly TransferArm[];
  /** Scores without a device, drawn as lines across. */
  readonly baselines?: Readonly<Record<string, number>>;
}

const places: Readonly<Record<TransferPlace, string>> = {
  twinNoiseOff: "twin, noise off",
  twinNoiseOn: "twin, noise on",
  device: "device",
  otherDevice: "other device",
};

/** A point of the chart. */
interface Point {
  readonly arm: number;
  readonly place: TransferPlace;
  readonly x: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number | null;
}

/** A score without a device. */
interface Baseline {
  readonly name: string;
  readonly value: number;
}

const pointsOf = ({ arms }: TransferInput, shown: readonly TransferPlace[]): readonly Point[] =>
  arms.flatMap((scores, arm) =>
    shown.flatMap((place, column) => {
      const score = scores[place];
      if (score === undefined) return [];
      const [low, high] = score.interval ?? [Number.NaN, Number.NaN];
      const x = column + (arm - (arms.length - 1) / 2) * Math.min(0.14, 0.6 / arms.length);
      return [
        {
          arm,
          place,
          x,
          value: toFinite(score.value),
          low: toFinite(low),
          high: toFinite(high),
          n: score.n ?? null,
        },
      ];
    }),
  );

/** Heights for labels so that none covers another: at least `gap` apart, in the same order. */
export function spreadLabels(heights: readonly number[], gap: number): readonly number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b] || a - b);
  const placed = [...heights];
  for (let i = 1; i < order.length; i++) {
    placed[order[i]] = Math.max(placed[order[i]], placed[order[i - 1]] + gap);
  }
  return placed;
}

const armMarks = (points: readonly Point[], stroke: string): Plot.Markish[] => [
  Plot.line(points, { x: "x", y: "value", stroke, strokeWidth: 1, strokeOpacity: 0.45 }),
  Plot.ruleX(points, { x: "x", y1: "low", y2: "high", stroke, strokeWidth: 1.6 }),
  Plot.dot(points, { x: "x", y: "value", fill: stroke, r: 4 }),
];

const baselineMarks = (
  lines: readonly Baseline[],
  domain: readonly [number, number],
  right: number,
): Plot.Markish[] => {
  const gap = ((domain[1] - domain[0]) * 14) / 250;
  const heights = spreadLabels(
    lines.map(({ value }) => value),
    gap,
  );
  const grey = colour("muted");
  return [
    Plot.ruleY(lines, { y: "value", stroke: grey, strokeDasharray: "4 3" }),
    Plot.text(lines, {
      x: right,
      y: (_, i) => heights[i],
      dx: 6,
      text: ({ name, value }) => `${name} ${formatNumber(value)}`,
      textAnchor: "start",
      fill: grey,
      fontSize: 10.5,
    }),
  ];
};

const draw = (
  input: TransferInput,
  shown: readonly TransferPlace[],
  points: readonly Point[],
  lines: readonly Baseline[],
): Panel => {
  const domain = domainOf([
    points.flatMap(({ value, low, high }) => [value, low, high]),
    lines.map(({ value }) => value),
  ]);
  const right = Math.max(0.5, shown.length - 0.5);
  const longest = Math.max(0, ...lines.map(({ name }) => name.length + 7));
  return drawChart({
    width: pageWidth,
    height: 290,
    marginRight: lines.length > 0 ? Math.min(220, 14 + 5.8 * longest) : 14,
    x: {
      domain: [-0.5, right],
      ticks: shown.map((_, i) => i),
      formatTick: (i) => (shown[i] === undefined ? "" : places[shown[i]]),
    },
    y: {
      domain,
      label: `${input.score} (${input.higherIsBetter ? "higher" : "lower"} is better)`,
      grid: true,
    },
    marks: [
      ...baselineMarks(lines, domain, right),
      ...input.arms.flatMap((_, arm) => {
        const own = points.filter((point) => point.arm === arm);
        return armMarks(own, armColour(arm));
      }),
    ],
  });
};

const columnsOf = (
  { arms, score }: TransferInput,
  points: readonly Point[],
  lines: readonly Baseline[],
): CsvColumn[] => {
  const rows = [
    ...points.map((point) => ({ ...point, name: arms[point.arm].arm, on: places[point.place] })),
    ...lines.map((line) => ({ ...line, on: "baseline", low: null, high: null, n: null })),
  ];
  return tabulate(rows, {
    "arm or baseline": ({ name }) => name,
    "scored on": ({ on }) => on,
    [score]: ({ value }) => value,
    "95 % interval, low": ({ low }) => low,
    "95 % interval, high": ({ high }) => high,
    n: ({ n }) => n,
  });
};

/**
 * Scores on the twin without noise, on the twin with noise, and on the device, one colour per arm.
 *
 * @param input    Scores with intervals, and baselines. Scores that are not finite are not drawn.
 * @param options  Name, title, caption.
 * @returns        The figure; its csv has a row per score and per baseline.
 * @throws         `bad-value` for the name.
 */
export function transferChart(input: TransferInput, options: FigureWords = {}): Figure {
  const shown = (Object.keys(places) as TransferPlace[]).filter((place) =>
    input.arms.some((arm) => arm[place] !== undefined),
  );
  const points = pointsOf(input, shown);
  const lines = Object.entries(input.baselines ?? {})
    .map(([name, value]) => ({ name, value }))
    .filter(({ value }) => Number.isFinite(value));
  return finishFigure(options, {
    name: "transfer",
    title: "From the twin to the device",
    caption:
      "Scores of the same trained networks on the twin and on the device; bars are 95 % intervals, dashed lines are baselines. Look at the slope from left to right: a flat line carries over, and the twin with noise should already foretell what the device gives.",
    rows: [[draw(input, shown, points, lines)]],
    legend: input.arms.map(({ arm }, i) => ({ label: arm, colour: armColour(i), mark: "dot" })),
    columns: columnsOf(input, points, lines),
  });
}
