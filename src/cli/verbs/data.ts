import type { AddVerb } from "../run.ts";
import { parsePositive } from "../values.ts";

/** twinloom data import <files...> -o rec.h5 | info rec.h5 */
export const addData: AddVerb = (program, open) => {
  const data = program.command("data").description("recordings in files");
  data
    .command("import <files...>")
    .description("make one recording of .npz and .h5 files")
    .option("--dt <seconds>", "sampling step, where a file holds none", parsePositive("--dt"))
    .action(async (files, { dt }, command) => {
      const session = open(command);
      const { importFiles } = await import("../../experiment/index.ts");
      const out = session.requireOut("rec.h5");
      const { path, summary, text } = await importFiles({ files, dt, out });
      session.print({ path, ...summary }, text);
    });
  data
    .command("info <recording>")
    .description("what is in a recording, and what would hurt a twin")
    .action(async (recording, _options, command) => {
      const session = open(command);
      const { describeFile } = await import("../../experiment/index.ts");
      const { path, summary, text } = await describeFile(recording);
      session.print({ path, ...summary }, text);
    });
};
