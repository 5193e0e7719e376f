import { fault } from "../base/index.ts";
import { axisLabel, formatNumber } from "./number.ts";
import { escapeText } from "./svg.ts";

/** What stands in a table: text, a number, or nothing. */
export type Cell = string | number | null | undefined;

/** A column of a table. */
export interface TableColumn {
  readonly heading: string;
  /** Written after the heading in brackets. */
  readonly unit?: string;
  /** Significant digits of its numbers (default 3). */
  readonly digits?: number;
}

/** A table with its caption. */
export interface ReportTable {
  readonly caption?: string;
  readonly columns: readonly (TableColumn | string)[];
  /** Each row has a cell per column. */
  readonly rows: readonly (readonly Cell[])[];
}

const isNumeric = (rows: readonly (readonly Cell[])[], column: number): boolean => {
  const cells = rows
    .map((row) => row[column])
    .filter((cell) => cell !== null && cell !== undefined);
  return cells.length > 0 && cells.every((cell) => typeof cell === "number");
};

/**
 * A table as HTML, numbers to three significant digits and aligned at the right.
 *
 * @param rows     A cell per column; nothing, or a number that is not finite, becomes a dash.
 * @param columns  Headings with unit; text alone is a heading.
 * @param caption  Plain text, above the table.
 * @returns        A `table` element; all text is escaped.
 * @throws         `shape-mismatch` if a row has more or fewer cells than there are columns.
 */
export function formatHtmlTable(
  rows: readonly (readonly Cell[])[],
  columns: readonly (TableColumn | string)[],
  caption?: string,
): string {
  const full = columns.map((column) => (typeof column === "string" ? { heading: column } : column));
  const odd = rows.findIndex((row) => row.length !== full.length);
  if (odd >= 0) {
    throw fault("shape-mismatch", {
      where: "report.formatHtmlTable",
      what: `row ${odd} does not fit the columns`,
      got: `${rows[odd].length} cells`,
      expected: `${full.length}: ${full.map(({ heading }) => heading).join(", ")}`,
      fix: "Give every row a cell per column, null where there is nothing",
    });
  }
  const side = full.map((_, i) => (isNumeric(rows, i) ? ' class="number"' : ""));
  const head = full.map(
    ({ heading, unit = "" }, i) =>
      `<th scope="col"${side[i]}>${escapeText(axisLabel(heading, unit))}</th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map((cell, i) => {
      const text = typeof cell === "string" ? cell : formatNumber(cell, full[i].digits);
      return `<td${side[i]}>${escapeText(text)}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const above = caption === undefined ? "" : `<caption>${escapeText(caption)}</caption>`;
  return `<table>${above}<thead><tr>${head.join("")}</tr></thead><tbody>${body.join("\n")}</tbody></table>`;
}
