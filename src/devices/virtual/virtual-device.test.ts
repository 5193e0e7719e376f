import { expect, test } from "vitest";
import { createArray } from "../../base/index.ts";
import { createDevice } from "../catalogue.ts";
import { createLeakyIntegrator } from "./leaky-integrator.ts";
import { createVirtualDevice } from "./virtual-device.ts";

const seeds = { disorder: 7, thermal: 1, instrument: 2 };
const make = () => createVirtualDevice({ physics: createLeakyIntegrator(), seeds });
const constant = (time: number, level: number) =>
  createArray([time, 1], new Float64Array(time).fill(level));

async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no fault";
}

test("a refused drive names the device, what it was last told, and what to do", async () => {
  const device = make();
  expect(await messageOf(device.run(createArray([5, 2])))).toMatchInlineSnapshot(
    `"leaky-integrator, sigma 0.5, exact scheme, run: the drive does not fit the inputs; the device was last told 'nothing yet'. Got [5, 2] with 10 elements, expected [*, 1] (time, inputs: drive). Give one column for each input."`,
  );
  await device.reset();
  const drive = createArray([2, 1], [0, Number.NaN]);
  expect(await messageOf(device.run(drive))).toMatchInlineSnapshot(
    `"leaky-integrator, sigma 0.5, exact scheme, run: the drive is not finite; the device was last told 'reset'. Got NaN for 'drive' at sample 1, expected finite values, unit 1. Look for a division by zero where the drive was made."`,
  );
  await device.run(constant(3, 1));
  expect(await messageOf(device.step!([1, 2]))).toMatchInlineSnapshot(
    `"leaky-integrator, sigma 0.5, exact scheme, step: the drive does not fit the inputs; the device was last told 'run [3, 1] (time, inputs)'. Got [1, 2] with 2 elements, expected [*, 1] (time, inputs: drive). Give one column for each input."`,
  );
});

test("an abort says how far the run came", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 0);
  const run = make().run(constant(50_000, 1), controller.signal);
  expect(await messageOf(run)).toMatchInlineSnapshot(
    `"leaky-integrator, sigma 0.5, exact scheme, run: run was given up after 10000 of 50000 samples; the device was last told 'run [50000, 1] (time, inputs)'. Got an abort, expected to go on to the end. Reset the device before the next run."`,
  );
  expect(await messageOf(make().reset(AbortSignal.abort()))).toMatchInlineSnapshot(
    `"leaky-integrator, sigma 0.5, exact scheme, reset: reset was given up before it began; the device was last told 'nothing yet'. Got an abort, expected to go on to the end. Reset the device before the next run."`,
  );
});

test("a long run lets other events in, refuses a second command and obeys a stop", async () => {
  const device = make();
  const run = device.run(constant(50_000, 1));
  const caught = messageOf(run);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(await messageOf(device.reset())).toMatchInlineSnapshot(
    `"leaky-integrator, sigma 0.5, exact scheme, reset: the device is still busy; it was last told 'run [50000, 1] (time, inputs)'. Got reset during a run, expected one command at a time. Await the run before the next command, or stop the device."`,
  );
  await device.stop();
  expect(await caught).toMatchInlineSnapshot(
    `"leaky-integrator, sigma 0.5, exact scheme, run: run was given up after 20000 of 50000 samples; the device was last told 'stop'. Got a stop, expected to go on to the end. Reset the device before the next run."`,
  );
  expect((await device.run(constant(3, 1))).shape).toEqual([3, 1]);
});

test("short runs in a row also let other events in", async () => {
  const device = make();
  let isEvent = false;
  setTimeout(() => {
    isEvent = true;
  }, 0);
  for (let i = 0; i < 30; i++) await device.run(constant(500, 1));
  expect(isEvent).toBe(true);
});

test("the thermal and the instrument seed each change their own noise only", async () => {
  const respond = async (changed: object) => {
    const instrument = { readoutNoise: 0.1 };
    const device = createDevice({
      kind: "noisy-leaky-node",
      seeds: { ...seeds, ...changed },
      instrument,
      sigma: 0,
    });
    return device.run(constant(5, 1));
  };
  expect(await respond({ thermal: 9 })).toEqual(await respond({}));
  expect(await respond({ instrument: 9 })).not.toEqual(await respond({}));
});
