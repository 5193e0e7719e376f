import { beforeAll, expect, test } from "vitest";
import { createArray, createGenerator, createStream, mean } from "../base/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import type { Task } from "../tasks/index.ts";
import { type FitCheckpoint, formatCheckpoint, parseCheckpoint } from "../twin/index.ts";
import { fitReadout } from "./fit-readout.ts";
import { createRandomTwin } from "./graph.test-support.ts";
import { nodeKindOf } from "./kind.ts";
import type { Network } from "./network.ts";
import { createNetwork } from "./presets.ts";
import { trainNetwork } from "./train.ts";
import { createTrainer, type TrainOptions } from "./trainer.ts";

const converters = { driveBits: 8, slew: 0.4 };
const twins = {
  pair: createRandomTwin({ inputs: 2, observables: 1, seed: 1 }, { delays: 1 }),
  wave: createRandomTwin(
    { inputs: 1, observables: 2, seed: 2 },
    { dt: 0.5, features: ["drive", "sine"] },
  ),
};

/** Two kinds of nodes in a loop, with holds, delays, a carrier and a slew limit. */
const network: Network = createNetwork(
  {
    nodes: [
      { name: "a" },
      { name: "b", twin: "wave", hold: 2 },
      { name: "c", twin: "wave", hold: 2, seesInput: false },
    ],
    edges: [
      { from: "a", to: "b", delay: 1 },
      { from: "b", to: "a", delay: 3 },
      { from: "b", to: "c", delay: 2 },
    ],
  },
  {
    ...{ taskInputs: 1, outputs: 1 },
    twin: { name: "pair", kind: nodeKindOf(twins.pair) },
    twins: { wave: nodeKindOf(twins.wave, converters) },
  },
  createStream(3),
);

/** Say u(k - 1), on a few long sequences. */
const createDelayTask = (): Task => {
  const generator = createGenerator(createStream(4));
  const sequence = () => {
    const u = Float64Array.from({ length: 60 }, () => generator.normal());
    const target = u.map((_, k) => (k < 1 ? 0 : u[k - 1]));
    return { input: createArray([60, 1], u), target: createArray([60, 1], target) };
  };
  const some = (count: number) => Array.from({ length: count }, sequence);
  return {
    ...{ name: "delay", split: "test", kind: "regression", scored: "each-step", inputs: 1 },
    ...{ outputs: 1, score: "nrmseBySd", warmUp: 5 },
    ...{ train: some(8), validation: some(3), test: some(1) },
  };
};
const task = createDelayTask();

let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernelModule();
});

const train = (options: TrainOptions, more: object = {}, start = network) =>
  trainNetwork(
    kernels,
    start,
    twins,
    task,
    { batch: 4, window: 24, ...options },
    {
      stream: createStream(5),
      ...more,
    },
  );

test.each([
  ["whole windows", {}],
  ["pieces of windows", { truncate: 4, warmUp: 6 }],
  ["whole sequences", { window: 60 }],
])(
  "a training on %s that was cut off between two reports goes on from its checkpoint with the same bits",
  async (_, cut) => {
    const options = { ...cut, iterations: 14, every: 3, refit: true };
    const expected = await train(options);
    let bytes: Uint8Array = new Uint8Array();
    let updates = 0;
    const signal = {
      get aborted() {
        return ++updates > 7;
      },
    };
    const onCheckpoint = (make: () => FitCheckpoint, occasion: string) => {
      if (occasion === "stop") bytes = formatCheckpoint(make());
    };
    await expect(train(options, { signal, onCheckpoint })).rejects.toThrow("was stopped");
    const checkpoint = parseCheckpoint(bytes, "checkpoint");
    expect(checkpoint.trainings[0].step % 3).not.toBe(0);
    const told: number[] = [];
    const onProgress = ({ iteration }: { iteration: number }) => told.push(iteration);
    const resumed = await train(options, { checkpoint, onProgress });
    expect(resumed).toEqual(expected);
    expect(told).toEqual([3, 6, 9, 12, 14]);
  },
);

test("a training that had ended gives its result at once, and the checkpoint of another is refused", async () => {
  let checkpoint: FitCheckpoint | undefined;
  const onCheckpoint = (make: () => FitCheckpoint) => {
    checkpoint = make();
  };
  const first = await train({ iterations: 4, every: 2 }, { onCheckpoint });
  expect(await train({ iterations: 4, every: 2 }, { checkpoint })).toEqual(first);
  const other = await train({ iterations: 4, every: 2, batch: 2 }, { checkpoint }).catch(
    (error: Error) =>
      error.message.replace(/[0-9a-f]{16}/g, "#").replace(/, [a-z]+ kernels/g, ", # kernels"),
  );
  expect(other).toMatchInlineSnapshot(
    `"trainNetwork: the checkpoint is of another training, or of kernels that round otherwise. Got #, stream 3984711379 1198142640, # kernels, expected #, stream 3984711379 1198142640, # kernels. Resume with the network, twins, task, options and seed of the first start, or start anew."`,
  );
});

test("pieces of a window have the losses of the whole, noise included, within 1e-5", () => {
  const make = (more: TrainOptions) =>
    createTrainer(
      ...([kernels, network, twins, task, { batch: 4, window: 24, warmUp: 8, ...more }] as const),
      createStream(6),
    );
  const [whole, cut] = [make({}), make({ truncate: 8 })];
  for (const window of [0, 1, 2]) {
    whole.prepare(window);
    whole.program.run();
    const losses = [0, 1].map((piece) => {
      cut.prepare(2 * window + piece);
      cut.program.run();
      return cut.program.loss();
    });
    expect(Math.abs(mean(losses) / whole.program.loss() - 1)).toBeLessThan(1e-5);
  }
  whole.program.close();
  cut.program.close();
});

test("windows that cannot be cut are refused", async () => {
  const running = train({ truncate: 10, warmUp: 15 });
  await expect(running).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: trainNetwork: windows cannot be cut so. Got pieces of 10 steps of a window of 24, 15 of them unscored, expected scored steps beyond the warm-up in every window, and a score for every step. Choose a longer \`window\` or shorter pieces, or leave \`truncate\` out.]`,
  );
});

/** Weights after some updates at rate 0.01. */
const updated = (options: TrainOptions, updates = 2) => {
  const all = { batch: 4, window: 24, ...options };
  const trainer = createTrainer(kernels, network, twins, task, all, createStream(7));
  for (let i = 0; i < updates; i++) {
    trainer.prepare(i);
    trainer.program.run();
    trainer.program.update({ learningRate: 0.01 });
  }
  const weights = trainer.program.getParameters();
  trainer.program.close();
  return weights;
};

test("only what is free is trained", async () => {
  const moved = (free: TrainOptions["free"]): string[] => {
    const weights = updated({ free });
    return Object.keys(network.weights).filter((name) =>
      weights[name].data.some((w, i) => w !== network.weights[name].data[i]),
    );
  };
  expect(moved(["coupling", "readout"])).toEqual([
    ...["coupling1", "coupling2", "coupling3", "readout", "readoutBias"],
  ]);
  expect(moved(["readout"])).toEqual(["readout", "readoutBias"]);
  expect(moved(undefined)).toEqual(Object.keys(network.weights));
  await expect(train({ free: [] })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: trainNetwork: there is nothing to train, or nothing to train under. Got no part of the network that is free, expected a driveNoise above 0 for that arm, and one part or more that is free. Correct the options.]`,
  );
});

test("a training without patience left stops, and the best weights are what it returns", async () => {
  // At this rate the weights soon run away.
  const options = { iterations: 60, every: 2, learningRate: 2, schedule: "constant" } as const;
  const { history, validation, network: best } = await train({ ...options, patience: 3 });
  const scores = history.map((row) => row.validation);
  expect(scores.length).toBeLessThan(30);
  expect(Math.min(...scores.slice(-3))).toBeGreaterThan(validation);
  const trainer = createTrainer(
    ...([kernels, best, twins, task, { batch: 4, window: 24 }] as const),
    createStream(5),
  );
  expect(trainer.validate(best.weights)).toBe(validation);
  trainer.program.close();
});

test("weight decay of 10 at rate 0.01 takes a tenth of masks and couplings per update, and no bias", () => {
  const [kept, decayed] = [updated({}, 1), updated({ weightDecay: 10 }, 1)];
  for (const name of ["inputMask", "coupling1"]) {
    network.weights[name].data.forEach((before, i) => {
      const lost = kept[name].data[i] - decayed[name].data[i];
      expect(lost).toBeCloseTo(0.1 * before, 5);
    });
  }
  expect(decayed.bias).toEqual(kept.bias);
  expect(decayed.readout).toEqual(kept.readout);
});

test("under constant noise the twins are silent and the drives are not", async () => {
  const start = fitReadout(kernels, network, twins, task, {
    noise: false,
    stream: createStream(8),
  });
  const judge = (options: TrainOptions): number => {
    const all = { ...options, batch: 4 };
    const trainer = createTrainer(kernels, start.network, twins, task, all, createStream(8));
    const score = trainer.validate(start.network.weights);
    trainer.program.close();
    return score;
  };
  const silent = judge({ arm: "noise-agnostic" });
  const constant = (driveNoise: number) => judge({ arm: "constant-noise", driveNoise });
  expect(constant(1e-12)).toBe(silent);
  expect(constant(0.5)).toBe(constant(0.5));
  const others = [constant(0.5), constant(1), judge({ arm: "noise-aware" })];
  expect(new Set([silent, ...others]).size).toBe(4);
  await expect(train({ arm: "constant-noise" })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Fault: trainNetwork: there is nothing to train, or nothing to train under. Got the arm 'constant-noise' with a driveNoise of 0, expected a driveNoise above 0 for that arm, and one part or more that is free. Correct the options.]`,
  );
});
