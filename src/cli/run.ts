import { Command, CommanderError } from "commander";
import pc from "picocolors";
import { isFault } from "../base/index.ts";
import { exitCodeOf, exitCodes } from "./exit-code.ts";
import { addGlobalOptions, type Connections, createSessions, type OpenSession } from "./session.ts";
import { addData } from "./verbs/data.ts";
import { addDevice } from "./verbs/device.ts";
import { addDoctor } from "./verbs/doctor.ts";
import { addNetwork, addRun, addTransfer } from "./verbs/loop.ts";
import { addPlan, addRecord } from "./verbs/record.ts";
import { addReport } from "./verbs/report.ts";
import { addTask } from "./verbs/task.ts";
import { addTwin } from "./verbs/twin.ts";

/** Adds one verb, or a group of verbs, to the program. */
export type AddVerb = (program: Command, open: OpenSession) => void;

/** Every verb, in the order of the help. */
const verbs: readonly AddVerb[] = [
  addRun,
  addDevice,
  addTask,
  addPlan,
  addRecord,
  addData,
  addTwin,
  addNetwork,
  addTransfer,
  addReport,
  addDoctor,
];

/**
 * Run the command line once.
 *
 * Results go to stdout; progress, remarks and faults to stderr. Nothing is thrown.
 *
 * @param argv         Arguments after the program's name: ["twin", "fit", "rec.h5"].
 * @param connections  Where text goes, and the signal of Ctrl-C.
 * @returns            The exit code: 0, 1 failure, 2 usage or bad input, 130 interrupted.
 */
export async function runCli(argv: readonly string[], connections: Connections): Promise<number> {
  const sessions = createSessions(connections);
  const paint = pc.createColors(connections.colour ?? pc.isColorSupported);
  const program = createProgram(connections, sessions);
  try {
    await program.parseAsync(argv as string[], { from: "user" });
    sessions.clear();
    return exitCodes.done;
  } catch (error) {
    sessions.clear();
    // Commander has written its own message.
    if (!(error instanceof CommanderError)) {
      connections.stderr.write(formatError(error, paint.red));
    }
    return exitCodeOf(error);
  }
}

function createProgram({ stdout, stderr }: Connections, open: OpenSession): Command {
  const program = new Command("twinloom")
    .description(
      "Record a device, fit its noisy twin, train networks of twins, carry them to the bench.",
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(`${text.trimEnd()}\nSee --help.\n`),
    })
    .configureHelp({ showGlobalOptions: true });
  addGlobalOptions(program);
  for (const addVerb of verbs) addVerb(program, open);
  program.command("version").description("print the version").action(printVersion(open));
  return program;
}

function printVersion(open: OpenSession) {
  return async (_: unknown, command: Command): Promise<void> => {
    const { readVersion } = await import("../experiment/index.ts");
    const version = await readVersion();
    open(command).print(version, `${version.name} ${version.version}`);
  };
}

/** A fault is its message; anything else is our mistake and comes with its stack. */
function formatError(error: unknown, red: (text: string) => string): string {
  if (isFault(error)) return `${red("error:")} ${error.message}\n`;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${red("unexpected error:")} ${text}\nThis is a mistake in twinloom. Please report it with the lines above and the command.\n`;
}
