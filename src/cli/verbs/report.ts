import type { AddVerb } from "../run.ts";

/** twinloom report <run> | runs ls | runs show <run> */
export const addReport: AddVerb = (program, open) => {
  program
    .command("report <run>")
    .description("write the report of a finished run again")
    .action(async (run, _options, command) => {
      const session = open(command);
      const { reportRun } = await import("../../experiment/index.ts");
      const { report } = await reportRun(run);
      session.print({ report }, report);
    });
};
