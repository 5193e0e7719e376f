import { createKernels, formatTile, loadKernelModule, measurePeak } from "../engine/index.ts";
import { formatTable } from "../report/index.ts";
import { hostFacts, readVersion } from "./host.node.ts";

/** What `doctor` finds. */
export interface Examination {
  readonly facts: Readonly<Record<string, string | number>>;
  readonly text: string;
}

const recommendedNode = 24;

/** Look at the machine and the installation. */
export async function examine(): Promise<Examination> {
  const { version } = await readVersion();
  const kernels = await loadKernelModule();
  const peak = measurePeak(createKernels(kernels, { bytes: 64 }), () => performance.now());
  const speeds = kernels.speeds.map(
    ({ tile, gflops }) => `${formatTile(tile)} ${gflops.toFixed(0)}`,
  );
  const host = hostFacts();
  const facts = {
    twinloom: version,
    node: host.node,
    platform: host.platform,
    processor: host.processor,
    cores: host.cores,
    "memory, GiB": host.memory,
    kernels: kernels.name,
    "multiply-add": kernels.rounding === "fused" ? "rounded once" : "rounded twice",
    tile: formatTile(kernels.tile),
    "tiles measured, GF/s": speeds.join(", ") || "none, the tile was asked for",
    "peak of one core at 128 bits, GF/s": Math.round(peak),
  };
  const major = Number(host.node.split(".")[0]);
  const advice =
    major >= recommendedNode
      ? ""
      : `\n\nNode ${recommendedNode} runs the kernels faster than Node ${major}.`;
  return { facts, text: `${formatTable(Object.entries(facts)).trimEnd()}${advice}` };
}
