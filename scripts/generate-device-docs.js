// Write the tables of docs/devices.md from the catalogue; with --check, fail if they differ, or if a
// kind has no place or no picture there. Run after the build: the catalogue comes from dist/.
// A table stands between "<!-- table NAME -->" and "<!-- end -->"; all else is written by hand.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createDevice, deviceKinds } from "../dist/devices/index.js";
import { formatNumber } from "../dist/report/index.js";

const target = new URL("../docs/devices.md", import.meta.url);

const rowOf = (cells) => `| ${cells.join(" | ")} |`;
const tableOf = (heads, rows) =>
  [rowOf(heads), rowOf(heads.map(() => "---")), ...rows.map(rowOf)].join("\n");

/** Four digits without trailing zeros. */
const formatShort = (value) =>
  formatNumber(value, 4)
    .replace(/(\.\d*?)0+(?=$| )/, "$1")
    .replace(/\.(?=$| )/, "");

const withUnit = (text, unit) => (unit === "1" || unit === "" ? text : `${text} ${unit}`);

function inputText({ name, unit, min, max, maxSlew }) {
  const range = withUnit(`${formatShort(min)} to ${formatShort(max)}`, unit);
  const slew =
    maxSlew === undefined ? "" : `, at most ${withUnit(formatShort(maxSlew), unit)} per s`;
  return `\`${name}\` ${range}${slew}`;
}

function observablesText(observables) {
  if (observables.length <= 4) {
    return observables.map(({ name, unit }) => withUnit(`\`${name}\``, `(${unit})`)).join(", ");
  }
  const [first] = observables;
  const last = observables[observables.length - 1];
  return `${observables.length}: \`${first.name}\` to \`${last.name}\``;
}

async function describe(kind) {
  const device = createDevice({ kind, seeds: { disorder: 1, thermal: 1, instrument: 1 } });
  return device.describe();
}

async function overview() {
  const rows = [];
  for (const kind of Object.keys(deviceKinds)) {
    const said = await describe(kind);
    rows.push([
      `[${kind}](#${kind})`,
      said.inputs.map(inputText).join("; "),
      observablesText(said.observables).replaceAll(" (1)", ""),
      `${formatShort(said.dt)} s`,
      String(said.samplesPerStep),
      said.carrierPeriod === undefined ? "" : formatShort(said.carrierPeriod),
    ]);
  }
  const heads = ["kind", "input, safe range", "observables (unit)", "sampling step"];
  return tableOf([...heads, "samples held", "carrier, samples"], rows);
}

function optionsOf(kind) {
  const rows = Object.entries(deviceKinds[kind].options).map(
    ([name, { initial, expected, meaning }]) => [
      `\`${name}\``,
      `\`${JSON.stringify(initial)}\``,
      expected,
      meaning,
    ],
  );
  return tableOf(["option", "default", "accepts", ""], rows);
}

const text = readFileSync(target, "utf8");
const tables = { devices: await overview() };
for (const kind of Object.keys(deviceKinds)) tables[kind] = optionsOf(kind);

const faults = [];
for (const name of Object.keys(tables)) {
  if (!text.includes(`<!-- table ${name} -->`)) faults.push(`has no table ${name}`);
  const picture = new URL(`../docs/devices/${name}.svg`, import.meta.url);
  if (name !== "devices" && !existsSync(picture)) faults.push(`has no picture devices/${name}.svg`);
}
const written = text.replace(
  /(<!-- table ([\w-]+) -->).*?(<!-- end -->)/gs,
  (whole, head, name, foot) => {
    if (tables[name] === undefined) faults.push(`has a table of ${name}, which is no device`);
    return tables[name] === undefined ? whole : `${head}\n\n${tables[name]}\n\n${foot}`;
  },
);

if (!process.argv.includes("--check")) writeFileSync(target, written);
else if (written !== text) faults.push("is not what the catalogue says: run npm run generate");
for (const fault of faults) process.stderr.write(`docs/devices.md ${fault}\n`);
if (faults.length > 0) process.exit(1);
