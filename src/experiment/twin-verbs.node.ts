import { childStream, createArray, createStream, fault, type HostArray } from "../base/index.ts";
import {
  formatNpz,
  hashRecording,
  readArray,
  readRecording,
  writeAtomically,
} from "../data/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import {
  type FitOptions,
  fitTwin,
  type PhaseRecord,
  readTwin,
  type SimulateOnce,
  simulateTwin,
  type Twin,
  writeTwin,
} from "../twin/index.ts";
import { parseDuration } from "./duration.ts";
import { fitFolderOf, runFit } from "./fit-folder.node.ts";
import { programName } from "./host.node.ts";
import { checkDrive, checkFree, readInput, readText } from "./input.node.ts";
import { progressOf } from "./judge-twin.ts";
import { holdOut } from "./loop-device.ts";
import { merge, parseOverrides } from "./overrides.ts";
import { checkRecipe, planOf, readYaml } from "./recipe.ts";
import type { VerbContext } from "./verb.ts";

/** One realisation of a twin, for its self-check. */
export const simulateWith =
  (kernels: KernelModule): SimulateOnce =>
  (twin, drive, stream) =>
    simulateTwin(kernels, twin, drive, { stream });

/** What to fit and how. */
export interface FitFileOptions {
  readonly recording: string;
  /** The twin folder. */
  readonly out: string;
  /** A recipe; its section `twin` counts. */
  readonly recipe?: string;
  /** "twin.delays=4". */
  readonly settings?: readonly string[];
  /** "60s": replaces the numbers of updates, which are recorded. */
  readonly budget?: string;
  readonly seed: number;
  /** Go on with a fit that was cut off, with the same bits; begin one where there is none. */
  readonly resume?: boolean;
  /** Least time between two checkpoints (default "10s"). */
  readonly checkpoint?: string;
}

/** What a fit says. */
export interface FittedFile {
  readonly path: string;
  /** The run folder of the fit. */
  readonly run: string;
  readonly phases: readonly PhaseRecord[];
  readonly text: string;
}

/**
 * Fit a twin to a recording and write its folder.
 *
 * Half of the repeated sequences are left to `validateFile`. Metrics, log and checkpoints go to
 * `<out>.fit`, where a fit that was cut off is gone on with.
 *
 * @throws  `bad-value` if something is there, or what is there was begun with other options.
 */
export async function fitFile(
  { recording: path, out, seed, resume = false, ...chosen }: FitFileOptions,
  { signal, onProgress, onRemark }: VerbContext,
): Promise<FittedFile> {
  checkFree(out);
  const interval = readSeconds("--checkpoint", chosen.checkpoint ?? "10s");
  const recording = await readInput(readRecording(path));
  const { fit, twin: section } = await readFitOptions(chosen);
  const sha256 = hashRecording(recording);
  const config = { recording: path, sha256, seed, budget: chosen.budget, twin: section };
  const kernels = await loadKernelModule();
  const { seen } = holdOut(recording);
  const phases = await runFit({ out, config, kernels, resume, interval }, async (run, life) => {
    const { twin } = await fitTwin(kernels, seen, fit, {
      ...{ ...life, seed, signal },
      stream: childStream(createStream(seed), "fit"),
      onPlan: (phase, memory) => onRemark?.(`fit: ${phase} takes ${memory}`),
      onProgress: (report) => {
        run.addMetrics({ stage: "fit", ...report });
        onProgress?.(progressOf(report));
      },
    });
    await writeTwin(out, twin, {
      program: await programName(),
      simulate: simulateWith(kernels),
      datasets: [sha256],
    });
    const records = twin.training?.phases ?? [];
    await run.note({ results: { phases: records.map(({ history: _, ...record }) => record) } });
    return records;
  });
  const text = [`twin written to ${out}`, ...phases.map(describePhase)].join("\n");
  return { path: out, run: fitFolderOf(out), phases, text };
}

function describePhase({ name, steps, planned, validation }: PhaseRecord): string {
  const updates = planned === undefined ? `${steps}` : `stopped early after ${steps} of ${planned}`;
  return `${name}: ${updates} updates, validation ${Number(validation.toPrecision(4))}`;
}

/** Options of a fit, and the recipe's section with its defaults from which they were made. */
async function readFitOptions({
  recipe,
  settings = [],
  budget,
}: Pick<FitFileOptions, "recipe" | "settings" | "budget">): Promise<{
  readonly fit: FitOptions;
  readonly twin: object;
}> {
  const file = recipe === undefined ? {} : readYaml(await readText(recipe), recipe);
  const { twin } = merge({ twin: file.twin ?? {} }, parseOverrides(settings));
  const rest = { device: { kind: "leaky-integrator" }, task: { name: "sineSquare" } };
  const checked = checkRecipe({ name: "fit", twin, ...rest }, recipe ?? "twin fit");
  const { fit } = planOf(checked, undefined, () => 0);
  if (budget === undefined) return { fit, twin: checked.twin };
  const seconds = readSeconds("--budget", budget);
  const clock = (): number => performance.now() / 1000;
  return { fit: { ...fit, budget: { seconds, clock } }, twin: checked.twin };
}

function readSeconds(option: "--budget" | "--checkpoint", text: string): number {
  const seconds = parseDuration(text);
  if (seconds > 0 || (seconds === 0 && option === "--checkpoint")) return seconds;
  throw fault("bad-value", {
    where: `twin fit ${option}`,
    what: "this is not a time",
    got: `'${text}'`,
    expected: "a number with s, min or h",
    fix: `Write, for example, ${option} 60s`,
  });
}

/** What to simulate. */
export interface SimulateFileOptions {
  readonly twin: string;
  /** .npy: [time], [time, inputs] or [sequences, time, inputs], device units. */
  readonly drive: string;
  readonly repeats: number;
  /** .npz to write. */
  readonly out: string;
  readonly seed: number;
  /** Follow drives beyond the recorded range. */
  readonly allowExtrapolation?: boolean;
}

/** What was simulated. */
export interface SimulatedFile {
  readonly path: string;
  /** [sequences, repeats, time, observables] */
  readonly shape: readonly number[];
}

/**
 * Write realisations of a twin: `observables` [sequences, repeats, time, observables], `drive`, `dt`.
 *
 * @throws  `shape-mismatch` for a drive of another shape; `out-of-range` if it leaves what was
 *          recorded.
 */
export async function simulateFile(options: SimulateFileOptions): Promise<SimulatedFile> {
  const kernels = await loadKernelModule();
  const { twin } = await readTwin(options.twin, { simulate: simulateWith(kernels) });
  const drive = toSequences(await readArray(options.drive), twin, options.drive);
  checkDrive(drive, options.drive);
  if (!options.allowExtrapolation) checkRange(drive, twin, options.drive);
  const observables = simulateTwin(kernels, twin, drive, {
    repeats: options.repeats,
    stream: childStream(createStream(options.seed), "simulate"),
  });
  const arrays = new Map([
    ["observables", observables],
    ["drive", drive],
    ["dt", createArray([], [twin.dt])],
  ]);
  await writeAtomically(options.out, formatNpz(arrays));
  return { path: options.out, shape: observables.shape };
}

function toSequences(array: HostArray, twin: Twin, where: string): HostArray {
  const { shape, data } = array;
  const inputs = twin.inputs.length;
  if (shape.length === 1 && inputs === 1) return createArray([1, shape[0], 1], data);
  if (shape.length === 2 && shape[1] === inputs) return createArray([1, ...shape], data);
  if (shape.length === 3 && shape[2] === inputs) return array;
  throw fault("shape-mismatch", {
    where,
    what: "the drive does not fit the twin",
    got: `[${shape.join(", ")}]`,
    expected: `[time, ${inputs}] or [sequences, time, ${inputs}]`,
    fix: `Give one column for each of ${twin.inputs.map(({ name }) => name).join(", ")}`,
  });
}

function checkRange(drive: HostArray, twin: Twin, where: string): void {
  const count = twin.inputs.length;
  twin.limits.forEach(({ min, max }, i) => {
    const values = drive.data.filter((_, k) => k % count === i);
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    if (low >= min && high <= max) return;
    const { name, unit } = twin.inputs[i];
    throw fault("out-of-range", {
      where,
      what: `the drive '${name}' leaves the range that was recorded`,
      got: rangeText(low, high, unit),
      expected: `within ${rangeText(min, max, unit)}`,
      fix: "Stay within the range, or add --allow-extrapolation and trust nothing beyond it",
    });
  });
}

// Seven digits: what a 32-bit file holds, so that two numbers that differ look different.
const rangeText = (low: number, high: number, unit: string): string =>
  `${Number(low.toPrecision(7))} to ${Number(high.toPrecision(7))}${unit === "1" ? "" : ` ${unit}`}`;
