// Small pieces of SVG text, and the frame that turns panels into one figure.

import { colour, figureStyle } from "./palette.ts";

/** Escape text for HTML and SVG, in content and in quoted attributes. */
export function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A coordinate in pixels, to a hundredth. */
export function pixel(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** An SVG element. Attributes that are undefined are left out; numbers are pixels. */
export function element(
  tag: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = "",
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const text = typeof value === "number" ? pixel(value) : escapeText(String(value));
      return ` ${key}="${text}"`;
    })
    .join("");
  return content === "" ? `<${tag}${written}/>` : `<${tag}${written}>${content}</${tag}>`;
}

/** A drawing with its size in pixels, to be placed in a figure. */
export interface Panel {
  readonly width: number;
  readonly height: number;
  /** SVG elements; the origin is the top left corner. */
  readonly content: string;
  /** Short title, written above the drawing after the panel's letter. */
  readonly heading?: string;
  /** What the upright axis shows, with its unit; written above the drawing, in grey. */
  readonly quantity?: string;
}

/** One line of a legend. */
export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly mark: "line" | "dashed" | "dot" | "band" | "line and band";
}

/** Rough width of text in pixels, for placing what follows it. */
export function textWidth(text: string, fontSize: number): number {
  return text.length * fontSize * 0.54;
}

const fontSize = 11.5;
const headingHeight = 20;
const legendHeight = 22;
const rowGap = 6;

const drawMark = ({ mark, colour: paint }: LegendEntry): string => {
  if (mark === "dot") return element("circle", { cx: 10, cy: 0, r: 4, fill: paint });
  const band = element("rect", {
    x: 0,
    y: -5,
    width: 20,
    height: 10,
    fill: paint,
    "fill-opacity": 0.28,
  });
  const line = element("line", {
    x1: 0,
    x2: 20,
    y1: 0,
    y2: 0,
    stroke: paint,
    "stroke-width": 2,
    "stroke-dasharray": mark === "dashed" ? "4 3" : undefined,
  });
  if (mark === "band") return band;
  return mark === "line and band" ? band + line : line;
};

const drawLegend = (
  entries: readonly LegendEntry[],
  width: number,
): { readonly content: string; readonly height: number } => {
  let [x, y] = [4, 12];
  const pieces = entries.map((entry) => {
    const needed = 26 + textWidth(entry.label, fontSize) + 20;
    if (x > 4 && x + needed > width + 20) {
      x = 4;
      y += legendHeight - 4;
    }
    const label = element(
      "text",
      { x: 26, y: 0, dy: "0.34em", fill: "currentColor" },
      escapeText(entry.label),
    );
    const piece = element(
      "g",
      { transform: `translate(${pixel(x)},${y})` },
      drawMark(entry) + label,
    );
    x += needed;
    return piece;
  });
  return { content: pieces.join(""), height: entries.length === 0 ? 0 : y + legendHeight - 7 };
};

const lineHeight = (panel: Panel): number =>
  panel.heading === undefined && panel.quantity === undefined ? 0 : headingHeight;

/** The line above a panel: its letter, its short title, what its upright axis shows. */
const drawHeading = ({ heading, quantity }: Panel, letter: string): string => {
  const pieces: string[] = [];
  if (letter !== "") pieces.push(element("tspan", { "font-weight": 700 }, letter));
  if (heading !== undefined) {
    pieces.push(element("tspan", { dx: letter === "" ? 0 : 6 }, escapeText(heading)));
  }
  if (quantity !== undefined) {
    const style = { fill: colour("muted"), dx: pieces.length === 0 ? 0 : 12 };
    pieces.push(element("tspan", style, escapeText(quantity)));
  }
  return element("text", { x: 4, y: 13, fill: "currentColor" }, pieces.join(""));
};

const drawPanelAt = (panel: Panel, x: number, y: number, letter: string): string => {
  const shift = lineHeight(panel);
  const above = shift === 0 ? "" : drawHeading(panel, letter);
  return element(
    "g",
    { transform: `translate(${pixel(x)},${pixel(y)})` },
    above + element("g", { transform: `translate(0,${shift})` }, panel.content),
  );
};

/**
 * Put panels, a legend and the style sheet together as one SVG document.
 *
 * @param title   Read aloud by a screen reader.
 * @param rows    Panels from top to bottom, each row from left to right. Panels get the letters
 *                a, b, c … where more than one has a heading.
 * @param legend  Drawn above the panels; wraps.
 * @returns       SVG text that loads nothing and reads on a light and on a dark ground.
 */
export function composeFigure(
  title: string,
  rows: readonly (readonly Panel[])[],
  legend: readonly LegendEntry[] = [],
): string {
  const width = Math.max(...rows.map((row) => row.reduce((sum, panel) => sum + panel.width, 0)));
  const key = drawLegend(legend, width);
  const lettered = rows.flat().filter((panel) => panel.heading !== undefined).length > 1;
  const letters = "abcdefghijklmnopqrstuvwxyz";
  let [y, count, drawn] = [key.height, 0, ""];
  for (const row of rows) {
    let x = 0;
    for (const panel of row) {
      const letter = lettered && panel.heading !== undefined ? letters[count++] : "";
      drawn += drawPanelAt(panel, x, y, letter);
      x += panel.width;
    }
    y += rowGap + Math.max(...row.map((panel) => panel.height + lineHeight(panel)));
  }
  const ground = element("rect", { width, height: y, fill: colour("paper") });
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "figure",
      role: "img",
      width,
      height: y,
      viewBox: `0 0 ${pixel(width)} ${pixel(y)}`,
      color: colour("ink"),
      "font-family":
        "'Source Sans 3', 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif",
      "font-size": fontSize,
    },
    `<title>${escapeText(title)}</title><style>${figureStyle}</style>${ground}${key.content}${drawn}`,
  );
}
