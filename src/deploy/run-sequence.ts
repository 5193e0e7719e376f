import { createArray, fault, findNonFinite, type HostArray } from "../base/index.ts";
import type { Device } from "../devices/index.ts";
import {
  blockOf,
  type DriveSource,
  type Network,
  type Stage,
  stagesOf,
  standardiseResponse,
} from "../network/index.ts";
import type { PreparedDevices } from "./node-devices.ts";

/** What the devices did with one sequence. */
export interface DeviceRun {
  /** [time, samples of all nodes], standardised: node, then sample, then observable. */
  readonly responses: HostArray;
  /** Samples that devices ran, all nodes together. */
  readonly deviceSteps: number;
  /** Drive values that a device's safe range cut further than the twin's limits did. */
  readonly cutDrives: number;
}

/** Runs a network of devices over sequences. */
export type SequenceRunner = (input: HostArray, signal?: AbortSignal) => Promise<DeviceRun>;

/**
 * Make a runner: masks, couplings and limits on the host, responses from devices.
 *
 * Stages follow one another. Nodes without loops are reset and given the whole drive in one run;
 * nodes with loops are reset together and stepped by one task step at a time. Devices of a stage run
 * side by side, except where one device plays them all.
 */
export function createSequenceRunner(
  network: Network,
  source: DriveSource,
  prepared: PreparedDevices,
): SequenceRunner {
  const stages = stagesOf(network);
  return async (input, signal) => {
    const run = createRun(network, source, prepared, input, signal);
    for (const stage of stages) {
      if (stage.isRecurrent) await runTogether(run, stage);
      else await runOneByOne(run, stage);
    }
    return { responses: run.responses, ...run.counts };
  };
}

interface Run {
  readonly network: Network;
  readonly source: DriveSource;
  readonly prepared: PreparedDevices;
  readonly input: HostArray;
  readonly signal?: AbortSignal;
  /** [time, coupled values of all nodes], standardised. */
  readonly coupled: HostArray;
  readonly responses: HostArray;
  readonly counts: { deviceSteps: number; cutDrives: number };
}

function createRun(
  network: Network,
  source: DriveSource,
  prepared: PreparedDevices,
  input: HostArray,
  signal?: AbortSignal,
): Run {
  const { coupled, samples } = source.sizes;
  const time = input.shape[0];
  return {
    network,
    source,
    prepared,
    input,
    signal,
    coupled: createArray([time, coupled]),
    responses: createArray([time, samples]),
    counts: { deviceSteps: 0, cutDrives: 0 },
  };
}

/** A stage without loops: the whole drive of every node is known before it starts. */
async function runOneByOne(run: Run, stage: Stage): Promise<void> {
  const { source, input, prepared } = run;
  const time = input.shape[0];
  const drives = drivesOf(run, stage, time);
  const held = new Float64Array(blockOf(source.sizes, stage, "drives").count);
  for (let step = 0; step < time; step++) {
    source.driveAt(stage, step, input, run.coupled, held);
    drives.forEach((drive, i) => {
      holdDrive(run, stage, i, held, drive.data, step);
    });
  }
  const play = async (i: number): Promise<void> => {
    const node = stage.first + i;
    await prepared.devices[node].reset(run.signal);
    const response = await prepared.devices[node].run(drives[i], run.signal);
    for (let step = 0; step < time; step++) keepResponse(run, node, step, response, step);
  };
  if (prepared.isShared) for (let i = 0; i < stage.count; i++) await play(i);
  else await Promise.all(drives.map((_, i) => play(i)));
}

/** Room for the drives of a stage's nodes over some task steps, each [samples, inputs]. */
function drivesOf({ source }: Run, { first, count }: Stage, steps: number): HostArray[] {
  return source.sizes.nodes
    .slice(first, first + count)
    .map(({ hold, drives }) => createArray([steps * hold, drives.count]));
}

/** A stage with loops: all nodes go through a task step before any goes on. */
async function runTogether(run: Run, stage: Stage): Promise<void> {
  const { source, input, prepared, signal } = run;
  const devices: readonly Device[] = prepared.devices.slice(stage.first, stage.first + stage.count);
  await Promise.all(devices.map((device) => device.reset(signal)));
  const held = new Float64Array(blockOf(source.sizes, stage, "drives").count);
  const drives = drivesOf(run, stage, 1);
  for (let step = 0; step < input.shape[0]; step++) {
    source.driveAt(stage, step, input, run.coupled, held);
    drives.forEach((drive, i) => {
      holdDrive(run, stage, i, held, drive.data, 0);
    });
    const responses = await Promise.all(devices.map((device, i) => device.run(drives[i], signal)));
    for (let i = 0; i < stage.count; i++) keepResponse(run, stage.first + i, step, responses[i], 0);
  }
}

/** Repeat one task step's drive of a stage's i-th node for all its samples, cut to the safe range. */
function holdDrive(
  { prepared, source, counts }: Run,
  stage: Stage,
  i: number,
  held: Float64Array,
  drive: Float64Array,
  step: number,
): void {
  const node = stage.first + i;
  const { hold, drives } = source.sizes.nodes[node];
  const from = drives.first - source.sizes.nodes[stage.first].drives.first;
  const ranges = prepared.descriptions[node].inputs;
  for (let j = 0; j < drives.count; j++) {
    const wanted = held[from + j];
    const value = Math.min(ranges[j].max, Math.max(ranges[j].min, wanted));
    if (value !== wanted) counts.cutDrives++;
    for (let sample = 0; sample < hold; sample++) {
      drive[(step * hold + sample) * drives.count + j] = value;
    }
  }
}

/** Standardise a task step's samples as the twin does, converter included; keep what couplings see. */
function keepResponse(
  run: Run,
  node: number,
  step: number,
  response: HostArray,
  responseStep: number,
): void {
  const { network, source, responses, coupled, counts } = run;
  const { hold, observables, samples, coupled: seen } = source.sizes.nodes[node];
  const kind = network.kinds[network.nodes[node].twin];
  const width = samples.count;
  const from = responseStep * width;
  const to = step * source.sizes.samples + samples.first;
  for (let i = 0; i < width; i++) {
    responses.data[to + i] = standardiseResponse(kind, i % observables, response.data[from + i]);
  }
  const block = responses.data.subarray(to, to + width);
  if (findNonFinite(block) >= 0) throw notFinite(run, node, step, block);
  const at = step * source.sizes.coupled + seen.first;
  coupled.data.set(block.subarray(width - seen.count), at);
  counts.deviceSteps += hold;
}

function notFinite(run: Run, node: number, step: number, block: Float64Array): Error {
  const at = findNonFinite(block);
  const { observables } = run.source.sizes.nodes[node];
  return fault("not-finite", {
    where: `${run.prepared.where}, node '${run.network.nodes[node].name}'`,
    what: `the device '${run.prepared.descriptions[node].identity}' answered with no number`,
    got: `${block[at]} for observable ${at % observables} at task step ${step}, sample ${Math.floor(at / observables)}`,
    expected: "finite observables",
    fix: "Look at the instrument, then start again",
  });
}
