// The program as a child process, stopped by a signal when its recording has come so far.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** How a child ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** When a child is stopped: `bytes` of frames are there, or a file of that name is. */
export type Moment = { readonly bytes: number } | { readonly file: string };

/**
 * Record in a process of its own.
 *
 * @param argv  Arguments of the program, with `-o out` among them.
 * @param stop  The signal and the moment; a process that is done by then ends by itself.
 */
export async function recordInChild(
  argv: readonly string[],
  out: string,
  stop?: { readonly signal: NodeJS.Signals; readonly moment: Moment },
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...argv], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stderr }));
  });
  if (stop) {
    const isDone = (): boolean => child.exitCode !== null || child.signalCode !== null;
    while (!isDone() && !hasCome(stop.moment, out)) await wait(1);
    child.kill(stop.signal);
  }
  return ended;
}

function hasCome(moment: Moment, out: string): boolean {
  if ("file" in moment) return existsSync(moment.file);
  return bytesMeasured(out) >= moment.bytes;
}

/** Bytes of frames beside a recording that is being measured. */
export function bytesMeasured(out: string): number {
  return statSync(`${out}.partial/frames.bin`, { throwIfNoEntry: false })?.size ?? 0;
}

/** SHA-256 of a file's bytes. */
export function hashOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
