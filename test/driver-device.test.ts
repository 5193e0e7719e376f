import { expect, test } from "vitest";
import { createArray } from "../src/base/index.ts";
import {
  createDevice,
  type Device,
  type DriverOptions,
  type InjectedFault,
  openDriverDevice,
  parseFault,
} from "../src/devices/index.ts";
import { serveInMemory } from "./in-memory-driver.test-support.ts";

const seeds = { disorder: 1, thermal: 1, instrument: 1 };
const leaky = (): Device => createDevice({ kind: "leaky-integrator", seeds });
const drive = createArray([6, 1], [0, 0.5, 1, 1, -1, -2]);

/** A driver whose first process has a fault; those after it have none. */
function faulty(fault: InjectedFault, options: Partial<DriverOptions> = {}) {
  let started = 0;
  const start = () => serveInMemory(leaky(), started++ === 0 ? { faults: [fault] } : {});
  return openDriverDevice({ name: "mock", start, heartbeat: 0.02, timeout: 5, ...options });
}

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no fault",
    (error: Error) => error.message,
  );

test("a device behind a driver answers with the bits of the device itself", async () => {
  const direct = leaky();
  const driven = await openDriverDevice({ name: "mock", start: () => serveInMemory(leaky()) });
  expect(await driven.reset()).toEqual(await direct.reset());
  expect(await driven.run(drive)).toEqual(await direct.run(drive));
  expect(await driven.step?.([1])).toEqual(await direct.step?.([1]));
  await driven.close();
});

test("a driver that dies halfway through a run is started again, safe state first, and it is said what it was told", async () => {
  const device = await faulty({ kind: "kill", at: 2 });
  await device.reset();
  expect(await messageOf(device.run(drive))).toMatchInlineSnapshot(
    `"leaky-integrator, sigma 0.5, exact scheme, run: the device was last told 'run [6, 1] (time, inputs)'; a new driver process has put it in its safe state. Got its process ended: signal SIGKILL, expected a reply to 'run'. Check the instrument and its driver; then the same command may be given again."`,
  );
  expect((await device.run(drive)).shape).toEqual([6, 1]);
  await device.close();
});

test("a driver that hangs is ended and started again", async () => {
  const device = await faulty({ kind: "hang", at: 1 });
  expect(
    (await messageOf(device.run(drive))).replace(/[\d.]+ s\b/, "some s"),
  ).toMatchInlineSnapshot(
    `"leaky-integrator, sigma 0.5, exact scheme, run: the device was last told 'run [6, 1] (time, inputs)'; a new driver process has put it in its safe state. Got it gave no sign of life for some s, expected a reply to 'run'. Check the instrument and its driver; then the same command may be given again."`,
  );
  expect((await device.run(drive)).shape).toEqual([6, 1]);
  await device.close();
});

test("a reply that is torn, corrupted, of the wrong shape or not finite is refused, and the device lives on", async () => {
  const told: Record<string, string> = {};
  for (const text of ["truncate@1", "corrupt@1", "shape@1", "nan@1"]) {
    const device = await faulty(parseFault(text));
    told[text] = (await messageOf(device.run(drive))).replace(/^.*run: | Check the .*/g, "");
    expect((await device.run(drive)).shape).toEqual([6, 1]);
    await device.close();
  }
  expect(told).toMatchInlineSnapshot(`
    {
      "corrupt@1": "the device was last told 'run [6, 1] (time, inputs)'; a new driver process has put it in its safe state. Got it sent a frame with a wrong checksum, expected a reply to 'run'.",
      "nan@1": "the device was last told 'run [6, 1] (time, inputs)'; it is in its safe state. Got NaN in observable 'x' at sample 3, expected a reply to 'run'.",
      "shape@1": "the device was last told 'run [6, 1] (time, inputs)'; it is in its safe state. Got 'response' [5, 1] in place of [6, 1] (time, observables), expected a reply to 'run'.",
      "truncate@1": "the device was last told 'run [6, 1] (time, inputs)'; a new driver process has put it in its safe state. Got its process ended: signal SIGKILL, 68 bytes into a frame, expected a reply to 'run'.",
    }
  `);
});

test("a reply that comes twice is used once", async () => {
  const said: string[] = [];
  const device = await faulty(
    { kind: "duplicate", at: 1 },
    { onRemark: (text) => said.push(text) },
  );
  const [direct, first] = [leaky(), await device.run(drive)];
  expect(first).toEqual(await direct.run(drive));
  expect(await device.run(drive)).toEqual(await direct.run(drive));
  await device.close();
  expect(said).toMatchInlineSnapshot(`
    [
      "mock: 1 replies came twice so far; the second ones were dropped",
    ]
  `);
});

test("the description narrows to the limits of a file and a twin, and never widens", async () => {
  const said: string[] = [];
  const reached: number[] = [];
  const limits = [
    { source: "driver.yaml", inputs: [{ name: "drive", min: -9, max: 1.5, maxSlew: 5 }] },
    { source: "twin", inputs: [{ name: "drive", min: -1, max: 3 }] },
  ];
  const device = await openDriverDevice({
    name: "mock",
    start: () => serveInMemory(leaky(), { onDrive: ({ data }) => reached.push(...data) }),
    limits,
    onRemark: (text) => said.push(text),
  });
  const { inputs, dt } = await device.describe();
  expect(inputs[0]).toMatchObject({ min: -1, max: 1.5, maxSlew: 5 });
  await device.reset();
  await device.run(createArray([4, 1], [9, 9, -9, 0]));
  await device.close();
  const most = 5 * dt * (1 + 1e-9);
  expect(reached.length).toBeGreaterThan(4);
  for (const [i, value] of reached.entries()) {
    expect(value).toBeGreaterThanOrEqual(-1);
    expect(value).toBeLessThanOrEqual(1.5);
    expect(Math.abs(value - (reached[i - 1] ?? 0))).toBeLessThanOrEqual(most);
  }
  expect(said).toMatchInlineSnapshot(`
    [
      "driver.yaml: limits of 'drive' go beyond the device's own, which stay in force",
      "twin: limits of 'drive' go beyond the device's own, which stay in force",
      "mock, run: 4 of 4 values were beyond the limits and were moved to what they allow",
    ]
  `);
});
