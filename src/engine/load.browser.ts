import { fault } from "../base/index.ts";
import { finishKernels, type KernelBuild, type LoadOptions } from "./finish.ts";
import type { KernelModule } from "./kernels.ts";

/** What is used of a page or a worker; there are no types of the browser in the core. */
declare class URL {
  constructor(path: string, base: string);
  readonly href: string;
}
declare function fetch(
  url: URL,
): Promise<{ ok: boolean; status: number; arrayBuffer(): Promise<ArrayBuffer> }>;

/** Written out, so that bundlers find the files. */
const addresses: Readonly<Record<KernelBuild, URL>> = {
  relaxed: new URL("../../build/kernels/engine-relaxed.wasm", import.meta.url),
  simd: new URL("../../build/kernels/engine-simd.wasm", import.meta.url),
};
const where = "engine.loadKernelModule";

async function read(build: KernelBuild): Promise<Uint8Array> {
  const address = addresses[build];
  const answer = await fetch(address);
  if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
  throw fault("missing-file", {
    where,
    what: "the compiled kernels could not be fetched",
    got: `status ${answer.status} from ${address.href}`,
    expected: `the file engine-${build}.wasm`,
    fix: "Serve the package's folder build/kernels beside dist",
  });
}

/**
 * Fetch and compile the kernels, and choose among their tiles, as in Node.
 *
 * @param options  `build` and `tile` to force them.
 * @returns        The compiled module, how it rounds here, its tile, and its name.
 * @throws         `missing-file` if they are not served; `out-of-range` if relaxed SIMD is asked for
 *                 and this browser lacks it.
 */
export async function loadKernelModule({ build, tile }: LoadOptions = {}): Promise<KernelModule> {
  if (build !== "simd") {
    const bytes = await read("relaxed");
    if (WebAssembly.validate(bytes)) return finishKernels(bytes, "relaxed", tile);
    if (build === "relaxed") {
      throw fault("out-of-range", {
        where,
        what: "this browser does not accept relaxed SIMD",
        got: "a module that does not validate",
        expected: "a current browser",
        fix: "Use the build named simd",
      });
    }
  }
  return finishKernels(await read("simd"), "simd", tile);
}
