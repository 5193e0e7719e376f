import type { AddVerb } from "../run.ts";

/** twinloom record <device> [settings...] -o rec.h5 */
export const addRecord: AddVerb = (program, open) => {
  program
    .command("record <device> [settings...]")
    .description("record a device; settings such as device.sigma=0.3 record.repeats=100")
    .option("--plan <file>", "YAML with the sections `device` and `record` of a recipe")
    .action(async (device, settings, { plan }, command) => {
      const session = open(command);
      const { recordDevice } = await import("../../experiment/index.ts");
      const { seed } = session.options;
      const out = session.requireOut("rec.h5");
      const { path, summary, text } = await recordDevice(
        { device, settings, plan, out, seed },
        session.context,
      );
      session.print({ path, ...summary }, text);
    });
};
