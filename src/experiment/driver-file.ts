// A driver as it is written: one YAML file, or the command itself.
import { z } from "zod";
import { fault } from "../base/index.ts";
import type { DeviceDescription, LimitSet } from "../devices/index.ts";
import type { Plain } from "./overrides.ts";
import { describeIssue } from "./recipe.ts";

const text = z.string().min(1);

const commandRule = z
  .union([text.transform(splitCommand), z.array(text)])
  .refine((words) => words.length > 0, "expected a program and its arguments")
  .describe("program and arguments, as a list or in one line; no shell is between");

const inputRule = z.strictObject({
  name: text,
  unit: text.optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  maxSlew: z.number().positive().optional().describe("units per second"),
  safe: z.number().optional().describe("value that the safe state holds"),
});

const observableRule = z.strictObject({ name: text, unit: text.optional() });

const driverRule = z.strictObject({
  command: commandRule,
  inputs: z
    .array(inputRule)
    .default([])
    .describe("narrow the limits that the driver declares; none can be widened"),
  observables: z
    .array(observableRule)
    .optional()
    .describe("names and units, in order: checked against what the driver declares"),
  dt: z.number().positive().optional().describe("sampling step, s: checked too"),
  timeout: z.number().positive().optional().describe("s beyond what the samples take (default 10)"),
  heartbeat: z
    .number()
    .positive()
    .optional()
    .describe("s between signs of life; five may be missed (default 1)"),
  overload: z
    .enum(["remark", "refuse"])
    .optional()
    .describe("what becomes of samples at the end of an observable's range (default remark)"),
});

/** A driver file with its defaults. */
export interface WrittenDriver {
  readonly command: readonly string[];
  readonly inputs: LimitSet["inputs"];
  readonly observables?: readonly { readonly name: string; readonly unit?: string }[];
  readonly dt?: number;
  readonly timeout?: number;
  readonly heartbeat?: number;
  readonly overload?: "remark" | "refuse";
}

/** JSON Schema of driver files, for editors. */
export function driverSchema(): object {
  return z.toJSONSchema(driverRule, { io: "input" });
}

/**
 * Check a driver file and say everything that is wrong with it at once.
 *
 * @throws  `bad-recipe` listing every problem with its path.
 */
export function checkDriver(written: Plain, where: string): WrittenDriver {
  const checked = driverRule.safeParse(written, { reportInput: true });
  if (checked.success) return checked.data;
  const known = (path: readonly PropertyKey[]): string[] => {
    if (path.length === 0) return Object.keys(driverRule.shape);
    return Object.keys((path[0] === "inputs" ? inputRule : observableRule).shape);
  };
  const problems = checked.error.issues.flatMap((issue) =>
    describeIssue(issue, known, "the driver"),
  );
  throw fault("bad-recipe", {
    where,
    what:
      problems.length === 1
        ? "the driver file has a fault"
        : `the driver file has ${problems.length} faults`,
    got: problems.join("; "),
    expected: "a driver as in docs/lab.md",
    fix: "Mend what is named; nothing was started",
  });
}

/** Whether a name means a driver: a YAML file, or a command with a space or a path in it. */
export const isDriver = (name: string): boolean => isDriverFile(name) || /[\s/\\]/.test(name);

/** Whether a name is that of a driver file. */
export const isDriverFile = (name: string): boolean => /\.ya?ml$/i.test(name);

/** Words of a command; quotes keep spaces, and nothing else has a meaning of its own. */
export function splitCommand(line: string): string[] {
  const words = line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g);
  return Array.from(words, ([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single),
  );
}

/** A command as it may be typed again. */
export const formatCommand = (command: readonly string[]): string =>
  command.map((word) => (/[\s"]/.test(word) ? `'${word}'` : word)).join(" ");

/**
 * Check a device against what its driver file says of it.
 *
 * @throws  `bad-value` for other observables, units or another sampling step.
 */
export function checkDeclared(
  { observables, dt }: WrittenDriver,
  description: DeviceDescription,
  where: string,
): void {
  const namesOf = (channels: readonly { readonly name: string; readonly unit?: string }[]) =>
    channels.map(({ name, unit }, i) => `${name} (${unit ?? description.observables[i]?.unit})`);
  const wanted = observables && namesOf(observables).join(", ");
  const found = namesOf(description.observables).join(", ");
  if (wanted !== undefined && wanted !== found) throw differs(where, "observables", found, wanted);
  if (dt === undefined || Math.abs(description.dt / dt - 1) < 1e-9) return;
  throw differs(where, "sampling step", `${description.dt} s`, `${dt} s`);
}

const differs = (where: string, what: string, got: string, expected: string): Error =>
  fault("bad-value", {
    where,
    what: `the ${what} of the device is not what the driver file says`,
    got,
    expected,
    fix: "Check that it is the right instrument, and correct the file",
  });
