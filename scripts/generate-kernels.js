// Write the generated sources of the kernels: `node scripts/generate-kernels.js [--check]`.
//   kernels/records.gen.ts     op codes and kinds, for the kernels
//   kernels/dispatch.gen.ts    the switch from a record to its kernel
//   kernels/tiles.gen.ts       the register tiles of both matrix products
//   src/engine/records.gen.ts  op codes, fields and kinds, for the lowering
// With --check nothing is written, and a difference is an error.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { tiles } from "./tiles.js";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const { types, kinds, ...records } = JSON.parse(readFileSync(path("kernels/records.json"), "utf8"));
const header =
  "// Made by `node scripts/generate-kernels.js` from kernels/records.json; do not edit.\n";
const recordBytes = 64;
/** `tanhGrad` becomes `TANH_GRAD`, `matmulT` becomes `MATMUL_T`. */
const constant = (name) => name.replace(/[A-Z]/g, "_$&").toUpperCase();

function kernelConstants() {
  const lines = [header, `/** 16 int32: the op code, then the fields. */`];
  lines.push(`export const RECORD_BYTES: usize = ${recordBytes};`);
  for (const [name, { code }] of Object.entries(records))
    lines.push(`export const OP_${constant(name)}: i32 = ${code};`);
  for (const [family, names] of Object.entries(kinds))
    for (const [code, name] of names.entries())
      lines.push(`export const ${constant(family)}_${constant(name)}: i32 = ${code};`);
  return `${lines.join("\n")}\n`;
}

/** A record calls the kernel of its name with its fields, in order. */
function dispatch() {
  const typeOf = (field) =>
    Object.keys(types).find((type) => types[type].includes(field)) ?? "usize";
  const homes = {
    "./engine": ["loop"],
    "./matmul": ["pack", "matmul", "matmulT"],
    "./batched": ["batchedMatmul"],
    "./unary": ["unary"],
    "./binary": ["binary"],
    "./reduce": ["reduce", "logSoftmax"],
    "./move": ["copy", "fill", "reshape"],
    "./normals": ["normals"],
    "./optimiser": ["sumSquares", "clip", "adam"],
  };
  const lines = [header];
  for (const [file, names] of Object.entries(homes))
    lines.push(`import { ${names.join(", ")} } from "${file}";`);
  const codes = Object.keys(records).filter((name) => name !== "end");
  lines.push("import {", ...codes.map((name) => `  OP_${constant(name)},`));
  lines.push(`} from "./records.gen";`);
  lines.push("", "/** Call the kernel that a record names; an unknown op code traps. */");
  lines.push("// @ts-ignore: decorator", "@inline");
  lines.push("export function execute(record: usize): void {", "  switch (load<i32>(record)) {");
  for (const [name, { fields }] of Object.entries(records)) {
    if (name === "end") continue;
    if (fields.length > recordBytes / 4 - 1) throw new Error(`${name} has too many fields`);
    if (!Object.values(homes).flat().includes(name)) throw new Error(`${name} has no kernel`);
    lines.push(`    case OP_${constant(name)}:`, `      ${name}(`);
    for (const [index, field] of fields.entries())
      lines.push(`        load<${typeOf(field)}>(record, ${4 * (index + 1)}), // ${field}`);
    lines.push("      );", "      break;");
  }
  lines.push("    default:", "      unreachable();", "  }", "}");
  return `${lines.join("\n")}\n`;
}

/** A list of strings as Biome prints it: on one line if it fits, else filled to the width. */
function list(names, before, after, by) {
  const quoted = names.map((name) => JSON.stringify(name));
  const line = `${before}[${quoted.join(", ")}]${after}`;
  if (line.length <= 100) return [line];
  return [
    `${before}[`,
    ...quoted.map((name) => `${" ".repeat(by + 2)}${name},`),
    `${" ".repeat(by)}]${after}`,
  ];
}

function engineConstants() {
  const lines = [
    `${header}`,
    "/** Bytes of one record of a plan: 16 int32, the op code and then the fields. */",
  ];
  lines.push(`export const recordBytes = ${recordBytes};`, "");
  lines.push("/** Each op's code and, in the order of their slots, its fields. */");
  lines.push("export const records = {");
  for (const [name, { code, fields }] of Object.entries(records)) {
    const quoted = fields.map((field) => JSON.stringify(field)).join(", ");
    const line = `  ${name}: { code: ${code}, fields: [${quoted}] },`;
    if (line.length <= 100) lines.push(line);
    else
      lines.push(
        `  ${name}: {`,
        `    code: ${code},`,
        ...list(fields, "    fields: ", ",", 4),
        "  },",
      );
  }
  lines.push("} as const;", "");
  lines.push("/** The values of the fields `kind` (per op), `form` and `epilogue`. */");
  lines.push("export const kinds = {");
  for (const [family, names] of Object.entries(kinds)) {
    const pairs = names.map((name, code) => `${name}: ${code}`);
    const line = `  ${family}: { ${pairs.join(", ")} },`;
    if (line.length <= 100) lines.push(line);
    else lines.push(`  ${family}: {`, ...pairs.map((pair) => `    ${pair},`), "  },");
  }
  lines.push("} as const;");
  return `${lines.join("\n")}\n`;
}

const files = {
  "kernels/records.gen.ts": kernelConstants(),
  "kernels/dispatch.gen.ts": dispatch(),
  "kernels/tiles.gen.ts": `${header}\n${tiles()}`,
  "src/engine/records.gen.ts": engineConstants(),
};
const check = process.argv.includes("--check");
let stale = 0;
for (const [name, text] of Object.entries(files)) {
  let old = "";
  try {
    old = readFileSync(path(name), "utf8");
  } catch {}
  if (old === text) continue;
  if (check) {
    process.stderr.write(`${name} differs: run node scripts/generate-kernels.js\n`);
    stale++;
  } else {
    writeFileSync(path(name), text);
    process.stdout.write(`wrote ${name}\n`);
  }
}
if (stale > 0) process.exit(1);
