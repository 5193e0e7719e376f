// What a plan needs of memory, in words, before any of it is taken.
import { fault } from "../base/index.ts";
import { formatNodeShape, type Node } from "./graph.ts";
import type { Layout } from "./layout.ts";
import type { Lowered } from "./lower.ts";
import { matrixBytes } from "./placement.ts";

/** Part of a program's memory. */
export interface MemoryUse {
  readonly what: string;
  readonly bytes: number;
}

/** What a 32-bit address reaches. */
const reachableBytes = 65536 * 65536;

/** Bytes as people read them: `1.5 GiB`, `12 MiB`, `3 KiB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  if (bytes >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
  return `${Math.ceil(bytes / 1024)} KiB`;
}

/** The parts of a program's memory, largest first. */
export function memoryUses(
  { layout, lowered, shards }: { layout: Layout; lowered: Lowered; shards: number },
  planBytes: number,
): MemoryUse[] {
  const inputs = (shared: boolean): number =>
    [...layout.inputs.values()].reduce(
      (sum, { node, shared: is }) => sum + (is === shared ? matrixBytes(node) : 0),
      0,
    );
  const gradients = layout.trainedBytes;
  const shard = layout.regions.shard.size() - inputs(false) - gradients;
  const pieces = shards === 1 ? "one shard" : `${shards} shards`;
  const uses = [
    { what: "inputs", bytes: inputs(true) + shards * inputs(false) },
    {
      what: "weights, their packed copies and Adam's moments",
      bytes: layout.regions.shared.size() - inputs(true),
    },
    { what: `gradients of ${pieces}`, bytes: shards * gradients },
    { what: `values of ${pieces}${largest(lowered, layout)}`, bytes: shards * shard },
    { what: "plans", bytes: planBytes },
  ];
  return uses.filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes);
}

/** The largest value that is kept, in words. */
function largest({ locations }: Lowered, { placed }: Layout): string {
  let found: Node | undefined;
  for (const [node, { region }] of locations) {
    if (region !== "shard" || placed.has(node) || node.op === "bodyInput") continue;
    if (!found || matrixBytes(node) > matrixBytes(found)) found = node;
  }
  if (!found) return "";
  const value = found.op === "stacked" ? found.attributes.value.op : found.op;
  return ` (largest: '${value}' ${formatNodeShape(found.shape)}, ${formatBytes(matrixBytes(found))})`;
}

/** Memory as one line of text: the sum, and its parts. */
export function formatMemory(uses: readonly MemoryUse[]): string {
  const total = uses.reduce((sum, { bytes }) => sum + bytes, 0);
  const parts = uses.map(({ what, bytes }) => `${what} ${formatBytes(bytes)}`);
  return `${formatBytes(total)}: ${parts.join("; ")}`;
}

/**
 * Check that a program's memory can be addressed.
 *
 * @throws  `out-of-range`, saying by how much it is too large, of what, and what to change.
 */
export function checkMemory(bytes: number, uses: readonly MemoryUse[]): void {
  if (bytes <= reachableBytes) return;
  throw fault("out-of-range", {
    where: "engine.compile",
    what: `the plan needs ${formatBytes(bytes - reachableBytes)} more than WebAssembly can address`,
    got: formatMemory(uses),
    expected: `at most ${formatBytes(reachableBytes)}`,
    fix: "Keep fewer values in time with `checkpoint` of scan, or use fewer rows, steps or shards",
  });
}
