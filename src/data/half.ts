// IEEE 754 half precision: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits.

/** The number that 16 bits of half precision stand for. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The nearest half-precision number as 16 bits; ties to even, overflow to infinity. */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  let exponent = -14;
  while (2 ** (exponent + 1) <= size) exponent++;
  const scaled = size / 2 ** (exponent - 10);
  const below = Math.floor(scaled);
  const rest = scaled - below;
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
  // Subnormals have rounded < 1024; a carry to 2048 moves into the exponent by itself.
  return sign | (((exponent + 14) << 10) + rounded);
}
