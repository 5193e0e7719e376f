// The thread in which HDF5 files are read: one request at a time, answered by arrays or by a fault.
import { parentPort } from "node:worker_threads";
import { isFault } from "../base/index.ts";
import { extractHdf5, library } from "./hdf5-extract.ts";
import type { Hdf5Answer, Hdf5Request } from "./hdf5-isolated.node.ts";

// A damaged file can ask for any amount; refused growth is an error that the library reports.
let ceiling = Number.POSITIVE_INFINITY;
const grow = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number): number {
  if (this.buffer.byteLength + pages * 2 ** 16 > ceiling) throw new RangeError("too much memory");
  return grow.call(this, pages);
};

parentPort?.on("message", async ({ bytes, wanted, where, memoryLimit }: Hdf5Request) => {
  const hdf5 = await import("h5wasm");
  (await hdf5.ready).activate_throwing_error_handler();
  ceiling = memoryLimit;
  try {
    const extract = extractHdf5(hdf5, bytes, wanted, where);
    const buffers = [...extract.arrays.values()].map(({ data }) => data.buffer as ArrayBuffer);
    answer({ extract, hasFailed: library.hasFailed }, [...new Set(buffers)]);
  } catch (error) {
    if (!isFault(error)) throw error;
    const { code, details } = error;
    answer({ fault: { code, details }, hasFailed: library.hasFailed });
  }
});

function answer(message: Hdf5Answer, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
