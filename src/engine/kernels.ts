import { fault } from "../base/index.ts";
import type { Tile, TileSpeed } from "./tile.ts";

/** Compiled kernels; can be posted to a worker. */
export interface KernelModule {
  readonly module: WebAssembly.Module;
  /** Whether a multiply-add is rounded once or twice: results differ in the last bits. */
  readonly rounding: "fused" | "separate";
  /** Name of the build, for the record of a run. */
  readonly name: string;
  /** The tile of matrix products, the same for every thread; it changes the speed, never the bits. */
  readonly tile: Tile;
  /** What the tile was chosen from, the fastest first; empty if it was asked for. */
  readonly speeds: readonly TileSpeed[];
}

/** What a module is instantiated with. */
export interface KernelImports {
  readonly memory: WebAssembly.Memory;
  readonly tileRows: number;
  readonly tileCols: number;
}

/** The kernels over one shared memory, and views of it. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly rounding: "fused" | "separate";
  /** Run the plan whose first record is at this byte address (a multiple of 64). */
  run(plan: number): void;
  /** Take part in a round of a crew's job, see kernels/crew.ts; false if a thread has failed. */
  perform(crew: number, job: number, round: number): boolean;
  /** Call whoever serves a crew to a round of a job. */
  announce(crew: number, job: number, round: number): void;
  /** Do 12 `times` multiply-adds of 4 floats (96 flops each time) in registers: the peak rate. */
  multiplyAdd(times: number): number;
}

const pageBytes = 65536;
/** What a 32-bit address reaches. */
const maximumBytes = 65536 * pageBytes;

/** Instantiate the kernels over a memory; kernels have no data of their own, so many may share it. */
function instantiate(module: WebAssembly.Module, imports: KernelImports) {
  const { exports } = new WebAssembly.Instance(module, { env: { ...imports } });
  return exports as {
    readonly run: (plan: number) => void;
    readonly perform: (crew: number, job: number, round: number) => number;
    readonly announce: (crew: number, job: number, round: number) => void;
    readonly madds: (times: number, a: number, b: number) => number;
    readonly isFused: () => number;
  };
}

/**
 * Whether the multiply-adds of a build are rounded once on this machine.
 *
 * @param module  Compiled kernels.
 * @returns       `fused` if rounded once.
 */
export function roundingOf(module: WebAssembly.Module): "fused" | "separate" {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  return instantiate(module, { memory, tileRows: 1, tileCols: 8 }).isFused() ? "fused" : "separate";
}

/**
 * The kernels over a new shared memory, zeroed, that never grows.
 *
 * @param loaded   Compiled kernels.
 * @param options  `bytes` that the arena needs, from address 0.
 * @returns        The kernels and views of the whole memory.
 * @throws         `out-of-range` if `bytes` is not a whole number in [0, 4 GiB], or cannot be had.
 */
export function createKernels(
  loaded: KernelModule,
  { bytes }: { readonly bytes: number },
): Kernels {
  if (!Number.isInteger(bytes) || bytes < 0 || bytes > maximumBytes) {
    throw fault("out-of-range", {
      where: "engine.createKernels",
      what: "the arena cannot have this size",
      got: `${bytes} bytes`,
      expected: `a whole number from 0 to ${maximumBytes} bytes (4 GiB)`,
      fix: "Use fewer shards, a smaller batch, or a shorter horizon",
    });
  }
  const pages = Math.max(1, Math.ceil(bytes / pageBytes));
  return attachKernels(loaded, allocate(pages, bytes));
}

function allocate(pages: number, bytes: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (error) {
    throw fault("out-of-range", {
      where: "engine.createKernels",
      what: "the memory of the arena was refused",
      got: `${bytes} bytes (${error instanceof Error ? error.message : String(error)})`,
      expected: "a size that this machine can give",
      fix: "Close other programs, or use fewer shards, a smaller batch, or a shorter horizon",
    });
  }
}

/** What every thread instantiates the kernels with. */
export function kernelImports(tile: Tile, memory: WebAssembly.Memory): KernelImports {
  return { memory, tileRows: tile.rows, tileCols: tile.cols };
}

/**
 * The kernels over the memory of other kernels, as a worker needs them.
 *
 * @param loaded  Compiled kernels; the same build everywhere, or the bits differ.
 * @param memory  A shared memory made by {@link createKernels}.
 * @returns       The kernels and views of the whole memory.
 */
export function attachKernels(loaded: KernelModule, memory: WebAssembly.Memory): Kernels {
  const imports = kernelImports(loaded.tile, memory);
  const { run, perform, announce, madds } = instantiate(loaded.module, imports);
  return {
    memory,
    f32: new Float32Array(memory.buffer),
    i32: new Int32Array(memory.buffer),
    u32: new Uint32Array(memory.buffer),
    rounding: loaded.rounding,
    run,
    perform: (crew, job, round) => perform(crew, job, round) !== 0,
    announce,
    multiplyAdd: (times) => madds(times, 0.5, 0.25),
  };
}
