// Seeded damage to files.
import { createGenerator, createStream } from "../src/base/index.ts";

/** The bytes with one kind of damage, drawn by the seed: bytes, bits, lengths, a piece cut or doubled. */
export function damage(bytes: Uint8Array, seed: number): Uint8Array {
  const generator = createGenerator(createStream(seed));
  const draw = (below: number): number => Math.floor(generator.uniform() * below);
  const result = Uint8Array.from(bytes);
  const kind = draw(6);
  if (kind === 0) return result.subarray(0, draw(bytes.length));
  if (kind === 1) {
    const [from, size] = [draw(bytes.length), 1 + draw(64)];
    return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(from + size)]);
  }
  if (kind === 2) {
    const [from, size] = [draw(bytes.length), 1 + draw(64)];
    const piece = bytes.subarray(from, from + size);
    return Uint8Array.from([...bytes.subarray(0, from), ...piece, ...bytes.subarray(from)]);
  }
  for (let n = 1 + draw(6); n > 0; n--) {
    const at = draw(bytes.length);
    if (kind === 3) result[at] = draw(256);
    else if (kind === 4) result[at] ^= 1 << draw(8);
    // A length, a count or an address that is suddenly huge.
    else result.fill(0xff, at, at + 1 + draw(8));
  }
  return result;
}
