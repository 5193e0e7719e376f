// npm run bench:peers: the same training steps in other engines, interleaved with ours in one run.
// Before anything is timed, all engines must find the same loss and gradient.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadKernelModule } from "twinloom/engine";
import {
  chooseNames,
  formatTable,
  nameOf,
  readCommand,
  round,
  runMain,
  say,
  sharedHelp,
} from "./command.js";
import { network, updates } from "./configurations.js";
import { checkAgreement } from "./peers/agreement.js";
import { engines } from "./peers/engines.js";
import { paths, prepareEnvironment } from "./peers/environment.js";
import { startWorker } from "./peers/worker.js";
import { formatProblem, problemOf } from "./problem.js";
import { stepsOf } from "./step.js";
import { interleave } from "./timing.js";

/**
 * @typedef {import("./peers/engines.js").Engine} Engine
 * @typedef {import("./peers/worker.js").Worker} Worker
 * @typedef {{ readonly engine: Engine, readonly threads: number, readonly worker: Worker }} Runner
 * @typedef {object} Row
 * @property {string} config
 * @property {string} step
 * @property {string} engine
 * @property {number} threads       Ours at every number; a peer at its best alone.
 * @property {number} ms            Per step, of the best round.
 * @property {number} ratioToOurs   ms over that of our best number of threads.
 * @property {number} ratioToOneThread  ms over that of one thread of ours, where it was timed.
 * @property {number} median        ms of the middle round.
 * @property {number} cpuOverWall
 */

const help = `npm run bench:peers -- [options]

${sharedHelp}
  --engines NAME  twinloom, torch, torch.compile, jax, tfjs, jax-js (default: all; ours always)
  --check         compare losses and gradients, and time nothing`;

/** Start every engine at every number of threads. */
function startRunners(chosen, threads) {
  return chosen.flatMap((engine) =>
    (engine.threaded ? threads : [1]).map((count) => {
      const name = engine.threaded ? `${engine.name} (${count})` : engine.name;
      const worker = startWorker(name, engine.command(count), engine.environment ?? {});
      return { engine, threads: count, worker };
    }),
  );
}

/** Rows of a step: ours at every number of threads, each peer at its best. */
function rowsOf(config, step, runners, measured) {
  const all = runners.map(({ engine, threads }, i) => {
    return { config, step, engine: engine.name, threads, ...measured[i] };
  });
  const bestOf = (name) =>
    all.filter(({ engine }) => engine === name).reduce((a, b) => (b.ms < a.ms ? b : a));
  const ours = bestOf("twinloom");
  const alone = all.find(({ engine, threads }) => engine === "twinloom" && threads === 1);
  return all
    .filter((row) => row.engine === "twinloom" || row === bestOf(row.engine))
    .map(({ median, cpuOverWall, ...row }) => {
      const ratios = {
        ratioToOurs: row.ms / ours.ms,
        ratioToOneThread: alone && row.ms / alone.ms,
      };
      return { ...row, ...ratios, median, cpuOverWall };
    });
}

const headings = ["config", "step", "engine", "threads", "ms", "median", "to ours", "to our 1"];
headings.push("CPU/wall");

/** @param {Row} row */
const cellsOf = (row) => [
  row.config,
  row.step,
  row.engine,
  row.threads,
  round(row.ms),
  round(row.median),
  round(row.ratioToOurs),
  row.ratioToOneThread === undefined ? "-" : round(row.ratioToOneThread),
  round(row.cpuOverWall),
];

/**
 * Let all engines agree on a step, then time it in turns.
 *
 * @param {readonly Runner[]} runners
 * @param {Readonly<Record<string, unknown>> & { step: string }} command  To prepare.
 * @param {{ name: string, batch: number }} configuration
 * @param {{ rounds: number, isTimed: boolean }} options
 * @returns {Promise<Row[]>}
 */
async function compareStep(runners, command, configuration, { rounds, isTimed }) {
  const able = runners.filter(({ engine }) => engine.does(command.step));
  await checkAgreement(able, configuration, command);
  if (!isTimed) return [];
  const timed = able.map(
    ({ worker }) =>
      (/** @type {number} */ steps) =>
        worker.run(steps),
  );
  const rows = rowsOf(configuration.name, command.step, able, await interleave(timed, { rounds }));
  for (const { engine, threads, ms } of rows)
    say(`  ${engine}, threads ${threads}: ${round(ms)} ms`);
  return rows;
}

/** @param {readonly Row[]} rows */
function print(rows) {
  if (rows.length === 0) return;
  const lines = [`node ${process.version}`, "", formatTable(headings, rows.map(cellsOf))];
  const { epoch, batch, horizon } = network;
  for (const { config, engine, threads, ms } of rows) {
    if (config !== network.name) continue;
    const seconds = round(((epoch / batch) * ms) / 1e3);
    const what = `${epoch} sequences of ${horizon} steps`;
    lines.push(`${engine}, threads ${threads}: ${seconds} s per epoch of ${what}`);
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

await runMain(async () => {
  const read = readCommand(help);
  if (!read) return;
  const { configurations, wants, threads, rounds, json } = read.command;
  const names = chooseNames("engines", read.values.engines, engines.map(nameOf));
  const chosen = engines.filter(
    ({ name }) => name === "twinloom" || (names ?? [name]).includes(name),
  );
  prepareEnvironment(chosen.map(({ needs }) => needs));

  const kernels = await loadKernelModule();
  const runners = startRunners(chosen, threads);
  const rows = [];
  try {
    for (const configuration of configurations) {
      const problem = join(paths.problems, `${configuration.name}.npz`);
      writeFileSync(problem, formatProblem(kernels, configuration, problemOf(configuration)));
      for (const step of stepsOf(configuration).filter(wants)) {
        const command = { do: "prepare", problem, configuration, step, update: updates[step] };
        const options = { rounds, isTimed: !read.values.check };
        rows.push(...(await compareStep(runners, command, configuration, options)));
      }
    }
  } finally {
    for (const { worker } of runners) worker.close();
  }
  if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else print(rows);
});
