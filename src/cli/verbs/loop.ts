import type { Command } from "commander";
import type { AddVerb } from "../run.ts";
import type { Session } from "../session.ts";
import { parseWhole, parseWholes } from "../values.ts";

interface RecipeFlags {
  readonly data?: string;
  readonly quick?: boolean;
  readonly resume?: boolean;
}

/** Options that `run`, `quickstart` and `network train` share. */
function recipeOptions(
  recipe: string,
  overrides: readonly string[],
  { data, quick, resume }: RecipeFlags,
  session: Session,
  command: Command,
) {
  const { out, seed } = session.options;
  // The recipe has a seed of its own; --seed counts only where it was typed.
  const isTyped = command.getOptionValueSourceWithGlobals("seed") === "cli";
  return { recipe, overrides, data, quick, resume, out, seed: isTyped ? seed : undefined };
}

/** twinloom quickstart | run <recipe> */
export const addRun: AddVerb = (program, open) => {
  const addFlags = (command: Command): Command =>
    command
      .option("--quick", "a few updates of everything: shows that it runs, no more", false)
      .option("--resume", "go on with the run in --out, which was cut off", false);
  addFlags(program.command("quickstart [settings...]"))
    .description("the whole loop on a virtual nano-ring array, ending with a report")
    .action(async (settings, flags, command) => {
      const session = open(command);
      const { quickstartRecipe, runRecipe } = await import("../../experiment/index.ts");
      const options = recipeOptions(quickstartRecipe, settings, flags, session, command);
      const { arms, text, report } = await runRecipe(options, session.context);
      session.print(arms, `${text}\n\nreport: ${report}`);
    });
  addFlags(program.command("run <recipe> [settings...]"))
    .description("record, fit, train, transfer and report as a recipe says")
    .option("--data <folder>", "where the task finds its data")
    .action(async (recipe, settings, flags, command) => {
      const session = open(command);
      const { runRecipe } = await import("../../experiment/index.ts");
      const options = recipeOptions(recipe, settings, flags, session, command);
      const { arms, text, report } = await runRecipe(options, session.context);
      session.print(arms, `${text}\n\nreport: ${report}`);
    });
};

/** twinloom network train <recipe> | test <run> */
export const addNetwork: AddVerb = (program, open) => {
  const network = program.command("network").description("train networks of twins and test them");
  network
    .command("train <recipe> [settings...]")
    .description("record, fit and train, without carrying anything to a device")
    .option("--data <folder>", "where the task finds its data")
    .option("--quick", "a few updates of everything", false)
    .option("--resume", "go on with the run in --out, which was cut off", false)
    .action(async (recipe, settings, flags, command) => {
      const session = open(command);
      const { ledgerText, trainRecipe } = await import("../../experiment/index.ts");
      const options = recipeOptions(recipe, settings, flags, session, command);
      const result = await trainRecipe(options, session.context);
      const lines = result.networks.map(({ arm, seed, folder, iterations, training }) => {
        const score = Number(training.value.toPrecision(3));
        return `${arm}, seed ${seed}: ${iterations} updates, ${score} on its training part, ${folder}`;
      });
      const { ledger, ...printed } = result;
      const text = [...lines, "", ledgerText(ledger), "", `run folder: ${result.path}`];
      session.print(printed, text.join("\n"));
    });
  network
    .command("test <run>")
    .description("score the networks of a run folder on its twin")
    .option("--noise <on|off>", "only with or only without the twin's noise")
    .option("--runs <n>", "noisy runs", parseWhole("--runs", 1))
    .option("--data <folder>", "where the task finds its data")
    .action(async (run, { noise, runs, data }, command) => {
      const session = open(command);
      const { testRun } = await import("../../experiment/index.ts");
      const { scores, text } = await testRun(run, { noise, runs, data });
      session.print(scores, text);
    });
};

/** twinloom transfer <run> */
export const addTransfer: AddVerb = (program, open) => {
  program
    .command("transfer <run>")
    .description("carry the networks of a run folder to devices")
    .option("--device <kind>", "the kind that the twin was fitted to")
    .option("--disorder <list>", "samples of the device, such as 7,8", parseWholes("--disorder", 0))
    .option("--runs <n>", "times that the test part is run", parseWhole("--runs", 1))
    .option("--data <folder>", "where the task finds its data")
    .action(async (run, options, command) => {
      const session = open(command);
      const { transferRun } = await import("../../experiment/index.ts");
      const { arms, text } = await transferRun(run, options, session.context);
      session.print(arms, text);
    });
};
