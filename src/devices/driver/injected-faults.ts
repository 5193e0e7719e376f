// Faults that a rehearsal asks a driver for, to see that they are survived.
import { fault, suggestName } from "../../base/index.ts";

/** Everything that can go wrong on purpose. */
export const faultKinds = {
  kill: "the process dies, halfway through a run",
  hang: "no answer any more, not even a sign of life, and no reaction to the end of its input",
  truncate: "half of the reply, then the process dies",
  corrupt: "one bit of the reply is flipped",
  shape: "one row of the reply is missing",
  nan: "a number of the reply is not one",
  clip: "the upper half of the reply sits at the end of the observable's range",
  duplicate: "the reply comes twice",
} as const;

/** A fault at one reply; replies to reset, run and step count, from 1. */
export interface InjectedFault {
  readonly kind: keyof typeof faultKinds;
  readonly at: number;
}

/**
 * Read "kill@7".
 *
 * @throws  `unknown-name` for another kind; `bad-value` if the reply is no whole number from 1.
 */
export function parseFault(text: string): InjectedFault {
  const [kind, place = ""] = text.split("@");
  const known = Object.keys(faultKinds);
  if (!known.includes(kind)) {
    throw fault("unknown-name", {
      where: "--fault",
      what: "there is no such fault",
      got: `'${kind}'`,
      expected: `one of ${known.join(", ")}`,
      fix: suggestName(kind, known, "Choose one of these, as in kill@7"),
    });
  }
  const at = Number(place);
  if (Number.isSafeInteger(at) && at >= 1) return { kind: kind as InjectedFault["kind"], at };
  throw fault("bad-value", {
    where: "--fault",
    what: "it is not said at which reply the fault comes",
    got: `'${text}'`,
    expected: `${kind}@n, n a whole number from 1`,
    fix: `Write ${kind}@7 for the seventh reply to reset, run or step`,
  });
}
