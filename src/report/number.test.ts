import { expect, test } from "vitest";
import { domainOf } from "./chart.ts";
import { formatNumber, formatQuantity, timeUnit } from "./number.ts";
import { histogram, quantiles, standardDeviation } from "./statistics.ts";
import { displayWidth, formatTable } from "./terminal.ts";

test("numbers have three significant digits, counts all of theirs, and a true minus sign", () => {
  const written = [0, 1234, -0.5, 0.031249, 123.456, 99.96, 0.00002399, 6.02e23, Number.NaN];
  expect(written.map((value) => formatNumber(value))).toEqual([
    "0",
    "1234",
    "−0.500",
    "0.0312",
    "123",
    "100",
    "2.40 × 10⁻⁵",
    "6.02 × 10²³",
    "–",
  ]);
  expect(formatQuantity(0.25, "V")).toBe("0.250 V");
});

test("a time axis is written in the unit in which its length is at least one", () => {
  expect([3, 0.02, 5e-6, 1e-15].map((seconds) => timeUnit(seconds).unit)).toEqual([
    "s",
    "ms",
    "µs",
    "ps",
  ]);
});

// NumPy 1.26: np.quantile([3, 1, 2, 10], [0, .25, .5, .9]); np.std([3, 1, 2, 10], ddof=1)
test("quantiles and standard deviation agree with NumPy to 12 digits", () => {
  const expected = [1, 1.75, 2.5, 7.9];
  quantiles([3, 1, 2, Number.NaN, 10], [0, 0.25, 0.5, 0.9]).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 12);
  });
  expect(standardDeviation([3, 1, 2, 10])).toBeCloseTo(4.08248290463863, 12);
});

test("a histogram counts its upper edge in the last bin, and nothing outside", () => {
  expect(histogram([0, 0.5, 1, 7], [0, 1], 2).shares).toEqual([0.25, 0.5]);
});

test("an axis domain is finite and of positive length, whatever is drawn", () => {
  for (const values of [[], [Number.NaN], [3, 3], [0], [-1e-30, 1e-30]]) {
    const [low, high] = domainOf([values]);
    expect(Number.isFinite(low) && Number.isFinite(high) && low < high).toBe(true);
  }
});

test("a terminal table aligns numbers at the right and wide characters by their width", () => {
  expect(displayWidth("e\u0301日本")).toBe(5);
  const rows = [
    ["日本", 0.928, "x"],
    ["noise-aware", -0.83, "\u001b[31mred"],
    ["none", null],
  ];
  expect(
    formatTable(rows, { columns: ["arm", "accuracy", "note"], indent: 2 }),
  ).toMatchInlineSnapshot(`
    "  arm          accuracy  note
      ───────────  ────────  ────────
      日本            0.928  x
      noise-aware    −0.830   [31mred
      none                –
    "
  `);
  expect(formatTable([])).toBe("");
});
