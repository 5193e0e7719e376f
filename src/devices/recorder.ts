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
import type { PlannedPart, RecordingPlan } from "./plan.ts";

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

/**
 * Measure what a plan asks for.
 *
 * Parts follow one another. Within a part all sequences are measured once, then all again, and so
 * on, so that slow change does not pass for a difference between sequences; `order` keeps it, from
 * 0 in every part. Each run starts at a reset where the device has one.
 *
 * @param device   Any device that can be driven.
 * @param plan     Drives [sequences, time, inputs], device units, and repeats.
 * @param options  A signal to end it and a listener for progress.
 * @returns        Responses [sequences, repeats, time, observables], device units.
 * @throws         `shape-mismatch` if the plan is for another device; `device-failure` if the device
 *                 only plays back or answers with the wrong shape or a non-finite number;
 *                 `interrupted`; and whatever fault the device itself reports.
 */
export async function measureRecording(
  device: Device,
  plan: RecordingPlan,
  options: RecorderOptions = {},
): Promise<Recording> {
  const { signal, onProgress } = options;
  const description = await device.describe(signal);
  checkPlan(description, plan);
  const total = plan.parts.reduce((sum, part) => sum + part.drive.shape[0] * part.repeats, 0);
  let done = 0;
  let samples = 0;
  const onRun = (steps: number): void => {
    done++;
    samples += steps;
    onProgress?.({ done, total, deviceSeconds: samples * description.dt });
  };
  const parts: RecordingPart[] = [];
  for (const part of plan.parts) {
    parts.push(await measurePart(device, description, part, { signal, onRun }));
  }
  const { dt, inputs, observables, carrierPeriod } = description;
  return {
    dt,
    inputs,
    observables,
    parts,
    ...(carrierPeriod === undefined ? {} : { carrierPeriod }),
    device: { ...description },
    ...(plan.protocol === undefined ? {} : { protocol: plan.protocol }),
    ...(plan.seed === undefined ? {} : { seed: plan.seed }),
  };
}

interface PartOptions {
  readonly signal?: AbortSignal;
  readonly onRun: (steps: number) => void;
}

async function measurePart(
  device: Device,
  description: DeviceDescription,
  part: PlannedPart,
  { signal, onRun }: PartOptions,
): Promise<RecordingPart> {
  const { name, drive, repeats } = part;
  const [sequences, time] = drive.shape;
  const observables = description.observables.length;
  const response = createArray([sequences, repeats, time, observables]);
  const initial = createArray([sequences, repeats, observables]);
  const order = new Int32Array(sequences * repeats);
  let acquired = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let sequence = 0; sequence < sequences; sequence++) {
      const run = { identity: description.identity, part: name, sequence, repeat };
      const row = sequence * repeats + repeat;
      if (description.canReset) {
        const data = await device.reset(signal);
        checkAnswer(run, "reset", { shape: [data.length], data }, [observables]);
        initial.data.set(data, row * observables);
      }
      const measured = await device.run(sliceFirst(drive, sequence), signal);
      checkAnswer(run, "run", measured, [time, observables]);
      response.data.set(measured.data, row * time * observables);
      order[row] = acquired++;
      onRun(time);
    }
  }
  return { name, drive, response, ...(description.canReset ? { initial } : {}), order };
}

function checkPlan(description: DeviceDescription, plan: RecordingPlan): void {
  const { identity, inputs, recordedOnly } = description;
  if (recordedOnly) {
    throw fault("device-failure", {
      where: "measureRecording",
      what: `${identity} only plays back what was recorded`,
      got: `a plan of ${plan.parts.length} parts`,
      expected: "a device that can be driven",
      fix: "Use its recording as it is, or choose another device",
    });
  }
  for (const { name, drive } of plan.parts) {
    if (drive.shape.length === 3 && drive.shape[2] === inputs.length) continue;
    throw fault("shape-mismatch", {
      where: "measureRecording",
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
      where: "measureRecording",
      what: `${identity} answered '${command}' with ${what} at ${at}`,
      got,
      expected: wanted,
      fix: "Check the device or its driver; nothing of this recording was kept",
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
