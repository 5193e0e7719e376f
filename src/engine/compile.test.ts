import { expect, test } from "vitest";
import { loadKernelModule } from "#load-kernels";
import { createGenerator, createStream } from "../base/index.ts";
import { compile } from "./compile.ts";
import { gradients } from "./gradient.ts";
import type { Node } from "./graph.ts";
import { interpret } from "./interpreter.ts";
import * as op from "./operations.ts";
import { scan } from "./scan.ts";

const module = await loadKernelModule();
const draw = (size: number, seed: number, scale = 1) => {
  const generator = createGenerator(createStream(seed));
  return Float32Array.from({ length: size }, () => scale * generator.normal());
};
const noise = { stream: createStream(4), iteration: 7, firstStep: 3 };

/** Relative error in the norm of a compiled value against the float64 definition. */
function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (got[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(difference / Math.max(norm, 1e-20));
}

function errors(nodes: Record<string, Node>, values: Record<string, Float32Array>) {
  const spec = Object.fromEntries(Object.entries(nodes).map(([k, value]) => [k, { value }]));
  const program = compile(module, { outputs: spec });
  for (const [name, data] of Object.entries(values)) {
    if (name.startsWith("x")) program.setInput(name, data);
    else program.setParameters({ [name]: { shape: [1, data.length], data } });
  }
  program.setNoise(noise);
  program.run();
  program.run();
  const expected = interpret(Object.values(nodes), { values, noise });
  return Object.keys(nodes).map((name, i) => {
    const got = program.read(name);
    expect(got.length).toBe(expected[i].length);
    return [name, relativeError(got, expected[i])] as const;
  });
}

const unary = "relu tanh silu sigmoid softplus exp square abs sign positive round".split(" ");
test.each([1, 3, 8, 9, 17])(
  "elementwise operations and their derivatives agree with float64 to 5e-6 at %i columns",
  (cols) => {
    const rows = 5;
    const x = op.input("x", [rows, cols]);
    const w = op.parameter("w", [rows, cols]);
    const row = op.parameter("row", [1, cols]);
    const table = op as unknown as Record<string, (a: Node) => Node>;
    const safe = op.affine(op.square(w), 1, 0.5);
    const nodes: Record<string, Node> = {
      ...Object.fromEntries(unary.map((name) => [name, table[name](x)])),
      log: op.log(safe),
      sqrt: op.sqrt(safe),
      reciprocal: op.reciprocal(safe),
      clip: op.clip(x, -0.5, 0.7),
      add: op.add(x, row),
      sub: op.sub(row, x),
      mul: op.mul(op.sumCols(x), row),
      div: op.div(x, safe),
      min: op.min(x, w),
      max: op.max(x, row),
      softmax: op.logSoftmax(x),
      concat: op.concat([x, w, row.shape[0] === rows ? row : x]),
      rows: op.concatRows([row, x]),
      sliced: op.sliceRows(op.slice(op.concat([x, w]), cols - 1, 2), 1, 3),
      padded: op.pad(x, 2, cols + 3),
      paddedRows: op.padRows(x, 1, rows + 2),
      reshaped: op.reshape(x, [cols, rows]),
      broadcast: op.broadcast(op.sumCols(x), [rows, 4]),
      sums: op.add(op.sumAll(x), op.meanAll(w)),
      normals: op.normals("z", op.literal([rows, 1], [4, 5, 6, 70000, 8]), 2, cols),
    };
    const smooth = [
      "tanh",
      "silu",
      "sigmoid",
      "softplus",
      "log",
      "sqrt",
      "reciprocal",
      "div",
      "mul",
      "softmax",
      "max",
      "padded",
      "rows",
    ];
    const loss = op.addAll(smooth.map((name) => op.sumAll(op.square(nodes[name]))));
    const [ofW, ofRow, ofX] = gradients(loss, [w, row, x]);
    const worst = errors(
      { ...nodes, ofW, ofRow, ofX },
      { x: draw(rows * cols, 1), w: draw(rows * cols, 2), row: draw(cols, 3) },
    ).filter(([, error]) => !(error < 5e-6));
    expect(worst).toEqual([]);
  },
);

/** A small recurrent network with dense layers, delay shift and noise: all that a twin uses. */
function recurrentLoss(
  rows: number,
  steps: number,
  checkpoint?: number,
): { loss: Node; weights: Node[] } {
  const u = op.input("xu", [rows, 2], { steps });
  const start = op.input("xs", [rows, 3]);
  const ids = op.input("xi", [rows, 1]);
  const w1 = op.parameter("w1", [19, 5]);
  const b1 = op.parameter("b1", [1, 19]);
  const w2 = op.parameter("w2", [3, 19]);
  const b2 = op.parameter("b2", [1, 3]);
  const scale = op.parameter("scale", [1, 3]);
  const z = op.normals("z", ids, steps, 3);
  const over = { steps, carry: [start, start], sequences: [u, z], checkpoint };
  const walk = scan(over, ([x, before], [s, n]) => {
    const h = op.tanh(op.add(op.matmul(op.concat([s, x]), w1, "nt"), b1));
    const f = op.add(op.matmul(h, w2, "nt"), b2);
    const r = op.relu(op.add(op.matmul(op.concat([s, before]), w1, "nt"), b1));
    const g = op.matmul(r, w2, "nt");
    const force = op.add(op.mul(n, op.exp(scale)), op.affine(g, 0.05));
    const next = op.add(op.affine(x, 0.8), op.affine(op.add(f, force), 0.2));
    return { carry: [next, x], outputs: [next, before] };
  });
  const path = walk.outputs[0];
  const last = op.sliceRows(path, (steps - 1) * rows, rows);
  const loss = op.addAll([
    op.meanAll(op.square(path)),
    op.meanAll(op.mul(walk.outputs[1], path)),
    op.meanAll(op.silu(op.add(last, walk.carry[1]))),
  ]);
  return { loss, weights: [w1, b1, w2, b2, scale] };
}
const weightsOf = () => ({
  w1: { shape: [19, 5] as const, data: draw(95, 11, 0.4) },
  b1: { shape: [1, 19] as const, data: draw(19, 12, 0.2) },
  w2: { shape: [3, 19] as const, data: draw(57, 13, 0.3) },
  b2: { shape: [1, 3] as const, data: draw(3, 14, 0.2) },
  scale: { shape: [1, 3] as const, data: draw(3, 15, 0.3) },
});

test.each([
  ["keeps all", undefined],
  ["keeps every 4th step", 4],
])("loss and gradients of a noisy recurrent network that %s agree with float64 to 5e-6", (_, k) => {
  const [rows, steps] = [6, 11];
  const { loss, weights } = recurrentLoss(rows, steps, k);
  const data = Object.fromEntries(Object.entries(weightsOf()).map(([k, v]) => [k, v.data]));
  const slopes = gradients(loss, weights);
  const nodes = { loss, ...Object.fromEntries(slopes.map((g, i) => [`slope${i}`, g])) };
  const values = {
    xu: draw(rows * steps * 2, 21),
    xs: draw(rows * 3, 22),
    xi: Float32Array.from({ length: rows }, (_, i) => 3 * i),
    ...data,
  };
  expect(errors(nodes, values).filter(([, e]) => !(e < 5e-6))).toEqual([]);
});

/** Train for some steps and return the loss and the weights' bits. */
function trained(shards: number, updates = 30, resumeAt?: number) {
  const [rows, steps] = [8, 5];
  const { loss, weights } = recurrentLoss(rows / shards, steps);
  const make = () =>
    compile(module, {
      outputs: {},
      training: {
        loss,
        clipNorm: 1,
        groups: [{ parameters: weights.slice(0, 3) }, { parameters: weights.slice(3), rate: 0.5 }],
      },
      shards,
    });
  let program = make();
  program.setParameters(weightsOf());
  const losses: number[] = [];
  for (let i = 0; i < updates; i++) {
    if (i === resumeAt) {
      const [parameters, optimiser] = [program.getParameters(), program.getOptimiser()];
      program = make();
      program.setParameters(parameters);
      program.setOptimiser(optimiser);
    }
    program.setInput("xu", draw(rows * steps * 2, 21));
    program.setInput("xs", draw(rows * 3, 22));
    program.setInput(
      "xi",
      Float32Array.from({ length: rows }, (_, k) => k),
    );
    program.setNoise({ stream: createStream(5), iteration: i });
    program.run();
    losses.push(program.loss());
    program.update({ learningRate: 0.02 });
  }
  return { losses, parameters: program.getParameters() };
}

test("Adam lowers the loss of a noisy recurrent network", () => {
  const { losses } = trained(1);
  expect(losses[29]).toBeLessThan(0.6 * losses[0]);
});

test("training twice, or through a checkpoint, gives the same bits", () => {
  expect(trained(2, 20, 9).parameters).toEqual(trained(2, 20).parameters);
});

test("two shards agree with one to 1e-5", () => {
  const [one, two] = [trained(1, 5), trained(2, 5)];
  for (const name of Object.keys(one.parameters)) {
    expect(relativeError(two.parameters[name].data, one.parameters[name].data)).toBeLessThan(1e-5);
  }
});

test("checkpoints bound the memory of long sequences, and do not change a bit of the loss", () => {
  const [rows, steps] = [8, 4096];
  const train = (checkpoint?: number) => {
    const { loss, weights } = recurrentLoss(rows, steps, checkpoint);
    const training = { loss, groups: [{ parameters: weights }] };
    const program = compile(module, { outputs: {}, training });
    program.setParameters(weightsOf());
    program.setInput("xu", draw(rows * steps * 2, 21));
    program.setInput("xs", draw(rows * 3, 22));
    program.setInput(
      "xi",
      new Float32Array(rows).map((_, i) => i),
    );
    program.setNoise(noise);
    program.run();
    return { loss: program.loss(), norm: program.update({ learningRate: 0 }), program };
  };
  const [all, few] = [train(), train(64)];
  expect(few.loss).toBe(all.loss);
  expect(Math.abs(few.norm / all.norm - 1)).toBeLessThan(1e-5);
  // What is left are the sequences themselves: drive, noise and two outputs with their cotangents.
  expect(few.program.bytes).toBeLessThan(0.6 * all.program.bytes);
  expect(few.program.memory).toMatchInlineSnapshot(
    `"8.1 MiB: values of one shard (largest: 'normals' [32768, 3], 1.0 MiB) 7.0 MiB; inputs 1.0 MiB; plans 12 KiB; weights, their packed copies and Adam's moments 9 KiB; gradients of one shard 2 KiB"`,
  );
});

test("a plan that cannot be addressed says by how much, of what, and what to change", () => {
  const { loss, weights } = recurrentLoss(4000, 20_000);
  const training = { loss, groups: [{ parameters: weights }] };
  expect(() => compile(module, { outputs: {}, training })).toThrowErrorMatchingInlineSnapshot(
    `[Fault: engine.compile: the plan needs 34.15 GiB more than WebAssembly can address. Got 38.15 GiB: values of one shard (largest: 'tanh' [80000000, 19], 7.15 GiB) 35.76 GiB; inputs 2.38 GiB; weights, their packed copies and Adam's moments 132 KiB; plans 8 KiB; gradients of one shard 2 KiB, expected at most 4.00 GiB. Keep fewer values in time with \`checkpoint\` of scan, or use fewer rows, steps or shards.]`,
  );
});

test.each([
  [
    "xu",
    "engine.diagnose: input 'xu' is the first value that is not finite. Got NaN at shard 0, step 0 of 0 to 4, row 2, column 1, expected finite numbers in every value. Look for gaps or outliers in the data that were fed.",
  ],
  [
    "scale",
    "engine.diagnose: 'exp' near parameter 'scale' is the first value that is not finite. Got Infinity at shard 0, row 0, column 1 from inputs of at most 1.000e+6, expected finite numbers in every value. Lower the learning rate, or bound what enters this operation.",
  ],
])("a run that breaks at %s says where, and its update changes nothing", (name, message) => {
  const [rows, steps] = [8, 5];
  const { loss, weights } = recurrentLoss(rows / 2, steps);
  const training = { loss, groups: [{ parameters: weights }] };
  const program = compile(module, { outputs: {}, training, shards: 2 });
  const parameters = weightsOf();
  const drive = draw(rows * steps * 2, 21);
  if (name === "scale") parameters.scale.data[1] = 1e6;
  else drive[5] = Number.NaN;
  program.setParameters(parameters);
  program.setInput("xu", drive);
  program.setInput("xs", draw(rows * 3, 22));
  program.setInput("xi", new Float32Array(rows));
  program.setNoise(noise);
  program.run();
  expect(program.update({ learningRate: 1 })).toBeNaN();
  expect(program.getParameters()).toEqual(parameters);
  expect(program.diagnose()?.message).toBe(message);
});
