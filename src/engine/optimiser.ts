import type { Job } from "./jobs.ts";
import type { Layout } from "./layout.ts";
import { type Location, moved, type PlanRecord } from "./plan.ts";
import type { ParameterGroup, UpdateOptions } from "./program.ts";

/** Floats that the kernel reads per group: rate, betas, epsilon, second-moment scale, decay. */
const settingFloats = 6;
/** Weights that one task updates: small enough to share, large enough to be worth a claim. */
const chunkBytes = 4 * 8192;

/** Adam over all trained weights, in one place of memory. */
export interface Optimiser {
  /** The job of an update; `shardBytes` lie between the gradients of neighbouring shards. */
  job(shardBytes: number): Job;
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

/** Part of one group's weights. */
interface Chunk {
  readonly group: number;
  readonly from: number;
  readonly bytes: number;
}

function chunksOf({ groups }: Layout): Chunk[] {
  return groups.flatMap((range, group) =>
    Array.from({ length: Math.ceil(range.bytes / chunkBytes) }, (_, i) => ({
      group,
      from: range.from + i * chunkBytes,
      bytes: Math.min(chunkBytes, range.bytes - i * chunkBytes),
    })),
  );
}

/**
 * Place moments and settings and describe the update.
 *
 * Adam as in D. Kingma and J. Ba 2015, the gradient clipped by its global norm, weight decay
 * decoupled (Loshchilov and Hutter 2019). The squared norm is summed chunk by chunk in their order,
 * so that it does not depend on who computes them.
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
  const chunks = chunksOf(layout);
  const parts = place(4 * chunks.length);
  /** The gradient's factor and norm, a copy for each chunk's task. */
  const factors = chunks.map(() => place(8));
  const momentOf = (block: Location, name: string): Location | undefined => {
    const at = layout.trained.get(name);
    const parameter = layout.parameters.get(name);
    if (at === undefined || !parameter) return undefined;
    return { ...moved(block, at), ld: parameter.location.ld };
  };
  return {
    job(gStride) {
      const g = layout.gradientBlock;
      const squares = chunks.map(({ from, bytes }, i): PlanRecord => {
        const to = moved(parts, 4 * i);
        return {
          op: "sumSquares",
          fields: { g: moved(g, from), gStride, shards, n: bytes / 4, to },
        };
      });
      const scale = { sumSquares: parts, count: chunks.length, limit: clipNorm };
      const steps = chunks.map(({ group, from, bytes }, i): PlanRecord[] => {
        const blocks = { w: moved(layout.weights, from), g: moved(g, from), gStride, shards };
        const moments = { m: moved(m, from), v: moved(v, from), n: bytes / 4 };
        const setting = { hyper: settings[group], clip: factors[i] };
        return [
          { op: "clip", fields: { ...scale, gradientScale: 1 / shards, to: factors[i] } },
          { op: "adam", fields: { ...blocks, ...moments, ...setting } },
        ];
      });
      return [
        squares.map((record) => ({ plan: [record], shard: 0 })),
        steps.map((plan) => ({ plan, shard: 0 })),
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
    norm: (f32, address) => (factors.length > 0 ? f32[(address(factors[0]) >> 2) + 1] : 0),
    first: (name) => momentOf(m, name),
    second: (name) => momentOf(v, name),
  };
}
