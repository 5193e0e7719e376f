import type { Generator } from "../../base/index.ts";
import { depinningProbability, regions, sineOfLag } from "./depinning.ts";
import { circulationAt, quarter, type RingArray } from "./nano-ring-state.ts";

// Positions wrap with `& last`, and `& inQuarter` is the distance past a site: regions is 64.
const last = regions - 1;
const half = regions / 2;
const inQuarter = quarter - 1;
const lags = half + 1;

/**
 * Turn the field on by one region and let the walls follow for one tick.
 *
 * Order: junctions release their walls, released and free walls move, walls that meet annihilate,
 * and walls that left a junction nucleate pairs across it. Without field nothing moves.
 *
 * @param array  The array; changed.
 * @param field  Amplitude, Oe, from 0.
 * @param noise  Thermal noise: one draw for each junction that holds a wall.
 * @source       Vidamour et al., Nanotechnology 33, 485203 (2022), arXiv:2111.14603.
 */
export function tickRings(array: RingArray, field: number, noise: Generator): void {
  array.phase = (array.phase + 1) & last;
  if (field <= 0) return;
  if (field !== array.field) boundChances(array, field);
  const headMinimum = array.phase;
  const tailMinimum = (array.phase + half) & last;
  releaseWalls(array, headMinimum, tailMinimum, noise);
  const left = moveWalls(array, headMinimum, tailMinimum);
  nucleatePairs(array, left, headMinimum, tailMinimum);
}

// The probability falls with E0 and H0, so their extremes bound it for every junction: most dice
// are then decided without an exponential. The law is unchanged, only its evaluation is put off.
function boundChances(array: RingArray, field: number): void {
  const { weakest, strongest, leastChance, greatestChance } = array;
  for (let lag = 0; lag < lags; lag++) {
    const pull = field * sineOfLag[lag];
    for (let walls = 1; walls <= 2; walls++) {
      const index = (walls - 1) * lags + lag;
      leastChance[index] = depinningProbability(pull, walls, strongest.e0, strongest.h0);
      greatestChance[index] = depinningProbability(pull, walls, weakest.e0, weakest.h0);
    }
  }
  array.field = field;
}

function lagBetween(position: number, minimum: number): number {
  const ahead = (minimum - position) & last;
  return ahead > half ? regions - ahead : ahead;
}

// Lag of the wall that sits at a site, or -1 without one.
function lagAtSite(array: RingArray, site: number, headMinimum: number, tailMinimum: number) {
  const position = (site & 3) * quarter;
  const ring = site >> 2;
  if (array.head[ring] === position) return lagBetween(position, headMinimum);
  if (array.tail[ring] === position) return lagBetween(position, tailMinimum);
  return -1;
}

function releaseWalls(
  array: RingArray,
  headMinimum: number,
  tailMinimum: number,
  noise: Generator,
): void {
  const { firstSite, secondSite, released, leastChance, greatestChance, e0, h0, field } = array;
  for (let j = 0; j < firstSite.length; j++) {
    released[j] = 0;
    const first = lagAtSite(array, firstSite[j], headMinimum, tailMinimum);
    const second = lagAtSite(array, secondSite[j], headMinimum, tailMinimum);
    if (first < 0 && second < 0) continue;
    const walls = first < 0 || second < 0 ? 1 : 2;
    const lag = Math.max(first, second);
    const index = (walls - 1) * lags + lag;
    const dice = noise.uniform();
    if (dice >= greatestChance[index]) continue;
    const isReleased =
      dice < leastChance[index] ||
      dice < depinningProbability(field * sineOfLag[lag], walls, e0[j], h0[j]);
    if (isReleased) released[j] = 1;
  }
}

// Towards the minimum, at most to the next site; a wall exactly opposite goes the field's way.
function travel(position: number, minimum: number): number {
  const ahead = (minimum - position) & last;
  if (ahead <= half) {
    const toSite = quarter - (position & inQuarter);
    return (position + Math.min(ahead, toSite)) & last;
  }
  const behind = regions - ahead;
  const toSite = position & inQuarter || quarter;
  return (position - Math.min(behind, toSite)) & last;
}

// A wall at a junction needs its release and a pull above the roughness; any other is free.
function isHeld(array: RingArray, ring: number, position: number, minimum: number): boolean {
  if ((position & inQuarter) !== 0) return false;
  const junction = array.junctionOfSite[4 * ring + position / quarter];
  if (junction < 0) return false;
  if (array.released[junction] === 0) return true;
  return array.field * sineOfLag[lagBetween(position, minimum)] < array.roughness[ring];
}

// Signed displacement of a wall that moved by less than half a turn.
function displacement(from: number, to: number): number {
  return ((to - from + half) & last) - half;
}

// Returns how many sites were left; they stand in leftSites.
function moveWalls(array: RingArray, headMinimum: number, tailMinimum: number): number {
  const { rings, head, tail, circulation, leftSites } = array;
  let left = 0;
  for (let ring = 0; ring < rings; ring++) {
    const oldHead = head[ring];
    if (oldHead < 0) continue;
    const oldTail = tail[ring];
    const newHead = isHeld(array, ring, oldHead, headMinimum)
      ? oldHead
      : travel(oldHead, headMinimum);
    const newTail = isHeld(array, ring, oldTail, tailMinimum)
      ? oldTail
      : travel(oldTail, tailMinimum);
    if (newHead !== oldHead && (oldHead & inQuarter) === 0) {
      leftSites[left++] = 4 * ring + oldHead / quarter;
    }
    if (newTail !== oldTail && (oldTail & inQuarter) === 0) {
      leftSites[left++] = 4 * ring + oldTail / quarter;
    }
    // The clockwise domain, from head round to tail; once it or the other is gone, a vortex stays.
    const clockwise =
      ((oldTail - oldHead) & last) +
      displacement(oldTail, newTail) -
      displacement(oldHead, newHead);
    const isVortex = clockwise <= 0 || clockwise >= regions;
    head[ring] = isVortex ? -1 : newHead;
    tail[ring] = isVortex ? -1 : newTail;
    if (isVortex) circulation[ring] = clockwise <= 0 ? 1 : -1;
  }
  return left;
}

// Rings that touch turn against each other where their magnetisations agree; behind a wall that
// left, equal circulations meet antiparallel and a vortex across the junction breaks into a pair.
function nucleatePairs(
  array: RingArray,
  left: number,
  headMinimum: number,
  tailMinimum: number,
): void {
  const { head, tail, circulation, leftSites, siteAcross } = array;
  for (let i = 0; i < left; i++) {
    const site = leftSites[i];
    const across = siteAcross[site];
    if (across < 0) continue;
    const vortex = across >> 2;
    if (head[vortex] >= 0) continue;
    const behind = circulationAt(array, site >> 2, (site & 3) * quarter);
    if (behind !== circulation[vortex]) continue;
    const position = (across & 3) * quarter;
    const newHead = travel(position, headMinimum);
    const newTail = travel(position, tailMinimum);
    if (newHead === newTail) continue;
    head[vortex] = newHead;
    tail[vortex] = newTail;
  }
}
