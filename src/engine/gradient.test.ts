import { expect, test } from "vitest";
import { derivativeError, drawNumbers as draw } from "./derivative.test-support.ts";
import { gradients } from "./gradient.ts";
import { type Node, type OpName, topologicalOrder } from "./graph.ts";
import { interpret } from "./interpreter.ts";
import * as op from "./operations.ts";
import { scan } from "./scan.ts";

const covered = new Set<OpName>();
const cases: [string, (...p: Node[]) => Node, number[][], number?][] = [
  ["affine", (a) => op.affine(a, 1.7, 0.3), [[3, 4]]],
  ["relu", (a) => op.relu(a), [[3, 4]]],
  ["tanh", (a) => op.tanh(a), [[3, 4]]],
  ["silu", (a) => op.silu(a), [[3, 4]]],
  ["sigmoid", (a) => op.sigmoid(a), [[3, 4]]],
  ["softplus", (a) => op.softplus(a), [[3, 4]]],
  ["exp", (a) => op.exp(a), [[3, 4]]],
  ["log", (a) => op.log(op.affine(op.square(a), 1, 1)), [[3, 4]]],
  ["sqrt", (a) => op.sqrt(op.affine(op.square(a), 1, 1)), [[3, 4]]],
  ["abs", (a) => op.abs(a), [[3, 4]]],
  ["reciprocal", (a) => op.reciprocal(op.affine(op.square(a), 1, 1)), [[3, 4]]],
  ["clip", (a) => op.clip(a, -0.5, 0.6), [[3, 4]]],
  ["round", (a) => op.mul(a, op.round(op.affine(a, 3))), [[3, 4]]],
  ["positive", (a) => op.mul(a, op.positive(a)), [[3, 4]]],
  ["sign and stopGradient", (a) => op.mul(a, op.stopGradient(op.sign(a))), [[3, 4]]],
  ["inside", (a) => op.mul(a, op.inside(a, -0.5, 0.5)), [[3, 4]]],
  [
    "add, row",
    op.add,
    [
      [3, 4],
      [1, 4],
    ],
  ],
  [
    "sub, column",
    op.sub,
    [
      [3, 1],
      [3, 4],
    ],
  ],
  [
    "mul, scalar",
    op.mul,
    [
      [3, 4],
      [1, 1],
    ],
  ],
  [
    "mul, outer",
    op.mul,
    [
      [3, 1],
      [1, 4],
    ],
  ],
  [
    "div",
    (a, b) => op.div(a, op.affine(op.square(b), 1, 1)),
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    "min",
    op.min,
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    "max, row",
    op.max,
    [
      [3, 4],
      [1, 4],
    ],
  ],
  [
    "reluGrad",
    op.reluGrad,
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    "tanhGrad",
    op.tanhGrad,
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    "siluGrad",
    op.siluGrad,
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    "matmul nn",
    (a, b) => op.matmul(a, b, "nn"),
    [
      [3, 4],
      [4, 2],
    ],
  ],
  [
    "matmul nt",
    (a, b) => op.matmul(a, b, "nt"),
    [
      [3, 4],
      [2, 4],
    ],
  ],
  [
    "matmul tn",
    (a, b) => op.matmul(a, b, "tn"),
    [
      [3, 4],
      [3, 2],
    ],
  ],
  [
    "batchedMatmul nn",
    (a, b) => op.batchedMatmul(a, b, { m: 2, n: 4, k: 3 }),
    [
      [5, 6],
      [5, 12],
    ],
  ],
  [
    "batchedMatmul nt, one left for all",
    (a, b) => op.batchedMatmul(a, b, { m: 2, n: 4, k: 3 }, "nt"),
    [
      [1, 6],
      [5, 12],
    ],
  ],
  [
    "batchedMatmul tn, one right for all",
    (a, b) => op.batchedMatmul(a, b, { m: 2, n: 4, k: 3 }, "tn"),
    [
      [5, 6],
      [1, 12],
    ],
  ],
  ["sumRows", op.sumRows, [[3, 4]]],
  ["sumCols", op.sumCols, [[3, 4]]],
  ["sumAll of one row", (a) => op.sumAll(op.square(a)), [[1, 4]]],
  ["broadcast", (a) => op.square(op.broadcast(a, [3, 4])), [[1, 4]]],
  [
    "concat and slice",
    (a, b) => op.slice(op.square(op.concat([a, b])), 1, 3),
    [
      [3, 2],
      [3, 3],
    ],
  ],
  [
    "concatRows",
    (a, b) => op.sliceRows(op.square(op.concatRows([a, b])), 1, 3),
    [
      [2, 3],
      [3, 3],
    ],
  ],
  ["pad", (a) => op.square(op.pad(a, 1, 5)), [[3, 2]]],
  ["padRows", (a) => op.square(op.padRows(a, 1, 5)), [[3, 2]]],
  ["reshape", (a) => op.matmul(op.reshape(a, [2, 6]), op.reshape(a, [6, 2])), [[3, 4]]],
  ["logSoftmax", op.logSoftmax, [[3, 4]]],
  ["normals", (a) => op.mul(a, op.normals("z", op.literal([3, 1], [5, 6, 7]), 1, 4)), [[3, 4]]],
];

test.each(cases)(
  "the derivative of %s agrees with central differences to 1e-7",
  (_, build, shapes) => {
    const { worst, loss } = derivativeError(
      build,
      shapes.map(([r, c]) => draw(r * c)),
      shapes,
    );
    for (const node of topologicalOrder([loss])) covered.add(node.op);
    expect(worst).toBeLessThan(1e-7);
  },
);

/** x' = tanh(x W + u_t + b), outputs x'^2: carries, sequences and captured values at once. */
const recurrent = (x: Node, w: Node, u: Node, b: Node, reverse = false): Node => {
  const walked = scan({ steps: 4, carry: [x], sequences: [u], reverse }, ([h], [slice]) => {
    const next = op.tanh(op.add(op.add(op.matmul(h, w), slice), b));
    return { carry: [next], outputs: [op.square(next), op.mul(h, slice)] };
  });
  return op.add(
    op.sumAll(op.add(walked.outputs[0], op.mul(walked.outputs[1], walked.outputs[0]))),
    op.sumAll(walked.carry[0]),
  );
};
const recurrentShapes = [
  [2, 3],
  [3, 3],
  [8, 3],
  [1, 3],
];

test.each([false, true])("the derivative of a scan agrees to 1e-7 (reverse: %s)", (reverse) => {
  const values = recurrentShapes.map(([r, c]) => draw(r * c, 0.7));
  const build = (x: Node, w: Node, u: Node, b: Node) => recurrent(x, w, u, b, reverse);
  expect(derivativeError(build, values, recurrentShapes).worst).toBeLessThan(1e-7);
});

test("the second derivative of a scan agrees with central differences to 1e-6", () => {
  const values = recurrentShapes.map(([r, c]) => draw(r * c, 0.7));
  const penalty = (x: Node, w: Node, u: Node, b: Node) =>
    op.sumAll(
      gradients(recurrent(x, w, u, b), [x, w, u])
        .map(op.square)
        .map(op.sumAll)
        .reduce(op.add),
    );
  expect(derivativeError(penalty, values, recurrentShapes).worst).toBeLessThan(1e-6);
});

test("the derivative of a scan inside a scan agrees to 1e-7", () => {
  const nested = (x: Node, w: Node, u: Node) => {
    const outer = scan({ steps: 2, carry: [x], sequences: [u] }, ([h], [part]) => {
      const inner = scan({ steps: 3, carry: [h], sequences: [part] }, ([g], [row]) => {
        const next = op.tanh(op.add(op.matmul(g, w), op.mul(row, h)));
        return { carry: [next], outputs: [next] };
      });
      return { carry: [op.add(inner.carry[0], h)], outputs: [inner.outputs[0]] };
    });
    return op.add(op.sumAll(op.square(outer.outputs[0])), op.sumAll(outer.carry[0]));
  };
  const shapes = [
    [2, 3],
    [3, 3],
    [12, 3],
  ];
  const values = shapes.map(([r, c]) => draw(r * c, 0.7));
  expect(derivativeError(nested, values, shapes).worst).toBeLessThan(1e-7);
});

test("every operation with a derivative is in the list above", () => {
  const structural = ["input", "bodyInput", "scan", "final", "stacked", "constant"];
  const all = Object.keys(interpretable()) as OpName[];
  expect(all.filter((name) => !covered.has(name) && !structural.includes(name))).toEqual([]);
});

/** All operation names, from a value of the closed union. */
function interpretable(): Record<string, true> {
  const names =
    "affine relu tanh silu sigmoid softplus exp log sqrt square abs reciprocal round clip positive sign inside stopGradient add sub mul div min max reluGrad tanhGrad siluGrad matmul batchedMatmul sumRows sumCols sumAll broadcast concat concatRows slice sliceRows pad padRows reshape logSoftmax normals parameter literal";
  return Object.fromEntries(names.split(" ").map((name) => [name, true]));
}

test.each([1, 3, 4, 12])(
  "a scan that keeps its carries every %i steps has the values and derivatives of one that keeps all",
  (checkpoint) => {
    const build = (checkpoint?: number, reverse = false) => {
      const w = op.parameter("w", [3, 3]);
      const x = op.parameter("x", [10 * 2, 3]);
      const start = op.parameter("start", [2, 3]);
      const walked = scan(
        { steps: 10, carry: [start], sequences: [x], reverse, checkpoint },
        ([h], [u]) => {
          const next = op.tanh(op.add(op.matmul(h, w, "nt"), op.mul(u, op.sumCols(h))));
          return { carry: [next], outputs: [op.mul(next, u), h] };
        },
      );
      const loss = op.addAll(
        [...walked.outputs, ...walked.carry].map((v, i) =>
          op.sumAll(
            op.mul(
              op.square(v),
              op.literal(
                v.shape,
                [...Array(v.shape[0] * 3).keys()].map((k) => Math.sin(k + i)),
              ),
            ),
          ),
        ),
      );
      const slopes = gradients(loss, [w, x, start]);
      const second = gradients(op.addAll(slopes.map((s) => op.sumAll(op.square(s)))), [
        w,
        x,
        start,
      ]);
      return [loss, ...walked.outputs, ...slopes, ...second];
    };
    const values = { w: draw(9, 0.5), x: draw(60, 0.5), start: draw(6) };
    for (const reverse of [false, true]) {
      const expected = interpret(build(undefined, reverse), { values });
      const got = interpret(build(checkpoint, reverse), { values });
      got.forEach((value, i) => {
        const size = Math.max(...expected[i].map(Math.abs));
        const worst = Math.max(...value.map((y, k) => Math.abs(y - expected[i][k])));
        expect(worst).toBeLessThanOrEqual(1e-12 * size);
      });
    }
  },
);
