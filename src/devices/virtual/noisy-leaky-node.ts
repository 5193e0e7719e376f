import type { Generator } from "../../base/index.ts";
import { numberRule, type OptionRules, readOptions } from "../options.ts";
import type { Physics } from "./physics.ts";

/** Options of the noisy leaky node. */
export interface NoisyLeakyNodeOptions {
  /** Noise amplitude per step. Default 0.05. */
  readonly sigma?: number;
}

/** Rules and defaults of {@link NoisyLeakyNodeOptions}. */
export const noisyLeakyNodeOptions: OptionRules<NoisyLeakyNodeOptions> = {
  sigma: numberRule(0.05, { min: 0, max: 10 }, "noise amplitude per step"),
};

const leak = 1 - Math.exp(-1);

/**
 * A node for network benchmarks: x' = x + a (tanh(I) - x) + sigma tanh|2I| xi, a = 1 - 1/e.
 *
 * Input `drive` from -2 to 2 and observable `x`, both without unit; one sampling step, dt 1 s,
 * stands for one step of a task. It starts at 0.
 *
 * @throws  `unknown-name` or `bad-value` for options that do not fit.
 */
export function createNoisyLeakyNode(options: NoisyLeakyNodeOptions = {}): Physics {
  const { sigma } = readOptions("noisy-leaky-node", noisyLeakyNodeOptions, options);
  let x = 0;
  let noise: Generator;
  return {
    description: {
      identity: `noisy-leaky-node, sigma ${sigma}`,
      inputs: [{ name: "drive", unit: "1", min: -2, max: 2 }],
      observables: [{ name: "x", unit: "1" }],
      dt: 1,
      samplesPerStep: 1,
      canReset: true,
      canStep: true,
      recordedOnly: false,
    },
    samplesPerPause: 100_000,
    reset(generator, out) {
      noise = generator;
      x = 0;
      out[0] = x;
    },
    step(input, out) {
      const drive = input[0];
      x += leak * (Math.tanh(drive) - x) + sigma * Math.tanh(Math.abs(2 * drive)) * noise.normal();
      out[0] = x;
    },
  };
}
