// Limits of a device from several sources. Whoever narrows them wins; nobody widens them.
import { createArray, fault, type HostArray, suggestName } from "../../base/index.ts";
import type { DeviceDescription, DeviceInput } from "../device.ts";
import type { DrivenInput } from "./description.ts";

/** Limits of one input, as far as they are stated; in its unit. */
export interface InputLimit {
  readonly name: string;
  /** Checked against the device's, where given. */
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  /** Units per second. */
  readonly maxSlew?: number;
  /** Value that the safe state holds. */
  readonly safe?: number;
}

/** Limits from one place: a driver file, a twin. */
export interface LimitSet {
  /** Where they come from, for messages. */
  readonly source: string;
  readonly inputs: readonly InputLimit[];
}

/**
 * Narrow a description to the limits of all sets.
 *
 * @returns  The same description with the intersection of all ranges, and the lowest of all slews.
 * @throws   `unknown-name` for an input that the device has not; `bad-value` for another unit, or a
 *           safe value beyond the device's range; `out-of-range` if nothing is left of a range.
 */
export function intersectLimits<Description extends DeviceDescription>(
  description: Description,
  sets: readonly LimitSet[],
): Description {
  let inputs: readonly DrivenInput[] = description.inputs;
  for (const { source, inputs: limits } of sets) {
    for (const limit of limits) checkLimit(description, limit, source);
    inputs = inputs.map((input) => {
      const limit = limits.find(({ name }) => name === input.name);
      return limit ? narrow(input, limit, source) : input;
    });
  }
  return { ...description, inputs };
}

function narrow(input: DrivenInput, limit: InputLimit, source: string): DrivenInput {
  const min = Math.max(input.min, limit.min ?? input.min);
  const max = Math.min(input.max, limit.max ?? input.max);
  const slew = Math.min(input.maxSlew ?? Infinity, limit.maxSlew ?? Infinity);
  const { name, unit } = input;
  if (!(min < max)) {
    throw fault("out-of-range", {
      where: source,
      what: `no range is left for '${name}'`,
      got: `${limit.min ?? input.min} to ${limit.max ?? input.max} ${unit}`,
      expected: `a range that meets ${input.min} to ${input.max} ${unit}`,
      fix: "Correct the limits; a file can narrow those of the device, not widen them",
    });
  }
  return {
    ...input,
    ...{ min, max },
    ...(slew < Infinity ? { maxSlew: slew } : {}),
    ...(limit.safe === undefined ? {} : { safe: limit.safe }),
  };
}

function checkLimit({ inputs }: DeviceDescription, limit: InputLimit, source: string): void {
  const names = inputs.map((input) => input.name);
  const input: DrivenInput | undefined = inputs.find(({ name }) => name === limit.name);
  if (!input) {
    throw fault("unknown-name", {
      where: source,
      what: "the device has no such input",
      got: `'${limit.name}'`,
      expected: `one of ${names.join(", ")}`,
      fix: suggestName(limit.name, names, "Correct the name"),
    });
  }
  const { name, unit, min, max } = input;
  if (limit.unit !== undefined && limit.unit !== unit) {
    throw fault("bad-value", {
      where: source,
      what: `the unit of '${name}' is not the device's`,
      got: `'${limit.unit}'`,
      expected: `'${unit}'`,
      fix: "Give its limits in the device's unit",
    });
  }
  const { safe } = limit;
  if (safe === undefined || safe === input.safe || (min <= safe && safe <= max)) return;
  throw fault("bad-value", {
    where: source,
    what: `the safe value of '${name}' is beyond the device's range`,
    got: `${safe} ${unit}`,
    expected: `${min} to ${max} ${unit}`,
    fix: "Choose a value that the device may hold",
  });
}

/** Limits of a few inputs as one line: "V: 0 to 0.8 V, at most 5 V/s, safe at 0 V". */
export function formatLimits(inputs: readonly (DeviceInput & DrivenInput)[]): string {
  return inputs
    .map(({ name, unit, min, max, maxSlew, safe }) => {
      const slew = maxSlew === undefined ? "" : `, at most ${maxSlew} ${unit}/s`;
      const at = safe === undefined ? "" : `, safe at ${safe} ${unit}`;
      return `${name}: ${min} to ${max} ${unit}${slew}${at}`;
    })
    .join("; ");
}

/** A drive within limits, and how many of its values had to be moved. */
export interface LimitedDrive {
  readonly drive: HostArray;
  readonly moved: number;
}

/** Rounding of a difference of values within a range is no slew. */
export const slewSlack: number = 1 + 1e-9;

/**
 * Clip a drive at the ranges and go towards each value as far as the slew allows.
 *
 * @param drive   [time, inputs]; not changed.
 * @param before  Values held before its first row, [inputs]; without it the first row is free.
 */
export function limitDrive(
  drive: HostArray,
  { inputs, dt }: Pick<DeviceDescription, "inputs" | "dt">,
  before?: ArrayLike<number>,
): LimitedDrive {
  const { data } = drive;
  const columns = inputs.length;
  let [limited, moved] = [data, 0];
  inputs.forEach(({ min, max, maxSlew }, i) => {
    const most = maxSlew === undefined ? Infinity : maxSlew * dt;
    let held = before?.[i];
    for (let at = i; at < data.length; at += columns) {
      let value = Math.min(max, Math.max(min, data[at]));
      if (held !== undefined && Math.abs(value - held) > most * slewSlack) {
        value = held + Math.sign(value - held) * most;
      }
      held = value;
      if (value === data[at]) continue;
      if (limited === data) limited = data.slice();
      limited[at] = value;
      moved++;
    }
  });
  return { drive: limited === data ? drive : createArray(drive.shape, limited), moved };
}
