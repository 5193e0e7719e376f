import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { childStream, fault } from "../base/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import { evaluateOnTwin, type ScoreSummary } from "../network/index.ts";
import { formatTable } from "../report/index.ts";
import { readTwin, simulateTwin, type Twin } from "../twin/index.ts";
import type { TrainedNetwork } from "./loop-context.ts";
import { type LoopPlan, networkFolder } from "./loop-plan.ts";
import { transferText } from "./loop-report.ts";
import { networkStream, prepareTask } from "./loop-train.ts";
import { type ArmResult, summariseLoop, transferLoop } from "./loop-transfer.ts";
import { readTrainedNetwork } from "./network-keeper.node.ts";
import { checkRecipe, planOf, readYaml } from "./recipe.ts";
import { readRun } from "./run-folder.node.ts";
import type { VerbContext } from "./verb.ts";

/** A run folder whose networks have been trained. */
export interface StoredRun {
  readonly plan: LoopPlan;
  readonly twin: Twin;
  readonly kernels: KernelModule;
  readonly networks: readonly TrainedNetwork[];
}

/** Read plan, twin and networks of a run folder; the twin's self-check is run. */
export async function readStoredRun(path: string, data?: string): Promise<StoredRun> {
  const record = await readRun(path);
  const config = join(path, "config.yaml");
  const text = await readFile(config, "utf8");
  const recipe = checkRecipe(readYaml(text, config), config);
  const plan = planOf(recipe, data ?? record.files.data, () => performance.now() / 1000);
  const kernels = await loadKernelModule();
  const { twin } = await readTwin(join(path, record.files.twin ?? "twin"), {
    simulate: (stored, drive, stream) => simulateTwin(kernels, stored, drive, { stream }),
  });
  const networks: TrainedNetwork[] = [];
  for (const arm of plan.arms) {
    for (const seed of plan.networkSeeds) {
      networks.push(await readTrainedNetwork(join(path, networkFolder(plan, arm, seed))));
    }
  }
  return { plan, twin, kernels, networks };
}

/** What `network test` says of one network. */
export interface TwinScore {
  readonly arm: string;
  readonly seed: number;
  readonly task: string;
  readonly split: string;
  readonly score: string;
  readonly baselines: Readonly<Record<string, number>>;
  readonly twinNoiseOff?: ScoreSummary;
  readonly twinNoiseOn?: ScoreSummary;
}

/** How {@link testRun} tests. */
export interface TestRunOptions {
  /** Which of the twins' noise to try (default both). */
  readonly noise?: "on" | "off";
  /** Noisy runs (default as many as the recipe has on the device, at least 2). */
  readonly runs?: number;
  readonly data?: string;
}

/** Score the networks of a run folder on its twin; the test part is read. */
export async function testRun(
  path: string,
  { noise, runs, data }: TestRunOptions = {},
): Promise<{ readonly scores: readonly TwinScore[]; readonly text: string }> {
  const { plan, twin, kernels, networks } = await readStoredRun(path, data);
  const { task, baselines } = await prepareTask(plan);
  const scores = networks.map(({ arm, seed, network }): TwinScore => {
    const stream = childStream(networkStream(plan, seed), "test");
    const evaluate = (isOn: boolean): ScoreSummary => {
      const { value, interval, n } = evaluateOnTwin(kernels, network, twin, task, task.test, {
        noise: isOn,
        runs: isOn ? (runs ?? Math.max(2, plan.runs)) : 1,
        stream: childStream(stream, isOn ? "on" : "off"),
      });
      return { value, interval, n };
    };
    return {
      ...{ arm, seed, task: task.name, split: task.split, score: task.score, baselines },
      ...(noise === "on" ? {} : { twinNoiseOff: evaluate(false) }),
      ...(noise === "off" ? {} : { twinNoiseOn: evaluate(true) }),
    };
  });
  const show = (score?: ScoreSummary) => (score ? score.value : "");
  const rows = scores.map(({ arm, seed, twinNoiseOff, twinNoiseOn }) => [
    ...[arm, seed, show(twinNoiseOff), show(twinNoiseOn)],
  ]);
  const columns = ["network", "seed", "twin, noise off", "twin, noise on"];
  const known = Object.entries(baselines).map(([name, value]) => [name, "", "", value]);
  const text = `${task.name} (${task.split}), ${task.score}\n\n${formatTable([...rows, ...known], { columns }).trimEnd()}`;
  return { scores, text };
}

/** How {@link transferRun} transfers. */
export interface TransferRunOptions {
  /** Kind of the device, to be sure; it must be that of the recipe. */
  readonly device?: string;
  /** Disorder seeds of the samples (default those of the recipe). */
  readonly disorder?: readonly number[];
  readonly runs?: number;
  readonly data?: string;
}

/** What a transfer says. */
export interface TransferRun {
  readonly arms: readonly ArmResult[];
  readonly text: string;
}

/**
 * Carry the networks of a run folder to devices.
 *
 * @throws  `bad-value` if another kind of device is named than the twin was fitted to.
 */
export async function transferRun(
  path: string,
  options: TransferRunOptions,
  context: VerbContext,
): Promise<TransferRun> {
  const { plan: stored, twin, kernels, networks } = await readStoredRun(path, options.data);
  checkKind(stored, options.device);
  const { disorder = stored.device.disorder, runs = stored.runs } = options;
  const plan = { ...stored, runs, reservoirs: 0, device: { ...stored.device, disorder } };
  const { task, baselines } = await prepareTask(plan);
  const inner = { ...context, kernels };
  const result = await transferLoop(plan, twin, task, baselines, networks, inner);
  const arms = summariseLoop(result);
  return { arms, text: transferText(result, arms) };
}

function checkKind(plan: LoopPlan, device: string | undefined): void {
  if (device === undefined || device === plan.device.kind) return;
  throw fault("bad-value", {
    where: "transfer",
    what: "the twin of this run was fitted to another kind of device",
    got: `'${device}'`,
    expected: `'${plan.device.kind}'`,
    fix: "Leave --device out, or train on a twin of that device",
  });
}
