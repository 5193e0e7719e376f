// How fast the way to a Python driver and back is:
//   node bench/driver.js [--json] [--python python3]     after the build, on an idle machine
// Round trips of a step and of 4 kB each way, the best of some rounds; a large array each way; and a
// million steps in blocks, with the memory of both sides before and after. Answers are compared
// with what was sent before anything is timed.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createArray, createGenerator, createStream, fault } from "twinloom/base";
import { openDriverDevice, startDriver } from "twinloom/devices";
import { formatTable } from "twinloom/report";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "9" },
  },
});
const rounds = Number(values.rounds);
const script = fileURLToPath(new URL("echo_driver.py", import.meta.url));
const device = await openDriverDevice({
  name: "echo_driver.py",
  start: () => startDriver([values.python, script]),
  timeout: 60,
});

/** @param {number} samples */
function draw(samples) {
  const generator = createGenerator(createStream(1));
  const drive = createArray([samples, 1]);
  for (let i = 0; i < samples; i++) drive.data[i] = 2 * generator.uniform() - 1;
  return drive;
}

/** The time of one call, s, in the best of all rounds. @param {() => Promise<unknown>} call */
async function best(call, calls = 200) {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    for (let i = 0; i < calls; i++) await call();
    least = Math.min(least, (performance.now() - started) / 1000 / calls);
  }
  return least;
}

/** The most memory the driver ever had, MB. */
const driverMemory = async () => (await device.reset())[0] / 1024;
const ownMemory = () => process.memoryUsage().rss / 2 ** 20;

/** Memory of both sides, MB. */
async function memory() {
  return { ours: ownMemory(), driver: await driverMemory() };
}

const small = draw(512);
const { data } = await device.run(small);
if (data.some((value, i) => value !== small.data[i])) {
  throw fault("internal", {
    where: "bench/driver.js",
    what: "the echo is not what was sent",
    got: `${data.length} numbers that differ`,
    expected: "the drive",
    fix: "Mend the bridge before it is timed",
  });
}

const step = await best(() => device.step?.([0.5]) ?? Promise.resolve());
const roundTrip = await best(() => device.run(small));
const block = draw(1000);
for (let i = 0; i < 100; i++) await device.run(block);
const before = await memory();
const started = performance.now();
for (let i = 0; i < 1000; i++) await device.run(block);
const streamed = (performance.now() - started) / 1000;
const after = await memory();
const large = draw(2 ** 22);
const there = await best(() => device.run(large), 1);
await device.close();

const result = {
  stepMs: 1000 * step,
  roundTripMs: 1000 * roundTrip,
  megabytesPerSecond: (2 * large.data.byteLength) / 1e6 / there,
  millionStepsSeconds: streamed,
  memoryBefore: before,
  memoryAfter: after,
};
const short = (/** @type {number} */ value) => Number(value.toPrecision(3));
const text = formatTable(
  [
    ["one step", `${short(result.stepMs)} ms`, ""],
    ["4 kB there and back", `${short(result.roundTripMs)} ms`, "below 0.5 ms"],
    ["33.6 MB there and back", `${short(result.megabytesPerSecond)} MB/s`, "above 100 MB/s"],
    ["1e6 steps in blocks of 1000", `${short(streamed)} s`, ""],
    ["our memory meanwhile", `${short(before.ours)} to ${short(after.ours)} MB`, "flat"],
    ["the driver's", `${short(before.driver)} to ${short(after.driver)} MB`, "flat"],
  ],
  { columns: ["", "measured", "target"] },
);
process.stdout.write(values.json ? `${JSON.stringify(result, undefined, 2)}\n` : text);
