// PyTorch's only build for Linux on PyPI is linked against 2.5 GB of libraries for GPUs, and does
// not load without them. On a CPU none of them is ever called, so empty libraries of the same names and
// symbols do: calling one would end the program.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Libraries that name their symbols' version after themselves, unless another name is given. */
const standIns = [
  { library: /^libcu(blas|blasLt|fft|sparse|solver|dnn)\.so\.\d+$/ },
  { library: /^libnvrtc\.so\.\d+$/ },
  { library: /^libnvshmem_host\.so\.\d+$/, version: "NVSHMEM" },
  { library: /^libnccl\.so\.\d+$/, prefix: "nccl" },
  { library: /^libcusparseLt\.so\.\d+$/, prefix: "cusparseLt" },
];

/**
 * Write the libraries that PyTorch looks for and does not find, where it looks first.
 *
 * @param {string} packages  Folder of the Python packages.
 * @param {(program: string, args: string[], output?: "pipe") => string} run
 */
export function writeGpuStandIns(packages, run) {
  const own = join(packages, "torch/lib");
  const libraries = readdirSync(own)
    .filter((name) => name.endsWith(".so"))
    .map((name) => join(own, name));
  const target = join(packages, "nvidia/cu13/lib");
  mkdirSync(target, { recursive: true });
  const undefined_ = run("nm", ["-D", "--undefined-only", ...libraries], "pipe");
  const symbols = [...new Set(undefined_.match(/(?<= [Uwv] )\S+/g) ?? [])];
  const needed = libraries.flatMap((library) => neededBy(library, run));
  for (const name of new Set(needed)) {
    const standIn = standIns.find(({ library }) => library.test(name));
    if (!standIn || existsSync(join(target, name))) continue;
    const { prefix, version = name } = standIn;
    const own = prefix
      ? symbols.filter((symbol) => symbol.startsWith(prefix) && !symbol.includes("@"))
      : symbols.filter((symbol) => symbol.endsWith(`@${version}`));
    link(target, name, { symbols: own, version: prefix ? undefined : version }, run);
  }
}

/** Names of the libraries that a library asks for. */
function neededBy(library, run) {
  const text = run("readelf", ["-dW", library], "pipe");
  return [...text.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map((match) => match[1]);
}

/** Make a library whose symbols are bytes. */
function link(target, name, { symbols, version }, run) {
  const [source, map] = ["c", "map"].map((kind) => join(target, `${name}.${kind}`));
  const names = symbols.map((symbol) => symbol.split("@")[0]);
  writeFileSync(source, `${names.map((symbol) => `char ${symbol}[64];`).join("\n")}\n`);
  writeFileSync(map, `${version} { global: *; };\n`);
  const options = ["-shared", "-fPIC", "-w", source, `-Wl,-soname,${name}`];
  if (version !== undefined) options.push(`-Wl,--version-script=${map}`);
  run("cc", [...options, "-o", join(target, name)]);
  rmSync(source);
  rmSync(map);
}
