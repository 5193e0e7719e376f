import { numberRule, type OptionRules, readOptions } from "../options.ts";
import { createDelayNode } from "./delay-node.ts";
import type { Physics } from "./physics.ts";

/** Options of the Mackey-Glass delay node. */
export interface MackeyGlassNodeOptions {
  /** Virtual nodes, each an observable. Default 50; the source has 400. */
  readonly nodes?: number;
  /** Strength of the feedback. Default 0.5. */
  readonly eta?: number;
  /** Weight of the input. Default 0.05. */
  readonly gamma?: number;
  /** Exponent of the nonlinearity. Default 1; with eta 0.9 and gamma 0.5, 7 is usual. */
  readonly p?: number;
  /** Standard deviation added to every virtual node. Default 1e-5. */
  readonly sigma?: number;
}

/** Rules and defaults of {@link MackeyGlassNodeOptions}. */
export const mackeyGlassNodeOptions: OptionRules<MackeyGlassNodeOptions> = {
  nodes: numberRule(50, { min: 1, max: 2000, integer: true }, "virtual nodes, each an observable"),
  eta: numberRule(0.5, { min: 0, max: 3 }, "strength of the feedback"),
  gamma: numberRule(0.05, { min: 0, max: 10 }, "weight of the input"),
  p: numberRule(1, { min: 0, max: 20 }, "exponent of the nonlinearity"),
  sigma: numberRule(1e-5, { min: 0, max: 1 }, "standard deviation added to every virtual node"),
};

/**
 * The electronic Mackey-Glass delay node: F = eta z / (1 + |z|^p), z = x(t - tau) + gamma m u.
 *
 * Input `drive` from -1 to 1, observables `x1` ... without unit; T 10 ms, so that a step of 50
 * virtual nodes takes 0.1 s.
 *
 * @param options   Size and strengths.
 * @param disorder  Seed of the input mask.
 * @throws          `unknown-name` or `bad-value` for options that do not fit.
 * @source          Appeltant et al. 2011, Nat. Commun. 2:468.
 */
export function createMackeyGlassNode(options: MackeyGlassNodeOptions, disorder: number): Physics {
  const checked = readOptions("mackey-glass-node", mackeyGlassNodeOptions, options);
  const { nodes, eta, gamma, p, sigma } = checked;
  return createDelayNode(
    {
      identity: `mackey-glass-node, eta ${eta}, gamma ${gamma}, p ${p}`,
      nodes,
      responseTime: 0.01,
      sigma,
      feedback: (delayed, input) => {
        const z = delayed + gamma * input;
        return (eta * z) / (1 + Math.abs(z) ** p);
      },
    },
    disorder,
  );
}
