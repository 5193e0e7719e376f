import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import * as report from "./index.ts";
import { formatReport, transferChart } from "./index.ts";

const hostile = `<script src="http://bad.example/x.js">alert('&')</script>`;
const figure = transferChart(
  {
    score: "nrmseBySd",
    higherIsBetter: false,
    arms: [{ arm: hostile, twinNoiseOn: { value: 0.2 }, device: { value: 0.22 } }],
    baselines: { "linear delay line": 0.373 },
  },
  { title: hostile },
);
const page = formatReport({
  title: "NARMA-10",
  subtitle: "on nano-rings",
  verdict: ["It carries over, within 5 %.", "See `rec.h5`."],
  sections: [
    { heading: "Twin", tables: [{ columns: ["a"], rows: [[1.23456]], caption: "Numbers." }] },
    { heading: "Transfer", paragraphs: ["One & two."], figures: [figure] },
  ],
  provenance: { seed: "7" },
});

test("a report loads nothing: no script, no address outside, only in-page and data links", () => {
  const { document } = parseHTML(page);
  expect(document.querySelectorAll("script, link, img, iframe, object, use, image").length).toBe(0);
  const addresses = [...document.querySelectorAll("[href], [src]")].map((element) =>
    element.getAttribute("href"),
  );
  expect(addresses.every((address) => /^(#|data:text\/csv)/.test(address ?? ""))).toBe(true);
  expect(page).not.toMatch(/url\(|@import|xmlns/);
});

test("text from a user cannot become markup", () => {
  const title = formatReport({
    title: hostile,
    subtitle: hostile,
    verdict: hostile,
    sections: [
      {
        heading: hostile,
        paragraphs: [hostile],
        list: [hostile],
        figures: [{ ...figure, caption: hostile }],
      },
      { heading: "b", tables: [{ columns: [hostile], rows: [[hostile]], caption: hostile }] },
    ],
    provenance: { [hostile]: hostile },
  });
  expect(parseHTML(title).document.querySelectorAll("script").length).toBe(0);
  expect(title).not.toContain("<script");
});

test("contents, figures and tables are numbered and linked", () => {
  const { document } = parseHTML(page);
  const links = [...document.querySelectorAll("nav a")].map((link) => link.getAttribute("href"));
  expect(links).toEqual(["#section-1", "#section-2", "#provenance"]);
  for (const link of links) expect(document.querySelector(link as string)).not.toBeNull();
  expect(document.querySelector("figcaption b")?.textContent).toMatch(/^Figure 1\. /);
  expect(document.querySelector("caption")?.textContent).toBe("Table 1. Numbers.");
  expect(document.querySelector("td")?.textContent).toBe("1.23");
  expect(document.querySelector(".verdict code")?.textContent).toBe("rec.h5");
});

test("the data link gives the csv back, byte for byte", () => {
  const link = parseHTML(page).document.querySelector("a.data");
  const [, data] = link?.getAttribute("href")?.split("charset=utf-8,") ?? [];
  expect(decodeURIComponent(data)).toBe(figure.csv);
  const beside = formatReport(
    { title: "x", sections: [{ heading: "y", figures: [figure] }] },
    { data: "beside" },
  );
  expect(beside).toContain('download="transfer.csv" href="figures/transfer.csv"');
});

test("two figures of the same name are refused, since each is a file", () => {
  const sections = [{ heading: "x", figures: [figure, figure] }];
  expect(() => formatReport({ title: "x", sections })).toThrowErrorMatchingInlineSnapshot(
    `[Fault: report.formatReport: two figures have the same name. Got "transfer" twice, expected a name of its own for each figure, since it is also its file's. Give one of them another, as in { name: "transfer-2" }.]`,
  );
});

test("a row that does not fit its columns is refused", () => {
  expect(() => report.formatHtmlTable([[1], [1, 2]], ["arm"])).toThrowErrorMatchingInlineSnapshot(
    `[Fault: report.formatHtmlTable: row 1 does not fit the columns. Got 2 cells, expected 1: arm. Give every row a cell per column, null where there is nothing.]`,
  );
});

test("the example at the head of the room runs", () => {
  const figure = transferChart({
    score: "nrmseBySd",
    higherIsBetter: false,
    arms: [{ arm: "noise-aware", twinNoiseOn: { value: 0.2 }, device: { value: 0.22 } }],
    baselines: { "linear delay line": 0.373 },
  });
  const sections = [{ heading: "Transfer", figures: [figure] }];
  const page = formatReport({ title: "NARMA-10 on nano-rings", sections });
  expect(page).toMatch(/^<!doctype html>/);
});
