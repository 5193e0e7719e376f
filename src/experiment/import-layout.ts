// What `data import` may be told, in a YAML file or by flags, checked before any file is read.
import { z } from "zod";
import { fault } from "../base/index.ts";
import { type ArrangeOptions, parseChannelName } from "../data/index.ts";
import type { Plain } from "./overrides.ts";
import { describeIssue } from "./recipe.ts";

const channel = z.strictObject({
  name: z.string().min(1),
  unit: z.string().default(""),
  min: z.number().optional(),
  max: z.number().optional(),
  maxSlew: z.number().positive().optional(),
});
const name = z.string().min(1);
const names = z.array(name).min(1);

const layoutRule = z.strictObject({
  drive: names.optional(),
  response: names.optional(),
  time: name.optional(),
  timeUnit: name.optional(),
  dt: z.number().positive().optional(),
  axes: z.array(z.enum(["sequence", "repeat", "time", "observable"])).optional(),
  driveAxes: z.array(z.enum(["sequence", "repeat", "time", "input"])).optional(),
  sequence: name.optional(),
  repeat: name.optional(),
  driveHeld: z.enum(["until", "from", "no"]).optional(),
  missing: z.enum(["refuse", "mask"]).optional(),
  each: z.enum(["part", "sequence", "repeat"]).optional(),
  part: name.optional(),
  inputs: z.array(channel).min(1).optional(),
  observables: z.array(channel).min(1).optional(),
});

/** Keys that also a file which is a recording already can be imported with. */
const plainKeys: readonly string[] = ["dt", "inputs", "observables"];

/**
 * Check a layout and say everything that is wrong with it at once.
 *
 * One array may stand for a list of one, and "field (mT)" for a channel.
 *
 * @param where  The file it is from, or the verb.
 * @throws       `bad-value`.
 */
export function checkLayout(written: Plain, where: string): ArrangeOptions {
  const checked = layoutRule.safeParse(loosened(written), { reportInput: true });
  const problems = checked.success
    ? repeatedAxes(checked.data)
    : checked.error.issues.flatMap((issue) => describeIssue(issue, keysAt, "the layout"));
  if (checked.success && problems.length === 0) return checked.data;
  throw fault("bad-value", {
    where,
    what: "the files cannot be laid out like this",
    got: problems.join("; "),
    expected: "a layout as in docs/files.md",
    fix: "Mend what is named and start again",
  });
}

/** Whether a layout says where things are in a file, or only what a recording lacks. */
export function isPlain(layout: ArrangeOptions): boolean {
  return Object.keys(layout).every((key) => plainKeys.includes(key));
}

function loosened(written: Plain): Plain {
  const list = (value: unknown): unknown => (typeof value === "string" ? [value] : value);
  const channels = (value: unknown): unknown => {
    const all = list(value);
    if (!Array.isArray(all)) return all;
    return all.map((item) => (typeof item === "string" ? parseChannelName(item) : item));
  };
  const rules: Readonly<Record<string, (value: unknown) => unknown>> = {
    drive: list,
    response: list,
    axes: list,
    driveAxes: list,
    inputs: channels,
    observables: channels,
  };
  return Object.fromEntries(
    Object.entries(written).map(([key, value]) => {
      return [key, Object.hasOwn(rules, key) ? rules[key](value) : value];
    }),
  );
}

function repeatedAxes(layout: ArrangeOptions): string[] {
  return (["axes", "driveAxes"] as const).flatMap((key) => {
    const axes: readonly string[] = layout[key] ?? [];
    const problems = axes.length === new Set(axes).size ? [] : [`${key}: an axis is named twice`];
    if (layout[key] && !axes.includes("time")) problems.push(`${key}: there is no time`);
    return problems;
  });
}

function keysAt(path: readonly PropertyKey[]): string[] {
  return Object.keys(path.length === 0 ? layoutRule.shape : channel.shape);
}
