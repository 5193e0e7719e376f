/** A time such as "60s", "2min" or "1.5h"; a number alone is in seconds. */
export const durationForm: RegExp = /^\s*(\d+(?:\.\d+)?)\s*(s|min|m|h)?\s*$/;

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600 };

/**
 * Seconds of a duration.
 *
 * @param text  Digits with an optional unit: s, min (or m), h.
 * @returns     s; NaN if the text is no duration.
 */
export function parseDuration(text: string): number {
  const [, digits, unit = "s"] = durationForm.exec(text) ?? [];
  return digits === undefined ? Number.NaN : Number(digits) * secondsOf[unit];
}

/** Seconds as "2.5 ms", "42 s", "3.1 min" or "5.2 h". */
export function formatSeconds(seconds: number): string {
  const digits = (value: number): string => String(Number(value.toPrecision(3)));
  if (seconds >= 7200) return `${digits(seconds / 3600)} h`;
  if (seconds >= 120) return `${digits(seconds / 60)} min`;
  if (seconds >= 1 || seconds === 0) return `${digits(seconds)} s`;
  const power = Math.min(3, Math.ceil(-Math.log10(seconds) / 3));
  return `${digits(seconds * 1000 ** power)} ${["s", "ms", "us", "ns"][power]}`;
}

/** Bytes as "12 kB" or "1.4 GB". */
export function formatBytes(bytes: number): string {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${["B", "kB", "MB", "GB"][power]}`;
}
