// A worker as the driver sees it: a process that is asked one thing at a time.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { fault } from "twinloom/base";

const here = fileURLToPath(new URL("./", import.meta.url));
/** Characters of a dead worker's last words. */
const lastWords = 600;

/**
 * @typedef {object} Worker
 * @property {string} name
 * @property {(command: object) => Promise<import("./serve.js").Check>} prepare
 * @property {(steps: number) => Promise<import("../timing.js").Timing>} run
 * @property {() => void} close
 */

/**
 * Start a worker.
 *
 * @param {string} name
 * @param {readonly string[]} command  Program and arguments.
 * @param {Readonly<Record<string, string>>} environment  Added to that of this process.
 * @returns {Worker}
 */
export function startWorker(name, [program, ...args], environment) {
  const child = spawn(program, args, {
    cwd: here,
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  /** @type {((answer: string | undefined) => void) | undefined} */
  let waiting;
  let said = "";
  child.stderr.on("data", (text) => {
    said = `${said}${text}`.slice(-lastWords);
  });
  const answer = (/** @type {string | undefined} */ line) => {
    waiting?.(line);
    waiting = undefined;
  };
  createInterface({ input: child.stdout }).on("line", answer);
  child.on("error", (error) => {
    said += error.message;
    answer(undefined);
  });
  child.on("exit", () => answer(undefined));
  // A worker that died is noticed by its exit.
  child.stdin.on("error", () => {});
  const ask = async (/** @type {object} */ command) => {
    const line = await new Promise((resolve) => {
      waiting = resolve;
      child.stdin.write(`${JSON.stringify(command)}\n`);
      if (child.exitCode !== null) answer(undefined);
    });
    const result = line === undefined ? { error: `it ended: ${said.trim()}` } : JSON.parse(line);
    if (result.error === undefined) return result;
    throw fault("internal", {
      where: `bench:peers, ${name}`,
      what: "the worker could not do its step",
      got: String(result.error),
      expected: "a loss",
      fix: "Remove build/peers and try again, or leave the engine out with --engines",
    });
  };
  return {
    name,
    prepare: ask,
    run: (steps) => ask({ do: "run", steps }),
    close: () => child.kill(),
  };
}
