import { type Fault, fault, suggestName } from "../base/index.ts";

/** That two repeats were not driven alike. */
export const unshared = (n: number, r: number, a: number, b: number, where: string): Fault =>
  fault("bad-value", {
    where,
    what: `repeats 0 and ${r} of sequence ${n} were not driven alike (from 0)`,
    got: `${a} and ${b} at the same step`,
    expected: "one drive for all repeats of a sequence",
    fix: "Import them as sequences, or import the drive that was meant rather than the one measured",
  });

/** That a file has no array of this name. */
export const noArray = (name: string, names: readonly string[], where: string): Fault =>
  fault("unreadable-file", {
    where,
    what: `there is no array '${name}'`,
    got: names.slice(0, 40).join(", ") || "no arrays",
    expected: "the name of one of these",
    fix: suggestName(
      name.slice(0, 60),
      names.slice(0, 40).map((known) => known.slice(0, 60)),
      "Say where the drive and the response are: --drive and --response",
    ),
  });
