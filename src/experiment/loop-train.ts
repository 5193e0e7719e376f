import { childStream, createStream, type Stream } from "../base/index.ts";
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
  trainNetwork,
} from "../network/index.ts";
import { computeBaselines, createTask, type Task } from "../tasks/index.ts";
import type { Twin } from "../twin/index.ts";
import type { LoopContext } from "./loop-device.ts";
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

/** One training of one arm. */
export interface TrainedNetwork {
  readonly arm: TrainedArm;
  readonly seed: number;
  readonly network: Network;
  readonly history: readonly TrainProgress[];
  readonly iterations: number;
  /** Score on the training part, twin noise on: beside the test score it shows overfitting. */
  readonly training: ScoreSummary;
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
      trained.push(await trainOne(plan, twin, task, arm, seed, context));
    }
  }
  return trained;
}

async function trainOne(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  arm: TrainedArm,
  seed: number,
  { kernels, signal, onProgress, onRemark, onMetrics }: LoopContext,
): Promise<TrainedNetwork> {
  const stream = networkStream(plan, seed);
  const start = chooseStart(plan, twin, task, arm, stream, kernels);
  const stage = plan.networkSeeds.length > 1 ? `train ${arm}, seed ${seed}` : `train ${arm}`;
  const onTraining = (progress: TrainProgress): void => {
    const { iteration: done, iterations: total, loss, validation } = progress;
    onProgress?.({ stage, done, total, unit: "updates", measures: { loss, validation } });
    onMetrics?.({ stage: "train", arm, seed, ...progress });
  };
  const { network, history, iterations } = await trainNetwork(
    kernels,
    start,
    twin,
    task,
    { ...plan.train, arm },
    {
      stream: childStream(stream, "training"),
      signal,
      onProgress: onTraining,
      onPlan: (memory) => onRemark?.(`${stage} takes ${memory}`),
    },
  );
  const { value, interval, n } = evaluateOnTwin(kernels, network, twin, task, task.train, {
    noise: true,
    stream: childStream(stream, "training score"),
  });
  return { arm, seed, network, history, iterations, training: { value, interval, n } };
}

/** The best of some random networks, by their validation score once their readout is fitted. */
function chooseStart(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  arm: TrainedArm,
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
