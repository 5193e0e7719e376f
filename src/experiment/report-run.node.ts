// outcome.json keeps what a report needs and no other file of the run holds, so that a report can be
// written again without measuring or training anything.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createArray, fault, type HostArray } from "../base/index.ts";
import { hashRecording, type Recording, readRecording, writeAtomically } from "../data/index.ts";
import type { KernelModule } from "../engine/index.ts";
import {
  type FitProgress,
  readTwin,
  simulateTwin,
  type Twin,
  type TwinValidation,
} from "../twin/index.ts";
import { programName } from "./host.node.ts";
import type { LedgerEntry } from "./ledger.ts";
import { type FittedDevice, holdOut, validationStream } from "./loop-device.ts";
import type { LoopPlan } from "./loop-plan.ts";
import { type LoopReport, reportLoop } from "./loop-report.ts";
import { prepareTask } from "./loop-train.ts";
import {
  type ArmResult,
  type LoopResult,
  summariseLoop,
  type TransferredNetwork,
} from "./loop-transfer.ts";
import { writeFigures } from "./run-folder.node.ts";
import { readStoredRun } from "./stored-run.node.ts";

type PlainArray = { readonly shape: readonly number[]; readonly data: readonly number[] };

/** The content of outcome.json. */
interface Outcome {
  readonly baselines: LoopResult["baselines"];
  readonly reservoirs: readonly number[];
  readonly fit: { readonly history: readonly FitProgress[]; readonly validation: TwinValidation };
  readonly trained: readonly (Omit<TransferredNetwork, "network" | "outputs"> & {
    readonly outputs: readonly PlainArray[];
  })[];
  readonly ledger: readonly LedgerEntry[];
}

/** What a fit said, in fit.json until there is an outcome. */
type Fit = Outcome["fit"];

/** The text of fit.json. */
export function formatFit({ history, validation }: FittedDevice): string {
  const fit: Fit = { history, validation };
  return `${JSON.stringify(fit)}\n`;
}

/** The fitted device of a run folder; undefined if its fit has not come to its end. */
export async function readFit(
  plan: LoopPlan,
  path: string,
  recording: Recording,
  kernels: KernelModule,
): Promise<FittedDevice | undefined> {
  const place = join(path, "fit.json");
  if (!existsSync(place)) return undefined;
  const { twin } = await readTwin(join(path, "twin"), {
    simulate: (stored, drive, stream) => simulateTwin(kernels, stored, drive, { stream }),
  });
  return withFit(plan, recording, twin, JSON.parse(await readFile(place, "utf8")) as Fit, kernels);
}

function withFit(
  plan: LoopPlan,
  recording: Recording,
  twin: Twin,
  fit: Fit,
  kernels: KernelModule,
): FittedDevice {
  const { unseen } = holdOut(recording);
  const paths = simulateTwin(kernels, twin, unseen.drive, {
    repeats: unseen.response.shape[1],
    stream: validationStream(plan),
  });
  return { ...{ recording, twin, ...fit }, unseen: { part: unseen, twin: paths } };
}

/** The text of outcome.json. */
export function formatOutcome(
  device: FittedDevice,
  result: LoopResult,
  ledger: readonly LedgerEntry[],
): string {
  const shown = result.task.scored === "each-step" ? 1 : result.task.test.length;
  const { baselines, reservoirs } = result;
  const trained = result.trained.map(({ network: _, outputs, ...one }) => ({
    ...one,
    outputs: outputs.slice(0, shown).map(({ shape, data }) => ({ shape, data: [...data] })),
  }));
  const fit = { history: device.history, validation: device.validation };
  const outcome: Outcome = { baselines, reservoirs, fit, trained, ledger };
  return `${JSON.stringify(outcome)}\n`;
}

/** The report of a loop that has just ended or was read back. */
export async function makeReport(
  device: FittedDevice,
  result: LoopResult,
  arms: readonly ArmResult[],
  ledger: readonly LedgerEntry[],
  path: string,
): Promise<LoopReport> {
  const { plan } = result;
  return reportLoop(device, result, arms, ledger, {
    program: await programName(),
    run: path,
    seed: `${plan.seed}`,
    "network seeds": plan.networkSeeds.join(", "),
    "samples (disorder seeds)": plan.device.disorder.join(", "),
    "recording, sha256": hashRecording(device.recording),
  });
}

/**
 * Write report.html and the figures of a finished run again.
 *
 * @throws  `missing-file` if the run has not come to its end.
 */
export async function reportRun(path: string): Promise<{ readonly report: string }> {
  const { plan, twin, kernels, networks } = await readStoredRun(path);
  const outcome = await readOutcome(path);
  const recording: Recording = await readRecording(join(path, "recording.h5"));
  const device = withFit(plan, recording, twin, outcome.fit, kernels);
  const { task } = await prepareTask(plan);
  const trained = outcome.trained.map((one, i): TransferredNetwork => {
    const outputs = one.outputs.map(({ shape, data }): HostArray => createArray(shape, data));
    return { ...one, outputs, network: networks[i].network };
  });
  const { baselines, reservoirs } = outcome;
  const result: LoopResult = { plan, task, baselines, reservoirs, trained };
  const page = await makeReport(device, result, summariseLoop(result), outcome.ledger ?? [], path);
  await writeFigures(path, page.figures);
  const report = join(path, "report.html");
  await writeAtomically(report, page.html, { overwrite: true });
  return { report };
}

async function readOutcome(path: string): Promise<Outcome> {
  const place = join(path, "outcome.json");
  const text = await readFile(place, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw fault("missing-file", {
      where: place,
      what: "this run has no outcome to report",
      got: error.code ?? String(error),
      expected: "a run that came to its end",
      fix: "Run the recipe again, or `transfer` the networks that it has trained",
    });
  });
  return JSON.parse(text) as Outcome;
}
