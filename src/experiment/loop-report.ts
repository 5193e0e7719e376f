import { createArray, type HostArray } from "../base/index.ts";
import { type Block, type Network, sizesOf } from "../network/index.ts";
import {
  confusionMatrix,
  type Figure,
  formatNumber,
  formatQuantity,
  formatReport,
  formatTable,
  networkGraph,
  predictionAgainstTarget,
  recordingOverview,
  trainingCurves,
  transferChart,
} from "../report/index.ts";
import { isHigherBetter, type Task } from "../tasks/index.ts";
import type { FittedDevice } from "./loop-device.ts";
import type { ArmResult, LoopResult, TransferredNetwork } from "./loop-transfer.ts";
import { type JudgedTwin, judgeSections } from "./twin-report.ts";

/** A page and its figures. */
export interface LoopReport {
  readonly html: string;
  readonly figures: readonly Figure[];
}

/** How the losses of the fit went. */
function fitFigure(history: FittedDevice["history"]): Figure {
  return trainingCurves(
    ["training", "validation"].flatMap((arm) =>
      [...new Set(history.map(({ phase }) => phase))].map((panel) => {
        const rows = history.filter(({ phase }) => phase === panel);
        const value = rows.map((row) => (arm === "training" ? row.loss : row.validation));
        return { arm, seed: 0, panel, step: rows.map(({ step }) => step), value };
      }),
    ),
    {
      ...{ name: "fit-curves", title: "Fit of the twin", stepLabel: "updates" },
      caption:
        "Losses during training, each phase in its own measure. That of the drift rises where its windows grow longer, which is harder. Look for curves that have levelled off, and for validation that does not turn back.",
    },
  );
}

function trainingFigure(trained: readonly TransferredNetwork[], task: Task): Figure {
  return trainingCurves(
    trained.map(({ arm, seed, history }) => ({
      arm,
      seed,
      step: history.map(({ iteration }) => iteration),
      value: history.map(({ validation }) => validation),
    })),
    {
      name: "training-curves",
      title: "Training of the network",
      stepLabel: "updates",
      valueLabel: `validation ${task.score}`,
      logarithmic: !isHigherBetter(task.score),
    },
  );
}

// As presets name the nodes of layers: too long to stand beside a node among many.
const layerAndNode = /^layer (\d+), node (\d+)$/;

/** The network as nodes and edges; a block of weights counts by its largest. */
function drawnNetwork(network: Network): Figure {
  const { nodes: layout, delays } = sizesOf(network);
  const { nodes, edges, weights, taskInputs, outputs } = network;
  const largest = (name: string, rows: number[], cols: number[]): number => {
    const { shape, data } = weights[name];
    let found = 0;
    for (const r of rows) {
      for (const c of cols) {
        const value = data[r * shape[1] + c];
        if (Math.abs(value) > Math.abs(found)) found = value;
      }
    }
    return found;
  };
  const span = ({ first, count }: Block) => Array.from({ length: count }, (_, i) => first + i);
  const drawn = [
    ...nodes.flatMap((node, i) =>
      node.seesInput
        ? [
            {
              from: "task input",
              to: node.name,
              weight: largest(
                "inputMask",
                span(layout[i].drives),
                span({ first: 0, count: taskInputs }),
              ),
            },
          ]
        : [],
    ),
    ...edges.map(({ from, to, delay }) => ({
      from: nodes[from].name,
      to: nodes[to].name,
      weight: largest(`coupling${delay}`, span(layout[to].drives), span(layout[from].coupled)),
    })),
    ...nodes.map((node, i) => ({
      from: node.name,
      to: "readout",
      weight: largest("readout", span({ first: 0, count: outputs }), span(layout[i].read)),
    })),
  ];
  const delayed =
    delays.length === 0
      ? ""
      : delays.every((delay) => delay === 0)
        ? " Every stage hears all earlier ones within the same task step."
        : ` Couplings reach back ${delays.join(", ")} task ${delays.length === 1 && delays[0] === 1 ? "step" : "steps"}.`;
  const layers = new Set(nodes.map(({ name }) => layerAndNode.exec(name)?.[1]));
  const numbered = layers.has(undefined)
    ? ""
    : ` Devices are numbered by ${layers.size > 1 ? "layer and node" : "node"}.`;
  return networkGraph(
    {
      nodes: [
        { id: "task input", kind: "task-input" },
        ...nodes.map(({ name }) => ({
          id: name,
          label: name.replace(layerAndNode, layers.size > 1 ? "$1.$2" : "$2"),
          kind: "device" as const,
        })),
        { id: "readout", kind: "readout" },
      ],
      edges: drawn,
    },
    {
      caption: `Every connection shows the largest of its trained weights: colour its sign, width its size.${delayed}${numbered}`,
    },
  );
}

/** Row-wise exp(x) / sum. */
function softmax(scores: HostArray): HostArray {
  const [rows, cols] = scores.shape;
  const result = createArray([rows, cols]);
  for (let r = 0; r < rows; r++) {
    const row = scores.data.subarray(r * cols, (r + 1) * cols);
    const top = Math.max(...row);
    const sum = row.reduce((total, x) => total + Math.exp(x - top), 0);
    row.forEach((x, c) => {
      result.data[r * cols + c] = Math.exp(x - top) / sum;
    });
  }
  return result;
}

function predictionFigure(task: Task, one: TransferredNetwork): Figure {
  const where = `${one.arm}, on the device that was recorded`;
  const sequence = task.test[0];
  const outputs = one.outputs[0];
  const classes = Array.from({ length: task.outputs }, (_, i) => nameOfClass(task, i));
  if (task.kind === "regression") {
    const column = (array: HostArray): Float64Array =>
      array.data.filter((_, i) => i % task.outputs === 0);
    const values = column(outputs);
    return predictionAgainstTarget(
      {
        kind: "regression",
        target: column(sequence.target as HostArray),
        predictions: [{ label: where, values: createArray([1, values.length], values) }],
      },
      { steps: [task.warmUp, Math.min(task.warmUp + 200, values.length)] },
    );
  }
  if (task.scored === "each-step") {
    const time = sequence.input.shape[0];
    return predictionAgainstTarget(
      {
        kind: "classification",
        input: sequence.input.data.filter((_, i) => i % task.inputs === 0),
        labels: sequence.labels as Int32Array,
        probability: softmax(outputs),
        classes,
      },
      {
        caption: `Test sequence 1, ${where}: the input, its class, and the probability that the network gives to each class.`,
        steps: [task.warmUp, Math.min(task.warmUp + 80, time)],
      },
    );
  }
  const counts = createArray([task.outputs, task.outputs]);
  task.test.forEach(({ labels }, i) => {
    const row = one.outputs[i].data;
    const said = row.indexOf(Math.max(...row));
    counts.data[(labels as Int32Array)[0] * task.outputs + said] += 1;
  });
  return confusionMatrix({ classes, counts }, { caption: `Test part, ${where}, first run.` });
}

const nameOfClass = (task: Task, i: number): string =>
  task.name === "sineSquare" ? ["sine", "square"][i] : `${i}`;

function transferFigure(result: LoopResult, arms: readonly ArmResult[]): Figure {
  const [recorded, other] = result.plan.device.disorder;
  return transferChart({
    score: result.task.score,
    higherIsBetter: isHigherBetter(result.task.score),
    arms: result.plan.arms.map((arm) => {
      const at = (sample: number) => arms.find((x) => x.arm === arm && x.sample === sample);
      const here = at(recorded) as ArmResult;
      const { twinNoiseOff, twinNoiseOn, device } = here;
      const elsewhere = other === undefined ? undefined : at(other)?.device;
      return { arm, twinNoiseOff, twinNoiseOn, device, otherDevice: elsewhere };
    }),
    baselines: result.baselines,
  });
}

/** Rows of the transfer table: one per arm and sample, then what needs no training of devices. */
function transferRows(
  result: Pick<LoopResult, "plan" | "baselines">,
  arms: readonly ArmResult[],
): (string | number)[][] {
  const [recorded] = result.plan.device.disorder;
  const isAccuracy = arms[0]?.score === "accuracy";
  const show = (value: number): string =>
    Number.isNaN(value)
      ? ""
      : isAccuracy
        ? `${(100 * value).toFixed(1)}\u00a0%`
        : formatNumber(value);
  const range = ([low, high]: readonly [number, number]): string =>
    `${show(isAccuracy ? Math.max(0, low) : low)}\u00a0to\u00a0${show(isAccuracy ? Math.min(1, high) : high)}`;
  return [
    ...arms.map((one) => [
      one.arm,
      one.sample === recorded ? "recorded sample" : `another sample (disorder ${one.sample})`,
      show(one.training.value),
      show(one.twinNoiseOff.value),
      show(one.twinNoiseOn.value),
      show(one.device.value),
      range(one.device.interval),
      show(one.gap.value),
    ]),
    ...Object.entries(result.baselines).map(([name, value]) => [
      name,
      "",
      "",
      "",
      "",
      show(value),
      "",
      "",
    ]),
  ];
}

/** The transfer table for a terminal, with what its numbers are. */
export function transferText(
  result: Pick<LoopResult, "plan" | "task" | "baselines">,
  arms: readonly ArmResult[],
): string {
  const { name, split, score } = result.task;
  const better = isHigherBetter(score) ? "higher" : "lower";
  const table = formatTable(transferRows(result, arms), { columns: transferColumns }).trimEnd();
  return `${name} (${split}), ${score}, ${better} is better\n\n${table}`;
}

/** Headings of {@link transferRows}. */
const transferColumns: readonly string[] = [
  "network",
  "carried to",
  "training part",
  "twin, noise off",
  "twin, noise on",
  "device",
  "95 % interval",
  "gap",
];

/** What keeps the drives safe, in words. */
function limitText({ kinds, nodes, inputLimit }: Network, unit: string): string {
  const { min, max } = kinds[nodes[0].twin].drive;
  const how = inputLimit === "clip" ? "cut to" : "kept within";
  const [low, high] = [min[0], max[0]].map((value) => Number(value.toPrecision(3)));
  return `Drives are ${how} ${formatNumber(low)} to ${formatQuantity(high, unit)}, the range that was recorded.`;
}

const judgedTwin = ({ recording, twin, unseen, validation }: FittedDevice): JudgedTwin => ({
  ...{ twin, validation, drives: "drives that the fit has not seen" },
  comparison: {
    dt: recording.dt,
    inputs: recording.inputs,
    observables: recording.observables,
    drive: unseen.part.drive,
    device: unseen.part.response,
    twin: unseen.twin,
  },
});

/** The page of a whole loop. */
export function reportLoop(
  device: FittedDevice,
  result: LoopResult,
  arms: readonly ArmResult[],
  provenance: Readonly<Record<string, string>>,
): LoopReport {
  const { plan, task, trained } = result;
  const recording = recordingOverview(device.recording);
  const judged = judgeSections(judgedTwin(device));
  const ofTwin = [...judged.flatMap(({ figures = [] }) => figures), fitFigure(device.history)];
  const shown = trained.find(({ arm }) => arm === "noise-aware") ?? trained[0];
  const ofNetwork = [trainingFigure(trained, task), drawnNetwork(shown.network)];
  const outcome = [transferFigure(result, arms), predictionFigure(task, shown)];
  const figures = [recording, ...ofTwin, ...ofNetwork, ...outcome];
  const [recorded] = plan.device.disorder;
  const here = arms.filter(({ sample }) => sample === recorded);
  const html = formatReport({
    title: plan.name,
    subtitle: `${String(device.recording.device?.identity ?? plan.device.kind)}, task ${task.name} (${task.split})`,
    verdict: [device.validation.verdict, ...here.map(({ arm, verdict }) => `${arm}: ${verdict}`)],
    sections: [
      {
        heading: "Outcome",
        paragraphs: [
          `Each network is trained on twins of the recorded sample and then run on devices through the same interface as hardware, with new noise. Gap: what the device loses against its noisy twin; positive is worse.`,
        ],
        tables: [
          {
            caption: `Test part, read once; score ${task.score}.`,
            columns: transferColumns,
            rows: transferRows(result, arms),
          },
        ],
        figures: outcome,
      },
      {
        heading: "The network",
        paragraphs: [limitText(shown.network, device.twin.inputs[0].unit)],
        figures: ofNetwork,
      },
      ...judged,
      { heading: "The fit", figures: [fitFigure(device.history)] },
      { heading: "The recording", figures: [recording] },
    ],
    provenance,
  });
  return { html, figures };
}
