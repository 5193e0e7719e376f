// Noise that observables share: low rank, in the dynamics or in the measurement alone.
import { describe, expect, it } from "vitest";
import { createArray, createStream } from "../base/index.ts";
import {
  compile,
  gradients,
  input,
  interpret,
  loadKernelModule,
  square,
  sumAll,
} from "../engine/index.ts";
import { createTwinGraph, parametersOf } from "./model.ts";
import { keepSources, sourcesOf } from "./noise-sources.ts";
import { simulateTwin } from "./simulate.ts";
import { createTwin, type Twin, type TwinBasis, type TwinOptions } from "./twin.ts";

const observables = ["x", "y", "z"].map((name) => ({ name, unit: "1" }));
const basis: TwinBasis = {
  dt: 1,
  inputs: [{ name: "u", unit: "V" }],
  observables,
  limits: [{ min: -1, max: 1 }],
  start: { mean: [0, 0, 0], factor: observables.map(() => [0, 0, 0]) },
  scales: { observables: observables.map(() => ({ mean: 0, sd: 1 })), increments: [0.2, 0.4, 1] },
  featureScales: (features) => features.map(() => ({ mean: 0, sd: 1 })),
};
const small = { hidden: [3], activation: "tanh" } as const;
const build = (options: TwinOptions = {}): Twin =>
  createTwin(
    basis,
    { drift: small, diffusion: small, auxiliaries: 1, observationNoise: true, ...options },
    createStream(4),
  );
const both = { process: 1, observation: 2 };

describe("a twin with shared noise", () => {
  it("of rank 0 is the twin without it, weight by weight", () => {
    expect(build({ shared: { process: 0 } })).toEqual(build());
  });

  it.each(["map", "heun"] as const)(
    "steps by %s compiled as in float64, and so does its derivative, to 5e-6",
    async (method) => {
      const twin = build({ method, shared: both });
      const graph = createTwinGraph(twin);
      const rows = 5;
      const cols = { state: graph.stateCols, drive: 1, normals: graph.normalCols };
      const nodes = {
        state: input("state", [rows, cols.state]),
        drive: input("drive", [rows, 1]),
        normals: input("normals", [rows, cols.normals]),
      };
      const next = graph.step(nodes);
      const loss = sumAll(square(next.measured));
      const wanted = [next.state, next.measured, ...gradients(loss, [...graph.noiseParameters])];
      const program = compile(await loadKernelModule(), {
        outputs: Object.fromEntries(wanted.map((value, i) => [`${i}`, { value }])),
      });
      program.setParameters(parametersOf(twin));
      const feeds = Object.entries(cols).map(([name, count]) => {
        const values = Float32Array.from({ length: rows * count }, (_, i) =>
          Math.sin(3 * i + count),
        );
        program.setInput(name, values);
        return [name, values] as const;
      });
      program.run();
      const weights = Object.entries(twin.parameters).map(([name, { data }]) => [name, data]);
      const values = Object.fromEntries([...feeds, ...weights]);
      interpret(wanted, { values }).forEach((expected, i) => {
        const got = program.read(`${i}`);
        const error = Math.hypot(...expected.map((value, k) => value - got[k]));
        expect(error).toBeLessThan(5e-6 * Math.max(1, Math.hypot(...expected)));
      });
    },
  );

  // Of 4000 realisations a correlation scatters by 0.016 (1 / sqrt(4000)): 4 standard errors.
  it("has the covariance R^2 + B^T s^2 B in its measurement, correlations within 0.06", async () => {
    const twin = onlyObservation(build({ auxiliaries: 0, shared: both }));
    const drive = createArray([1, 1, 1]);
    const repeats = 4000;
    const { data } = simulateTwin(await loadKernelModule(), twin, drive, {
      repeats,
      stream: createStream(7),
    });
    const { increments, diffusion } = twin.scales;
    const pattern = twin.parameters["shared.observation"].data;
    const expected = (a: number, b: number): number => {
      const shared = [0, 1].reduce((sum, k) => sum + pattern[3 * k + a] * pattern[3 * k + b], 0);
      const own = a === b ? diffusion[3 + a] ** 2 : 0;
      return increments[a] * increments[b] * (shared + own);
    };
    const found = (a: number, b: number): number => {
      let sum = 0;
      for (let r = 0; r < repeats; r++) sum += data[3 * r + a] * data[3 * r + b];
      return sum / repeats;
    };
    for (const [a, b] of [
      [0, 0],
      [1, 1],
      [2, 2],
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      const unit = Math.sqrt(expected(a, a) * expected(b, b));
      expect(Math.abs(found(a, b) - expected(a, b)) / unit).toBeLessThan(0.06);
    }
  });

  it("counts what is shared to the source that it comes from", () => {
    const twin = build({ shared: both });
    expect(sourcesOf(twin)).toEqual(["observation", "white", "coloured"]);
    // Auxiliary, white, observed, shared process, shared observation.
    const { diffusion } = keepSources(twin, ["observation"]).scales;
    expect(diffusion).toEqual([0, 0, 0, 0, 1, 1, 1, 0, 1, 1]);
    expect(keepSources(twin, ["white"]).scales.diffusion).toEqual([0, 1, 1, 1, 0, 0, 0, 1, 0, 0]);
  });

  it("asks for observation noise of its own where the measurement shares noise", () => {
    expect(() =>
      build({ observationNoise: false, shared: both }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[Fault: createTwin: the noise that observables share does not fit the twin. Got ranks 1 (process) and 2 (observation), 3 observables, method map, observationNoise false, expected ranks up to the number of observables, another method than the reference's, and observationNoise where rank and noise are those of the observation. Lower \`shared\`, or set \`observationNoise: true\`.]`,
    );
  });
});

/** No noise but that of the measurement, with G = g_0 at every state and a drift of zero. */
function onlyObservation(twin: Twin): Twin {
  const quiet = keepSources(twin, ["observation"]);
  const parameters = Object.fromEntries(
    Object.entries(quiet.parameters).map(([name, { shape, data }]) => {
      if (name === "shared.observation") return [name, { shape, data: data.map((v) => 10 * v) }];
      return [name, { shape, data: name.startsWith("shared") ? data : data.map(() => 0) }];
    }),
  );
  return { ...quiet, parameters };
}
