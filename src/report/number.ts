// How numbers and units are written in figures and tables.

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const toSuperscript = (exponent: number): string =>
  `${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((d) => superscripts[Number(d)]).join("")}`;

/**
 * A number for a reader: `digits` significant digits, a true minus sign, powers of ten in full.
 *
 * Whole numbers below a million are counts and keep all their digits. A dash stands for a value
 * that is missing or not finite.
 *
 * @param value   The number.
 * @param digits  Significant digits (default 3).
 * @returns       "0.0312", "−1.50", "2.40 × 10⁻⁵", "–".
 */
export function formatNumber(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return sign + String(size);
  const [mantissa, power] = size.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent > 5) return `${sign}${mantissa} × 10${toSuperscript(exponent)}`;
  return sign + size.toFixed(Math.max(0, digits - 1 - exponent));
}

/** A number and its unit: "0.0312 V", or the number alone where there is no unit. */
export function formatQuantity(value: number, unit: string, digits = 3): string {
  return unit === "" || unit === "1"
    ? formatNumber(value, digits)
    : `${formatNumber(value, digits)} ${unit}`;
}

/** "name (unit)", or the name alone where the quantity has no unit ("" or "1"). */
export function axisLabel(name: string, unit: string): string {
  return unit === "" || unit === "1" ? name : `${name} (${unit})`;
}

/** A time axis in the unit that suits its length. */
export interface TimeUnit {
  readonly unit: string;
  /** Multiply seconds by this. */
  readonly perSecond: number;
}

/** The SI unit in which a duration in seconds is at least one ("ps" to "s"). */
export function timeUnit(duration: number): TimeUnit {
  const units: readonly TimeUnit[] = [
    { unit: "s", perSecond: 1 },
    { unit: "ms", perSecond: 1e3 },
    { unit: "µs", perSecond: 1e6 },
    { unit: "ns", perSecond: 1e9 },
    { unit: "ps", perSecond: 1e12 },
  ];
  return units.find(({ perSecond }) => duration * perSecond >= 1) ?? units[units.length - 1];
}
