import type { Command } from "commander";
import type { AddVerb } from "../run.ts";
import type { Session } from "../session.ts";
import { parsePositive } from "../values.ts";

/** The seed where it was typed: a plan has one of its own. */
function typedSeed(session: Session, command: Command): { readonly seed?: number } {
  const isTyped = command.getOptionValueSourceWithGlobals("seed") === "cli";
  return isTyped ? { seed: session.options.seed } : {};
}

const addSource = (command: Command): Command =>
  command
    .option("--plan <file>", "a plan as in docs/recording.md")
    .option("--preset <name>", "standard (default), quick or paper");

/** twinloom plan <device> [settings...] [-o plan.yaml] */
export const addPlan: AddVerb = (program, open) => {
  addSource(program.command("plan <device> [settings...]"))
    .description("write a recording plan, or say what one takes, before anything is driven")
    .option("--explain", "samples, time and size, and the repeats that wanted errors need", false)
    .option("--find-range", "drive the device through its safe range now to find where it answers")
    .option("--from <recording>", "take the kurtosis of the noise from it (default: Gaussian)")
    .option("--error <e>", "a wanted relative error, such as 0.03", parsePositive("--error"))
    .action(async (device, settings, options, command) => {
      const session = open(command);
      const { planRecording } = await import("../../experiment/index.ts");
      const { out } = session.options;
      const { text, ...result } = await planRecording(
        { device, settings, ...options, ...typedSeed(session, command), out },
        session.context,
      );
      session.print(result, text);
    });
};

/** twinloom record <device> [settings...] -o rec.h5 */
export const addRecord: AddVerb = (program, open) => {
  addSource(program.command("record <device> [settings...]"))
    .description(
      "record a kind of device, a driver.yaml or a driver's command; settings such as device.sigma=0.3 record.repeats=100",
    )
    .option("--resume", "go on with the recording that was stopped beside --out", false)
    .option("--dry-run", "print what would be sent, and send nothing", false)
    .action(async (device, settings, { dryRun, ...options }, command) => {
      const session = open(command);
      const { recordDevice, rehearseRecording } = await import("../../experiment/index.ts");
      if (dryRun) {
        const source = { device, settings, ...options, ...typedSeed(session, command) };
        const { text, ...rehearsed } = await rehearseRecording(source, session.context);
        session.print(rehearsed, text);
        return;
      }
      const out = session.requireOut("rec.h5");
      const { path, summary, text } = await recordDevice(
        { device, settings, ...options, ...typedSeed(session, command), out },
        session.context,
      );
      session.print({ path, ...summary }, text);
    });
};
