import { crewWords, messageBytes } from "./jobs.ts";
import type { KernelImports, KernelModule } from "./kernels.ts";

/** What a worker is given. */
export interface WorkerData {
  readonly module: KernelModule["module"];
  readonly imports: KernelImports;
  /** Address of the crew that it serves. */
  readonly crew: number;
}

/**
 * The program of a worker, in which `data` is its {@link WorkerData}. It is text because no bundler
 * or test runner then has to find a file of it; it is all that a worker ever runs outside WebAssembly.
 */
export const serveText: string = `
const { module, imports, crew } = data;
const { memory } = imports;
try {
  new WebAssembly.Instance(module, { env: imports }).exports.serve(crew);
} catch (error) {
  const text = String(error && error.stack || error).slice(0, ${messageBytes});
  const bytes = new Uint8Array(memory.buffer);
  for (let i = 0; i < text.length; i++) bytes[crew + ${crewWords.message} + i] = text.charCodeAt(i);
  Atomics.store(new Int32Array(memory.buffer), (crew + ${crewWords.failed}) >> 2, text.length);
}`;
