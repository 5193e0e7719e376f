// The numbers behind a figure, as RFC 4180 text. Columns may differ in length: a figure with
// several panels puts them side by side, each with its own unit in its header.

/** One column: what it holds, with its unit, and its values. */
export interface CsvColumn {
  /** "time (ms)". */
  readonly heading: string;
  readonly values: ArrayLike<number | string | null>;
}

const quote = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

const formatCell = (value: number | string | null | undefined): string => {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return quote(value);
  return Number.isFinite(value) ? String(Number(value.toPrecision(9))) : "";
};

/**
 * Write columns as comma-separated values.
 *
 * @param columns  May differ in length; shorter ones end in empty cells.
 * @returns        A header line, then rows. Numbers keep 9 significant digits (a 32-bit float
 *                 exactly); a value that is missing or not finite is an empty cell.
 */
export function formatCsv(columns: readonly CsvColumn[]): string {
  const rows = columns.reduce((most, { values }) => Math.max(most, values.length), 0);
  const lines = [columns.map(({ heading }) => quote(heading)).join(",")];
  for (let row = 0; row < rows; row++) {
    lines.push(columns.map(({ values }) => formatCell(values[row])).join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** Columns of a list of rows: each heading with what it takes from a row. */
export function tabulate<Row>(
  rows: readonly Row[],
  fields: Readonly<Record<string, (row: Row) => number | string | null>>,
): CsvColumn[] {
  return Object.entries(fields).map(([heading, take]) => ({ heading, values: rows.map(take) }));
}
