// Both sides of a worker in a page: it trains, and sends the bits.
import type { TrainedBits } from "./training.test-support.ts";
import { trainBits } from "./training.test-support.ts";

/** What is used of the browser. */
declare class URL {
  constructor(path: string, base: string);
}
declare class Worker {
  constructor(url: URL, options: { type: "module"; name: string });
  onmessage: (event: { data: TrainedBits }) => void;
  onerror: (event: { message: string }) => void;
  terminate(): void;
}
declare const self: {
  readonly document?: unknown;
  readonly name: string;
  postMessage(value: TrainedBits): void;
};

/** Train in a worker of this page on so many threads. */
export function trainInWorker(threads: number): Promise<TrainedBits> {
  const worker = new Worker(new URL("./train-worker.test-support.ts", import.meta.url), {
    type: "module",
    name: `${threads}`,
  });
  return new Promise<TrainedBits>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  }).finally(() => worker.terminate());
}

if (typeof self.document === "undefined") {
  const threads = Number(self.name);
  self.postMessage(await trainBits(threads, threads));
}
