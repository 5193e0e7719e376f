// Randomness is an argument: a stream is a 64-bit key, and named children never overlap.
// Sequential draws on the host use xoshiro128** (Blackman and Vigna 2018); draws that must not
// depend on order use the counter-based Philox4x32-10 (Salmon et al. 2011), see philox.ts.

/** A named source of randomness: two 32-bit words, the key of the counter-based generator. */
export interface Stream {
  readonly key0: number;
  readonly key1: number;
}

/** Sequential draws from one stream. */
export interface Generator {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
  /** 32 random bits, unsigned. */
  bits(): number;
  /** Where it stands: all that {@link Generator.restore} needs. */
  save(): GeneratorState;
  /** Go on from where a generator stood. */
  restore(state: GeneratorState): void;
}

/** Four 32-bit words, and after an odd number of normals the one still to come. */
export type GeneratorState = readonly number[];

const mix = (word: number): number => {
  let z = word | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
};

/** The stream of a seed. Equal seeds give equal streams on every machine. */
export function createStream(seed: number): Stream {
  const low = seed >>> 0;
  const high = Math.floor(seed / 4294967296) >>> 0;
  return { key0: mix(low ^ 0x9e3779b9), key1: mix(high ^ mix(low) ^ 0x7f4a7c15) };
}

/**
 * A child stream, independent of its parent and of all siblings with other names.
 *
 * @param stream  The parent.
 * @param name    A word for the use ("thermal", "initial weights") or an index.
 */
export function childStream(stream: Stream, name: string | number): Stream {
  const text = typeof name === "number" ? `#${name}` : name;
  let a = stream.key0;
  let b = stream.key1;
  for (let i = 0; i < text.length; i++) {
    a = mix(a ^ Math.imul(text.charCodeAt(i) + 1, 0x9e3779b1));
    b = mix((b + Math.imul(text.charCodeAt(i) + 1, 0x85ebca77)) ^ a);
  }
  return { key0: mix(a ^ 0x165667b1), key1: mix(b ^ 0x27d4eb2f) };
}

/** Start sequential draws from the beginning of a stream. */
export function createGenerator(stream: Stream): Generator {
  let a = mix(stream.key0 ^ 0x243f6a88);
  let b = mix(stream.key1 ^ 0x85a308d3);
  let c = mix(stream.key0 + 0x13198a2e);
  let d = mix(stream.key1 + 0x03707344) | 1;
  let spare: number | undefined;
  const bits = (): number => {
    let r = Math.imul(b, 5);
    r = Math.imul((r << 7) | (r >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return r;
  };
  const uniform = (): number => ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  for (let i = 0; i < 8; i++) bits();
  return {
    ...{ bits, uniform, normal, integer: (below) => Math.floor(uniform() * below) },
    save: () => [a | 0, b | 0, c | 0, d | 0, ...(spare === undefined ? [] : [spare])],
    restore: (state) => {
      [a, b, c, d, spare] = state;
    },
  };
}

/** A random order of 0 .. count - 1 (Fisher-Yates). */
export function permutation(generator: Generator, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = generator.integer(i + 1);
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}
