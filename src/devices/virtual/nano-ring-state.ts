import type { Generator } from "../../base/index.ts";
import { barrier, regions, switchingField } from "./depinning.ts";

/** Regions between neighbouring sites of a ring: east 0, north 16, west 32, south 48. */
export const quarter: number = regions / 4;

/** Edge roughness that holds a released wall, Oe, and its spread between rings. */
const roughness = { mean: 20, spread: 0.5 } as const;

/**
 * An array of rings: what was fabricated and where its walls are. Positions are regions
 * counter-clockwise from east; site 4 r + q is quarter q of ring r.
 */
export interface RingArray {
  readonly rings: number;
  /** Position of each ring's head-to-head wall, -1 in a vortex. */
  readonly head: Int32Array;
  /** Position of each ring's tail-to-tail wall, -1 in a vortex. */
  readonly tail: Int32Array;
  /** Circulation of a vortex, +1 counter-clockwise; kept but not used while a ring has walls. */
  readonly circulation: Int32Array;
  /** Junction of each site, -1 on an outer edge. */
  readonly junctionOfSite: Int32Array;
  /** The site across the junction, -1 on an outer edge. */
  readonly siteAcross: Int32Array;
  /** The two sites of each junction. */
  readonly firstSite: Int32Array;
  readonly secondSite: Int32Array;
  /** E0 of each junction, J. */
  readonly e0: Float64Array;
  /** H0 of each junction, Oe. */
  readonly h0: Float64Array;
  /** Lowest E0 and lowest H0 of all junctions, not of the same one. */
  readonly weakest: { readonly e0: number; readonly h0: number };
  /** Highest E0 and highest H0 of all junctions. */
  readonly strongest: { readonly e0: number; readonly h0: number };
  /** Roughness of each ring, Oe. */
  readonly roughness: Float64Array;
  /** Whether each junction lets go in this tick. */
  readonly released: Uint8Array;
  /** Sites left in this tick. */
  readonly leftSites: Int32Array;
  /** Bounds over all junctions of the release probability at `field`, [walls - 1, lag]. */
  readonly leastChance: Float64Array;
  readonly greatestChance: Float64Array;
  /** Field for which the bounds hold, Oe. */
  field: number;
  /** Direction of the field, region. */
  phase: number;
}

/**
 * Fabricate a square array of rings that touch their neighbours east, north, west and south.
 *
 * @param size      Rings along each side.
 * @param disorder  Draws barriers, switching fields and roughness.
 */
export function fabricateRings(size: number, disorder: Generator): RingArray {
  const rings = size * size;
  const junctions = 2 * size * (size - 1);
  const spread = (count: number, law: { readonly mean: number; readonly spread: number }) =>
    Float64Array.from({ length: count }, () => law.mean + law.spread * disorder.normal());
  const e0 = spread(junctions, barrier);
  const h0 = spread(junctions, switchingField);
  const array: RingArray = {
    rings,
    head: new Int32Array(rings),
    tail: new Int32Array(rings),
    circulation: new Int32Array(rings),
    junctionOfSite: new Int32Array(4 * rings).fill(-1),
    siteAcross: new Int32Array(4 * rings).fill(-1),
    firstSite: new Int32Array(junctions),
    secondSite: new Int32Array(junctions),
    e0,
    h0,
    weakest: { e0: Math.min(...e0), h0: Math.min(...h0) },
    strongest: { e0: Math.max(...e0), h0: Math.max(...h0) },
    roughness: spread(rings, roughness),
    released: new Uint8Array(junctions),
    leftSites: new Int32Array(4 * rings),
    leastChance: new Float64Array(regions + 2),
    greatestChance: new Float64Array(regions + 2),
    field: Number.NaN,
    phase: 0,
  };
  connectRings(array, size);
  saturateRings(array);
  return array;
}

function connectRings(array: RingArray, size: number): void {
  const { junctionOfSite, siteAcross, firstSite, secondSite } = array;
  let junction = 0;
  const connect = (first: number, second: number): void => {
    siteAcross[first] = second;
    siteAcross[second] = first;
    junctionOfSite[first] = junction;
    junctionOfSite[second] = junction;
    firstSite[junction] = first;
    secondSite[junction++] = second;
  };
  for (let ring = 0; ring < array.rings; ring++) {
    const [east, north, west, south] = [0, 1, 2, 3];
    if ((ring + 1) % size !== 0) connect(4 * ring + east, 4 * (ring + 1) + west);
    if (ring + size < array.rings) connect(4 * ring + north, 4 * (ring + size) + south);
  }
}

/** Saturate along the field of phase 0 (east): every ring an onion, walls east and west. */
export function saturateRings(array: RingArray): void {
  array.head.fill(0);
  array.tail.fill(2 * quarter);
  array.circulation.fill(1);
  array.phase = 0;
}

/** Circulation of a ring at a region: +1, -1, or 0 on a wall. */
export function circulationAt(array: RingArray, ring: number, region: number): number {
  const head = array.head[ring];
  if (head < 0) return array.circulation[ring];
  const tail = array.tail[ring];
  if (region === head || region === tail) return 0;
  // Magnetisation points from the tails to the heads: clockwise from head round to tail.
  const fromHead = (region - head) & (regions - 1);
  return fromHead < ((tail - head) & (regions - 1)) ? -1 : 1;
}
