import type { Command } from "commander";
import pc from "picocolors";
import { fault } from "../base/index.ts";
import type { VerbContext } from "../experiment/index.ts";
import { createProgressLine, type ProgressTarget } from "./progress.ts";
import { parseWhole } from "./values.ts";

/** What a command line is connected to. */
export interface Connections {
  readonly stdout: ProgressTarget;
  readonly stderr: ProgressTarget;
  /** Fires at the first Ctrl-C. */
  readonly signal?: AbortSignal;
  /** Colour on stderr (default: as picocolors finds, which heeds NO_COLOR). */
  readonly colour?: boolean;
}

/** Options that every verb takes. */
export interface GlobalOptions {
  readonly seed: number;
  readonly out?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What the action of a verb works with. */
export interface Session {
  readonly options: GlobalOptions;
  /** Signal and progress, to hand to a function of `experiment`. */
  readonly context: VerbContext;
  /** Print the result on stdout: as JSON with --json, as text otherwise. */
  print(result: unknown, text: string): void;
  /** Say something on stderr, unless --quiet. */
  say(text: string): void;
  /** The value of --out. @throws `bad-value` if it was left out. */
  requireOut(example: string): string;
}

/** Opens the session of a command; verbs get it from `runCli`. */
export type OpenSession = (command: Command) => Session;

/** Declare --seed, --out, --json and --quiet: once, on the program, for all verbs. */
export function addGlobalOptions(program: Command): void {
  program
    .option("--seed <n>", "every random draw follows from it", parseWhole("--seed", 0), 0)
    .option("-o, --out <path>", "where the result goes")
    .option("--json", "print the result as JSON on stdout", false)
    .option("--quiet", "no progress and no remarks on stderr", false);
}

/** Sessions on these connections. */
export function createSessions(
  connections: Connections,
): OpenSession & { readonly clear: () => void } {
  const { stdout, stderr, signal } = connections;
  const line = createProgressLine(stderr);
  const paint = pc.createColors(connections.colour ?? pc.isColorSupported);
  const open: OpenSession = (command) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const { json, quiet, out } = options;
    const say = (text: string): void => {
      if (quiet) return;
      line.clear();
      stderr.write(`${paint.dim(text)}\n`);
    };
    return {
      options,
      context: {
        signal,
        onProgress: quiet ? undefined : (progress) => line.update(progress),
        onRemark: say,
      },
      print(result, text) {
        line.clear();
        stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : withNewline(text));
      },
      say,
      requireOut(example) {
        if (out !== undefined && out !== "") return out;
        throw fault("bad-value", {
          where: `twinloom ${verbOf(command)}`,
          what: "it was not said where the result goes",
          got: "no --out",
          expected: "the name of a new file",
          fix: `Add, for example, -o ${example}`,
        });
      },
    };
  };
  return Object.assign(open, { clear: () => line.clear() });
}

/** The verb as it was typed: "twin fit". */
function verbOf(command: Command): string {
  const parent = command.parent;
  return parent?.parent ? `${verbOf(parent)} ${command.name()}` : command.name();
}

const withNewline = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);
