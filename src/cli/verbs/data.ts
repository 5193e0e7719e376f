import type { Command } from "commander";
import type { AddVerb } from "../run.ts";
import { parsePositive } from "../values.ts";

/** twinloom data import <files...> -o rec.h5 | info rec.h5 [--report page.html] */
export const addData: AddVerb = (program, open) => {
  const data = program.command("data").description("recordings in files");
  const describedImport = data
    .command("import <files...>")
    .description("make one recording of .npz, .h5, .mat and .csv files of any layout");
  addLayoutOptions(describedImport).action(async (files, { map, ...layout }, command) => {
    const session = open(command);
    const { importFiles } = await import("../../experiment/index.ts");
    const out = session.requireOut("rec.h5");
    const { path, summary, notes, text } = await importFiles({ files, map, layout, out });
    for (const note of notes) session.say(`warning: ${note}`);
    session.print({ path, ...summary, notes }, text);
  });
  data
    .command("info <recording>")
    .description("what is in a recording, and what would hurt a twin")
    .option("--report <page.html>", "write a page with its figures (or -o)")
    .action(async (recording, { report }, command) => {
      const session = open(command);
      const { describeFile } = await import("../../experiment/index.ts");
      const described = await describeFile(recording, report ?? session.options.out);
      const { path, summary, text, report: page } = described;
      session.print({ path, ...summary, ...(page === undefined ? {} : { report: page }) }, text);
      if (page !== undefined) session.say(`The page is ${page}`);
    });
};

const parseList = (text: string): string[] => text.split(",").map((item) => item.trim());

/** The keys of a layout as flags; `experiment` checks them together with those of --map. */
function addLayoutOptions(command: Command): Command {
  return command
    .option("--map <file>", "YAML with the keys below, in place of flags (docs/files.md)")
    .option("--drive <names>", "arrays or columns whose channels are the drive", parseList)
    .option("--response <names>", "arrays or columns whose channels are the response", parseList)
    .option("--time <name>", "times of the samples")
    .option("--time-unit <unit>", "s, ms, us, ns, min or h, where the file names none")
    .option("--dt <seconds>", "sampling step, where a file holds none", parsePositive("--dt"))
    .option("--axes <names>", "of the response: sequence,repeat,time,observable", parseList)
    .option("--drive-axes <names>", "of the drive: sequence,time,input", parseList)
    .option("--sequence <name>", "in a table: the column that tells sequences apart")
    .option("--repeat <name>", "in a table: the column that tells repeats apart")
    .option("--drive-held <how>", "a drive is in force until its time, from it on, or no (varies)")
    .option("--missing <rule>", "NaN: refuse, or mask (cut sequences there)")
    .option("--each <what>", "each file is a part, a sequence or a repeat")
    .option("--part <name>", "name of the part")
    .option("--inputs <names>", "such as 'field (mT),current (mA)'", parseList)
    .option("--observables <names>", "such as 'resistance (ohm)'", parseList);
}
