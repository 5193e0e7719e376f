/**
 * twin: the noisy digital twin of a device, how it is fitted to a recording, simulated and judged.
 * Not for networks of twins nor for carrying anything back to a device.
 *
 * ```ts
 * const kernels = await loadKernelModule();
 * const { twin } = await fitTwin(kernels, recording, { twin: { delays: 1 } }, {
 *   stream: createStream(7),
 *   onProgress: ({ phase, step, steps }) => showProgress(phase, step / steps),
 * });
 * const paths = simulateTwin(kernels, twin, drive, { repeats: 100, stream: createStream(8) });
 * ```
 */

export {
  type ReadTwinOptions,
  readTwin,
  type WriteTwinOptions,
  writeTwin,
} from "#twin-files";
export {
  type FitCheckpoint,
  type FitCourse,
  type KeepCheckpoint,
  type Resumable,
  resumeGenerator,
  resumeProgram,
  together,
} from "./checkpoint.ts";
export { formatCheckpoint, parseCheckpoint } from "./checkpoint-file.ts";
export {
  createDataset,
  type DatasetOptions,
  type PathSet,
  type TwinDataset,
} from "./dataset.ts";
export { createDriftPhase, type DriftOptions } from "./drift.ts";
export type { DriveBin, DrivenRange, DriveRange } from "./drive-range.ts";
export { createEnergyScorePhase, type EnergyScoreOptions } from "./energy-score.ts";
export type { SimulateOnce, StoredTwin, TwinRecord } from "./files.ts";
export {
  type FitBudget,
  type FitContext,
  type FitOptions,
  type FitResult,
  fitTwin,
} from "./fit.ts";
export type { FreeRun } from "./free-run.ts";
export type { BothSides, Measure } from "./measure.ts";
export {
  carrierAt,
  carrierSequence,
  createTwinGraph,
  parametersOf,
  type TwinGraph,
  type TwinStepArguments,
} from "./model.ts";
export {
  type BudgetInput,
  type BudgetOptions,
  type NoiseBudget,
  noiseBudget,
  type ObservableBudget,
  type SourceShares,
} from "./noise-budget.ts";
export { keepSources, type NoiseSource, noiseSources, sourcesOf } from "./noise-sources.ts";
export { createObservationPhase, type ObservationOptions } from "./observation.ts";
export type { FitProgress, Phase, PhaseContext, PhaseResult } from "./phase.ts";
export { type ReferenceErrors, referenceErrors } from "./reference-errors.ts";
export { formatSafetensors, parseSafetensors } from "./safetensors.ts";
export { type FloorOptions, samplingFloor } from "./sampling-floor.ts";
export { energyScore, type ScoreSize, type ScoreTerm } from "./score-graph.ts";
export { type SimulateOptions, simulateTwin } from "./simulate.ts";
export { removeSlowDrift, type SlowDrift, type SteadyResponse } from "./slow-drift.ts";
export type { SpectrumMeasure } from "./spectrum.ts";
export { initialState } from "./start.ts";
export {
  createTwin,
  type DataCount,
  type DriveFeature,
  driveFeatures,
  type HiddenLayers,
  type PhaseRecord,
  ranksOf,
  type Scale,
  type SharedRanks,
  type StartLaw,
  sizesOf,
  type TrainingRecord,
  type Twin,
  type TwinBasis,
  type TwinOptions,
  type TwinScales,
  type TwinSizes,
} from "./twin.ts";
export {
  type CompareOptions,
  type ComparisonCounts,
  compareRepeats,
  type TwinValidation,
} from "./validation.ts";
export {
  gradeOf,
  type TwinGrade,
  type VerdictMeasures,
  verdictOf,
  verdictThresholds,
} from "./verdict.ts";
