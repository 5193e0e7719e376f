// For tests of the command line: `runCli`, the whole program but for the process around it, on files
// of a folder of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { runCli } from "../src/cli/run.ts";

/** How the program ended and what it wrote. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program and a new folder for its files. */
export interface CommandLine {
  readonly folder: string;
  /** The path of a file in the folder. */
  readonly place: (name: string) => string;
  /** Run the program; the folder's path is left out of what it says. */
  readonly run: (argv: readonly string[], signal?: AbortSignal) => Promise<Said>;
  /** What a refusal writes to stderr; it must have the exit code of bad input and no result. */
  readonly refusal: (...argv: string[]) => Promise<string>;
  readonly remove: () => void;
}

/** Make the folder; `remove` takes it away. */
export function createCommandLine(): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), "twinloom-cli-"));
  const run: CommandLine["run"] = async (argv, signal) => {
    const said = { stdout: "", stderr: "" };
    const into = (stream: "stdout" | "stderr") => ({
      write: (text: string) => {
        said[stream] += text.replaceAll(`${folder}/`, "");
      },
    });
    const connections = { stdout: into("stdout"), stderr: into("stderr"), signal, colour: false };
    return { code: await runCli(argv, connections), ...said };
  };
  return {
    folder,
    place: (name) => join(folder, name),
    run,
    async refusal(...argv) {
      const { code, stdout, stderr } = await run(argv);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      return stderr;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
