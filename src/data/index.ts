/**
 * data: what was measured, in memory and in files. Recordings, their checks, their summary in plain
 * words, their splits; the formats .npy, .npz and .h5, and .mat and .csv to read. Not for driving devices (`devices`) nor for
 * what a twin makes of a recording (`twin`).
 *
 * ```ts
 * const recording: Recording = {
 *   dt: 0.001,
 *   inputs: [{ name: "field", unit: "mT", min: -30, max: 30 }],
 *   observables: [{ name: "resistance", unit: "ohm" }],
 *   parts: [{ name: "drive_set", drive, response }],
 * };
 * await writeRecording("rec.h5", recording);
 * const [part] = (await readRecording("rec.h5")).parts;
 * const { train, validation } = splitSequences(part, { validationShare: 0.2 }, createStream(7));
 * const seen = selectSequences(part, train);
 * const summary = formatSummary(describeRecording(recording));
 * ```
 */
export {
  type Contents,
  dataChunks,
  largestData,
  type ParseOptions,
  type Sha256,
} from "./contents.ts";
export { type LagCorrelation, lagCorrelation } from "./correlation.ts";
export { type CsvColumn, parseChannelName, parseCsv } from "./csv.ts";
export {
  hashRecording,
  holdsRecording,
  importArrays,
  importRecording,
  readArray,
  readRecording,
  sha256,
  type WriteOptions,
  writeArray,
  writeAtomically,
  writeRecording,
} from "./files.node.ts";
export { type FrameBlock, type FrameWriter, openFrames, readFrames } from "./frames.node.ts";
export type { MissingRule } from "./gaps.ts";
export { formatHdf5Recording } from "./hdf5.ts";
export { parseHdf5Recording } from "./hdf5-isolated.node.ts";
export { blocksOf, type FramedPart, type FramedRecording } from "./hdf5-pack.node.ts";
export { type ImportOptions, joinRecordings, type NamedRecording } from "./import.ts";
export type { ArrangeOptions, ImportedRecording } from "./import-arrays.ts";
export { noiseKurtosis } from "./kurtosis.ts";
export type { DriveAxis, Layout, ResponseAxis } from "./layout.ts";
export { type MatFile, parseMat5 } from "./mat5.ts";
export { formatNpy, type NpyArray, type NpyType, parseNpy } from "./npy.ts";
export { formatNpz, type NpzFile, type NpzOptions, parseNpz } from "./npz.ts";
export { formatNpzRecording, parseNpzRecording } from "./npz-recording.ts";
export { gatherFrames, moveIntoPlace, packFrames } from "./pack-frames.node.ts";
export {
  type Channel,
  checkRecording,
  type PartSize,
  partAxes,
  type Recording,
  type RecordingPart,
  sizeOfPart,
} from "./recording.ts";
export type { DriveHeld } from "./resample.ts";
export { type RunDeviation, runDeviations, type SlowChange, slowChange } from "./samples.ts";
export {
  type SequenceSplit,
  type SplitOptions,
  selectRepeats,
  selectSequences,
  splitSequences,
} from "./split.ts";
export {
  describeRecording,
  type InputSummary,
  type ObservableSummary,
  type PartSummary,
  type RecordingSummary,
} from "./summary.ts";
export { formatSummary } from "./summary-text.ts";
