// For tests that need sound in a file.

/** What is unlike 16-bit PCM of one channel at 8 kHz. */
export interface WavParts {
  readonly bits?: number;
  readonly channels?: number;
  /** 1 is PCM. */
  readonly code?: number;
  /** Hz */
  readonly rate?: number;
  /** A chunk before the data. */
  readonly extra?: readonly number[];
}

/** A wav file by the book. */
export const formatWav = (data: readonly number[], parts: WavParts = {}): Uint8Array => {
  const { bits = 16, channels = 1, code = 1, extra, rate = 8000 } = parts;
  const each = bits / 8;
  const text = (word: string): number[] => [...word].map((c) => c.charCodeAt(0));
  const number = (value: number, bytes: number): number[] =>
    Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 255);
  const format = [
    ...number(code, 2),
    ...number(channels, 2),
    ...number(rate, 4),
    ...number(rate * channels * each, 4),
    ...number(channels * each, 2),
    ...number(bits, 2),
  ];
  const chunk = (id: string, bytes: readonly number[]): number[] => [
    ...text(id),
    ...number(bytes.length, 4),
    ...bytes,
    ...(bytes.length % 2 ? [0] : []),
  ];
  const body = [
    ...text("WAVE"),
    ...chunk("fmt ", format),
    ...(extra ? chunk("LIST", extra) : []),
    ...chunk(
      "data",
      data.flatMap((value) => number(value < 0 ? value + 65536 : value, each)),
    ),
  ];
  return Uint8Array.from([...text("RIFF"), ...number(body.length, 4), ...body]);
};
