// Write docs/recipes.md, and the tables of docs/recording.md, from the schemas that check recipes and
// plans; with --check, fail if they differ. Run after the build: the schemas come from dist/.
import { readFileSync, writeFileSync } from "node:fs";
import { planSchema, recipeSchema } from "../dist/experiment/index.js";

const place = (name) => new URL(`../docs/${name}`, import.meta.url);

function typeOf(rule) {
  if (rule.enum) return rule.enum.map((value) => `\`${value}\``).join(", ");
  if (rule.const !== undefined) return `\`${rule.const}\``;
  if (rule.anyOf) return rule.anyOf.map(typeOf).join(", or ");
  if (rule.type === "array" && Array.isArray(rule.prefixItems)) {
    return `[${rule.prefixItems.map(typeOf).join(", ")}]`;
  }
  if (rule.type === "array") return `list of ${typeOf(rule.items)}`;
  if (rule.type === "integer") return "whole number";
  if (rule.type === "object" && rule.properties) {
    const keys = Object.entries(rule.properties).map(([key, one]) => `${key}: ${typeOf(one)}`);
    return `{${keys.join(", ")}}`;
  }
  return rule.type ?? "";
}

function rowsOf(name, section) {
  const required = new Set(section.required ?? []);
  return Object.entries(section.properties ?? {}).map(([key, rule]) => {
    const initial = rule.default === undefined ? "" : `\`${JSON.stringify(rule.default)}\``;
    const note = required.has(key) && rule.default === undefined ? "needed" : initial;
    return `| \`${name}${key}\` | ${typeOf(rule)} | ${note} | ${rule.description ?? ""} |`;
  });
}

const head = ["| key | value | default | |", "| --- | --- | --- | --- |"];
const isSection = (rule) => rule.type === "object" && rule.properties;
const only = (properties, isWanted) =>
  Object.fromEntries(Object.entries(properties).filter(([, rule]) => isWanted(rule)));

function recipeText({ properties, required }) {
  return [
    "# Recipes",
    "",
    "Made by `npm run generate` from the schema that checks recipes; do not edit.",
    "",
    "A recipe is one YAML file from device to report: `twinloom run recipe.yaml [--data FOLDER]`.",
    "`recipes/` holds some to start from. A key can be set on the command line: `train.batch=64`.",
    "Unknown keys are errors, and all faults of a recipe are listed at once.",
    "",
    ...head,
    ...rowsOf("", { properties: only(properties, (rule) => !isSection(rule)), required }),
    ...Object.entries(only(properties, isSection)).flatMap(([name, rule]) => [
      "",
      `## ${name}`,
      "",
      ...(rule.description
        ? [`${rule.description[0].toUpperCase()}${rule.description.slice(1)}.`, ""]
        : []),
      ...head,
      ...rowsOf(`${name}.`, rule),
    ]),
    "",
  ].join("\n");
}

/** Rows of a plan: sections open, parts and the families of their drives after all else. */
function planTable({ properties }) {
  const { parts, ...rest } = properties;
  const part = parts.additionalProperties;
  const { drive, ...sizes } = part.properties;
  const open = (name, rules) =>
    Object.entries(rules).flatMap(([key, rule]) =>
      isSection(rule) && key !== "range" && name === ""
        ? rowsOf(`${key}.`, rule)
        : rowsOf(name, { properties: { [key]: rule } }),
    );
  const families = drive.oneOf.flatMap(({ properties: { family, ...own } }) => [
    `| \`drive.family: ${family.const}\` | | | ${family.description} |`,
    ...rowsOf("drive.", { properties: own, required: family.const === "file" ? ["path"] : [] }),
  ]);
  return [
    ...[...head, ...open("", rest)],
    ...["", "Of every part, under `parts.<name>`:", "", ...head],
    ...[
      ...families,
      ...open("parts.<name>.", sizes).map((row) => row.replace("parts.<name>.", "")),
    ],
  ].join("\n");
}

const marks = ["<!-- Made by npm run generate from the schema: do not edit. -->", "<!-- End. -->"];

function recordingText(before) {
  const [from, to] = marks.map((mark) => before.indexOf(mark));
  if (from < 0 || to < from)
    throw new Error(`docs/recording.md lacks the lines ${marks.join(" ")}`);
  const table = planTable(planSchema());
  return `${before.slice(0, from + marks[0].length)}\n\n${table}\n\n${before.slice(to)}`;
}

const read = (name) => readFileSync(place(name), "utf8");
const texts = {
  "recipes.md": recipeText(recipeSchema()),
  "recording.md": recordingText(read("recording.md")),
};
for (const [name, text] of Object.entries(texts)) {
  if (!process.argv.includes("--check")) writeFileSync(place(name), text);
  else if (read(name) !== text) {
    process.stderr.write(`docs/${name} is not what the schema says: run npm run generate\n`);
    process.exitCode = 1;
  }
}
