import type { AddVerb } from "../run.ts";
import { parseWhole } from "../values.ts";

/** twinloom twin fit | validate | simulate */
export const addTwin: AddVerb = (program, open) => {
  const twin = program.command("twin").description("fit, judge and simulate noisy twins");
  twin
    .command("fit <recording> [settings...]")
    .description("fit a twin; settings such as twin.delays=4 twin.noiseSteps=3000")
    .option("--recipe <file>", "YAML recipe; its section `twin` counts")
    .option("--budget <time>", "such as 60s, in place of numbers of updates")
    .option("--resume", "go on with a fit that was cut off, with the same bits", false)
    .option("--checkpoint <time>", "least time between two checkpoints", "10s")
    .action(async (recording, settings, flags, command) => {
      const session = open(command);
      const { fitFile } = await import("../../experiment/index.ts");
      const out = session.requireOut("twin");
      const { seed } = session.options;
      const options = { recording, settings, ...flags, out, seed };
      const { text, ...result } = await fitFile(options, session.context);
      session.print(result, text);
    });
  twin
    .command("validate <twin> <recording>")
    .description("realisations of a twin against repeats of its device")
    .option("--repeats <n>", "realisations (default: the device's repeats)", parseWhole("n", 2))
    .option("--report <page.html>", "write a page with its figures (or -o)")
    .action(async (path, recording, { repeats, report }, command) => {
      const session = open(command);
      const { validateFile } = await import("../../experiment/index.ts");
      const { seed } = session.options;
      const page = report ?? session.options.out;
      const options = { twin: path, recording, repeats, report: page, seed };
      const { text, ...result } = await validateFile(options);
      session.print(result, text);
      if (page !== undefined) session.say(`The page is ${page}`);
    });
  twin
    .command("simulate <twin>")
    .description("write realisations of a twin under given drives")
    .requiredOption("--drive <file>", ".npy: [time], [time, inputs] or [sequences, time, inputs]")
    .option("--repeats <n>", "realisations of each drive", parseWhole("--repeats", 1), 1)
    .option("--allow-extrapolation", "follow drives beyond the recorded range", false)
    .action(async (path, { drive, repeats, allowExtrapolation }, command) => {
      const session = open(command);
      const { simulateFile } = await import("../../experiment/index.ts");
      const out = session.requireOut("sim.npz");
      const { seed } = session.options;
      const options = { twin: path, drive, repeats, out, seed, allowExtrapolation };
      const result = await simulateFile(options);
      const shape = result.shape.join(", ");
      session.print(result, `${result.path}: observables [${shape}]`);
    });
};
