// What both benchmarks read from the command line, and how they print.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { fault } from "twinloom/base";
import { configurations, network, stepNames } from "./configurations.js";

/** Every configuration; the network's is timed only when it is named. */
const known = [...configurations, network];

const options = /** @type {const} */ ({
  config: { type: "string", multiple: true },
  step: { type: "string", multiple: true },
  threads: { type: "string", multiple: true },
  engines: { type: "string", multiple: true },
  rounds: { type: "string", multiple: false },
  check: { type: "boolean", multiple: false, default: false },
  json: { type: "boolean", multiple: false, default: false },
  help: { type: "boolean", multiple: false, default: false },
});

/** What the options that both benchmarks have mean. */
export const sharedHelp = `  --config NAME   li, do, rings, asvi or network, with commas (default: the first four)
  --step NAME     drift, critic or generator (default: all)
  --threads N     numbers of threads to try, with commas (default: 1, 2 and all cores)
  --rounds N      rounds of which the best counts (default 9)
  --json          print a list for programs`;

/**
 * @typedef {object} Command
 * @property {readonly (import("./configurations.js").Configuration
 *   | import("./configurations.js").NetworkConfiguration)[]} configurations
 * @property {(step: string) => boolean} wants  Whether a step was asked for.
 * @property {readonly number[]} threads
 * @property {number} rounds
 * @property {boolean} json
 */

/**
 * Read the command line.
 *
 * @param {string} help
 * @returns {{ values: ReturnType<typeof parse>, command: Command } | undefined}  Nothing where help
 *   was asked for, and given.
 * @throws  `unknown-name`, `bad-value`.
 */
export function readCommand(help) {
  const values = parse();
  if (values.help) {
    process.stdout.write(`${help}\n`);
    return undefined;
  }
  const names = chooseNames("config", values.config, known.map(nameOf));
  const steps = chooseNames("step", values.step, stepNames);
  const rounds = values.rounds === undefined ? [] : [values.rounds];
  return {
    values,
    command: {
      configurations: names ? known.filter(({ name }) => names.includes(name)) : configurations,
      // The network has one step, asked for by its name.
      wants: (step) => !steps || steps.includes(step) || step === "training",
      threads: chooseNumbers("threads", values.threads, usualThreads()),
      rounds: chooseNumbers("rounds", rounds, [9])[0],
      json: values.json,
    },
  };
}

const parse = () => parseArgs({ options }).values;

/** @param {{ name: string }} named */
export const nameOf = ({ name }) => name;

/** @param {readonly string[] | undefined} values */
const split = (values) => values?.flatMap((text) => text.split(",")).filter((text) => text !== "");

/**
 * The names asked for, or all.
 *
 * @param {string} option
 * @param {readonly string[] | undefined} values
 * @param {readonly string[]} names
 */
export function chooseNames(option, values, names) {
  const asked = split(values);
  const wrong = asked?.find((name) => !names.includes(name));
  if (wrong === undefined) return asked;
  throw fault("unknown-name", {
    where: `bench --${option}`,
    what: "there is no such name",
    got: `'${wrong}'`,
    expected: names.join(", "),
    fix: "Choose one or more of these, with commas between them",
  });
}

/**
 * Whole numbers of at least 1.
 *
 * @param {string} option
 * @param {readonly string[] | undefined} values
 * @param {readonly number[]} usual
 */
function chooseNumbers(option, values, usual) {
  const asked = split(values) ?? [];
  const numbers = asked.length > 0 ? asked.map(Number) : usual;
  if (numbers.every((n) => Number.isInteger(n) && n >= 1)) return [...new Set(numbers)];
  throw fault("bad-value", {
    where: `bench --${option}`,
    what: "this is not a whole number of at least 1",
    got: `'${asked.join(",")}'`,
    expected: "for example 1,2",
    fix: "Correct it, or leave it out",
  });
}

/** One thread, two, and one per core. */
const usualThreads = () => [1, 2, cpus().length].filter((count) => count <= cpus().length);

/**
 * A table of text, numbers to the right.
 *
 * @param {readonly string[]} headings
 * @param {readonly (readonly (string | number)[])[]} rows
 */
export function formatTable(headings, rows) {
  const cells = [headings, ...rows.map((row) => row.map(String))];
  const widths = headings.map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  const isNumber = headings.map((_, i) => rows.every((row) => typeof row[i] === "number"));
  return cells
    .map((row) =>
      row
        .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** To so many significant digits. @param {number} value */
export const round = (value, digits = 3) => Number(value.toPrecision(digits));

/** @param {string} text */
export const say = (text) => process.stderr.write(`${text}\n`);

/**
 * Run a program to its end; a fault ends it with one line and status 1.
 *
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
