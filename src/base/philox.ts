// Philox4x32-10: J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11.
// The definition, in 64-bit floats, of the normals that the engine's kernel draws.

const multiplyHigh = (x: number, y: number): number => {
  const xl = x & 0xffff;
  const xh = x >>> 16;
  const yl = y & 0xffff;
  const yh = y >>> 16;
  const middle = xh * yl + ((xl * yl) >>> 16);
  const carry = xl * yh + (middle & 0xffff);
  return (xh * yh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
};

/**
 * One block of Philox4x32-10.
 *
 * @param counter  Four 32-bit words.
 * @param key0     First key word.
 * @param key1     Second key word.
 * @returns        Four unsigned 32-bit words.
 * @source         Salmon et al. 2011; Random123 1.09 known-answer vectors are its test.
 */
export function philox(
  counter: readonly [number, number, number, number],
  key0: number,
  key1: number,
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(c0 >>> 0, 0xd2511f53);
    const low0 = Math.imul(c0, 0xd2511f53);
    const high1 = multiplyHigh(c2 >>> 0, 0xcd9e8d57);
    const low1 = Math.imul(c2, 0xcd9e8d57);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/**
 * Four standard normals from one Philox block, by Box-Muller on the word pairs (0, 1) and (2, 3).
 *
 * u = ((word >>> 8) + 1) / 2^24 in (0, 1], angle = 2 pi word' / 2^32; cosine first, sine second.
 */
export function philoxNormals(
  counter: readonly [number, number, number, number],
  key0: number,
  key1: number,
): [number, number, number, number] {
  const words = philox(counter, key0, key1);
  const pair = (a: number, b: number): [number, number] => {
    const radius = Math.sqrt(-2 * Math.log(((a >>> 8) + 1) / 16777216));
    const angle = (2 * Math.PI * b) / 4294967296;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  };
  const [n0, n1] = pair(words[0], words[1]);
  const [n2, n3] = pair(words[2], words[3]);
  return [n0, n1, n2, n3];
}
