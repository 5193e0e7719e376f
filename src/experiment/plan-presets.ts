// Plans by name. `record.*` settings change the sizes of a preset, as in a recipe.
import { closestName, fault, suggestName } from "../base/index.ts";
import type { DeviceDescription, StandardPlanOptions } from "../devices/index.ts";
import type { Plain } from "./overrides.ts";
import { badPlan } from "./plan-file.ts";

/** Sizes of a preset; `steps` in samples per step of the device. */
interface Sizes extends Omit<Required<StandardPlanOptions>, "range"> {
  readonly summary: string;
}

const standard: Sizes = {
  summary: "100 drives once, 20 drives 50 times, a ladder of 8 levels",
  sequences: 100,
  steps: 100,
  repeatSequences: 20,
  repeats: 50,
  ladderLevels: 8,
  ladderRepeats: 10,
  holds: [1, 5],
};

/** Presets by name. */
export const planPresets: Readonly<Record<string, Sizes>> = {
  standard,
  quick: {
    ...standard,
    summary: "20 drives once, 4 drives 20 times, a ladder of 4 levels: to see that it runs",
    ...{ sequences: 20, repeatSequences: 4, repeats: 20, ladderLevels: 4, ladderRepeats: 5 },
  },
  paper: {
    ...standard,
    summary:
      "10,000 drives of 250 steps once, 60 drives 1000 times, as for simulated devices in the paper",
    ...{ sequences: 10_000, steps: 250, repeatSequences: 60, repeats: 1000, holds: [5, 50] },
  },
};

/**
 * A preset as a plan that could have been written by hand.
 *
 * @param sizes  Of the section `record`: `sequences`, `repeats`, `range` and so on.
 * @throws       `unknown-name` for the preset; `bad-recipe` for a size that there is not.
 */
export function expandPreset(
  preset: string,
  sizes: Plain,
  { samplesPerStep }: DeviceDescription,
  where: string,
): Plain {
  const names = Object.keys(planPresets);
  if (!names.includes(preset)) {
    throw fault("unknown-name", {
      where,
      what: "there is no such preset",
      got: `'${preset}'`,
      expected: `one of ${names.join(", ")}`,
      fix: suggestName(preset, names, "Choose one of these, or write a plan"),
    });
  }
  const { summary: _, steps: presetSteps, ...initial } = planPresets[preset];
  const known = [...Object.keys(initial), "steps", "range"];
  const unknown = Object.keys(sizes).filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    const describe = (key: string): string => {
      const meant = closestName(key, known);
      const hint = meant ? `; did you mean '${meant}'?` : ` (known: ${known.join(", ")})`;
      return `record.${key}: there is no such size${hint}`;
    };
    throw badPlan(where, unknown.map(describe));
  }
  const chosen: Plain = { ...initial, steps: presetSteps * samplesPerStep, ...sizes };
  const { steps, holds, range } = chosen;
  const part = (sequences: unknown, drive: Plain, repeats: unknown): Plain =>
    sequences === 0 ? {} : { drive, sequences, steps, repeats };
  const levels = { family: "levels", holds };
  const parts: Plain = {
    drive_set: part(chosen.sequences, levels, 1),
    repeat_set: part(chosen.repeatSequences, levels, chosen.repeats),
    ladder: part(chosen.ladderLevels, { family: "ladder" }, chosen.ladderRepeats),
  };
  const kept = Object.entries(parts).filter(([, one]) => Object.keys(one as Plain).length > 0);
  return { ...(range === undefined ? {} : { range }), parts: Object.fromEntries(kept) };
}
