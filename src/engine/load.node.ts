import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { fault } from "../base/index.ts";
import { finishKernels, type KernelBuild, type LoadOptions } from "./finish.ts";
import type { KernelModule } from "./kernels.ts";
import { formatTile, tiles } from "./tile.ts";

const where = "engine.loadKernelModule";
const revectorize = "--experimental-wasm-revectorize";

/** A choice that an environment variable names, if it is set. */
function fromEnvironment<T>(variable: string, choices: Readonly<Record<string, T>>): T | undefined {
  const name = process.env[variable];
  if (!name) return undefined;
  if (Object.hasOwn(choices, name)) return choices[name];
  throw fault("bad-value", {
    where,
    what: `the environment variable ${variable} has a value that means nothing`,
    got: name,
    expected: Object.keys(choices).join(" or "),
    fix: "Correct it, or remove it and let the machine decide",
  });
}

async function read(build: KernelBuild): Promise<Uint8Array> {
  const path = fileURLToPath(new URL(`../../build/kernels/engine-${build}.wasm`, import.meta.url));
  try {
    return await readFile(path);
  } catch (error) {
    throw fault("missing-file", {
      where,
      what: "the compiled kernels could not be read",
      got: error instanceof Error ? error.message : String(error),
      expected: `the file build/kernels/engine-${build}.wasm`,
      fix: "Run `npm run build`",
    });
  }
}

/** Whether this runtime has relaxed SIMD; Node 20 has it behind a flag. */
function canRelax(bytes: Uint8Array): boolean {
  if (WebAssembly.validate(bytes)) return true;
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  return WebAssembly.validate(bytes);
}

let isRevectorizing = false;

/** Let V8 join pairs of 128-bit operations into one of 256; an experiment of V8's, for who asks. */
function allowRevectorizer(): void {
  if (isRevectorizing) return;
  // An unknown flag would only be grumbled about on the console, so another process tries it first.
  const { status } = spawnSync(process.execPath, [revectorize, "--version"]);
  if (status !== 0) {
    throw fault("out-of-range", {
      where,
      what: "TWINLOOM_REVECTORIZE asks for a revectorizer, and this runtime has none",
      got: `Node ${process.versions.node}`,
      expected: `a Node that knows ${revectorize}, as Node 24 does`,
      fix: "Use another Node, or remove TWINLOOM_REVECTORIZE",
    });
  }
  setFlagsFromString(revectorize);
  isRevectorizing = true;
}

/** The build asked for, or the fastest that this runtime accepts. */
async function chooseBuild(asked?: KernelBuild): Promise<[Uint8Array, KernelBuild]> {
  if (asked === "simd") return [await read("simd"), "simd"];
  const bytes = await read("relaxed");
  if (canRelax(bytes)) return [bytes, "relaxed"];
  if (asked === undefined) return [await read("simd"), "simd"];
  throw fault("out-of-range", {
    where,
    what: "this runtime does not accept relaxed SIMD",
    got: `Node ${process.versions.node}`,
    expected: "Node 20 or newer",
    fix: "Use the build named simd",
  });
}

/**
 * Read and compile the kernels from build/kernels, and choose among their tiles.
 *
 * Whether relaxed SIMD validates decides the build, and with it how sums round; which tile is the
 * fastest here is measured, once per process, and changes no bit.
 *
 * Call it before anything else compiles WebAssembly: Node 20 fixes its features at the first.
 * TWINLOOM_REVECTORIZE=1 turns on V8's experimental use of 256-bit registers.
 *
 * @param options  `build` to force one (default: TWINLOOM_KERNELS, then whichever validates);
 *                 `tile` to force one (default: TWINLOOM_TILE, then the fastest).
 * @returns        The compiled module, how it rounds here, its tile, and its name.
 * @throws         `missing-file` before `npm run build`; `bad-value` if a variable's value means
 *                 nothing; `out-of-range` if this runtime lacks what is asked for.
 */
export async function loadKernelModule(options: LoadOptions = {}): Promise<KernelModule> {
  const builds = { simd: "simd", relaxed: "relaxed" } as const;
  const named = Object.fromEntries(tiles.map((tile) => [formatTile(tile), tile]));
  if (fromEnvironment("TWINLOOM_REVECTORIZE", { "1": true, "0": false })) allowRevectorizer();
  const asked = options.build ?? fromEnvironment("TWINLOOM_KERNELS", builds);
  const tile = options.tile ?? fromEnvironment("TWINLOOM_TILE", named);
  const [bytes, build] = await chooseBuild(asked);
  return finishKernels(bytes, build, tile);
}
