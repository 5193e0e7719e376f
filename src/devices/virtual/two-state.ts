// A magnet with two states, +1 and -1, that thermal energy flips:
//   w_up = w0 exp(-Delta (1 - v)^2),  w_down = w0 exp(-Delta (1 + v)^2),  |v| <= 1
// v is the drive in units of the one that flips without help. In balance <s> = tanh(2 Delta v).

/** Rates of a two-state magnet under one drive, and what they do in one sampling step. */
export interface TwoStateRates {
  /** Probability that a magnet that is down is up a step later. */
  readonly pUp: number;
  /** Probability that a magnet that is up is down a step later. */
  readonly pDown: number;
}

/**
 * Solve the master equation of a two-state magnet over a step, exactly.
 *
 *   p_up = w_up / (w_up + w_down) (1 - exp(-(w_up + w_down) dt)),  and alike for p_down
 *
 * @param drive    v, in units of the switching drive.
 * @param barrier  Delta, in units of kT.
 * @param rate     w0, 1/s.
 * @param dt       Step, s.
 */
export function twoStateStep(
  drive: number,
  barrier: number,
  rate: number,
  dt: number,
): TwoStateRates {
  const up = rate * Math.exp(-barrier * (1 - drive) ** 2);
  const down = rate * Math.exp(-barrier * (1 + drive) ** 2);
  const total = up + down;
  const relaxed = -Math.expm1(-total * dt);
  return { pUp: (up / total) * relaxed, pDown: (down / total) * relaxed };
}
