/**
 * tasks: what a network is asked to do. Inputs, targets, splits, scores, and what is reached
 * without any device. Not for networks or training, and not for files other than a task's data.
 *
 * ```ts
 * const stream = createStream(7);
 * const task = await createTask({ name: "narma5", split: "reservoir" }, childStream(stream, "task"));
 * const outputs = task.test.map(({ input }) => createArray([input.shape[0], 1]));
 * const { value, n } = scorePredictions(task, task.test, outputs);
 * const baselines = computeBaselines(task, childStream(stream, "baselines"));
 * const lines = [`all zeros: ${value.toFixed(3)} on ${n} steps`];
 * for (const [name, score] of Object.entries(baselines)) lines.push(`${name}: ${score.toFixed(3)}`);
 * ```
 */
export { type BaselineOptions, computeBaselines } from "./baselines.ts";
export {
  createInformationCapacity,
  createMemoryCapacity,
  type InformationCapacityOptions,
  type MemoryCapacityOptions,
} from "./capacity.ts";
export {
  type Capacities,
  capacitiesOf,
  informationCapacity,
  memoryCapacity,
} from "./capacity-score.ts";
export {
  createTask,
  listTasks,
  TASK_NAMES,
  type TaskListing,
  type TaskSources,
  type TaskSpec,
} from "./catalogue.ts";
export { readJapaneseVowels, readSantaFe, readSpokenDigits } from "./data-folder.node.ts";
export {
  createEchoState,
  type EchoState,
  type EchoStateOptions,
} from "./echo-state.ts";
export {
  createFreeEchoState,
  createFreeRun,
  type FreeRunner,
  type FreeRunOptions,
  type FreeRunStart,
  scoreFreeRun,
} from "./free-run.ts";
export {
  createJapaneseVowels,
  JAPANESE_VOWELS_FILES,
  type JapaneseVowelsOptions,
} from "./japanese-vowels.ts";
export { createMackeyGlass, type MackeyGlassOptions, walkMackeyGlass } from "./mackey-glass.ts";
export { createMelFilters, type MelOptions, melFeatures, resampleFrames } from "./mel.ts";
export { createNarma, createNarma5, type NarmaName, type NarmaSplit, walkNarma } from "./narma.ts";
export { parseOwnArrays } from "./own-arrays.ts";
export { type OwnTable, parseOwnTables } from "./own-table.ts";
export { readOwnTask } from "./own-task.node.ts";
export {
  createOwnTask,
  type OwnContents,
  type OwnSequence,
  type OwnTaskOptions,
  PART_NAMES,
} from "./own-task.ts";
export { createSantaFe, SANTA_FE_FILE } from "./santa-fe.ts";
export {
  accuracy,
  isHigherBetter,
  nmseByVariance,
  nrmseBySd,
  type ScoreResult,
  scorePredictions,
} from "./scores.ts";
export { createSineSquare, POINTS_PER_PERIOD, type SineSquareOptions } from "./sine-square.ts";
export { createSpokenDigits, type SpokenDigitsOptions } from "./spoken-digits.ts";
export type { ScoreName, Task, TaskSequence } from "./task.ts";
export { parseWav, type Sound } from "./wav.ts";
export { createYinYang, type YinYangOptions, yinYangClass } from "./yin-yang.ts";
