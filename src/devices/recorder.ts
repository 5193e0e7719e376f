import {
  createArray,
  fault,
  findNonFinite,
  formatShape,
  type HostArray,
  sliceFirst,
} from "../base/index.ts";
import type { Recording, RecordingPart } from "../data/index.ts";
import type { Device, DeviceDescription } from "./device.ts";
import type { PlannedPart, RecordingPlan, ResetPolicy } from "./plan.ts";
import { countRuns, isReset, lastStart, type PlannedRun, runsFrom, runsOf } from "./schedule.ts";

/** How far a recording has come. */
export interface RecordingProgress {
  /** Runs measured, over all parts. */
  readonly done: number;
  /** Runs planned. */
  readonly total: number;
  /** Time for which the device was driven, s of its own time. */
  readonly deviceSeconds: number;
}

/** Options of {@link measureRecording}. */
export interface RecorderOptions {
  /** Ends the recording; what was measured so far is lost. */
  readonly signal?: AbortSignal;
  /** Called after every run. */
  readonly onProgress?: (progress: RecordingProgress) => void;
}

/** A run and what the device answered. */
export interface MeasuredRun extends PlannedRun {
  /** Observables before the first step, where {@link keepsInitial}; [observables], device units. */
  readonly initial?: Float64Array;
  /** [time, observables], device units. */
  readonly response: HostArray;
}

/** Options of {@link measureRuns}. */
export interface RunsOptions {
  readonly signal?: AbortSignal;
  /** The first run to measure (default 0); those before it were measured earlier. */
  readonly from?: number;
  /**
   * Put a device that can seek at the number of each run, so that a recording that goes on later is
   * the one that it would have been. Default false: noise follows from one run to the next.
   */
  readonly isNumbered?: boolean;
  /** Called after every run, and awaited. */
  readonly onRun: (run: MeasuredRun) => void | Promise<void>;
}

/**
 * Measure the runs of a plan one after another.
 *
 * A device that cannot seek and goes on in the middle of a plan is first reset, where the plan has
 * resets; one that can is driven again from the last reset on, without calling `onRun`.
 *
 * @throws  `shape-mismatch` if the plan is for another device; `device-failure` if the device only
 *          plays back or answers with the wrong shape or a non-finite number; `interrupted`; and
 *          whatever fault the device itself reports.
 */
export async function measureRuns(
  device: Device,
  plan: RecordingPlan,
  { signal, from = 0, isNumbered = false, onRun }: RunsOptions,
): Promise<void> {
  const description = await device.describe(signal);
  checkPlan(description, plan);
  const policy = resetPolicy(description, plan);
  const isSought = isNumbered && description.canSeek === true;
  const start = isSought ? lastStart(policy, from) : from;
  for (const planned of runsFrom(plan, start)) {
    if (signal?.aborted) throw givenUp(description, planned.run);
    if (isSought) await device.seek?.(planned.run);
    const isFirst = planned.run === start && start > 0 && policy !== "never";
    const resets = isReset(policy, planned.run) || isFirst;
    const measured = await measureRun(device, { description, plan, signal }, planned, resets);
    if (planned.run >= from) await onRun(measured);
  }
}

/** When a plan has a device reset. */
export function resetPolicy({ canReset }: DeviceDescription, plan: RecordingPlan): ResetPolicy {
  return canReset ? (plan.reset ?? "before-every") : "never";
}

/** Whether the observables before the first step are known for every run of a part. */
export function keepsInitial(
  description: DeviceDescription,
  plan: RecordingPlan,
  { warmUp = 0 }: PlannedPart,
): boolean {
  return warmUp > 0 || resetPolicy(description, plan) === "before-every";
}

/**
 * Measure what a plan asks for, in memory.
 *
 * Parts follow one another. Within a part all sequences are measured once, then all again, and so
 * on, so that slow change does not pass for a difference between sequences; `order` keeps it, from
 * 0 in every part. A plan may state another order and when the device is reset.
 *
 * @param device   Any device that can be driven.
 * @param plan     Drives [sequences, time, inputs], device units, and repeats.
 * @param options  A signal to end it and a listener for progress.
 * @returns        Responses [sequences, repeats, time, observables], device units.
 * @throws         As {@link measureRuns}.
 */
export async function measureRecording(
  device: Device,
  plan: RecordingPlan,
  options: RecorderOptions = {},
): Promise<Recording> {
  const { signal, onProgress } = options;
  const description = await device.describe(signal);
  checkPlan(description, plan);
  const parts = plan.parts.map((part) => emptyPart(part, plan, description));
  const total = countRuns(plan);
  let samples = 0;
  const onRun = (run: MeasuredRun): void => {
    fillPart(parts[plan.parts.indexOf(run.part)], run);
    samples += run.part.drive.shape[1] + (run.part.warmUp ?? 0);
    onProgress?.({ done: run.run + 1, total, deviceSeconds: samples * description.dt });
  };
  await measureRuns(device, plan, { signal, onRun });
  return { ...recordingFacts(description, plan), parts };
}

/** What a recording says of itself beside its parts. */
export function recordingFacts(
  description: DeviceDescription,
  { protocol, seed }: Pick<RecordingPlan, "protocol" | "seed">,
): Omit<Recording, "parts"> {
  const { dt, inputs, observables, carrierPeriod } = description;
  return {
    dt,
    inputs,
    observables,
    ...(carrierPeriod === undefined ? {} : { carrierPeriod }),
    device: { ...description },
    ...(protocol === undefined ? {} : { protocol }),
    ...(seed === undefined ? {} : { seed }),
  };
}

function emptyPart(
  part: PlannedPart,
  plan: RecordingPlan,
  description: DeviceDescription,
): RecordingPart {
  const { name, drive, repeats } = part;
  const [sequences, time] = drive.shape;
  const observables = description.observables.length;
  const response = createArray([sequences, repeats, time, observables]);
  const isKept = keepsInitial(description, plan, part);
  const initial = isKept ? { initial: createArray([sequences, repeats, observables]) } : {};
  return { name, drive, response, ...initial, order: new Int32Array(runsOf(part)) };
}

function fillPart({ response, initial, order }: RecordingPart, run: MeasuredRun): void {
  const row = run.sequence * run.part.repeats + run.repeat;
  response.data.set(run.response.data, row * run.response.data.length);
  if (initial && run.initial) initial.data.set(run.initial, row * run.initial.length);
  if (order) order[row] = run.turn;
}

interface Measuring {
  readonly description: DeviceDescription;
  readonly plan: RecordingPlan;
  readonly signal?: AbortSignal;
}

async function measureRun(
  device: Device,
  { description, plan, signal }: Measuring,
  planned: PlannedRun,
  resets: boolean,
): Promise<MeasuredRun> {
  const { identity } = description;
  const observables = description.observables.length;
  const { part, sequence, repeat } = planned;
  const place = { identity, part: part.name, sequence, repeat };
  const { warmUp = 0 } = part;
  let initial: Float64Array | undefined;
  if (resets) {
    initial = await device.reset(signal);
    checkAnswer(place, "reset", { shape: [initial.length], data: initial }, [observables]);
  }
  const drive = withWarmUp(sliceFirst(part.drive, sequence), warmUp);
  const measured = await device.run(drive, signal);
  checkAnswer(place, "run", measured, [drive.shape[0], observables]);
  const { data } = measured;
  if (warmUp > 0) initial = data.slice((warmUp - 1) * observables, warmUp * observables);
  const kept = warmUp > 0 ? data.slice(warmUp * observables) : data;
  const response = createArray([drive.shape[0] - warmUp, observables], kept);
  const isKept = keepsInitial(description, plan, part);
  return { ...planned, response, ...(isKept ? { initial } : {}) };
}

/** A drive [time, inputs] after `steps` samples at its first value. */
function withWarmUp(drive: HostArray, steps: number): HostArray {
  if (steps === 0) return drive;
  const [time, inputs] = drive.shape;
  const longer = createArray([steps + time, inputs]);
  for (let t = 0; t < steps; t++) longer.data.set(drive.data.subarray(0, inputs), t * inputs);
  longer.data.set(drive.data, steps * inputs);
  return longer;
}

function givenUp({ identity }: DeviceDescription, run: number): Error {
  return fault("interrupted", {
    where: "measureRuns",
    what: `the recording of ${identity} was given up before run ${run}`,
    got: "an abort",
    expected: "to go on to the end",
    fix: "Go on from this run when it is wanted",
  });
}

function checkPlan(description: DeviceDescription, plan: RecordingPlan): void {
  const { identity, inputs, recordedOnly } = description;
  if (recordedOnly) {
    throw fault("device-failure", {
      where: "measureRuns",
      what: `${identity} only plays back what was recorded`,
      got: `a plan of ${plan.parts.length} parts`,
      expected: "a device that can be driven",
      fix: "Use its recording as it is, or choose another device",
    });
  }
  for (const { name, drive } of plan.parts) {
    if (drive.shape.length === 3 && drive.shape[2] === inputs.length) continue;
    throw fault("shape-mismatch", {
      where: "measureRuns",
      what: `the drive of part '${name}' does not fit ${identity}`,
      got: formatShape(drive.shape),
      expected: `[*, *, ${inputs.length}] (sequences, time, inputs)`,
      fix: "Plan the recording from the description of this device",
    });
  }
}

interface RunPlace {
  readonly identity: string;
  readonly part: string;
  readonly sequence: number;
  readonly repeat: number;
}

function checkAnswer(
  run: RunPlace,
  command: string,
  answer: HostArray,
  expected: readonly number[],
): void {
  const { identity, part, sequence, repeat } = run;
  const at = `part '${part}', sequence ${sequence}, repeat ${repeat}`;
  const failure = (what: string, got: string, wanted: string): Error =>
    fault("device-failure", {
      where: "measureRuns",
      what: `${identity} answered '${command}' with ${what} at ${at}`,
      got,
      expected: wanted,
      fix: "Check the device or its driver; no later run was measured",
    });
  const size = expected.reduce((product, length) => product * length, 1);
  const isShape =
    answer.shape.length === expected.length && answer.shape.every((n, i) => n === expected[i]);
  if (!isShape || answer.data.length !== size) {
    throw failure(
      "the wrong shape",
      `${formatShape(answer.shape)} with ${answer.data.length} elements`,
      formatShape(expected, command === "run" ? ["time", "observables"] : ["observables"]),
    );
  }
  const position = findNonFinite(answer.data);
  if (position < 0) return;
  const observables = expected[expected.length - 1];
  const sample = command === "run" ? ` at sample ${Math.floor(position / observables)}` : "";
  const got = `${answer.data[position]} in observable ${position % observables}${sample}`;
  throw failure("a non-finite number", got, "finite numbers");
}
