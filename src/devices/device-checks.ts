// The claims that every device must meet, as data: `device check` runs them against a device on the
// bench, the conformance suite of the tests against all of ours.
import { createArray, type FaultCode, type HostArray, isFault } from "../base/index.ts";
import type { Device, DeviceDescription } from "./device.ts";

/** A device under test and what may be asked of it. */
export interface CheckBench {
  /** A fresh device; of a real one, the one there is. */
  readonly makeDevice: () => Device | Promise<Device>;
  readonly description: DeviceDescription;
  /** Two devices from `makeDevice` give the same bits. */
  readonly isSeeded: boolean;
  /** Samples of a run that is long enough to be given up halfway; several are tried if it is not. */
  readonly longRun: number;
  /** A drive that the device takes, [time, inputs]; `reach` beyond 1 leaves the safe range. */
  readonly drive: (time: number, reach?: number) => HostArray;
}

/** One claim. */
export interface DeviceCheck {
  /** In the present tense. */
  readonly name: string;
  /** Why a device need not meet it; nothing if it must. */
  readonly exempt?: (bench: CheckBench) => string | undefined;
  /** What is wrong; nothing if the device meets it. May throw what the device throws. */
  readonly run: (bench: CheckBench) => Promise<string | undefined>;
}

/** Samples of a drive [time, inputs], copied. */
export function rowsOf(drive: HostArray, from: number, to: number): HostArray {
  const inputs = drive.shape[1];
  return createArray([to - from, inputs], drive.data.slice(from * inputs, to * inputs));
}

/** Everything of a list that does not hold, as one text. */
function findWrong(claims: readonly (readonly [boolean, string])[]): string | undefined {
  const wrong = claims.filter(([holds]) => !holds).map(([, text]) => text);
  return wrong.length > 0 ? wrong.join("; ") : undefined;
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

const refusedAs = (what: string, got: string, wanted: FaultCode): [boolean, string] => [
  got === wanted,
  `${what}: ${got}, expected ${wanted}`,
];

const equal = (one: ArrayLike<number>, other: ArrayLike<number>): boolean =>
  one.length === other.length && Array.from(one).every((value, i) => Object.is(value, other[i]));

const allFinite = (values: ArrayLike<number>): boolean => Array.from(values).every(Number.isFinite);

// A recorded run starts at a reset, where there is one.
async function readyAgain(device: Device, { recordedOnly, canReset }: DeviceDescription) {
  if (recordedOnly && canReset) await device.reset();
}

const unseeded = ({ isSeeded }: CheckBench): string | undefined =>
  isSeeded ? undefined : "its noise does not follow from seeds";
const playsOnly = ({ description }: CheckBench): string | undefined =>
  description.recordedOnly ? "it only plays back what was recorded" : undefined;

/** Every check, in the order in which they are run. */
export const deviceChecks: readonly DeviceCheck[] = [
  {
    name: "it states units, safe ranges and sampling as plain JSON",
    run: async ({ description }) => {
      const { identity, inputs, observables, dt, samplesPerStep, carrierPeriod } = description;
      const channels = [inputs, observables];
      const text = JSON.stringify(description);
      return findWrong([
        [JSON.stringify(JSON.parse(text)) === text && !/undefined/.test(identity), "no plain JSON"],
        [
          Object.values(description).every((value) => value !== undefined),
          "a property is undefined",
        ],
        [identity !== "", "no identity"],
        [dt > 0, `dt ${dt} s`],
        [
          Number.isInteger(samplesPerStep) && samplesPerStep >= 1,
          `${samplesPerStep} samples a step`,
        ],
        [(carrierPeriod ?? 2) > 1, `a carrier period of ${carrierPeriod} samples`],
        [(description.resetTime ?? 0) >= 0, `a reset time of ${description.resetTime} s`],
        [inputs.length > 0 && observables.length > 0, "no inputs or no observables"],
        ...inputs.map(({ name, min, max, maxSlew = 1 }): [boolean, string] => [
          max - min > 0 && maxSlew > 0,
          `limits of '${name}': ${min} to ${max}, slew ${maxSlew}`,
        ]),
        ...channels.map((all): [boolean, string] => [
          new Set(all.map(({ name }) => name)).size === all.length,
          "two channels have one name",
        ]),
        ...channels
          .flat()
          .map(({ name, unit }): [boolean, string] => [
            unit !== "",
            `no unit of '${name}'; write 1 where there is none`,
          ]),
      ]);
    },
  },
  {
    name: "it has `step` and `seek` exactly where it says so",
    run: async ({ makeDevice, description }) => {
      const device = await makeDevice();
      const { canStep, canSeek = false } = description;
      return findWrong([
        [
          (device.step !== undefined) === canStep,
          `canStep ${canStep}, and step ${typeof device.step}`,
        ],
        [
          (device.seek !== undefined) === canSeek,
          `canSeek ${canSeek}, and seek ${typeof device.seek}`,
        ],
      ]);
    },
  },
  {
    name: "a reset gives finite observables, a run one row of them per sample",
    run: async ({ makeDevice, description, drive: makeDrive }) => {
      const device = await makeDevice();
      const observables = description.observables.length;
      const initial = description.canReset ? await device.reset() : new Float64Array(observables);
      const drive = makeDrive(8 * description.samplesPerStep);
      const before = drive.data.slice();
      const { shape, data } = await device.run(drive);
      return findWrong([
        [initial.length === observables, `a reset gives ${initial.length} observables`],
        [allFinite(initial), "a reset gives numbers that are not finite"],
        [equal(shape, [drive.shape[0], observables]), `a run of [${drive.shape}] gives [${shape}]`],
        [data.length === drive.shape[0] * observables, `a run gives ${data.length} numbers`],
        [allFinite(data), "a run gives numbers that are not finite"],
        [equal(drive.data, before), "a run changes the drive it was given"],
      ]);
    },
  },
  {
    name: "a drive without samples gives a response without samples",
    run: async ({ makeDevice, description: { inputs, observables } }) => {
      const { shape } = await (await makeDevice()).run(createArray([0, inputs.length]));
      return findWrong([[equal(shape, [0, observables.length]), `[${shape}]`]]);
    },
  },
  {
    name: "a response is kept when the device goes on",
    run: async ({ makeDevice, description, drive }) => {
      const device = await makeDevice();
      const first = await device.run(drive(16));
      const copy = first.data.slice();
      await readyAgain(device, description);
      await device.run(drive(16));
      return findWrong([
        [equal(first.data, copy), "a later run changes the response of an earlier one"],
      ]);
    },
  },
  {
    name: "it can be stopped twice, and used again",
    run: async ({ makeDevice, description: { samplesPerStep }, drive }) => {
      const device = await makeDevice();
      await device.stop();
      await device.stop();
      const { shape } = await device.run(drive(samplesPerStep));
      return findWrong([[shape[0] === samplesPerStep, `[${shape}] after a stop`]]);
    },
  },
  {
    name: "a drive of the wrong shape or not finite is refused and does no harm",
    run: async ({ makeDevice, description, drive: makeDrive }) => {
      const device = await makeDevice();
      const inputs = description.inputs.length;
      const drive = makeDrive(4);
      const broken = createArray(drive.shape, drive.data.slice());
      broken.data[broken.data.length - 1] = Number.NaN;
      const wide = await codeOf(device.run(createArray([4, inputs + 1])));
      const flat = await codeOf(device.run(createArray([4 * inputs])));
      const infinite = await codeOf(device.run(broken));
      const { shape } = await device.run(drive);
      return findWrong([
        refusedAs("a column too many", wide, "shape-mismatch"),
        refusedAs("one axis", flat, "shape-mismatch"),
        refusedAs("NaN", infinite, "not-finite"),
        [shape[0] === 4, `[${shape}] afterwards`],
      ]);
    },
  },
  {
    name: "a refusal says what the device was last told",
    run: async ({ makeDevice, description: { inputs }, drive }) => {
      const device = await makeDevice();
      await device.run(drive(3));
      const wanted = `run [3, ${inputs.length}]`;
      const said = await device.run(createArray([3, inputs.length + 1])).then(
        () => "nothing",
        (error: Error) => error.message,
      );
      return findWrong([[said.includes(wanted), `it says '${said}', without '${wanted}'`]]);
    },
  },
  {
    name: "where it only plays back, another drive than the recorded one is refused and does no harm",
    exempt: ({ description }) => (description.recordedOnly ? undefined : "it takes any drive"),
    run: async ({ makeDevice, description, drive: makeDrive }) => {
      const device = await makeDevice();
      const drive = makeDrive(20);
      const other = createArray(drive.shape, drive.data.slice());
      other.data[other.data.length - 1] += description.inputs[0].max - description.inputs[0].min;
      const code = await codeOf(device.run(other));
      const { shape } = await device.run(drive);
      return findWrong([
        refusedAs("another drive", code, "bad-value"),
        [shape[0] === 20, `[${shape}] afterwards`],
      ]);
    },
  },
  {
    name: "an abort before a command ends it, and the device lives on",
    run: async ({ makeDevice, drive }) => {
      const device = await makeDevice();
      const aborted = AbortSignal.abort();
      const described = await codeOf(device.describe(aborted));
      const reset = await codeOf(device.reset(aborted));
      const run = await codeOf(device.run(drive(4), aborted));
      const { shape } = await device.run(drive(4));
      return findWrong([
        refusedAs("describe", described, "interrupted"),
        refusedAs("reset", reset, "interrupted"),
        refusedAs("run", run, "interrupted"),
        [shape[0] === 4, `[${shape}] afterwards`],
      ]);
    },
  },
  {
    name: "an abort during a run ends it, and the device lives on",
    exempt: playsOnly,
    run: async ({ makeDevice, description, longRun, drive }) => {
      const device = await makeDevice();
      let code = "no fault";
      for (let time = longRun; time <= 100 * longRun && code === "no fault"; time *= 10) {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 0);
        code = await codeOf(device.run(drive(time), controller.signal));
      }
      if (description.canReset) await device.reset();
      const { shape } = await device.run(drive(4));
      return findWrong([
        refusedAs("a long run", code, "interrupted"),
        [shape[0] === 4, `[${shape}] afterwards`],
      ]);
    },
  },
  {
    name: "equal seeds give equal bits, and a reset does not repeat the noise",
    exempt: unseeded,
    run: async ({ makeDevice, description: { canReset }, drive }) => {
      const [one, other] = [await makeDevice(), await makeDevice()];
      const starts = canReset ? [await one.reset(), await other.reset()] : [[], []];
      const first = await one.run(drive(200));
      const same = await other.run(drive(200));
      if (canReset) await one.reset();
      const later = await one.run(drive(200));
      return findWrong([
        [equal(starts[0], starts[1]), "two devices of equal seeds start differently"],
        [equal(first.data, same.data), "two devices of equal seeds answer differently"],
        [!equal(first.data, later.data), "a second run repeats the noise of the first"],
      ]);
    },
  },
  {
    name: "a run that was sought is the same whatever was done before, and differs from other runs",
    exempt: (bench) => {
      return bench.description.canSeek ? unseeded(bench) : "it cannot return to an earlier run";
    },
    run: async ({ makeDevice, drive }) => {
      const [one, other] = [await makeDevice(), await makeDevice()];
      const measure = async (device: Device, run?: number): Promise<number[]> => {
        if (run !== undefined) await device.seek?.(run);
        return [...(await device.reset()), ...(await device.run(drive(200))).data];
      };
      await measure(one);
      const [third, fourth] = [await measure(one, 3), await measure(one)];
      const before = await measure(one, 0);
      const [otherFourth, otherThird] = [await measure(other, 4), await measure(other, 3)];
      return findWrong([
        [equal(third, otherThird), "run 3 depends on what was done before"],
        [equal(fourth, otherFourth), "a reset after run 3 does not start run 4"],
        [!equal(third, fourth) && !equal(third, before), "two runs share their noise"],
      ]);
    },
  },
  {
    name: "a run in two parts, or in single steps, gives the bits of one run",
    exempt: (bench) => unseeded(bench) ?? playsOnly(bench),
    run: async ({ makeDevice, drive: makeDrive }) => {
      const [one, other, third] = [await makeDevice(), await makeDevice(), await makeDevice()];
      const drive = makeDrive(20);
      const whole = await one.run(drive);
      const halves = [await other.run(rowsOf(drive, 0, 7)), await other.run(rowsOf(drive, 7, 20))];
      const steps: number[] = [];
      for (let t = 0; t < 20 && third.step; t++) {
        steps.push(...(await third.step(rowsOf(drive, t, t + 1).data)));
      }
      const joined = halves.flatMap(({ data }) => [...data]);
      return findWrong([
        [equal(joined, whole.data), "two parts differ from the whole"],
        [!third.step || equal(steps, whole.data), "single steps differ from the whole"],
      ]);
    },
  },
  {
    name: "a drive beyond the declared range acts as its nearest end",
    exempt: (bench) => unseeded(bench) ?? playsOnly(bench),
    run: async ({ makeDevice, description: { inputs }, drive }) => {
      const [one, other] = [await makeDevice(), await makeDevice()];
      const wide = drive(40, 3);
      const clipped = wide.data.map((value, i) => {
        const { min, max } = inputs[i % inputs.length];
        return Math.min(max, Math.max(min, value));
      });
      const [beyond, within] = [
        await one.run(wide),
        await other.run(createArray(wide.shape, clipped)),
      ];
      return findWrong([[equal(beyond.data, within.data), "it answers beyond its range"]]);
    },
  },
];
