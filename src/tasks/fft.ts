/** Tables of a transform of one size, to be used many times. */
export interface PowerSpectrum {
  readonly size: number;
  /**
   * |DFT|^2 of a real frame, bins 0 to size/2.
   *
   * @param frame  [size]; overwritten.
   * @param power  [size/2 + 1], filled.
   */
  readonly run: (frame: Float64Array, power: Float64Array) => void;
}

/**
 * Plan the power spectrum of real frames: Cooley and Tukey 1965, radix 2, in place.
 *
 * @param size  A power of two.
 */
export function planPowerSpectrum(size: number): PowerSpectrum {
  const cosines = Float64Array.from({ length: size / 2 }, (_, k) =>
    Math.cos((2 * Math.PI * k) / size),
  );
  const sines = Float64Array.from(
    { length: size / 2 },
    (_, k) => -Math.sin((2 * Math.PI * k) / size),
  );
  const reversed = reverseBits(size);
  const imaginary = new Float64Array(size);
  const run = (real: Float64Array, power: Float64Array): void => {
    imaginary.fill(0);
    for (let i = 0; i < size; i++) {
      const j = reversed[i];
      if (j <= i) continue;
      const kept = real[i];
      real[i] = real[j];
      real[j] = kept;
    }
    for (let half = 1; half < size; half *= 2) {
      const stride = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const [a, b] = [start + k, start + k + half];
          const c = cosines[k * stride];
          const s = sines[k * stride];
          const re = real[b] * c - imaginary[b] * s;
          const im = real[b] * s + imaginary[b] * c;
          real[b] = real[a] - re;
          imaginary[b] = imaginary[a] - im;
          real[a] += re;
          imaginary[a] += im;
        }
      }
    }
    for (let k = 0; k <= size / 2; k++) power[k] = real[k] * real[k] + imaginary[k] * imaginary[k];
  };
  return { size, run };
}

function reverseBits(size: number): Int32Array {
  const reversed = new Int32Array(size);
  for (let i = 1; i < size; i++) reversed[i] = (reversed[i >> 1] >> 1) + (i & 1 ? size / 2 : 0);
  return reversed;
}
