// Devices that are named on the command line as a driver. This is the only place where a command comes
// from, so that a twin, a network, a recipe or a run folder of someone else's cannot start anything.
import { dirname } from "node:path";
import { createArray } from "../base/index.ts";
import {
  type Device,
  type DriverDevice,
  formatLimits,
  openDriverDevice,
  startDriver,
} from "../devices/index.ts";
import {
  checkDeclared,
  checkDriver,
  formatCommand,
  isDriver,
  isDriverFile,
  splitCommand,
  type WrittenDriver,
} from "./driver-file.ts";
import { readText } from "./input.node.ts";
import { readYaml } from "./recipe.ts";
import type { VerbContext } from "./verb.ts";

/** How a device is opened. */
export interface OpenDriverOptions {
  /** Ask for the description alone; nothing is driven, not even to the safe state. */
  readonly isDry?: boolean;
}

/**
 * Open the driver that a user named.
 *
 * Its command is shown before it is started, its limits before anything else is done.
 *
 * @param name  A driver file, or a command with its arguments.
 * @returns     Nothing for a name that means no driver: that of a virtual device.
 * @throws      `bad-recipe` or `missing-file` for the file; `bad-value` if it does not fit the
 *              device; what `openDriverDevice` throws.
 */
export async function openDriver(
  name: string,
  { onRemark }: VerbContext,
  { isDry = false }: OpenDriverOptions = {},
): Promise<DriverDevice | undefined> {
  if (!isDriver(name)) return undefined;
  const written = await readDriver(name);
  const { command, inputs, timeout, heartbeat, overload } = written;
  const folder = isDriverFile(name) ? dirname(name) : undefined;
  onRemark?.(`starting ${formatCommand(command)}${folder ? ` in ${folder}` : ""}, without a shell`);
  const device = await openDriverDevice({
    start: () => startDriver(command, { folder, onLine: (line) => onRemark?.(`driver: ${line}`) }),
    ...{ name, timeout, heartbeat, overload, isDry, onRemark },
    limits: inputs.length > 0 ? [{ source: name, inputs }] : [],
  });
  try {
    const description = await device.describe();
    checkDeclared(written, description, name);
    onRemark?.(`${description.identity}: limits in force: ${formatLimits(description.inputs)}`);
  } catch (error) {
    await device.close();
    throw error;
  }
  return device;
}

/**
 * Do something with the device that a user named; a driver is closed at the end, and after a fault.
 *
 * @param work  Gets the device where it is a driver's.
 */
export async function withDriver<Result>(
  name: string,
  context: VerbContext,
  options: OpenDriverOptions,
  work: (driven: DriverDevice | undefined) => Promise<Result>,
): Promise<Result> {
  const driven = await openDriver(name, context, options);
  let result: Result;
  try {
    result = await work(driven);
  } catch (error) {
    // What went wrong first is what is reported.
    await driven?.close().catch((later: Error) => context.onRemark?.(later.message));
    throw error;
  }
  await driven?.close();
  return result;
}

async function readDriver(name: string): Promise<WrittenDriver> {
  if (isDriverFile(name)) return checkDriver(readYaml(await readText(name), name), name);
  return { command: splitCommand(name), inputs: [] };
}

/** Samples of {@link checkBriefly}. */
const briefly = 2;

/**
 * See that a device answers as it says, before it is driven: a reset, and a few samples at the safe
 * values, where these are declared.
 *
 * @throws  `device-failure` if it does not.
 */
export async function checkBriefly(
  device: Device,
  { signal, onRemark }: VerbContext,
): Promise<void> {
  const { identity, inputs, canReset, samplesPerStep } = await device.describe(signal);
  if (canReset) await device.reset(signal);
  const safe = inputs.map((input: { readonly safe?: number; readonly min: number }) => input.safe);
  const time = briefly * samplesPerStep;
  const isHeld = safe.every((value, i) => {
    return value !== undefined && inputs[i].min <= value && value <= inputs[i].max;
  });
  if (isHeld) {
    const drive = createArray([time, safe.length], Array(time).fill(safe).flat());
    await device.run(drive, signal);
  }
  await device.stop();
  const done = [...(canReset ? ["a reset"] : []), ...(isHeld ? [`${time} samples held safe`] : [])];
  if (done.length > 0) onRemark?.(`${identity}: checked by ${done.join(" and ")}`);
}
