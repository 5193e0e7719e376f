import {
  checkNetwork,
  checkTask,
  createDriveSource,
  createReadoutFit,
  type FittedReadout,
  type Network,
} from "../network/index.ts";
import type { Task } from "../tasks/index.ts";
import { type NodeDevices, prepareDevices } from "./node-devices.ts";
import { createSequenceRunner } from "./run-sequence.ts";

/** Options of {@link fitReadoutOnDevices}. */
export interface DeviceReadoutOptions {
  /** Penalties per sample that are tried, squared standardised units; default those of `fitReadout`. */
  readonly ridges?: readonly number[];
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Fit the readout alone, on what the devices themselves answer to the training sequences.
 *
 * With random masks this is reservoir computing as it is done on a bench, and the baseline of every
 * trained network of the same devices; after a transfer it is the cheapest repair. Every sequence of
 * the training and validation parts is run once, after a reset, so the fit sees one noisy repeat of
 * each; to see more, repeat sequences in the task. The test part is not read.
 *
 * @param devices  As for `transferNetwork`.
 * @returns        The network with its readout, and the samples that the devices ran.
 * @throws         As `transferNetwork`; `bad-value` for penalties that are none, before anything
 *                 runs, or if none of them gives a solution.
 */
export async function fitReadoutOnDevices(
  network: Network,
  devices: NodeDevices,
  task: Task,
  { ridges, onProgress, signal }: DeviceReadoutOptions = {},
): Promise<FittedReadout & { readonly deviceSteps: number }> {
  const where = "fitReadoutOnDevices";
  checkNetwork(network, where);
  checkTask(network, task, where);
  const fit = createReadoutFit(network, task, { ridges, where });
  const prepared = await prepareDevices(network, devices, where, signal);
  const play = createSequenceRunner(network, createDriveSource(network), prepared);
  const total = task.train.length + task.validation.length;
  let [done, deviceSteps] = [0, 0];
  for (const part of ["train", "validation"] as const) {
    const add = part === "train" ? fit.addTraining : fit.addValidation;
    for (const [i, { input }] of task[part].entries()) {
      const run = await play(input, signal);
      add(i, run.responses);
      deviceSteps += run.deviceSteps;
      onProgress?.({ done: ++done, total });
    }
  }
  return { ...fit.solve(), deviceSteps };
}
