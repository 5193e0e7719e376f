import { closestName, fault } from "../base/index.ts";

/** Refuse a size that is not a whole number, too small, or not a multiple of `step`. */
export function checkWhole(
  where: string,
  name: string,
  value: number,
  least: number,
  step = 1,
): void {
  if (Number.isInteger(value) && value >= least && value % step === 0) return;
  const kind = step === 1 ? "a whole number" : `a multiple of ${step}`;
  throw fault("bad-value", {
    where,
    what: `'${name}' is not a size that can be used`,
    got: `${value}`,
    expected: `${kind}, ${least} or more`,
    fix: `Set ${name} to ${kind} from ${least} up`,
  });
}

/**
 * Refuse a name that is not in a list, and guess which one was meant.
 *
 * @param where  The function that was called.
 * @param what   The kind of name: "task", "split of narma5".
 * @throws       `unknown-name`.
 */
export function checkName(
  where: string,
  what: string,
  name: string,
  known: readonly string[],
): void {
  if (known.includes(name)) return;
  const list = known.map((word) => `'${word}'`).join(", ");
  const nearest = closestName(name, known);
  throw fault("unknown-name", {
    where,
    what: `there is no ${what} of this name`,
    got: `'${name}'`,
    expected: known.length === 1 ? list : `one of ${list}`,
    fix: nearest
      ? `Did you mean '${nearest}'? Otherwise choose from the list`
      : "Choose from the list",
  });
}

/** Refuse a share that is not between 0 and 1. */
export function checkShare(where: string, name: string, value: number): void {
  if (value > 0 && value < 1) return;
  throw fault("bad-value", {
    where,
    what: `'${name}' is not a share`,
    got: `${value}`,
    expected: "a number between 0 and 1",
    fix: `Set ${name} to a part of the whole, such as 0.25`,
  });
}
