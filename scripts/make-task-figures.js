// Draw docs/tasks.svg, inputs and targets of some tasks, and measure the table of baselines in
// docs/tasks.md. Run by hand after the build (minutes); seeds are fixed.
//   node scripts/make-task-figures.js DATA [figure|baselines]   DATA: folder of the data sets
import { readFileSync, writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { childStream, createStream, mean } from "../dist/base/index.js";
import { domainOf, drawChart, pageWidth } from "../dist/report/chart.js";
import { finishFigure } from "../dist/report/figure.js";
import { armColour, colour } from "../dist/report/palette.js";
import { computeBaselines, createTask } from "../dist/tasks/index.js";

const [data, only] = process.argv.slice(2);
if (data === undefined) {
  process.stderr.write("usage: node scripts/make-task-figures.js DATA [figure|baselines]\n");
  process.exit(2);
}
const place = (name) => new URL(`../docs/${name}`, import.meta.url);
const create = (spec, seed = 1) =>
  createTask(spec, childStream(createStream(seed), "task"), { data });

const half = { width: pageWidth / 2, height: 170, marginLeft: 46 };
const [inputColour, targetColour] = [colour("drive"), colour("device")];

const line = (values, stroke, from = 0) =>
  Plot.lineY(
    values.map((y, i) => ({ x: from + i, y })),
    { x: "x", y: "y", stroke, strokeWidth: 1.3 },
  );

/** Input and target over some steps of a test sequence. */
async function drawSeries(heading, spec, steps) {
  const task = await create(spec);
  const { input, target } = task.test[0];
  const cut = ({ data: values }) => [...values.subarray(task.warmUp, task.warmUp + steps)];
  const [given, wanted] = [cut(input), cut(target)];
  return drawChart({
    ...half,
    heading,
    x: { domain: domainOf([[0, steps - 1]]), label: "step" },
    y: { domain: domainOf([given, wanted]) },
    marks: [line(given, inputColour), line(wanted, targetColour)],
  });
}

async function drawSineSquare() {
  const task = await create({ name: "sineSquare" });
  const { input, labels } = task.test[0];
  const points = Array.from({ length: 64 }, (_, x) => ({ x, y: input.data[x], k: labels[x] }));
  return drawChart({
    ...half,
    heading: "sineSquare: is this point of a sine or a square?",
    x: { domain: domainOf([[0, 63]]), label: "step" },
    y: { domain: [-1.15, 1.15] },
    marks: [
      line(
        points.map(({ y }) => y),
        colour("rule"),
      ),
      Plot.dot(points, { x: "x", y: "y", r: 2.6, fill: ({ k }) => armColour(k) }),
    ],
  });
}

async function drawYinYang() {
  const task = await create({ name: "yinYang" });
  const points = task.test.slice(0, 500).map(({ input: { data: at }, labels }) => ({
    ...{ x: at[0], y: at[1], k: labels[0] },
  }));
  return drawChart({
    ...half,
    marginLeft: 110,
    marginRight: 110,
    heading: "yinYang: in which part is the point?",
    x: { domain: [-0.02, 1.02], label: "x", ticks: [0, 0.5, 1] },
    y: { domain: [-0.02, 1.02], ticks: [0, 0.5, 1] },
    marks: [Plot.dot(points, { x: "x", y: "y", r: 1.5, fill: ({ k }) => armColour(k) })],
  });
}

/** The second cepstrum of two utterances of each of three speakers. */
async function drawVowels() {
  const task = await create({ name: "japaneseVowels" });
  const lines = [0, 3, 6].flatMap((speaker, k) =>
    task.train
      .filter(({ labels }) => labels[0] === speaker)
      .slice(0, 4)
      .map(({ input }) =>
        line(
          Array.from({ length: input.shape[0] }, (_, t) => input.data[t * 12 + 1]),
          armColour(k),
        ),
      ),
  );
  return drawChart({
    ...half,
    heading: "japaneseVowels: who speaks? One of 12 inputs",
    x: { domain: [-0.5, 25], label: "frame" },
    y: { domain: [-3, 3] },
    marks: lines,
  });
}

async function drawFigure() {
  const rows = [
    [
      await drawSeries("narma10: say the next value", { name: "narma10" }, 80),
      await drawSineSquare(),
    ],
    [
      await drawSeries(
        "mackeyGlass17: say what comes 20 steps later",
        { name: "mackeyGlass17", horizon: 20 },
        250,
      ),
      await drawVowels(),
    ],
    [
      await drawSeries("santaFeLaser: say the next intensity", { name: "santaFeLaser" }, 80),
      await drawYinYang(),
    ],
  ];
  const { svg } = finishFigure(
    {},
    {
      name: "tasks",
      title: "Inputs and targets of six tasks",
      caption: "",
      rows,
      legend: [
        { label: "input", colour: inputColour, mark: "line" },
        { label: "target", colour: targetColour, mark: "line" },
        ...["first class", "second", "third"].map((label, i) => ({
          ...{ label, colour: armColour(i), mark: "dot" },
        })),
      ],
      columns: [],
    },
  );
  writeFileSync(place("tasks.svg"), svg);
  process.stdout.write(`docs/tasks.svg ${(svg.length / 1024).toFixed(0)} kB\n`);
}

const measured = [
  { name: "narma5" },
  { name: "narma10" },
  { name: "narma30" },
  ...[10, 20, 84].map((horizon) => ({ name: "mackeyGlass17", horizon })),
  { name: "santaFeLaser" },
  { name: "sineSquare" },
  { name: "memoryCapacity" },
  { name: "informationCapacity" },
  { name: "spokenDigits" },
  { name: "japaneseVowels" },
  { name: "yinYang" },
];
const seeds = [1, 2, 3];

/** Mean over seeds of each baseline, with the lowest and highest where they differ. */
async function baselineRow(spec) {
  const all = [];
  let task;
  for (const seed of seeds) {
    task = await create(spec, seed);
    all.push(computeBaselines(task, childStream(createStream(seed), "baselines")));
  }
  const show = (value) =>
    task.score === "accuracy" ? `${(100 * value).toFixed(1)} %` : `${Number(value.toPrecision(2))}`;
  const texts = Object.keys(all[0]).map((name) => {
    const values = all.map((one) => one[name]);
    const [low, high] = [Math.min(...values), Math.max(...values)].map(show);
    return `${name} ${show(mean(values))}${low === high ? "" : ` (${low} to ${high})`}`;
  });
  process.stdout.write(`${task.name}: ${texts.join("; ")}\n`);
  return `| \`${task.name.split(",")[0]}\`${spec.horizon ? `, horizon ${spec.horizon}` : ""} | ${task.split} | ${task.score} | ${texts.join("; ")} |`;
}

async function measureBaselines() {
  const rows = [];
  for (const spec of measured) rows.push(await baselineRow(spec));
  const head = "| task | split | score | without any device |\n| --- | --- | --- | --- |";
  const text = readFileSync(place("tasks.md"), "utf8").replace(
    /(<!-- table baselines -->).*?(<!-- end -->)/s,
    (_, from, to) => `${from}\n\n${head}\n${rows.join("\n")}\n\n${to}`,
  );
  writeFileSync(place("tasks.md"), text);
}

if (only !== "baselines") await drawFigure();
if (only !== "figure") await measureBaselines();
