// Build what tests and users run: the kernels to build/kernels, then the TypeScript to dist.
// The compiler of the kernels is loaded only when their sources changed since the last build.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const kernels = join(root, "kernels");
const output = join(root, "build", "kernels");
const stamp = join(output, "sources.sha256");
const builds = {
  "engine-simd.wasm": ["simd", "threads", "bulk-memory"],
  "engine-relaxed.wasm": ["simd", "relaxed-simd", "threads", "bulk-memory"],
};
// A memory must be no larger than the declared maximum, so that is 4 GiB; the smallest is one page.
const flags = ["--importMemory", "--sharedMemory", "--initialMemory", "1"];
flags.push("--maximumMemory", "65536", "--runtime", "stub", "-O3", "--noAssert");

const report = (what, started) =>
  process.stdout.write(`${what} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`);

function stop(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

/** The directory of an installed package, whatever its `exports` show. */
function packageDirectory(name) {
  for (const modules of createRequire(import.meta.url).resolve.paths(name) ?? [])
    if (existsSync(join(modules, name, "package.json"))) return join(modules, name);
  return stop(`${name} is not installed: run npm install`);
}

const manifest = (name) =>
  JSON.parse(readFileSync(join(packageDirectory(name), "package.json"), "utf8"));

function sourceHash() {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([manifest("assemblyscript").version, builds, flags]));
  for (const name of readdirSync(kernels).sort())
    if (/\.(ts|json)$/.test(name)) hash.update(name).update(readFileSync(join(kernels, name)));
  return hash.digest("hex");
}

async function buildKernels() {
  const started = performance.now();
  const hash = sourceHash();
  const isBuilt = Object.keys(builds).every((name) => existsSync(join(output, name)));
  if (isBuilt && existsSync(stamp) && readFileSync(stamp, "utf8") === hash)
    return report("kernels: unchanged", started);
  mkdirSync(output, { recursive: true });
  rmSync(stamp, { force: true });
  const { default: asc } = await import("assemblyscript/asc");
  const sizes = [];
  for (const [name, features] of Object.entries(builds)) {
    const enable = features.flatMap((feature) => ["--enable", feature]);
    const { error, stderr } = await asc.main(
      ["engine.ts", "--baseDir", kernels, "--outFile", join(output, name), ...enable, ...flags],
      {},
    );
    if (error) stop(`${name}: ${error.message}\n${stderr.toString()}`);
    sizes.push(`${name} ${(readFileSync(join(output, name)).length / 1024).toFixed(0)} kB`);
  }
  writeFileSync(stamp, hash);
  report(`kernels: ${sizes.join(", ")}`, started);
}

function compileTypeScript() {
  const started = performance.now();
  // Without its output the incremental record would make the compiler write nothing.
  if (!existsSync(join(root, "dist")))
    rmSync(join(root, "build", "tsconfig.tsbuildinfo"), { force: true });
  const compiler = join(packageDirectory("typescript"), manifest("typescript").bin.tsc);
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, "-p", root], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) stop(`${stdout ?? ""}${stderr ?? ""}`.trim());
  report("typescript: dist", started);
}

await buildKernels();
compileTypeScript();
