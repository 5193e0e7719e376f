// Write the table of docs/tasks.md from the catalogue; with --check, fail if it differs. Run after the
// build: the catalogue comes from dist/. The table of baselines is measured: make-task-figures.js.
import { readFileSync, writeFileSync } from "node:fs";
import { listTasks } from "../dist/tasks/index.js";

const target = new URL("../docs/tasks.md", import.meta.url);

const code = (text) => `\`${text}\``;
const rowOf = (cells) => `| ${cells.join(" | ")} |`;

function tableOf() {
  const heads = ["task", "definition", "splits", "options", "source"];
  const rows = listTasks().map(({ name, definition, splits, options, source, data }) => [
    code(name),
    `${definition}${data === undefined ? "" : ` (needs ${data}, \`--data\`)`}`,
    splits.map(code).join(", "),
    Object.entries(options)
      .map(([key, meaning]) => `${code(key)}: ${meaning}`)
      .join("; "),
    source,
  ]);
  return [rowOf(heads), rowOf(heads.map(() => "---")), ...rows.map(rowOf)].join("\n");
}

const text = readFileSync(target, "utf8");
const written = text.replace(
  /(<!-- table tasks -->).*?(<!-- end -->)/s,
  (_, head, foot) => `${head}\n\n${tableOf()}\n\n${foot}`,
);
if (!process.argv.includes("--check")) writeFileSync(target, written);
else if (written !== text) {
  process.stderr.write("docs/tasks.md is not what the catalogue says: run npm run generate\n");
  process.exitCode = 1;
}
