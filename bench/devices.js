// How long the virtual devices take, through `device.run` and their physics alone:
//   node bench/devices.js [--json] [--rounds N]     after the build, on an idle machine
// Every device does a slice in turn, for some rounds; the best round counts. Before that, two devices
// of the same seeds must answer alike, bit for bit and in finite numbers.
import { parseArgs } from "node:util";
import { createArray, createGenerator, createStream, fault } from "twinloom/base";
import { createDevice, deviceKinds } from "twinloom/devices";
import { formatTable } from "twinloom/report";

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} kind
 * @property {object} options
 * @property {string} unit     What the time is given for.
 * @property {number} perStep  So many of it are in one sampling step.
 * @property {readonly [number, number]} [range]  Levels of the drive (default the safe range).
 * @property {number} [target] us, from the design.
 */

/** Quarter turns of the field, from where all walls stay to where all turn. */
const rings = /** @type {const} */ ({
  kind: "nano-ring-array",
  unit: "tick",
  perStep: 4,
  range: [16, 38],
});
const ice = { kind: "spin-vortex-ice", unit: "input step", perStep: 1 };

/** @type {readonly Case[]} */
const cases = [
  { name: "nano-ring-array, L = 10", options: { L: 10 }, target: 20, ...rings },
  { name: "nano-ring-array, L = 25", options: { L: 25 }, target: 120, ...rings },
  { name: "spin-vortex-ice, L = 20", options: { L: 20 }, target: 200, ...ice },
  { name: "spin-vortex-ice, L = 40", options: { L: 40 }, ...ice },
  ...Object.keys(deviceKinds)
    .filter((kind) => kind !== rings.kind && kind !== ice.kind)
    .map((kind) => ({ name: kind, kind, options: {}, unit: "step", perStep: 1 })),
];

const seeds = { disorder: 7, thermal: 1, instrument: 2 };
/** A slice is long against the clock's grain and short against a neighbour's load. */
const sliceMs = 50;

/** @typedef {{ name: string, steps: number, run: (steps: number) => Promise<void> | void }} Runner */

/**
 * A device and its physics, both driven at random within the range.
 *
 * @param {Case} one
 */
async function prepare({ kind, options, range }) {
  const create = () => createDevice({ kind, ...options, seeds });
  const device = create();
  const { inputs, observables, samplesPerStep } = await device.describe();
  const generator = createGenerator(createStream(5));
  /** @param {number} steps */
  const draw = (steps) => {
    const drive = createArray([steps, inputs.length]);
    for (let t = 0; t < steps; t++) {
      inputs.forEach(({ min, max }, i) => {
        const [low, high] = range ?? [min, max];
        const isHeld = t % samplesPerStep > 0;
        drive.data[t * inputs.length + i] = isHeld
          ? drive.data[(t - 1) * inputs.length + i]
          : low + (high - low) * generator.uniform();
      });
    }
    return drive;
  };
  await check(kind, create(), create(), draw(64));
  const physics = deviceKinds[kind].create(options, seeds.disorder);
  const out = new Float64Array(observables.length);
  physics.reset(createGenerator(createStream(6)), out);
  const drive = draw(1000);
  const held = Array.from({ length: 1000 }, (_, t) =>
    drive.data.slice(t * inputs.length, (t + 1) * inputs.length),
  );
  return {
    /** @param {number} steps */
    async device(steps) {
      for (let done = 0; done < steps; done += 1000) {
        const part = Math.min(1000, steps - done);
        const data = drive.data.subarray(0, part * inputs.length);
        await device.run({ shape: [part, inputs.length], data });
      }
    },
    /** @param {number} steps */
    physics(steps) {
      for (let t = 0; t < steps; t++) physics.step(held[t % 1000], out);
    },
  };
}

/**
 * @param {string} kind
 * @param {import("twinloom/devices").Device} one
 * @param {import("twinloom/devices").Device} other
 * @param {import("twinloom/base").HostArray} drive
 */
async function check(kind, one, other, drive) {
  const [first, second] = [await one.run(drive), await other.run(drive)];
  const at = first.data.findIndex((x, i) => x !== second.data[i] || !Number.isFinite(x));
  if (at < 0) return;
  throw fault("internal", {
    where: `bench, ${kind}`,
    what: "internal: two devices of the same seeds answer differently",
    got: `${first.data[at]} and ${second.data[at]} at ${at}`,
    expected: "the same finite numbers",
    fix: "Please report it",
  });
}

/** us per step. @param {(steps: number) => Promise<void> | void} run @param {number} steps */
async function time(run, steps) {
  const from = performance.now();
  await run(steps);
  return (1000 * (performance.now() - from)) / steps;
}

/** Steps of a slice, known once the code is compiled. @param {Runner["run"]} run */
async function sizeOf(run) {
  for (let steps = 16; ; steps *= 2) {
    const us = await time(run, steps);
    if (us * steps >= 1000 * sliceMs) return steps;
  }
}

/** @param {number} rounds */
async function measure(rounds) {
  const prepared = [];
  for (const one of cases) {
    const { device, physics } = await prepare(one);
    const runs = [device, physics];
    const steps = [await sizeOf(device), await sizeOf(physics)];
    prepared.push({ one, runs, steps, best: [Infinity, Infinity] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { runs, steps, best } of prepared) {
      for (const way of [0, 1]) best[way] = Math.min(best[way], await time(runs[way], steps[way]));
    }
  }
  return prepared.map(({ one: { name, unit, perStep, target }, best: [device, physics] }) => ({
    name,
    per: unit,
    deviceUs: Number((device / perStep).toPrecision(3)),
    physicsUs: Number((physics / perStep).toPrecision(3)),
    ...(target === undefined ? {} : { targetUs: target }),
  }));
}

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, rounds: { type: "string", default: "9" } },
});
const results = await measure(Math.max(1, Number.parseInt(values.rounds, 10) || 9));
if (values.json) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
else {
  const columns = ["device", "per", "device.run, us", "physics alone, us", "at most, us"];
  const rows = results.map((row) => [
    ...[row.name, row.per, row.deviceUs, row.physicsUs],
    row.targetUs ?? null,
  ]);
  process.stdout.write(formatTable(rows, { columns }));
}
