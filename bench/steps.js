// npm run bench: the training steps of the reference configurations, against this machine's peak.
import { createKernels, loadKernelModule, measurePeak } from "twinloom/engine";
import { formatTable, readCommand, round, runMain, say, sharedHelp } from "./command.js";
import { network } from "./configurations.js";
import { flopsOf } from "./flops.js";
import { compileStep, stepsOf } from "./step.js";
import { interleave, timeSteps } from "./timing.js";

/**
 * @typedef {object} Row
 * @property {string} config
 * @property {string} step
 * @property {number} threads
 * @property {number} ms           Per step, of the best round.
 * @property {number} gflops       1e9 useful operations per second, those of the matrix products.
 * @property {number} shareOfPeak  Of as many times one core's peak as there are threads.
 * @property {number} median       ms of the middle round.
 * @property {number} cpuOverWall
 */

/**
 * One configuration's step at several numbers of threads, in turns.
 *
 * @param {import("twinloom/engine").KernelModule} kernels
 * @param {import("./command.js").Command["configurations"][number]} configuration
 * @param {string} step
 * @param {{ threads: readonly number[], rounds: number, notePeak: () => void }} options
 */
async function measureStep(kernels, configuration, step, { threads, rounds, notePeak }) {
  const compiled = threads.map((count) =>
    compileStep(kernels, configuration, step, { threads: count }),
  );
  const runners = compiled.map(({ run, loss }) => (/** @type {number} */ steps) => {
    const once = () => {
      run();
      return loss();
    };
    return timeSteps(once, steps);
  });
  const measured = await interleave(runners, { rounds, between: notePeak });
  return measured.map((times, i) => {
    const used = compiled[i].threads();
    compiled[i].close();
    const row = { config: configuration.name, step, threads: used, ...times };
    return { row, flops: flopsOf(configuration)[step] };
  });
}

const headings = ["config", "step", "threads", "ms", "median", "GF/s", "of peak", "CPU/wall"];

/** @param {Row} row */
const cellsOf = (row) => [
  row.config,
  row.step,
  row.threads,
  round(row.ms),
  round(row.median),
  round(row.gflops),
  `${Math.round(100 * row.shareOfPeak)} %`,
  round(row.cpuOverWall),
];

/**
 * @param {import("twinloom/engine").KernelModule} kernels
 * @param {number} peak
 * @param {readonly Row[]} rows
 */
function print({ name, rounding }, peak, rows) {
  const times = rounding === "fused" ? "once" : "twice";
  const where = `node ${process.version}, kernels ${name}, multiply-add rounded ${times}`;
  const lines = [`${where}, peak of one core ${round(peak)} GF/s`, ""];
  lines.push(formatTable(headings, rows.map(cellsOf)));
  const { epoch, batch, horizon } = network;
  for (const { config, ms, threads } of rows) {
    if (config !== network.name) continue;
    const seconds = round(((epoch / batch) * ms) / 1e3);
    lines.push(
      `threads ${threads}: ${seconds} s per epoch of ${epoch} sequences of ${horizon} steps`,
    );
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

await runMain(async () => {
  const read = readCommand(`npm run bench -- [options]\n\n${sharedHelp}`);
  if (!read) return;
  const { configurations, wants, threads, rounds, json } = read.command;
  const kernels = await loadKernelModule();
  const register = createKernels(kernels, { bytes: 64 });
  let peak = 0;
  const notePeak = () => {
    const now = measurePeak(register, () => performance.now());
    peak = Math.max(peak, now);
  };
  const measured = [];
  for (const configuration of configurations) {
    for (const step of stepsOf(configuration).filter(wants)) {
      const options = { threads, rounds, notePeak };
      const found = await measureStep(kernels, configuration, step, options);
      measured.push(...found);
      for (const { row } of found)
        say(`${row.config} ${row.step}, threads ${row.threads}: ${round(row.ms)} ms`);
    }
  }
  // The peak is the best of all rounds, so it is known only now.
  const rows = measured.map(({ row: { config, step, threads, ms, ...rest }, flops }) => {
    const gflops = flops / ms / 1e6;
    return { config, step, threads, ms, gflops, shareOfPeak: gflops / (peak * threads), ...rest };
  });
  if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else print(kernels, peak, rows);
});
