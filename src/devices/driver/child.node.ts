// The process that serves a device.
import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** A driver that runs: two streams, and how it ends. */
export interface DriverProcess {
  /** Takes our frames; its end asks the driver for the safe state and to go. */
  readonly input: Writable;
  readonly output: Readable;
  /** Resolves once it is gone to how it went: "exit code 1", "signal SIGKILL". */
  readonly ended: Promise<string>;
  /** End it at once, with whatever it started. */
  kill(): void;
  /** The last lines that it wrote to its standard error. */
  lastWords(): string;
}

/** How {@link startDriver} starts a program. */
export interface StartOptions {
  /** Folder in which it runs (default ours). */
  readonly folder?: string;
  /** Told of every line that it writes to its standard error. */
  readonly onLine?: (line: string) => void;
}

const wordsKept = 2000;

/**
 * Start a driver, without a shell between.
 *
 * It leads a process group of its own, so that Ctrl-C reaches us alone and the device is put in its
 * safe state in order.
 *
 * @param command  The program and its arguments.
 */
export function startDriver(
  [program, ...argv]: readonly string[],
  { folder, onLine }: StartOptions = {},
): DriverProcess {
  const isGrouped = process.platform !== "win32";
  const child = spawn(program, argv, {
    cwd: folder,
    // Tells twinloom_device.py to take the streams aside before anything prints to them.
    env: { ...process.env, TWINLOOM_DRIVER: "1" },
    detached: isGrouped,
    windowsHide: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let [words, line] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = `${words}${text}`.slice(-wordsKept);
    const lines = `${line}${text}`.split("\n");
    line = lines.pop() ?? "";
    for (const one of lines) onLine?.(one);
  });
  // A driver that is gone is reported by `ended`, not by whoever was writing to it.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) =>
      resolve(`it could not be started (${error.code ?? error.message})`),
    );
    child.on("close", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  return {
    input: child.stdin,
    output: child.stdout,
    ended,
    lastWords: () => words.trim(),
    kill() {
      if (child.pid === undefined) return;
      try {
        process.kill(isGrouped ? -child.pid : child.pid, "SIGKILL");
      } catch {
        // It is gone already.
      }
    },
  };
}
