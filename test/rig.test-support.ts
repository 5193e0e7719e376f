// An instrument with tight limits behind the driver protocol, and recordings through its faults.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createArray, createGenerator, createStream } from "../src/base/index.ts";
import { openFrames } from "../src/data/index.ts";
import {
  countRuns,
  createDevice,
  type Device,
  type DriverProcess,
  faultKinds,
  type InjectedFault,
  limitSlew,
  measureRuns,
  openDriverDevice,
  type RecordingPlan,
} from "../src/devices/index.ts";

/** Limits of the rig; its physics could take more. */
export const rigLimits = { min: -1.5, max: 1.5, maxSlew: 8 } as const;
/** Readings at these ends are overloads; an honest reading is never there. */
const readingRange = { min: -50, max: 50 };

/** A leaky integrator with the limits of the rig. */
export function createRig(): Device {
  const seeds = { disorder: 1, thermal: 2, instrument: 3 };
  const device = createDevice({ kind: "leaky-integrator", seeds });
  return {
    ...boundTo(device),
    async describe(signal) {
      const { inputs, observables, ...rest } = await device.describe(signal);
      return {
        ...rest,
        inputs: [{ ...inputs[0], ...rigLimits }],
        observables: observables.map((one) => ({ ...one, ...readingRange })),
      };
    },
  };
}

function boundTo(device: Device): Device {
  return {
    describe: (signal) => device.describe(signal),
    reset: (signal) => device.reset(signal),
    run: (drive, signal) => device.run(drive, signal),
    step: async (input, signal) => (await device.step?.(input, signal)) ?? new Float64Array(),
    seek: async (run) => device.seek?.(run),
    stop: () => device.stop(),
  };
}

/** A plan of short runs through the whole range. */
export async function createRigPlan(runs: number): Promise<RecordingPlan> {
  const description = await createRig().describe();
  const generator = createGenerator(createStream(9));
  const drive = createArray([runs, 12, 1]);
  drive.data.forEach((_, i) => {
    drive.data[i] = -1.5 + 3 * generator.uniform();
  });
  limitSlew(drive, description);
  return { parts: [{ name: "drive_set", drive, repeats: 1 }] };
}

/** Every drive in the log of a rig in a process. */
export function drivesOf(log: string): number[][] {
  const lines = readFileSync(log, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line)).filter(Array.isArray);
}

/** What the instrument saw beyond its limits; each process of it starts at the safe value. */
export function findExceeded(applied: readonly (readonly number[])[], dt: number): string[] {
  const { min, max, maxSlew } = rigLimits;
  return applied.flatMap((values, n) =>
    values.flatMap((value, t) => {
      const step = t === 0 ? 0 : Math.abs(value - values[t - 1]) / dt;
      const isWithin = value >= min && value <= max && step <= maxSlew * (1 + 1e-9);
      return isWithin ? [] : [`drive ${n}, sample ${t}: ${value}, ${step} per second`];
    }),
  );
}

/** How a recording went. */
export interface SurvivedRecording {
  /** SHA-256 of the frames. */
  readonly hash: string;
  /** Commands that were rejected. */
  readonly rejected: number;
  readonly messages: readonly string[];
}

/** Starts a process of the rig with the faults that it meets. */
export type StartRig = (faults: readonly InjectedFault[]) => DriverProcess;

/** Record a plan to a file of frames, going on after every fault; `processes` as {@link drawFaults}. */
export async function recordThrough(
  path: string,
  plan: RecordingPlan,
  processes: readonly (readonly InjectedFault[])[],
  start: StartRig,
): Promise<SurvivedRecording> {
  let started = 0;
  const device = await openDriverDevice({
    ...{ name: "rig", timeout: 5, heartbeat: 0.05, overload: "refuse" },
    start: () => start(processes[started++] ?? []),
  });
  const total = countRuns(plan);
  const frames = openFrames(path, [{ frames: total, values: 13 }]);
  const messages: string[] = [];
  while (frames.count < total) {
    try {
      await measureRuns(device, plan, {
        ...{ from: frames.count, isNumbered: true },
        onRun: ({ initial, response }) =>
          frames.append(initial ? [initial, response.data] : [response.data]),
      });
    } catch (error) {
      messages.push((error as Error).message);
      if (messages.length > 2 * processes.flat().length + 5) throw error;
      // A fault that left the process alive: the next one begins with a process of its own.
      await device.stop();
    }
  }
  await frames.close();
  await device.close?.();
  const hash = createHash("sha256").update(readFileSync(path)).digest("hex");
  return { hash, rejected: messages.length, messages };
}

/**
 * Seeded faults of every kind, a few replies apart: one list for every process, which ends with the
 * fault that the process does not survive.
 */
export function drawFaults(count: number, seed: number): InjectedFault[][] {
  const generator = createGenerator(createStream(seed));
  const kinds = Object.keys(faultKinds) as InjectedFault["kind"][];
  const below = (n: number): number => Math.floor(generator.uniform() * n);
  const processes: InjectedFault[][] = [[]];
  let at = 0;
  for (let n = 0; n < count; n++) {
    const kind = kinds[below(kinds.length)];
    at += 1 + below(6);
    processes[processes.length - 1].push({ kind, at });
    if (!deadly.includes(kind)) continue;
    processes.push([]);
    at = 0;
  }
  return processes;
}

/** After these a process is started again. */
const deadly: readonly InjectedFault["kind"][] = ["kill", "hang", "truncate", "corrupt"];
