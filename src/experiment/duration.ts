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
