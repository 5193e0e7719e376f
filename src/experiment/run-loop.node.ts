import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "yaml";
import { fault } from "../base/index.ts";
import { hashRecording, type Recording, readRecording, writeRecording } from "../data/index.ts";
import { loadKernelModule } from "../engine/index.ts";
import { simulateTwin, writeTwin } from "../twin/index.ts";
import { createCascadeKeeper } from "./cascade-keeper.node.ts";
import { programName } from "./host.node.ts";
import { checkFree } from "./input.node.ts";
import { createLedger, type Ledger, type LedgerEntry, ledgerText } from "./ledger.ts";
import type { LoopContext, TrainedNetwork } from "./loop-context.ts";
import { createLoopDevice, type FittedDevice, fitLoop, recordLoop } from "./loop-device.ts";
import { type LoopPlan, networkFolder } from "./loop-plan.ts";
import { transferText } from "./loop-report.ts";
import { prepareTask, trainLoop } from "./loop-train.ts";
import { type ArmResult, summariseLoop, transferLoop } from "./loop-transfer.ts";
import { createNetworkKeeper } from "./network-keeper.node.ts";
import { formatFit, formatOutcome, makeReport, readFit } from "./report-run.node.ts";
import { type RunFolder, readRun, runInFolder } from "./run-folder.node.ts";
import { createTrainingKeeper } from "./training-keeper.node.ts";
import type { VerbContext } from "./verb.ts";

/** What a whole loop leaves behind. */
export interface LoopRun {
  /** The run folder. */
  readonly path: string;
  /** The page. */
  readonly report: string;
  readonly arms: readonly ArmResult[];
  /** Scores of each random network whose readout was fitted on the device. */
  readonly reservoirs: readonly number[];
  /** The twin's verdict and the transfer table, for a terminal. */
  readonly text: string;
}

/** What a training without transfer leaves behind. */
export interface TrainRun {
  readonly path: string;
  readonly networks: readonly {
    readonly arm: string;
    readonly seed: number;
    readonly iterations: number;
    readonly folder: string;
    readonly training: TrainedNetwork["training"];
  }[];
  readonly ledger: readonly LedgerEntry[];
}

/** How a loop is run. */
export interface RunLoopOptions {
  readonly verb: string;
  /** The recipe with all its defaults, kept in config.yaml. */
  readonly config: object;
  /** The run folder; by default runs/<name>/<time>_<id>. */
  readonly path?: string;
  /** Go on with a run that was cut off: what is in its folder is not done again. */
  readonly resume?: boolean;
}

/**
 * Record, fit, train, transfer and report, in a new run folder.
 *
 * The folder holds recording.h5, twin/, one network folder per arm and seed, metrics.jsonl, the
 * figures with their data, and report.html.
 *
 * @throws  What its stages throw; run.json then says how it ended. What is wrong with the device, the
 *          task or its data is found before there is a folder.
 */
export async function runLoop(
  plan: LoopPlan,
  options: RunLoopOptions,
  context: VerbContext,
): Promise<LoopRun> {
  const { task, baselines } = await checkInput(plan, options);
  return inFolder(plan, options, context, async (run, inner, ledger) => {
    const device = await fitDevice(plan, run, inner);
    const networks = await trainLoop(plan, device.twin, task, inner);
    const result = await transferLoop(plan, device.twin, task, baselines, networks, inner);
    const arms = summariseLoop(result);
    const { reservoirs } = result;
    const entries = ledger.entries();
    await run.note({
      files: { report: "report.html" },
      results: { arms, reservoirs, baselines: result.baselines },
    });
    const overwrite = { overwrite: true };
    await run.write("outcome.json", formatOutcome(device, result, entries), overwrite);
    const page = await makeReport(device, result, arms, entries, run.path);
    await run.writeFigures(page.figures);
    await run.write("report.html", page.html, overwrite);
    const text = [device.validation.verdict, transferText(result, arms), ledgerText(entries)];
    return {
      ...{ path: run.path, report: run.at("report.html"), arms, reservoirs },
      text: text.join("\n\n"),
    };
  });
}

/** Record, fit and train in a new run folder; `transfer` takes it from there. */
export async function trainInFolder(
  plan: LoopPlan,
  options: RunLoopOptions,
  context: VerbContext,
): Promise<TrainRun> {
  const { task } = await checkInput(plan, options);
  return inFolder(plan, options, context, async (run, inner, ledger) => {
    const { twin } = await fitDevice(plan, run, inner);
    const trained = await trainLoop(plan, twin, task, inner);
    const networks = trained.map(({ arm, seed, iterations, training }) => {
      return { arm, seed, iterations, folder: run.at(networkFolder(plan, arm, seed)), training };
    });
    return { path: run.path, networks, ledger: ledger.entries() };
  });
}

/** Create the task and try the device first: what they refuse leaves no run folder behind. */
async function checkInput(
  plan: LoopPlan,
  { path, resume, config }: RunLoopOptions,
): ReturnType<typeof prepareTask> {
  if (resume) await checkSameRun(path, config);
  else if (path !== undefined) checkFree(path);
  createLoopDevice(plan, plan.device.disorder[0], "recording");
  return prepareTask(plan);
}

/** A run goes on only with the recipe that it was begun with. */
async function checkSameRun(path: string | undefined, config: object): Promise<void> {
  const fix = "Give the command that began the run, its --out and --resume";
  if (path === undefined) {
    throw fault("bad-value", {
      where: "run --resume",
      what: "it was not said which run is to go on",
      ...{ got: "no --out", expected: "its folder", fix },
    });
  }
  const { verb } = await readRun(path);
  const begun = parse(await readFile(`${path}/config.yaml`, "utf8")) as object;
  const text = (value: object): string =>
    JSON.stringify(sortKeys(JSON.parse(JSON.stringify(value))));
  if (text(begun) === text(config)) return;
  throw fault("bad-value", {
    where: path,
    what: "this run was begun with another recipe or other settings",
    ...{ got: "other settings", expected: `those of its config.yaml (${verb})`, fix },
  });
}

const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, inner]) => [key, sortKeys(inner)]));
};

async function inFolder<Result>(
  plan: LoopPlan,
  { verb, config, path, resume }: RunLoopOptions,
  context: VerbContext,
  body: (run: RunFolder, inner: LoopContext, ledger: Ledger) => Promise<Result>,
): Promise<Result> {
  const kernels = await loadKernelModule();
  const { name, seed, data } = plan;
  const files: Record<string, string> = data === undefined ? {} : { data: resolve(data) };
  const before = resume && path !== undefined ? await readRun(path) : undefined;
  const booked = (before?.results?.ledger ?? []) as readonly LedgerEntry[];
  const options = { verb, name, seed, config, path, resume, kernels, files };
  return runInFolder(options, async (run) => {
    const { dt } = await createLoopDevice(plan, plan.device.disorder[0], "recording").describe();
    const ledger = createLedger(() => dt, cpuSeconds, booked);
    const program = await programName();
    const placeOf = (arm: string, of: number) => run.at(networkFolder(plan, arm, of));
    return body(
      run,
      {
        ...{ ...context, kernels, onMetrics: run.addMetrics },
        onSpent: async (part, spent) => {
          ledger.add(part, spent);
          await run.note({ results: { ledger: ledger.entries() } });
        },
        cascadeKeeper: (arm, of) => createCascadeKeeper(`${placeOf(arm, of)}.stages`),
        trainingKeeper: (arm, of) => createTrainingKeeper(`${placeOf(arm, of)}.training`),
        networkKeeper: (arm, of) => createNetworkKeeper(placeOf(arm, of), program),
      },
      ledger,
    );
  });
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function fitDevice(
  plan: LoopPlan,
  run: RunFolder,
  context: LoopContext,
): Promise<FittedDevice> {
  const { kernels } = context;
  const recording = await recordOnce(plan, run, context);
  const before = await readFit(plan, run.path, recording, kernels);
  if (before) return before;
  const device = await fitLoop(plan, recording, context);
  run.log(device.validation.verdict);
  await writeTwin(run.at("twin"), device.twin, {
    program: await programName(),
    simulate: (twin, drive, stream) => simulateTwin(kernels, twin, drive, { stream }),
    datasets: [hashRecording(recording)],
    validation: device.validation,
  });
  await run.write("fit.json", formatFit(device));
  await context.onSpent?.("fit the twin", {});
  await run.note({ files: { recording: "recording.h5", twin: "twin" } });
  return device;
}

async function recordOnce(
  plan: LoopPlan,
  run: RunFolder,
  context: LoopContext,
): Promise<Recording> {
  const place = run.at("recording.h5");
  if (existsSync(place)) return readRecording(place);
  const recording = await recordLoop(plan, context);
  await writeRecording(place, recording);
  const deviceSteps = recording.parts.reduce((sum, { response: { shape } }) => {
    return sum + shape[0] * shape[1] * shape[2];
  }, 0);
  await context.onSpent?.("record", { deviceSteps });
  return recording;
}
