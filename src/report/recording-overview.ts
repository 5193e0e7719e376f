import * as Plot from "@observablehq/plot";
import { createArray, fault, type HostArray } from "../base/index.ts";
import type { Recording, RecordingPart } from "../data/index.ts";
import { domainOf, drawChart, pageWidth, zeroLine } from "./chart.ts";
import { type CsvColumn, tabulate } from "./csv.ts";
import { countOf, type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { noiseByLevel, noisePoints } from "./noise-statistics.ts";
import { axisLabel, timeUnit } from "./number.ts";
import { armColour, colour } from "./palette.ts";
import {
  acrossRepeats,
  checkAxes,
  checkIndex,
  responseAxes,
  type Selection,
  traces,
} from "./samples.ts";
import { slowChange } from "./slow-change.ts";
import { extent, type Histogram, histogram, mean } from "./statistics.ts";
import type { Panel } from "./svg.ts";

/** Options of {@link recordingOverview}. */
export interface RecordingOverviewOptions extends Selection, FigureWords {
  /** Repeats drawn as single lines (default 12). */
  readonly repeats?: number;
  /** Steps of them drawn (default 150). */
  readonly steps?: number;
}

/** A panel with the columns behind it. */
interface Piece {
  readonly panel: Panel;
  readonly columns: readonly CsvColumn[];
}

/** What is shown of a recording. */
interface View {
  readonly recording: Recording;
  /** The part with the most repeats, steps past a sequence's end removed. */
  readonly part: RecordingPart;
  readonly sequence: number;
  readonly observable: number;
  readonly input: number;
  readonly driveLabel: string;
  readonly responseName: string;
  readonly responseUnit: string;
}

const half = { width: pageWidth / 2, height: 200, marginLeft: 62 };

/** A response in which steps past a sequence's end are NaN. */
const withoutPadding = (response: HostArray, length: Int32Array | undefined): HostArray => {
  if (length === undefined) return response;
  const [, repeats, time, observables] = response.shape;
  const data = response.data.map((value, i) => {
    const t = Math.floor(i / observables) % time;
    return t < length[Math.floor(i / (observables * time * repeats))] ? value : Number.NaN;
  });
  return createArray(response.shape, data);
};

const checkRecording = (where: string, recording: Recording): void => {
  if (recording.parts.length === 0) {
    throw fault("out-of-range", {
      where,
      what: "the recording is empty",
      got: "no parts",
      expected: "at least one part with drive and response",
      fix: "Record the device, or import its files, first",
    });
  }
  const [inputs, observables] = [recording.inputs.length, recording.observables.length];
  for (const { name, drive, response } of recording.parts) {
    const [sequences, time] = drive.shape;
    const driveAxes = ["sequences", "time", "inputs"];
    checkAxes(where, `drive of ${name}`, drive, driveAxes, [sequences, time, inputs]);
    const lengths = [sequences, undefined, time, observables];
    checkAxes(where, `response of ${name}`, response, responseAxes("repeats"), lengths);
  }
};

const viewOf = (recording: Recording, options: RecordingOverviewOptions): View => {
  const where = "report.recordingOverview";
  const { sequence = 0, observable = 0, input = 0 } = options;
  checkRecording(where, recording);
  const most = recording.parts.reduce((best, part) =>
    part.response.shape[1] > best.response.shape[1] ? part : best,
  );
  checkIndex(where, "sequence", sequence, most.drive.shape[0]);
  checkIndex(where, "observable", observable, recording.observables.length);
  checkIndex(where, "input", input, recording.inputs.length);
  const driven = recording.inputs[input];
  const channel = recording.observables[observable];
  return {
    recording,
    part: { ...most, response: withoutPadding(most.response, most.length) },
    sequence,
    observable,
    input,
    driveLabel: axisLabel(driven.name, driven.unit),
    responseName: channel.name,
    responseUnit: channel.unit,
  };
};

/** All levels of one input in a part, steps past a sequence's end left out. */
const levelsOf = ({ drive, length }: RecordingPart, input: number): Float64Array => {
  const [, time, inputs] = drive.shape;
  return drive.data.filter(
    (_, i) =>
      i % inputs === input &&
      (length === undefined ||
        Math.floor(i / inputs) % time < length[Math.floor(i / (inputs * time))]),
  );
};

const driveHistogram = ({ recording, input, driveLabel }: View): Piece => {
  const levels = recording.parts.map((part) => levelsOf(part, input));
  const range = domainOf([extent(...levels) ?? []], { exact: true });
  const counted = levels.map((values) => histogram(values, range, 24));
  const outline = ({ edges, shares }: Histogram, paint: string): Plot.Markish[] => {
    const steps = { x: edges, y: [...shares, shares[shares.length - 1]], curve: "step-after" };
    return [
      Plot.areaY({ length: edges.length }, { ...steps, fill: paint, fillOpacity: 0.1 } as const),
      Plot.lineY({ length: edges.length }, { ...steps, stroke: paint, strokeWidth: 1.3 } as const),
    ];
  };
  const panel = drawChart({
    ...half,
    heading: "Levels of the drive",
    x: { domain: domainOf([range]), label: driveLabel, ticks: 5 },
    y: {
      domain: domainOf(
        counted.map(({ shares }) => shares),
        { include: [0] },
      ),
      label: "share of steps",
      grid: true,
      ticks: 4,
    },
    marks: counted.flatMap((counts, i) => outline(counts, armColour(i))),
  });
  return {
    panel,
    columns: [
      { heading: `bin low: ${driveLabel}`, values: counted[0].edges.slice(0, -1) },
      ...recording.parts.map(({ name }, i) => ({
        heading: `share of steps in ${name}`,
        values: counted[i].shares,
      })),
    ],
  };
};

const repeatLines = (view: View, options: RecordingOverviewOptions): Piece => {
  const { recording, part, sequence, observable, responseName, responseUnit } = view;
  const all = traces(part.response, sequence, observable);
  const count = Math.min(options.steps ?? 150, part.drive.shape[1]);
  const time = timeUnit(recording.dt * count);
  const x = Array.from({ length: count }, (_, t) => (t + 1) * recording.dt * time.perSecond);
  const centre = x.map((_, t) => mean(acrossRepeats(all, t)));
  const shown = all
    .slice(0, options.repeats ?? 12)
    .map((values) => Array.from(values.slice(0, count)));
  const line = (y: readonly number[], style: Plot.LineYOptions): Plot.Markish =>
    Plot.lineY({ length: count }, { x, y: [...y], stroke: colour("device"), ...style });
  const panel = drawChart({
    ...half,
    heading: `${countOf(shown.length, "repeat")} and the mean of ${all.length}`,
    x: {
      domain: domainOf([x], { include: [0], exact: true }),
      label: axisLabel("time", time.unit),
      ticks: 5,
    },
    y: {
      domain: domainOf(shown),
      label: axisLabel(responseName, responseUnit),
      grid: true,
      ticks: 5,
    },
    marks: [
      ...shown.map((y) => line(y, { strokeWidth: 0.6, strokeOpacity: 0.35 })),
      line(centre, { stroke: "currentColor", strokeWidth: 1.3 }),
    ],
  });
  return {
    panel,
    columns: [
      { heading: axisLabel("time", time.unit), values: x },
      { heading: axisLabel("mean over repeats", responseUnit), values: centre },
      ...shown.map((values, i) => ({ heading: axisLabel(`repeat ${i}`, responseUnit), values })),
    ],
  };
};

const noiseLevels = (view: View): Piece => {
  const { part, observable, input, driveLabel, responseUnit } = view;
  const groups = noiseByLevel(noisePoints(part.drive, part.response, observable, input), 16);
  const label = axisLabel("sd over repeats", responseUnit);
  const paint = colour("device");
  const panel = drawChart({
    ...half,
    heading: "Noise against drive",
    x: { domain: domainOf([groups.map(({ level }) => level)]), label: driveLabel, ticks: 5 },
    y: {
      domain: domainOf([groups.map(({ high }) => high)], { include: [0] }),
      label,
      grid: true,
      ticks: 4,
    },
    marks: [
      Plot.ruleX(groups, { x: "level", y1: "low", y2: "high", stroke: paint, strokeOpacity: 0.55 }),
      Plot.dot(groups, { x: "level", y: "sd", fill: paint, r: 3 }),
    ],
  });
  return {
    panel,
    columns: tabulate(groups, {
      [driveLabel]: ({ level }) => level,
      [label]: ({ sd }) => sd,
      [axisLabel("5 % quantile over steps", responseUnit)]: ({ low }) => low,
      [axisLabel("95 % quantile over steps", responseUnit)]: ({ high }) => high,
    }),
  };
};

const slowChanges = (view: View): Piece => {
  const { part, observable, responseUnit } = view;
  const changes = slowChange(part, observable);
  const ends = changes.map((change) => ({
    ...change,
    low: change.deviation - 2 * change.standardError,
    high: change.deviation + 2 * change.standardError,
  }));
  const label = axisLabel("mean deviation", responseUnit);
  const panel = drawChart({
    ...half,
    heading: "Slow change",
    x: {
      domain: domainOf([changes.map(({ place }) => place)]),
      label: "repeat by order of acquisition",
      ticks: 5,
    },
    y: {
      domain: domainOf([ends.flatMap(({ low, high, deviation }) => [low, high, deviation])], {
        include: [0],
      }),
      label,
      grid: true,
      ticks: 5,
    },
    marks: [
      zeroLine(),
      Plot.ruleX(ends, {
        x: "place",
        y1: "low",
        y2: "high",
        stroke: colour("device"),
        strokeOpacity: 0.55,
      }),
      Plot.dot(ends, { x: "place", y: "deviation", fill: colour("device"), r: 2.4 }),
    ],
  });
  return {
    panel,
    columns: tabulate(changes, {
      "repeat by order of acquisition": ({ place }) => place,
      [label]: ({ deviation }) => deviation,
      [axisLabel("standard error over sequences", responseUnit)]: (change) => change.standardError,
    }),
  };
};

const captionOf = ({ part, sequence }: View): string => {
  const noise =
    part.response.shape[1] > 1
      ? "(c) Noise over repeats by the drive of the step; bars are the central 90 % of steps. (d) Mean of each repeat against the mean of all, with two standard errors over sequences: a slope means that the device changed while it was measured."
      : "No drive was repeated, so the noise cannot be seen.";
  return `(a) Levels of the drive, by part: the twin can be trusted only where it was driven. (b) The same drive, repeated: sequence ${sequence} of ${part.name}. ${noise}`;
};

/**
 * A recording at a glance: levels of the drive, repeats with their mean, noise against drive, and
 * slow change over the repeats.
 *
 * The last three show the part with the most repeats; noise and slow change are left out where no
 * drive was repeated.
 *
 * @param recording  Of any device.
 * @param options    `sequence`, `observable`, `input` (default 0); `repeats` (12) and `steps` (150)
 *                   drawn.
 * @returns          The figure; its csv puts the columns of all panels side by side.
 * @throws           `shape-mismatch`; `out-of-range` if there is nothing to draw.
 */
export function recordingOverview(
  recording: Recording,
  options: RecordingOverviewOptions = {},
): Figure {
  const view = viewOf(recording, options);
  const repeats = view.part.response.shape[1];
  const pieces = [driveHistogram(view), repeatLines(view, options)];
  if (repeats > 1) pieces.push(noiseLevels(view), slowChanges(view));
  const panels = pieces.map(({ panel }) => panel);
  return finishFigure(options, {
    name: "recording",
    title: "The recording",
    caption: captionOf(view),
    rows: [panels.slice(0, 2), ...(panels.length > 2 ? [panels.slice(2)] : [])],
    legend: recording.parts.map(({ name }, i) => ({
      label: name,
      colour: armColour(i),
      mark: "line",
    })),
    columns: pieces.flatMap(({ columns }) => columns),
  });
}
