// The text of the register tiles of both matrix products: one function per height and width, since
// the sums of a tile are in registers only if each is a variable of its own.

/** Heights of tiles; a machine's largest is chosen when the kernels are loaded, the rest are tails. */
const heights = [6, 5, 4, 3, 2, 1];
/** Vectors of 4 floats in a row of a tile: half a panel of B, a panel, or two side by side. */
const widths = [4, 2, 1];

const indent = (lines, by) => lines.map((line) => " ".repeat(by) + line);
const upTo = (count) => Array.from({ length: count }, (_, i) => i);
const nameOf = (base, rows, vectors) => `${base}${rows}x${4 * vectors}`;
/** Vector v of row r of C. */
const each = (rows, vectors, text) =>
  upTo(rows).flatMap((row) => upTo(vectors).map((vector) => text(row, vector)));
const pointer = (base, row) => (row === 0 ? base : `${base}${row}`);

/** One step of the inner dimension; `a(row)` and `b(vector)` are operands of loads. */
function products(rows, vectors, a, b) {
  const lines = upTo(vectors).map((v) => `const b${v} = v128.load(${b(v)});`);
  for (const row of upTo(rows)) {
    lines.push(`const x${row} = v128.load32_splat(${a(row)});`);
    for (const v of upTo(vectors)) lines.push(`s${row}${v} = madd(x${row}, b${v}, s${row}${v});`);
  }
  return lines;
}

// All loads come before the stores: V8's revectorizer joins the halves of 256 bits only then.
function finishTile(rows, vectors, bias) {
  const lines = [];
  if (bias) {
    lines.push("if (bias) {");
    for (const v of upTo(vectors)) lines.push(`  const bias${v} = v128.load(bias, ${16 * v});`);
    lines.push(
      ...indent(
        each(rows, vectors, (r, v) => `s${r}${v} = f32x4.add(s${r}${v}, bias${v});`),
        2,
      ),
      "}",
    );
  }
  for (const row of upTo(rows).slice(1))
    lines.push(`const c${row} = ${pointer("c", row - 1)} + ldc;`);
  const sum = (r, v) =>
    `s${r}${v} = f32x4.add(v128.load(${pointer("c", r)}, ${16 * v}), s${r}${v});`;
  lines.push("if (accumulate) {", ...indent(each(rows, vectors, sum), 2), "}");
  const store = (r, v) => `v128.store(${pointer("c", r)}, s${r}${v}, ${16 * v});`;
  lines.push(...each(rows, vectors, store));
  // The other half of the panel is padding; where sums are added to it, it is zero already.
  const clear = upTo(rows).map((r) => `  v128.store(${pointer("c", r)}, f32x4.splat(0), 16);`);
  if (vectors === 1) lines.push("if (!accumulate) {", ...clear, "}");
  return lines;
}

function declare(comment, name, parameters, body) {
  return [
    `/** ${comment} */`,
    `export function ${name}(`,
    `  ${parameters},`,
    "): void {",
    ...indent(body, 2),
    "}",
  ];
}

const zeros = (rows, vectors) => each(rows, vectors, (r, v) => `let s${r}${v} = f32x4.splat(0);`);

// Unrolling over k was measured: it costs registers, and with them a third to a half of the speed.
// So was counting k down: one more live value costs Node 20 a tenth.
function tile(rows, vectors) {
  const row = (index) => pointer("a", index);
  const body = zeros(rows, vectors);
  for (const r of upTo(rows).slice(1)) body.push(`let ${row(r)} = ${row(r - 1)} + lda;`);
  body.push("const end = b + ((<usize>k) << 5);");
  const panel = (v) => `${v < 2 ? "b" : "right"}, ${16 * (v % 2)}`;
  if (vectors === 4) body.push("let right = end;");
  body.push("while (b != end) {", ...indent(products(rows, vectors, row, panel), 2));
  for (const r of upTo(rows)) body.push(`  ${row(r)} += 4;`);
  body.push("  b += 32;");
  if (vectors === 4) body.push("  right += 32;");
  body.push("}", ...finishTile(rows, vectors, true));
  const cols = 4 * vectors;
  return declare(
    `C[${rows}, ${cols}] (+)= A[${rows}, k] B[k, ${cols}] + bias: rows of A, packed panels of B.`,
    nameOf("tile", rows, vectors),
    "a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32",
    body,
  );
}

function tileT(rows, vectors) {
  const body = zeros(rows, vectors);
  const load = products(
    rows,
    vectors,
    (r) => `a, ${4 * r}`,
    (v) => `b, ${16 * v}`,
  );
  body.push("const end = b + (<usize>l) * ldb;", "while (b != end) {", ...indent(load, 2));
  body.push("  a += lda;", "  b += ldb;", "}", ...finishTile(rows, vectors, false));
  const cols = 4 * vectors;
  return declare(
    `C[${rows}, ${cols}] (+)= A[l, ${rows}]^T B[l, ${cols}]: both operands in place.`,
    nameOf("tileT", rows, vectors),
    "a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32",
    body,
  );
}

/** The switch from a height and a width to the tile; there are fewer than 8 heights. */
function choice(base, parameters) {
  const names = parameters.replaceAll(/: (usize|i32)/g, "");
  const cases = widths.flatMap((vectors) =>
    heights.map((rows) => {
      const call = `${nameOf(base, rows, vectors)}(${names})`;
      return `    case ${8 * vectors + rows}: return ${call};`;
    }),
  );
  return [
    `/** The \`${base}\` of this height and width. */`,
    "// @ts-ignore: decorator",
    "@inline",
    `export function ${base}(`,
    `  rows: i32, vectors: i32, ${parameters},`,
    "): void {",
    "  switch (8 * vectors + rows) {",
    ...cases,
    "    default: unreachable();",
    "  }",
    "}",
  ];
}

/** The source of all tiles. */
export function tiles() {
  const lines = [
    `import { madd } from "./vector";`,
    "",
    "// Every address is 16-byte aligned, except a; ld in bytes. Sums run in the order of k, so that",
    "// all tiles give the same bits.",
  ];
  for (const build of [tile, tileT])
    for (const vectors of widths)
      for (const rows of heights) lines.push("", ...build(rows, vectors));
  lines.push(
    "",
    ...choice(
      "tile",
      "a: usize, lda: usize, b: usize, c: usize, ldc: usize, bias: usize, k: i32, accumulate: i32",
    ),
    "",
    ...choice(
      "tileT",
      "a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, l: i32, accumulate: i32",
    ),
  );
  return `${lines.join("\n")}\n`;
}
