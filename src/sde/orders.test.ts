import { describe, expect, it } from "vitest";
import { createGenerator, createStream } from "../base/index.ts";
import {
  add,
  affine,
  concat,
  constant,
  mul,
  type Node,
  negate,
  slice,
  tanh,
} from "../engine/index.ts";
import { type Method, type MethodOrders, methods, type StepModel } from "./index.ts";
import { draw, stepper, still } from "./stepper.test-support.ts";

// Every method that claims an order of convergence is held to it. Strong orders: many paths, coarse
// and fine steps on the same increments. Weak orders and limits: exact expectations, no sampling.

const claimed = Object.values(methods).filter((method) => method.correction !== undefined);

const observablesOnly =
  (drift: (x: Node) => Node, white: (x: Node) => Node): (() => StepModel) =>
  () => ({ drift, diffusion: (x) => ({ white: white(x) }), mix: (a) => a });

/** Slope of log2(error) against log2(dt), from errors at steps that halve. */
const slope = (errors: readonly number[]): number =>
  Math.log2(errors[0] / errors[errors.length - 1]) / (errors.length - 1);

/** Walk to t = 1 in equal steps, the increments of `path` summed over each; [rows, observables]. */
function walk(
  method: Method,
  model: () => StepModel,
  start: Float64Array,
  observables: number,
  path: readonly Float64Array[],
  steps: number,
): Float64Array {
  const rows = start.length / observables;
  const step = stepper(method, model, { rows, x: observables, a: 0, dt: 1 / steps }, [1]);
  const many = path.length / steps;
  let x: Float64Array = start;
  for (let i = 0; i < steps; i++) {
    const sum = new Float64Array(start.length);
    for (let k = 0; k < many; k++) {
      for (let r = 0; r < sum.length; r++) sum[r] += path[i * many + k][r] / Math.sqrt(many);
    }
    x = step(x, [], sum)[0];
  }
  return x;
}

/** Root mean square errors at t = 1 for steps 1/4 ... 1/32, against 512 steps on the same path. */
function strongErrors(method: Method, model: () => StepModel, observables: number): number[] {
  const [rows, fine] = [200, 512];
  const generator = createGenerator(createStream(3));
  const path = Array.from({ length: fine }, () => draw(generator, rows * observables));
  const start = new Float64Array(rows * observables).fill(0.5);
  const truth = walk(method, model, start, observables, path, fine);
  return [4, 8, 16, 32].map((steps) => {
    const x = walk(method, model, start, observables, path, steps);
    return Math.hypot(...x.map((value, i) => value - truth[i])) / Math.sqrt(rows);
  });
}

const drift = (x: Node): Node => negate(tanh(affine(x, 2)));
/** One noise per state, which acts on that state alone: all commute. */
const commuting = observablesOnly((x) => constant(0.5, x.shape), tanh);
const additive = observablesOnly(drift, (x) => constant(0.5, x.shape));
/** dx1 = dW1, dx2 = x1 dW2: the second noise depends on the first, which do not commute. */
const nonCommuting = observablesOnly(still, (x) => {
  const first = slice(x, 0, 1);
  return concat([constant(1, first.shape), first]);
});

type Problem = [keyof MethodOrders, () => StepModel, number];
const strongProblems: Problem[] = [
  ["strongAdditive", additive, 1],
  ["strongCommuting", commuting, 1],
  ["strongGeneral", nonCommuting, 2],
];

// Slopes of 200 paths scatter by about 0.04 from seed to seed.
describe.each(strongProblems)("%s order", (kind, model, observables) => {
  const promising = claimed.filter((method) => method.orders[kind] !== undefined);
  it.each(promising.map((method) => [method.name, method.orders[kind] as number, method] as const))(
    "of %s is %d ± 0.15",
    (_, order, method) => {
      const measured = slope(strongErrors(method, model, observables));
      expect(Math.abs(measured - order)).toBeLessThan(0.15);
    },
  );
});

/** Nodes and weights that integrate polynomials to degree 9 over a unit normal, Gauss-Hermite. */
const nodes = [0, 1.355626179974266, -1.355626179974266, 2.856970013872806, -2.856970013872806];
const weights = [
  8 / 15,
  0.2220759220056126,
  0.2220759220056126,
  0.01125741132772068,
  0.01125741132772068,
];
const expectation = (values: ArrayLike<number>, f: (x: number) => number): number =>
  weights.reduce((sum, weight, i) => sum + weight * f(values[i]), 0);

/** E x' and E x'^2 after one step from 1. */
function momentsOfStep(method: Method, model: () => StepModel, dt: number): [number, number] {
  const rows = nodes.length;
  const step = stepper(method, model, { rows, x: 1, a: 0, dt }, [1]);
  const x = step(new Float64Array(rows).fill(1), [], nodes)[0];
  return [expectation(x, (value) => value), expectation(x, (value) => value * value)];
}

// dx = l x dt + s x dW, c the calculus: E x = exp((l + c s^2) t), E x^2 = exp((2 l + (1 + 2 c) s^2) t).
const [l, s] = [0.5, 0.7];
const multiplicative = observablesOnly(
  (x) => affine(x, l),
  (x) => affine(x, s),
);

describe("the limit of small steps", () => {
  it.each(claimed.map((method) => [method.name, method.correction as number, method] as const))(
    "of %s is the Ito equation with drift f + %d g g' within 1e-4",
    (_, correction, method) => {
      const dt = 1e-6;
      const [mean, square] = momentsOfStep(method, multiplicative, dt);
      expect(Math.abs((mean - 1) / dt - (l + correction * s * s))).toBeLessThan(1e-4);
      const rate = 2 * l + (1 + 2 * correction) * s * s;
      expect(Math.abs((square - 1) / dt - rate)).toBeLessThan(1e-4);
    },
  );

  // dx = x dW: exp(W) in Stratonovich, exp(W - t/2) in Ito.
  it.each([
    ["heun", 0],
    ["rk4", 0],
    ["nado-rk2", 0],
    ["euler-maruyama", -1 / 2],
    ["nado-rk4", (1 + 2 * Math.SQRT2) / 6 - 1 / 2],
  ] as const)(
    "takes %s along dx = x dW to exp(W + %d t), within 5 %% on 50 paths",
    (name, rate) => {
      const generator = createGenerator(createStream(5));
      const path = Array.from({ length: 1024 }, () => draw(generator, 50));
      const model = observablesOnly(still, (x) => x);
      const x = walk(methods[name], model, new Float64Array(50).fill(1), 1, path, 1024);
      x.forEach((value, r) => {
        const w = path.reduce((sum, step) => sum + step[r] / 32, 0);
        expect(Math.abs(value / Math.exp(w + rate) - 1)).toBeLessThan(0.05 + 0.1 * Math.abs(rate));
      });
    },
  );
});

describe("weak orders", () => {
  const times = [4, 8, 16, 32];

  // dx = -x dt + s dW is linear: mean and variance follow from what one step does to 1 and to dW.
  it.each(claimed.map((method) => [method.name, method.orders.weakAdditive, method] as const))(
    "of %s for additive noise is %d ± 0.15, by its exact variance",
    (_, order, method) => {
      const model = observablesOnly(negate, (x) => constant(s, x.shape));
      const truth = (s * s * (1 - Math.exp(-2))) / 2;
      const errors = times.map((steps) => {
        const step = stepper(method, model, { rows: 2, x: 1, a: 0, dt: 1 / steps }, [1]);
        const [kept, fresh] = step([1, 0], [], [0, 1])[0];
        const variance = (fresh ** 2 * (1 - kept ** (2 * steps))) / (1 - kept ** 2);
        return Math.abs(variance - truth);
      });
      expect(Math.abs(slope(errors) - (order as number))).toBeLessThan(0.15);
    },
  );

  // A method may do better on this one noise than it claims for several.
  it.each(
    claimed
      .filter((method) => method.orders.weakGeneral !== undefined)
      .map((method) => [method.name, method.orders.weakGeneral, method] as const),
  )("of %s for multiplicative noise is at least %d - 0.15", (_, order, method) => {
    const rate = 2 * l + (1 + 2 * (method.correction as number)) * s * s;
    const errors = times.map((steps) => {
      const [, square] = momentsOfStep(method, multiplicative, 1 / steps);
      return Math.abs(square ** steps - Math.exp(rate));
    });
    expect(slope(errors)).toBeGreaterThan((order as number) - 0.15);
  });
});

it.each([
  ["rk4", 4],
  ["nado-rk4", 4],
  ["heun", 2],
  ["nado-rk2", 2],
  ["euler-maruyama", 1],
] as const)("without noise %s has order %d ± 0.15", (name, order) => {
  const model = observablesOnly(
    (x) => add(mul(x, negate(x)), constant(0.3, x.shape)),
    (x) => x,
  );
  const end = (steps: number): number => {
    const size = { rows: 1, x: 1, a: 0, dt: 2 / steps, noise: false };
    const step = stepper(methods[name], model, size, [1]);
    let x: ArrayLike<number> = [1];
    for (let i = 0; i < steps; i++) x = step(x, [], [])[0];
    return x[0];
  };
  // dx = (0.3 - x^2) dt is tanh.
  const root = Math.sqrt(0.3);
  const truth = root / Math.tanh(2 * root + Math.atanh(root));
  const errors = [16, 32, 64].map((steps) => Math.abs(end(steps) - truth));
  expect(Math.abs(slope(errors) - order)).toBeLessThan(0.15);
});
