import type { AddVerb } from "../run.ts";

/** twinloom device list | describe <kind> */
export const addDevice: AddVerb = (program, open) => {
  const device = program.command("device").description("the virtual devices");
  device
    .command("list")
    .description("every kind of device, one line each")
    .action(async (_options, command) => {
      const session = open(command);
      const { listKinds } = await import("../../experiment/index.ts");
      const { kinds, text } = listKinds();
      session.print(kinds, text);
    });
  device
    .command("describe <kind>")
    .description("inputs, observables, sampling step and options of a kind")
    .action(async (kind, _options, command) => {
      const session = open(command);
      const { describeKind } = await import("../../experiment/index.ts");
      const { description, text } = await describeKind(kind);
      session.print(description, text);
    });
};
