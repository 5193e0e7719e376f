// npm run bench: the training steps of the reference configurations, against this machine's peak.
import { parseArgs } from "node:util";
import { createKernels, loadKernelModule, measurePeak } from "twinloom/engine";
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
import { stepNames } from "./configurations.js";
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
 * @param {ReturnType<typeof chooseConfigurations>[number]} configuration
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
    return { config: configuration.name, step, threads: used, ...times };
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

await runMain(async () => {
  const { values } = parseArgs({ options: sharedOptions });
  if (values.help) return say(`npm run bench -- [options]\n\n${sharedHelp}`);
  const chosen = chooseNames("step", values.step, stepNames);
  const threads = chooseNumbers("threads", values.threads, usualThreads());
  const [rounds] = chooseNumbers("rounds", values.rounds ? [values.rounds] : undefined, [9]);
  const kernels = await loadKernelModule();
  const register = createKernels(kernels, { bytes: 64 });
  let peak = 0;
  const notePeak = () => {
    peak = Math.max(
      peak,
      measurePeak(register, () => performance.now()),
    );
  };
  const measured = [];
  for (const configuration of chooseConfigurations(values.config)) {
    for (const step of stepsOf(configuration)) {
      if (chosen && step !== "training" && !chosen.includes(step)) continue;
      const options = { threads, rounds, notePeak };
      const rows = await measureStep(kernels, configuration, step, options);
      for (const row of rows) {
        measured.push({ ...row, flops: flopsOf(configuration)[step], configuration });
        say(`${row.config} ${step}, ${row.threads} threads: ${round(row.ms)} ms`);
      }
    }
  }
  // The peak is the best of all rounds, so it is known only now.
  const rows = measured.map(({ flops, configuration, ...row }) => {
    const gflops = flops / row.ms / 1e6;
    return { ...row, gflops, shareOfPeak: gflops / (peak * row.threads) };
  });
  if (values.json) return void process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  const where = `node ${process.version}, kernels ${kernels.name}, multiply-add rounded ${kernels.rounding === "fused" ? "once" : "twice"}`;
  process.stdout.write(`${where}, peak of one core ${round(peak)} GF/s\n\n`);
  process.stdout.write(`${formatTable(headings, rows.map(cellsOf))}\n`);
  for (const { configuration, ms, threads } of measured) {
    if (!("epoch" in configuration)) continue;
    const seconds = ((configuration.epoch / configuration.batch) * ms) / 1e3;
    const what = `an epoch of ${configuration.epoch} sequences of ${configuration.horizon} steps`;
    process.stdout.write(`${what}: ${round(seconds)} s on ${threads} threads\n`);
  }
});
