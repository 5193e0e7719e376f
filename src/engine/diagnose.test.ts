import { expect, test } from "vitest";
import { createStream } from "../base/index.ts";
import { diagnose } from "./diagnose.ts";
import { gradients } from "./gradient.ts";
import type { Node } from "./graph.ts";
import * as op from "./operations.ts";
import { scan } from "./scan.ts";

const message = (roots: readonly Node[], ...shards: Record<string, ArrayLike<number>>[]) =>
  diagnose(
    roots,
    shards.map((values) => ({ values })),
  )?.message;

const w = op.parameter("drift.0.weight", [2, 2]);
const x = op.input("x", [3, 2]);
const fed = { x: [1, 2, 3, 4, 5, 6], "drift.0.weight": [0.1, 0.2, 0.3, 0.4] };

test("a run whose values are all finite has nothing to say", () => {
  expect(diagnose([op.meanAll(op.matmul(x, w))], [{ values: fed }])).toBeUndefined();
});

test("an overflow of float32 is found although float64 would hold it", () => {
  const loss = op.meanAll(op.exp(op.affine(op.matmul(x, w), 30)));
  expect(message([loss], fed)).toMatchInlineSnapshot(
    `"engine.diagnose: 'exp' near parameter 'drift.0.weight' is the first value that is not finite. Got Infinity at row 2, column 1 from inputs of at most 102.0, expected finite numbers in every value. Lower the learning rate, or bound what enters this operation."`,
  );
});

test("what was fed is named with its step, row and column", () => {
  const u = op.input("drive", [3, 2], { steps: 4 });
  const drive = new Float64Array(24);
  drive[15] = Number.NaN;
  expect(message([op.meanAll(op.square(u))], { drive })).toMatchInlineSnapshot(
    `"engine.diagnose: input 'drive' is the first value that is not finite. Got NaN at step 2 of 0 to 3, row 1, column 1, expected finite numbers in every value. Look for gaps or outliers in the data that were fed."`,
  );
  const weights = { ...fed, "drift.0.weight": [0.1, Number.NaN, 0, 0] };
  expect(message([op.meanAll(op.matmul(x, w))], weights)).toMatchInlineSnapshot(
    `"engine.diagnose: parameter 'drift.0.weight' is the first value that is not finite. Got NaN at row 0, column 1, expected finite numbers in every value. An earlier update broke the weights: lower the learning rate, or clip the gradient."`,
  );
});

/** x' = x^2 W, with the devices of a network as rows. */
function growth(steps: number): Node {
  const walked = scan({ steps, carry: [x], sequences: [] }, ([state]) => {
    const next = op.matmul(op.square(state), w);
    const measured = op.labelled(op.affine(next, 1.5), "response of stage 0", ["a", "b", "c"]);
    return { carry: [measured], outputs: [measured] };
  });
  return op.meanAll(walked.outputs[0]);
}

test("a loop names the first step, the row's device and the nearest label or parameter", () => {
  expect(message([growth(20)], fed)).toMatchInlineSnapshot(
    `"engine.diagnose: 'square' near 'response of stage 0' is the first value that is not finite. Got Infinity at step 5 of 0 to 19, row 2 (c), column 0 from inputs of at most 3.140e+21, expected finite numbers in every value. Lower the learning rate, or bound what enters this operation."`,
  );
});

test("a labelled value is named by its label, and rows by theirs", () => {
  const ratio = op.labelled(op.div(x, op.sub(x, op.constant(3))), "ring 3 drift", [
    "ring 2",
    "ring 3",
  ]);
  expect(message([op.sumAll(ratio)], fed)).toMatchInlineSnapshot(
    `"engine.diagnose: 'div' (ring 3 drift) is the first value that is not finite. Got Infinity at row 1 (ring 3), column 0 from inputs of at most 6.000, expected finite numbers in every value. Lower the learning rate, or bound what enters this operation."`,
  );
});

test("a derivative that alone is not finite is named with the step of the loop that walks back", () => {
  const start = op.parameter("start", [1, 1]);
  const walked = scan({ steps: 3, carry: [start], sequences: [] }, ([state]) => ({
    carry: [op.labelled(op.sqrt(state), "root of the state")],
    outputs: [],
  }));
  const loss = op.sumAll(walked.carry[0]);
  expect(message([loss, ...gradients(loss, [start])], { start: [0] })).toMatchInlineSnapshot(
    `"engine.diagnose: 'div' near 'root of the state' is the first value that is not finite. Got Infinity at step 2 of 0 to 2 (walking backwards), row 0, column 0 from inputs of at most 0.5000, expected finite numbers in every value. Lower the learning rate, or bound what enters this operation."`,
  );
});

test("a program with shards names the shard", () => {
  const loss = op.meanAll(op.log(x));
  const bad = { x: [1, 2, 3, -4, 5, 6] };
  expect(message([loss], fed, bad)).toMatchInlineSnapshot(
    `"engine.diagnose: 'log' near input 'x' is the first value that is not finite. Got NaN at shard 1, row 1, column 1 from inputs of at most 6.000, expected finite numbers in every value. Lower the learning rate, or bound what enters this operation."`,
  );
});

test("normals are drawn as in the run", () => {
  const z = op.normals("z", op.literal([1, 1], [5]), 1, 1);
  const loss = op.sumAll(op.reciprocal(op.sub(z, z)));
  const noise = { stream: createStream(1), iteration: 2 };
  expect(diagnose([loss], [{ values: {}, noise }])?.details.what).toMatchInlineSnapshot(
    `"'reciprocal' near normals 'z' is the first value that is not finite"`,
  );
});

test("feeds that are missing are refused, not reported as a diagnosis", () => {
  expect(() => diagnose([op.meanAll(x)], [{ values: {} }])).toThrowErrorMatchingInlineSnapshot(
    `[Fault: engine.interpret: the value of 'x' is missing or has another size. Got nothing, expected 6 numbers. feed every input and parameter of the graph.]`,
  );
});
