import type { Generator } from "../../base/index.ts";

/** Mean switching field Hc of wide and of thin bars, mT, and its spread between bars. */
const switchingField = { wide: [19.5, 1.0], thin: [24.5, 1.2] } as const;
/** Field beyond which a vortex becomes a macrospin again, mT, and its spread. */
const unwindingField = { wide: [25.5, 1.2], thin: [30, 1.2] } as const;

/** Constants of how bars switch. */
export interface SwitchingLaw {
  /** J, field of four aligned neighbours, mT. */
  readonly coupling: number;
  /** w, thermal width of the switching field, mT. */
  readonly width: number;
  /** Probability that a wide bar that switches becomes a vortex. */
  readonly vortexProbability: number;
}

/** L x L bars of two widths on a checkerboard, wrapped round at the edges: L is even. */
export interface SpinIce {
  readonly bars: number;
  /** 1 where a bar is wide. */
  readonly isWide: Uint8Array;
  /** Macrospin along (+1) or against (-1) the field's axis, or vortex (0). */
  readonly state: Int8Array;
  /** Indices of the four neighbours, [bars, 4]. */
  readonly neighbours: Int32Array;
  /** Hc of each bar, mT. */
  readonly switching: Float64Array;
  /** Field that unwinds a vortex of each bar, mT. */
  readonly unwinding: Float64Array;
}

/**
 * Fabricate the bars, saturated against the field's axis.
 *
 * @param size      Bars along each side, even.
 * @param disorder  Draws the switching and the unwinding field of each bar.
 */
export function fabricateBars(size: number, disorder: Generator): SpinIce {
  const bars = size * size;
  const indices = Array.from({ length: bars }, (_, bar) => bar);
  const isWide = Uint8Array.from(indices, (bar) => ((bar % size) + Math.floor(bar / size) + 1) & 1);
  const draw = (law: typeof switchingField | typeof unwindingField): Float64Array =>
    Float64Array.from(indices, (bar) => {
      const [centre, spread] = isWide[bar] ? law.wide : law.thin;
      return centre + spread * disorder.normal();
    });
  const at = (x: number, y: number): number => ((y + size) % size) * size + ((x + size) % size);
  const neighbours = Int32Array.from(
    indices.flatMap((bar) => {
      const [x, y] = [bar % size, Math.floor(bar / size)];
      return [at(x + 1, y), at(x - 1, y), at(x, y + 1), at(x, y - 1)];
    }),
  );
  const switching = draw(switchingField);
  const unwinding = draw(unwindingField);
  return { bars, isWide, state: new Int8Array(bars).fill(-1), neighbours, switching, unwinding };
}

/** Attempts of each bar while the field is on: the later ones let neighbours follow. */
const sweeps = 4;
const laterChance = 0.5;

/**
 * Apply a field along the bars and take it away.
 *
 *   h = H - J <s_nn>,  p = 1 / (1 + exp(-(|h| - Hc) / w))
 *
 * Bars are tried in order of their index, each seeing what came before it: once with probability p,
 * then three times with p / 2. A vortex has one attempt, with its unwinding field for Hc.
 *
 * @param ice    The bars; `state` is changed.
 * @param field  H, mT, positive along the axis.
 * @param law    J, w and the probability of a vortex.
 * @param noise  Thermal noise.
 * @source       Switching law after Gartside et al., Nature Nanotechnology 2022, arXiv:2107.08941,
 *               and Stenning et al., Nat. Commun. 15 (2024) 50633; attempts and constants are ours.
 */
export function applyField(ice: SpinIce, field: number, law: SwitchingLaw, noise: Generator): void {
  const { bars, isWide, state, neighbours, switching, unwinding } = ice;
  const { coupling, width, vortexProbability } = law;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const chance = sweep === 0 ? 1 : laterChance;
    for (let bar = 0; bar < bars; bar++) {
      const spin = state[bar];
      if (spin === 0 && sweep > 0) continue;
      const j = 4 * bar;
      const sum =
        state[neighbours[j]] +
        state[neighbours[j + 1]] +
        state[neighbours[j + 2]] +
        state[neighbours[j + 3]];
      const local = field - (coupling * sum) / 4;
      const direction = local > 0 ? 1 : -1;
      if (spin === direction) continue;
      const threshold = spin === 0 ? unwinding[bar] : switching[bar];
      const p = switchingProbability(Math.abs(local) - threshold, width);
      if (p === 0 || noise.uniform() >= chance * p) continue;
      const isVortex = spin !== 0 && isWide[bar] === 1 && noise.uniform() < vortexProbability;
      state[bar] = isVortex ? 0 : direction;
    }
  }
}

// Beyond 36 widths a uniform of 53 bits cannot tell p from 0 or 1; most bars end here, and need
// neither an exponential nor a draw. With width 0 it is a step.
function switchingProbability(excess: number, width: number): number {
  if (excess <= -36 * width) return 0;
  if (excess >= 36 * width) return 1;
  return 1 / (1 + Math.exp(-excess / width));
}

/**
 * Count the states of each kind of bar.
 *
 * @param out  Fractions of the wide bars at -1, 0 and +1, then of the thin ones, [6].
 */
export function countStates(ice: SpinIce, out: Float64Array): void {
  const { bars, isWide, state } = ice;
  out.fill(0);
  for (let bar = 0; bar < bars; bar++) out[(isWide[bar] ? 0 : 3) + state[bar] + 1] += 2 / bars;
}
