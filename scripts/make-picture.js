// Compose docs/quickstart.svg, the README's picture, from the figures of a finished run:
//   node scripts/make-picture.js runs/quickstart/<run>
// Left: device and twin under the same drive. Right: the same networks on twin and device, and the
// noise of both against the drive. The page is always light.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const run = process.argv[2];
if (run === undefined) {
  process.stderr.write("usage: node scripts/make-picture.js <run folder>\n");
  process.exit(2);
}
const read = (name) => readFileSync(join(run, "figures", `${name}.svg`), "utf8");

/** A figure's own size and its content as a nested SVG at a place. */
function place(svg, prefix, x, y, width) {
  const [, w, h] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  if (w === undefined) throw new Error(`${prefix}: the figure has no viewBox`);
  const height = (width * Number(h)) / Number(w);
  const nested = svg
    .replace(/<\?xml[^>]*>/, "")
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/(\sid="|url\(#|href="#)/g, `$1${prefix}-`)
    .replace(/<svg\b[^>]*>/, (tag) =>
      tag
        .replace(/\s(width|height|x|y)="[^"]*"/g, "")
        .replace("<svg", `<svg x="${x}" y="${y}" width="${width}" height="${height.toFixed(1)}"`),
    );
  return { nested, height };
}

const left = place(read("device-against-twin"), "a", 0, 0, 640);
const right = place(read("transfer"), "b", 660, 0, 560);
const below = place(read("noise-against-drive"), "c", 660, right.height + 60, 560);
const height = Math.max(left.height, right.height + below.height + 60);
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1220 ${height.toFixed(1)}" width="1220" height="${height.toFixed(1)}">
<rect width="100%" height="100%" fill="#fffffc"/>
${left.nested}
${right.nested}
${below.nested}
</svg>
`;
writeFileSync(new URL("../docs/quickstart.svg", import.meta.url), svg);
process.stdout.write(`docs/quickstart.svg: ${(svg.length / 1024).toFixed(0)} kB\n`);
