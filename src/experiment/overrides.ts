import { parse } from "yaml";
import { fault } from "../base/index.ts";

/** A part of a recipe before it is checked. */
export type Plain = { readonly [key: string]: unknown };

/**
 * Read dotted overrides such as "twin.delays=4" or "record.range=[[20, 34]]".
 *
 * @param texts  Each a path, "=", and a value in YAML.
 * @returns      One nested object.
 * @throws       `bad-value` for a text of another form.
 */
export function parseOverrides(texts: readonly string[]): Plain {
  return texts.reduce<Plain>((all, text) => merge(all, parseOverride(text)), {});
}

function parseOverride(text: string): Plain {
  const [, path, value] = /^([A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*)=(.*)$/s.exec(text) ?? [];
  if (path === undefined) throw badOverride(text, "a text of another form");
  const keys = path.split(".");
  return keys.reduceRight<unknown>(
    (inner, key) => ({ [key]: inner }),
    parseValue(text, value),
  ) as Plain;
}

function parseValue(text: string, value: string): unknown {
  try {
    return parse(value);
  } catch (error) {
    throw badOverride(text, `a value that is not YAML (${String(error).split("\n")[0]})`);
  }
}

function badOverride(text: string, got: string): Error {
  return fault("bad-value", {
    where: `the argument '${text}'`,
    what: "this is not a setting",
    got,
    expected: "section.key=value, such as twin.delays=4",
    fix: "Write it without spaces around '=', and quote lists for the shell",
  });
}

/** Two nested objects as one; where both have a value the second's counts, lists as a whole. */
export function merge(first: Plain, second: Plain): Plain {
  const result: Record<string, unknown> = { ...first };
  for (const [key, value] of Object.entries(second)) {
    if (value === undefined) continue;
    const before = result[key];
    result[key] = isPlain(before) && isPlain(value) ? merge(before, value) : value;
  }
  return result;
}

const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);
