import { describe, expect, it } from "vitest";
import {
  createArray,
  createGenerator,
  createStream,
  factorCholesky,
  type Generator,
  solveCholesky,
} from "../base/index.ts";
import { gradients, input, interpret } from "../engine/index.ts";
import { createLikelihood } from "./kalman-graph.ts";
import { createTwinGraph } from "./model.ts";
import { createTwin, type Twin, type TwinBasis, type TwinOptions } from "./twin.ts";

const steps = 5;
const windows = 2;
const basis = (observables: number): TwinBasis => ({
  dt: 1,
  inputs: [{ name: "u", unit: "1" }],
  observables: Array.from({ length: observables }, (_, i) => ({ name: `x${i}`, unit: "1" })),
  limits: [{ min: -1, max: 1 }],
  start: { mean: [], factor: [] },
  scales: {
    observables: Array.from({ length: observables }, () => ({ mean: 0, sd: 1 })),
    increments: [0.3, 0.5].slice(0, observables),
  },
  featureScales: (features) => features.map(() => ({ mean: 0, sd: 1 })),
});

/** A twin with random weights; without hidden layers F is linear and G constant. */
function build(observables: number, hidden: number[], options: TwinOptions): Twin {
  const layers = { hidden, activation: "tanh" } as const;
  const twin = createTwin(
    basis(observables),
    { drift: layers, diffusion: layers, ...options },
    createStream(4),
  );
  const generator = createGenerator(createStream(5));
  const parameters = Object.fromEntries(
    Object.entries(twin.parameters).map(([name, { shape, data }]) => {
      const isConstant = hidden.length === 0 && name === "diffusion.0.weight";
      return [name, { shape, data: data.map(() => (isConstant ? 0 : 0.4 * generator.normal())) }];
    }),
  );
  return { ...twin, parameters };
}

const numbers = (generator: Generator, count: number): Float64Array =>
  Float64Array.from({ length: count }, () => generator.normal());

/** A measured path of every window with its delay line, drive, and every step scored. */
function drawFeeds(twin: Twin) {
  const generator = createGenerator(createStream(6));
  const k = twin.observables.length;
  const samples = steps + twin.delays + 1;
  const paths = [1, 0].map((reset) => {
    const path = numbers(generator, samples * k);
    if (reset) for (let i = 0; i < twin.delays * k; i++) path[i] = path[twin.delays * k + (i % k)];
    return path;
  });
  const at = (path: Float64Array, t: number) =>
    path.subarray((t + twin.delays) * k, (t + twin.delays + 1) * k);
  const each = <T>(make: (path: Float64Array, t: number) => T): T[] =>
    Array.from({ length: steps }, (_, t) => paths.map((path) => make(path, t))).flat();
  const line = (path: Float64Array, t: number) =>
    Array.from({ length: twin.delays + 1 }, (_, d) => [...at(path, t - d)]).flat();
  return {
    line: each(line).flat(),
    target: each((path, t) => [...at(path, t + 1)]).flat(),
    drive: [...numbers(generator, steps * windows)],
    scored: new Array(steps * windows).fill(1),
    reset: [1, 0],
  };
}

const weightsOf = (twin: Twin) =>
  Object.fromEntries(Object.entries(twin.parameters).map(([name, { data }]) => [name, data]));

/**
 * The same from the dense law of a whole window: the twin's own step, which is linear, walked once
 * for each of the unit normals that make a path, from the first measured samples less their errors.
 */
function denseLoss(twin: Twin, feeds: ReturnType<typeof drawFeeds>): number {
  const graph = createTwinGraph(twin);
  const { stateCols, normalCols, observables: k } = graph;
  const lineCols = stateCols - twin.auxiliaries;
  const state = input("state", [1, stateCols]);
  const normals = input("normals", [1, normalCols]);
  const drive = input("drive", [1, 1]);
  const next = graph.step({ state, drive, normals });
  const terms = graph.terms(input("line", [1, lineCols]), { drive });
  const nodes = [terms.auxiliary ?? terms.white, terms.observed ?? terms.white];
  let total = 0;
  for (let i = 0; i < windows; i++) {
    const row = <T>(data: readonly T[], t: number, cols: number) =>
      data.slice((t * windows + i) * cols, (t * windows + i + 1) * cols);
    const first = row(feeds.line, 0, lineCols);
    const values = { ...weightsOf(twin), line: first, drive: row(feeds.drive, 0, 1) };
    const [auxiliary, observed] = interpret(nodes, { values });
    const starts = startSources(twin, feeds.reset[i] === 1, auxiliary, observed);
    const walk = (source: number): number[] => {
      let now = [...first, ...new Array(twin.auxiliaries).fill(0)];
      if (source >= 0 && source < starts.length) now = now.map((v, c) => v + starts[source][c]);
      const path: number[] = [];
      for (let t = 0; t < steps; t++) {
        const unit = new Array(normalCols).fill(0);
        const at = source - starts.length - t * normalCols;
        if (at >= 0 && at < normalCols) unit[at] = 1;
        const fed = { ...values, state: now, normals: unit, drive: row(feeds.drive, t, 1) };
        const [after, measured] = interpret([next.state, next.measured], { values: fed });
        now = [...after];
        path.push(...measured);
      }
      return path;
    };
    const mean = walk(-1);
    const columns = Array.from({ length: starts.length + steps * normalCols }, (_, s) =>
      walk(s).map((value, j) => value - mean[j]),
    );
    const seen = Array.from({ length: steps }, (_, t) => row(feeds.target, t, k)).flat();
    total +=
      density(
        columns,
        seen.map((y, j) => y - mean[j]),
      ) / k;
  }
  // The graph counts in units of c.
  const unit = twin.scales.increments.reduce((sum, c) => sum + Math.log(c), 0) / k;
  return total - windows * steps * unit;
}

/** What each unit normal of the start adds to the state: errors of the samples, then auxiliaries. */
function startSources(
  twin: Twin,
  isReset: boolean,
  auxiliary: ArrayLike<number>,
  observed: ArrayLike<number>,
): number[][] {
  const k = twin.observables.length;
  const cols = k * (twin.delays + 1);
  const blank = () => new Array<number>(cols + twin.auxiliaries).fill(0);
  const error = (i: number) => -twin.scales.increments[i % k] * observed[i % k];
  const slots = Array.from({ length: twin.observationNoise ? cols : 0 }, (_, i) => i);
  const errors = isReset
    ? slots.slice(0, k).map((x) => blank().map((_, c) => (c < cols && c % k === x ? error(x) : 0)))
    : slots.map((i) => blank().map((_, c) => (c === i ? error(i) : 0)));
  const colours = Array.from({ length: isReset ? 0 : twin.auxiliaries }, (_, i) =>
    blank().map((_, c) => (c === cols + i ? auxiliary[i] : 0)),
  );
  return [...errors, ...colours];
}

/** (log det + distance) / 2 of numbers that are these columns times unit normals. */
function density(columns: readonly number[][], seen: readonly number[]): number {
  const size = seen.length;
  const covariance = createArray([size, size]);
  for (const column of columns) {
    column.forEach((a, i) => {
      column.forEach((b, j) => {
        covariance.data[i * size + j] += a * b;
      });
    });
  }
  const factor = factorCholesky(covariance);
  const solved = solveCholesky(factor, createArray([size, 1], seen)).data;
  return seen.reduce(
    (sum, value, i) => sum + Math.log(factor.data[i * size + i]) + (value * solved[i]) / 2,
    0,
  );
}

describe.each([
  ["coloured and white noise of two observables", 2, { auxiliaries: 2, delays: 1 }],
  ["white noise alone", 2, { auxiliaries: 0 }],
  ["observation, coloured and white noise", 1, { auxiliaries: 2, observationNoise: true }],
  ["observation and white noise", 2, { auxiliaries: 0, observationNoise: true }],
  ["all of them behind a delay", 2, { auxiliaries: 1, delays: 1, observationNoise: true }],
] as [string, number, TwinOptions][])("the likelihood of %s", (_, observables, options) => {
  const twin = build(observables, [], options);
  const feeds = drawFeeds(twin);

  it("is the density of the linear twin's own paths to 1e-9", () => {
    const { loss } = createLikelihood(twin, { steps, windows });
    const [value] = interpret([loss], { values: { ...weightsOf(twin), ...feeds } })[0];
    expect(value).toBeCloseTo(denseLoss(twin, feeds), 9);
  });

  it("has derivatives within 1e-5 of central differences where F and G are not linear", () => {
    const curved = build(observables, [3], options);
    const { loss, driftParameters, noiseParameters } = createLikelihood(curved, { steps, windows });
    const parameters = [...driftParameters, ...noiseParameters];
    const values: Record<string, ArrayLike<number>> = { ...feeds };
    for (const [name, { data }] of Object.entries(curved.parameters)) {
      values[name] = Float64Array.from(data);
    }
    const slopes = interpret(gradients(loss, parameters), { values });
    parameters.forEach((node, p) => {
      const name = node.op === "parameter" ? node.attributes.name : "";
      slopes[p].forEach((slope, i) => {
        const at = (h: number): number => {
          const moved = Float64Array.from(values[name]);
          moved[i] += h;
          return interpret([loss], { values: { ...values, [name]: moved } })[0][0];
        };
        const numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
        expect(Math.abs(slope - numeric)).toBeLessThan(1e-5 * (1 + Math.abs(numeric)));
      });
    });
  });
});
