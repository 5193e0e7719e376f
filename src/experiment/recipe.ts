import { parseDocument } from "yaml";
import { z } from "zod";
import { closestName, fault } from "../base/index.ts";
import { deviceKinds } from "../devices/index.ts";
import {
  type Converters,
  type FreeGraph,
  type FreeNode,
  type Network,
  type TrainedPart,
  trainedParts,
} from "../network/index.ts";
import { TASK_NAMES } from "../tasks/index.ts";
import { type DriveFeature, driveFeatures } from "../twin/index.ts";
import { durationForm, parseDuration } from "./duration.ts";
import { type LoopPlan, type TrainedArm, trainedArms } from "./loop-plan.ts";
import type { Plain } from "./overrides.ts";

const whole = (least: number) => z.int().min(least);
const seed = whole(0);
const hidden = z.array(whole(1)).min(1);

const deviceRule = z
  .looseObject({
    kind: z.enum(Object.keys(deviceKinds)).describe("a kind that `device list` shows"),
    disorder: z
      .array(seed)
      .min(1)
      .default([1])
      .describe("fabricated samples: the recorded one first, then others to carry the network to"),
    instrument: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("readout noise, gain, ADC and so on; default as calibrated, or off"),
  })
  .describe("the device; options of its kind stand beside `kind`");

const recordRule = z
  .strictObject({
    preset: z.literal("standard").default("standard"),
    sequences: whole(0).optional().describe("different drives, each measured once"),
    steps: whole(1).optional().describe("length of every sequence, samples"),
    repeatSequences: whole(2)
      .default(20)
      .describe("drives measured many times; half only judge the twin"),
    repeats: whole(4).default(50).describe("repeats of each of these"),
    ladderLevels: whole(0).optional(),
    ladderRepeats: whole(1).optional(),
    holds: z.array(whole(1)).min(1).optional().describe("hold lengths, in samples per step"),
    range: z
      .array(z.tuple([z.number(), z.number()]))
      .optional()
      .describe("active range of each input, device units"),
  })
  .describe("what is measured to fit and judge the twin");

const twinRule = z
  .strictObject({
    method: z.enum(["map", "heun"]).default("map"),
    substeps: whole(1).optional(),
    objectives: z
      .tuple([z.literal("drift"), z.literal("energy-score")])
      .default(["drift", "energy-score"]),
    delays: whole(0).optional().describe("past observables beside the present one"),
    auxiliaries: whole(0).optional().describe("Ornstein-Uhlenbeck variables of the coloured noise"),
    observationNoise: z.boolean().optional(),
    features: z
      .array(z.enum(driveFeatures as [DriveFeature, ...DriveFeature[]]))
      .optional()
      .describe("what the networks see of each input, for devices with a carrier"),
    hidden: hidden.optional().describe("hidden layers of the drift network"),
    noiseHidden: hidden.optional().describe("hidden layers of the diffusion network"),
    activation: z.enum(["relu", "tanh", "silu"]).optional(),
    driftSteps: whole(1).optional().describe("updates of the drift phase"),
    noiseSteps: whole(1).optional().describe("updates of the noise phase"),
    patience: whole(1)
      .optional()
      .describe("validations in a row without a better one after which a phase ends early"),
    driftRate: z.number().min(0).optional().describe("factor on the rate of F in the noise phase"),
  })
  .describe("the twin and its fit");

const couplingSamples = z.enum(["last", "all"]);
const readoutSamples = z.enum(["all", "last", "mean"]);

const nodeRule = z.strictObject({
  name: z.string().min(1),
  seesInput: z.boolean().optional(),
  hold: whole(1).optional(),
  couplingSamples: couplingSamples.optional(),
  readoutSamples: readoutSamples.optional(),
});
const edgeRule = z.strictObject({ from: z.string(), to: z.string(), delay: whole(0).default(1) });

const convertersRule = z
  .strictObject({
    driveBits: whole(1).optional(),
    responseBits: whole(1).optional(),
    responseRange: z.number().positive().optional(),
    slew: z.number().positive().optional(),
  })
  .describe(
    "the rig: bits of drives over their safe range, bits of responses over the mean ± `responseRange` (4) deviations, largest change of a drive per task step as a share of its range",
  );

const constraintRule = z.strictObject({
  sign: z.enum(["positive", "negative"]).optional(),
  fanIn: whole(0).optional(),
  bound: z.number().positive().optional(),
  levels: whole(1).optional(),
});

const networkRule = z
  .strictObject({
    preset: z
      .enum(["chain", "parallel", "layered", "random", "graph"])
      .default("layered")
      .describe("`graph`: the nodes and edges that are written out"),
    nodes: z
      .union([whole(1), z.array(nodeRule).min(1)])
      .optional()
      .describe("how many; or for `graph` each: name, seesInput, hold, couplingSamples, ..."),
    edges: z.array(edgeRule).optional().describe("for `graph`, each: from, to, delay (default 1)"),
    fanIn: whole(0).optional().describe("for `random`: couplings that enter each node"),
    density: z.number().min(0).max(1).optional().describe("for `random`, instead of `fanIn`"),
    delays: z.array(whole(1)).min(1).optional().describe("for `random`: what delays draw from"),
    inputShare: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("for `random`: nodes that see the input"),
    waits: z
      .boolean()
      .default(false)
      .describe("devices wait for each other, so that their task steps may differ in length"),
    converters: convertersRule.optional(),
    constraints: z
      .strictObject({ inputMask: constraintRule.optional(), coupling: constraintRule.optional() })
      .optional()
      .describe("what weights keep to: sign, fan-in, largest size, multiples of bound / levels"),
    layers: z.array(whole(1)).min(1).optional(),
    recurrent: z.boolean().default(true).describe("couplings within a layer"),
    hold: whole(1).default(1).describe("device samples per task step"),
    readout: z.enum(["each-step", "time-mean", "last-step"]).optional(),
    readoutSamples: readoutSamples.default("all"),
    readoutSeesInput: z.boolean().default(false),
    inputLimit: z.enum(["clip", "smooth"]).default("clip"),
    couplingSamples: couplingSamples.default("last"),
  })
  .superRefine(({ preset, nodes, edges }, context) => {
    const isWritten = typeof nodes === "object";
    if (isWritten === (preset === "graph") && (preset === "graph" || edges === undefined)) return;
    const message =
      preset === "graph"
        ? "expected a list of nodes, each with a name"
        : "nodes and edges are written out only for the preset 'graph'";
    context.addIssue({ code: "custom", message, path: ["nodes"] });
  })
  .describe("the network of twins");

const taskRule = z
  .looseObject({
    name: z
      .enum(TASK_NAMES as [string, ...string[]])
      .optional()
      .describe("a task that `task list` shows"),
    file: z
      .string()
      .optional()
      .describe("in place of `name`: sequences of one's own, from the recipe's folder on"),
    split: z.string().optional(),
  })
  .refine(({ name, file }) => (name === undefined) !== (file === undefined), {
    error: "expected either `name` or `file`",
  })
  .describe("the task; its sizes stand beside `name`");

const trainRule = z
  .strictObject({
    arms: z.array(z.enum(trainedArms)).min(1).default(["noise-aware", "noise-agnostic"]),
    iterations: whole(1).optional().describe("updates (default 1000)"),
    budget: z
      .string()
      .regex(durationForm, "expected a time such as 120s or 2min")
      .optional()
      .describe("time instead of iterations; becomes a number of updates before the training"),
    starts: whole(1).default(1).describe("random networks of which a training takes the best"),
    batch: whole(1).optional(),
    paths: whole(1).optional().describe("noisy paths per example"),
    window: whole(2).optional().describe("task steps of a window, where sequences are longer"),
    checkpoint: whole(1)
      .optional()
      .describe("steps between kept states: less memory for long sequences, a third more time"),
    warmUp: whole(0).optional().describe("unscored steps of a window"),
    truncate: whole(1)
      .optional()
      .describe("an update every so many steps of a window, derivatives no further back"),
    learningRate: z.number().positive().optional(),
    schedule: z.enum(["cosine", "constant"]).optional(),
    rise: whole(0).optional().describe("updates over which the rate rises from zero"),
    clipNorm: z.number().min(0).optional().describe("largest norm of the gradient (default 1)"),
    weightDecay: z.number().min(0).optional().describe("of input masks and couplings"),
    readoutDecay: z.number().min(0).optional(),
    free: z.array(z.enum(trainedParts)).min(1).optional().describe("what is trained (default all)"),
    every: whole(1).optional().describe("updates between two validations"),
    patience: whole(1)
      .optional()
      .describe("validations in a row without a better one after which a training stops"),
    driveNoise: z.number().min(0).optional().describe("white noise on standardised drives"),
    constantNoise: z
      .array(z.number().positive())
      .min(1)
      .default([0.05, 0.1, 0.2, 0.4])
      .describe("what `constant-noise` tries in its place; the best on noisy twins is kept"),
    refit: z.boolean().default(true).describe("refit the readout by ridge at the end if it helps"),
    reservoirs: whole(0).default(0).describe("random networks with a readout fitted on the device"),
  })
  .describe("how networks are trained");

const cascadeRule = z
  .strictObject({
    recordings: whole(2).default(2).describe("times that each stage's answers are recorded"),
    recordLast: z
      .boolean()
      .default(false)
      .describe("record the last stage too, and fit the final readout on the device"),
    disorder: seed.optional().describe("the sample that is recorded; default that of the twin"),
  })
  .describe("how the arm `cascade` measures; an arm trains each stage as `train` says");

/** A recipe with every default filled in; `recipeSchema` says what each key means. */
export interface Recipe {
  readonly name: string;
  readonly seeds: number[];
  readonly seed: number;
  readonly device: {
    readonly kind: string;
    readonly disorder: number[];
    readonly instrument?: Record<string, unknown>;
    readonly [option: string]: unknown;
  };
  readonly record: {
    readonly preset: "standard";
    readonly sequences?: number;
    readonly steps?: number;
    readonly repeatSequences: number;
    readonly repeats: number;
    readonly ladderLevels?: number;
    readonly ladderRepeats?: number;
    readonly holds?: number[];
    readonly range?: [number, number][];
  };
  readonly twin: {
    readonly method: "map" | "heun";
    readonly substeps?: number;
    readonly objectives: ["drift", "energy-score"];
    readonly delays?: number;
    readonly auxiliaries?: number;
    readonly observationNoise?: boolean;
    readonly features?: DriveFeature[];
    readonly hidden?: number[];
    readonly noiseHidden?: number[];
    readonly activation?: "relu" | "tanh" | "silu";
    readonly driftSteps?: number;
    readonly noiseSteps?: number;
    readonly patience?: number;
    readonly driftRate?: number;
  };
  readonly network: {
    readonly preset: "chain" | "parallel" | "layered" | "random" | "graph";
    readonly nodes?: number | Omit<FreeNode, "twin">[];
    readonly edges?: FreeGraph["edges"][number][];
    readonly fanIn?: number;
    readonly density?: number;
    readonly delays?: number[];
    readonly inputShare?: number;
    readonly waits: boolean;
    readonly converters?: Converters;
    readonly constraints?: Network["constraints"];
    readonly layers?: number[];
    readonly recurrent: boolean;
    readonly hold: number;
    readonly readout?: "each-step" | "time-mean" | "last-step";
    readonly readoutSamples: "all" | "last" | "mean";
    readonly readoutSeesInput: boolean;
    readonly inputLimit: "clip" | "smooth";
    readonly couplingSamples: "last" | "all";
  };
  readonly task: {
    readonly name?: string;
    readonly file?: string;
    readonly split?: string;
    readonly [size: string]: unknown;
  };
  readonly train: {
    readonly arms: TrainedArm[];
    readonly iterations?: number;
    readonly budget?: string;
    readonly starts: number;
    readonly batch?: number;
    readonly paths?: number;
    readonly window?: number;
    readonly checkpoint?: number;
    readonly warmUp?: number;
    readonly truncate?: number;
    readonly learningRate?: number;
    readonly schedule?: "cosine" | "constant";
    readonly rise?: number;
    readonly clipNorm?: number;
    readonly weightDecay?: number;
    readonly readoutDecay?: number;
    readonly free?: TrainedPart[];
    readonly every?: number;
    readonly patience?: number;
    readonly driveNoise?: number;
    readonly constantNoise: number[];
    readonly refit: boolean;
    readonly reservoirs: number;
  };
  readonly cascade: {
    readonly recordings: number;
    readonly recordLast: boolean;
    readonly disorder?: number;
  };
  readonly transfer: { readonly runs: number };
}

const recipeRule: z.ZodType<Recipe> = z.strictObject({
  name: z.string().min(1),
  seeds: z.array(seed).min(1).default([0]).describe("first weights of the networks"),
  seed: seed.default(0).describe("drives, recording, fit and task"),
  device: deviceRule,
  record: recordRule.prefault({}),
  twin: twinRule.prefault({}),
  network: networkRule.prefault({}),
  task: taskRule,
  train: trainRule.prefault({}),
  cascade: cascadeRule.prefault({}),
  transfer: z.strictObject({ runs: whole(1).default(3) }).prefault({}),
});

/** JSON Schema of recipes, for editors. */
export function recipeSchema(): object {
  return z.toJSONSchema(recipeRule, { io: "input" });
}

/**
 * Read YAML whose top level is a mapping.
 *
 * @param where  File name, for messages.
 * @throws       `bad-recipe` if it is not YAML or not a mapping.
 */
export function readYaml(text: string, where: string): Plain {
  const document = parseDocument(text);
  const broken = document.errors.map(({ message }) => message.split("\n")[0].replace(/:$/, ""));
  if (broken.length > 0) throw badRecipe(where, broken);
  const value: unknown = document.toJS() ?? {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Plain;
  throw badRecipe(where, ["it is not a mapping of keys to values"]);
}

/**
 * Check a recipe, fill in its defaults, and say everything that is wrong with it at once.
 *
 * @param where  File name, for messages.
 * @throws       `bad-recipe` listing every problem with its path.
 */
export function checkRecipe(written: Plain, where: string): Recipe {
  const checked = recipeRule.safeParse(written, { reportInput: true });
  if (checked.success) return checked.data;
  throw badRecipe(
    where,
    checked.error.issues.flatMap((issue) => describeIssue(issue)),
  );
}

type Issue = z.core.$ZodIssue;

/** What is wrong with one key, in words; `known` lists the keys at a path. */
export function describeIssue(
  issue: Issue,
  known: (path: readonly PropertyKey[]) => string[] = keysAt,
  whole = "the recipe",
): string[] {
  const path = issue.path.join(".");
  if (issue.code === "invalid_value" && typeof issue.input === "string") {
    const values = issue.values.map(String);
    const meant = closestName(issue.input, values);
    const hint = meant ? `; did you mean '${meant}'?` : "";
    return [`${path}: '${issue.input}' is none of ${values.join(", ")}${hint}`];
  }
  if (issue.code !== "unrecognized_keys") {
    const text = issue.message.replace(/^Invalid input: /, "");
    return [`${path === "" ? whole : path}: ${text}`];
  }
  const keys = known(issue.path);
  return issue.keys.map((key) => {
    const meant = closestName(key, keys);
    const hint = meant ? `; did you mean '${meant}'?` : ` (known: ${keys.join(", ")})`;
    return `${path === "" ? key : `${path}.${key}`}: there is no such key${hint}`;
  });
}

/** Keys that the schema knows at a path. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let schema = recipeSchema() as { properties?: Record<string, object> };
  for (const part of path) schema = (schema.properties?.[String(part)] ?? {}) as typeof schema;
  return Object.keys(schema.properties ?? {});
}

function badRecipe(where: string, problems: readonly string[]): Error {
  return fault("bad-recipe", {
    where,
    what:
      problems.length === 1 ? "the recipe has a fault" : `the recipe has ${problems.length} faults`,
    got: problems.join("; "),
    expected: "a recipe as in docs/recipes.md",
    fix: "Mend what is named and start again",
  });
}

/**
 * Make all choices of a recipe.
 *
 * @param data   Folder of the task's data.
 * @param clock  Seconds, for `train.budget`.
 */
export function planOf(recipe: Recipe, data: string | undefined, clock: () => number): LoopPlan {
  const { name, seeds, device, record, twin, network, task, train, cascade, transfer } = recipe;
  const { kind, disorder, instrument, ...options } = device;
  const { preset: _, ...drives } = record;
  const { arms, reservoirs, starts, budget, constantNoise, ...training } = train;
  const activation = twin.activation ?? "tanh";
  const layers = (hiddenLayers: readonly number[] | undefined) =>
    hiddenLayers ? { hidden: hiddenLayers, activation } : undefined;
  const { method, substeps, delays, auxiliaries, observationNoise, features } = twin;
  return {
    ...{ name, seed: recipe.seed, networkSeeds: seeds, arms, reservoirs, starts, data },
    constantNoise,
    device: { kind, options, disorder, instrument },
    record: drives,
    fit: {
      twin: {
        ...{ method, substeps, delays, auxiliaries, observationNoise, features },
        drift: layers(twin.hidden),
        diffusion: layers(twin.noiseHidden),
      },
      drift: { steps: twin.driftSteps, patience: twin.patience },
      energyScore: { steps: twin.noiseSteps, driftRate: twin.driftRate, patience: twin.patience },
    },
    network: {
      preset: network.preset,
      layers: network.layers ?? [typeof network.nodes === "number" ? network.nodes : 16],
      ...(typeof network.nodes === "object"
        ? { graph: { nodes: network.nodes, edges: network.edges ?? [] } }
        : {}),
      random: {
        ...{ fanIn: network.fanIn, density: network.density, delays: network.delays },
        inputShare: network.inputShare,
      },
      ...{ waits: network.waits, converters: network.converters },
      constraints: network.constraints,
      ...{ recurrent: network.recurrent, hold: network.hold, inputLimit: network.inputLimit },
      couplingSamples: network.couplingSamples,
      readout: {
        samples: network.readoutSamples,
        seesInput: network.readoutSeesInput,
        ...(network.readout ? { over: network.readout } : {}),
      },
    },
    task,
    cascade,
    train: {
      ...training,
      ...(budget ? { budget: { seconds: parseDuration(budget), clock } } : {}),
    },
    runs: transfer.runs,
  };
}
