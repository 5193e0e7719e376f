import { numberRule, type OptionRules, readOptions } from "../options.ts";
import { createDelayNode } from "./delay-node.ts";
import type { Physics } from "./physics.ts";

/** Options of the opto-electronic delay node. */
export interface IkedaNodeOptions {
  /** Virtual nodes, each an observable. Default 50; the source has 400. */
  readonly nodes?: number;
  /** Strength of the feedback. Default 0.8. */
  readonly beta?: number;
  /** Weight of the input, rad. Default 0.3. */
  readonly gamma?: number;
  /** Offset of the phase, rad. Default 0.2. */
  readonly phi?: number;
  /** Standard deviation added to every virtual node. Default 1e-4. */
  readonly sigma?: number;
}

/** Rules and defaults of {@link IkedaNodeOptions}. */
export const ikedaNodeOptions: OptionRules<IkedaNodeOptions> = {
  nodes: numberRule(50, { min: 1, max: 2000, integer: true }, "virtual nodes, each an observable"),
  beta: numberRule(0.8, { min: 0.01, max: 5 }, "strength of the feedback"),
  gamma: numberRule(0.3, { min: 0, max: 10 }, "weight of the input, rad"),
  phi: numberRule(0.2, { min: -4, max: 4 }, "offset of the phase, rad"),
  sigma: numberRule(1e-4, { min: 0, max: 1 }, "standard deviation added to every virtual node"),
};

/**
 * The opto-electronic delay node: F = beta sin^2(x(t - tau) + gamma m u + phi).
 *
 * Input `drive` from -1 to 1, observables `x1` ... without unit; T 240 ns, so that a step of 50
 * virtual nodes takes 2.4 us. Its readout is an 8-bit converter over 0 .. beta, where x lives;
 * `instrument: {bits: 0}` takes its steps away. Its numbers are our choice.
 *
 * @param options   Size and strengths.
 * @param disorder  Seed of the input mask.
 * @throws          `unknown-name` or `bad-value` for options that do not fit.
 * @source          Larger et al. 2012, Opt. Express 20:3241.
 */
export function createIkedaNode(options: IkedaNodeOptions, disorder: number): Physics {
  const checked = readOptions("ikeda-node", ikedaNodeOptions, options);
  const { nodes, beta, gamma, phi, sigma } = checked;
  return createDelayNode(
    {
      identity: `ikeda-node, beta ${beta}, gamma ${gamma}, phi ${phi}`,
      nodes,
      responseTime: 240e-9,
      sigma,
      feedback: (delayed, input) => beta * Math.sin(delayed + gamma * input + phi) ** 2,
      instrument: { range: [0, beta], bits: 8 },
    },
    disorder,
  );
}
