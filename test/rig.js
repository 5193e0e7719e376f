// The rig of rig.test-support.ts as a process: node test/rig.js <log> [kind@n...]. Every drive that
// reaches the instrument, and every safe state, is in the log before it is answered. Runs dist/, and of that
// only what it needs, because it is started often.
import { openSync, writeSync } from "node:fs";
import { createDevice } from "../dist/devices/catalogue.js";
import { parseFault } from "../dist/devices/driver/injected-faults.js";
import { serveDevice } from "../dist/devices/driver/serve.node.js";

const [path, ...faults] = process.argv.slice(2);
const log = openSync(path, "a");
const seeds = { disorder: 1, thermal: 2, instrument: 3 };
const device = createDevice({ kind: "leaky-integrator", seeds });
const note = (what) => writeSync(log, `${JSON.stringify(what)}\n`);
const stop = device.stop.bind(device);
device.stop = async () => {
  await stop();
  note("safe");
};
const describe = device.describe.bind(device);
device.describe = async (signal) => {
  const { inputs, observables, ...rest } = await describe(signal);
  const limits = { min: -1.5, max: 1.5, maxSlew: 8 };
  return {
    ...rest,
    inputs: [{ ...inputs[0], ...limits }],
    observables: observables.map((one) => ({ ...one, min: -50, max: 50 })),
  };
};
await serveDevice(device, {
  input: process.stdin,
  output: process.stdout,
  faults: faults.map(parseFault),
  die: () => process.kill(process.pid, "SIGKILL"),
  onDrive: ({ data }) => note([...data]),
});
