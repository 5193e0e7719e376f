// Tables in text: comma, semicolon, tab or blanks between numbers, a header with names and units.
import { type Fault, fault } from "../base/index.ts";

/** One column of a table. */
export interface CsvColumn {
  readonly name: string;
  /** From the header: "field (mT)", "field [mT]", or a second line of units. */
  readonly unit: string;
  /** NaN where a cell is empty or says that nothing was measured. */
  readonly values: Float64Array;
  /** The first cell that is no number, for a message if the column is asked for. */
  readonly text?: { readonly line: number; readonly cell: string };
}

/**
 * Read a table.
 *
 * The delimiter is a tab, a semicolon, a comma or blanks, the first of these that the header has;
 * with a tab or a semicolon numbers may have a decimal comma. Lines of # or % are remarks; the last
 * one before the data is the header where there is no other (as `np.savetxt` writes it).
 *
 * @param bytes  UTF-8, UTF-16 with its mark, or Windows-1252.
 * @param where  The file's name, for messages.
 * @throws       `unreadable-file` if there are no numbers, or lines of different length.
 */
export function parseCsv(bytes: Uint8Array, where = "parseCsv"): readonly CsvColumn[] {
  const lines = linesOf(decode(bytes, where));
  const head = readHead(lines, where);
  const width = head.first.length;
  const texts = new Map<number, { line: number; cell: string }>();
  let cells = new Float64Array(256);
  let rows = 0;
  const add = (row: readonly string[], line: number): void => {
    if (row.length !== width) throw uneven(where, line, row.length, width);
    if ((rows + 1) * width > cells.length) cells = grown(cells, (rows + 1) * width);
    row.forEach((cell, i) => {
      const value = toNumber(cell);
      cells[rows * width + i] = value;
      if (!Number.isNaN(value) || isMissing(cell) || texts.has(i)) return;
      texts.set(i, { line, cell: cell.slice(0, 40) });
    });
    rows++;
  };
  add(head.first, head.line);
  for (const { text, line } of lines) {
    if (text.trim() !== "" && !isRemark(text)) add(head.split(text), line);
  }
  return Array.from({ length: width }, (_, i) => ({
    ...nameOf(head.names[i] ?? "", head.units[i], i),
    values: Float64Array.from({ length: rows }, (_, row) => cells[row * width + i]),
    text: texts.get(i),
  }));
}

interface Line {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

interface Head {
  readonly split: (line: string) => string[];
  readonly names: readonly string[];
  readonly units: readonly string[];
  /** The first line of numbers. */
  readonly first: readonly string[];
  readonly line: number;
}

/** Takes lines as far as the first one with a number. */
function readHead(lines: Iterator<Line>, where: string): Head {
  const titles: string[][] = [];
  let split: Head["split"] | undefined;
  let remark = "";
  for (let next = lines.next(); !next.done; next = lines.next()) {
    const { text, line } = next.value;
    if (text.trim() === "") continue;
    if (isRemark(text)) {
      if (titles.length === 0) remark = text.replace(/^\s*[#%]+\s*/, "");
      continue;
    }
    split ??= splitterOf(text);
    const row = split(text);
    const width = titles[0]?.length ?? row.length;
    if (row.length !== width) throw uneven(where, line, row.length, width);
    // A line of titles, then one of units; a third without any number is faulty data.
    const isTitle = row.every((cell) => Number.isNaN(toNumber(cell)) && !isMissing(cell));
    if (isTitle && titles.length < 2) titles.push(row);
    else {
      const named = titles.length === 0 ? split(remark) : titles[0];
      const names = named.length === width ? named : [];
      return { split, names, units: titles[1] ?? [], first: row, line };
    }
  }
  throw notTable(where, "no line of numbers");
}

const isRemark = (text: string): boolean => /^\s*[#%]/.test(text);

function decode(bytes: Uint8Array, where: string): string {
  if (bytes.length > 2 ** 29) throw notTable(where, `${bytes.length} bytes of text`);
  const mark = (bytes[0] << 8) | bytes[1];
  if (mark === 0xfffe) return new TextDecoder("utf-16le").decode(bytes);
  if (mark === 0xfeff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes.subarray(0, 2 ** 16).includes(0)) throw notTable(where, "bytes that are not text");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function* linesOf(text: string): Generator<Line> {
  for (let from = 0, line = 1; from < text.length; line++) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    yield { text: text.slice(from, to).replace(/\r$/, ""), line };
    from = to + 1;
  }
}

function splitterOf(line: string): (line: string) => string[] {
  const bare = line.replaceAll(/"[^"]*"/g, "");
  const delimiter = ["\t", ";", ","].find((candidate) => bare.includes(candidate));
  // A blank before a bracket belongs to a name and its unit: "field (mT)".
  if (delimiter === undefined)
    return (text) =>
      text
        .trim()
        .split(/\s+(?![([])/)
        .map(unquote);
  const hasComma = delimiter !== ",";
  const cell = (text: string): string => {
    const plain = unquote(text.trim());
    return hasComma && /^[^.,]*\d,\d[^.,]*$/.test(plain) ? plain.replace(",", ".") : plain;
  };
  const quoted = new RegExp(`(?:"(?:[^"]|"")*"|[^${delimiter}"])*(?:${delimiter}|$)`, "y");
  return (text) => {
    if (!text.includes('"')) return text.split(delimiter).map(cell);
    const cells: string[] = [];
    quoted.lastIndex = 0;
    for (let at = 0; at <= text.length; at = quoted.lastIndex) {
      const found = quoted.exec(text)?.[0];
      if (found === undefined) return [text];
      cells.push(cell(found.endsWith(delimiter) ? found.slice(0, -1) : found));
      if (!found.endsWith(delimiter)) break;
    }
    return cells;
  };
}

const unquote = (text: string): string =>
  text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll('""', '"')
    : text;

const isMissing = (cell: string): boolean => /^$|^-?nan$|^n\/?a$|^null$|^#n\/a$/i.test(cell);

/** Strict: neither "0x10" nor "1e" nor a date is a number; "1.5D-3" of Fortran is. */
function toNumber(cell: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/.test(cell))
    return Number(cell.replace(/[dD]/, "e"));
  const infinite = /^([+-]?)inf(inity)?$/i.exec(cell);
  return infinite ? (infinite[1] === "-" ? -Infinity : Infinity) : Number.NaN;
}

/** "field (mT)", "field [mT]" or "field"; a name that is left out is the column's number. */
export function parseChannelName(text: string): { name: string; unit: string } {
  const [, name = "", round, square] =
    /^(.*?)\s*(?:\(([^()]*)\)|\[([^[\]]*)\])?$/s.exec(text.trim()) ?? [];
  return { name, unit: (round ?? square ?? "").trim() };
}

function nameOf(
  title: string,
  unit: string | undefined,
  i: number,
): { name: string; unit: string } {
  const parsed = parseChannelName(title);
  const bareUnit = unit?.replace(/^[([](.*)[)\]]$/, "$1");
  return { name: parsed.name || `column ${i + 1}`, unit: bareUnit ?? parsed.unit };
}

function grown(cells: Float64Array, needed: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(2 * cells.length, needed));
  larger.set(cells);
  return larger;
}

const uneven = (where: string, line: number, got: number, expected: number): Fault =>
  fault("unreadable-file", {
    where,
    what: `line ${line} has another number of columns than the lines before it`,
    got: `${got}`,
    expected: `${expected}`,
    fix: "Mend the line; leave a cell empty where nothing was measured",
  });

const notTable = (where: string, got: string): Fault =>
  fault("unreadable-file", {
    where,
    what: "this is not a readable table",
    got,
    expected: "a header and lines of numbers with commas, semicolons, tabs or blanks between them",
    fix: "Export it as plain CSV; for large data use .npz or .h5",
  });
