/** Fewer rows than this leave the register tiles of a product half empty. */
const fewestRows = 12;
/** More gradients than this cost more to sum than further threads save. */
const mostShards = 8;

/**
 * Pieces into which a batch is best cut: a power of two, the same on every machine.
 *
 * @param examples  Examples of the batch; what belongs to one stays together.
 * @param rows      Rows per example in the widest part of the work (default 1).
 * @returns         1 to 8, a divisor of `examples`, with at least 12 rows in each piece if more than 1.
 */
export function shardsFor(examples: number, rows = 1): number {
  let shards = mostShards;
  while (shards > 1 && (examples % shards !== 0 || (examples / shards) * rows < fewestRows)) {
    shards /= 2;
  }
  return shards;
}
