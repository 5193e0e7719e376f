import type { Layout } from "./layout.ts";
import { type Location, moved, type PlanRecord } from "./plan.ts";
import type { ParameterGroup, UpdateOptions } from "./program.ts";

/** Floats that the kernel reads per group: rate, betas, epsilon, second-moment scale, decay. */
const settingFloats = 6;

/** Adam over all trained weights, in one place of memory. */
export interface Optimiser {
  /** Kernel calls of an update; `shardBytes` lie between the gradients of neighbouring shards. */
  plan(shardBytes: number): PlanRecord[];
  /** Write the settings of the next update. */
  write(
    f32: Float32Array,
    address: (location: Location) => number,
    options: UpdateOptions,
    updates: number,
  ): void;
  /** Global norm of the gradient that the last update used, before clipping. */
  norm(f32: Float32Array, address: (location: Location) => number): number;
  first(name: string): Location | undefined;
  second(name: string): Location | undefined;
}

/**
 * Place moments and settings and describe the update.
 *
 * Adam as in D. Kingma and J. Ba 2015, the gradient clipped by its global norm, weight decay
 * decoupled (Loshchilov and Hutter 2019).
 *
 * @param clipNorm  Largest global norm; 0 for none.
 */
export function createOptimiser(
  layout: Layout,
  groups: readonly ParameterGroup[],
  clipNorm: number,
  shards: number,
): Optimiser {
  const place = (bytes: number): Location => ({
    region: "shared",
    offset: layout.regions.shared.allocate(bytes),
    ld: 32,
    strides: [],
  });
  const [m, v] = [place(layout.trainedBytes), place(layout.trainedBytes)];
  const settings = groups.map(() => place(4 * settingFloats));
  const [sum, clip] = [place(4), place(4)];
  const momentOf = (block: Location, name: string): Location | undefined => {
    const at = layout.trained.get(name);
    const parameter = layout.parameters.get(name);
    if (at === undefined || !parameter) return undefined;
    return { ...moved(block, at), ld: parameter.location.ld };
  };
  return {
    plan(gStride) {
      if (groups.length === 0) return [];
      const g = layout.gradientBlock;
      const n = layout.trainedBytes / 4;
      const gradientScale = 1 / shards;
      const clipFields = { sumSquares: sum, limit: clipNorm, gradientScale, to: clip };
      return [
        { op: "sumSquares", fields: { g, gStride, shards, n, to: sum } },
        { op: "clip", fields: clipFields },
        ...layout.groups.map(({ from, bytes }, i): PlanRecord => {
          const blocks = { w: moved(layout.weights, from), g: moved(g, from), gStride, shards };
          const moments = { m: moved(m, from), v: moved(v, from), n: bytes / 4 };
          return { op: "adam", fields: { ...blocks, ...moments, hyper: settings[i], clip } };
        }),
      ];
    },
    write(f32, address, options, updates) {
      const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
      const scale = 1 / Math.sqrt(1 - beta2 ** updates);
      groups.forEach(({ rate = 1, weightDecay = 0 }, i) => {
        const step = (rate * learningRate) / (1 - beta1 ** updates);
        const decay = rate * learningRate * weightDecay;
        f32.set([step, beta1, beta2, epsilon, scale, decay], address(settings[i]) >> 2);
      });
    },
    norm: (f32, address) => Math.sqrt(f32[address(sum) >> 2]) / shards,
    first: (name) => momentOf(m, name),
    second: (name) => momentOf(v, name),
  };
}
