import { childStream, createStream, type HostArray, type Stream } from "../base/index.ts";
import { type Recording, type RecordingPart, selectSequences } from "../data/index.ts";
import type { NodeDevices } from "../deploy/index.ts";
import {
  createDevice,
  createStandardPlan,
  type Device,
  type DeviceSeeds,
  measureRecording,
} from "../devices/index.ts";
import type { KernelModule } from "../engine/index.ts";
import {
  type FitProgress,
  fitTwin,
  simulateTwin,
  type Twin,
  type TwinValidation,
} from "../twin/index.ts";
import { judgeTwin, progressOf } from "./judge-twin.ts";
import { isLive, type LoopPlan } from "./loop-plan.ts";
import type { VerbContext } from "./verb.ts";

/** What the stages of a loop share. */
export interface LoopContext extends VerbContext {
  readonly kernels: KernelModule;
  /** Told of every report of fit and training, for metrics.jsonl. */
  readonly onMetrics?: (row: Readonly<Record<string, unknown>>) => void;
}

/** A recorded device and its judged twin. */
export interface FittedDevice {
  readonly recording: Recording;
  readonly twin: Twin;
  readonly history: readonly FitProgress[];
  readonly validation: TwinValidation;
  /** Repeats that the fit has not seen, and as many realisations of the twin under their drives. */
  readonly unseen: { readonly part: RecordingPart; readonly twin: HostArray };
}

/** Share of the repeated sequences that the fit never sees. */
const unseenShare = 0.5;

/** Seeds of a virtual device; another name has other thermal and instrument seeds. */
export const seedsOf = (stream: Stream, disorder: number, name: string): DeviceSeeds => ({
  disorder,
  thermal: childStream(stream, `${name}, thermal`).key0,
  instrument: childStream(stream, `${name}, instrument`).key0,
});

/** A virtual device of a plan; another name has other thermal and instrument seeds. */
export function createLoopDevice(plan: LoopPlan, disorder: number, name: string): Device {
  const { kind, options, instrument } = plan.device;
  const stream = childStream(createStream(plan.seed), "device");
  return createDevice({ ...options, kind, instrument, seeds: seedsOf(stream, disorder, name) });
}

/** One device for networks in time multiplex, one per node for the others. */
export function nodeDevices(plan: LoopPlan, disorder: number, name: string): NodeDevices {
  if (!isLive(plan)) return createLoopDevice(plan, disorder, name);
  return (node) => createLoopDevice(plan, disorder, `${name}, node ${node}`);
}

/** Record the device of a plan. */
export async function recordLoop(plan: LoopPlan, context: VerbContext): Promise<Recording> {
  const { signal, onProgress } = context;
  const device = createLoopDevice(plan, plan.device.disorder[0], "recording");
  const stream = childStream(createStream(plan.seed), "drives");
  const drives = createStandardPlan(await device.describe(signal), plan.record, stream);
  const recording = await measureRecording(
    device,
    { ...drives, seed: plan.seed },
    {
      signal,
      onProgress: ({ done, total }) => onProgress?.({ stage: "record", done, total, unit: "runs" }),
    },
  );
  await device.stop();
  return recording;
}

/** A recording as the fit sees it, and the repeats that judge the twin. */
export interface HeldOut {
  readonly seen: Recording;
  readonly unseen: RecordingPart;
  /** True if there was but one repeated sequence, so that fit and judgement share it. */
  readonly isShared: boolean;
}

/**
 * Split the repeated part into sequences for the fit and sequences that only judge it.
 *
 * That is `repeat_set`, or where there is none the part with the most repeats: constant drives of a
 * ladder say little of a device, however often they were repeated.
 * The first half judges: which half does not depend on any seed, so that a twin and a recording
 * found later still fit together.
 */
export function holdOut(recording: Recording): HeldOut {
  const most = recording.parts.reduce((best, part) =>
    part.response.shape[1] > best.response.shape[1] ? part : best,
  );
  const named = recording.parts.find(({ name }) => name === "repeat_set");
  const repeated = named && named.response.shape[1] > 1 ? named : most;
  const count = repeated.drive.shape[0];
  if (count === 1) return { seen: recording, unseen: repeated, isShared: true };
  const kept = Math.round(unseenShare * count);
  const indices = Array.from({ length: count }, (_, i) => i);
  const seen = recording.parts.map((part) =>
    part === repeated ? selectSequences(part, indices.slice(kept)) : part,
  );
  const unseen = selectSequences(repeated, indices.slice(0, kept));
  return { seen: { ...recording, parts: seen }, unseen, isShared: false };
}

/** The stream of the realisations that judge a plan's twin. */
export function validationStream(plan: LoopPlan): Stream {
  return childStream(childStream(createStream(plan.seed), "fit"), "validation");
}

/** Fit a twin to a recording and judge it on repeats that the fit has not seen. */
export async function fitLoop(
  plan: LoopPlan,
  recording: Recording,
  context: LoopContext,
): Promise<FittedDevice> {
  const { kernels, signal, onProgress, onRemark, onMetrics } = context;
  const stream = childStream(createStream(plan.seed), "fit");
  const { seen, unseen } = holdOut(recording);
  const { twin, history } = await fitTwin(kernels, seen, plan.fit, {
    stream,
    seed: plan.seed,
    signal,
    onPlan: (phase, memory) => onRemark?.(`fit: ${phase} takes ${memory}`),
    onProgress: (progress) => {
      onProgress?.(progressOf(progress));
      onMetrics?.({ stage: "fit", ...progress });
    },
  });
  const repeats = unseen.response.shape[1];
  const paths = simulateTwin(kernels, twin, unseen.drive, {
    repeats,
    stream: validationStream(plan),
  });
  const recorded = seen.parts.map(({ drive }) => drive);
  const judgement = { part: unseen, realisations: paths, recorded };
  const validation = judgeTwin(kernels, twin, judgement, stream);
  return { recording, twin, history, validation, unseen: { part: unseen, twin: paths } };
}
