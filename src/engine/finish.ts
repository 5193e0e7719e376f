// From the bytes of a build to kernels with a tile: what Node and browsers have in common.
import { clockMs } from "#threads";
import { createKernels, type KernelModule, roundingOf } from "./kernels.ts";
import { measureTiles, type Tile, type TileSpeed } from "./tile.ts";

/** `relaxed` may round a multiply-add once and is the faster; `simd` never does. */
export type KernelBuild = "simd" | "relaxed";

/** What a caller may force. */
export interface LoadOptions {
  /** Default: whichever this runtime accepts, the faster first. */
  readonly build?: KernelBuild;
  /** Default: the fastest here. */
  readonly tile?: Tile;
}

type Compiled = Pick<KernelModule, "module" | "rounding" | "name">;
/** Compiling and measuring are done once per process and build. */
const compiled = new Map<KernelBuild, Promise<Compiled>>();
const measured = new Map<KernelBuild, readonly TileSpeed[]>();

async function compile(bytes: Uint8Array, build: KernelBuild): Promise<Compiled> {
  const module = await WebAssembly.compile(bytes);
  return { module, rounding: roundingOf(module), name: `engine-${build}` };
}

function compileOnce(bytes: Uint8Array, build: KernelBuild): Promise<Compiled> {
  const known = compiled.get(build) ?? compile(bytes, build);
  compiled.set(build, known);
  return known;
}

function measureOnce(parts: Compiled, build: KernelBuild): readonly TileSpeed[] {
  const attach = (tile: Tile) => createKernels({ ...parts, tile, speeds: [] }, { bytes: 65536 });
  const speeds = measured.get(build) ?? measureTiles(attach, clockMs);
  measured.set(build, speeds);
  return speeds;
}

/**
 * Compile a build and choose its tile.
 *
 * @param tile  Left out, the fastest one is found by measurement, once per process.
 */
export async function finishKernels(
  bytes: Uint8Array,
  build: KernelBuild,
  tile?: Tile,
): Promise<KernelModule> {
  const parts = await compileOnce(bytes, build);
  if (tile) return { ...parts, tile, speeds: [] };
  const speeds = measureOnce(parts, build);
  return { ...parts, tile: speeds[0].tile, speeds };
}
