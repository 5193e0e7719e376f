import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createStream } from "../base/index.ts";
import type { Task } from "../tasks/index.ts";
import { createTwin } from "../twin/index.ts";
import { createLoopNetwork } from "./loop-train.ts";
import { checkRecipe, planOf, readYaml, recipeSchema } from "./recipe.ts";

const read = (text: string) => checkRecipe(readYaml(text, "r.yaml"), "r.yaml");
const least = "name: a\ndevice: { kind: leaky-integrator }\ntask: { name: narma5 }\n";

test("a recipe needs a name, a device and a task, and fills in the rest", () => {
  const recipe = read(least);
  expect(recipe.train.arms).toEqual(["noise-aware", "noise-agnostic"]);
  expect(recipe.device.disorder).toEqual([1]);
  expect(planOf(recipe, undefined, () => 0).runs).toBe(3);
});

test("options of the device and sizes of the task are kept beside kind and name", () => {
  const plan = planOf(
    read(
      "name: a\ndevice: { kind: leaky-integrator, sigma: 0.3 }\ntask: { name: sineSquare, periods: 8 }\n",
    ),
    undefined,
    () => 0,
  );
  expect(plan.device.options).toEqual({ sigma: 0.3 });
  expect(plan.task).toEqual({ name: "sineSquare", periods: 8 });
});

test("a budget becomes seconds of the caller's clock", () => {
  const clock = () => 5;
  const plan = planOf(read(`${least}train: { budget: 2min }\n`), undefined, clock);
  expect(plan.train.budget).toEqual({ seconds: 120, clock });
});

const createRandomTwin = () =>
  createTwin(
    {
      dt: 1,
      inputs: [{ name: "s", unit: "V" }],
      observables: [{ name: "x", unit: "V" }],
      limits: [{ min: -1, max: 1 }],
      start: { mean: [0], factor: [[0.1]] },
      scales: { observables: [{ mean: 0, sd: 1 }], increments: [1] },
      featureScales: () => [{ mean: 0, sd: 1 }],
    },
    {},
    createStream(2),
  );

/** The network that a recipe asks for, of toy nodes. */
const networkOf = (network: string) => {
  const plan = planOf(read(`${least}network: ${network}\n`), undefined, () => 0);
  const task = { inputs: 1, outputs: 1, scored: "each-step" } as Task;
  return createLoopNetwork(plan, createRandomTwin(), task, createStream(1));
};

test("a network is written out node by node and edge by edge, or drawn at random", () => {
  const written = networkOf(`
  preset: graph
  nodes:
    - { name: a, couplingSamples: all }
    - { name: b, seesInput: false, hold: 2 }
  edges:
    - { from: a, to: b }
    - { from: b, to: a, delay: 3 }
  waits: true`);
  expect(written.nodes).toEqual([
    { name: "a", twin: "leaky-integrator", seesInput: true, couplingSamples: "all" },
    { name: "b", twin: "leaky-integrator", seesInput: false, hold: 2 },
  ]);
  expect(written.edges).toEqual([
    { from: 0, to: 1, delay: 1 },
    { from: 1, to: 0, delay: 3 },
  ]);
  const drawn = networkOf("{ preset: random, nodes: 12, fanIn: 2, delays: [1, 2] }");
  expect([drawn.nodes.length, drawn.edges.length]).toEqual([12, 24]);
  const limited = networkOf(
    "{ layers: [3], converters: { driveBits: 8 }, constraints: { coupling: { bound: 0.1 } } }",
  );
  expect(Object.values(limited.kinds)[0].converters).toEqual({ driveBits: 8 });
  expect(Math.max(...limited.weights.coupling1.data)).toBeCloseTo(0.1, 6);
  expect(() => networkOf("{ preset: graph, nodes: 3 }")).toThrowErrorMatchingInlineSnapshot(
    `[Fault: r.yaml: the recipe has a fault. Got network.nodes: expected a list of nodes, each with a name, expected a recipe as in docs/recipes.md. Mend what is named and start again.]`,
  );
  expect(() => networkOf("{ nodes: [{ name: a }] }")).toThrowErrorMatchingInlineSnapshot(
    `[Fault: r.yaml: the recipe has a fault. Got network.nodes: nodes and edges are written out only for the preset 'graph', expected a recipe as in docs/recipes.md. Mend what is named and start again.]`,
  );
});

test("every fault of a recipe is named with its path", () => {
  const text = `name: a
device: { kind: leaky-integrater }
task: { name: narma5 }
twin: { delay: 3, hidden: [64, -1] }
trian: { iterations: 10 }
train: { budget: soon }
`;
  expect(() => read(text)).toThrowErrorMatchingInlineSnapshot(
    `[Fault: r.yaml: the recipe has 5 faults. Got device.kind: 'leaky-integrater' is none of duffing-oscillator, ikeda-node, leaky-integrator, mackey-glass-node, nano-ring-array, noisy-leaky-node, spin-vortex-ice, superparamagnetic-ensemble, superparamagnetic-junction, thermal-macrospin, volatile-memristor, vortex-oscillator; did you mean 'leaky-integrator'?; twin.hidden.1: Too small: expected number to be >=1; twin.delay: there is no such key; did you mean 'delays'?; train.budget: expected a time such as 120s or 2min; trian: there is no such key; did you mean 'train'?, expected a recipe as in docs/recipes.md. Mend what is named and start again.]`,
  );
});

test("text that is no YAML, or no mapping, is refused", () => {
  expect(() => read("name: [a")).toThrowErrorMatchingInlineSnapshot(
    `[Fault: r.yaml: the recipe has a fault. Got Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 9, expected a recipe as in docs/recipes.md. Mend what is named and start again.]`,
  );
  expect(() => read("- a\n- b\n")).toThrowErrorMatchingInlineSnapshot(
    `[Fault: r.yaml: the recipe has a fault. Got it is not a mapping of keys to values, expected a recipe as in docs/recipes.md. Mend what is named and start again.]`,
  );
});

test("the recipes that come with the program are sound, and the schema names their keys", () => {
  const folder = new URL("../../recipes/", import.meta.url);
  const files = readdirSync(folder);
  expect(files.length).toBeGreaterThan(1);
  const known = Object.keys((recipeSchema() as { properties: object }).properties);
  for (const file of files) {
    const written = readYaml(readFileSync(new URL(file, folder), "utf8"), file);
    checkRecipe(written, file);
    expect(Object.keys(written).filter((key) => !known.includes(key))).toEqual([]);
  }
});
