import { beforeAll, describe, expect, test } from "vitest";
import { loadKernelModule } from "#load-kernels";
import { compile } from "./compile.ts";
import { derivativeError, drawNumbers } from "./derivative.test-support.ts";
import type { KernelBuild } from "./finish.ts";
import { gradients } from "./gradient.ts";
import type { MatmulForm, Node } from "./graph.ts";
import { interpret } from "./interpreter.ts";
import { Arena, type Matrix, mixed, type Values } from "./kernel-arena.test-support.ts";
import { createKernels } from "./kernels.ts";
import * as op from "./operations.ts";
import { kinds } from "./records.gen.ts";

const forms: readonly MatmulForm[] = ["nn", "nt", "tn"];
const builds: readonly KernelBuild[] = ["relaxed", "simd"];

test("matrices that do not fill the columns are refused", () => {
  const a = op.input("a", [5, 6]);
  expect(() =>
    op.batchedMatmul(a, op.input("b", [5, 8]), { m: 2, n: 4, k: 3 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: engine.batchedMatmul: the columns do not hold a product [2, 3] [3, 4]. Got [5, 6] and [5, 8], expected [*, 6] and [*, 12], sides of at least 1. check the shapes with formatGraph where the graph is built.]`,
  );
  expect(() =>
    op.batchedMatmul(a, op.input("b", [4, 12]), { m: 2, n: 4, k: 3 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: engine.batchedMatmul: the operands differ in rows. Got [5, 6] and [4, 12], expected 5 rows, or 1 for all, in both. check the shapes with formatGraph where the graph is built.]`,
  );
});

describe.each(builds)("the %s build", (build) => {
  let arena: Arena;
  beforeAll(async () => {
    arena = new Arena(createKernels(await loadKernelModule({ build }), { bytes: 1 << 20 }));
  });

  /** All products of the form on `rows` rows, with the second operand whole or one row for all. */
  function check(form: MatmulForm, rows: number, m: number, n: number, k: number): void {
    arena.clear();
    const whole = (width: number, seed: number) => arena.matrix(rows, width, mixed(seed), 1);
    const a = whole(m * k, 1);
    for (const b of [whole(k * n, 2), arena.matrix(1, k * n, mixed(3))]) {
      const ldb = b.rows === 1 ? 0 : b.ld;
      const c = arena.matrix(rows, m * n);
      const operands = { a: a.address, lda: a.ld, b: b.address, ldb, c: c.address, ldc: c.ld };
      const fields = { form: kinds.form[form], ...operands, rows, m, n, k };
      arena.run({ op: "batchedMatmul", fields });
      arena.expect(c, product(form, a, b, m, n, k), 3e-6, 3e-6);
    }
  }

  function product(
    form: MatmulForm,
    a: Matrix,
    b: Matrix,
    m: number,
    n: number,
    k: number,
  ): Values {
    return (row, col) => {
      const [i, j] = [Math.floor(col / n), col % n];
      let sum = 0;
      for (let l = 0; l < k; l++) {
        const x = arena.at(a, row, form === "tn" ? l * m + i : i * k + l);
        sum += x * arena.at(b, b.rows === 1 ? 0 : row, form === "nt" ? j * k + l : l * n + j);
      }
      return sum;
    };
  }

  test.each(forms)(
    "the kernel agrees within 3e-6 for form %s, from no row to 10 states",
    (form) => {
      for (const rows of [0, 1, 2, 5]) {
        for (const m of [1, 2, 3, 5]) {
          for (const n of [1, 3, 4, 5, 8, 9])
            for (const k of [0, 1, 3, 4, 10]) check(form, rows, m, n, k);
        }
      }
      check(form, 3, 10, 10, 10);
    },
  );
});

/** (A B)^T (A B) summed, on three forms: every rule of the derivative is in its derivative. */
function chain(a: Node, b: Node): Node {
  const product = op.batchedMatmul(a, b, { m: 2, n: 4, k: 3 });
  const gram = op.batchedMatmul(product, op.tanh(product), { m: 4, n: 4, k: 2 }, "tn");
  const outer = op.batchedMatmul(gram, product, { m: 4, n: 2, k: 4 }, "nt");
  return op.sumAll(op.square(outer));
}

const shapesOf = (rows: number, sharedRows: number): [number, number][] => [
  [rows, 6],
  [sharedRows, 12],
];

test("the second derivative agrees with central differences to 1e-6", () => {
  for (const shapes of [shapesOf(3, 3), shapesOf(3, 1), shapesOf(1, 3)]) {
    const values = shapes.map(([r, c]) => drawNumbers(r * c, 0.5));
    const penalty = (a: Node, b: Node) =>
      op.addAll(gradients(chain(a, b), [a, b]).map((g) => op.sumAll(op.square(g))));
    expect(derivativeError(penalty, values, shapes).worst).toBeLessThan(1e-6);
  }
});

test("a compiled product and its derivatives agree with float64 to 5e-6", async () => {
  const kernels = await loadKernelModule();
  for (const [rows, shared] of [
    [5, 5],
    [5, 1],
    [1, 1],
  ]) {
    const [a, b] = shapesOf(rows, shared).map((shape, i) => op.parameter("ab"[i], shape));
    const value = chain(a, b);
    const outputs = [value, ...gradients(value, [a, b])];
    const program = compile(kernels, {
      outputs: Object.fromEntries(outputs.map((node, i) => [`${i}`, { value: node }])),
    });
    const values = { a: drawNumbers(rows * 6, 0.5), b: drawNumbers(shared * 12, 0.5) };
    program.setParameters({
      a: { shape: a.shape, data: Float32Array.from(values.a) },
      b: { shape: b.shape, data: Float32Array.from(values.b) },
    });
    program.run();
    interpret(outputs, { values }).forEach((expected, i) => {
      const got = program.read(`${i}`);
      const norm = Math.hypot(...expected);
      expect(Math.hypot(...expected.map((x, k) => x - got[k])) / norm).toBeLessThan(5e-6);
    });
  }
});
