import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { fault } from "../base/index.ts";
import { serveText, type WorkerData } from "./worker-text.ts";

/** Start a thread that serves a crew; it keeps no process alive. */
export function startWorker(data: WorkerData): void {
  const text = `const { workerData: data } = require("node:worker_threads");\n${serveText}`;
  new Worker(text, { eval: true, workerData: data, execArgv: [] }).unref();
}

/** Threads that a program uses unless told otherwise: TWINLOOM_THREADS, or what the machine has. */
export function defaultThreads(): number {
  const text = process.env.TWINLOOM_THREADS;
  if (!text) return availableParallelism();
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return threads;
  throw fault("bad-value", {
    where: "engine.compile",
    what: "the environment variable TWINLOOM_THREADS is not a number of threads",
    got: `'${text}'`,
    expected: "a whole number from 1 to 256",
    fix: "Correct it, or remove it and let the machine decide",
  });
}

/** Threads that this thread may wait for: as many as anybody wants. */
export const mostThreads = (): number => 256;

/** Milliseconds by a clock that only goes forward. */
export const clockMs = (): number => performance.now();
