import {
  fault,
  findNonFinite,
  formatShape,
  type HostArray,
  sizeOf,
  unravel,
} from "../base/index.ts";

/** A measured or driven quantity, with its unit and, where known, its safe range. */
export interface Channel {
  readonly name: string;
  readonly unit: string;
  readonly min?: number;
  readonly max?: number;
  /** Largest change per second, in units per second. */
  readonly maxSlew?: number;
}

/** One rectangular block of a recording: many drives, each measured `repeats` times. */
export interface RecordingPart {
  /** "drive_set", "repeat_set", "ladder", or the name of an imported file. */
  readonly name: string;
  /** [sequences, time, inputs], held during the step that ends at this time. */
  readonly drive: HostArray;
  /** [sequences, repeats, time, observables], measured at the end of that step. */
  readonly response: HostArray;
  /** [sequences, repeats, observables], at the reset, before the first step. */
  readonly initial?: HostArray;
  /** Valid steps per sequence, where sequences differ in length. */
  readonly length?: Int32Array;
  /** Position in the order of acquisition of each (sequence, repeat), row-major. */
  readonly order?: Int32Array;
}

/** What a device did: drives, repeats of the response, sampling step and units. */
export interface Recording {
  /** Sampling step, s. */
  readonly dt: number;
  readonly inputs: readonly Channel[];
  readonly observables: readonly Channel[];
  readonly parts: readonly RecordingPart[];
  /** Period of a built-in carrier (a rotating field, say) in samples; phase 0 at the reset. */
  readonly carrierPeriod?: number;
  /** What the device said of itself, as plain JSON. */
  readonly device?: Readonly<Record<string, unknown>>;
  /** How the drives were chosen, as plain JSON. */
  readonly protocol?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
}

/** Names of the axes of each array of a part, outermost first. */
export const partAxes: {
  readonly drive: readonly string[];
  readonly response: readonly string[];
  readonly initial: readonly string[];
  readonly length: readonly string[];
  readonly order: readonly string[];
} = {
  drive: ["sequences", "time", "inputs"],
  response: ["sequences", "repeats", "time", "observables"],
  initial: ["sequences", "repeats", "observables"],
  length: ["sequences"],
  order: ["sequences", "repeats"],
};

/** Axis lengths of a part, by name. */
export interface PartSize {
  readonly sequences: number;
  readonly repeats: number;
  readonly time: number;
  readonly inputs: number;
  readonly observables: number;
}

/** Axis lengths of a part whose shapes are known to be good. */
export function sizeOfPart(part: RecordingPart): PartSize {
  const [sequences, time, inputs] = part.drive.shape;
  const [, repeats, , observables] = part.response.shape;
  return { sequences, repeats, time, inputs, observables };
}

/**
 * Refuse a recording that no fit could use.
 *
 * Shapes must agree within each part and with the channels, nothing may be empty, every number
 * must be finite (the padding after a sequence's `length` too), and dt must be positive.
 *
 * @param recording  Any recording, from a file or from a device.
 * @param where      The file or function in which it came up, for messages.
 * @throws           `bad-value`, `shape-mismatch` or `not-finite`, at the first fault found.
 */
export function checkRecording(recording: Recording, where: string): void {
  checkPositive(recording.dt, "the sampling step dt", "s", where);
  if (recording.carrierPeriod !== undefined) {
    checkPositive(recording.carrierPeriod, "the carrier period", "samples", where);
  }
  checkChannels(recording.inputs, "inputs", where);
  checkChannels(recording.observables, "observables", where);
  checkNames(recording.parts, where);
  for (const part of recording.parts) {
    checkShapes(part, recording, where);
    checkLengths(part, where);
    checkFinite(part, recording, where);
  }
}

function checkPositive(value: number, what: string, unit: string, where: string): void {
  if (Number.isFinite(value) && value > 0) return;
  throw fault("bad-value", {
    where,
    what: `${what} is not a positive number`,
    got: `${value} ${unit}`,
    expected: `more than 0 ${unit}`,
    fix: `Give it in ${unit}`,
  });
}

function checkChannels(channels: readonly Channel[], kind: string, where: string): void {
  if (channels.length === 0) {
    throw fault("bad-value", {
      where,
      what: `the recording has no ${kind}`,
      got: "an empty list",
      expected: "at least one channel with a name and a unit",
      fix: `Name the ${kind} of the device`,
    });
  }
  for (const { name, unit, min, max } of channels) {
    if ((min ?? -Infinity) < (max ?? Infinity)) continue;
    throw fault("bad-value", {
      where,
      what: `the range of '${name}' (${kind}) is empty`,
      got: `min ${min} ${unit}, max ${max} ${unit}`,
      expected: "min below max",
      fix: "Correct the safe range of the channel, or leave it out",
    });
  }
}

function checkNames(parts: readonly RecordingPart[], where: string): void {
  const names = parts.map((part) => part.name);
  const got = names.map((name) => `'${name}'`).join(", ");
  if (parts.length === 0) {
    throw fault("bad-value", {
      where,
      what: "the recording has no parts",
      got: "none",
      expected: "at least one part with a drive and a response",
      fix: "Record or import something first",
    });
  }
  if (new Set(names).size !== names.length) {
    throw fault("bad-value", {
      where,
      what: "two parts have the same name",
      got,
      expected: "different names",
      fix: "Rename a part, or the file it was imported from",
    });
  }
  if (names.some((name) => name === "" || name === "." || name === ".." || /[/\0]/.test(name))) {
    throw fault("bad-value", {
      where,
      what: "a part's name cannot be a folder in a file",
      got,
      expected: "names that are not empty, not '.' or '..', and without '/'",
      fix: "Rename the part",
    });
  }
}

function checkShapes(part: RecordingPart, recording: Recording, where: string): void {
  const { drive, response, initial, length, order } = part;
  const inputs = recording.inputs.length;
  const observables = recording.observables.length;
  checkShape(part, "drive", drive.shape, ["*", "*", inputs], where);
  const [sequences, time] = drive.shape;
  checkShape(part, "response", response.shape, [sequences, "*", time, observables], where);
  const repeats = response.shape[1];
  if (initial) {
    checkShape(part, "initial", initial.shape, [sequences, repeats, observables], where);
  }
  if (length) checkShape(part, "length", [length.length], [sequences], where);
  if (order) checkShape(part, "order", [order.length], [sequences * repeats], where);
  for (const field of ["drive", "response", "initial"] as const) {
    const array = part[field];
    if (!array) continue;
    checkShape(part, field, [array.data.length], [sizeOf(array.shape)], where);
  }
}

function checkShape(
  part: RecordingPart,
  field: keyof typeof partAxes,
  shape: readonly number[],
  expected: readonly (number | "*")[],
  where: string,
): void {
  const fits = shape.length === expected.length && shape.every((n, i) => matches(n, expected[i]));
  if (fits) return;
  const axes = partAxes[field].length === expected.length ? partAxes[field] : ["elements"];
  throw fault("shape-mismatch", {
    where,
    what: `the array '${field}' of part '${part.name}' does not have the shape of a recording`,
    got: formatShape(shape),
    expected: `${formatExpected(expected)} (${axes.join(", ")})`,
    fix: "Reshape the array, or correct the list of inputs or observables",
  });
}

function formatExpected(expected: readonly (number | "*")[]): string {
  const note = expected.includes("*") ? " with 1 or more for each *" : "";
  return `[${expected.join(", ")}]${note}`;
}

function matches(length: number, expected: number | "*"): boolean {
  return length > 0 && (expected === "*" || length === expected);
}

function checkLengths(part: RecordingPart, where: string): void {
  const { time } = sizeOfPart(part);
  const at = part.length?.findIndex((steps) => steps < 1 || steps > time) ?? -1;
  if (at < 0) return;
  throw fault("bad-value", {
    where,
    what: `the length of sequence ${at} of part '${part.name}' is impossible`,
    got: `${part.length?.[at]} steps`,
    expected: `from 1 to ${time} steps`,
    fix: "Give the number of valid steps of every sequence",
  });
}

function checkFinite(part: RecordingPart, recording: Recording, where: string): void {
  for (const field of ["drive", "response", "initial"] as const) {
    const array = part[field];
    const at = array ? findNonFinite(array.data) : -1;
    if (!array || at < 0) continue;
    const index = unravel(at, array.shape);
    const channels = field === "drive" ? recording.inputs : recording.observables;
    const place = partAxes[field].map((axis, i) => {
      const singular = axis.replace(/s$/, "");
      const isChannel = i === index.length - 1;
      return `${singular} ${index[i]}${isChannel ? ` '${channels[index[i]].name}'` : ""}`;
    });
    throw fault("not-finite", {
      where,
      what: `the ${field} of part '${part.name}' is not finite at ${place.join(", ")} (from 0)`,
      got: `${array.data[at]}`,
      expected: "a finite number",
      fix: "Leave out that sequence, or repair the sample; pad short sequences with their last value",
    });
  }
}
