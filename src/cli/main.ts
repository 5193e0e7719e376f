#!/usr/bin/env node
// The program `twinloom`: connects `runCli` to this process.
//
// To add a verb:
// 1. Write it as a function of `experiment` with plain options, a `VerbContext` and a plain result,
//    and list it in src/experiment/index.ts. It prints nothing.
// 2. Add src/cli/verbs/<verb>.ts with an `AddVerb`: `(program, open) => void`. It declares arguments
//    and options; its action imports `experiment` when it runs (so that --help stays quick), calls
//    the function with `session.context`, and prints the result once, as text and for --json:
//
//      program.command("weigh <recording>").description("...").action(
//        async (recording: string, options: { heavy?: boolean }, command: Command) => {
//          const session = open(command);
//          const { weighRecording } = await import("../../experiment/index.ts");
//          const result = await weighRecording({ recording, ...options }, session.context);
//          session.print(result, `${result.grams} g`);
//        });
//
// 3. Name it in the list `verbs` of run.ts. --seed, --out, --json and --quiet are there already, in
//    `session.options`. Faults become messages and exit codes by themselves (exit-code.ts).
import { exitCodes } from "./exit-code.ts";
import { runCli } from "./run.ts";

const controller = new AbortController();

function stop(): void {
  if (controller.signal.aborted) process.exit(exitCodes.interrupted);
  controller.abort();
  process.stderr.write("\nStopping at the next safe point; press Ctrl-C again to stop at once.\n");
}

process.on("SIGINT", stop);
process.on("SIGTERM", stop);
// A reader that has seen enough (`| head`) is no mistake.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? exitCodes.done : exitCodes.failure);
});

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: controller.signal,
});
