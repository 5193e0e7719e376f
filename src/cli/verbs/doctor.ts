import type { AddVerb } from "../run.ts";

/** twinloom doctor */
export const addDoctor: AddVerb = (program, open) => {
  program
    .command("doctor")
    .description("what this machine and this installation can do")
    .action(async (_options, command) => {
      const session = open(command);
      const { examine } = await import("../../experiment/index.ts");
      const { facts, text } = await examine();
      session.print(facts, text);
    });
};
