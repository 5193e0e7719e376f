import { fault } from "../base/index.ts";
import type { Figure } from "./figure.ts";
import { pageStyle } from "./page-style.ts";
import { figureStyle } from "./palette.ts";
import { escapeText } from "./svg.ts";
import { formatHtmlTable, type ReportTable } from "./table.ts";

/** A numbered part of a report: its words, its list, its tables, then its figures. */
export interface ReportSection {
  readonly heading: string;
  /** Plain text; words between backticks are set as code. */
  readonly paragraphs?: readonly string[];
  /** Plain text as above, a point each. */
  readonly list?: readonly string[];
  readonly tables?: readonly ReportTable[];
  readonly figures?: readonly Figure[];
}

/** A report, before it is written. */
export interface Report {
  readonly title: string;
  readonly subtitle?: string;
  /** What was found, in words; a paragraph each. */
  readonly verdict?: string | readonly string[];
  readonly sections: readonly ReportSection[];
  /** Versions, seeds, hashes: whatever makes the run again, in the order given. */
  readonly provenance?: Readonly<Record<string, string>>;
}

/** Options of {@link formatReport}. */
export interface ReportOptions {
  /**
   * Where the numbers behind a figure are: `embedded` in the page (default), or `beside` it, in
   * `figures/<name>.csv`.
   */
  readonly data?: "embedded" | "beside";
}

const formatProse = (text: string): string =>
  escapeText(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/(\d) (?=%)/g, "$1\u00a0");

const paragraphs = (texts: readonly string[]): string =>
  texts.map((text) => `<p>${formatProse(text)}</p>`).join("\n");

const formatList = (points: readonly string[]): string =>
  `<ul>${points.map((text) => `<li>${formatProse(text)}</li>`).join("\n")}</ul>`;

/** A figure's drawing without what the page says once for all of them. */
const inlineSvg = (svg: string): string =>
  svg
    .replace(`<style>${figureStyle}</style>`, "")
    .replace(' xmlns="http://www.w3.org/2000/svg"', "");

const formatFigure = (figure: Figure, number: number, options: ReportOptions): string => {
  const { name, title, caption, svg, csv } = figure;
  const address =
    options.data === "beside"
      ? `figures/${name}.csv`
      : `data:text/csv;charset=utf-8,${encodeURIComponent(csv)}`;
  const link = `<a class="data" download="${name}.csv" href="${escapeText(address)}">Data (csv)</a>`;
  const drawnWidth = Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? Number.NaN);
  const narrow = drawnWidth < 640 ? " narrow" : "";
  return `<figure id="figure-${name}">
<div class="plate${narrow}">${inlineSvg(svg)}</div>
<figcaption><b>Figure ${number}. ${formatProse(title)}.</b> ${formatProse(caption)} ${link}</figcaption>
</figure>`;
};

const formatTableBlock = (table: ReportTable, number: number): string => {
  const html = formatHtmlTable(table.rows, table.columns, table.caption ?? "");
  return `<div class="sheet">${html.replace("<caption>", `<caption><b>Table ${number}.</b> `)}</div>`;
};

const formatSections = (sections: readonly ReportSection[], options: ReportOptions): string => {
  let [figures, tables] = [0, 0];
  return sections
    .map((section, i) => {
      const body = [
        paragraphs(section.paragraphs ?? []),
        ...(section.list ? [formatList(section.list)] : []),
        ...(section.tables ?? []).map((table) => formatTableBlock(table, ++tables)),
        ...(section.figures ?? []).map((figure) => formatFigure(figure, ++figures, options)),
      ];
      const heading = `<h2><span class="number">${i + 1}</span>${formatProse(section.heading)}</h2>`;
      return `<section id="section-${i + 1}">\n${heading}\n${body.join("\n")}\n</section>`;
    })
    .join("\n");
};

const formatContents = (sections: readonly ReportSection[], provenance: boolean): string => {
  const items = sections.map(
    ({ heading }, i) =>
      `<li><a href="#section-${i + 1}"><span class="number">${i + 1}</span>${formatProse(heading)}</a></li>`,
  );
  if (provenance) {
    items.push(`<li><a href="#provenance"><span class="number"></span>Provenance</a></li>`);
  }
  return `<nav aria-label="Contents"><h2>Contents</h2><ol>${items.join("")}</ol></nav>`;
};

const formatVerdict = (verdict: string | readonly string[]): string => {
  const [first = "", ...rest] = typeof verdict === "string" ? [verdict] : verdict;
  return `<div class="verdict"><p><b>Verdict</b>${formatProse(first)}</p>${paragraphs(rest)}</div>`;
};

const formatProvenance = (provenance: Readonly<Record<string, string>>): string => {
  const items = Object.entries(provenance).map(
    ([name, value]) => `<dt>${escapeText(name)}</dt><dd>${formatProse(value)}</dd>`,
  );
  return `<section id="provenance"><h2>Provenance</h2><dl>${items.join("\n")}</dl></section>`;
};

const checkNames = (sections: readonly ReportSection[]): void => {
  const names = sections.flatMap(({ figures = [] }) => figures.map(({ name }) => name));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw fault("bad-value", {
    where: "report.formatReport",
    what: "two figures have the same name",
    got: `"${twice}" twice`,
    expected: "a name of its own for each figure, since it is also its file's",
    fix: `Give one of them another, as in { name: "${twice}-2" }`,
  });
};

/**
 * Write a report as one HTML page that loads nothing, reads on a phone, on a dark screen and on
 * paper, and carries the numbers behind each figure.
 *
 * @param report   Title, verdict, sections, provenance; all text is escaped.
 * @param options  `data`: `embedded` (default) or `beside` the page, in `figures/`.
 * @returns        The same text for the same report.
 * @throws         `bad-value` if two figures share a name; `shape-mismatch` from a table.
 */
export function formatReport(report: Report, options: ReportOptions = {}): string {
  const { title, subtitle, verdict, sections, provenance } = report;
  checkNames(sections);
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    `<title>${escapeText(title)}</title>`,
    `<style>${pageStyle}</style>`,
  ];
  const heading = [
    `<h1>${formatProse(title)}</h1>`,
    subtitle === undefined ? "" : `<p class="subtitle">${formatProse(subtitle)}</p>`,
  ];
  const body = [
    `<header>${heading.join("")}</header>`,
    verdict === undefined ? "" : formatVerdict(verdict),
    formatContents(sections, provenance !== undefined),
    formatSections(sections, options),
    provenance === undefined ? "" : formatProvenance(provenance),
  ];
  return `<!doctype html>
<html lang="en-GB">
<head>
${head.join("\n")}
</head>
<body>
<main>
${body.filter((part) => part !== "").join("\n")}
</main>
</body>
</html>
`;
}
