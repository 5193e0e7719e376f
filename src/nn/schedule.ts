/** How a learning rate falls from its first value. */
export interface CosineOptions {
  readonly first: number;
  /** Value at the end, as a share of `first` (default 0.01). */
  readonly lastShare?: number;
  /** Steps over which the rate rises from zero at the start (default 0). */
  readonly rise?: number;
}

/**
 * Cosine decay of the learning rate.
 *
 * @param step   From 0 to steps - 1.
 * @source       Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts.
 */
export function cosineRate(step: number, steps: number, options: CosineOptions): number {
  const { first, lastShare = 0.01, rise = 0 } = options;
  if (step < rise) return (first * (step + 1)) / rise;
  const progress = Math.min(1, (step - rise) / Math.max(1, steps - 1 - rise));
  return first * (lastShare + ((1 - lastShare) * (1 + Math.cos(Math.PI * progress))) / 2);
}
