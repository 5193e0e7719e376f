// A recording plan as it is written: one YAML file, checked whole before anything is driven.
import { z } from "zod";
import { closestName, fault } from "../base/index.ts";
import type { DriveFamily, Extent, ResetPolicy } from "../devices/index.ts";
import type { Plain } from "./overrides.ts";
import { describeIssue } from "./recipe.ts";

const whole = (least: number) => z.int().min(least);

const deviceRule = z
  .looseObject({
    kind: z.string().optional().describe("where given, the device that is named beside the plan"),
    disorder: z.array(whole(0)).min(1).default([1]).describe("which sample; the first one counts"),
    instrument: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("readout noise, gain, ADC and so on; default as calibrated, or off"),
  })
  .describe("a virtual device; options of its kind stand beside `disorder`");

const rangeRule = z
  .union(
    [
      z.literal("find"),
      z.array(z.tuple([z.number(), z.number()])).min(1),
      z.strictObject({ fraction: z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]) }),
    ],
    { error: "expected [[lowest, highest], ...] in device units, {fraction: [0.2, 0.8]}, or find" },
  )
  .describe(
    "one [lowest, highest] for each input, in its unit; `{fraction: [from, to]}` of every safe range; or `find`: a sweep finds where the device answers (default the safe range)",
  );

const warmUpRule = z
  .strictObject({
    steps: whole(1).describe("samples before each sequence at its first value, after the reset"),
    keep: z
      .boolean()
      .default(false)
      .describe("in the file as the beginning of the sequence; otherwise measured and left out"),
  })
  .describe("what comes before each sequence (default nothing)");

const families = ["levels", "sines", "noise", "ladder", "file"] as const;

const driveRule = z.discriminatedUnion("family", [
  z.strictObject({
    family: z.literal("levels").describe("piecewise constant, uniform over the range"),
    holds: z
      .array(whole(1))
      .min(1)
      .default([1, 5])
      .describe("how long a level is held, in units of the samples per step; sequences take turns"),
  }),
  z.strictObject({
    family: z.literal("sines").describe("sums of sines of equal amplitude"),
    count: whole(1).default(3).describe("sines in a sum"),
    periods: z
      .tuple([z.number().positive(), z.number().positive()])
      .default([8, 100])
      .describe("shortest and longest period, in the same units; log-uniform"),
  }),
  z.strictObject({
    family: z.literal("noise").describe("white noise: a new value at every step"),
    spread: z
      .number()
      .positive()
      .default(0.25)
      .describe("standard deviation, of the width of the range; clipped to the range"),
  }),
  z.strictObject({
    family: z.literal("ladder").describe("constant drives from the lowest to the highest"),
  }),
  z.strictObject({
    family: z.literal("file").describe("drives of your own, in device units"),
    path: z
      .string()
      .min(1)
      .describe(".npy [time], [time, inputs] or [sequences, time, inputs], or .csv of columns"),
  }),
]);

const partRule = z.strictObject({
  drive: driveRule,
  sequences: whole(1).optional().describe("different drives (default 10; of a file, all of its)"),
  steps: whole(1)
    .optional()
    .describe("samples of a sequence (default 100 times the samples per step; of a file, all)"),
  repeats: whole(1).default(1).describe("times that each sequence is measured"),
  range: rangeRule.optional().describe("as above, for this part alone"),
  warmUp: warmUpRule.optional().describe("as above, for this part alone"),
});

const planRule = z.strictObject({
  device: deviceRule.prefault({}),
  seed: whole(0).optional().describe("decides drives, order and noise; --seed goes before it"),
  range: rangeRule.optional(),
  warmUp: warmUpRule.optional(),
  reset: z
    .union([z.enum(["before-every", "never"]), whole(1)], {
      error: "expected before-every, never, or a whole number of at least 1",
    })
    .optional()
    .describe(
      "`before-every` run (default, where the device can be reset), `never`, or a number n: before every n-th run",
    ),
  order: z
    .enum(["shuffled", "rounds"])
    .default("shuffled")
    .describe(
      "every sequence once, then all again: in a random order each time, or in theirs (`rounds`)",
    ),
  parts: z
    .record(z.string().regex(/^[A-Za-z][\w .-]*$/, "a name starts with a letter"), partRule)
    .describe("by name, in the order in which they are measured"),
});

/** Range of a plan as it is written. */
export type WrittenRange = "find" | Extent[] | { readonly fraction: Extent };

/** Warm-up of a plan. */
export interface WarmUp {
  readonly steps: number;
  readonly keep: boolean;
}

/** Drive of a part as it is written. */
export type WrittenDrive = DriveFamily | { readonly family: "file"; readonly path: string };

/** A part of a plan as it is written. */
export interface WrittenPart {
  readonly drive: WrittenDrive;
  readonly sequences?: number;
  readonly steps?: number;
  readonly repeats: number;
  readonly range?: WrittenRange;
  readonly warmUp?: WarmUp;
}

/** A plan with the defaults of its schema filled in; `planSchema` says what each key means. */
export interface WrittenPlan {
  readonly device: {
    readonly kind?: string;
    readonly disorder: number[];
    readonly instrument?: Record<string, unknown>;
    readonly [option: string]: unknown;
  };
  readonly seed?: number;
  readonly range?: WrittenRange;
  readonly warmUp?: WarmUp;
  readonly reset?: ResetPolicy;
  readonly order: "shuffled" | "rounds";
  readonly parts: Readonly<Record<string, WrittenPart>>;
}

/** JSON Schema of plans, for editors and for docs/recording.md. */
export function planSchema(): object {
  return z.toJSONSchema(planRule, { io: "input" });
}

/**
 * Check a plan, fill in its defaults, and say everything that is wrong with it at once.
 *
 * @param where  File name, for messages.
 * @throws       `bad-recipe` listing every problem with its path.
 */
export function checkPlan(written: Plain, where: string): WrittenPlan {
  const checked = planRule.safeParse(written, { reportInput: true });
  const problems = checked.success
    ? Object.keys(checked.data.parts).length === 0
      ? ["parts: there is none"]
      : []
    : checked.error.issues.flatMap((issue) => describePlanIssue(issue, written));
  if (checked.success && problems.length === 0) return checked.data as WrittenPlan;
  throw badPlan(where, problems);
}

/** The fault of a plan, with everything that is wrong with it. */
export function badPlan(where: string, problems: readonly string[]): Error {
  return fault("bad-recipe", {
    where,
    what: problems.length === 1 ? "the plan has a fault" : `the plan has ${problems.length} faults`,
    got: problems.join("; "),
    expected: "a plan as in docs/recording.md",
    fix: "Mend what is named and start again",
  });
}

type Issue = z.core.$ZodIssue;

function describePlanIssue(issue: Issue, written: Plain): string[] {
  const path = issue.path.join(".");
  if (issue.code === "invalid_key") return [`${path}: ${issue.issues[0].message}`];
  if (issue.code === "invalid_union" && "discriminator" in issue) {
    const given = valueAt(written, issue.path);
    if (typeof given !== "string") return [`${path}: expected one of ${families.join(", ")}`];
    const meant = closestName(given, families);
    const hint = meant ? `; did you mean '${meant}'?` : "";
    return [`${path}: '${given}' is none of ${families.join(", ")}${hint}`];
  }
  return describeIssue(issue, (at) => keysAt(at, written), "the plan");
}

/** Keys that the schema knows at a path; of a drive, those of its family. */
function keysAt(path: readonly PropertyKey[], written: Plain): string[] {
  if (path.at(-1) !== "drive") {
    const isPart = path[0] === "parts" && path.length === 2;
    if (path.at(-1) === "warmUp") return Object.keys(warmUpRule.shape);
    return Object.keys(isPart ? partRule.shape : planRule.shape);
  }
  const family = valueAt(written, [...path, "family"]);
  const rule = driveRule.options.find(({ shape }) => shape.family.value === family);
  return Object.keys(rule?.shape ?? {});
}

function valueAt(written: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    written,
  );
}
