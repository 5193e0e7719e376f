// Sequences of unequal length, in training and in evaluation.
import { beforeAll, expect, test } from "vitest";
import { createArray, createGenerator, createStream, type HostArray } from "../base/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import type { Task, TaskSequence } from "../tasks/index.ts";
import { createTwin } from "../twin/index.ts";
import { chooseWindow } from "./batches.ts";
import { evaluateOnTwin } from "./evaluate.ts";
import { fitReadout } from "./fit-readout.ts";
import { nodeKindOf } from "./kind.ts";
import type { Readout } from "./network.ts";
import { createLayeredNetwork } from "./presets.ts";
import { trainNetwork, withOutputScales } from "./train.ts";
import { createTrainer } from "./trainer.ts";

let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernelModule();
});

const made = createTwin(
  {
    dt: 1,
    inputs: [{ name: "drive", unit: "1" }],
    observables: [{ name: "x", unit: "1" }],
    limits: [{ min: -2, max: 2 }],
    start: { mean: [0], factor: [[0.05]] },
    scales: { observables: [{ mean: 0, sd: 1 }], increments: [0.6] },
    featureScales: () => [{ mean: 0, sd: 1 }],
  },
  { drift: { hidden: [4], activation: "tanh" }, diffusion: { hidden: [2], activation: "tanh" } },
  createStream(1),
);
const twin = { ...made, scales: { ...made.scales, diffusion: [0.05] } };

const lengths = [3, 9, 5, 12];

/** Is the mean of u positive, or its value at each step, or that value itself? */
const createUnequalTask = (kind: Task["kind"], scored: Task["scored"], count = 4): Task => {
  const generator = createGenerator(createStream(2));
  const sequence = (i: number): TaskSequence => {
    const time = lengths[i % 4];
    const shift = i % 2 ? 0.8 : -0.8;
    const u = Float64Array.from({ length: time }, () => 2 * generator.uniform() - 1 + shift);
    const input = createArray([time, 1], u);
    if (kind === "regression") return { input, target: input };
    const signs = Int32Array.from(u, (value) => (value > 0 ? 1 : 0));
    return { input, labels: scored === "sequence" ? Int32Array.of(i % 2) : signs };
  };
  const some = () => Array.from({ length: count }, (_, i) => sequence(i));
  return {
    ...{ name: "unequal", split: "test", kind, scored, inputs: 1, warmUp: 1 },
    outputs: kind === "regression" ? 1 : 2,
    score: kind === "regression" ? "nrmseBySd" : "accuracy",
    ...{ train: some(), validation: some(), test: some() },
  };
};

const randomNetwork = (task: Task, over: Readout["over"], nodes = 3) => {
  const { inputs: taskInputs, outputs } = task;
  const options = { taskInputs, outputs, twin: { name: "toy", kind: nodeKindOf(twin) }, hold: 1 };
  const shape = { layers: [nodes], recurrent: true, readout: { over } } as const;
  return withOutputScales(createLayeredNetwork({ ...options, ...shape }, createStream(3)), task);
};

const networkFor = (task: Task, over: Readout["over"]) => {
  const options = { noise: false, stream: createStream(4) };
  return fitReadout(kernels, randomNetwork(task, over), twin, task, options).network;
};

/** Mean cross-entropy in nats, or squared error in units of the network's output scale. */
const lossOf = (task: Task, outputs: readonly HostArray[], sd: number): number => {
  let [sum, count] = [0, 0];
  outputs.forEach(({ shape, data }, i) => {
    const { labels, target } = task.train[i];
    for (let t = task.scored === "sequence" ? 0 : task.warmUp; t < shape[0]; t++) {
      const row = data.subarray(t * shape[1], (t + 1) * shape[1]);
      const total = row.reduce((all, value) => all + Math.exp(value), 0);
      sum += target
        ? ((row[0] - target.data[t]) / sd) ** 2
        : Math.log(total) - row[labels?.[t] ?? 0];
      count++;
    }
  });
  return sum / count;
};

test("the loss of a batch of unequal sequences is the mean of what is scored of each, within 1e-5", () => {
  for (const [kind, over] of [
    ["classification", "time-mean"],
    ["classification", "last-step"],
    ["classification", "each-step"],
    ["regression", "each-step"],
  ] as const) {
    const task = createUnequalTask(kind, over === "each-step" ? over : "sequence");
    const network = networkFor(task, over);
    const trainer = createTrainer(
      ...([kernels, network, twin, task] as const),
      { arm: "noise-agnostic", batch: 4 },
      createStream(5),
    );
    trainer.prepare(0);
    trainer.program.run();
    const { outputs } = evaluateOnTwin(kernels, network, twin, task, task.train, {
      noise: false,
      stream: createStream(6),
    });
    const expected = lossOf(task, outputs[0], network.outputScales.sd[0]);
    expect(Math.abs(trainer.program.loss() - expected)).toBeLessThan(1e-5 * (1 + expected));
    trainer.program.close();
  }
});

test("a sequence has the same noisy responses beside longer ones and alone", () => {
  const task = createUnequalTask("classification", "sequence");
  const network = networkFor(task, "time-mean");
  const respond = (sequences: readonly TaskSequence[]): HostArray[] => {
    const seen: HostArray[] = [];
    evaluateOnTwin(kernels, network, twin, task, sequences, {
      ...{ noise: true, stream: createStream(6) },
      onResponses: (_, sequence, responses) => {
        seen[sequence] = responses;
      },
    });
    return seen;
  };
  const [alone] = respond(task.test.slice(0, 1));
  const [beside] = respond(task.test);
  expect(beside.shape).toEqual([3, 3]);
  alone.data.forEach((value, i) => {
    expect(Math.abs(beside.data[i] - value)).toBeLessThan(1e-5);
  });
});

test("a network learns from sequences of 3 to 12 steps which had the larger mean", async () => {
  const task = createUnequalTask("classification", "sequence", 80);
  const network = randomNetwork(task, "time-mean", 6);
  const options = { iterations: 150, batch: 16, learningRate: 0.05 };
  const context = { stream: createStream(7) };
  const trained = await trainNetwork(kernels, network, twin, task, options, context);
  const losses = trained.history.map(({ loss }) => loss);
  expect(losses[losses.length - 1]).toBeLessThan(0.8 * losses[0]);
  expect(trained.validation).toBeGreaterThan(0.75);
});

test("sequences longer than a window are cut, shorter ones filled up; a warm-up longer than one is a fault", () => {
  const task = createUnequalTask("regression", "each-step");
  expect(chooseWindow(task)).toEqual({ steps: 12, warmUp: 1, isPadded: true });
  expect(chooseWindow(task, 6)).toEqual({ steps: 6, warmUp: 2, isPadded: true });
  expect(chooseWindow(task, 3)).toEqual({ steps: 3, warmUp: 1, isPadded: false });
  expect(() => chooseWindow(task, 12, 3)).toThrowErrorMatchingInlineSnapshot(
    `[Fault: trainNetwork: nothing of a window is scored. Got 3 of 3 steps unscored, expected fewer than 3. Choose a longer window or a shorter warm-up.]`,
  );
});
