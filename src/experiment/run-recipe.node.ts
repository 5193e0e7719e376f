import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readText } from "./input.node.ts";
import type { LoopPlan } from "./loop-plan.ts";
import { merge, type Plain, parseOverrides } from "./overrides.ts";
import { checkRecipe, planOf, type Recipe, readYaml } from "./recipe.ts";
import { type LoopRun, runLoop, type TrainRun, trainInFolder } from "./run-loop.node.ts";
import type { VerbContext } from "./verb.ts";

/** What to run and where. */
export interface RunRecipeOptions {
  /** A YAML file. */
  readonly recipe: string;
  /** Folder of the task's data. */
  readonly data?: string;
  /** "section.key=value", over what the recipe says. */
  readonly overrides?: readonly string[];
  /** A few updates of everything, to see that it runs; its figures mean nothing. */
  readonly quick?: boolean;
  /** The run folder; by default runs/<name>/<time>_<id>. */
  readonly out?: string;
  /** Replaces the recipe's seed. */
  readonly seed?: number;
}

/** Sizes of a run that only shows that everything works. */
const quickSizes: Plain = {
  record: { sequences: 40, repeatSequences: 4, repeats: 8 },
  twin: { driftSteps: 200, noiseSteps: 100 },
  train: { iterations: 20, budget: undefined, reservoirs: 1 },
  transfer: { runs: 1 },
};

/**
 * Run the whole loop of a recipe in a new run folder.
 *
 * @throws  `missing-file` without the recipe; `bad-recipe` with every fault of it; what the stages
 *          of the loop throw.
 */
export async function runRecipe(options: RunRecipeOptions, context: VerbContext): Promise<LoopRun> {
  const { plan, recipe } = await readPlan(options);
  const verb = options.quick ? "run --quick" : "run";
  return runLoop(plan, { verb, config: recipe, path: options.out }, context);
}

/** Record, fit and train as a recipe says, without carrying anything to a device. */
export async function trainRecipe(
  options: RunRecipeOptions,
  context: VerbContext,
): Promise<TrainRun> {
  const { plan, recipe } = await readPlan(options);
  return trainInFolder(plan, { verb: "network train", config: recipe, path: options.out }, context);
}

async function readPlan(
  options: RunRecipeOptions,
): Promise<{ readonly plan: LoopPlan; readonly recipe: Recipe }> {
  const { recipe: path, data, overrides = [], quick = false, seed } = options;
  const text = await readText(path);
  const own = withTaskFile(readYaml(text, path), dirname(path));
  const written = merge(own, quick ? quickSizes : {});
  const chosen = merge(written, withTaskFile(parseOverrides(overrides), "."));
  const recipe = checkRecipe(seed === undefined ? chosen : { ...chosen, seed }, path);
  return { plan: planOf(recipe, data, () => performance.now() / 1000), recipe };
}

/** A task's own file is looked for beside the recipe that names it; the run keeps the whole path. */
function withTaskFile(written: Plain, folder: string): Plain {
  const file = (written.task as Plain | undefined)?.file;
  if (typeof file !== "string") return written;
  return merge(written, { task: { file: resolve(folder, file) } });
}

/** The recipe that comes with the program and needs nothing from outside. */
export const quickstartRecipe: string = fileURLToPath(
  new URL("../../recipes/quickstart.yaml", import.meta.url),
);
