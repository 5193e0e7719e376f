import { childStream, type HostArray, type Stream } from "../base/index.ts";
import {
  checkNetwork,
  checkTask,
  createDriveSource,
  type Network,
  readOutputs,
  type ScoreSummary,
  summariseScores,
} from "../network/index.ts";
import {
  type ScoreResult,
  scorePredictions,
  type Task,
  type TaskSequence,
} from "../tasks/index.ts";
import { type NodeDevices, prepareDevices } from "./node-devices.ts";
import { createSequenceRunner } from "./run-sequence.ts";
import { createMoments, type TrajectoryMoments } from "./trajectory.ts";

/** How far a transfer has come. */
export interface TransferProgress {
  /** Sequences run, over all runs. */
  readonly done: number;
  readonly total: number;
  readonly deviceSteps: number;
}

/** Options of {@link transferNetwork}. */
export interface TransferOptions {
  /** Times that every sequence is run (default 1). */
  readonly runs?: number;
  /** Decides resampling for the interval; the devices have their own noise. */
  readonly stream: Stream;
  readonly onProgress?: (progress: TransferProgress) => void;
  readonly signal?: AbortSignal;
}

/** What a network of devices said, and how well. */
export interface DeviceEvaluation extends ScoreSummary {
  /** One per run. */
  readonly results: readonly ScoreResult[];
  /** [run][sequence]: [time, outputs], or [1, outputs] where a sequence is judged once. */
  readonly outputs: readonly (readonly HostArray[])[];
  /** Responses of the nodes over runs, standardised. */
  readonly trajectories: TrajectoryMoments;
  /** Samples that devices ran, all nodes together. */
  readonly deviceSteps: number;
  /** Share of drive values that a device's safe range cut further than the twin's limits. */
  readonly cutShare: number;
}

/**
 * Run a trained network on devices and score it.
 *
 * Masks, couplings, limits and readout are applied on the host, with the constants of the twin;
 * responses come through the Device interface and nothing else. Every device is reset before each
 * sequence. Its noise goes on from run to run.
 *
 * @param network    Trained on a twin of these devices.
 * @param devices    One per node (a function of the node's position), or a single device that plays
 *                   all nodes one after another, for networks without loops.
 * @param task       Decides score and warm-up.
 * @param sequences  `task.test`, or another part.
 * @throws           `bad-value` if a device cannot play its node; `not-finite`; whatever a device
 *                   rejects with.
 */
export async function transferNetwork(
  network: Network,
  devices: NodeDevices,
  task: Task,
  sequences: readonly TaskSequence[],
  { runs = 1, stream, onProgress, signal }: TransferOptions,
): Promise<DeviceEvaluation> {
  checkNetwork(network, "transferNetwork");
  checkTask(network, task, "transferNetwork");
  const source = createDriveSource(network);
  const play = createSequenceRunner(
    network,
    source,
    await prepareDevices(network, devices, "transferNetwork", signal),
  );
  const trajectories = createMoments();
  const total = runs * sequences.length;
  const outputs: HostArray[][] = [];
  let [deviceSteps, cutDrives] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const said: HostArray[] = [];
    for (const [i, { input }] of sequences.entries()) {
      const done = await play(input, signal);
      deviceSteps += done.deviceSteps;
      cutDrives += done.cutDrives;
      trajectories.add(i, done.responses);
      said.push(readOutputs(network, done.responses, input, task.warmUp));
      onProgress?.({ done: run * sequences.length + i + 1, total, deviceSteps });
    }
    outputs.push(said);
  }
  const results = outputs.map((said) => scorePredictions(task, sequences, said));
  const steps = sequences.reduce((sum, { input }) => sum + input.shape[0], 0);
  const drives = runs * steps * source.sizes.drives;
  return {
    ...summariseScores(results, childStream(stream, "interval")),
    results,
    outputs,
    trajectories,
    deviceSteps,
    cutShare: cutDrives / drives,
  };
}
