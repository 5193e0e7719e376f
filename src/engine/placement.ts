import { type Arena, createArena } from "./arena.ts";
import type { Node } from "./graph.ts";
import { type Location, type PlanRecord, rowBytes } from "./plan.ts";

/** The two arenas and what has been placed in them. */
export interface Regions {
  readonly shared: Arena;
  readonly shard: Arena;
}

export function createRegions(): Regions {
  return { shared: createArena(), shard: createArena() };
}

/** Bytes of a padded matrix. */
export function matrixBytes(node: Node): number {
  return node.shape[0] * rowBytes(node.shape[1]);
}

/** A matrix placed in one of the regions. */
export function place(regions: Regions, node: Node, region: "shared" | "shard"): Location {
  const offset = regions[region].allocate(matrixBytes(node));
  return { region, offset, ld: rowBytes(node.shape[1]), strides: [] };
}

/** Where a block of records is being written, and what lies where. */
export interface Scope {
  readonly regions: Regions;
  readonly locations: Map<Node, Location>;
  /** Packed copies of right factors of products. */
  readonly packs: Map<Node, { readonly nn?: Location; readonly nt?: Location }>;
  readonly records: PlanRecord[];
  readonly prologue: PlanRecord[];
  readonly clock: Location;
  readonly keyOf: (name: string) => Location;
  /** Buffers to give back when the scope ends. */
  readonly loose: number[];
}

/** Pack the right factor of a product into panels, once per scope in which it is known. */
export function packFactor(scope: Scope, factor: Node, form: "nn" | "nt"): Location {
  const known = scope.packs.get(factor)?.[form];
  if (known) return known;
  const from = scope.locations.get(factor) as Location;
  const [n, k] = form === "nt" ? factor.shape : [factor.shape[1], factor.shape[0]];
  const isShared = from.region === "shared";
  const bytes = Math.ceil(n / 8) * 32 * Math.max(k, 1);
  const arena = isShared ? scope.regions.shared : scope.regions.shard;
  const to: Location = { region: from.region, offset: arena.allocate(bytes), ld: 0, strides: [] };
  if (!isShared) scope.loose.push(to.offset);
  const transposed = form === "nt" ? 1 : 0;
  const record: PlanRecord = {
    op: "pack",
    fields: { to, from, n, k, ld: from.ld, transposed },
  };
  (isShared ? scope.prologue : scope.records).push(record);
  scope.packs.set(factor, { ...scope.packs.get(factor), [form]: to });
  return to;
}
