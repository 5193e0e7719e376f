import { fault, suggestName } from "../base/index.ts";

/** How one option is checked, and what a reader is told of it. */
export interface OptionRule<Value> {
  /** The value where none is given. */
  readonly initial: Value;
  /** What it does, with its unit. */
  readonly meaning: string;
  /** What is accepted, as it stands in a message. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/** One rule for every option of a type. */
export type OptionRules<Options> = {
  readonly [Name in keyof Options]-?: OptionRule<Exclude<Options[Name], undefined>>;
};

/** A finite number from `min` to `max`, whole if `integer`. */
export function numberRule(
  initial: number,
  limits: { readonly min: number; readonly max: number; readonly integer?: boolean },
  meaning: string,
): OptionRule<number> {
  const { min, max, integer = false } = limits;
  const noun = integer ? "a whole number" : "a number";
  const isWithin = (value: number): boolean =>
    Number.isFinite(value) && value >= min && value <= max && (!integer || Number.isInteger(value));
  return {
    initial,
    meaning,
    expected: max === Infinity ? `${noun} of at least ${min}` : `${noun} from ${min} to ${max}`,
    accepts: (value) => typeof value === "number" && isWithin(value),
  };
}

/** One of a few words. */
export function choiceRule<Word extends string>(
  initial: Word,
  choices: readonly Word[],
  meaning: string,
): OptionRule<Word> {
  return {
    initial,
    meaning,
    expected: `one of ${choices.join(", ")}`,
    accepts: (value) => choices.some((choice) => choice === value),
  };
}

/** A list of at least one element, each accepted by `accepts`, none twice if `distinct`. */
export function listRule<Element>(
  initial: readonly Element[],
  accepts: (value: unknown) => boolean,
  expected: string,
  meaning: string,
  distinct = false,
): OptionRule<readonly Element[]> {
  const isList = (value: unknown): value is unknown[] => Array.isArray(value) && value.length > 0;
  return {
    initial,
    meaning,
    expected,
    accepts: (value) =>
      isList(value) && value.every(accepts) && (!distinct || new Set(value).size === value.length),
  };
}

/** Short text of an option's value for a message. */
export function formatValue(value: unknown): string {
  if (typeof value === "number") return String(value);
  return JSON.stringify(value) ?? String(value);
}

/**
 * Check options against their rules and fill in what was left out.
 *
 * @param where  Who takes the options, for messages.
 * @param rules  One rule per option.
 * @param given  What the caller gave; an option that is undefined counts as left out.
 * @returns      All options.
 * @throws       `unknown-name` for an option without a rule; `bad-value` for a refused value.
 */
export function readOptions<Options extends object>(
  where: string,
  rules: OptionRules<Options>,
  given: Options,
): Required<Options> {
  const known = Object.keys(rules);
  const values = new Map<string, unknown>(Object.entries(given));
  for (const name of values.keys())
    if (!known.includes(name)) throw unknownOption(where, name, known);
  const table = rules as Readonly<Record<string, OptionRule<unknown>>>;
  const result: Record<string, unknown> = {};
  for (const name of known) {
    const { initial, expected, accepts } = table[name];
    const value = values.get(name) ?? initial;
    if (value !== initial && !accepts(value)) {
      throw fault("bad-value", {
        where,
        what: `the option '${name}' cannot be used`,
        got: formatValue(value),
        expected,
        fix: `Change '${name}', or leave it out for its default`,
      });
    }
    result[name] = value;
  }
  return result as Required<Options>;
}

function unknownOption(where: string, name: string, known: readonly string[]): Error {
  return fault("unknown-name", {
    where,
    what: "there is no such option",
    got: `'${name}'`,
    expected: known.length === 0 ? "no options" : `one of ${known.join(", ")}`,
    fix: suggestName(name, known, "Correct its spelling or take it out"),
  });
}
