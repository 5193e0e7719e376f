// What a plan will cost and what its repeats will tell, before anything is driven.
import {
  countRuns,
  type DeviceDescription,
  errorsOfRepeats,
  isReset,
  keepsInitial,
  type PlannedPart,
  type RecordingPlan,
  type RepeatErrors,
  repeatsForError,
  resetPolicy,
  runsOf,
  type SlewNote,
  type SweptInput,
  sizeOfSweep,
} from "../devices/index.ts";
import { formatTable } from "../report/index.ts";
import { formatBytes, formatSeconds } from "./duration.ts";
import type { WrittenDrive, WrittenPlan } from "./plan-file.ts";
import { needsSweep, type ResolvedPlan } from "./plan-resolve.ts";

/** What is measured in a part, or in all, and what it takes. */
export interface PlanCost {
  readonly runs: number;
  /** Samples driven, discarded warm-up included. */
  readonly samples: number;
  readonly resets: number;
  /** Driving, and resets where their time is known, s of the device's time. */
  readonly deviceTime: number;
  readonly bytes: number;
}

/** A plan in numbers, as plain JSON. */
export interface PlanExplanation {
  readonly parts: readonly (PlanCost & {
    readonly name: string;
    readonly drive: string;
    readonly sequences: number;
    readonly repeats: number;
    /** Samples of a sequence in the file, and those left out before it. */
    readonly steps: number;
    readonly warmUp: number;
  })[];
  readonly total: PlanCost;
  /** Of the noise, on which the errors of the standard deviation depend. */
  readonly kurtosis: number;
  /** Repeats needed for wanted relative errors. */
  readonly needed: readonly (RepeatErrors & { readonly error: number })[];
  /** Errors that the repeats of the plan leave, at one step of one sequence. */
  readonly reached: readonly (RepeatErrors & { readonly part: string; readonly repeats: number })[];
  readonly slowed: ResolvedPlan["slowed"];
  /** What the sweep of `range: find` takes beforehand. */
  readonly sweep?: Pick<PlanCost, "runs" | "samples" | "deviceTime">;
}

/** Relative errors that a table is made for. */
const usualErrors: readonly number[] = [0.2, 0.1, 0.05, 0.02, 0.01];

/** What to explain, and for which noise. */
export interface ExplainOptions {
  readonly written: WrittenPlan;
  readonly resolved: ResolvedPlan;
  readonly description: DeviceDescription;
  readonly kurtosis: number;
  /** A wanted relative error beside the usual ones. */
  readonly error?: number;
}

/** Count what a plan takes, and the repeats that wanted errors need. */
export function explainPlan(options: ExplainOptions): PlanExplanation {
  const { written, resolved, description, kurtosis, error } = options;
  const { plan, slowed, bytes } = resolved;
  const errors = [...new Set([...usualErrors, ...(error === undefined ? [] : [error])])];
  let first = 0;
  const parts = plan.parts.map((part) => {
    const cost = costOf(part, first, plan, description);
    first += runsOf(part);
    const [sequences, steps] = part.drive.shape;
    return {
      ...{ name: part.name, drive: describeDrive(written.parts[part.name].drive), sequences },
      ...{ repeats: part.repeats, steps, warmUp: part.warmUp ?? 0, ...cost },
    };
  });
  const sum = (key: keyof PlanCost): number => parts.reduce((all, part) => all + part[key], 0);
  const repeated = plan.parts.filter(({ repeats }) => repeats > 1);
  const sweep = needsSweep(written) ? { sweep: costOfSweep(description) } : {};
  return {
    parts,
    total: {
      ...{ runs: countRuns(plan), samples: sum("samples"), resets: sum("resets") },
      ...{ deviceTime: sum("deviceTime"), bytes },
    },
    kurtosis,
    needed: errors
      .sort((a, b) => b - a)
      .map((wanted) => ({ error: wanted, ...repeatsForError(wanted, kurtosis) })),
    reached: repeated.map(({ name, repeats }) => {
      return { part: name, repeats, ...errorsOfRepeats(repeats, kurtosis) };
    }),
    slowed,
    ...sweep,
  };
}

function costOf(
  part: PlannedPart,
  first: number,
  plan: RecordingPlan,
  description: DeviceDescription,
): PlanCost {
  const runs = runsOf(part);
  const policy = resetPolicy(description, plan);
  let resets = 0;
  for (let run = first; run < first + runs; run++) if (isReset(policy, run)) resets++;
  const { drive, warmUp = 0 } = part;
  const samples = runs * (drive.shape[1] + warmUp);
  const { dt, resetTime = 0, observables } = description;
  const initial = keepsInitial(description, plan, part) ? 1 : 0;
  const perRun = 8 * (drive.shape[1] + initial) * observables.length + 4;
  const deviceTime = samples * dt + resets * resetTime;
  return { runs, samples, resets, deviceTime, bytes: 8 * drive.data.length + runs * perRun };
}

function costOfSweep(description: DeviceDescription) {
  const { runs, steps } = sizeOfSweep(description);
  const { dt, resetTime = 0 } = description;
  const samples = runs * steps;
  return { runs, samples, deviceTime: samples * dt + runs * resetTime };
}

function describeDrive(drive: WrittenDrive): string {
  switch (drive.family) {
    case "levels":
      return `levels, held ${drive.holds.join(" or ")}`;
    case "sines":
      return `${drive.count} sines, periods ${drive.periods.join(" to ")}`;
    case "noise":
      return `white noise, sd ${drive.spread} of the range`;
    case "ladder":
      return "ladder";
    case "file":
      return drive.path;
    default:
      return drive satisfies never;
  }
}

/** The explanation for a terminal. */
export function formatExplanation(
  explanation: PlanExplanation,
  { written, description }: Pick<ExplainOptions, "written" | "description">,
): string {
  const { total, sweep, slowed } = explanation;
  const lines = formatSlowed(slowed, description);
  const paragraphs = [
    `${description.identity}: sampling step ${formatSeconds(description.dt)}`,
    formatParts(explanation),
    `${describeResets(written, total, description)}\n${describeOrder(written)}`,
    ...(sweep ? [describeSweep(sweep)] : []),
    ...(lines.length > 0 ? [lines.join("\n")] : []),
    ...formatRepeats(explanation),
  ];
  return paragraphs.map((text) => text.trimEnd()).join("\n\n");
}

const describeSweep = ({ runs, deviceTime }: NonNullable<PlanExplanation["sweep"]>): string =>
  `range: find drives ${runs} runs of constant levels first (${formatSeconds(deviceTime)}); until then the safe range stands in for it`;

function formatRepeats({ kurtosis, needed, reached }: PlanExplanation): string[] {
  const percent = (value: number): string => `${Number((100 * value).toPrecision(3))} %`;
  const columns = ["mean", "std", "autocov"];
  const rows = needed.map(({ error, mean, std, autocov }) => [
    ...[percent(error), String(mean), String(std), String(autocov)],
  ]);
  const left = reached.map(({ part, repeats, mean, std, autocov }) => [
    ...[part, String(repeats), ...[mean, std, autocov].map(percent)],
  ]);
  return [
    `repeats that bring a relative error down to what is wanted (kurtosis of the noise ${Number(kurtosis.toPrecision(3))}):`,
    formatTable(rows, { columns: ["error", ...columns] }),
    ...(left.length === 0
      ? []
      : [
          "errors that the repeats of the plan leave:",
          formatTable(left, { columns: ["part", "repeats", ...columns] }),
        ]),
    "at one step of one sequence: of the mean in sd of the noise, of the sd relative to itself, of the\nautocovariance relative to the variance at lag 0; averages over steps and sequences err by less",
  ];
}

function formatParts({ parts, total }: PlanExplanation): string {
  const costs = ({ runs, samples, deviceTime, bytes }: PlanCost): string[] => [
    ...[String(runs), String(samples), formatSeconds(deviceTime), formatBytes(bytes)],
  ];
  const rows = parts.map((part) => [
    ...[part.name, part.drive, String(part.sequences), String(part.repeats), String(part.steps)],
    ...[part.warmUp > 0 ? String(part.warmUp) : "-", ...costs(part)],
  ]);
  const columns = ["part", "drive", "sequences", "repeats", "steps", "left out"];
  return formatTable([...rows, ["in all", "", "", "", "", "", ...costs(total)]], {
    columns: [...columns, "runs", "samples", "device time", "size"],
  });
}

function describeResets(
  { reset = "before-every" }: WrittenPlan,
  { resets }: PlanCost,
  { canReset, resetTime }: DeviceDescription,
): string {
  if (!canReset) return "the device cannot be reset: every run goes on from the one before";
  const when = typeof reset === "number" ? `before every ${reset} runs` : reset.replace("-", " ");
  const often = reset === "before-every" ? `${when} run` : when;
  const each = `a reset takes ${formatSeconds(resetTime ?? 0)}`;
  const time = resetTime === undefined ? "how long one takes the device does not say" : each;
  return `resets: ${often}, ${resets} in all; ${time}`;
}

const describeOrder = ({ order }: WrittenPlan): string =>
  order === "shuffled"
    ? "order: every sequence once in a random order, then all again in another; kept in the file"
    : "order: every sequence once, then all again; kept in the file";

/** One line for every input that had to be slowed down. */
export function formatSlowed(
  slowed: Readonly<Record<string, readonly SlewNote[]>>,
  { inputs }: DeviceDescription,
): string[] {
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  return Object.entries(slowed).flatMap(([part, notes]) =>
    notes.map(({ input, changed, first, asked, allowed }) => {
      const unit = inputs.find(({ name }) => name === input)?.unit ?? "";
      const where = `first at sequence ${first.sequence}, sample ${first.sample}`;
      return `${part}: '${input}' is slowed down at ${changed} samples, ${where}: at most ${short(allowed)} ${unit}/s, where the drive asked for up to ${short(asked)}`;
    }),
  );
}

/** The evidence of a sweep for a terminal. */
export function formatSweep(swept: readonly SweptInput[]): string {
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  return swept
    .map(({ input, unit, shown, levels, acrossLevels, overRepeats, range }) => {
      const rows = levels.map(({ level, response, isActive }) => [
        ...[short(level), short(response), isActive ? "active" : "quiet"],
      ]);
      const spread = `sd ${short(acrossLevels)} across levels, ${short(overRepeats)} over repeats`;
      return `${formatTable(rows, { columns: [`${input} (${unit})`, shown, ""] })}${spread}; range ${short(range[0])} to ${short(range[1])} ${unit}`;
    })
    .join("\n\n");
}
