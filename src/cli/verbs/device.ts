import process from "node:process";
import type { AddVerb } from "../run.ts";

/** twinloom device list | describe <device> | check <device> | serve <device> */
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
  device
    .command("serve <device> [settings...]")
    .description(
      "a mock rig: a kind, or the folder of a twin, behind the driver protocol on stdin and stdout",
    )
    .option("--fault <kind@n...>", "something that goes wrong at the n-th measured reply: kill@7")
    .action(async (name, settings, { fault: faults }, command) => {
      const session = open(command);
      const { serveNamed } = await import("../../experiment/index.ts");
      const { stdin: input, stdout: output } = process;
      const die = () => process.kill(process.pid, "SIGKILL");
      const { seed } = session.options;
      await serveNamed({ name, settings, seed, faults, input, output, die }, session.context);
      input.destroy();
    });
};
