// A plan from a file, a preset and settings, for a virtual device or one behind a driver; and the verb that explains it.
import { readFile } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { stringify } from "yaml";
import { childStream, createArray, createStream, fault, type HostArray } from "../base/index.ts";
import {
  noiseKurtosis,
  parseCsv,
  readArray,
  readRecording,
  writeAtomically,
} from "../data/index.ts";
import {
  createDevice,
  type Device,
  type DeviceDescription,
  type DeviceSpec,
  findRange,
  gaussianKurtosis,
  type SweptInput,
} from "../devices/index.ts";
import { checkFree, readInput, readText } from "./input.node.ts";
import { seedsOf } from "./loop-device.ts";
import { checkBriefly, withDriver } from "./open-driver.node.ts";
import { merge, type Plain, parseOverrides } from "./overrides.ts";
import {
  explainPlan,
  formatExplanation,
  formatSweep,
  type PlanExplanation,
} from "./plan-explain.ts";
import { badPlan, checkPlan, type WrittenPlan } from "./plan-file.ts";
import { expandPreset } from "./plan-presets.ts";
import { type ResolvedPlan, resolvePlan } from "./plan-resolve.ts";
import { readYaml } from "./recipe.ts";
import type { VerbContext } from "./verb.ts";

/** Where a plan comes from. */
export interface PlanSource {
  /** Kind of the device, or its driver. */
  readonly device: string;
  /** The device, opened, where it is a driver's. */
  readonly driven?: Device;
  /** A YAML file as in docs/recording.md. */
  readonly plan?: string;
  /** A preset, in place of a file. Default "standard". */
  readonly preset?: string;
  /** "device.sigma=0.3", "parts.ladder.repeats=5"; for a preset also "record.repeats=100". */
  readonly settings?: readonly string[];
  /** Goes before the plan's own. */
  readonly seed?: number;
}

/** A device behind a driver, in a request: its name, and never its command. */
export interface DrivenSpec {
  readonly kind: string;
  readonly isDriven: true;
}

/** A plan and the device that it is for. */
export interface LoadedPlan {
  readonly written: WrittenPlan;
  readonly seed: number;
  readonly device: DeviceSpec | DrivenSpec;
  readonly description: DeviceDescription;
  /** File name, for messages. */
  readonly where: string;
  /** Folder to which paths in the plan are relative. */
  readonly folder: string;
}

/**
 * Read a plan, or make one of a preset, and find its device.
 *
 * @throws  `bad-recipe` with everything that is wrong with the plan; `unknown-name` for a device,
 *          an option of it or a preset; `missing-file`.
 */
export async function loadPlan(source: PlanSource): Promise<LoadedPlan> {
  const { device: kind, plan: path, preset = "standard", settings = [] } = source;
  if (path !== undefined && source.preset !== undefined) throw twoPlans(path, preset);
  const given = parseOverrides(settings);
  if (path !== undefined) {
    const written = checkPlan(merge(readYaml(await readText(path), path), given), path);
    return toLoaded(written, source, { where: path, folder: dirname(path) });
  }
  const { record = {}, parts = {}, ...rest } = given;
  // The sizes of a preset depend on the device, which is known before its parts are.
  const any = { any: { drive: { family: "ladder" } } };
  const bare = await toLoaded(checkPlan({ ...rest, parts: any }, preset), source, {
    where: preset,
    folder: ".",
  });
  const expanded = expandPreset(preset, record as Plain, bare.description, preset);
  return { ...bare, written: checkPlan(merge(expanded, { ...rest, parts }), preset) };

  async function toLoaded(
    written: WrittenPlan,
    { seed = written.seed ?? 0 }: PlanSource,
    place: Pick<LoadedPlan, "where" | "folder">,
  ): Promise<LoadedPlan> {
    const { driven } = source;
    const device = driven
      ? drivenSpec(kind, written, place.where)
      : specOf(kind, written, seed, place.where);
    const description = await openSpec(device, driven).describe();
    return { written, seed, device, description, ...place };
  }
}

/** The device of a request: the one that was opened, or a new virtual one. */
export function openSpec(spec: DeviceSpec | DrivenSpec, driven?: Device): Device {
  if (driven) return driven;
  if (!isDrivenSpec(spec)) return createDevice(spec);
  throw fault("bad-value", {
    where: "record",
    what: "the device of this recording is behind a driver, which was not named",
    got: `'${spec.kind}' in a file`,
    expected: "the driver on the command line",
    fix: `Name it: twinloom record ${spec.kind} ...`,
  });
}

const isDrivenSpec = (spec: DeviceSpec | DrivenSpec): spec is DrivenSpec => "isDriven" in spec;

function drivenSpec(kind: string, { device }: WrittenPlan, where: string): DrivenSpec {
  const { kind: own = kind, disorder: _, ...options } = device;
  const names = Object.keys(options);
  const problems = names.map((name) => `device.${name}: only virtual devices have options`);
  if (own !== kind) problems.push(`device.kind: the plan is for '${own}', not for '${kind}'`);
  if (problems.length > 0) throw badPlan(where, problems);
  return { kind, isDriven: true };
}

function specOf(kind: string, written: WrittenPlan, seed: number, where: string): DeviceSpec {
  const { kind: own = kind, disorder, instrument, ...options } = written.device;
  if (own !== kind) {
    throw badPlan(where, [`device.kind: the plan is for '${own}', and the device is '${kind}'`]);
  }
  const seeds = seedsOf(childStream(createStream(seed), "device"), disorder[0], "recording");
  return { ...options, kind, seeds, ...(instrument ? { instrument } : {}) };
}

/** Draw what a loaded plan asks for. */
export function resolveLoaded(
  { written, seed, description, where, folder }: LoadedPlan,
  swept?: readonly SweptInput[],
): Promise<ResolvedPlan> {
  const readDrive = (path: string): Promise<HostArray> => readDriveFile(resolve(folder, path));
  return resolvePlan(written, { description, seed, where, swept, readDrive });
}

/** A drive in a .npy, or in the columns of a .csv. */
async function readDriveFile(path: string): Promise<HostArray> {
  if (extname(path).toLowerCase() === ".npy") return readInput(readArray(path));
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw fault("missing-file", {
      where: path,
      what: "the drive cannot be read",
      got: error.code ?? String(error),
      expected: "a .npy or .csv file",
      fix: "Check the path; it is relative to the plan",
    });
  });
  const columns = parseCsv(bytes, path);
  const time = columns[0].values.length;
  const array = createArray([time, columns.length]);
  for (let i = 0; i < array.data.length; i++) {
    array.data[i] = columns[i % columns.length].values[Math.floor(i / columns.length)];
  }
  return array;
}

/** Find the range of a device that a plan leaves to a sweep. Drives the device. */
export async function sweepDevice(
  { seed }: Pick<LoadedPlan, "seed">,
  device: Device,
  { signal, onProgress }: VerbContext,
): Promise<SweptInput[]> {
  const stream = childStream(createStream(seed), "range");
  const draw = ({ done, total }: { readonly done: number; readonly total: number }): void =>
    onProgress?.({ stage: "find the range", done, total, unit: "runs" });
  return findRange(device, { stream, signal, onProgress: draw });
}

/** The device for a sweep: a virtual one is the sample of the plan, with noise of its own. */
export function sweptDevice({ device, seed, written }: LoadedPlan, driven?: Device): Device {
  if (driven || isDrivenSpec(device)) return openSpec(device, driven);
  const stream = childStream(createStream(seed), "device");
  return createDevice({ ...device, seeds: seedsOf(stream, written.device.disorder[0], "range") });
}

/** A plan with the numbers of a sweep in place of `find`. */
export function withRange(written: WrittenPlan, swept: readonly SweptInput[]): WrittenPlan {
  const range = swept.map((input) => input.range);
  const replaced = <Where extends { readonly range?: WrittenPlan["range"] }>(
    where: Where,
  ): Where => (where.range === "find" ? { ...where, range } : where);
  const parts = Object.entries(written.parts).map(([name, part]) => [name, replaced(part)]);
  return { ...replaced(written), parts: Object.fromEntries(parts) };
}

/** What `plan` is asked for. */
export interface PlanOptions extends PlanSource {
  /** Where the plan is written. */
  readonly out?: string;
  readonly explain?: boolean;
  /** Drive the device now to find its range. */
  readonly findRange?: boolean;
  /** A recording whose noise tells the kurtosis. */
  readonly from?: string;
  /** A wanted relative error beside the usual ones. */
  readonly error?: number;
}

/** A plan, what it costs, and both as text. */
export interface PlannedRecording {
  readonly plan: WrittenPlan;
  readonly path?: string;
  readonly explanation: PlanExplanation;
  readonly found?: readonly SweptInput[];
  readonly text: string;
}

/**
 * Make a plan and say what it takes. Nothing is driven, unless the range is to be found now.
 *
 * @throws  As {@link loadPlan}; `bad-recipe` if the plan does not fit the device; `bad-value` if
 *          `out` is taken.
 */
export async function planRecording(
  options: PlanOptions,
  context: VerbContext,
): Promise<PlannedRecording> {
  const { out, findRange: isSwept } = options;
  if (out !== undefined) checkFree(out);
  return withDriver(options.device, context, { isDry: !isSwept }, async (driven) => {
    if (driven && isSwept) await checkBriefly(driven, context);
    return planOpened({ ...options, driven }, context);
  });
}

async function planOpened(options: PlanOptions, context: VerbContext): Promise<PlannedRecording> {
  const { out, explain = false, error, driven } = options;
  const loaded = await loadPlan(options);
  const kurtosis = options.from === undefined ? gaussianKurtosis : await kurtosisOf(options.from);
  const found = options.findRange
    ? await sweepDevice(loaded, sweptDevice(loaded, driven), context)
    : undefined;
  const written = found ? withRange({ ...loaded.written, range: "find" }, found) : loaded.written;
  const resolved = await resolveLoaded({ ...loaded, written });
  const { description } = loaded;
  const explanation = explainPlan({ written, resolved, description, kurtosis, error });
  const yaml = `# A recording plan; docs/recording.md explains every key.\n${stringify(written)}`;
  if (out !== undefined) await writeAtomically(out, yaml);
  const texts = [
    ...(found ? [formatSweep(found)] : []),
    ...(explain ? [formatExplanation(explanation, { written, description })] : []),
    ...(out === undefined ? (explain ? [] : [yaml]) : [`plan: ${out}`]),
  ];
  const path = out === undefined ? {} : { path: out };
  return {
    plan: written,
    ...path,
    explanation,
    ...(found ? { found } : {}),
    text: texts.join("\n\n"),
  };
}

/** The largest kurtosis of the noise of any observable, in the part with the most repeats. */
async function kurtosisOf(path: string): Promise<number> {
  const { parts, observables } = await readInput(readRecording(path));
  const repeatsOf = (part: (typeof parts)[number]): number => part.response.shape[1];
  const part = parts.reduce((best, one) => (repeatsOf(one) > repeatsOf(best) ? one : best));
  const values = repeatsOf(part) < 4 ? [] : observables.map((_, x) => noiseKurtosis(part, x));
  const known = values.filter(Number.isFinite);
  if (known.length > 0) return Math.max(...known);
  throw fault("bad-value", {
    where: path,
    what: "the recording does not tell the kurtosis of the noise",
    got: `${repeatsOf(part)} repeats in part '${part.name}'`,
    expected: "at least 4 repeats, and noise between them",
    fix: "Leave --from out: the noise is then taken for Gaussian",
  });
}

const twoPlans = (path: string, preset: string): Error =>
  fault("bad-value", {
    where: path,
    what: "a plan and a preset cannot both be followed",
    got: `--plan ${path} and --preset ${preset}`,
    expected: "one of them",
    fix: "Leave out --preset, or write it down first: twinloom plan <device> --preset ... -o plan.yaml",
  });
