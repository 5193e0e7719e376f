import { expect, test } from "vitest";
import { parseChannelName, parseCsv } from "./csv.ts";

const parse = (text: string) => parseCsv(new TextEncoder().encode(text), "a.csv");
const columnsOf = (text: string) =>
  parse(text).map(({ name, unit, values }) => [name, unit, ...values]);
const messageOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return "no fault";
};
const two = [
  ["t", "s", 0, 1],
  ["I", "mA", 1.5, -2],
];

test.each([
  ["commas and round brackets", "t (s),I (mA)\n0,1.5\n1,-2\n"],
  ["square brackets and Windows line ends", "t [s],I [mA]\r\n0,1.5\r\n1,-2\r\n"],
  ["semicolons and decimal commas", "t (s);I (mA)\n0;1,5\n1;-2\n"],
  ["tabs and a line of units", "t\tI\n(s)\tmA\n0\t1.5\n1\t-2"],
  ["blanks", "t(s)  I(mA)\n  0   1.5\n  1  -2\n"],
  ["a header in a remark, as np.savetxt writes", "# made today\n# t (s),I (mA)\n0,1.5\n1,-2\n"],
  ["quotes", '"t (s)","I (mA)"\n"0","1.5"\n1,-2\n'],
  [
    "a mark of the byte order, blank lines and exponents",
    "\ufefft (s),I (mA)\n\n0,15D-1\n1,-.2e1\n",
  ],
])("a table with %s is read", (_, text) => {
  expect(columnsOf(text)).toEqual(two);
});

test("names may hold the delimiter and quotes where they are quoted", () => {
  expect(parse('"a, ""b""",c\n1,2\n').map(({ name }) => name)).toEqual(['a, "b"', "c"]);
});

test("UTF-16 and Windows-1252 are told from UTF-8", () => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("I (µA)\n1\n", "utf16le")]);
  const windows = Buffer.from("I (µA)\n1\n", "latin1");
  for (const bytes of [utf16, windows]) expect(parseCsv(bytes)[0].unit).toBe("µA");
});

test("what is missing is NaN, what is no number is kept for a message", () => {
  const [a, b] = parse("a,b\n1,\nNaN,2\nn/a,0x10\n-inf,1e\n");
  expect([...a.values]).toEqual([1, Number.NaN, Number.NaN, -Infinity]);
  expect([...b.values]).toEqual([Number.NaN, 2, Number.NaN, Number.NaN]);
  expect([a.text, b.text]).toEqual([undefined, { line: 4, cell: "0x10" }]);
});

test("columns without a header are numbered", () => {
  expect(columnsOf("1 2\n3 4\n")).toEqual([
    ["column 1", "", 1, 3],
    ["column 2", "", 2, 4],
  ]);
});

test("a channel's unit is what stands in brackets at its end", () => {
  expect(parseChannelName("R (2 K) (ohm)")).toEqual({ name: "R (2 K)", unit: "ohm" });
  expect(parseChannelName("V/I")).toEqual({ name: "V/I", unit: "" });
});

test("lines of different length, tables without numbers and bytes are refused with a reason", () => {
  expect(messageOf(() => parse("a,b\n1,2\n3\n"))).toMatchInlineSnapshot(
    `"a.csv: line 3 has another number of columns than the lines before it. Got 1, expected 2. Mend the line; leave a cell empty where nothing was measured."`,
  );
  expect(messageOf(() => parse("a,b\n"))).toMatchInlineSnapshot(
    `"a.csv: this is not a readable table. Got no line of numbers, expected a header and lines of numbers with commas, semicolons, tabs or blanks between them. Export it as plain CSV; for large data use .npz or .h5."`,
  );
  expect(messageOf(() => parse("a\0b\n1"))).toMatchInlineSnapshot(
    `"a.csv: this is not a readable table. Got bytes that are not text, expected a header and lines of numbers with commas, semicolons, tabs or blanks between them. Export it as plain CSV; for large data use .npz or .h5."`,
  );
});
