// Edits between two names: insertions, deletions, substitutions and swaps of neighbours, the
// dynamic programme of "optimal string alignment", one row at a time.
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const substituted = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? before[j - 2] + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, substituted, swapped));
    }
    before = row;
    row = next;
  }
  return row[to.length];
}

/** The known name nearest to a mistyped one; undefined if none is near enough to suggest. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((candidate) =>
    editDistance(name.toLowerCase(), candidate.toLowerCase()),
  );
  const least = Math.min(...distances);
  return least <= Math.max(2, name.length / 3) ? known[distances.indexOf(least)] : undefined;
}

/** What to do about an unknown name: "Did you mean 'x'?" where one is near, else `otherwise`. */
export function suggestName(name: string, known: readonly string[], otherwise: string): string {
  const closest = closestName(name, known);
  return closest === undefined ? otherwise : `Did you mean '${closest}'? ${otherwise}`;
}
