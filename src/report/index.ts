/**
 * report: figures and pages from results. Every figure is a function from plain data to a title, a
 * caption, an SVG and the numbers behind it; `formatReport` binds them into one page that loads
 * nothing. This room reads no files and computes no scores: it draws what it is given.
 *
 * ```ts
 * const figure = transferChart({
 *   score: "nrmseBySd",
 *   higherIsBetter: false,
 *   arms: [{ arm: "noise-aware", twinNoiseOn: { value: 0.2 }, device: { value: 0.22 } }],
 *   baselines: { "linear delay line": 0.373 },
 * });
 * const sections = [{ heading: "Transfer", figures: [figure] }];
 * const page = formatReport({ title: "NARMA-10 on nano-rings", sections });
 * ```
 */
export { type ConfusionInput, confusionMatrix } from "./confusion-matrix.ts";
export { correlationMatrices, type DrawnCorrelation } from "./correlation-matrices.ts";
export { type DeviceAgainstTwinOptions, deviceAgainstTwin } from "./device-against-twin.ts";
export {
  type DrawnDriveBin,
  type DrawnDriveRange,
  errorAlongDrive,
} from "./error-along-drive.ts";
export type { Figure, FigureWords } from "./figure.ts";
export { type DrawnFreeRun, type FreeRunErrorOptions, freeRunError } from "./free-run-error.ts";
export {
  type NetworkDrawing,
  type NetworkEdge,
  type NetworkGraphOptions,
  type NetworkNode,
  networkGraph,
} from "./network-graph.ts";
export type { NodeKind } from "./network-layout.ts";
export { type NodeActivityOptions, type NodeDrive, nodeActivity } from "./node-activity.ts";
export { type NoiseAgainstDriveOptions, noiseAgainstDrive } from "./noise-against-drive.ts";
export { type DrawnBudget, noiseBudgetBars } from "./noise-budget-bars.ts";
export { type NoiseCorrelationOptions, noiseCorrelation } from "./noise-correlation.ts";
export { type DrawnSpectrum, type NoiseSpectrumOptions, noiseSpectrum } from "./noise-spectrum.ts";
export { formatNumber, formatQuantity } from "./number.ts";
export { formatReport, type Report, type ReportOptions, type ReportSection } from "./page.ts";
export {
  type ClassificationInput,
  type Prediction,
  type PredictionOptions,
  predictionAgainstTarget,
  type RegressionInput,
} from "./prediction.ts";
export { rankHistogram } from "./rank-histogram.ts";
export { type RecordingOverviewOptions, recordingOverview } from "./recording-overview.ts";
export { recordingReport } from "./recording-page.ts";
export type { Comparison, Selection } from "./samples.ts";
export { type Cell, formatHtmlTable, type ReportTable, type TableColumn } from "./table.ts";
export { displayWidth, formatTable, type TerminalTableOptions } from "./terminal.ts";
export {
  type TrainingCurve,
  type TrainingCurvesOptions,
  trainingCurves,
} from "./training-curves.ts";
export {
  type TransferArm,
  type TransferInput,
  type TransferPlace,
  type TransferScore,
  transferChart,
} from "./transfer-chart.ts";
export {
  type DrawnMeasure,
  type RatioThreshold,
  validationMeasures,
} from "./validation-measures.ts";
