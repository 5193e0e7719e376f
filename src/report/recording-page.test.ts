import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { createArray, createGenerator, createStream } from "../base/index.ts";
import { describeRecording, type Recording } from "../data/index.ts";
import { formatReport, recordingReport } from "./index.ts";

interface Size {
  readonly inputs: number;
  readonly observables: number;
  readonly repeats: number;
}

/** Observables that follow the inputs in turn, with noise of sd 0.2. */
function makeRecording({ inputs, observables, repeats }: Size): Recording {
  const generator = createGenerator(createStream(11));
  const [sequences, time] = [6, 40];
  const drive = createArray([sequences, time, inputs]);
  drive.data.forEach((_, i) => {
    drive.data[i] = generator.normal();
  });
  const response = createArray([sequences, repeats, time, observables]);
  response.data.forEach((_, i) => {
    const t = Math.floor(i / observables) % time;
    const sequence = Math.floor(i / (observables * time * repeats));
    const u = drive.data[(sequence * time + t) * inputs + ((i % observables) % inputs)];
    response.data[i] = u + 0.2 * generator.normal();
  });
  const name = (kind: string) => (_: unknown, i: number) => ({ name: `${kind} <${i}>`, unit: "V" });
  return {
    dt: 0.01,
    inputs: Array.from({ length: inputs }, name("input")),
    observables: Array.from({ length: observables }, name("channel")),
    parts: [{ name: "set", drive, response }],
  };
}

const pageOf = (size: Size): string => {
  const recording = makeRecording(size);
  return formatReport(recordingReport(recording, describeRecording(recording), { title: "r.h5" }));
};

const namesIn = (page: string): (string | null)[] =>
  [...parseHTML(page).document.querySelectorAll("figure")].map(({ id }) => id);

test("one channel with repeats has its levels, repeats, noise and slow change, and no matrix", () => {
  expect(namesIn(pageOf({ inputs: 1, observables: 1, repeats: 10 }))).toEqual([
    "figure-drive-levels",
    "figure-repeats",
    "figure-noise-against-drive",
    "figure-noise-correlation",
    "figure-slow-change",
  ]);
});

test("without repeats there is no noise to draw, and the page says what to record", () => {
  const page = pageOf({ inputs: 1, observables: 2, repeats: 1 });
  expect(namesIn(page)).toEqual([
    "figure-drive-levels",
    "figure-repeats",
    "figure-channel-correlation",
  ]);
  expect(page).toContain("50 repeats give its sd to 10");
});

test("60 channels are a profile and a matrix, six of them drawn in full", () => {
  const page = pageOf({ inputs: 1, observables: 60, repeats: 10 });
  expect(namesIn(page)).toEqual([
    "figure-channels",
    "figure-drive-levels",
    "figure-repeats",
    "figure-noise-against-drive",
    "figure-noise-correlation",
    "figure-slow-change",
    "figure-channel-correlation",
  ]);
  expect(page).toContain("Of 60 observables 6 are shown");
});

test.each([
  { inputs: 1, observables: 1, repeats: 10 },
  { inputs: 1, observables: 60, repeats: 3 },
  { inputs: 4, observables: 5, repeats: 3 },
  { inputs: 2, observables: 1, repeats: 1 },
])(
  "the page of $inputs inputs, $observables observables and $repeats repeats is free of NaN",
  (size) => {
    const page = pageOf(size);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    expect(parseHTML(page).document.querySelectorAll(".plate > svg").length).toBe(
      namesIn(page).length,
    );
  },
);

test("channels without noise are left out of the figures of noise", () => {
  const recording = makeRecording({ inputs: 1, observables: 2, repeats: 4 });
  const [part] = recording.parts;
  part.response.data.forEach((_, i) => {
    if (i % 2 === 1) part.response.data[i] = 7;
  });
  const report = recordingReport(recording, describeRecording(recording), { title: "r.h5" });
  const noise = report.sections[3].figures?.find(({ name }) => name === "noise-correlation");
  expect(noise?.csv.split("\n")[0]).toBe(
    "lag (steps),noise autocorrelation of channel <0>,standard error of channel <0>",
  );
  expect(report.sections[4].tables?.[0].rows).toEqual([
    ["channel <1>", "set", 7, "V", "constant", 100],
  ]);
});

test("what would hurt a twin is a list of sentences with true minus signs", () => {
  const recording = makeRecording({ inputs: 1, observables: 1, repeats: 4 });
  const summary = { ...describeRecording(recording), warnings: ["input 'a' falls to -3 mV"] };
  const report = recordingReport(recording, summary, { title: "r.h5" });
  expect(report.verdict).toBe(
    "1 thing in this recording would hurt a twin, and is listed in section 1.",
  );
  expect(report.sections[0].list).toEqual(["Input 'a' falls to −3 mV."]);
});
