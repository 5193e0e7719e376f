import { clockMs, defaultThreads, mostThreads, startWorker } from "#threads";
import { fault } from "../base/index.ts";
import { crewWords } from "./jobs.ts";
import { type KernelModule, type Kernels, kernelImports } from "./kernels.ts";

/** Threads that do the jobs of one program. The caller is one of them. */
export interface Crew {
  /** Do a job: all of its tasks, on this thread and on whichever others serve. */
  perform(job: number): void;
  /** Threads that took part in the last job, as far as is known. */
  threads(): number;
  /** Whether the way of working will stay as it is. */
  isSettled(): boolean;
  /** Send the workers home; jobs are then done by the caller alone. */
  close(): void;
}

/** Below this time a job is done faster alone, ms. */
const worthSharingMs = 1;
/** Rounds until compiled code has settled, or the time after which that no longer matters. */
const settled = { rounds: 12, ms: 100 };
/** Rounds each way when both are compared. */
const trialRounds = 6;
/** Together must win by this much, or the other cores are better left to others. */
const worthwhile = 0.9;

/** How the caller works: `watch` until a job is known to be long, `await` workers, compare, decide. */
type Mode = "watch" | "await" | "trial" | "alone" | "together";

const words = (memory: WebAssembly.Memory, crew: number) => {
  const i32 = new Int32Array(memory.buffer);
  const at = (byte: number): number => (crew + byte) >> 2;
  return {
    here: () => Atomics.load(i32, at(crewWords.here)),
    failed: () => Atomics.load(i32, at(crewWords.failed)),
    sendHome() {
      Atomics.store(i32, at(crewWords.home), 1);
      Atomics.add(i32, at(0), 1);
      Atomics.notify(i32, at(0));
    },
    message(length: number): string {
      const from = crew + crewWords.message;
      return String.fromCharCode(...new Uint8Array(memory.buffer).slice(from, from + length));
    },
  };
};

/** Programs that were dropped without `close` send their workers home when they are collected. */
const forgotten = new FinalizationRegistry<() => void>((sendHome) => sendHome());

/**
 * A crew for the jobs that lie at `address`.
 *
 * @param threads  How many threads to use; without it, as many as help: none for short jobs, else
 *                 whichever of one and all measures faster. The bits are the same in every case.
 * @param tasks    Most tasks that any phase has: more threads would find nothing to do.
 */
export function createCrew(
  module: KernelModule,
  kernels: Kernels,
  { address, threads, tasks }: { address: number; threads?: number; tasks: number },
): Crew {
  const most = Math.min(checkThreads(threads ?? defaultThreads()), mostThreads(), tasks);
  const shared = words(kernels.memory, address);
  const rounds = [0, 0];
  let mode: Mode = most === 1 ? "alone" : threads === undefined ? "watch" : "together";
  let started = false;
  const times: number[] = [];

  const start = (): void => {
    started = true;
    const imports = kernelImports(module.tile, kernels.memory);
    const data = { module: module.module, imports, crew: address };
    for (let i = 1; i < most; i++) startWorker(data);
  };
  const close = (): void => {
    if (started) shared.sendHome();
    mode = "alone";
  };
  const once = (job: number, together: boolean): void => {
    rounds[job] = (rounds[job] + 1) | 0;
    if (together) kernels.announce(address, job, rounds[job]);
    const reason = attempt(() => kernels.perform(address, job, rounds[job]));
    if (reason === undefined) return;
    close();
    throw workerFault(reason || shared.message(shared.failed()));
  };
  const timed = (job: number, together: boolean): void => {
    const before = clockMs();
    once(job, together);
    times.push(clockMs() - before);
  };
  const decide = (): void => {
    const half = (odd: number): number => Math.min(...times.filter((_, i) => i % 2 === odd));
    mode = half(1) < worthwhile * half(0) ? "together" : "alone";
    if (mode === "alone") close();
  };
  const watch = (job: number): void => {
    timed(job, false);
    const total = times.reduce((sum, x) => sum + x, 0);
    if (times.length < 2 || (times.length < settled.rounds && total < settled.ms)) return;
    const isLong = Math.min(...times) > worthSharingMs;
    mode = isLong ? "await" : "alone";
    if (isLong) start();
    times.length = 0;
  };
  if (mode === "together") start();
  const crew: Crew = {
    perform(job) {
      if (mode === "alone" || mode === "together") return once(job, mode === "together");
      if (job !== 0) return once(job, mode === "trial");
      if (mode === "watch") return watch(job);
      if (mode === "await" && shared.here() < most - 1) return once(job, false);
      mode = "trial";
      timed(job, times.length % 2 === 1);
      if (times.length === 2 * trialRounds) decide();
    },
    isSettled: () => mode === "alone" || mode === "together",
    threads: () => (mode === "together" ? 1 + shared.here() : 1),
    close,
  };
  if (most > 1) forgotten.register(crew, shared.sendHome);
  return crew;
}

/** Why a job ended early: the error of this thread, "" for that of another; undefined if it did not. */
function attempt(perform: () => boolean): string | undefined {
  try {
    return perform() ? undefined : "";
  } catch (error) {
    return String(error);
  }
}

function checkThreads(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return threads;
  throw fault("bad-value", {
    where: "engine.compile",
    what: "the number of threads is not one",
    got: `${threads}`,
    expected: "a whole number from 1 to 256",
    fix: "Leave `threads` out to let the machine decide",
  });
}

function workerFault(message: string): Error {
  return fault("internal", {
    where: "engine.run",
    what: "internal: a thread failed while it computed",
    got: message || "no reason",
    expected: "a plan that runs to its end",
    fix: "Please report this with the text of the plan; TWINLOOM_THREADS=1 may avoid it",
  });
}
