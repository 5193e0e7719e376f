// drivers/python/twinloom_device.py against the bridge. Skipped where there is no python3.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { createArray } from "../../base/index.ts";
import { type DriverProcess, startDriver } from "./child.node.ts";
import { type DriverDevice, openDriverDevice } from "./driver-device.node.ts";
import { DriverLink } from "./link.node.ts";

const hasPython = spawnSync("python3", ["--version"]).status === 0;
if (!hasPython) process.stderr.write("no python3: the tests of the Python driver are skipped\n");

const rig = fileURLToPath(new URL("../../../test/fixtures/python_rig.py", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "twinloom-python-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let rigs = 0;
const started: DriverProcess[] = [];
/** A rig with a log of its own, and how to read it. */
function createRig() {
  const log = join(folder, `log-${rigs++}`);
  const start = (): DriverProcess => {
    const child = startDriver(["python3", rig, log]);
    started.push(child);
    return child;
  };
  const noted = (): unknown[] =>
    (existsSync(log) ? readFileSync(log, "utf8") : "")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  const open = (): Promise<DriverDevice> => openDriverDevice({ name: "rig", start });
  return { start, noted, open };
}

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no fault",
    (error: Error) => error.message,
  );
const held = (time: number, a: number, b: number) =>
  createArray(
    [time, 2],
    Array.from({ length: 2 * time }, (_, i) => (i % 2 === 0 ? a : b)),
  );

describe.skipIf(!hasPython)("a device served from Python", () => {
  test("answers reset, run and step with what its function gives, row by row", async () => {
    const { open, noted } = createRig();
    const device = await open();
    const drive = createArray([3, 2], [0.25, 2, 0.3, -2, 0.1, 0]);
    expect(await device.reset()).toEqual(Float64Array.of(0, 0));
    expect((await device.run(drive)).data).toEqual(
      Float64Array.of(0.5, 2.25, 0.6, 0.3 - 2, 0.2, 0.1),
    );
    expect(await device.step?.([0.2, 4])).toEqual(Float64Array.of(0.4, 4.2));
    await device.close();
    expect(noted()).toEqual([
      ...[[0, 1], "off", "reset", [0.25, 2], [0.3, -2], [0.1, 0], [0.2, 4]],
      ...[[0, 1], "off", "off"],
    ]);
  });

  test("is brought to the first value of a drive, and back to the safe one, no faster than it may", async () => {
    const { start, noted } = createRig();
    const limits = [{ source: "file", inputs: [{ name: "a", maxSlew: 10 }] }];
    const device = await openDriverDevice({ name: "rig", start, limits });
    await device.run(held(2, 0.35, 0));
    await device.close();
    const a = noted().flatMap((row) => (Array.isArray(row) ? [Number(row[0])] : []));
    expect(Math.max(...a)).toBe(0.35);
    for (let t = 1; t < a.length; t++) {
      expect(Math.abs(a[t] - a[t - 1])).toBeLessThanOrEqual(0.1 * (1 + 1e-9));
    }
    expect(a.at(-1)).toBe(0);
  });

  test("refuses by itself what is beyond its limits, of range or of slew, and drives nothing of it", async () => {
    const { start, noted } = createRig();
    const link = new DriverLink(start());
    const run = async (drive: readonly number[]) => {
      const arrays = { drive: createArray([drive.length / 2, 2], drive) };
      const answer = await link.request({ method: "run", arrays, timeout: 10 });
      return answer.kind === "refusal" ? answer.refusal.message : answer.kind;
    };
    const inputs = [{ name: "b", min: -9, max: 3 }];
    await link.request({ method: "limit", params: { inputs }, timeout: 10 });
    expect(await run([0.1, 0, 1.5, 0])).toBe(
      "0.1 to 1.5 V for 'a' is beyond its range, -1.0 to 1.0 V",
    );
    expect(await run([0.1, 0, 0.9, 0])).toBe("'a' changes by more than 50.0 V/s");
    expect(await run([0, 3.5])).toBe("3.5 to 3.5 mT for 'b' is beyond its range, -5.0 to 3 mT");
    expect(await run([0.1, 0])).toBe("reply");
    await link.close(5);
    expect(noted().filter((row) => Array.isArray(row) && row[0] !== 0)).toEqual([[0.1, 0]]);
  });

  test("goes to its safe state when its function raises, and the message names the line", async () => {
    const { open, noted } = createRig();
    const device = await open();
    const said = await messageOf(device.run(createArray([2, 2], [0.7, 0, 0.75, 0])));
    expect(said.replace(/line \d+/, "line n")).toMatchInlineSnapshot(
      `"rig, run: the device was last told 'run [2, 2] (time, inputs)'; it is in its safe state. Got the driver's refusal (device-failure): RuntimeError: the supply tripped (python_rig.py, line n), expected a reply to 'run'. Check the instrument and its driver; then the same command may be given again."`,
    );
    // By itself, and again because it is told so.
    expect(noted().slice(-3)).toEqual([[0, 1], "off", "off"]);
    expect(await messageOf(device.run(held(1, 0.5, 0)))).toContain(
      "(not-finite): step gave a number that is not finite",
    );
    await device.close();
  });

  test("ends a run in the middle when it is told to stop, in its safe state", async () => {
    const { open, noted } = createRig();
    const device = await open();
    const controller = new AbortController();
    const run = messageOf(device.run(held(20_000, 0.1, 1), controller.signal));
    while (noted().length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    expect(await run).toMatch(/run was given up; .* it is in its safe state/);
    expect(noted().length).toBeLessThan(20_000);
    expect(noted().at(-1)).toBe("off");
    await device.close();
  });

  test("goes to its safe state and ends when we are gone, also in the middle of a run", async () => {
    const { start, noted } = createRig();
    const child = start();
    const link = new DriverLink(child);
    const arrays = { drive: held(20_000, 0.1, 1) };
    const answer = link.request({ method: "run", arrays, timeout: 60 });
    while (noted().length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    child.input.end();
    expect(await child.ended).toBe("exit code 0");
    expect((await answer).kind).not.toBe("reply");
    expect(noted().slice(-3)).toContainEqual([0, 1]);
    expect(noted().at(-1)).toBe("off");
  });

  test("is put in its safe state by a new process after its own was killed", async () => {
    const { open, noted } = createRig();
    const device = await open();
    const run = messageOf(device.run(held(20_000, 0.1, 1)));
    while (noted().length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    started.at(-1)?.kill();
    expect(await run).toMatchInlineSnapshot(
      `"rig, run: the device was last told 'run [20000, 2] (time, inputs)'; a new driver process has put it in its safe state. Got its process ended: signal SIGKILL, expected a reply to 'run'. Check the instrument and its driver; then the same command may be given again."`,
    );
    expect(noted().slice(-2)).toEqual([[0, 1], "off"]);
    expect((await device.run(held(1, 0.1, 0))).shape).toEqual([1, 2]);
    await device.close();
  });
});

test("a command that is no driver is refused with what it printed", async () => {
  const script = "process.stdout.write('Hello, this is no frame')";
  const open = (argv: readonly string[]) =>
    messageOf(openDriverDevice({ name: "mine", start: () => startDriver(argv) }));
  expect(await open([process.execPath, "-e", script])).toMatchInlineSnapshot(
    `"mine: the driver could not be opened; nothing was driven. Got hello: it sent text, 'Hello, this is no frame...', expected a driver that speaks docs/driver-protocol.md, version 1. Run the command by hand to see what it prints, and mend it."`,
  );
  expect(await open([join(folder, "no-such-program")])).toMatchInlineSnapshot(
    `"mine: the driver could not be opened; nothing was driven. Got hello: its process ended: it could not be started (ENOENT), expected a driver that speaks docs/driver-protocol.md, version 1. Run the command by hand to see what it prints, and mend it."`,
  );
});
