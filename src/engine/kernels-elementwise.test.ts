import { beforeAll, describe, expect, test } from "vitest";
import { loadKernelModule } from "#load-kernels";
import type { KernelBuild } from "./finish.ts";
import {
  Arena,
  heights,
  mixed,
  type Op,
  range,
  type Values,
  widths,
} from "./kernel-arena.test-support.ts";
import { createKernels } from "./kernels.ts";
import { kinds } from "./records.gen.ts";

// The element-by-element kernels against 64-bit floats, on sizes from nothing to one past each
// width. Targets start as garbage and lie between guards, so a stray write is seen.

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const unaryOf: Record<keyof typeof kinds.unary, (x: number, p: number, q: number) => number> = {
  affine: (x, p, q) => p * x + q,
  relu: (x) => Math.max(x, 0),
  tanh: Math.tanh,
  silu: (x) => x * sigmoid(x),
  sigmoid,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  abs: Math.abs,
  reciprocal: (x) => 1 / x,
  clip: (x, p, q) => Math.min(Math.max(x, p), q),
  positive: (x) => (x > 0 ? 1 : 0),
  inside: (x, p, q) => (x > p && x < q ? 1 : 0),
  sign: Math.sign,
  round: (x) => {
    const near = Math.round(x);
    return near - x === 0.5 && near % 2 !== 0 ? near - 1 : near;
  },
};
const binaryOf: Record<keyof typeof kinds.binary, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  reluGrad: (a, b) => (b > 0 ? a : 0),
  tanhGrad: (a, b) => a * (1 - b * b),
  siluGrad: (a, b) => a * sigmoid(b) * (1 + b * (1 - sigmoid(b))),
  min: Math.min,
  max: Math.max,
};
const unaryNames = Object.keys(unaryOf) as (keyof typeof unaryOf)[];
const binaryNames = Object.keys(binaryOf) as (keyof typeof binaryOf)[];
const builds: KernelBuild[] = ["relaxed", "simd"];

describe.each(builds)("the %s build", (build) => {
  let arena: Arena;
  beforeAll(async () => {
    const loaded = await loadKernelModule({ build });
    arena = new Arena(createKernels(loaded, { bytes: 4 << 20 }));
  });

  function forSizes(check: (rows: number, cols: number) => void): void {
    for (const rows of heights) for (const cols of widths) check(rows, cols);
  }

  /** All three ways to give an operand of an element-by-element kernel. */
  function operands(rows: number, cols: number, values: Values) {
    const whole = arena.matrix(rows, cols, values, 1);
    const row = arena.matrix(1, cols, values);
    const column = arena.matrix(rows, 1, values);
    return [
      {
        address: whole.address,
        ld: whole.ld,
        splat: 0,
        at: (r: number, c: number) => arena.at(whole, r, c),
      },
      { address: row.address, ld: 0, splat: 0, at: (_: number, c: number) => arena.at(row, 0, c) },
      {
        address: column.address,
        ld: column.ld,
        splat: 1,
        at: (r: number) => arena.at(column, r, 0),
      },
    ];
  }

  test.each(unaryNames)("unary %s agrees within 1e-6, with each broadcast and in place", (name) => {
    const positive = name === "log" || name === "sqrt";
    const values: Values = (r, c) => (positive ? 0.01 + mixed(1)(r, c) ** 2 : mixed(1)(r, c));
    const [p, q] = [-0.75, 1.25];
    const of = (x: number) => unaryOf[name](x, p, q);
    forSizes((rows, cols) => {
      arena.clear();
      const common = { kind: kinds.unary[name], rows, cols, p, q };
      const all = operands(rows, cols, values);
      for (const { address: a, ld: ldA, splat: splatA, at } of all) {
        const to = arena.matrix(rows, cols, undefined, 1);
        arena.run({
          op: "unary",
          fields: { ...common, to: to.address, ldTo: to.ld, a, ldA, splatA },
        });
        arena.expect(to, (r, c) => of(at(r, c)), 2e-6);
      }
      const self = arena.matrix(rows, cols, values);
      const fields = { ...common, to: self.address, ldTo: self.ld, a: self.address, ldA: self.ld };
      arena.run({ op: "unary", fields: { ...fields, splatA: 0 } });
      arena.expect(self, (r, c) => of(all[0].at(r, c)), 2e-6);
    });
  });

  test.each(binaryNames)(
    "binary %s agrees within 1e-6, with each broadcast and in place",
    (name) => {
      const of = binaryOf[name];
      forSizes((rows, cols) => {
        arena.clear();
        const common = { kind: kinds.binary[name], rows, cols };
        const as = operands(rows, cols, mixed(1));
        const bs = operands(rows, cols, mixed(2));
        const ops: Op[] = [];
        const checks: (() => void)[] = [];
        for (const { address: a, ld: ldA, splat: splatA, at: atA } of as) {
          for (const { address: b, ld: ldB, splat: splatB, at: atB } of bs) {
            const to = arena.matrix(rows, cols);
            const target = { to: to.address, ldTo: to.ld };
            ops.push({
              op: "binary",
              fields: { ...common, ...target, a, ldA, splatA, b, ldB, splatB },
            });
            checks.push(() => arena.expect(to, (r, c) => of(atA(r, c), atB(r, c)), 3e-6));
          }
        }
        const self = arena.matrix(rows, cols, mixed(1));
        const other = { address: self.address, ld: self.ld };
        const fields = { ...common, to: self.address, ldTo: self.ld, splatA: 0, splatB: 0 };
        const [a, b] = [as[0], bs[0]];
        ops.push({
          op: "binary",
          fields: { ...fields, a: other.address, ldA: other.ld, b: b.address, ldB: b.ld },
        });
        checks.push(() => arena.expect(self, (r, c) => of(a.at(r, c), b.at(r, c)), 3e-6));
        arena.run(...ops);
        for (const check of checks) check();
      });
    },
  );

  /** One unary kernel over a list of numbers. */
  function apply(name: keyof typeof unaryOf, xs: readonly number[]): number[] {
    arena.clear();
    const from = arena.matrix(1, xs.length, (_, c) => xs[c]);
    const to = arena.matrix(1, xs.length);
    const target = { to: to.address, ldTo: to.ld, a: from.address, ldA: from.ld, splatA: 0 };
    const rest = { rows: 1, cols: xs.length, p: 0, q: 0 };
    arena.run({ op: "unary", fields: { kind: kinds.unary[name], ...target, ...rest } });
    return xs.map((_, c) => arena.at(to, 0, c));
  }

  test.each([
    ["exp", -87.3, 88.7],
    ["log", 1e-37, 20],
    ["tanh", -12, 12],
    ["sigmoid", -80, 80],
    ["silu", -80, 80],
    ["softplus", -80, 80],
  ] as const)("%s is within 1e-6 of its value from %d to %d", (name, low, high) => {
    const count = 20_000;
    const xs = range(0, count).map((i) => Math.fround(low + ((high - low) * i) / count));
    const near = range(0, 200).map((i) => Math.fround(2 ** (-i / 10)));
    const all = name === "log" ? [...xs, ...near] : [...xs, ...near, ...near.map((x) => -x)];
    let worst = 0;
    apply(name, all).forEach((y, i) => {
      const wanted = unaryOf[name](all[i], 0, 0);
      if (wanted !== 0) worst = Math.max(worst, Math.abs(y / wanted - 1));
    });
    expect(worst).toBeLessThan(1e-6);
  });

  test("functions saturate without overshoot, and NaN stays NaN", () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    expect(apply("exp", [-inf, -200, -88, 0, 88.8, 200, inf])).toEqual([0, 0, 0, 1, inf, inf, inf]);
    expect(apply("log", [0, 1, inf, -1])).toEqual([-inf, 0, inf, nan]);
    expect(apply("log", [1e-40])[0]).toBeCloseTo(-92.1034, 3);
    expect(apply("sigmoid", [-inf, -200, 0, 200, inf])).toEqual([0, 0, 0.5, 1, 1]);
    expect(apply("softplus", [-inf, -200, 200, inf])).toEqual([0, 0, 200, inf]);
    expect(apply("round", [0.5, 1.5, 2.5, -1.5, -2.5, 7.2])).toEqual([0, 2, 2, -2, -2, 7]);
    const far = apply("tanh", [-inf, ...range(0, 400).map((i) => 6 + i / 40), inf]);
    expect(Math.max(...far.map(Math.abs))).toBeLessThanOrEqual(1);
    expect([far[0], far.at(-1)].map((y) => Math.round(y! * 1e6) / 1e6)).toEqual([-1, 1]);
    const visible = unaryNames.filter((name) => !["positive", "inside", "sign"].includes(name));
    for (const name of visible) expect([name, apply(name, [nan])[0]]).toEqual([name, nan]);
  });
});
