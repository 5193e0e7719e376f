import { beforeAll, describe, expect, test } from "vitest";
import { loadKernelModule } from "#load-kernels";
import { philoxNormals } from "../base/index.ts";
import type { KernelBuild } from "./finish.ts";
import {
  Arena,
  heights,
  type Matrix,
  mixed,
  type Op,
  range,
  type Values,
  widths,
} from "./kernel-arena.test-support.ts";
import { attachKernels, createKernels } from "./kernels.ts";
import { kinds, recordBytes, records } from "./records.gen.ts";

// The other kernels against 64-bit floats, on sizes from nothing to one past each width. Matrix
// products are in kernels-matmul.test.ts, element-by-element ones in kernels-elementwise.test.ts.

const builds: KernelBuild[] = ["relaxed", "simd"];

describe.each(builds)("the %s build", (build) => {
  let arena: Arena;
  beforeAll(async () => {
    const loaded = await loadKernelModule({ build });
    expect(loaded.name).toBe(`engine-${build}`);
    if (build === "simd") expect(loaded.rounding).toBe("separate");
    arena = new Arena(createKernels(loaded, { bytes: 4 << 20 }));
  });

  function forSizes(check: (rows: number, cols: number) => void): void {
    for (const rows of heights) for (const cols of widths) check(rows, cols);
  }

  const reduceOf: Record<keyof typeof kinds.reduce, (x: Matrix) => Values> = {
    sumRows: (x) => (_, c) => range(0, x.rows - 1).reduce((sum, r) => sum + arena.at(x, r, c), 0),
    sumCols: (x) => (r) => range(0, x.cols - 1).reduce((sum, c) => sum + arena.at(x, r, c), 0),
    sumAll: (x) => () =>
      range(0, x.rows - 1).reduce((sum, r) => sum + reduceOf.sumCols(x)(r, 0), 0),
    maxCols: (x) => (r) => Math.max(...range(0, x.cols - 1).map((c) => arena.at(x, r, c))),
  };
  test.each(Object.keys(reduceOf) as (keyof typeof reduceOf)[])("reduce %s agrees", (name) => {
    const sizes = heights.flatMap((rows) => [...widths, 33, 100].map((cols) => [rows, cols]));
    for (const [rows, cols] of [...sizes, [1001, 3], [77, 129]]) {
      for (const accumulate of name === "maxCols" ? [0] : [0, 1]) {
        arena.clear();
        const shift = name === "maxCols" ? -3 : 0; // the padding must not win
        const from = arena.matrix(rows, cols, (r, c) => mixed(1)(r, c) + shift, 1);
        const shape = {
          sumRows: [1, cols],
          sumCols: [rows, 1],
          sumAll: [1, 1],
          maxCols: [rows, 1],
        };
        const [r, c] = shape[name];
        const to = arena.matrix(r, c, accumulate ? () => 10 : undefined);
        const fields = {
          to: to.address,
          ldTo: to.ld,
          from: from.address,
          ldFrom: from.ld,
          rows,
          cols,
        };
        arena.run({ op: "reduce", fields: { kind: kinds.reduce[name], ...fields, accumulate } });
        arena.expect(to, (i, j) => reduceOf[name](from)(i, j) + 10 * accumulate, 1e-5, 1e-4);
      }
    }
  });

  test("logSoftmax is stable, sums to one, and works in place", () => {
    forSizes((rows, cols) => {
      arena.clear();
      const values: Values = (r, c) => 40 * mixed(1)(r, c) - 200;
      const from = arena.matrix(rows, cols, values);
      const to = arena.matrix(rows, cols, undefined, 1);
      const self = arena.matrix(rows, cols, values);
      const on = (x: Matrix, y: Matrix): Op => ({
        op: "logSoftmax",
        fields: { to: y.address, ldTo: y.ld, from: x.address, ldFrom: x.ld, rows, cols },
      });
      arena.run(on(from, to), on(self, self));
      for (const result of [to, self]) {
        arena.expect(result, (r, c) => {
          const row = range(0, cols - 1).map((i) => arena.at(from, r, i));
          const most = Math.max(...row);
          const sum = row.reduce((total, x) => total + Math.exp(x - most), 0);
          return arena.at(from, r, c) - most - Math.log(sum);
        });
      }
    });
  });

  test("copy moves exactly its columns, clears what it is told to, and flushes tiny numbers", () => {
    forSizes((rows, cols) => {
      for (const shift of [0, 1, 3]) {
        for (const [clear, flush, repeat] of [
          [0, 0, 0],
          [3, 0, 1],
          [6, 1, 0],
        ]) {
          arena.clear();
          const tiny: Values = (r, c) => (flush && (r + c) % 3 === 0 ? 1e-38 : mixed(1)(r, c));
          const from = arena.matrix(Math.max(rows, 1), cols + shift, tiny, 1);
          const to = arena.matrix(rows, cols + shift + clear + 8, () => 7);
          arena.run({
            op: "copy",
            fields: {
              ...{ to: to.address + 4 * shift, ldTo: to.ld, rows, cols, clear, flush },
              ...{ from: from.address + 4 * shift, ldFrom: repeat ? 0 : from.ld },
            },
          });
          const of: Values = (r, c) => {
            if (c < shift || c >= shift + cols + clear) return 7;
            const x = c < shift + cols ? arena.at(from, repeat ? 0 : r, c) : 0;
            return Math.abs(x) < 1e-30 ? 0 : x;
          };
          arena.expect(to, of, 0, 0);
        }
      }
    });
  });

  test("fill writes exactly its count", () => {
    for (const count of widths) {
      arena.clear();
      const to = arena.matrix(1, 32, () => 1);
      arena.run({ op: "fill", fields: { to: to.address + 4, count, value: -2.5 } });
      arena.expect(to, (_, c) => (c >= 1 && c <= count ? -2.5 : 1), 0, 0);
    }
  });

  test("reshape keeps the row-major order between any two widths", () => {
    for (const fromCols of widths.slice(1)) {
      for (const toCols of widths.slice(1)) {
        for (const times of [0, 1, 3]) {
          arena.clear();
          const count = fromCols * toCols * times;
          const [rowsFrom, rowsTo] = [toCols * times, fromCols * times];
          const from = arena.matrix(rowsFrom, fromCols, (r, c) => r * fromCols + c, 1);
          const to = arena.matrix(rowsTo, toCols);
          const source = { from: from.address, ldFrom: from.ld, fromCols };
          const target = { to: to.address, ldTo: to.ld, toCols, count };
          arena.run({ op: "reshape", fields: { ...source, ...target } });
          arena.expect(to, (r, c) => r * toCols + c, 0, 0);
        }
      }
    }
  });

  test("normals are those of philoxNormals within 1e-5, whatever the shape", () => {
    const key = [0xdeadbeef, 0x01234567];
    const clock = [4_000_000_000, 17];
    for (const rowsPerStep of [1, 3, 4, 7]) {
      for (const rows of [...heights, 29]) {
        for (const cols of [...widths, 31]) {
          arena.clear();
          const ids = arena.matrix(rowsPerStep, 1, (r) => 1000 * r + 5);
          const to = arena.matrix(rows, cols, undefined, 1);
          const words = { key: arena.words(key), clock: arena.words(clock) };
          const target = { to: to.address, ld: to.ld, rows, cols, rowsPerStep };
          const fields = { ...target, ids: ids.address, ldIds: ids.ld, ...words };
          arena.run({ op: "normals", fields });
          const of: Values = (r, c) => {
            const step = clock[1] + Math.floor(r / rowsPerStep);
            const id = arena.at(ids, r % rowsPerStep, 0);
            return philoxNormals([c >> 2, step, id, clock[0]], key[0], key[1])[c & 3];
          };
          arena.expect(to, of, 0, 1e-5);
        }
      }
    }
  });

  test("a hundred thousand normals are within 1e-5 of their definition, tails too", () => {
    arena.clear();
    const ids = arena.matrix(1, 1, () => 0);
    const to = arena.matrix(12_500, 8);
    const words = { key: arena.words([1, 2]), clock: arena.words([0, 0]) };
    const target = { to: to.address, ld: to.ld, rows: to.rows, cols: 8, rowsPerStep: 1 };
    arena.run({ op: "normals", fields: { ...target, ids: ids.address, ldIds: ids.ld, ...words } });
    let largest = 0;
    for (let r = 0; r < to.rows; r++) {
      for (const block of [0, 1]) {
        const wanted = philoxNormals([block, r, 0, 0], 1, 2);
        for (let lane = 0; lane < 4; lane++) {
          const value = arena.at(to, r, 4 * block + lane);
          largest = Math.max(largest, Math.abs(value - wanted[lane]));
        }
      }
    }
    expect(largest).toBeLessThan(1e-5);
  });

  test("sumSquares adds the shards before it squares, and clip limits the norm", () => {
    for (const n of [...widths, 1000]) {
      for (const shards of [1, 3]) {
        arena.clear();
        const g = arena.matrix(shards, n, mixed(1), 1);
        const [square, factor] = [arena.matrix(1, 1, () => 0), arena.matrix(1, 2)];
        const gradient = { g: g.address, gStride: g.ld, shards, n };
        const scale = 0.5;
        const limited = {
          sumSquares: square.address,
          count: 1,
          gradientScale: scale,
          to: factor.address,
        };
        const sum = range(0, n - 1).reduce((total, i) => {
          const x = range(0, shards - 1).reduce((part, s) => part + arena.at(g, s, i), 0);
          return total + x * x;
        }, 0);
        for (const limit of [0, 0.25, 1e6]) {
          const clip: Op = { op: "clip", fields: { ...limited, limit } };
          arena.run({ op: "sumSquares", fields: { ...gradient, to: square.address } }, clip);
          arena.expect(square, () => sum, 1e-5);
          const norm = scale * Math.sqrt(sum);
          const expected = limit > 0 && norm > limit ? (scale * limit) / norm : scale;
          expect(arena.at(factor, 0, 0)).toBeCloseTo(expected, 5);
          expect(Math.abs(arena.at(factor, 0, 1) - norm)).toBeLessThanOrEqual(1e-5 * norm);
        }
      }
    }
  });

  test("ten steps of adam agree with the formula, dead moments become exactly zero, and a gradient that is not finite changes nothing", () => {
    for (const [n, shards] of [
      [0, 1],
      [8, 1],
      [24, 3],
    ]) {
      arena.clear();
      const g = arena.matrix(shards, n, (r, c) => (c === 3 ? 0 : mixed(1)(r, c)));
      const [w, m, v] = [2, 3, 4].map((seed) =>
        arena.matrix(1, n, (r, c) => mixed(seed)(r, c) ** 2),
      );
      const [a, b, s] = [w, m, v].map((x) => range(0, n - 1).map((i) => arena.at(x, 0, i)));
      if (n) for (const x of [m, v]) arena.kernels.f32[(x.address >> 2) + 3] = 2e-30;
      if (n) for (const x of [b, s]) x[3] = 0;
      const [rate, b1, b2, eps, iv, decay] = [0.01, 0.5, 0.25, 1e-8, 1.5, 0.001];
      const hyper = arena.matrix(1, 6, (_, c) => [rate, b1, b2, eps, iv, decay][c]);
      const clip = arena.matrix(1, 2, (_, c) => [0.5, 7][c]);
      const state = {
        w: w.address,
        g: g.address,
        gStride: g.ld,
        shards,
        m: m.address,
        v: v.address,
      };
      for (let step = 0; step < 10; step++) {
        arena.run({
          op: "adam",
          fields: { ...state, n, hyper: hyper.address, clip: clip.address },
        });
        for (let i = 0; i < n; i++) {
          const x = 0.5 * range(0, shards - 1).reduce((sum, row) => sum + arena.at(g, row, i), 0);
          b[i] = b1 * b[i] + (1 - b1) * x;
          s[i] = b2 * s[i] + (1 - b2) * x * x;
          a[i] -= (rate * b[i]) / (Math.sqrt(s[i]) * iv + eps) + decay * a[i];
        }
      }
      for (const [matrix, wanted] of [
        [w, a],
        [m, b],
        [v, s],
      ] as const)
        arena.expect(matrix, (_, c) => wanted[c], 1e-5, 1e-6);
      if (n) expect([arena.at(m, 0, 3), arena.at(v, 0, 3)]).toEqual([0, 0]);
      const before = range(0, n - 1).map((i) => arena.at(w, 0, i));
      for (const norm of [Number.NaN, Number.POSITIVE_INFINITY]) {
        arena.kernels.f32[(clip.address >> 2) + 1] = norm;
        const fields = { ...state, n, hyper: hyper.address, clip: clip.address };
        arena.run({ op: "adam", fields });
        expect(range(0, n - 1).map((i) => arena.at(w, 0, i))).toEqual(before);
      }
    }
  });

  test("nested loops patch their records and leave them as they were", () => {
    arena.clear();
    const [outer, inner, cols] = [3, 4, 5];
    const from = arena.matrix(outer * inner, cols, mixed(1));
    const to = arena.matrix(outer * inner, cols);
    const move = { to: to.address, ldTo: to.ld, from: from.address, ldFrom: from.ld };
    const body = arena.plan([
      { op: "copy", fields: { ...move, rows: 1, cols, clear: 3, flush: 0 } },
    ]);
    const slot = (name: string) => {
      const names: readonly string[] = records.copy.fields;
      return body + 4 * (1 + names.indexOf(name));
    };
    const patches = (rows: number) =>
      arena.words([slot("to"), rows * to.ld, slot("from"), rows * from.ld]);
    const loop = (count: number, target: number, rows: number): Op => ({
      op: "loop",
      fields: { count, body: target, patches: patches(rows), patchCount: 2 },
    });
    const middle = arena.plan([loop(inner, body, 1)]);
    const before = arena.kernels.i32.slice(body >> 2, (body + recordBytes) >> 2);
    arena.run(loop(0, middle, inner), loop(outer, middle, inner));
    arena.expect(to, mixed(1), 1e-7, 1e-7);
    expect(arena.kernels.i32.slice(body >> 2, (body + recordBytes) >> 2)).toEqual(before);
  });

  test("an unknown op code traps", () => {
    const plan = arena.clear().plan([]);
    arena.kernels.i32[plan >> 2] = 999;
    expect(() => arena.kernels.run(plan)).toThrow(/unreachable/);
  });
});

test("both builds compute the same normals to 2e-6", async () => {
  const results: Float32Array[] = [];
  for (const build of builds) {
    const arena = new Arena(createKernels(await loadKernelModule({ build }), { bytes: 1 << 18 }));
    const ids = arena.matrix(1, 1, () => 3);
    const to = arena.matrix(1000, 8);
    const words = { key: arena.words([1, 2]), clock: arena.words([5, 6]) };
    const target = { to: to.address, ld: to.ld, rows: 1000, cols: 8, rowsPerStep: 1 };
    arena.run({ op: "normals", fields: { ...target, ids: ids.address, ldIds: ids.ld, ...words } });
    results.push(arena.kernels.f32.slice(to.address >> 2, (to.address >> 2) + 8000));
  }
  const errors = results[0].map((x, i) => Math.abs(x - results[1][i]));
  expect(Math.max(...errors)).toBeLessThan(2e-6);
});

test("attaching kernels to a memory in use changes nothing in it, and they work on that memory", async () => {
  const loaded = await loadKernelModule({ build: "simd" });
  const arena = new Arena(createKernels(loaded, { bytes: 65537 }));
  expect(arena.kernels.memory.buffer.byteLength).toBe(2 * 65536);
  arena.kernels.u32.fill(0xabcdef01);
  const other = attachKernels(loaded, arena.kernels.memory);
  expect(arena.kernels.u32.every((word) => word === 0xabcdef01)).toBe(true);
  const to = arena.matrix(1, 8);
  other.run(arena.plan([{ op: "fill", fields: { to: to.address, count: 8, value: 2 } }]));
  arena.expect(to, () => 2, 0, 0);
  expect(other.multiplyAdd(1000)).toBeGreaterThan(0);
});

test("an arena of impossible size is refused before it is made", async () => {
  const loaded = await loadKernelModule({ build: "simd" });
  expect(() => createKernels(loaded, { bytes: 2 ** 32 + 1 })).toThrowErrorMatchingInlineSnapshot(
    `[Fault: engine.createKernels: the arena cannot have this size. Got 4294967297 bytes, expected a whole number from 0 to 4294967296 bytes (4 GiB). Use fewer shards, a smaller batch, or a shorter horizon.]`,
  );
});
