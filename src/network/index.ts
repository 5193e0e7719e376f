/**
 * network: graphs of device twins with masks, couplings and a readout, and their training through
 * the twins. Not for fitting twins, nor for running real devices: see `twin` and `deploy`.
 *
 * ```ts
 * const network = createLayeredNetwork({
 *   layers: [32, 32], taskInputs: task.inputs, outputs: task.outputs, hold: 4,
 *   twin: { name: "rings", kind: nodeKindOf(twin) },
 *   readout: { over: "time-mean" },
 * }, childStream(stream, "network"));
 * const context = { stream: childStream(stream, "training") };
 * const trained = await trainNetwork(kernels, network, twin, task, { arm: "noise-aware" }, context);
 * const score = evaluateOnTwin(kernels, trained.network, twin, task, task.test, { noise: true, runs: 8, stream });
 * ```
 */
export { chooseWindow } from "./batches.ts";
export {
  applyReadoutGraph,
  createNetworkGraph,
  type NetworkGraph,
  type NetworkGraphSize,
  networkInputs,
} from "./bptt.ts";
export { checkNetwork, findNetworkProblems } from "./check.ts";
export { isConstrained, projectNetwork, projectWeights, violations } from "./constraints.ts";
export { createDriveSource, type DriveSource } from "./drive.ts";
export { checkTask, type EvaluateOptions, type Evaluation, evaluateOnTwin } from "./evaluate.ts";
export { stepsPerUpdate } from "./feeder.ts";
export { readNetwork, type WriteNetworkOptions, writeNetwork } from "./files.node.ts";
export { formatNetwork, type NetworkFiles, parseNetwork, type StoredNetwork } from "./files.ts";
export {
  createReadoutFit,
  type FitReadoutOptions,
  type FittedReadout,
  fitReadout,
  isBetter,
  type ReadoutFit,
  type ReadoutFitOptions,
} from "./fit-readout.ts";
export {
  createLoopTrainer,
  type LoopBatch,
  type LoopTrainer,
  type LoopTrainOptions,
  type MeasuredRun,
} from "./in-the-loop.ts";
export { nodeKindOf } from "./kind.ts";
export { standardiseResponse } from "./limits.ts";
export {
  type Block,
  blockOf,
  type ChannelScales,
  type Converters,
  choicesOf,
  type InputLimit,
  type Network,
  type NetworkEdge,
  type NetworkNode,
  type NetworkShape,
  type NetworkSizes,
  type NodeKind,
  type NodeLayout,
  type Readout,
  type SampleChoice,
  sizesOf,
  type WeightConstraint,
  weightShapes,
} from "./network.ts";
export { type TrainedPart, trainedParts } from "./objective.ts";
export {
  type ChainOptions,
  createChainNetwork,
  createLayeredNetwork,
  createNetwork,
  createRandomNetwork,
  type FreeGraph,
  type FreeNode,
  type LayeredOptions,
  type NetworkOptions,
  type RandomOptions,
} from "./presets.ts";
export { featuresOf, readOutputs, readoutMap, withReadout } from "./readout.ts";
export {
  createNetworkSimulator,
  type NetworkSimulator,
  type SimulatedRun,
  type SimulatorSize,
} from "./simulate.ts";
export { type Stage, stagesOf } from "./stages.ts";
export {
  compareScores,
  type ScoreDifference,
  type ScoreSummary,
  summariseScores,
} from "./summary.ts";
export {
  type TrainContext,
  type TrainProgress,
  type TrainResult,
  trainNetwork,
  withOutputScales,
} from "./train.ts";
export type { TrainOptions } from "./trainer.ts";
export type { NodeGraphs, NodeTwins } from "./twins.ts";
export { createNetworkWalker, type NetworkWalker } from "./walk.ts";
export type { WeightScales } from "./weights.ts";
