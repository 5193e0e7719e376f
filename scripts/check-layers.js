// Imports only go down: each room may import the rooms named here (and base), by their index.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../src/", import.meta.url));
const mayImport = {
  base: [],
  engine: [],
  data: [],
  nn: ["engine"],
  sde: ["engine"],
  devices: ["data"],
  tasks: ["data"],
  twin: ["engine", "nn", "sde", "data"],
  network: ["twin", "engine", "nn", "sde", "data", "devices", "tasks"],
  deploy: ["network", "twin", "devices", "tasks", "data", "engine"],
  report: ["data"],
  experiment: ["report", "deploy", "network", "twin", "devices", "tasks", "data", "engine"],
  cli: ["experiment"],
};
const isNodeFile = (file) => /\.node(\.test)?\.ts$|\.test\.ts$/.test(file) || /^cli\//.test(file);
const isEdge = (file) => isNodeFile(file) || file.endsWith(".browser.ts");
const impure = /\b(Math\.random|Date\.now|new Date\(|console\.|process\.|performance\.now)/;

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replaceAll("\\", "/"));
const problems = [];

for (const file of files) {
  const room = file.split("/")[0];
  const text = readFileSync(join(source, file), "utf8");
  const say = (what) => problems.push(`src/${file}: ${what}`);
  if (!(room in mayImport)) say(`'${room}' is not a room; add it to scripts/check-layers.js`);
  if (text.split("\n").length > 601) say("more than 600 lines: which two ideas are in it?");
  if (!isEdge(file)) {
    const found = text
      .split("\n")
      .findIndex((line) => impure.test(line.replace(/^\s*(\/\/|\*).*/, "")));
    if (found >= 0) say(`line ${found + 1} touches clock, console or process; only edges may`);
  }
  const code = text.replace(/^\s*(\/\/|\*).*$/gm, "");
  for (const match of code.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    const target = match[1];
    if (target.startsWith("node:") && !isNodeFile(file))
      say(`imports ${target}; name it *.node.ts`);
    if (!target.startsWith(".")) continue;
    const path = relative(source, resolve(source, dirname(file), target)).replaceAll("\\", "/");
    const other = path.split("/")[0];
    if (path.startsWith("..")) say(`imports ${target}, outside src`);
    else if (other === room) {
      if (path === `${room}/index.ts` && !file.endsWith(".test.ts")) say("imports its own index");
    } else if (other !== "base" && !(mayImport[room] ?? []).includes(other)) {
      say(`imports ${other}, which lies above or beside ${room}`);
    } else if (path !== `${other}/index.ts`) say(`imports ${path}; enter ${other} by its index.ts`);
  }
}

const rooms = new Set(files.map((file) => file.split("/")[0]));
if (files.length === 0) problems.push("no source file was found under src: the check saw nothing");
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exit(1);
process.stdout.write(
  `layers: ${files.length} files in ${rooms.size} rooms, imports only go down\n`,
);
