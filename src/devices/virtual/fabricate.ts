import { childStream, createGenerator, createStream } from "../../base/index.ts";
import { numberRule, type OptionRule } from "../options.ts";

/** Rule of the option `spread`, the relative spread of the barrier between samples. */
export const spreadRule: OptionRule<number> = numberRule(
  0.05,
  { min: 0, max: 1 },
  "relative spread of the barrier between samples; 0 makes all alike",
);

/**
 * Draw the barrier of a sample: lognormal, so that it stays positive.
 *
 * @param typical   Median over samples.
 * @param spread    Standard deviation of its logarithm.
 * @param disorder  Seed of the fabrication.
 */
export function fabricateBarrier(typical: number, spread: number, disorder: number): number {
  const fabrication = createGenerator(childStream(createStream(disorder), "disorder"));
  return typical * Math.exp(spread * fabrication.normal());
}
