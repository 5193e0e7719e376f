import { formatNumber } from "./number.ts";
import type { Cell } from "./table.ts";

/** Options of {@link formatTable}. */
export interface TerminalTableOptions {
  /** Headings, underlined; none where left out. */
  readonly columns?: readonly string[];
  /** Spaces before each line (default 0). */
  readonly indent?: number;
  /** Spaces between columns (default 2). */
  readonly gap?: number;
}

// East Asian wide and fullwidth forms, and emoji, take two columns (Unicode TR11).
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const zero = /[\p{M}\p{Cf}]/u;

/** Columns that text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (zero.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}

const toText = (cell: Cell): string =>
  typeof cell === "string" ? cell.replace(/[\p{Cc}]+/gu, " ") : formatNumber(cell);

/**
 * Rows as plain text in aligned columns, without colour.
 *
 * A column whose cells are all numbers is aligned at the right. Control characters become spaces,
 * so that a name from a file cannot move the cursor.
 *
 * @param rows     Cells may be missing at the end of a row.
 * @param options  `columns` for headings; `indent`; `gap`.
 * @returns        Lines without trailing spaces, ended by a line feed each; "" of nothing.
 */
export function formatTable(
  rows: readonly (readonly Cell[])[],
  options: TerminalTableOptions = {},
): string {
  const { columns, indent = 0, gap = 2 } = options;
  const body = rows.map((row) => row.map(toText));
  const heading = columns?.map(toText);
  const lines = heading ? [heading, ...body] : body;
  const count = lines.reduce((most, line) => Math.max(most, line.length), 0);
  const each = Array.from({ length: count }, (_, column) => column);
  const widths = each.map((column) =>
    lines.reduce((most, line) => Math.max(most, displayWidth(line[column] ?? "")), 0),
  );
  const right = each.map((column) => {
    const cells = rows
      .map((row) => row[column])
      .filter((cell) => cell !== null && cell !== undefined);
    return cells.length > 0 && cells.every((cell) => typeof cell === "number");
  });
  const layOut = (line: readonly string[]): string => {
    const cells = each.map((column) => {
      const text = line[column] ?? "";
      const space = " ".repeat(widths[column] - displayWidth(text));
      return right[column] ? space + text : text + space;
    });
    return `${" ".repeat(indent)}${cells.join(" ".repeat(gap))}`.trimEnd();
  };
  const written = lines.map(layOut);
  if (heading) written.splice(1, 0, layOut(widths.map((width) => "─".repeat(width))));
  return written.map((line) => `${line}\n`).join("");
}
