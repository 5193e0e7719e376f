// What a recording would send, before anything is sent.
import type { HostArray } from "../base/index.ts";
import {
  countRuns,
  type DeviceDescription,
  formatLimits,
  isReset,
  type PlannedPart,
  type RecordingPlan,
  resetPolicy,
} from "../devices/index.ts";
import { formatTable } from "../report/index.ts";
import { withDriver } from "./open-driver.node.ts";
import { loadPlan, type PlanSource, resolveLoaded } from "./plan.node.ts";
import { formatSlowed } from "./plan-explain.ts";
import { needsSweep } from "./plan-resolve.ts";
import type { VerbContext } from "./verb.ts";

/** One run as it would be sent. */
export interface RehearsedRun {
  readonly run: number;
  readonly part: string;
  readonly sequence: number;
  readonly repeat: number;
  readonly resets: boolean;
  readonly samples: number;
  /** Lowest and highest value, and largest change from one sample to the next, of each input. */
  readonly inputs: readonly { readonly min: number; readonly max: number; readonly step: number }[];
}

/** What a recording would send. */
export interface RehearsedRecording {
  readonly description: DeviceDescription;
  /** Runs in all; `runs` holds the first ones. */
  readonly total: number;
  readonly runs: readonly RehearsedRun[];
  readonly text: string;
}

/** Runs that are listed one by one. */
const listed = 20;

/**
 * Say what a recording would send, run by run. The device is asked for its description, and nothing
 * is driven: not even to the safe state.
 *
 * @throws  As `loadPlan` and `resolvePlan`; what opening the driver throws.
 */
export async function rehearseRecording(
  source: PlanSource,
  context: VerbContext,
): Promise<RehearsedRecording> {
  return withDriver(source.device, context, { isDry: true }, async (driven) => {
    const loaded = await loadPlan({ ...source, driven });
    const { plan, slowed } = await resolveLoaded(loaded);
    const { description, written } = loaded;
    const runs = firstRuns(plan, description);
    const total = countRuns(plan);
    const notes = [
      ...(needsSweep(written) ? ["a sweep through the whole safe range comes first"] : []),
      ...formatSlowed(slowed, description),
      ...(total > runs.length ? [`and ${total - runs.length} runs more of the same parts`] : []),
      "at the end, on Ctrl-C and after any fault: the safe state",
      "nothing was sent",
    ];
    const text = [
      `${description.identity}: ${formatLimits(description.inputs)}`,
      formatRuns(runs, description).trimEnd(),
      notes.join("\n"),
    ].join("\n\n");
    return { description, total, runs, text };
  });
}

function firstRuns(plan: RecordingPlan, description: DeviceDescription): RehearsedRun[] {
  const policy = resetPolicy(description, plan);
  const runs: RehearsedRun[] = [];
  for (const part of plan.parts) {
    const count = part.drive.shape[0] * part.repeats;
    for (let turn = 0; turn < count && runs.length < listed; turn++) {
      const run = runs.length;
      const row = part.order?.[turn] ?? inRounds(turn, part);
      const sequence = Math.floor(row / part.repeats);
      runs.push({
        ...{ run, part: part.name, sequence, repeat: row % part.repeats },
        resets: isReset(policy, run),
        samples: part.drive.shape[1] + (part.warmUp ?? 0),
        inputs: description.inputs.map((_, i) => extentOf(part.drive, sequence, i)),
      });
    }
  }
  return runs;
}

const inRounds = (turn: number, { drive, repeats }: PlannedPart): number =>
  (turn % drive.shape[0]) * repeats + Math.floor(turn / drive.shape[0]);

function extentOf({ shape, data }: HostArray, sequence: number, input: number) {
  const [, time, inputs] = shape;
  let [min, max, step] = [Infinity, -Infinity, 0];
  for (let t = 0; t < time; t++) {
    const at = (sequence * time + t) * inputs + input;
    min = Math.min(min, data[at]);
    max = Math.max(max, data[at]);
    if (t > 0) step = Math.max(step, Math.abs(data[at] - data[at - inputs]));
  }
  return { min, max, step };
}

function formatRuns(runs: readonly RehearsedRun[], { inputs }: DeviceDescription): string {
  const columns = ["run", "part", "sequence", "repeat", "sent", ...inputs.map(({ name }) => name)];
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  const rows = runs.map((run) => [
    ...[run.run, run.part, run.sequence, run.repeat],
    `${run.resets ? "reset, " : ""}run [${run.samples}, ${inputs.length}]`,
    ...run.inputs.map(({ min, max, step }, i) => {
      return `${short(min)} to ${short(max)} ${inputs[i].unit}, steps up to ${short(step)}`;
    }),
  ]);
  return formatTable(rows, { columns });
}
