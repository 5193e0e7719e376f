import { expect, test } from "vitest";
import { createArray, createGenerator, createStream, type HostArray } from "../base/index.ts";
import type { Recording, RecordingPart } from "./recording.ts";
import { describeRecording } from "./summary.ts";
import { formatSummary } from "./summary-text.ts";

/** Fill [sequences, repeats, time, 1] from a rule. */
function fill(
  shape: readonly [number, number, number],
  rule: (n: number, r: number, t: number) => number,
): HostArray {
  const [sequences, repeats, time] = shape;
  const array = createArray([...shape, 1]);
  for (let n = 0, at = 0; n < sequences; n++)
    for (let r = 0; r < repeats; r++)
      for (let t = 0; t < time; t++) array.data[at++] = rule(n, r, t);
  return array;
}

function record(
  shape: readonly [number, number, number],
  rule: (n: number, r: number, t: number) => number,
  rest: Partial<RecordingPart> = {},
): Recording {
  const [sequences, , time] = shape;
  const drive = fill([sequences, 1, time], (n, _, t) => Math.sin(n + t));
  const part: RecordingPart = {
    name: "repeat_set",
    drive: createArray([sequences, time, 1], drive.data),
    response: fill(shape, rule),
    ...rest,
  };
  return {
    dt: 0.01,
    inputs: [{ name: "field", unit: "mT" }],
    observables: [{ name: "resistance", unit: "ohm" }],
    parts: [part],
  };
}

// A correct program fails (5 standard errors) about once in 1.7 million seeds.
test("the noise sd is found within 5 standard errors, and no slow change in white noise", () => {
  const generator = createGenerator(createStream(3));
  const rule = (n: number, _: number, t: number) => 10 * Math.sin(n + t) + 0.3 * generator.normal();
  const { parts, warnings } = describeRecording(record([8, 10, 50], rule));
  const [{ noiseSd = 0 }] = parts[0].observables;
  const degreesOfFreedom = 8 * 50 * 9;
  expect(Math.abs(noiseSd / 0.3 - 1)).toBeLessThan(5 / Math.sqrt(2 * degreesOfFreedom));
  expect(warnings).toEqual([]);
});

// The change of 1 ohm has a standard error of about 0.03: a correct program fails the bound of
// 5 standard errors about once in a million seeds.
test("a slow change is found in the order of acquisition, not in the order of repeats", () => {
  const generator = createGenerator(createStream(4));
  const [sequences, repeats] = [6, 10];
  const runs = sequences * repeats;
  // Whole passes over the sequences, the last repeat first.
  const order = Int32Array.from({ length: runs }, (_, run) => {
    return (repeats - 1 - (run % repeats)) * sequences + Math.floor(run / repeats);
  });
  const rule = (n: number, r: number, t: number) =>
    Math.sin(n + t) + order[n * repeats + r] / (runs - 1) + 0.3 * generator.normal();
  const { parts, warnings } = describeRecording(record([sequences, repeats, 40], rule, { order }));
  const trend = parts[0].observables[0].slowChange;
  expect(trend?.degreesOfFreedom).toBe(sequences * (repeats - 1) - 1);
  expect(Math.abs((trend?.change ?? 0) - 1)).toBeLessThan(5 * (trend?.standardError ?? 0));
  expect(trend?.standardError).toBeLessThan(0.05);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchInlineSnapshot(
    `"observable 'resistance' changes slowly over the repeats of part 'repeat_set': by 1.043 ohm (standard error 0.01963 ohm) from the first to the last"`,
  );
});

test("steps after the end of a short sequence count for nothing", () => {
  const rule = (n: number, r: number, t: number) => (n === 0 && t >= 3 ? 1e6 : r + t);
  const length = Int32Array.of(3, 5);
  const { parts } = describeRecording(record([2, 2, 5], rule, { length }));
  const [{ noiseSd, slowChange, ...rest }] = parts[0].observables;
  expect(noiseSd).toBeCloseTo(Math.SQRT1_2, 12);
  expect(slowChange).toEqual({ change: 1, standardError: 0, degreesOfFreedom: 1 });
  expect(rest).toMatchObject({ lowest: 0, highest: 5, mean: 2.125 });
});

test("a recording without repeats, of few sequences, with a dead channel says so", () => {
  const { warnings } = describeRecording(record([3, 1, 5], () => 2));
  expect(warnings).toMatchInlineSnapshot(`
    [
      "no part has repeats: noise can be learned only from the scatter about the drift, and not validated",
      "there are 3 sequences, fewer than 5: too few to keep some aside for validation",
      "observable 'resistance' is constant",
    ]
  `);
  const single = record([1, 1, 5], (_, __, t) => t);
  const constant = { ...single.parts[0], drive: createArray([1, 5, 1]) };
  expect(describeRecording({ ...single, parts: [constant] }).warnings).toMatchInlineSnapshot(`
    [
      "no part has repeats: noise can be learned only from the scatter about the drift, and not validated",
      "there is one sequence: the drift can be judged only on blocks of time, not on a drive that no fit has seen",
      "input 'field' is constant: what it does to the device cannot be learned",
    ]
  `);
});

test("a clipped response and a drive beyond its range are noticed", () => {
  const clipped = record([6, 2, 50], (n, r, t) => Math.min(0.5, Math.sin(n + 0.1 * t + 0.01 * r)));
  const inputs = [{ name: "field", unit: "mT", min: -0.5, max: 0.5 }];
  expect(describeRecording({ ...clipped, inputs }).warnings).toMatchInlineSnapshot(`
    [
      "no drive has more than 2 repeats: the sd of its noise is known to 71 % at each step",
      "input 'field' leaves its safe range: driven from -1 mT to 0.9999 mT",
      "observable 'resistance' is saturated or at rest in part 'repeat_set': 33 % of its samples have exactly its highest value",
    ]
  `);
});

test("the summary is readable in a terminal, and is plain JSON", () => {
  const recording = record([2, 3, 4], (n, r, t) => n + 0.1 * r + t);
  const ladder = { ...record([1, 1, 4], (_, __, t) => t).parts[0], name: "ladder" };
  const summary = describeRecording({
    ...recording,
    parts: [...recording.parts, ladder],
    carrierPeriod: 16,
  });
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  expect(formatSummary(summary)).toMatchInlineSnapshot(`
    "sampling step 0.01 s, carrier period 16 samples

    repeat_set: 2 sequences, 3 repeats, 4 steps (0.04 s)
      input  unit   lowest  highest
      field  mT    -0.7568   0.9093
      observable  unit  lowest  highest  mean     sd  noise sd  slow change
      resistance  ohm        0      4.2   2.1  1.254       0.1      0.2 ± 0
      noise correlation  after     1     2
      resistance                1.00  1.00

    ladder: 1 sequence, 1 repeat, 4 steps (0.04 s)
      input  unit  lowest  highest
      field  mT         0   0.9093
      observable  unit  lowest  highest  mean     sd  noise sd  slow change
      resistance  ohm        0        3   1.5  1.291   unknown      unknown

    warning: no drive has more than 3 repeats: the sd of its noise is known to 50 % at each step
    warning: there are 3 sequences, fewer than 5: too few to keep some aside for validation
    "
  `);
});

// First-order autoregression x' = a x + sqrt(1 - a^2) w: correlation a^k after k steps. 40 x 20 runs
// of 100 steps leave a standard error of at most 0.012; a correct program fails a bound of 5
// standard errors about once in 200,000 seeds.
test("the lag correlation of noise that forgets at rate a is a^lag within 0.06", () => {
  const generator = createGenerator(createStream(5));
  const a = 0.8;
  let state = 0;
  const recording = record([40, 20, 100], (n, _, t) => {
    state = t === 0 ? generator.normal() : a * state + Math.sqrt(1 - a * a) * generator.normal();
    return 5 * Math.sin(n + t) + state;
  });
  const { parts, warnings } = describeRecording(recording);
  const found = parts[0].observables[0].lagCorrelation ?? [];
  expect(found.map(({ lag }) => lag)).toEqual([1, 2, 5, 10, 20, 50]);
  for (const { lag, correlation } of found) {
    expect(Math.abs(correlation - a ** lag)).toBeLessThan(0.06);
  }
  expect(warnings).toEqual([]);
});

// The standard error of each correlation is below 0.01: as above.
test("channels are correlated by their signal and by their noise apart, within 0.05", () => {
  const generator = createGenerator(createStream(6));
  const [sequences, repeats, time] = [10, 20, 60];
  const response = createArray([sequences, repeats, time, 3]);
  for (let i = 0; i < response.data.length; i += 3) {
    const n = Math.floor(i / (3 * time * repeats));
    const t = (i / 3) % time;
    const [shared, own] = [generator.normal(), generator.normal()];
    response.data[i] = 3 * Math.sin(n + t) + shared;
    response.data[i + 1] = 3 * Math.cos(n + t) + 0.6 * shared + 0.8 * own;
    response.data[i + 2] = 1e-6 * response.data[i] + 7;
  }
  const single = record([sequences, repeats, time], () => 0);
  const two = createArray([sequences, time, 2]);
  two.data.forEach((_, i) => {
    two.data[i] = Math.sin(Math.floor(i / 2));
  });
  const channels = ["a", "b", "c"].map((name) => ({ name, unit: "V" }));
  const { parts, warnings } = describeRecording({
    ...single,
    inputs: channels.slice(0, 2),
    observables: channels,
    parts: [{ name: "set", drive: two, response }],
  });
  const { observables = [], noise = [] } = parts[0].correlation;
  // Signals in quadrature: 0.6 of the noise, 1 of 5.5 of the variance.
  expect(Math.abs(observables[1][0] - 0.6 / 5.5)).toBeLessThan(0.05);
  expect(Math.abs(noise[1][0] - 0.6)).toBeLessThan(0.05);
  expect(noise[2][0]).toBeCloseTo(1, 6);
  expect(warnings).toMatchInlineSnapshot(`
    [
      "inputs 'a' and 'b' move together (correlation 1): what each does cannot be told apart",
      "observables 'a' and 'c' are nearly one signal (correlation 1.0000): the second adds little",
    ]
  `);
});

test("what hides the noise, or outlasts the sequences, is said", () => {
  const generator = createGenerator(createStream(7));
  const coarse = record([6, 12, 50], (n, _, t) => {
    return Math.round(20 * Math.sin(n + t) + 0.2 * generator.normal());
  });
  const same = record([6, 12, 50], (n, _, t) => Math.sin(n + t));
  const weak = record([6, 12, 50], (n, _, t) => 0.1 * Math.sin(n + t) + generator.normal());
  const offsets = Float64Array.from({ length: 72 }, () => generator.normal());
  const lasting = record([6, 12, 50], (n, r, t) => {
    return 9 * Math.sin(n + t) + offsets[12 * n + r] + 0.1 * generator.normal();
  });
  const levels = createArray([6, 50, 1]);
  levels.data.forEach((_, i) => {
    levels.data[i] = i % 3;
  });
  const three = { ...same, parts: [{ ...same.parts[0], drive: levels }] };
  const all = [coarse, same, weak, lasting, three];
  expect(all.flatMap((recording) => describeRecording(recording).warnings)).toMatchInlineSnapshot(`
    [
      "observable 'resistance' is saturated or at rest in part 'repeat_set': 7 % of its samples have exactly its highest value",
      "observable 'resistance' is measured in steps of 1 ohm in part 'repeat_set', too coarse for its noise of 0.2844 ohm",
      "observable 'resistance' is the same in all repeats of part 'repeat_set': there is no noise to learn",
      "observable 'resistance' hardly answers the drive in part 'repeat_set': its mean varies by 0.08641 ohm, its noise by 0.9849 ohm",
      "the noise of observable 'resistance' outlasts the sequences of part 'repeat_set': its correlation is still 0.9918 after 20 steps (0.2 s)",
      "input 'field' has only 3 levels in a part: between them a twin can only guess",
      "observable 'resistance' is the same in all repeats of part 'repeat_set': there is no noise to learn",
    ]
  `);
});

test("of many channels with one fault the worst is told, and how many others have it", () => {
  const generator = createGenerator(createStream(8));
  const [sequences, repeats, time, channels] = [6, 12, 50, 8];
  const response = createArray([sequences, repeats, time, channels]);
  response.data.forEach((_, i) => {
    response.data[i] = generator.normal();
  });
  const single = record([sequences, repeats, time], () => 0);
  const observables = Array.from({ length: channels }, (_, i) => ({ name: `x${i}`, unit: "1" }));
  const parts = [{ ...single.parts[0], response }];
  expect(describeRecording({ ...single, observables, parts }).warnings).toMatchInlineSnapshot(`
    [
      "observable 'x0' hardly answers the drive in part 'repeat_set': its mean varies by 0, its noise by 0.9932; 7 other observables likewise",
    ]
  `);
});

test("a channel with two values is a telegraph, not a saturated one", () => {
  const generator = createGenerator(createStream(9));
  const telegraph = record([6, 12, 50], () => (generator.uniform() < 0.5 ? -1 : 1));
  expect(describeRecording(telegraph).warnings).toMatchInlineSnapshot(`
    [
      "observable 'resistance' has only two values in part 'repeat_set': a twin is continuous and cannot jump between them",
      "observable 'resistance' hardly answers the drive in part 'repeat_set': its mean varies by 0 ohm, its noise by 1.005 ohm",
    ]
  `);
});
