import {
  childStream,
  createStream,
  type HostArray,
  mean,
  meanInterval,
  type Stream,
} from "../base/index.ts";
import {
  compareTransfer,
  type DeviceEvaluation,
  fitReadoutOnDevices,
  type TransferResult,
  transferNetwork,
  transferVerdict,
} from "../deploy/index.ts";
import type { Network, ScoreSummary } from "../network/index.ts";
import type { Task } from "../tasks/index.ts";
import type { Twin } from "../twin/index.ts";
import { type LoopContext, nodeDevices } from "./loop-device.ts";
import { isLive, type LoopPlan, type TrainedArm } from "./loop-plan.ts";
import { createLoopNetwork, networkStream, type TrainedNetwork } from "./loop-train.ts";
import type { VerbContext } from "./verb.ts";

/** A trained network, and what became of it on every sample of the device. */
export interface TransferredNetwork extends TrainedNetwork {
  /** By sample of the device, the recorded one first. */
  readonly transfers: readonly TransferResult[];
  /** Outputs on the recorded sample, first run, by test sequence. */
  readonly outputs: readonly HostArray[];
}

/** A trained and transferred plan. */
export interface LoopResult {
  readonly plan: LoopPlan;
  readonly task: Task;
  readonly baselines: Readonly<Record<string, number>>;
  readonly trained: readonly TransferredNetwork[];
  /** Scores of random networks whose readout was fitted on the device, one per network. */
  readonly reservoirs: readonly number[];
}

/**
 * Carry trained networks to every sample of the device, and run the reservoirs beside them.
 *
 * The test part is read here, after all choices are made.
 *
 * @param baselines  Scores without any device.
 */
export async function transferLoop(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  baselines: Readonly<Record<string, number>>,
  networks: readonly TrainedNetwork[],
  context: LoopContext,
): Promise<LoopResult> {
  const trained: TransferredNetwork[] = [];
  for (const one of networks) {
    trained.push(await transferOne(plan, twin, task, baselines, one, context));
  }
  const reservoirs = await runReservoirs(plan, twin, task, context);
  const named =
    reservoirs.length === 0 ? {} : { [reservoirName(reservoirs.length)]: mean(reservoirs) };
  return { plan, task, baselines: { ...baselines, ...named }, trained, reservoirs };
}

async function transferOne(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  baselines: Readonly<Record<string, number>>,
  one: TrainedNetwork,
  context: LoopContext,
): Promise<TransferredNetwork> {
  const stream = networkStream(plan, one.seed);
  const name = `transfer of ${one.arm}, seed ${one.seed}`;
  const transfers: TransferResult[] = [];
  let outputs: readonly HostArray[] = [];
  for (const [i, disorder] of plan.device.disorder.entries()) {
    const measured = await transferTo(plan, one.network, task, disorder, name, stream, context);
    if (i === 0) outputs = measured.outputs[0];
    transfers.push(
      compareTransfer(context.kernels, one.network, twin, task, task.test, measured, {
        baselines,
        stream: childStream(stream, `comparison ${i}`),
      }),
    );
  }
  return { ...one, transfers, outputs };
}

/** Run a network's test part on one sample of the device. */
function transferTo(
  plan: LoopPlan,
  network: Network,
  task: Task,
  disorder: number,
  name: string,
  stream: Stream,
  { signal, onProgress }: VerbContext,
): Promise<DeviceEvaluation> {
  return transferNetwork(network, nodeDevices(plan, disorder, name), task, task.test, {
    runs: plan.runs,
    stream: childStream(stream, `device ${disorder}`),
    signal,
    onProgress: ({ done, total }) =>
      onProgress?.({ stage: `on device ${disorder}`, done, total, unit: "sequences" }),
  });
}

/** Scores of random networks of the same devices, their readout fitted on the device itself. */
async function runReservoirs(
  plan: LoopPlan,
  twin: Twin,
  task: Task,
  context: VerbContext,
): Promise<number[]> {
  const { signal, onProgress } = context;
  const scores: number[] = [];
  // Time-multiplexed passes are usually left uncoupled; live layers keep their random couplings.
  const preset = isLive(plan) ? plan.network.preset : "parallel";
  const report = (done: number, total: number, i: number) =>
    onProgress?.({ stage: `reservoir ${i + 1}`, done, total, unit: "sequences" });
  for (let i = 0; i < plan.reservoirs; i++) {
    const stream = childStream(childStream(createStream(plan.seed), "reservoir"), i);
    const random = createLoopNetwork(plan, twin, task, stream, preset);
    const devices = nodeDevices(plan, plan.device.disorder[0], `reservoir ${i}`);
    const total = task.train.length + task.validation.length + task.test.length;
    const fitted = await fitReadoutOnDevices(random, devices, task, {
      signal,
      onProgress: ({ done }) => report(done, total, i),
    });
    const tested = await transferNetwork(fitted.network, devices, task, task.test, {
      runs: 1,
      stream: childStream(stream, "test"),
      signal,
      onProgress: ({ done }) => report(total - task.test.length + done, total, i),
    });
    scores.push(tested.value);
  }
  return scores;
}

const reservoirName = (count: number): string =>
  count === 1 ? "random reservoir, same devices" : `${count} random reservoirs, same devices`;

/** One arm on one sample of the device, over all seeds: what `run --json` prints. */
export interface ArmResult extends TransferResult {
  readonly arm: TrainedArm;
  /** Disorder seed of the sample. */
  readonly sample: number;
  /** Score on the training part, twin noise on. */
  readonly training: ScoreSummary;
}

/**
 * Gather the transfers of a loop: one result per arm and sample.
 *
 * With several seeds the values are means over seeds, and the intervals are Student's over them.
 */
export function summariseLoop(result: LoopResult): ArmResult[] {
  const { plan, trained, baselines } = result;
  return plan.arms.flatMap((arm) =>
    plan.device.disorder.map((sample, i): ArmResult => {
      const all = trained.filter((one) => one.arm === arm);
      const transfers = all.map((one) => one.transfers[i]);
      const first = transfers[0];
      const over = (pick: (one: TransferResult) => ScoreSummary) => meanOf(transfers.map(pick));
      const gathered = {
        ...first,
        baselines,
        twinNoiseOff: over((one) => one.twinNoiseOff),
        twinNoiseOn: over((one) => one.twinNoiseOn),
        device: over((one) => one.device),
        gap: { ...first.gap, ...meanOf(transfers.map((one) => ({ ...one.gap, n: one.device.n }))) },
        deviceSteps: transfers.reduce((sum, one) => sum + one.deviceSteps, 0),
      };
      const training = meanOf(all.map((one) => one.training));
      return { ...gathered, arm, sample, training, verdict: transferVerdict(gathered) };
    }),
  );
}

function meanOf(scores: readonly ScoreSummary[]): ScoreSummary {
  if (scores.length === 1) return scores[0];
  const { mean: value, low, high, n } = meanInterval(scores.map((score) => score.value));
  return { value, interval: [low, high], n };
}
