/**
 * deploy: carry a trained network to devices, score it there, and set it beside what its twins
 * promised. Not for training, and not for drawing what came out: see `network` and `report`.
 *
 * ```ts
 * const devices = (node: number) => createDevice({ ...spec, seeds: seedsOf(node) });
 * const measured = await transferNetwork(network, devices, task, task.test, { runs: 5, stream });
 * const result = compareTransfer(kernels, network, twin, task, task.test, measured, {
 *   stream: childStream(stream, "compare"),
 *   baselines: computeBaselines(task, childStream(stream, "baselines")),
 * });
 * showText(result.verdict);
 * ```
 */
export { type ArmScores, type ArmSummary, intervalOfCells, summariseArms } from "./arms.ts";
export {
  type CascadeContext,
  type CascadeKeeper,
  type CascadeOptions,
  type CascadeProgress,
  type CascadeResult,
  type CascadeStage,
  cascadeCost,
  type TrainedStage,
  trainCascade,
} from "./cascade.ts";
export {
  type CompareTransferOptions,
  compareTransfer,
  type TransferResult,
  transferVerdict,
} from "./compare.ts";
export {
  type InTheLoopContext,
  type InTheLoopOptions,
  type InTheLoopProgress,
  type InTheLoopResult,
  inTheLoopCost,
  trainInTheLoop,
} from "./in-the-loop.ts";
export type { NodeDevices } from "./node-devices.ts";
export { type DeviceReadoutOptions, fitReadoutOnDevices } from "./readout-on-devices.ts";
export type { MeasuredRuns, RunKeeper } from "./stage-responses.ts";
export type { NodeDistance, TrajectoryMoments } from "./trajectory.ts";
export {
  type DeviceEvaluation,
  type TransferOptions,
  type TransferProgress,
  transferNetwork,
} from "./transfer.ts";
export { createTwinDevice, type TwinDeviceOptions } from "./twin-device.ts";
