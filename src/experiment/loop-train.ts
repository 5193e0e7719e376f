import { childStream, createStream, type Stream } from "../base/index.ts";
import { cascadeCost, trainCascade } from "../deploy/index.ts";
import type { KernelModule } from "../engine/index.ts";
import {
  createChainNetwork,
  createLayeredNetwork,
  createNetwork,
  createRandomNetwork,
  evaluateOnTwin,
  type FittedReadout,
  fitReadout,
  isBetter,
  type Network,
  nodeKindOf,
  type ScoreSummary,
  type TrainProgress,
  type TrainResult,
  trainNetwork,
} from "../network/index.ts";
import { computeBaselines, createTask, type Task } from "../tasks/index.ts";
import type { Twin } from "../twin/index.ts";
import { costText, namesOf, simulationSteps, trainingSteps } from "./ledger.ts";
import type { LoopContext, TrainedNetwork } from "./loop-context.ts";
import { nodeDevices } from "./loop-device.ts";
import type { LoopPlan, TrainedArm } from "./loop-plan.ts";

/** The network of a plan with random weights. */
export function createLoopNetwork(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  stream: Stream,
  preset: LoopPlan["network"]["preset"] = plan.network.preset,
): Network {
  const { layers, recurrent, readout, ...chosen } = plan.network;
  const { hold, waits, inputLimit, couplingSamples, constraints, converters } = chosen;
  const options = {
    taskInputs: task.inputs,
    outputs: task.outputs,
    twin: { name: plan.device.kind, kind: nodeKindOf(twin, converters) },
    readout: { over: task.scored === "each-step" ? "each-step" : "time-mean", ...readout },
    ...{ hold, waits, inputLimit, couplingSamples, constraints },
  } as const;
  if (preset === "layered") return createLayeredNetwork({ ...options, layers, recurrent }, stream);
  const passes = layers.reduce((sum, count) => sum + count, 0);
  if (preset === "graph" && plan.network.graph) {
    return createNetwork(plan.network.graph, options, stream);
  }
  if (preset === "random") {
    return createRandomNetwork({ ...options, ...plan.network.random, nodes: passes }, stream);
  }
  if (preset === "chain") return createChainNetwork({ ...options, stages: passes }, stream);
  const nodes = Array.from({ length: passes }, (_, i) => ({ name: `pass ${i + 1}` }));
  return createNetwork({ nodes, edges: [], live: false }, options, stream);
}

/** Create a plan's task, and see what can be reached without any device. */
export async function prepareTask(plan: LoopPlan): Promise<{
  readonly task: Task;
  readonly baselines: Readonly<Record<string, number>>;
}> {
  const stream = childStream(createStream(plan.seed), "task");
  const task = await createTask(plan.task, stream, { data: plan.data });
  return { task, baselines: computeBaselines(task, childStream(stream, "baselines")) };
}

/** The stream of everything that belongs to one network seed. */
export function networkStream(plan: LoopPlan, seed: number): Stream {
  return childStream(childStream(createStream(plan.seed), "network"), seed);
}

/**
 * Train every arm of a plan from every network seed. The test part is not read.
 *
 * A training starts from the best of `starts` random networks with a fitted readout.
 */
export async function trainLoop(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  context: LoopContext,
): Promise<TrainedNetwork[]> {
  const trained: TrainedNetwork[] = [];
  for (const arm of plan.arms) {
    for (const seed of plan.networkSeeds) {
      const keeper = context.networkKeeper?.(arm, seed);
      const before = await keeper?.read();
      const one = before ?? (await trainOne(plan, twin, task, arm, seed, context));
      if (!before) await keeper?.keep(one);
      await context.trainingKeeper?.(arm, seed).close();
      trained.push(one);
    }
  }
  return trained;
}

function trainOne(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  arm: TrainedArm,
  seed: number,
  context: LoopContext,
): Promise<TrainedNetwork> {
  const isCascade = arm === "cascade" || arm === "cascade-control";
  return isCascade
    ? cascadeOne(plan, twin, task, arm, seed, context)
    : trainAtOnce(plan, twin, task, arm, seed, context);
}

/** Arms that train the whole network at once. */
type WholeArm = Exclude<TrainedArm, "cascade" | "cascade-control">;

/** Train all of a network; of several levels of constant noise, keep the best on noisy twins. */
async function trainAtOnce(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  arm: WholeArm,
  seed: number,
  context: LoopContext,
): Promise<TrainedNetwork> {
  const { kernels, onSpent } = context;
  const stream = networkStream(plan, seed);
  const start = chooseStart(plan, twin, task, arm, stream, kernels);
  const levels = arm === "constant-noise" ? plan.constantNoise : [plan.train.driveNoise ?? 0];
  const tried: { readonly result: TrainResult; readonly judged: number }[] = [];
  for (const driveNoise of levels) {
    const result = await trainUnder(plan, twin, task, { arm, seed, driveNoise }, start, context);
    const judged = evaluateOnTwin(kernels, result.network, twin, task, task.validation, {
      ...{ noise: true, runs: levels.length > 1 ? 3 : 1 },
      stream: childStream(stream, "level of noise"),
    }).value;
    tried.push({ result, judged });
  }
  const best = tried.reduce((a, b) => (isBetter(task, b.judged, a.judged) ? b : a));
  const { network, history, iterations } = best.result;
  const training = trainingScore(kernels, network, twin, task, stream);
  const steps = tried.map(({ result }) =>
    trainingSteps(
      ...([network, namesOf(network), task, plan.train] as const),
      ...([result.history.at(-1)?.iteration ?? 0, result.history.length + 1] as const),
    ),
  );
  const twinSteps = steps.reduce((a, b) => a + b, simulationSteps(network, task.train));
  await onSpent?.(`train ${arm}`, { twinSteps });
  return { arm, seed, network, history, iterations, training };
}

/** One training, told and kept as it goes. */
async function trainUnder(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  { arm, seed, driveNoise }: { arm: WholeArm; seed: number; driveNoise: number },
  start: Network,
  { kernels, signal, onProgress, onRemark, onMetrics, trainingKeeper }: LoopContext,
): Promise<TrainResult> {
  const level = arm === "constant-noise" ? ` ${driveNoise}` : "";
  const name = `train ${arm}${level}`;
  const stage = plan.networkSeeds.length > 1 ? `${name}, seed ${seed}` : name;
  const onTraining = (progress: TrainProgress): void => {
    const { iteration: done, iterations: total, loss, validation } = progress;
    onProgress?.({ stage, done, total, unit: "updates", measures: { loss, validation } });
    onMetrics?.({ stage: "train", arm, seed, ...(level ? { driveNoise } : {}), ...progress });
  };
  return trainNetwork(
    kernels,
    start,
    twin,
    task,
    { ...plan.train, arm, driveNoise },
    {
      stream: childStream(networkStream(plan, seed), "training"),
      signal,
      onProgress: onTraining,
      onPlan: (memory) => onRemark?.(`${stage} takes ${memory}`),
      ...(await trainingKeeper?.(arm, seed).open(`training${level.replace(" ", "-")}`)),
    },
  );
}

/** Train stage by stage; the control is given no devices. */
async function cascadeOne(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  arm: "cascade" | "cascade-control",
  seed: number,
  context: LoopContext,
): Promise<TrainedNetwork> {
  const { kernels, signal, onProgress, onRemark, onMetrics, onSpent, cascadeKeeper } = context;
  const stream = networkStream(plan, seed);
  const start = chooseStart(plan, twin, task, "noise-aware", stream, kernels);
  const { disorder = plan.device.disorder[0], ...recorded } = plan.cascade;
  const options = { ...plan.train, ...recorded };
  const isMeasured = arm === "cascade";
  if (isMeasured) {
    onRemark?.(`cascade will take ${costText(cascadeCost(start, task, options), twin.dt)}`);
  }
  const { network, stages } = await trainCascade(kernels, start, twin, task, options, {
    stream: childStream(stream, "training"),
    devices: isMeasured ? nodeDevices(plan, disorder, `cascade, seed ${seed}`) : undefined,
    keeper: cascadeKeeper?.(arm, seed),
    signal,
    onPlan: (memory) => onRemark?.(`${arm} takes ${memory}`),
    onProgress: ({ stage, stages: count, doing, done, total, training }) => {
      const { loss, validation } = training ?? {};
      const measures = training ? { measures: { loss, validation } as Record<string, number> } : {};
      const unit = doing === "train" ? "updates" : "sequences";
      const name = `${arm}, stage ${stage + 1} of ${count}: ${doing}`;
      onProgress?.({ stage: name, done, total, unit, ...measures });
      if (training) onMetrics?.({ stage: "train", arm, seed, cascadeStage: stage, ...training });
    },
  });
  stages.forEach(({ nodes, deviceSteps, validation }, cascadeStage) => {
    onMetrics?.({ stage: "cascade", arm, seed, cascadeStage, nodes, deviceSteps, validation });
  });
  const training = trainingScore(kernels, network, twin, task, stream);
  const updates = stages.map((stage) =>
    trainingSteps(
      ...([network, stage.nodes, task, plan.train, stage.iterations] as const),
      stage.history.length + 1,
    ),
  );
  await onSpent?.(`train ${arm}`, {
    deviceSteps: stages.reduce((sum, stage) => sum + stage.deviceSteps, 0),
    twinSteps: updates.reduce((a, b) => a + b, 0) + simulationSteps(network, task.train),
  });
  const history = stages.flatMap((stage, i) => {
    const before = stages.slice(0, i).reduce((sum, { iterations }) => sum + iterations, 0);
    return stage.history.map((row) => ({ ...row, iteration: before + row.iteration }));
  });
  const iterations = stages.reduce((sum, stage) => sum + stage.iterations, 0);
  return { arm, seed, network, history, iterations, training, stages };
}

function trainingScore(
  kernels: KernelModule,
  network: Network,
  twin: Twin,
  task: Task,
  stream: Stream,
): ScoreSummary {
  const { value, interval, n } = evaluateOnTwin(kernels, network, twin, task, task.train, {
    noise: true,
    stream: childStream(stream, "training score"),
  });
  return { value, interval, n };
}

/** The best of some random networks, by their validation score once their readout is fitted. */
function chooseStart(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  arm: WholeArm,
  stream: Stream,
  kernels: KernelModule,
): Network {
  let best: FittedReadout | undefined;
  for (let i = 0; i < plan.starts; i++) {
    const weights = childStream(childStream(stream, "weights"), i);
    const fitted = fitReadout(kernels, createLoopNetwork(plan, twin, task, weights), twin, task, {
      noise: arm === "noise-aware",
      stream: childStream(stream, "first readout"),
    });
    if (!best || isBetter(task, fitted.validation, best.validation)) best = fitted;
  }
  return (best as FittedReadout).network;
}
