// Write the generated sources of the kernels: `node scripts/generate-kernels.js [--check]`.
//   kernels/records.gen.ts     op codes and kinds, for the kernels
//   kernels/dispatch.gen.ts    the switch from a record to its kernel
//   kernels/tiles.gen.ts       the register tiles of both matrix products
//   src/engine/records.gen.ts  op codes, fields and kinds, for the lowering
// With --check nothing is written, and a difference is an error.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

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

/** The sums of one tile: `rows` rows of two vectors. */
const each = (rows, text) =>
  Array.from({ length: rows }, (_, row) => [0, 1].map((half) => text(row, half))).flat();
const indent = (lines, by) => lines.map((line) => " ".repeat(by) + line);

/** One step of the inner dimension; `a(row)` is the address of a row's factor, `b(half)` of B's row. */
function products(rows, a, b) {
  const lines = [0, 1].map((half) => `const b${half} = v128.load(${b(half)});`);
  for (let row = 0; row < rows; row++) {
    lines.push(`const a${row} = v128.load32_splat(${a(row)});`);
    for (const half of [0, 1])
      lines.push(`s${row}${half} = madd(a${row}, b${half}, s${row}${half});`);
  }
  return lines;
}

function finishTile(rows, bias) {
  const lines = [];
  if (bias) {
    lines.push(
      "if (bias) {",
      "  const bias0 = v128.load(bias);",
      "  const bias1 = v128.load(bias, 16);",
    );
    lines.push(
      ...indent(
        each(rows, (r, h) => `s${r}${h} = f32x4.add(s${r}${h}, bias${h});`),
        2,
      ),
      "}",
    );
  }
  const target = (row) => (row === 0 ? "c" : `c${row}`);
  for (let row = 1; row < rows; row++) lines.push(`const c${row} = ${target(row - 1)} + ldc;`);
  lines.push("if (accumulate) {");
  lines.push(
    ...indent(
      each(rows, (r, h) => `s${r}${h} = f32x4.add(v128.load(${target(r)}, ${16 * h}), s${r}${h});`),
      2,
    ),
    "}",
  );
  lines.push(...each(rows, (r, h) => `v128.store(${target(r)}, s${r}${h}, ${16 * h});`));
  return lines;
}

// Unrolling over k was measured: it costs registers, and with them a third to a half of the speed.
function tile(rows) {
  const row = (index) => (index === 0 ? "a" : `row${index}`);
  const lines = each(rows, (r, h) => `let s${r}${h} = f32x4.splat(0);`);
  for (let r = 1; r < rows; r++) lines.push(`let row${r} = ${row(r - 1)} + lda;`);
  lines.push(
    "for (; k > 0; --k) {",
    ...indent(
      products(rows, row, (h) => `b, ${16 * h}`),
      2,
    ),
  );
  for (let r = 0; r < rows; r++) lines.push(`  ${row(r)} += 4;`);
  lines.push("  b += 32;", "}", ...finishTile(rows, true));
  return [
    `/** C[${rows}, 8] (+)= A[${rows}, k] B[k, 8] + bias: rows of A, one packed panel of B. */`,
    `export function tile${rows}(`,
    "  a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32,",
    "): void {",
    ...indent(lines, 2),
    "}",
  ];
}

function tileT(rows) {
  const lines = each(rows, (r, h) => `let s${r}${h} = f32x4.splat(0);`);
  lines.push("for (; l > 0; --l) {");
  lines.push(
    ...indent(
      products(
        rows,
        (r) => `a, ${4 * r}`,
        (h) => `b, ${16 * h}`,
      ),
      2,
    ),
  );
  lines.push("  a += lda;", "  b += ldb;", "}", ...finishTile(rows, false));
  return [
    `/** C[${rows}, 8] (+)= A[l, ${rows}]^T B[l, 8]: both operands in place. */`,
    `export function tileT${rows}(`,
    "  a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32,",
    "): void {",
    ...indent(lines, 2),
    "}",
  ];
}

function tiles() {
  const heights = [4, 3, 2, 1];
  const lines = [header, `import { madd } from "./vector";`];
  lines.push(
    "",
    "// Every address is 16-byte aligned, except a; ld in bytes. Sums run in the order of k.",
  );
  for (const rows of heights) lines.push("", ...tile(rows));
  for (const rows of heights) lines.push("", ...tileT(rows));
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
  "kernels/tiles.gen.ts": tiles(),
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
