// Thermally activated release of a domain wall from the junction of two rings.
//   dE  = e E0 (1 - H sin(lag) / (e H0))^1.5      barrier, J
//   tau = tau0 exp(dE / kT)                        mean dwell time, s
//   P   = 1 - exp(-dt / tau),  1 once H sin(lag) >= e H0
// e is 1 for one wall at the junction and 0.81 for two.

/** Angular regions of a ring, and ticks in one rotation of the field. */
export const regions = 64;
/** Rotations of the field per second, Hz. */
export const fieldFrequency = 37;
/** Duration of a tick, s. */
export const tickDuration: number = 1 / (fieldFrequency * regions);
/** Mean barrier E0, J, and its spread between junctions. */
export const barrier = { mean: 2.625e-19, spread: 1e-23 } as const;
/** Mean switching field H0, Oe, and its spread between junctions. */
export const switchingField = { mean: 55, spread: 1 } as const;

const attemptTime = 1e-10;
const thermalEnergy = 1.380649e-23 * 293;
const exponent = 1.5;
const twoWallFactor = 0.81;

/** sin(lag) for a lag of 0 .. 32 regions. */
export const sineOfLag: Float64Array = Float64Array.from({ length: regions / 2 + 1 }, (_, lag) =>
  Math.sin((2 * Math.PI * Math.min(lag, regions / 2 - lag)) / regions),
);

/**
 * Probability that a junction releases its walls during one tick.
 *
 * @param pull   H sin(lag), Oe.
 * @param walls  Walls at the junction, 1 or 2.
 * @param e0     Barrier E0 of this junction, J.
 * @param h0     Switching field H0 of this junction, Oe.
 * @source       Vidamour et al., Nanotechnology 33, 485203 (2022), arXiv:2111.14603.
 */
export function depinningProbability(pull: number, walls: number, e0: number, h0: number): number {
  const factor = walls > 1 ? twoWallFactor : 1;
  const remaining = 1 - pull / (factor * h0);
  if (remaining <= 0) return 1;
  const energy = factor * e0 * remaining ** exponent;
  return -Math.expm1((-tickDuration / attemptTime) * Math.exp(-energy / thermalEnergy));
}
