import { describe, expect, it } from "vitest";
import { createStream } from "../base/index.ts";
import { input, interpret } from "../engine/index.ts";
import { type MethodName, methods } from "../sde/index.ts";
import {
  carrierAt,
  carrierPhase,
  carrierSequence,
  createTwinGraph,
  parametersOf,
  waveOf,
} from "./model.ts";
import { initialState } from "./start.ts";
import { createTwin, driveFeatures, type Twin, type TwinBasis, type TwinOptions } from "./twin.ts";

const basis: TwinBasis = {
  dt: 0.1,
  inputs: [{ name: "u", unit: "V" }],
  observables: [
    { name: "x", unit: "1" },
    { name: "y", unit: "1" },
  ],
  limits: [{ min: -1, max: 1 }],
  start: {
    mean: [0.5, -0.5],
    factor: [
      [0.1, 0],
      [0, 0],
    ],
  },
  scales: {
    observables: [
      { mean: 0, sd: 1 },
      { mean: 0, sd: 1 },
    ],
    increments: [0.2, 0.4],
  },
  featureScales: (features) => features.map(() => ({ mean: 0.5, sd: 2 })),
};
const small = { hidden: [3], activation: "tanh" } as const;
const build = (options: TwinOptions = {}, on: TwinBasis = basis): Twin =>
  createTwin(on, { drift: small, diffusion: small, ...options }, createStream(4));

/** One step of one row in numbers. */
function stepOnce(
  twin: Twin,
  values: { state: number[]; drive: number[]; normals?: number[]; carrier?: number[] },
): { state: number[]; measured: number[] } {
  const graph = createTwinGraph(twin, "a.");
  const next = graph.step({
    state: input("state", [1, graph.stateCols]),
    drive: input("drive", [1, graph.inputs]),
    carrier: values.carrier && input("carrier", [1, 2]),
    normals: values.normals && input("normals", [1, graph.normalCols]),
  });
  const weights = Object.entries(parametersOf(twin, "a.")).map(([name, { data }]) => [name, data]);
  const feeds = { ...values, ...Object.fromEntries(weights) };
  const [state, measured] = interpret([next.state, next.measured], { values: feeds });
  return { state: Array.from(state), measured: Array.from(measured) };
}

describe("createTwinGraph", () => {
  it("moves the delay line by exactly one sample and the newest by c F", () => {
    const twin = build({ delays: 2, auxiliaries: 0 });
    const line = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
    const { state, measured } = stepOnce(twin, { state: line, drive: [1] });
    expect(state.slice(2)).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(measured).toEqual(state.slice(0, 2));
    const { parameters } = twin;
    const seen = [...line, (1 - 0.5) / 2];
    const hidden = [0, 1, 2].map((i) =>
      Math.tanh(
        seen.reduce((sum, v, j) => sum + v * parameters["drift.0.weight"].data[i * 7 + j], 0),
      ),
    );
    const f = hidden.reduce((sum, v, j) => sum + v * parameters["drift.1.weight"].data[3 + j], 0);
    expect(state[1]).toBeCloseTo(0.2 + 0.4 * f, 12);
  });

  it("with the noise off is what it is with normals of zero", () => {
    for (const method of Object.keys(methods) as MethodName[]) {
      const twin = build({ method, delays: 1, auxiliaries: 2, observationNoise: true });
      const { normalCols } = createTwinGraph(twin);
      const values = { state: [0.1, 0.2, 0.3, 0.4, 1, -1], drive: [0.7] };
      const off = stepOnce(twin, values);
      const on = stepOnce(twin, { ...values, normals: new Array(normalCols).fill(0) });
      on.state.forEach((value, i) => {
        expect(value).toBeCloseTo(off.state[i], 12);
      });
    }
  });

  it("adds observation noise to what is measured and never to the state", () => {
    const twin = build({ auxiliaries: 1, observationNoise: true });
    const { normalCols } = createTwinGraph(twin);
    expect(normalCols).toBe(1 + 2 + 2);
    const values = { state: [0, 0, 0], drive: [0] };
    const quiet = stepOnce(twin, { ...values, normals: [0.1, 0.2, 0.3, 0, 0] });
    const loud = stepOnce(twin, { ...values, normals: [0.1, 0.2, 0.3, 2, 0] });
    expect(loud.state).toEqual(quiet.state);
    expect(loud.measured[1]).toBe(quiet.measured[1]);
    expect(loud.measured[0]).toBeGreaterThan(quiet.measured[0] + 0.1);
  });

  it("lets observables share coloured noise: one auxiliary's normal moves both", () => {
    const twin = build({ auxiliaries: 1 });
    const values = { state: [0, 0, 0], drive: [0] };
    const quiet = stepOnce(twin, { ...values, normals: [0, 0, 0] }).state;
    const loud = stepOnce(twin, { ...values, normals: [1, 0, 0] }).state;
    expect(loud[0]).not.toBe(quiet[0]);
    expect(loud[1]).not.toBe(quiet[1]);
  });

  it("shows the networks amplitude times sin phi and sin 2 phi in the middle of a step", () => {
    const ring = build({ features: ["sine", "double-sine"] }, { ...basis, carrierPeriod: 16 });
    const carrier = carrierSequence(ring, 3, 15) as Float64Array;
    expect(carrier[0]).toBeCloseTo(Math.sin((2 * Math.PI * 15.5) / 16), 12);
    expect(carrier[2]).toBeCloseTo(Math.sin((2 * Math.PI * 0.5) / 16), 12);
    expect(carrier[3]).toBeCloseTo(Math.sin((4 * Math.PI * 0.5) / 16), 12);
    const values = { state: [0, 0, 0, 0, 0], drive: [2] };
    const one = stepOnce(ring, { ...values, carrier: [0.5, 0.1] });
    const same = stepOnce(ring, { state: values.state, drive: [4], carrier: [0.25, 0.05] });
    expect(one.state[0]).toBeCloseTo(same.state[0], 12);
    expect(carrierSequence(build(), 3)).toBeUndefined();
  });

  it.each(driveFeatures)("makes the feature %s of sin phi and sin 2 phi alone", (feature) => {
    const ringBasis = { ...basis, carrierPeriod: 16 };
    const seen = build({ features: [feature] }, ringBasis);
    const plain = build({ features: ["drive"] }, ringBasis);
    for (const step of [0, 3, 7, 12]) {
      const wave = waveOf[feature](carrierPhase(step, 16));
      const state = [0.3, -0.2, 0, 0, 0];
      const one = stepOnce(seen, { state, drive: [2], carrier: [...carrierAt(step, 16)] });
      const same = stepOnce(plain, { state, drive: [2 * wave] });
      expect(one.state[0]).toBeCloseTo(same.state[0], 12);
    }
  });
});

describe("initialState", () => {
  it("fills the delay line with x_0 and leaves the auxiliaries at zero", () => {
    const twin = build({ delays: 1, auxiliaries: 2 });
    expect(Array.from(initialState(twin, 1))).toEqual([0.5, -0.5, 0.5, -0.5, 0, 0]);
  });

  it("draws a row's start whatever the number of rows", () => {
    const twin = build({ auxiliaries: 0 });
    const many = initialState(twin, 3, createStream(1));
    expect(Array.from(initialState(twin, 1, createStream(1), 2))).toEqual(
      Array.from(many.slice(4)),
    );
    expect(many[0]).not.toBe(many[2]);
  });
});

describe("createTwin", () => {
  it("refuses carrier features for a device without a carrier", () => {
    expect(() => build({ features: ["sine"] })).toThrowErrorMatchingInlineSnapshot(
      `[Fault: createTwin: the drive features do not fit the device. Got [sine], expected some of drive, sine, cosine, double-sine, double-cosine; but for the first only for a device with a carrier. Leave \`features\` out to get the usual ones.]`,
    );
  });
});
