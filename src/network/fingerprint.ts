// Tells one training from another. Not for secrets: two things may share a fingerprint, seldom by chance.

/** Gathers what a fingerprint is of. */
export interface Fingerprint {
  readonly addText: (text: string) => void;
  readonly addNumbers: (values: ArrayLike<number>) => void;
  /** 16 hexadecimal digits. */
  readonly toText: () => string;
}

/** Begin with nothing. @source  Fowler, Noll and Vo's hash, with a second one beside it. */
export function createFingerprint(): Fingerprint {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  const add = (word: number): void => {
    a = Math.imul(a ^ word, 0x01000193);
    b = Math.imul(b ^ word ^ (a >>> 15), 0x85ebca6b);
  };
  const text = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
  return {
    addText(value) {
      for (let i = 0; i < value.length; i++) add(value.charCodeAt(i));
    },
    addNumbers(values) {
      for (const word of new Uint32Array(Float64Array.from(values).buffer)) add(word);
    },
    toText: () => text(a) + text(b),
  };
}
