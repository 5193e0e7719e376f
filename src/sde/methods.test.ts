import { describe, expect, it } from "vitest";
import { createGenerator, createStream, type Generator } from "../base/index.ts";
import {
  affine,
  constant,
  input,
  interpret,
  mul,
  type Node,
  negate,
  tanh,
} from "../engine/index.ts";
import {
  findMethod,
  type Method,
  methods,
  ornsteinUhlenbeckLaw,
  replaceNewest,
  type StepModel,
  shiftDelays,
} from "./index.ts";

/** A step in numbers: rows of x, a and normals in, rows of x and a out. */
function stepper(
  method: Method,
  model: (rate: Node) => StepModel,
  size: { rows: number; x: number; a: number; dt: number; substeps?: number; noise?: boolean },
  theta: readonly number[],
): (x: ArrayLike<number>, a: ArrayLike<number>, n: ArrayLike<number>) => Float64Array[] {
  const { rows, dt, substeps = 1, noise = true } = size;
  const cols = method.normalCols({ observables: size.x, auxiliaries: size.a, substeps });
  const rate = input("rate", [1, Math.max(1, size.a)]);
  const state = {
    x: input("x", [rows, size.x]),
    a: size.a > 0 ? input("a", [rows, size.a]) : undefined,
  };
  const drawn = noise ? input("n", [rows, cols]) : undefined;
  const next = method.step(model(rate), state, { dt, substeps }, drawn);
  const roots = next.a ? [next.x, next.a] : [next.x];
  return (x, a, n) => interpret(roots, { values: { x, a, n, rate: theta } });
}

const still = (x: Node): Node => constant(0, x.shape);
const draw = (generator: Generator, count: number): Float64Array =>
  Float64Array.from({ length: count }, () => generator.normal());
const meanProduct = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum / a.length;
};

/** What every method must do, whatever its calculus. */
function describeMethod(method: Method): void {
  describe(method.name, () => {
    it("keeps auxiliaries at variance G^2 var and autocorrelation exp(-h) within 4 standard errors", () => {
      const rows = 4000;
      for (const h of [0.05, 1, 2.36]) {
        const model = (rate: Node): StepModel => ({
          drift: still,
          diffusion: (x) => ({
            white: constant(0, x.shape),
            auxiliary: constant(1.5, [rows, 1]),
          }),
          mix: (a) => a,
          rate,
        });
        const step = stepper(method, model, { rows, x: 1, a: 1, dt: h }, [1]);
        const generator = createGenerator(createStream(11));
        const cols = method.normalCols({ observables: 1, auxiliaries: 1, substeps: 1 });
        const variance = method.calculus === "discrete" ? 2.25 : 2.25 / 2;
        const a = draw(generator, rows).map((n) => n * Math.sqrt(variance));
        const next = step(new Float64Array(rows), a, draw(generator, rows * cols))[1];
        // Fails once in 5,000 runs of a correct program: two tests at 4 standard errors, three h.
        expect(Math.abs(meanProduct(next, next) / variance - 1)).toBeLessThan(
          4 * Math.sqrt(2 / rows),
        );
        const correlation = meanProduct(a, next) / variance;
        expect(Math.abs(correlation - Math.exp(-h))).toBeLessThan(4 * Math.sqrt(2 / rows));
      }
    });

    it("moves by the drift alone, and lets auxiliaries decay, where the noise is off", () => {
      const model = (rate: Node): StepModel => ({
        drift: (x) => constant(2, x.shape),
        diffusion: (x) => ({ white: constant(9, x.shape), auxiliary: constant(9, x.shape) }),
        mix: still,
        rate,
      });
      const step = stepper(method, model, { rows: 1, x: 1, a: 1, dt: 1, noise: false }, [0.5]);
      const [x, a] = step([1], [4], []);
      expect(x[0]).toBeCloseTo(3, 12);
      expect(a[0]).toBeCloseTo(4 * Math.exp(-0.5), 12);
    });

    it("works without auxiliaries: white noise of sd G sqrt(dt) on the observables", () => {
      const model = (): StepModel => ({
        drift: still,
        diffusion: (x) => ({ white: constant(0.5, x.shape) }),
        mix: (a) => a,
      });
      const step = stepper(method, model, { rows: 2, x: 2, a: 0, dt: 1 }, [1]);
      expect(Array.from(step([0, 0, 0, 0], [], [1, -2, 3, 0])[0])).toEqual([0.5, -1, 1.5, 0]);
    });

    it("states its calculus and its source", () => {
      expect(method.calculus).toMatch(/^(stratonovich|ito|discrete)$/);
      expect(method.source.length).toBeGreaterThan(10);
    });
  });
}

for (const method of Object.values(methods)) describeMethod(method);

describe("map", () => {
  it("adds F, mixes a and its fresh part by the same W, and gives white noise its own normal", () => {
    const model = (rate: Node): StepModel => ({
      drift: (x) => affine(x, -0.25),
      diffusion: (x) => ({ white: constant(0.1, x.shape), auxiliary: constant(2, x.shape) }),
      mix: (a) => affine(a, 3),
      rate,
    });
    const step = stepper(methods.map, model, { rows: 1, x: 1, a: 1, dt: 1 }, [0.5]);
    const [x, a] = step([4], [0.7], [-1.3, 0.4]);
    const rho = Math.exp(-0.5);
    const fresh = Math.sqrt(1 - rho * rho) * 2 * -1.3;
    expect(x[0]).toBeCloseTo(4 - 1 + 3 * (0.7 + fresh) + 0.1 * 0.4, 12);
    expect(a[0]).toBeCloseTo(rho * 0.7 + fresh, 12);
  });
});

describe("heun", () => {
  /** Errors at t = 1 against 512 fine steps on the same path, for steps 1/4 ... 1/32. */
  function strongErrors(diffusion: (x: Node) => Node): number[] {
    const rows = 200;
    const fine = 512;
    const generator = createGenerator(createStream(3));
    const path = Array.from({ length: fine }, () => draw(generator, rows));
    const model = (): StepModel => ({
      drift: (x) => negate(tanh(affine(x, 2))),
      diffusion: (x) => ({ white: diffusion(x) }),
      mix: (a) => a,
    });
    const walk = (steps: number): Float64Array => {
      const step = stepper(methods.heun, model, { rows, x: 1, a: 0, dt: 1 / steps }, [1]);
      const many = fine / steps;
      let x = new Float64Array(rows).fill(0.5);
      for (let i = 0; i < steps; i++) {
        const sum = new Float64Array(rows);
        for (let k = 0; k < many; k++)
          for (let r = 0; r < rows; r++) sum[r] += path[i * many + k][r];
        x = step(
          x,
          [],
          sum.map((s) => s / Math.sqrt(many)),
        )[0] as Float64Array<ArrayBuffer>;
      }
      return x;
    };
    const truth = walk(fine);
    return [4, 8, 16, 32].map((steps) => {
      const x = walk(steps);
      return Math.sqrt(x.reduce((sum, value, i) => sum + (value - truth[i]) ** 2, 0) / rows);
    });
  }
  const slope = (errors: readonly number[]): number => Math.log2(errors[0] / errors[3]) / 3;

  // Slopes of 200 paths scatter by about 0.03 from seed to seed.
  it("has strong order 1.0 ± 0.15 for additive noise", () => {
    const order = slope(strongErrors((x) => constant(0.5, x.shape)));
    expect(Math.abs(order - 1)).toBeLessThan(0.15);
  });

  it("has strong order above 0.5 where G depends on x: above 0.85 for one noise, which commutes", () => {
    const order = slope(strongErrors((x) => affine(tanh(x), 0.5)));
    expect(order).toBeGreaterThan(0.85);
  });

  // dx = x dW in Stratonovich is exp(W): mean e^{1/2} where Ito's would be 1.
  it("follows Stratonovich: dx = x dW gives x = exp(W) within 1 % at dt = 1/256", () => {
    const model = (): StepModel => ({
      drift: still,
      diffusion: (x) => ({ white: x }),
      mix: (a) => a,
    });
    const rows = 50;
    const step = stepper(methods.heun, model, { rows, x: 1, a: 0, dt: 1 / 256 }, [1]);
    const generator = createGenerator(createStream(5));
    let x = new Float64Array(rows).fill(1);
    const w = new Float64Array(rows);
    for (let i = 0; i < 256; i++) {
      const n = draw(generator, rows);
      for (let r = 0; r < rows; r++) w[r] += n[r] / 16;
      x = step(x, [], n)[0] as Float64Array<ArrayBuffer>;
    }
    const worst = x.reduce(
      (most, value, r) => Math.max(most, Math.abs(value / Math.exp(w[r]) - 1)),
      0,
    );
    expect(worst).toBeLessThan(0.01);
  });

  // Sample variances of 20,000 pairs have a standard error of 1 %; 4 % fails once in 10,000 runs.
  it("pushes x with the exact law of the auxiliary's force, also at h = 2.36", () => {
    const rows = 20_000;
    for (const h of [0.05, 1, 2.36]) {
      const model = (rate: Node): StepModel => ({
        drift: still,
        diffusion: (x) => ({ white: constant(0, x.shape), auxiliary: constant(1, x.shape) }),
        mix: (a) => a,
        rate,
      });
      const step = stepper(methods.heun, model, { rows, x: 1, a: 1, dt: h / 2 }, [2]);
      const generator = createGenerator(createStream(8));
      const rest = new Float64Array(rows);
      const [force, a] = step(rest, rest, draw(generator, rows * 3));
      const law = ornsteinUhlenbeckLaw(2, h / 2);
      expect(Math.abs(meanProduct(force, force) / law.varEta - 1)).toBeLessThan(0.04);
      expect(Math.abs(meanProduct(a, a) / law.varZeta - 1)).toBeLessThan(0.04);
      expect(Math.abs(meanProduct(force, a) / -law.covariance - 1)).toBeLessThan(0.06);
    }
  });

  it("adds the force of a once: x' = x - (1 - e^{-h}) a where nothing else moves", () => {
    const model = (rate: Node): StepModel => ({
      drift: still,
      diffusion: (x) => ({ white: constant(0, x.shape), auxiliary: constant(1, x.shape) }),
      mix: (a) => a,
      rate,
    });
    const step = stepper(methods.heun, model, { rows: 1, x: 1, a: 1, dt: 0.5 }, [2]);
    const [x, a] = step([1], [3], [0, 0, 0]);
    expect(x[0]).toBeCloseTo(1 - 3 * (1 - Math.exp(-1)), 12);
    expect(a[0]).toBeCloseTo(3 * Math.exp(-1), 12);
  });

  it("walks two substeps as two steps of half the length", () => {
    const model = (rate: Node): StepModel => ({
      drift: (x) => negate(x),
      diffusion: (x) => ({ white: tanh(x), auxiliary: mul(x, x) }),
      mix: (a) => a,
      rate,
    });
    const size = { rows: 1, x: 1, a: 1 };
    const whole = stepper(methods.heun, model, { ...size, dt: 0.4, substeps: 2 }, [2]);
    const half = stepper(methods.heun, model, { ...size, dt: 0.2 }, [2]);
    const n = [0.3, -1, 0.7, 1.2, 0.1, -0.4];
    const [x, a] = half([0.5], [0.2], n.slice(0, 3));
    const [xx, aa] = half(x, a, n.slice(3));
    const [y, b] = whole([0.5], [0.2], n);
    expect(y[0]).toBeCloseTo(xx[0], 12);
    expect(b[0]).toBeCloseTo(aa[0], 12);
  });
});

describe("delays", () => {
  it("shift by exactly one sample", () => {
    const line = input("line", [1, 6]);
    const shifted = shiftDelays(input("next", [1, 2]), line);
    const replaced = replaceNewest(input("next", [1, 2]), line);
    const values = { line: [1, 2, 3, 4, 5, 6], next: [8, 9] };
    expect(Array.from(interpret([shifted], { values })[0])).toEqual([8, 9, 1, 2, 3, 4]);
    expect(Array.from(interpret([replaced], { values })[0])).toEqual([8, 9, 3, 4, 5, 6]);
  });
});

describe("findMethod", () => {
  it("names the methods there are", () => {
    expect(() => findMethod("rk4", 1)).toThrowErrorMatchingInlineSnapshot(
      `[Fault: findMethod: there is no such method of stepping. Got 'rk4', expected map or heun. Choose one of these; a twin is simulated with the method it was fitted with.]`,
    );
  });
  it("refuses substeps of a map", () => {
    expect(() => findMethod("map", 2)).toThrowErrorMatchingInlineSnapshot(
      `[Fault: findMethod: 'map' cannot walk in so many substeps. Got 2, expected 1, for a map has no substeps. Change \`substeps\`, or choose \`heun\`.]`,
    );
  });
});
