// Write docs/recipes.md from the schema that checks recipes; with --check, fail if it differs.
// Run after the build: the schema comes from dist/.
import { readFileSync, writeFileSync } from "node:fs";
import { recipeSchema } from "../dist/experiment/index.js";

const target = new URL("../docs/recipes.md", import.meta.url);
const schema = recipeSchema();

function typeOf(rule) {
  if (rule.enum) return rule.enum.map((value) => `\`${value}\``).join(", ");
  if (rule.const !== undefined) return `\`${rule.const}\``;
  if (rule.type === "array" && Array.isArray(rule.prefixItems)) {
    return `[${rule.prefixItems.map(typeOf).join(", ")}]`;
  }
  if (rule.type === "array") return `list of ${typeOf(rule.items)}`;
  if (rule.type === "integer") return "whole number";
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
const sections = Object.entries(schema.properties).filter(([, rule]) => isSection(rule));
const plain = Object.fromEntries(
  Object.entries(schema.properties).filter(([, rule]) => !isSection(rule)),
);
const text = [
  "# Recipes",
  "",
  "Made by `npm run generate` from the schema that checks recipes; do not edit.",
  "",
  "A recipe is one YAML file from device to report: `twinloom run recipe.yaml [--data FOLDER]`.",
  "`recipes/` holds some to start from. A key can be set on the command line: `train.batch=64`.",
  "Unknown keys are errors, and all faults of a recipe are listed at once.",
  "",
  ...head,
  ...rowsOf("", { properties: plain, required: schema.required }),
  ...sections.flatMap(([name, rule]) => [
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

if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  process.stderr.write("docs/recipes.md is not what the schema says: run npm run generate\n");
  process.exit(1);
}
