import { resolve } from "node:path";
import { hashRecording, writeRecording } from "../data/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import { writeNetwork } from "../network/index.ts";
import { simulateTwin, writeTwin } from "../twin/index.ts";
import { programName } from "./host.node.ts";
import { checkFree } from "./input.node.ts";
import { createLoopDevice, type FittedDevice, fitLoop, recordLoop } from "./loop-device.ts";
import { type LoopPlan, networkFolder } from "./loop-plan.ts";
import { transferText } from "./loop-report.ts";
import { prepareTask, type TrainedNetwork, trainLoop } from "./loop-train.ts";
import { type ArmResult, summariseLoop, transferLoop } from "./loop-transfer.ts";
import { formatOutcome, makeReport } from "./report-run.node.ts";
import { type RunFolder, runInFolder } from "./run-folder.node.ts";
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
}

/** How a loop is run. */
export interface RunLoopOptions {
  readonly verb: string;
  /** The recipe with all its defaults, kept in config.yaml. */
  readonly config: object;
  /** The run folder; by default runs/<name>/<time>_<id>. */
  readonly path?: string;
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
  return inFolder(plan, options, async (run, kernels) => {
    const inner = { ...context, kernels, onMetrics: run.addMetrics };
    const device = await fitDevice(plan, run, kernels, context);
    const networks = await trainLoop(plan, device.twin, task, inner);
    await writeNetworks(plan, run, networks);
    const result = await transferLoop(plan, device.twin, task, baselines, networks, inner);
    const arms = summariseLoop(result);
    const { reservoirs } = result;
    await run.note({
      files: { report: "report.html" },
      results: { arms, reservoirs, baselines: result.baselines },
    });
    await run.write("outcome.json", formatOutcome(device, result));
    const page = await makeReport(device, result, arms, run.path);
    await run.writeFigures(page.figures);
    await run.write("report.html", page.html);
    const text = `${device.validation.verdict}\n\n${transferText(result, arms)}`;
    return { path: run.path, report: run.at("report.html"), arms, reservoirs, text };
  });
}

/** Record, fit and train in a new run folder; `transfer` takes it from there. */
export async function trainInFolder(
  plan: LoopPlan,
  options: RunLoopOptions,
  context: VerbContext,
): Promise<TrainRun> {
  const { task } = await checkInput(plan, options);
  return inFolder(plan, options, async (run, kernels) => {
    const inner = { ...context, kernels, onMetrics: run.addMetrics };
    const { twin } = await fitDevice(plan, run, kernels, context);
    const trained = await trainLoop(plan, twin, task, inner);
    await writeNetworks(plan, run, trained);
    const networks = trained.map(({ arm, seed, iterations, training }) => {
      return { arm, seed, iterations, folder: run.at(networkFolder(plan, arm, seed)), training };
    });
    return { path: run.path, networks };
  });
}

/** Create the task and try the device first: what they refuse leaves no run folder behind. */
function checkInput(plan: LoopPlan, { path }: RunLoopOptions): ReturnType<typeof prepareTask> {
  if (path !== undefined) checkFree(path);
  createLoopDevice(plan, plan.device.disorder[0], "recording");
  return prepareTask(plan);
}

async function inFolder<Result>(
  plan: LoopPlan,
  { verb, config, path }: RunLoopOptions,
  body: (run: RunFolder, kernels: KernelModule) => Promise<Result>,
): Promise<Result> {
  const kernels = await loadKernelModule();
  const { name, seed, data } = plan;
  const files: Record<string, string> = data === undefined ? {} : { data: resolve(data) };
  return runInFolder({ verb, name, seed, config, path, kernels, files }, (run) =>
    body(run, kernels),
  );
}

async function fitDevice(
  plan: LoopPlan,
  run: RunFolder,
  kernels: KernelModule,
  context: VerbContext,
): Promise<FittedDevice> {
  const recording = await recordLoop(plan, context);
  await writeRecording(run.at("recording.h5"), recording);
  const device = await fitLoop(plan, recording, { ...context, kernels, onMetrics: run.addMetrics });
  run.log(device.validation.verdict);
  await writeTwin(run.at("twin"), device.twin, {
    program: await programName(),
    simulate: (twin, drive, stream) => simulateTwin(kernels, twin, drive, { stream }),
    datasets: [hashRecording(recording)],
    validation: device.validation,
  });
  await run.note({ files: { recording: "recording.h5", twin: "twin" } });
  return device;
}

async function writeNetworks(
  plan: LoopPlan,
  run: RunFolder,
  networks: readonly TrainedNetwork[],
): Promise<void> {
  const program = await programName();
  for (const { arm, seed, network, iterations } of networks) {
    const training = { arm, seed, iterations };
    await writeNetwork(run.at(networkFolder(plan, arm, seed)), network, { program, training });
  }
}
