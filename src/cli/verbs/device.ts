import type { AddVerb } from "../run.ts";

/** twinloom device list | describe <device> | check <device> */
export const addDevice: AddVerb = (program, open) => {
  const device = program
    .command("device")
    .description("virtual devices, and those behind a driver");
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
    .command("describe <device>")
    .description(
      "inputs, observables, sampling step and options of a kind, or of a driver's device",
    )
    .action(async (kind, _options, command) => {
      const session = open(command);
      const { describeKind } = await import("../../experiment/index.ts");
      const { description, text } = await describeKind(kind, session.context);
      session.print(description, text);
    });
  device
    .command("check <device> [settings...]")
    .description(
      'run the checks of the device contract on a kind, a driver.yaml or "python my_device.py"; settings such as device.L=6',
    )
    .action(async (kind, settings, _options, command) => {
      const session = open(command);
      const { checkKind } = await import("../../experiment/index.ts");
      const { seed } = session.options;
      const checked = await checkKind({ kind, settings, seed }, session.context);
      session.print({ identity: checked.identity, results: checked.results }, checked.text);
      if (checked.failure) throw checked.failure;
    });
};
