import { expect, test } from "vitest";
import { createArray, createGenerator, createStream, type HostArray } from "../base/index.ts";
import type { Recording, RecordingPart } from "./recording.ts";
import { describeRecording, formatSummary } from "./summary.ts";

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
      "input 'field' leaves its safe range: driven from -1 mT to 0.9999 mT",
      "observable 'resistance' looks saturated in part 'repeat_set': 33 % of its samples have exactly one extreme value",
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
      observable  unit  lowest  highest  mean     sd  noise sd
      resistance  ohm        0      4.2   2.1  1.254       0.1

    ladder: 1 sequence, 1 repeat, 4 steps (0.04 s)
      input  unit  lowest  highest
      field  mT         0   0.9093
      observable  unit  lowest  highest  mean     sd  noise sd
      resistance  ohm        0        3   1.5  1.291   unknown

    warning: there are 3 sequences, fewer than 5: too few to keep some aside for validation
    "
  `);
});
