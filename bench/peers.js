// npm run bench:peers: the same training steps in other engines, interleaved with ours in one run.
// Before anything is timed, all engines must find the same loss and gradient.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadKernelModule } from "twinloom/engine";
import {
  chooseConfigurations,
  chooseNames,
  chooseNumbers,
  formatTable,
  round,
  runMain,
  say,
  sharedHelp,
  sharedOptions,
  usualThreads,
} from "./command.js";
import { stepNames, updates } from "./configurations.js";
import { checkAgreement } from "./peers/agreement.js";
import { engines } from "./peers/engines.js";
import { paths, prepareEnvironment } from "./peers/environment.js";
import { startWorker } from "./peers/worker.js";
import { formatProblem } from "./problem.js";
import { problemOf, stepsOf } from "./step.js";
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

await runMain(async () => {
  const own = { engines: { type: "string", multiple: true }, check: { type: "boolean" } };
  const { values } = parseArgs({ options: { ...sharedOptions, ...own } });
  if (values.help) return say(help);
  const steps = chooseNames("step", values.step, stepNames);
  const threads = chooseNumbers("threads", values.threads, usualThreads());
  const [rounds] = chooseNumbers("rounds", values.rounds ? [values.rounds] : undefined, [9]);
  const names = chooseNames(
    "engines",
    values.engines,
    engines.map(({ name }) => name),
  );
  const chosen = engines.filter(
    ({ name }) => name === "twinloom" || (names ?? [name]).includes(name),
  );
  const configurations = chooseConfigurations(values.config);
  prepareEnvironment(chosen.map(({ needs }) => needs));

  const kernels = await loadKernelModule();
  const runners = startRunners(chosen, threads);
  const rows = [];
  try {
    for (const configuration of configurations) {
      const problem = join(paths.problems, `${configuration.name}.npz`);
      writeFileSync(problem, formatProblem(kernels, configuration, problemOf(configuration)));
      for (const step of stepsOf(configuration)) {
        if (steps && step !== "training" && !steps.includes(step)) continue;
        const able = runners.filter(({ engine }) => engine.does(step));
        const command = { do: "prepare", problem, configuration, step, update: updates[step] };
        await checkAgreement(able, command);
        if (values.check) continue;
        const timed = able.map(
          ({ worker }) =>
            (count) =>
              worker.ask({ do: "run", steps: count }),
        );
        const measured = await interleave(timed, { rounds });
        const found = rowsOf(configuration.name, step, able, measured);
        rows.push(...found);
        for (const row of found)
          say(`  ${row.engine}, threads ${row.threads}: ${round(row.ms)} ms`);
      }
    }
  } finally {
    for (const { worker } of runners) worker.close();
  }
  if (values.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else if (rows.length > 0) process.stdout.write(`${formatTable(headings, rows.map(cellsOf))}\n`);
});
