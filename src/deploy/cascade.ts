import { childStream, createArray, fault, type HostArray, type Stream } from "../base/index.ts";
import type { KernelModule } from "../engine/index.ts";
import {
  checkNetwork,
  checkTask,
  createReadoutFit,
  fitReadout,
  type Network,
  type Stage,
  sizesOf,
  stagesOf,
  type TrainOptions,
  type TrainProgress,
  trainNetwork,
  withOutputScales,
} from "../network/index.ts";
import type { Task } from "../tasks/index.ts";
import type { Twin } from "../twin/index.ts";
import type { NodeDevices } from "./node-devices.ts";
import {
  type MeasuredParts,
  sourcesOfStage,
  stageNetwork,
  stageTask,
  withStage,
} from "./stage-network.ts";
import {
  createDeviceResponder,
  createTwinResponder,
  type RunKeeper,
  type StageResponder,
  samplesOf,
} from "./stage-responses.ts";

/** Options of {@link trainCascade}; those of a training hold for every stage. */
export interface CascadeOptions extends TrainOptions {
  /** Times that a stage's responses to the training part are recorded, at least 2 (default 2). */
  readonly recordings?: number;
  /** Record the last stage too, and fit the final readout on devices alone (default false). */
  readonly recordLast?: boolean;
}

/** How far a cascade has come. */
export interface CascadeProgress {
  /** Number of the stage, from 0. */
  readonly stage: number;
  readonly stages: number;
  readonly doing: "train" | "record";
  /** Updates, or sequences recorded. */
  readonly done: number;
  readonly total: number;
  /** Samples that devices have run in this stage. */
  readonly deviceSteps: number;
  /** Where it trains. */
  readonly training?: TrainProgress;
}

/** What became of one stage. */
export interface CascadeStage {
  readonly nodes: readonly string[];
  readonly history: readonly TrainProgress[];
  /** Updates. */
  readonly iterations: number;
  /** Score of its temporary readout on the validation part. */
  readonly validation: number;
  /** Samples that devices ran to record it, all its nodes together. */
  readonly deviceSteps: number;
}

/** A stage whose training has ended: the whole network so far, and how the stage was reached. */
export interface TrainedStage {
  readonly network: Network;
  readonly record: Omit<CascadeStage, "nodes" | "deviceSteps">;
}

/** Keeps what a cascade would be sad to lose, so that it can go on in the middle of a stage. */
export interface CascadeKeeper extends RunKeeper {
  readonly trained: (stage: number) => Promise<TrainedStage | undefined>;
  readonly keepTrained: (stage: number, trained: TrainedStage) => Promise<void>;
}

/** What a cascade needs from its caller. */
export interface CascadeContext {
  /** Decides batches, noise and starts. */
  readonly stream: Stream;
  /** As for `transferNetwork`. Left out, twins stand for them: the control that measures nothing. */
  readonly devices?: NodeDevices;
  readonly keeper?: CascadeKeeper;
  readonly onProgress?: (progress: CascadeProgress) => void;
  readonly onPlan?: (memory: string) => void;
  readonly signal?: AbortSignal;
}

/** A network trained stage by stage. */
export interface CascadeResult {
  readonly network: Network;
  readonly stages: readonly CascadeStage[];
  /** Score of the final readout on the validation part as it was recorded. */
  readonly validation: number;
  readonly deviceSteps: number;
}

const defaultRecordings = 2;

/**
 * Train a network stage by stage, each on what devices answered in the stages before it.
 *
 * A stage is trained with a temporary readout, carried over, recorded on the whole training part at
 * least twice, and frozen; an update of the next stage draws from all recordings. The final readout
 * is fitted by ridge regression on all stages. The test part is not read: run it live, with
 * `transferNetwork`. Without devices the same is done on noisy twins: the mandatory control.
 *
 * @param network  Stages that only feed forward; loops within a stage are trained with it.
 * @param options  `recordings`, and those of `trainNetwork` for every stage.
 * @throws         `bad-value` for a network without stages, or whose nodes of one stage hear
 *                 different nodes; as `trainNetwork` and `transferNetwork`.
 * @source         Manneschi et al. 2025, arXiv:2401.07387, Methods (cascade learning).
 */
export async function trainCascade(
  kernels: KernelModule,
  network: Network,
  twin: Twin,
  task: Task,
  options: CascadeOptions,
  context: CascadeContext,
): Promise<CascadeResult> {
  const { recordings = defaultRecordings, recordLast = false, ...training } = options;
  checkCascade(network, task, recordings);
  const stages = stagesOf(network);
  const twins = createTwinResponder(kernels, twin, context.stream);
  const measure = context.devices
    ? await createDeviceResponder(network, context.devices, context)
    : twins;
  const seen = emptyParts(network, task, recordings);
  const results: CascadeStage[] = [];
  let whole = withOutputScales(network, task);
  for (const [i, stage] of stages.entries()) {
    const trained = await trainStage(kernels, whole, twin, task, seen, training, i, context);
    whole = trained.network;
    const isKnown = i < stages.length - 1 || recordLast;
    const respond: StageResponder = isKnown ? measure : twins;
    const deviceSteps = await respond(whole, stage, i, task, seen, (progress) =>
      context.onProgress?.({ ...progress, stage: i, stages: stages.length, doing: "record" }),
    );
    const nodes = network.nodes.slice(stage.first, stage.first + stage.count);
    results.push({ nodes: nodes.map(({ name }) => name), ...trained.record, deviceSteps });
  }
  const deviceSteps = results.reduce((sum, stage) => sum + stage.deviceSteps, 0);
  return { ...fitFinalReadout(whole, task, seen), stages: results, deviceSteps };
}

async function trainStage(
  kernels: KernelModule,
  whole: Network,
  twin: Twin,
  task: Task,
  seen: MeasuredParts,
  options: TrainOptions,
  index: number,
  { stream, keeper, onProgress, onPlan, signal }: CascadeContext,
): Promise<TrainedStage> {
  const kept = await keeper?.trained(index);
  if (kept) return kept;
  const stages = stagesOf(whole);
  const stage = stages[index];
  const own = childStream(childStream(stream, "stage"), index);
  const ownTask = stageTask(whole, stage, task, seen);
  const start = fitReadout(kernels, stageNetwork(whole, stage), twin, ownTask, {
    noise: options.arm !== "noise-agnostic",
    stream: childStream(own, "first readout"),
  });
  const { network, ...record } = await trainNetwork(
    kernels,
    start.network,
    twin,
    ownTask,
    options,
    {
      ...{ onPlan, signal, stream: childStream(own, "training") },
      onProgress: (training) =>
        onProgress?.({
          ...{ stage: index, stages: stages.length, doing: "train", deviceSteps: 0, training },
          ...{ done: training.iteration, total: training.iterations },
        }),
    },
  );
  const trained = { network: withStage(whole, stage, network), record };
  await keeper?.keepTrained(index, trained);
  return trained;
}

/** Responses of the whole network to every sequence, all still at rest. */
function emptyParts(network: Network, task: Task, recordings: number): MeasuredParts {
  const { samples } = sizesOf(network);
  const rest = (part: Task["train"]): HostArray[] =>
    part.map(({ input }) => createArray([input.shape[0], samples]));
  return {
    train: Array.from({ length: recordings }, () => rest(task.train)),
    validation: rest(task.validation),
  };
}

/** Ridge regression on everything that was recorded. */
function fitFinalReadout(
  network: Network,
  task: Task,
  { train, validation }: MeasuredParts,
): Pick<CascadeResult, "network" | "validation"> {
  const fit = createReadoutFit(network, task, { where: "trainCascade" });
  for (const recording of train) {
    recording.forEach((responses, i) => {
      fit.addTraining(i, responses);
    });
  }
  validation.forEach((responses, i) => {
    fit.addValidation(i, responses);
  });
  const fitted = fit.solve();
  return { network: fitted.network, validation: fitted.validation };
}

/**
 * Samples that devices will run in a cascade, all nodes together: known before anything is driven.
 */
export function cascadeCost(
  network: Network,
  task: Task,
  { recordings = defaultRecordings, recordLast = false }: CascadeOptions = {},
): number {
  const stages: readonly Stage[] = stagesOf(network).slice(0, recordLast ? undefined : -1);
  const perStep = stages.reduce((sum, stage) => sum + samplesOf(network, stage), 0);
  const steps = (part: Task["train"]): number =>
    part.reduce((sum, { input }) => sum + input.shape[0], 0);
  return perStep * (recordings * steps(task.train) + steps(task.validation));
}

function checkCascade(network: Network, task: Task, recordings: number): void {
  const where = "trainCascade";
  checkNetwork(network, where);
  checkTask(network, task, where);
  if (!Number.isInteger(recordings) || recordings < 2) {
    throw fault("bad-value", {
      where,
      what: "a stage is recorded too seldom",
      got: `${recordings} recordings`,
      expected: "a whole number from 2: a single recording would freeze its noise",
      fix: "Raise `recordings`",
    });
  }
  const stages = stagesOf(network);
  if (stages.length < 2) {
    throw fault("bad-value", {
      where,
      what: "a cascade goes stage by stage, and this network has one",
      got: `${network.nodes.length} nodes that all step together`,
      expected: "at least two layers or passes that feed forward",
      fix: "Use a chain, or more layers",
    });
  }
  for (const stage of stages) sourcesOfStage(network, stage);
}
