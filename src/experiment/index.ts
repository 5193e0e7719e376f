/**
 * experiment: what a user asks for, as functions that any front end can call: record, import, fit,
 * validate, simulate, train, transfer, whole recipes; run folders and their reports. No numerics of
 * its own, and nothing that prints.
 *
 * ```ts
 * const run = await runRecipe({ recipe: "recipes/quickstart.yaml", quick: true }, {
 *   onProgress: ({ stage, done, total }) => draw(stage, done / total),
 * });
 * show(run.text, run.report);
 * ```
 */
export {
  type CheckedKind,
  type CheckKindOptions,
  checkKind,
  type DescribedKind,
  describeKind,
  listKinds,
} from "./devices-verb.ts";
export { type Examination, examine } from "./doctor.node.ts";
export { driverSchema } from "./driver-file.ts";
export { parseDuration } from "./duration.ts";
export { hostFacts, programName, readVersion } from "./host.node.ts";
export {
  type DescribedFile,
  describeFile,
  type ImportedFile,
  type ImportOptions,
  importFiles,
} from "./import.node.ts";
export { type LedgerEntry, ledgerText } from "./ledger.ts";
export type { FittedDevice } from "./loop-device.ts";
export type { LoopPlan } from "./loop-plan.ts";
export { type ArmResult, type LoopResult, summariseLoop } from "./loop-transfer.ts";
export {
  type PlannedRecording,
  type PlanOptions,
  type PlanSource,
  planRecording,
} from "./plan.node.ts";
export type { PlanCost, PlanExplanation } from "./plan-explain.ts";
export { checkPlan, planSchema, type WrittenPlan } from "./plan-file.ts";
export { planPresets } from "./plan-presets.ts";
export { checkRecipe, planOf, type Recipe, readYaml, recipeSchema } from "./recipe.ts";
export { type RecordedFile, type RecordOptions, recordDevice } from "./record.node.ts";
export {
  type RehearsedRecording,
  type RehearsedRun,
  rehearseRecording,
} from "./rehearse.node.ts";
export { reportRun } from "./report-run.node.ts";
export { type RunFolder, type RunRecord, readRun, runInFolder } from "./run-folder.node.ts";
export { type LoopRun, runLoop, type TrainRun } from "./run-loop.node.ts";
export {
  quickstartRecipe,
  type RunRecipeOptions,
  runRecipe,
  trainRecipe,
} from "./run-recipe.node.ts";
export { type ServeDeviceOptions, serveNamed } from "./serve-device.node.ts";
export {
  type TestRunOptions,
  type TransferRun,
  type TransferRunOptions,
  type TwinScore,
  testRun,
  transferRun,
} from "./stored-run.node.ts";
export {
  type DescribedTask,
  type DescribeTaskOptions,
  describeTask,
  listTaskNames,
  type PartDescription,
} from "./tasks-verb.ts";
export {
  type FitFileOptions,
  type FittedFile,
  fitFile,
  type SimulatedFile,
  type SimulateFileOptions,
  simulateFile,
} from "./twin-verbs.node.ts";
export { type ValidatedFile, type ValidateOptions, validateFile } from "./validate-file.node.ts";
export type { Progress, VerbContext } from "./verb.ts";
