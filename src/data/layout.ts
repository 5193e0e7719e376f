// From arrays of any names and axes to the drive and the response of a recording.
import { type Fault, fault, formatShape, type HostArray, sizeOf } from "../base/index.ts";
import { checkOrder } from "./axes.ts";
import { unshared } from "./layout-faults.ts";
import { groupRows } from "./rows.ts";

/** Axes of a response, by their names in a layout. */
export type ResponseAxis = "sequence" | "repeat" | "time" | "observable";
/** Axes of a drive; where it has one for repeats they must all be alike. */
export type DriveAxis = "sequence" | "repeat" | "time" | "input";

/** The order in which a recording has them. */
export const responseAxes: readonly ResponseAxis[] = ["sequence", "repeat", "time", "observable"];
/** As {@link responseAxes}, before the repeats are found to be alike. */
export const driveAxes: readonly DriveAxis[] = ["sequence", "repeat", "time", "input"];

/** Where things are in a file. */
export interface Layout {
  /** Arrays whose channels together are the drive (default "drive"). */
  readonly drive?: readonly string[];
  /** Arrays whose channels together are the response (default "response"). */
  readonly response?: readonly string[];
  /** Times of the samples, [time] or [sequence, time] (default "time" where the file has it). */
  readonly time?: string;
  /** Axes of the response in the order of the file (default by number: time; time, observable; ...). */
  readonly axes?: readonly ResponseAxis[];
  /** Axes of the drive in the order of the file. */
  readonly driveAxes?: readonly DriveAxis[];
  /** For a table with one line for each sample: the column that tells sequences apart. */
  readonly sequence?: string;
  /** For such a table: the column that tells repeats apart. */
  readonly repeat?: string;
}

/** An array with what its file says of it. */
export interface SourceArray extends HostArray {
  readonly unit?: string;
}

/** A file as a set of arrays by name. */
export interface ArraySource {
  /** For messages, and to find out what is there. */
  readonly names: readonly string[];
  /** Vectors have two axes, and trailing axes of length 1 are not stored. */
  readonly isMatlab: boolean;
  /** @throws  A fault if there is none, or it is not of real numbers. */
  readonly get: (name: string) => SourceArray;
}

/** A name and a unit from a file; the unit is "" where it states none. */
export interface FoundChannel {
  readonly name: string;
  readonly unit: string;
}

/** Drive and response with the axes of a recording; samples may be missing (NaN). */
export interface Block {
  /** [sequences, time, inputs] */
  readonly drive: HostArray;
  /** [sequences, repeats, time, observables] */
  readonly response: HostArray;
  /** [sequences, time], in the unit of the file. */
  readonly time?: SourceArray;
  /** Valid steps of each sequence, where they differ. */
  readonly length?: Int32Array;
  /** One for each input, where the file tells them apart. */
  readonly inputs?: readonly FoundChannel[];
  readonly observables?: readonly FoundChannel[];
}

/** The arrays of a layout that every file must have, and those that it may have. */
export function namesOf(layout: Layout): { paths: string[]; optional: string[] } {
  const { drive = ["drive"], response = ["response"], time, sequence, repeat } = layout;
  const named = [time, sequence, repeat].filter((name) => name !== undefined);
  return { paths: [...drive, ...response, ...named], optional: time ? ["dt"] : ["dt", "time"] };
}

/**
 * Arrange the arrays of a file as a recording has them.
 *
 * @param where  The file's name, for messages.
 * @throws       `unreadable-file` if an array is missing; `shape-mismatch` if axes and arrays do not
 *               fit; `bad-value` if repeats do not share their drive.
 */
export function readBlock(source: ArraySource, layout: Layout, where: string): Block {
  const { drive = ["drive"], response = ["response"], sequence, repeat } = layout;
  const time = layout.time ?? (source.names.includes("time") ? "time" : undefined);
  const driven = drive.map((name) => source.get(name));
  const measured = response.map((name) => source.get(name));
  const found = {
    ...(channelsOf(drive, driven, "inputs") ?? {}),
    ...(channelsOf(response, measured, "observables") ?? {}),
  };
  const times = time === undefined ? undefined : source.get(time);
  if (sequence !== undefined || repeat !== undefined) {
    const columns = (arrays: readonly HostArray[]): HostArray[] => arrays.flatMap(toColumns);
    const labels = [sequence, repeat].map((name) => (name ? source.get(name).data : undefined));
    const rows = { drive: columns(driven), response: columns(measured), time: times };
    const table = groupRows({ ...rows, sequence: labels[0], repeat: labels[1] }, where);
    return { ...table, ...found };
  }
  const arrange = (kind: "drive" | "response", arrays: readonly HostArray[]): HostArray =>
    stack(
      arrays.map((array) => arrangeOne(source, array, kind, layout, where)),
      kind,
      where,
    );
  const response4 = arrange("response", measured);
  const drive3 = shareDrive(arrange("drive", driven), where);
  checkTogether(drive3, response4, where);
  const [sequences, steps] = drive3.shape;
  const timed = times && { time: arrangeTime(times, sequences, steps, where) };
  return { drive: drive3, response: response4, ...timed, ...found };
}

function arrangeOne(
  { isMatlab }: ArraySource,
  array: HostArray,
  kind: "drive" | "response",
  layout: Layout,
  where: string,
): HostArray {
  const full: readonly string[] = kind === "drive" ? driveAxes : responseAxes;
  const given = kind === "drive" ? layout.driveAxes : layout.axes;
  if (given) return permute(fitRank(array, given, isMatlab, kind, where), given, full);
  const isVector = isMatlab && array.shape.length === 2 && array.shape.includes(1);
  const plain = isVector ? { ...array, shape: [sizeOf(array.shape)] } : array;
  const channel = full[3];
  const last = kind === "drive" ? ["sequence", "time", channel] : full;
  const byRank = [[], ["time"], ["time", channel], ["sequence", "time", channel], last];
  const axes = plain.shape.length > last.length ? undefined : byRank[plain.shape.length];
  if (!axes || axes.length === 0) throw badRank(array, full, kind, where);
  if (axes.length === 2) checkOrder(plain.shape, kind, `${channel}s`, where);
  return permute(plain, axes, full);
}

/** MATLAB leaves out trailing axes of length 1, and gives a vector two; other ones are dropped. */
function fitRank(
  array: HostArray,
  axes: readonly string[],
  isMatlab: boolean,
  kind: string,
  where: string,
): HostArray {
  const { shape, data } = array;
  if (shape.length === axes.length) return array;
  if (isMatlab && shape.length < axes.length) {
    const missing = axes.length - shape.length;
    return { shape: [...shape, ...new Array<number>(missing).fill(1)], data };
  }
  const surplus = shape.length - axes.length;
  const ones = shape.flatMap((length, axis) => (length === 1 ? [axis] : []));
  if (surplus > 0 && ones.length >= surplus) {
    const dropped = ones.slice(0, surplus);
    return { shape: shape.filter((_, axis) => !dropped.includes(axis)), data };
  }
  throw badRank(array, axes, kind, where);
}

/** Bring axes into the order of `full`; those that are not named get length 1. */
function permute(array: HostArray, axes: readonly string[], full: readonly string[]): HostArray {
  const from = full.map((name) => axes.indexOf(name));
  const shape = from.map((axis) => (axis < 0 ? 1 : array.shape[axis]));
  if (axes.every((name, i) => i === 0 || full.indexOf(name) > full.indexOf(axes[i - 1]))) {
    return { shape, data: array.data };
  }
  const strides = from.map((axis) => (axis < 0 ? 0 : sizeOf(array.shape.slice(axis + 1))));
  const data = new Float64Array(array.data.length);
  const [a, b, c, d] = shape;
  for (let i = 0, to = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++)
        for (let l = 0; l < d; l++) {
          data[to++] =
            array.data[i * strides[0] + j * strides[1] + k * strides[2] + l * strides[3]];
        }
  return { shape, data };
}

/** Put arrays side by side along the last of four axes. */
function stack(arrays: readonly HostArray[], kind: string, where: string): HostArray {
  const [first] = arrays;
  const outer = first.shape.slice(0, 3);
  const other = arrays.find(({ shape }) => outer.some((length, axis) => shape[axis] !== length));
  if (other) {
    throw fault("shape-mismatch", {
      where,
      what: `the arrays of the ${kind} do not fit side by side`,
      got: `${formatShape(first.shape)} and ${formatShape(other.shape)}`,
      expected: "equal sequences, repeats and time",
      fix: "Name arrays of the same recording",
    });
  }
  if (arrays.length === 1) return first;
  const width = arrays.reduce((sum, { shape }) => sum + shape[3], 0);
  const rows = sizeOf(outer);
  const data = new Float64Array(rows * width);
  let column = 0;
  for (const array of arrays) {
    const own = array.shape[3];
    for (let row = 0; row < rows; row++) {
      data.set(array.data.subarray(row * own, (row + 1) * own), row * width + column);
    }
    column += own;
  }
  return { shape: [...outer, width], data };
}

/** [sequence, repeat, time, input] to [sequence, time, input], if the repeats are alike. */
function shareDrive(drive: HostArray, where: string): HostArray {
  const [sequences, repeats, time, inputs] = drive.shape;
  const size = time * inputs;
  const data = new Float64Array(sequences * size);
  for (let n = 0; n < sequences; n++) {
    const first = drive.data.subarray(n * repeats * size, (n * repeats + 1) * size);
    data.set(first, n * size);
    for (let r = 1; r < repeats; r++) {
      const from = (n * repeats + r) * size;
      const at = first.findIndex((value, i) => !Object.is(value, drive.data[from + i]));
      if (at >= 0) throw unshared(n, r, first[at], drive.data[from + at], where);
    }
  }
  return { shape: [sequences, time, inputs], data };
}

function checkTogether(drive: HostArray, response: HostArray, where: string): void {
  const [sequences, time] = drive.shape;
  if (response.shape[0] === sequences && response.shape[2] === time) return;
  throw fault("shape-mismatch", {
    where,
    what: "the drive and the response do not belong together",
    got: `drive ${formatShape(drive.shape, ["sequences", "time", "inputs"])} and response ${formatShape(response.shape, ["sequences", "repeats", "time", "observables"])}`,
    expected: "equal sequences and equal time",
    fix: "Say which axis is which: --axes and --drive-axes",
  });
}

function arrangeTime(
  time: SourceArray,
  sequences: number,
  steps: number,
  where: string,
): SourceArray {
  const { data, unit } = time;
  const shape = [sequences, steps];
  const long = time.shape.filter((length) => length !== 1);
  if (data.length === steps && long.length < 2) {
    const all = new Float64Array(sequences * steps);
    for (let n = 0; n < sequences; n++) all.set(data, n * steps);
    return { shape, data: all, unit };
  }
  const [rows, columns] = time.shape;
  if (time.shape.length === 2 && rows === sequences && columns === steps) return time;
  if (time.shape.length === 2 && rows === steps && columns === sequences) {
    const turned = data.map((_, i) => data[(i % steps) * sequences + Math.floor(i / steps)]);
    return { shape, data: turned, unit };
  }
  throw fault("shape-mismatch", {
    where,
    what: "the times do not fit the samples",
    got: formatShape(time.shape),
    expected: `[${steps}] (time) or [${sequences}, ${steps}] (sequence, time)`,
    fix: "Name the times of this response, or leave them out and give --dt",
  });
}

/** The columns of [rows] or [rows, columns]. */
function toColumns(array: HostArray): HostArray[] {
  const isVector = array.shape.filter((length) => length !== 1).length < 2;
  const rows = isVector ? array.data.length : array.shape[0];
  const width = array.data.length / rows;
  return Array.from({ length: width }, (_, i) => ({
    shape: [rows],
    data: Float64Array.from({ length: rows }, (_, row) => array.data[row * width + i]),
  }));
}

/** Names, where each array is one channel and says more than "drive" or "response". */
function channelsOf<K extends string>(
  names: readonly string[],
  arrays: readonly SourceArray[],
  key: K,
): { readonly [N in K]?: readonly FoundChannel[] } | undefined {
  if (names.length === 1 && /^(drive|response)$/.test(names[0]) && !arrays[0].unit)
    return undefined;
  const channels = names.map((name, i) => ({
    name: name.split(/[/.]/).at(-1) as string,
    unit: arrays[i].unit ?? "",
  }));
  return { [key]: channels } as { [N in K]: FoundChannel[] };
}

const badRank = (array: HostArray, axes: readonly string[], kind: string, where: string): Fault =>
  fault("shape-mismatch", {
    where,
    what: `the ${kind} has another number of axes than were named`,
    got: formatShape(array.shape),
    expected: `one length for each of ${axes.join(", ")}`,
    fix: `Name its axes in the order of the file: ${kind === "drive" ? "--drive-axes" : "--axes"} ...`,
  });
