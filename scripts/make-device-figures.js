// Draw docs/devices/*.svg: what each virtual device answers to a drive, and two effects that nobody
// put in. Run by hand after the build (about a minute); the seeds are fixed, so that a device that
// has not changed gives the same bytes.
//   node scripts/make-device-figures.js [names...]     names of figures, without .svg
import { mkdirSync, writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import {
  childStream,
  createArray,
  createGenerator,
  createStream,
  mean,
  standardDeviation,
} from "../dist/base/index.js";
import {
  createDevice,
  createStandardPlan,
  deviceKinds,
  measureRecording,
} from "../dist/devices/index.js";
import { applyField, countStates, fabricateBars } from "../dist/devices/virtual/spin-ice-state.js";
import { domainOf, drawChart, pageWidth } from "../dist/report/chart.js";
import { finishFigure } from "../dist/report/figure.js";
import { noiseLags } from "../dist/report/noise-lags.js";
import { noiseLevels } from "../dist/report/noise-levels.js";
import { armColour } from "../dist/report/palette.js";
import { halfPanel, viewRecording } from "../dist/report/recording-view.js";
import { driveLine, repeatLines } from "../dist/report/repeat-lines.js";

const largest = 60 * 1024;
const folder = new URL("../docs/devices/", import.meta.url);
const stream = createStream(2025);

/** How a kind is driven where it is not over its whole range for 80 samples, held for 8. */
const drivenOtherwise = {
  "duffing-oscillator": { steps: 111, holds: [11] },
  "nano-ring-array": { options: { observables: ["amr", "walls"] }, range: [[16, 38]], steps: 160 },
  "spin-vortex-ice": { holds: [3], steps: 60, observables: [7, 21] },
  "ikeda-node": { holds: [3], steps: 40, observables: [0, 24] },
  "mackey-glass-node": { holds: [3], steps: 40, observables: [0, 24] },
  "noisy-leaky-node": { holds: [4], steps: 60 },
};

/** Twelve drives, forty times each. */
async function record(kind) {
  const { options = {}, observables: _, ...plan } = drivenOtherwise[kind] ?? {};
  const device = createDevice({
    kind,
    ...options,
    seeds: { disorder: 7, thermal: 1, instrument: 2 },
  });
  const description = await device.describe();
  const hold = description.samplesPerStep > 1 ? [4] : [8];
  const chosen = { steps: 80, holds: hold, ...plan };
  const sizes = { sequences: 0, repeatSequences: 12, repeats: 40, ladderLevels: 0 };
  const drives = createStandardPlan(
    description,
    { ...sizes, ...chosen },
    childStream(stream, kind),
  );
  return measureRecording(device, drives);
}

/** Drive and response above; noise against drive and in time below. */
async function drawDevice(kind) {
  const view = viewRecording("make-device-figures", await record(kind));
  const { observables = view.recording.observables.map((_, i) => i) } = drivenOtherwise[kind] ?? {};
  const stretch = { sequence: 0, steps: view.part.drive.shape[1] };
  const wide = { width: pageWidth, marginLeft: halfPanel.marginLeft };
  const responses = observables.map((observable, i) => {
    const bare = i < observables.length - 1;
    const height = (observables.length > 1 ? 130 : 200) + (bare ? 0 : 28);
    const heading = i === 0 ? "Response" : "";
    return repeatLines(view, stretch, observable, { ...wide, height, bare, heading, repeats: 2 });
  });
  const [first] = observables;
  const { name } = view.recording.observables[first];
  const noise = { ...halfPanel, height: 180 };
  const below = [
    noiseLevels(view, first, 0, { ...noise, heading: `Noise of ${name}` }),
    noiseLags(view, first, { ...noise, heading: "In time" }),
  ];
  const drive = driveLine(view, stretch, 0, { ...wide, height: 90, heading: "Drive" });
  return finishFigure(
    {},
    {
      name: kind,
      title: kind,
      caption: "",
      rows: [
        [drive.panel],
        ...responses.map(({ panel }) => [panel]),
        below.map(({ panel }) => panel),
      ],
      columns: [],
    },
  );
}

const repeated = (value, count) => new Array(count).fill(value);

/** Lines with bars of one standard error, an arm each. */
function lineMarks(x, arms) {
  return arms.flatMap((samples, arm) => {
    const points = x.map((at, i) => {
      const error = standardDeviation(samples[i]) / Math.sqrt(samples[i].length);
      const y = mean(samples[i]);
      return { x: at, y, low: y - error, high: y + error };
    });
    const stroke = armColour(arm);
    return [
      Plot.lineY(points, { x: "x", y: "y", stroke, strokeWidth: 1.4 }),
      Plot.ruleX(points, { x: "x", y1: "low", y2: "high", stroke, strokeOpacity: 0.6 }),
      Plot.dot(points, { x: "x", y: "y", fill: stroke, r: 2.4 }),
    ];
  });
}

function drawLines({ name, title, x, xLabel, y, arms, labels }) {
  const panel = drawChart({
    width: pageWidth,
    height: 270,
    marginLeft: halfPanel.marginLeft,
    x: { domain: domainOf([x]), label: xLabel },
    y: { domain: domainOf([[0, 1]]), label: y, grid: true },
    marks: lineMarks(x, arms),
  });
  const legend = labels.map((label, i) => ({ label, colour: armColour(i), mark: "line" }));
  return finishFigure({}, { name, title, caption: "", rows: [[panel]], legend, columns: [] });
}

/** Wall density after 30 cycles, over the last five of them, of eight samples. */
async function wallDensities(field, before) {
  const densities = [];
  const fields = [...before, ...repeated(field, 30)].flatMap((value) => repeated(value, 16));
  for (let seed = 1; seed <= 8; seed++) {
    const seeds = { disorder: seed, thermal: seed, instrument: 1 };
    const device = createDevice({ kind: "nano-ring-array", observables: ["walls"], seeds });
    const { data } = await device.run(createArray([fields.length, 1], fields));
    densities.push(mean(data.subarray(data.length - 5 * 16)));
  }
  return densities;
}

async function drawDip() {
  const x = Array.from({ length: 25 }, (_, i) => 16 + i);
  const arms = [[], []];
  for (const field of x) {
    arms[0].push(await wallDensities(field, []));
    arms[1].push(await wallDensities(field, repeated(27, 5)));
  }
  return drawLines({
    ...{ name: "nano-ring-dip", title: "Emergent dip of the nano-ring array", x, arms },
    ...{ xLabel: "field (Oe)", y: "walls per ring, of two, after 30 cycles" },
    labels: ["from saturation", "after 5 cycles at 27 Oe"],
  });
}

/** Vortices among the wide bars after each loop at one field, of eight samples of 20 x 20 bars. */
function windUp(field, loops) {
  const law = { coupling: 1.2, width: 0.15, vortexProbability: 0.12 };
  const samples = Array.from({ length: loops + 1 }, () => []);
  const shares = new Float64Array(6);
  for (let seed = 1; seed <= 8; seed++) {
    const disorder = createGenerator(childStream(createStream(seed), "disorder"));
    const noise = createGenerator(childStream(createStream(seed), "thermal"));
    const ice = fabricateBars(20, disorder);
    for (let loop = 0; loop <= loops; loop++) {
      if (loop > 0) {
        applyField(ice, field, law, noise);
        applyField(ice, -field, law, noise);
      }
      countStates(ice, shares);
      samples[loop].push(shares[1]);
    }
  }
  return samples;
}

async function drawRatchet() {
  const loops = 60;
  return drawLines({
    ...{ name: "spin-ice-ratchet", title: "Ratchet of the spin-vortex ice" },
    x: Array.from({ length: loops + 1 }, (_, i) => i),
    ...{ xLabel: "loops", y: "vortices among the wide bars" },
    arms: [windUp(21.5, loops), windUp(18, loops)],
    labels: ["21.5 mT (u = 0)", "18 mT (u = −1)"],
  });
}

const draw = {
  ...Object.fromEntries(Object.keys(deviceKinds).map((kind) => [kind, () => drawDevice(kind)])),
  "nano-ring-dip": drawDip,
  "spin-ice-ratchet": drawRatchet,
};

mkdirSync(folder, { recursive: true });
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(draw);
for (const name of wanted) {
  if (!Object.hasOwn(draw, name)) throw new Error(`${name} is none of ${Object.keys(draw)}`);
  const { svg } = await draw[name]();
  if (svg.length > largest) throw new Error(`${name}.svg has ${svg.length} bytes`);
  writeFileSync(new URL(`${name}.svg`, folder), svg);
  process.stdout.write(`docs/devices/${name}.svg ${(svg.length / 1024).toFixed(0)} kB\n`);
}
