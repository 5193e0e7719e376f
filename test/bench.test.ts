// What the benchmarks time is what they say: the same loss in float64, and the operations counted.
import { describe, expect, it } from "vitest";
import { configurations, createConfiguration, network } from "../bench/configurations.js";
import { flopsOf } from "../bench/flops.js";
import { problemOf, sharedNoise } from "../bench/problem.js";
import { buildStep, compileStep, shardsOf, stepsOf } from "../bench/step.js";
import {
  gradients,
  interpret,
  loadKernelModule,
  type Node,
  topologicalOrder,
} from "../src/engine/index.ts";

const sizes = { states: 3, observables: 2, inputs: 1, auxiliaries: 4, drift: [7], hidden: [6, 5] };
const tiny = [
  createConfiguration("tiny", { ...sizes, batch: 6, horizon: 4, method: "nado-rk2", dt: 0.2 }),
  createConfiguration("tiny", { ...sizes, batch: 6, horizon: 4, method: "nado-rk4", dt: 0.4 }),
  { ...network, nodes: 5, driftSizes: [2, 4, 4, 1], batch: 6, horizon: 7 },
];
const steps = tiny.flatMap((configuration) =>
  stepsOf(configuration).map((step) => ({
    configuration,
    step,
    what: "method" in configuration ? configuration.method : configuration.name,
  })),
);

describe("a timed step", () => {
  it.each(steps)(
    "has the loss and gradient of float64 within 1e-4: $what, $step",
    async (given) => {
      const { configuration, step } = given;
      const kernels = await loadKernelModule();
      const { check } = compileStep(kernels, configuration, step, { threads: 1 });
      const { loss, trained } = buildStep(configuration, step, configuration.batch);
      const { weights, inputs } = problemOf(configuration);
      const arrays = Object.entries({ ...weights, ...inputs }).map(([name, { data }]) => [
        name,
        data,
      ]);
      const feeds = { values: Object.fromEntries(arrays), noise: sharedNoise };
      const [[value], ...slopes] = interpret([loss, ...gradients(loss, trained)], feeds);
      expect(Math.abs(check.loss / value - 1)).toBeLessThan(1e-4);
      const norm = Math.sqrt(slopes.reduce((sum, g) => g.reduce((s, x) => s + x * x, sum), 0));
      expect(Math.abs(check.gradientNorm / norm - 1)).toBeLessThan(1e-4);
    },
  );
});

/** Operations of the matrix products of a graph, loops walked. */
function countFlops(roots: readonly Node[], boundary: ReadonlySet<Node> = new Set()): number {
  const order = topologicalOrder(roots, boundary).filter((node) => !boundary.has(node));
  return order.reduce((sum, node) => {
    if (node.op === "matmul") {
      const [a] = node.inputs;
      const inner = node.attributes.form === "tn" ? a.shape[0] : a.shape[1];
      return sum + 2 * node.shape[0] * node.shape[1] * inner;
    }
    if (node.op !== "scan") return sum;
    const { steps, carryIn, carryOut, slices, captured } = node.attributes;
    const stacked = order.flatMap((user) =>
      user.op === "stacked" && user.inputs[0] === node ? [user.attributes.value] : [],
    );
    const given = new Set([...carryIn, ...slices, ...captured]);
    return sum + steps * countFlops([...carryOut, ...stacked], given);
  }, 0);
}

describe("useful operations", () => {
  const all = [...configurations, network].flatMap((configuration) =>
    stepsOf(configuration).map((step) => ({ configuration, step, name: configuration.name })),
  );
  // Not useful: derivatives by the drive and by the first state, the force of the auxiliaries, the
  // turn of a path into windows. They weigh most where F has few columns.
  it.each(all)("are all done, and at least 88 % of those done: $name, $step", (given) => {
    const { configuration, step } = given;
    const { loss, trained } = buildStep(configuration, step, configuration.batch);
    const done = countFlops([loss, ...gradients(loss, trained)]);
    const useful = flopsOf(configuration)[step];
    expect(useful).toBeLessThanOrEqual(done);
    expect(useful).toBeGreaterThanOrEqual(0.88 * done);
  });
});

describe("shardsOf", () => {
  it("cuts a batch into equal pieces, at least one per thread", () => {
    expect([1, 2, 3, 4, 8].map((threads) => shardsOf(50, threads))).toEqual([1, 2, 5, 5, 10]);
  });
});
