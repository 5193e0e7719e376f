import { createArray, type HostArray } from "../base/index.ts";
import type { Device, DeviceDescription } from "./device.ts";
import { type CheckBench, type DeviceCheck, deviceChecks, rowsOf } from "./device-checks.ts";

/** What is known of a device beforehand. */
export interface CheckOptions {
  /** Default false, as for hardware. */
  readonly isSeeded?: boolean;
  /** Default 20,000. */
  readonly longRun?: number;
  /**
   * For a device that is `recordedOnly`: a drive of at least 200 samples and 8 holds that it takes
   * from its beginning, with two repeats or more.
   */
  readonly recordedDrive?: HostArray;
}

/** How a device stood a check. */
export interface CheckResult {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "exempt";
  /** What is wrong, or why it is exempt. */
  readonly why?: string;
}

/** Prepare the checks of a device. */
export async function createBench(
  makeDevice: CheckBench["makeDevice"],
  { isSeeded = false, longRun = 20_000, recordedDrive }: CheckOptions = {},
): Promise<CheckBench> {
  const description = await (await makeDevice()).describe();
  const drive = (time: number, reach = 1): HostArray => {
    if (!description.recordedOnly) return staircase(description, time, reach);
    if (!recordedDrive) throw new Error("a device that is recordedOnly needs recordedDrive");
    return rowsOf(recordedDrive, 0, time);
  };
  return { makeDevice, description, isSeeded, longRun, drive };
}

/**
 * Run all checks against a device, one after another; it is stopped after each.
 *
 * Drives stay within the declared safe range, but for one check that only seeded devices get.
 *
 * @param makeDevice  Gives a fresh device, or the only one.
 * @param onResult    Told of every check as it ends.
 */
export async function checkDevice(
  makeDevice: CheckBench["makeDevice"],
  options: CheckOptions = {},
  onResult?: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const made: Device[] = [];
  const bench = await createBench(async () => {
    const device = await makeDevice();
    made.push(device);
    return device;
  }, options);
  const results: CheckResult[] = [];
  for (const check of deviceChecks) {
    const result = await runCheck(check, bench);
    for (const device of made.splice(0)) await device.stop();
    results.push(result);
    onResult?.(result);
  }
  return results;
}

async function runCheck(
  { name, exempt, run }: DeviceCheck,
  bench: CheckBench,
): Promise<CheckResult> {
  const reason = exempt?.(bench);
  if (reason !== undefined) return { name, outcome: "exempt", why: reason };
  try {
    const wrong = await run(bench);
    return wrong === undefined
      ? { name, outcome: "passed" }
      : { name, outcome: "failed", why: wrong };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { name, outcome: "failed", why };
  }
}

// A staircase through the declared range, each level held as long as the device asks.
function staircase(description: DeviceDescription, time: number, reach: number): HostArray {
  const { inputs, samplesPerStep } = description;
  const drive = createArray([time, inputs.length]);
  for (let t = 0; t < time; t++) {
    const fraction = 0.5 + reach * (((Math.floor(t / samplesPerStep) * 3) % 8) / 7 - 0.5);
    inputs.forEach(({ min, max }, i) => {
      drive.data[t * inputs.length + i] = min + (max - min) * fraction;
    });
  }
  return drive;
}
