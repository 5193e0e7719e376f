import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { createArray, createGenerator, createStream, type HostArray } from "../base/index.ts";
import { describeRecording, type PartSummary, type Recording } from "../data/index.ts";
import { channelCorrelation } from "./channel-correlation.ts";
import { channelProfile } from "./channel-profile.ts";
import { confusionMatrix } from "./confusion-matrix.ts";
import { correlationMatrices } from "./correlation-matrices.ts";
import { deviceAgainstTwin } from "./device-against-twin.ts";
import { errorAlongDrive } from "./error-along-drive.ts";
import type { Figure } from "./figure.ts";
import { freeRunError } from "./free-run-error.ts";
import { networkGraph } from "./network-graph.ts";
import { nodeActivity } from "./node-activity.ts";
import { noiseAgainstDrive } from "./noise-against-drive.ts";
import { noiseBudgetBars } from "./noise-budget-bars.ts";
import { noiseCorrelation } from "./noise-correlation.ts";
import { noiseSpectrum } from "./noise-spectrum.ts";
import { predictionAgainstTarget } from "./prediction.ts";
import { rankHistogram } from "./rank-histogram.ts";
import { recordingOverview } from "./recording-overview.ts";
import type { Comparison } from "./samples.ts";
import { trainingCurves } from "./training-curves.ts";
import { spreadLabels, transferChart } from "./transfer-chart.ts";
import { validationMeasures } from "./validation-measures.ts";

const [sequences, time] = [2, 40];

/** Responses that follow the drive, with noise of sd 0.1 for drives below 0.5 and 0.3 above. */
const respond = (drive: HostArray, repeats: number, seed: number): HostArray => {
  const generator = createGenerator(createStream(seed));
  const shape = [sequences, repeats, time, 1];
  const data = Array.from({ length: sequences * repeats * time }, (_, i) => {
    const sequence = Math.floor(i / (repeats * time));
    const u = drive.data[sequence * time + (i % time)];
    return u + (u < 0.5 ? 0.1 : 0.3) * generator.normal();
  });
  return createArray(shape, data);
};

const drive = createArray(
  [sequences, time, 1],
  Array.from({ length: sequences * time }, (_, i) => (i % 8 < 4 ? 0 : 1)),
);
const comparison: Comparison = {
  dt: 0.01,
  inputs: [{ name: "field", unit: "Oe" }],
  observables: [{ name: "a < b & c", unit: "mV" }],
  drive,
  device: respond(drive, 30, 1),
  twin: respond(drive, 50, 2),
};
const broken = respond(drive, 3, 4);
broken.data[5] = Number.POSITIVE_INFINITY;
broken.data[6] = Number.NaN;
const recording: Recording = {
  dt: 0.01,
  inputs: comparison.inputs,
  observables: comparison.observables,
  parts: [
    { name: "drive_set", drive, response: respond(drive, 1, 3), length: Int32Array.of(40, 20) },
    { name: "repeat_set", drive, response: comparison.device },
  ],
};
/** `channels` observables, the last constant; the second is the first with its sign turned. */
const summaryOf = (channels: number, repeats: number): PartSummary => {
  const source = respond(drive, repeats, 6);
  const response = createArray([sequences, repeats, time, channels]);
  response.data.forEach((_, i) => {
    const channel = i % channels;
    const value = source.data[Math.floor(i / channels)];
    response.data[i] =
      channel === channels - 1 ? 3 : channel === 1 ? -value : value ** (channel + 1);
  });
  const observables = Array.from({ length: channels }, (_, i) => ({ name: `x<${i}>`, unit: "V" }));
  const parts = [{ name: "set", drive, response }];
  return describeRecording({ dt: 1, inputs: comparison.inputs, observables, parts }).parts[0];
};
const curve = (arm: string, seed: number, value: readonly number[]) => ({
  arm,
  seed,
  step: value.map((_, i) => i),
  value,
});
const loop = {
  nodes: [
    { id: "u", kind: "task-input" },
    { id: "a", kind: "device" },
    { id: "b", kind: "device" },
    { id: "y", kind: "readout" },
  ] as const,
  edges: [
    { from: "u", to: "a", weight: 1 },
    { from: "a", to: "b", weight: -0.5 },
    { from: "b", to: "a", weight: 0.25 },
    { from: "b", to: "b", weight: 0.125 },
    { from: "b", to: "y", weight: 2 },
  ],
};
const probability = createArray([3, 3], [0.8, 0.1, 0.1, 0.2, 0.5, 0.3, 0.6, 0.3, 0.1]);
const classified = {
  kind: "classification",
  input: [0, 1, 2],
  labels: [0, 1, 2],
  probability,
  classes: ["sine", "square", "rest"],
} as const;

const half = { mean: 0.5, low: 0.4, high: 0.6 };
const budget = {
  observable: "x < y",
  twin: { observation: half, white: half, coloured: half, start: half },
  device: { observation: half, white: half, coloured: half, start: half },
  slowDrift: 0.1,
  isSeparable: false,
  reason: "it forgets",
};
const bin = { low: 0, high: 1, isOutside: false, steps: 3, recordedShare: 0.5 };
const errorPair = { error: 2, floor: 1 };
const range = {
  ...{ input: "field", unit: "mT", outsideShare: 0.25 },
  bins: [
    { ...bin, mean: errorPair, std: errorPair },
    { ...bin, low: 1, high: 2, steps: 0, mean: null, std: null },
    {
      ...bin,
      low: 2,
      high: 3,
      steps: 1,
      isOutside: true,
      recordedShare: null,
      mean: errorPair,
      std: errorPair,
    },
  ],
};

const draw: Readonly<Record<string, () => Figure>> = {
  recording: () => recordingOverview(recording),
  "recording without repeats": () =>
    recordingOverview({ ...recording, parts: recording.parts.slice(0, 1) }),
  "channel correlation": () => channelCorrelation(summaryOf(3, 5)),
  "channel correlation of 60": () => channelCorrelation(summaryOf(60, 5)),
  "channel correlation without repeats": () => channelCorrelation(summaryOf(3, 1)),
  "channel profile": () => channelProfile(summaryOf(60, 5)),
  "channel profile without repeats": () => channelProfile(summaryOf(20, 1)),
  "device against twin": () => deviceAgainstTwin(comparison),
  "noise against drive": () => noiseAgainstDrive(comparison),
  "noise correlation": () => noiseCorrelation(comparison),
  "noise correlation of 4 repeats": () =>
    noiseCorrelation({ ...comparison, twin: respond(drive, 4, 5) }),
  "device against twin with an infinite value": () =>
    deviceAgainstTwin({ ...comparison, twin: broken }),
  "training curves": () =>
    trainingCurves([
      curve("aware", 0, [4, 2, 1]),
      curve("aware", 1, [8, 4, Number.POSITIVE_INFINITY]),
      { ...curve("aware", 0, [-1, 0, 1]), panel: "critic" },
    ]),
  "training without a finite loss": () => trainingCurves([curve("diverged", 0, [Number.NaN])]),
  "training without curves": () => trainingCurves([]),
  "recurrent network": () => networkGraph(loop),
  "feed-forward network": () =>
    networkGraph({ nodes: loop.nodes, edges: [loop.edges[0], loop.edges[1], loop.edges[4]] }),
  "network without edges": () => networkGraph({ nodes: loop.nodes, edges: [] }),
  regression: () =>
    predictionAgainstTarget({
      kind: "regression",
      target: [1, 2, 3],
      predictions: [
        { label: "device", values: createArray([2, 3], [1, 2, 3, 3, 2, 1]) },
        { label: "twin", values: createArray([1, 3], [1, Number.NaN, 2]) },
      ],
    }),
  classification: () => predictionAgainstTarget(classified),
  "two classes": () =>
    predictionAgainstTarget({
      ...classified,
      labels: [0, 1, 1],
      probability: createArray([3, 2], [0.9, 0.1, 0.4, 0.6, 0.7, 0.3]),
      classes: ["sine", "square"],
    }),
  "confusion matrix": () =>
    confusionMatrix({ classes: ["one", "two"], counts: createArray([2, 2], [9, 1, 0, 0]) }),
  transfer: () =>
    transferChart({
      score: "accuracy",
      higherIsBetter: true,
      arms: [
        { arm: "aware", twinNoiseOn: { value: 0.94, interval: [0.93, 0.95], n: 8 } },
        {
          arm: "agnostic",
          twinNoiseOn: { value: 0.86, interval: [-Infinity, Infinity] },
          device: { value: Number.NaN },
        },
      ],
      baselines: { linear: 0.943, none: Number.NaN },
    }),
  "transfer of nothing": () => transferChart({ score: "accuracy", higherIsBetter: true, arms: [] }),
  "validation measures": () =>
    validationMeasures(
      [
        { name: "mean", error: 2, floor: 1, ratio: 2, high: 1.3 },
        { name: "crps", error: 1, floor: 0, ratio: Number.POSITIVE_INFINITY },
      ],
      [{ name: "close", ratio: 2 }],
    ),
  "free run": () =>
    freeRunError(
      { limit: 0.2, lostAfter: [2, null], error: [0.1, 0.4, 0.1], floor: [0.1, 0.1, 0.1] },
      { dt: 0.01 },
    ),
  "free run of a good twin": () =>
    freeRunError({ limit: 0.2, lostAfter: [null], error: [0.1], floor: [0.1] }, { dt: 1 }),
  "errors along the drive": () => errorAlongDrive(range),
  "noise budget": () => noiseBudgetBars([budget]),
  "noise budget without a device": () => noiseBudgetBars([{ ...budget, device: null }]),
  "noise spectrum": () =>
    noiseSpectrum(
      { frequencies: [0, 0.25, 0.5], device: [[1, 0.1, 0]], twin: [[2, 0.2, 0.1]] },
      { dt: 0.1, observableName: "x" },
    ),
  "noise between observables": () =>
    correlationMatrices(
      {
        device: [
          [1, -0.5],
          [-0.5, 1],
        ],
        twin: [
          [1, Number.NaN],
          [Number.NaN, 1],
        ],
      },
      ["a", "b & c"],
    ),
  "rank histogram": () => rankHistogram([0.2, 0.5, 0.3]),
  "node activity": () =>
    nodeActivity([
      { name: "a", drive: [0, 0.25, 0.5, 2], recorded: [0, 1] },
      { name: "unused", drive: [], recorded: [-Infinity, 1] },
    ]),
};

/** The first fault in the syntax of an XML text, or undefined. */
const syntaxFault = (text: string): string | undefined => {
  const open: string[] = [];
  const tags =
    /<(\/?)([a-zA-Z]+)((?:\s+[a-zA-Z0-9:-]+="[^"<]*")*)\s*(\/?)>|<|&(?!(?:amp|lt|gt|quot|#39);)/g;
  for (const [whole, closes, name, , empty] of text.matchAll(tags)) {
    if (name === undefined) return `a bare ${whole}`;
    if (closes && open.pop() !== name) return `</${name}> closes another element`;
    if (!closes && !empty) open.push(name);
  }
  return open.length > 0 ? `<${open.join("><")}> left open` : undefined;
};

/** Columns of a csv by their heading; our test data have no quotes. */
const readCsv = (csv: string): ReadonlyMap<string, readonly string[]> => {
  const [heading, ...rows] = csv
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
  return new Map(heading.map((name, i) => [name, rows.map((row) => row[i])]));
};

test.each(Object.entries(draw))(
  "%s is well-formed SVG without NaN that loads nothing",
  (_, make) => {
    const { svg } = make();
    expect(syntaxFault(svg)).toBeUndefined();
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
      /https?:|href|@import/,
    );
    const { document } = parseHTML(`<html><body>${svg}</body></html>`);
    expect(document.querySelectorAll("body > svg").length).toBe(1);
  },
);

test.each(Object.entries(draw))("%s is the same text when drawn twice", (_, make) => {
  expect(make()).toEqual(make());
});

test("every id of a figure begins with the figure's name, so that figures do not share any", () => {
  for (const make of Object.values(draw)) {
    const { svg, name } = make();
    for (const [, id] of svg.matchAll(/ id="([^"]*)"/g))
      expect(id.startsWith(`${name}-`)).toBe(true);
  }
});

test("the csv of device against twin holds the drive, the mean and the single runs to 9 digits", () => {
  const columns = readCsv(deviceAgainstTwin(comparison, { runs: 1, sequence: 1 }).csv);
  const { device } = comparison;
  const at = (repeat: number, t: number) => device.data[(30 + repeat) * time + t];
  const text = (value: number) => String(Number(value.toPrecision(9)));
  expect(columns.get("time (ms)")?.slice(0, 2)).toEqual(["10", "20"]);
  expect(columns.get("field (Oe)")?.slice(0, 6)).toEqual(["0", "0", "0", "0", "1", "1"]);
  expect(columns.get("device repeat 0 (mV)")?.[7]).toBe(text(at(0, 7)));
  const sum = Array.from({ length: 30 }, (_, r) => at(r, 7)).reduce((a, b) => a + b);
  expect(Number(columns.get("device mean (mV)")?.[7])).toBeCloseTo(sum / 30, 8);
  expect(columns.get("twin realisation 0 (mV)")?.length).toBe(time);
});

test("a line of device against twin passes through the numbers of its csv within 0.02 pixels", () => {
  const figure = deviceAgainstTwin(comparison, { runs: 1 });
  const means = (readCsv(figure.csv).get("device mean (mV)") ?? []).map(Number);
  const blue = [...figure.svg.matchAll(/<path d="(M[^"ZC]*)" ?\/>/g)].map(([, d]) =>
    d
      .split(/[ML]/)
      .slice(1)
      .map((point) => Number(point.split(",")[1])),
  );
  const isAffine = (y: readonly number[]): boolean => {
    const slope = (y[4] - y[0]) / (means[4] - means[0]);
    return means.every((value, i) => Math.abs(y[0] + slope * (value - means[0]) - y[i]) < 0.02);
  };
  expect(blue.filter((y) => y.length === means.length && isAffine(y)).length).toBe(1);
});

// The sd of 30 repeats at 40 steps of each level scatters by 2 %: a correct program fails a bound
// of 10 % less than once in a million seeds.
test("noise against drive finds the noise of each level within 10 %", () => {
  const columns = readCsv(noiseAgainstDrive(comparison).csv);
  const sd = columns.get("sd of a < b & c (mV)")?.map(Number) ?? [];
  expect(columns.get("of")).toEqual(["device", "device", "twin", "twin"]);
  expect(columns.get("field (Oe)")).toEqual(["0", "1", "0", "1"]);
  for (const [i, truth] of [0.1, 0.3, 0.1, 0.3].entries()) {
    expect(Math.abs(sd[i] / truth - 1)).toBeLessThan(0.1);
  }
});

// White noise: each lag scatters by about 1 / sqrt(2 * 30 * 27) = 0.025; the bound is 5 of these.
test("the noise of a white device has autocorrelation 1 at lag 0 and 0 ± 0.13 elsewhere", () => {
  const values = readCsv(noiseCorrelation(comparison).csv).get("device autocorrelation");
  const [first, ...rest] = (values ?? []).map(Number);
  expect(first).toBe(1);
  expect(Math.max(...rest.map(Math.abs))).toBeLessThan(0.13);
});

test("the median over seeds passes a seed whose loss diverged", () => {
  const { csv } = draw["training curves"]();
  const medians = csv.split("\n").filter((line) => line.includes("median"));
  expect(medians).toEqual([",aware,median,0,6", ",aware,median,1,3", ",aware,median,2,1"]);
  expect(csv).toContain(",aware,1,2,\n");
});

test("the csv of a network has a row per node and per edge drawn, strongest first", () => {
  expect(networkGraph(loop, { edges: 2 }).csv).toMatchInlineSnapshot(`
    "row,node or start,end,weight
    task-input,u,,
    device,a,,
    device,b,,
    readout,y,,
    edge,b,y,2
    edge,u,a,1
    "
  `);
});

test("transfer, confusion and node activity carry their input in their csv", () => {
  expect(draw.transfer().csv).toMatchInlineSnapshot(`
    "arm or baseline,scored on,accuracy,"95 % interval, low","95 % interval, high",n
    aware,"twin, noise on",0.94,0.93,0.95,8
    agnostic,"twin, noise on",0.86,,,
    agnostic,device,,,,
    linear,baseline,0.943,,,
    "
  `);
  expect(draw["confusion matrix"]().csv).toContain("one,two,1,0.1\n");
  expect(draw["node activity"]().csv).toMatch(/^a,0,0.0416666667,0.25,0,1,0.25$/m);
});

test("figures of a validation carry their input in their csv", () => {
  expect(draw["validation measures"]().csv).toContain("mean,2,1,2,1.3\n");
  expect(draw["errors along the drive"]().csv).toMatch(/^1,2,no,0,0\.5,,,,$/m);
  expect(draw["errors along the drive"]().csv).toMatch(/^2,3,yes,1,,2,1,2,1$/m);
  expect(draw["noise budget"]().csv).toContain("x < y,device,slow drift,0.1,0.1,0.1\n");
  expect(draw["noise budget"]().csv).toContain("x < y,twin,white process,0.5,0.4,0.6\n");
  expect(draw["noise between observables"]().csv).toContain("a,b & c,-0.5,\n");
  expect(draw["free run"]().caption).toContain(
    "1 of 2 drives (marks at the bottom), the first after 20 ms",
  );
});

test("labels of baselines stay in order and at least the gap apart", () => {
  expect(spreadLabels([0.95, 0.2, 0.94], 0.05)).toEqual([0.99, 0.2, 0.94]);
});

test("slow change appears as a slope over the order of acquisition, not of storage", () => {
  const response = createArray([1, 3, 1, 1], [10, 30, 20]);
  const part = {
    name: "p",
    drive: createArray([1, 1, 1]),
    response,
    order: Int32Array.of(0, 2, 1),
  };
  const { csv } = recordingOverview({ ...recording, parts: [part] });
  expect(readCsv(csv).get("mean deviation of a < b & c (mV)")?.slice(0, 3)).toEqual([
    "-10",
    "0",
    "10",
  ]);
});

test("the csv of channel correlation has a row per pair, signal and noise; opposites have -1", () => {
  const { csv } = channelCorrelation(summaryOf(4, 5));
  expect(csv).toMatchInlineSnapshot(`
    "channel,other channel,correlation,correlation of noise
    x<0>,x<1>,-1,-1
    x<0>,x<2>,0.862091186,0.8964701
    x<1>,x<2>,-0.862091186,-0.8964701
    x<0>,x<3>,0,0
    x<1>,x<3>,0,0
    x<2>,x<3>,0,0
    "
  `);
});

test("60 channels correlate in a drawing below 200 kB", () => {
  expect(channelCorrelation(summaryOf(60, 5)).svg.length).toBeLessThan(200_000);
});

test("faults say what is wrong and what to do", () => {
  expect(() =>
    deviceAgainstTwin({ ...comparison, twin: drive }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: report.deviceAgainstTwin: the response of the twin cannot be drawn. Got [2, 40, 1], expected [2, *, 40, 1] (sequences, realisations, time, observables). Bring its axes into this order, and give every array the same sequences and times.]`,
  );
  expect(() =>
    noiseCorrelation({ ...comparison, twin: respond(drive, 1, 1) }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: report.noiseCorrelation: the noise of the twin cannot be seen. Got 1 repeat, expected at least 2. Measure or simulate the same drive several times.]`,
  );
  expect(() => networkGraph({ nodes: [], edges: loop.edges })).toThrowErrorMatchingInlineSnapshot(
    `[Fault: report.networkGraph: an edge names a node that is not there. Got an edge from u to a, expected ids from the list of nodes. Add the node or remove the edge.]`,
  );
  expect(() =>
    transferChart({ score: "x", higherIsBetter: true, arms: [] }, { name: "../x" }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: report.nameFigure: the name of a figure must also do as a file name. Got "../x", expected lower-case letters, digits and single hyphens. Choose a name such as "device-against-twin-2".]`,
  );
  expect(() => recordingOverview({ ...recording, parts: [] })).toThrowErrorMatchingInlineSnapshot(
    `[Fault: report.recordingOverview: the recording is empty. Got no parts, expected at least one part with drive and response. Record the device, or import its files, first.]`,
  );
  expect(() => deviceAgainstTwin(comparison, { observable: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[Fault: report.deviceAgainstTwin: there is no observable of this number. Got observable 3, expected a whole number from 0, below 1. Count from 0, up to the last observable that was recorded.]`,
  );
});

test.each([
  [0.51, 0.7],
  [0.5, 1.6],
  [0.0083, 0.091],
  [3e-4, 2],
  [2e-9, 40],
])("a loss from %d to %d is drawn with at least three numbers on its axis", (low, high) => {
  const { svg } = trainingCurves([curve("aware", 0, [high, Math.sqrt(low * high), low])]);
  const labels = /aria-label="y-axis tick label"[^>]*>(.*?)<\/g>/s.exec(svg)?.[1] ?? "";
  const numbers = [...labels.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text);
  expect(new Set(numbers).size).toBeGreaterThanOrEqual(3);
});
