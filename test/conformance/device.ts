import { describe, expect, test } from "vitest";
import { createArray, type FaultCode, type HostArray, isFault } from "../../src/base/index.ts";
import type { Device, DeviceDescription } from "../../src/devices/index.ts";

/** What the suite may ask of a device beyond the contract. */
export interface DeviceSuiteOptions {
  /** Two devices from `makeDevice` give the same bits. Default false, as for hardware. */
  readonly isSeeded?: boolean;
  /** Samples of a run that is long enough to be given up halfway. Default 20,000. */
  readonly longRun?: number;
  /**
   * For a device that is `recordedOnly`: a drive of at least 200 samples and 8 holds that it takes
   * from its beginning, with two repeats or more.
   */
  readonly recordedDrive?: HostArray;
}

/**
 * The claims that every device must meet: virtual, playback, mock or real.
 *
 * @param name        For the report.
 * @param makeDevice  Makes a fresh device for every claim.
 */
export function describeDevice(
  name: string,
  makeDevice: () => Device | Promise<Device>,
  options: DeviceSuiteOptions = {},
): void {
  describe(`${name} keeps the device contract`, () => {
    const drives = drivesFor(options.recordedDrive);
    testDescription(makeDevice);
    testRunning(makeDevice, drives);
    testRefusals(makeDevice, drives);
    testRecordedOnly(makeDevice, drives);
    testInterruption(makeDevice, drives, options.longRun ?? 20_000);
    if (options.isSeeded) testSeeds(makeDevice, drives);
  });
}

type MakeDevice = () => Device | Promise<Device>;

/** Drives of a given length that a device takes; `reach` beyond 1 leaves the declared range. */
type DriveMaker = (description: DeviceDescription, time: number, reach?: number) => HostArray;

// What was recorded for a device that takes nothing else, a staircase for any other.
function drivesFor(recordedDrive: HostArray | undefined): DriveMaker {
  return (description, time, reach) => {
    if (!description.recordedOnly) return staircase(description, time, reach);
    if (!recordedDrive) throw new Error("a device that is recordedOnly needs recordedDrive");
    return rowsOf(recordedDrive, 0, time);
  };
}

function rowsOf(drive: HostArray, from: number, to: number): HostArray {
  const inputs = drive.shape[1];
  return createArray([to - from, inputs], drive.data.slice(from * inputs, to * inputs));
}

// A recorded run starts at a reset, where there is one.
async function readyAgain(device: Device, description: DeviceDescription): Promise<void> {
  if (description.recordedOnly && description.canReset) await device.reset();
}

// A staircase through the declared range, each level held as long as the device asks.
function staircase(description: DeviceDescription, time: number, reach = 1): HostArray {
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

async function codeOf(promise: Promise<unknown>): Promise<FaultCode | "no fault"> {
  try {
    await promise;
  } catch (error) {
    if (isFault(error)) return error.code;
    throw error;
  }
  return "no fault";
}

function testDescription(makeDevice: MakeDevice): void {
  test("it states units, safe ranges and sampling as plain JSON", async () => {
    const description = await (await makeDevice()).describe();
    const { identity, inputs, observables, dt, samplesPerStep, carrierPeriod } = description;
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    expect(identity).not.toBe("");
    expect(dt).toBeGreaterThan(0);
    expect(samplesPerStep).toBeGreaterThanOrEqual(1);
    expect(Number.isInteger(samplesPerStep)).toBe(true);
    if (carrierPeriod !== undefined) expect(carrierPeriod).toBeGreaterThan(1);
    expect(inputs.length).toBeGreaterThan(0);
    expect(observables.length).toBeGreaterThan(0);
    for (const { min, max } of inputs) expect(max - min).toBeGreaterThan(0);
    for (const channels of [inputs, observables]) {
      expect(new Set(channels.map((channel) => channel.name)).size).toBe(channels.length);
      for (const channel of channels) expect(channel.unit).not.toBe("");
    }
  });

  test("it has `step` exactly where it says so", async () => {
    const device = await makeDevice();
    expect(device.step !== undefined).toBe((await device.describe()).canStep);
  });
}

function testRunning(makeDevice: MakeDevice, makeDrive: DriveMaker): void {
  test("a reset gives finite observables, a run one row of them per sample", async () => {
    const device = await makeDevice();
    const description = await device.describe();
    const observables = description.observables.length;
    if (description.canReset) {
      const initial = await device.reset();
      expect(initial.length).toBe(observables);
      expect([...initial].every(Number.isFinite)).toBe(true);
    }
    const drive = makeDrive(description, 8 * description.samplesPerStep);
    const before = drive.data.slice();
    const response = await device.run(drive);
    expect(response.shape).toEqual([drive.shape[0], observables]);
    expect(response.data.length).toBe(drive.shape[0] * observables);
    expect([...response.data].every(Number.isFinite)).toBe(true);
    expect(drive.data).toEqual(before);
  });

  test("a drive without samples gives a response without samples", async () => {
    const device = await makeDevice();
    const { inputs, observables } = await device.describe();
    const response = await device.run(createArray([0, inputs.length]));
    expect(response.shape).toEqual([0, observables.length]);
  });

  test("a response is kept when the device goes on", async () => {
    const device = await makeDevice();
    const description = await device.describe();
    const drive = makeDrive(description, 16);
    const first = await device.run(drive);
    const copy = first.data.slice();
    await readyAgain(device, description);
    await device.run(drive);
    expect(first.data).toEqual(copy);
  });

  test("it can be stopped twice, and used again", async () => {
    const device = await makeDevice();
    const description = await device.describe();
    await device.stop();
    await device.stop();
    const response = await device.run(makeDrive(description, description.samplesPerStep));
    expect(response.shape[0]).toBe(description.samplesPerStep);
  });
}

function testRefusals(makeDevice: MakeDevice, makeDrive: DriveMaker): void {
  test("a drive of the wrong shape or not finite is refused and does no harm", async () => {
    const device = await makeDevice();
    const description = await device.describe();
    const inputs = description.inputs.length;
    const drive = makeDrive(description, 4);
    const broken = createArray(drive.shape, drive.data.slice());
    broken.data[broken.data.length - 1] = Number.NaN;
    expect(await codeOf(device.run(createArray([4, inputs + 1])))).toBe("shape-mismatch");
    expect(await codeOf(device.run(createArray([4 * inputs])))).toBe("shape-mismatch");
    expect(await codeOf(device.run(broken))).toBe("not-finite");
    expect((await device.run(drive)).shape[0]).toBe(4);
  });

  test("a refusal says what the device was last told", async () => {
    const device = await makeDevice();
    const description = await device.describe();
    const inputs = description.inputs.length;
    await device.run(makeDrive(description, 3));
    const refused = device.run(createArray([3, inputs + 1]));
    await expect(refused).rejects.toThrow(`run [3, ${inputs}]`);
  });
}

function testRecordedOnly(makeDevice: MakeDevice, makeDrive: DriveMaker): void {
  test("where it only plays back, another drive than the recorded one is refused and does no harm", async ({
    skip,
  }) => {
    const device = await makeDevice();
    const description = await device.describe();
    if (!description.recordedOnly) skip("it takes any drive");
    const drive = makeDrive(description, 20);
    const other = createArray(drive.shape, drive.data.slice());
    other.data[other.data.length - 1] += description.inputs[0].max - description.inputs[0].min;
    expect(await codeOf(device.run(other))).toBe("bad-value");
    expect((await device.run(drive)).shape[0]).toBe(20);
  });
}

function testInterruption(makeDevice: MakeDevice, makeDrive: DriveMaker, longRun: number): void {
  test("an abort before a command ends it, and the device lives on", async () => {
    const device = await makeDevice();
    const description = await device.describe();
    const aborted = AbortSignal.abort();
    const short = makeDrive(description, 4);
    expect(await codeOf(device.describe(aborted))).toBe("interrupted");
    expect(await codeOf(device.reset(aborted))).toBe("interrupted");
    expect(await codeOf(device.run(short, aborted))).toBe("interrupted");
    expect((await device.run(short)).shape[0]).toBe(4);
  });

  test("an abort during a run ends it, and the device lives on", async ({ skip }) => {
    const device = await makeDevice();
    const description = await device.describe();
    if (description.recordedOnly) skip("it plays a recording at once, with no time to be given up");
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 0);
    const long = device.run(makeDrive(description, longRun), controller.signal);
    expect(await codeOf(long)).toBe("interrupted");
    if (description.canReset) await device.reset();
    expect((await device.run(makeDrive(description, 4))).shape[0]).toBe(4);
  });
}

function testSeeds(makeDevice: MakeDevice, makeDrive: DriveMaker): void {
  test("equal seeds give equal bits, and a reset does not repeat the noise", async () => {
    const [one, other] = [await makeDevice(), await makeDevice()];
    const description = await one.describe();
    const drive = makeDrive(description, 200);
    if (description.canReset) expect(await one.reset()).toEqual(await other.reset());
    const first = await one.run(drive);
    expect(first).toEqual(await other.run(drive));
    if (description.canReset) await one.reset();
    expect((await one.run(drive)).data).not.toEqual(first.data);
  });

  test("a run in two parts, or in single steps, gives the bits of one run", async ({ skip }) => {
    const [one, other, third] = [await makeDevice(), await makeDevice(), await makeDevice()];
    const description = await one.describe();
    if (description.recordedOnly) skip("it plays every drive from its beginning");
    const drive = makeDrive(description, 20);
    const whole = await one.run(drive);
    const rows = (from: number, to: number): HostArray => rowsOf(drive, from, to);
    const parts = [await other.run(rows(0, 7)), await other.run(rows(7, 20))];
    expect([...parts[0].data, ...parts[1].data]).toEqual([...whole.data]);
    if (!third.step) return;
    const steps: number[] = [];
    for (let t = 0; t < 20; t++) steps.push(...(await third.step(rows(t, t + 1).data)));
    expect(steps).toEqual([...whole.data]);
  });

  test("a drive beyond the declared range acts as its nearest end", async ({ skip }) => {
    const [one, other] = [await makeDevice(), await makeDevice()];
    const description = await one.describe();
    if (description.recordedOnly) skip("it takes only what was recorded");
    const wide = makeDrive(description, 40, 3);
    const inputs = description.inputs;
    const clipped = wide.data.map((value, i) => {
      const { min, max } = inputs[i % inputs.length];
      return Math.min(max, Math.max(min, value));
    });
    expect(clipped).not.toEqual(wide.data);
    expect(await one.run(wide)).toEqual(await other.run(createArray(wide.shape, clipped)));
  });
}
