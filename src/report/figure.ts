import { fault } from "../base/index.ts";
import { type CsvColumn, formatCsv } from "./csv.ts";
import { composeFigure, type LegendEntry, type Panel } from "./svg.ts";

/** A figure with the numbers it draws. */
export interface Figure {
  /** File name without extension: lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly title: string;
  /** What is drawn, and what to look for. */
  readonly caption: string;
  /** A complete SVG document. */
  readonly svg: string;
  /** Exactly the data drawn, each column headed by its name and unit. */
  readonly csv: string;
}

/** Words of a figure that a caller may replace. */
export interface FigureWords {
  /** Lower-case letters, digits and hyphens; unique within a report. */
  readonly name?: string;
  readonly title?: string;
  readonly caption?: string;
}

/** Name and title of a figure: the caller's words where given, else the figure's own. */
export function nameFigure(
  words: FigureWords,
  own: { readonly name: string; readonly title: string },
): { readonly name: string; readonly title: string } {
  const name = words.name ?? own.name;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    throw fault("bad-value", {
      where: "report.nameFigure",
      what: "the name of a figure must also do as a file name",
      got: JSON.stringify(name),
      expected: "lower-case letters, digits and single hyphens",
      fix: 'Choose a name such as "device-against-twin-2"',
    });
  }
  return { name, title: words.title ?? own.title };
}

/** What a kind of figure says of itself, and what it draws. */
export interface FigureParts {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  /** From top to bottom, each row from left to right. */
  readonly rows: readonly (readonly Panel[])[];
  readonly legend?: readonly LegendEntry[];
  readonly columns: readonly CsvColumn[];
}

/** Put a figure together; the caller's words come before the figure's own. */
export function finishFigure(words: FigureWords, parts: FigureParts): Figure {
  const { name, title } = nameFigure(words, parts);
  return {
    name,
    title,
    caption: words.caption ?? parts.caption,
    svg: composeFigure(title, parts.rows, parts.legend),
    csv: formatCsv(parts.columns),
  };
}

/** Write a count with its noun: "1 repeat", "20 repeats". */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
