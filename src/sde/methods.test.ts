import { describe, expect, it } from "vitest";
import { createGenerator, createStream } from "../base/index.ts";
import {
  addAll,
  affine,
  compile,
  constant,
  gradients,
  input,
  interpret,
  literal,
  loadKernelModule,
  matmul,
  mul,
  type Node,
  negate,
  parameter,
  slice,
  square,
  sumAll,
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
import { draw, meanProduct, stepper, still } from "./stepper.test-support.ts";

/** What every method must do, whatever its calculus. */
function describeMethod(method: Method): void {
  describe(method.name, () => {
    it("moves by the drift alone where the noise is off", () => {
      const model = (rate: Node): StepModel => ({
        drift: (x) => constant(2, x.shape),
        diffusion: (x) => ({ white: constant(9, x.shape), auxiliary: constant(9, x.shape) }),
        mix: still,
        rate,
      });
      const step = stepper(method, model, { rows: 1, x: 1, a: 1, dt: 1, noise: false }, [0.5]);
      expect(step([1], [4], [])[0][0]).toBeCloseTo(3, 12);
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

    const ranks = method.hasExactAuxiliaries ? [0, 1] : [0];
    it.each(ranks)(
      "and its derivative agree compiled with float64 to 5e-6, %d noises shared",
      async (shared) => {
        const substeps = method.hasSubsteps ? 2 : 1;
        const size = { observables: 2, auxiliaries: 3, substeps, shared };
        const parts = {
          x: parameter("x", [5, 2]),
          a: parameter("a", [5, 3]),
          rate: parameter("rate", [1, 3]),
          n: parameter("n", [5, method.normalCols(size)]),
        };
        const pattern = literal([1, 2], [2, -0.5]);
        const widen = literal([2, 3], [1, -1, 0.5, 0.2, 0.7, -0.3]);
        const model: StepModel = {
          drift: (x) => negate(tanh(x)),
          diffusion: (x) => ({
            white: affine(x, 0.5, 1),
            auxiliary: tanh(matmul(x, widen)),
            ...(shared > 0 ? { shared: { amplitude: tanh(slice(x, 0, 1)), pattern } } : {}),
          }),
          mix: (a) => matmul(a, widen, "nt"),
          rate: affine(square(parts.rate), 1, 0.1),
        };
        const next = method.step(model, parts, { dt: 0.3, substeps: size.substeps }, parts.n);
        const loss = addAll([next.x, next.a as Node].map((part) => sumAll(square(part))));
        const wanted = [loss, next.x, ...gradients(loss, Object.values(parts))];
        const program = compile(await loadKernelModule(), {
          outputs: Object.fromEntries(wanted.map((value, i) => [`${i}`, { value }])),
        });
        const generator = createGenerator(createStream(2));
        const values = Object.fromEntries(
          Object.entries(parts).map(([name, { shape }]) => {
            const data = Float32Array.from(draw(generator, shape[0] * shape[1]));
            program.setParameters({ [name]: { shape, data } });
            return [name, data];
          }),
        );
        program.run();
        interpret(wanted, { values }).forEach((expected, i) => {
          const got = program.read(`${i}`);
          const error = Math.hypot(...expected.map((value, k) => value - got[k]));
          expect(error / Math.hypot(...expected)).toBeLessThan(5e-6);
        });
      },
    );

    it("states its calculus and its source", () => {
      const correction = { ito: 0, stratonovich: 1 / 2, discrete: undefined };
      if (method.calculus === "neither") expect([0, 1 / 2]).not.toContain(method.correction);
      else expect(method.correction).toBe(correction[method.calculus]);
      expect(method.source.length).toBeGreaterThan(10);
    });
  });
}

/** Methods that know noise of low rank. */
function describeSharedNoise(method: Method): void {
  it(`${method.name} moves observables together by the pattern of a shared noise`, () => {
    const model = (): StepModel => ({
      drift: still,
      diffusion: (x) => ({
        white: constant(0.5, x.shape),
        shared: { amplitude: constant(2, [1, 1]), pattern: literal([1, 2], [1, -3]) },
      }),
      mix: (a) => a,
    });
    const size = { rows: 1, x: 2, a: 0, shared: 1, dt: 0.25 };
    const step = stepper(method, model, size, [1]);
    // 0.5 n sqrt(dt) of its own, 2 nu sqrt(dt) times the pattern; a map counts in steps.
    const root = method.name === "map" ? 1 : 0.5;
    const [x] = step([0, 0], [], [1, 2, 0.1]);
    expect(x[0]).toBeCloseTo(root * (0.5 * 1 + 2 * 0.1 * 1), 12);
    expect(x[1]).toBeCloseTo(root * (0.5 * 2 - 2 * 0.1 * 3), 12);
  });
}

/** Methods that promise the exact law of auxiliaries. */
function describeExactAuxiliaries(method: Method): void {
  describe(`the auxiliaries of ${method.name}`, () => {
    it("keep variance G^2 var and autocorrelation exp(-h) within 4 standard errors", () => {
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

    it("decay by exp(-h) where the noise is off", () => {
      const model = (rate: Node): StepModel => ({
        drift: still,
        diffusion: (x) => ({ white: constant(9, x.shape), auxiliary: constant(9, x.shape) }),
        mix: still,
        rate,
      });
      const step = stepper(method, model, { rows: 1, x: 1, a: 1, dt: 1, noise: false }, [0.5]);
      expect(step([1], [4], [])[1][0]).toBeCloseTo(4 * Math.exp(-0.5), 12);
    });

    if (method.calculus !== "discrete") describeForce(method);
  });
}

/** The force of auxiliaries in continuous time. */
function describeForce(method: Method): void {
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
      const step = stepper(method, model, { rows, x: 1, a: 1, dt: h / 2 }, [2]);
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
    const step = stepper(method, model, { rows: 1, x: 1, a: 1, dt: 0.5 }, [2]);
    const [x, a] = step([1], [3], [0, 0, 0]);
    expect(x[0]).toBeCloseTo(1 - 3 * (1 - Math.exp(-1)), 12);
    expect(a[0]).toBeCloseTo(3 * Math.exp(-1), 12);
  });
}

/** Methods that walk in substeps. */
function describeSubsteps(method: Method): void {
  describe(`the substeps of ${method.name}`, () => {
    it("walks two substeps as two steps of half the length", () => {
      const model = (rate: Node): StepModel => ({
        drift: (x) => negate(x),
        diffusion: (x) => ({ white: tanh(x), auxiliary: mul(x, x) }),
        mix: (a) => a,
        rate,
      });
      const size = { rows: 1, x: 1, a: 1 };
      const whole = stepper(method, model, { ...size, dt: 0.4, substeps: 2 }, [2]);
      const half = stepper(method, model, { ...size, dt: 0.2 }, [2]);
      const cols = method.normalCols({ observables: 1, auxiliaries: 1, substeps: 1 });
      const n = [0.3, -1, 0.7, 1.2, 0.1, -0.4].slice(0, 2 * cols);
      const [x, a] = half([0.5], [0.2], n.slice(0, cols));
      const [xx, aa] = half(x, a, n.slice(cols));
      const [y, b] = whole([0.5], [0.2], n);
      expect(y[0]).toBeCloseTo(xx[0], 12);
      expect(b[0]).toBeCloseTo(aa[0], 12);
    });
  });
}

for (const method of Object.values(methods)) {
  describeMethod(method);
  if (!method.hasExactAuxiliaries) continue;
  describeExactAuxiliaries(method);
  describeSharedNoise(method);
  if (method.hasSubsteps) describeSubsteps(method);
}

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

describe("methods of the reference, whose auxiliaries walk through the stages", () => {
  /** Stationary variance of an auxiliary over the true one, g^2 / (2 theta), at h = theta dt. */
  function keptVariance(method: Method, h: number): number {
    const model = (rate: Node): StepModel => ({
      drift: still,
      diffusion: (x) => ({ white: constant(0, x.shape), auxiliary: constant(1, x.shape) }),
      mix: (a) => a,
      rate,
    });
    const step = stepper(method, model, { rows: 1, x: 1, a: 1, dt: h }, [1]);
    const kept = step([0], [1], [0, 0])[1][0];
    const fresh = step([0], [0], [0, 1])[1][0];
    return kept ** 2 < 1 ? (2 * fresh ** 2) / (1 - kept ** 2) : Number.POSITIVE_INFINITY;
  }

  /** theta dt of the fastest auxiliary, theta = 5, at dt = 0.09 * 2 pi / 1.2. */
  const duffing = (5 * 0.09 * 2 * Math.PI) / 1.2;

  it("keep 26 % of the variance at the rings' step in RK2, and diverge at the Duffing step", () => {
    expect(keptVariance(methods["nado-rk2"], Math.PI / 2)).toBeCloseTo(0.26, 2);
    expect(keptVariance(methods["nado-rk2"], duffing)).toBe(Number.POSITIVE_INFINITY);
  });

  it("keep 0.8 % of the variance at the Duffing step in RK4", () => {
    expect(keptVariance(methods["nado-rk4"], duffing)).toBeCloseTo(0.008, 3);
  });

  it.each([
    ["nado-rk2", 1 - 0.6 + 0.6 ** 2 / 2],
    ["nado-rk4", 1 - 0.6 + 0.6 ** 2 / 2 - 0.6 ** 3 / 6 + 0.6 ** 4 / 24],
  ] as const)(
    "%s lets an auxiliary decay by its own polynomial, and pushes x by W(-theta a)",
    (name, kept) => {
      const model = (rate: Node): StepModel => ({
        drift: still,
        diffusion: (x) => ({ white: constant(0, x.shape) }),
        mix: (a) => affine(a, 3),
        rate,
      });
      const step = stepper(
        methods[name],
        model,
        { rows: 1, x: 1, a: 1, dt: 0.3, noise: false },
        [2],
      );
      const [x, a] = step([1], [5], []);
      expect(a[0]).toBeCloseTo(5 * kept, 12);
      expect(x[0]).toBeCloseTo(1 + 3 * 5 * (kept - 1), 12);
    },
  );

  // In double precision with the formulas of the file: z2, z3, z4 and z' by hand for F = 0, G = z.
  it("nado-rk4 scales the noise of its half steps by sqrt(2/dt)", () => {
    const model = (): StepModel => ({
      drift: still,
      diffusion: (x) => ({ white: x }),
      mix: (a) => a,
    });
    const step = stepper(methods["nado-rk4"], model, { rows: 1, x: 1, a: 0, dt: 0.5 }, [1]);
    const [n, whole, half] = [0.7, Math.sqrt(0.5), Math.sqrt(0.25)];
    const z2 = 1 + n * half;
    const z3 = 1 + z2 * n * half;
    const z4 = 1 + z3 * n * whole;
    expect(step([1], [], [n])[0][0]).toBeCloseTo(
      1 + ((1 + 2 * z2 + 2 * z3 + z4) * n * whole) / 6,
      12,
    );
  });

  it("sum two columns of noise, each with its own normals, x before a in each", () => {
    const model = (rate: Node): StepModel => ({
      drift: still,
      diffusion: () => ({
        white: literal([1, 4], [1, 2, 10, 20]),
        auxiliary: literal([1, 2], [100, 1000]),
      }),
      mix: (a) => matmul(a, literal([1, 2], [0, 0])),
      rate,
    });
    const size = { rows: 1, x: 2, a: 1, dt: 1e-12, noiseColumns: 2 };
    for (const name of ["nado-rk2", "nado-rk4"] as const) {
      const step = stepper(methods[name], model, size, [1]);
      const [x, a] = step(
        [0, 0],
        [0],
        [3, 5, 7, 0.1, 0.2, 0.3].map((n) => 1e6 * n),
      );
      expect(x[0]).toBeCloseTo(1 * 3 + 10 * 0.1, 6);
      expect(x[1]).toBeCloseTo(2 * 5 + 20 * 0.2, 6);
      expect(a[0]).toBeCloseTo(100 * 7 + 1000 * 0.3, 6);
    }
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
    expect(() => findMethod("milstein", 1)).toThrowErrorMatchingInlineSnapshot(
      `[Fault: findMethod: there is no such method of stepping. Got 'milstein', expected one of map, heun, euler-maruyama, rk4, nado-rk2, nado-rk4. Choose one of these; a twin is simulated with the method it was fitted with.]`,
    );
  });
  it("refuses substeps of a map", () => {
    expect(() => findMethod("map", 2)).toThrowErrorMatchingInlineSnapshot(
      `[Fault: findMethod: 'map' cannot walk in so many substeps. Got 2, expected 1, for a map has no substeps. Change \`substeps\`, or choose \`heun\`.]`,
    );
  });
});
