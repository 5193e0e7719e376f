import { serveText, type WorkerData } from "./worker-text.ts";

/** What is used of a page's or a worker's globals; there are no types of the browser in the core. */
declare const self: {
  readonly document?: unknown;
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly performance: { now(): number };
};
declare const Blob: new (parts: string[], options: { type: string }) => object;
declare const URL: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
declare const Worker: new (url: string) => { postMessage(data: WorkerData): void };

/** Start a thread that serves a crew. */
export function startWorker(data: WorkerData): void {
  const text = `onmessage = ({ data }) => {\n${serveText}\nclose();\n};`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.postMessage(data);
}

/** Threads that a program uses unless told otherwise: what the machine has. */
export const defaultThreads = (): number => self.navigator?.hardwareConcurrency ?? 1;

/**
 * Threads that this thread may wait for. A page's own thread must not wait for any: train inside a
 * worker. And memory is shared only on pages that are isolated from other origins.
 */
export const mostThreads = (): number => (self.document || !self.crossOriginIsolated ? 1 : 256);

/** Milliseconds by a clock that only goes forward. */
export const clockMs = (): number => self.performance.now();
