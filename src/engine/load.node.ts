import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { fault } from "../base/index.ts";
import { type KernelModule, roundingOf } from "./kernels.ts";

/** `relaxed` may round a multiply-add once and is the faster; `simd` never does. */
export type KernelBuild = "simd" | "relaxed";

const where = "engine.loadKernelModule";

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

/** The build asked for by the environment variable TWINLOOM_KERNELS, if any. */
function buildFromEnvironment(): KernelBuild | undefined {
  const name = process.env.TWINLOOM_KERNELS;
  if (!name) return undefined;
  if (name === "simd" || name === "relaxed") return name;
  throw fault("bad-value", {
    where,
    what: "the environment variable TWINLOOM_KERNELS does not name a build of the kernels",
    got: name,
    expected: "simd or relaxed",
    fix: "Correct it, or remove it and let the machine decide",
  });
}

/**
 * Read and compile the kernels from build/kernels, the fastest build that this runtime accepts.
 *
 * Call it before anything else compiles WebAssembly: Node 20 fixes its features at the first.
 *
 * @param options  `build` to force one (default: TWINLOOM_KERNELS, then whichever validates).
 * @returns        The compiled module, how it rounds here, and its name.
 * @throws         `missing-file` before `npm run build`; `bad-value` if TWINLOOM_KERNELS names no
 *                 build; `out-of-range` if relaxed SIMD is asked for and this runtime lacks it.
 */
export async function loadKernelModule(
  options: { readonly build?: KernelBuild } = {},
): Promise<KernelModule> {
  const asked = options.build ?? buildFromEnvironment();
  if (asked !== "simd") {
    const bytes = await read("relaxed");
    if (canRelax(bytes)) return compile(bytes, "relaxed");
    if (asked === "relaxed") {
      throw fault("out-of-range", {
        where,
        what: "this runtime does not accept relaxed SIMD",
        got: `Node ${process.versions.node}`,
        expected: "Node 20 or newer",
        fix: "Use the build named simd",
      });
    }
  }
  return compile(await read("simd"), "simd");
}

async function compile(bytes: Uint8Array, build: KernelBuild): Promise<KernelModule> {
  const module = await WebAssembly.compile(bytes);
  return { module, rounding: roundingOf(module), name: `engine-${build}` };
}
