// Files of any layout, as arrays by name, become one recording.
import { type Fault, fault, type HostArray } from "../base/index.ts";
import { handleMissing, type MissingRule } from "./gaps.ts";
import { joinBlocks } from "./join-blocks.ts";
import {
  type ArraySource,
  type Block,
  type FoundChannel,
  type Layout,
  readBlock,
} from "./layout.ts";
import { type Channel, checkRecording, type Recording, type RecordingPart } from "./recording.ts";
import { type DriveHeld, type RegularBlock, regularise } from "./resample.ts";

/** How arrays in files become a recording. */
export interface ArrangeOptions extends Layout {
  /** Sampling step, s (default: of the times, or a scalar `dt` in the file). */
  readonly dt?: number;
  /** Unit of the times (default: the file's, else "s"). */
  readonly timeUnit?: string;
  /** When a value of the drive was in force (default "until" its time). */
  readonly driveHeld?: DriveHeld;
  /** What to do with NaN (default "refuse"). */
  readonly missing?: MissingRule;
  /** What each of several files is (default "part"). */
  readonly each?: "part" | "sequence" | "repeat";
  /** Name of the part (default: of the file). */
  readonly part?: string;
  /** Names, units and ranges, in place of those in the files. */
  readonly inputs?: readonly Channel[];
  readonly observables?: readonly Channel[];
}

/** A recording, and what was done to the samples to get it. */
export interface ImportedRecording {
  readonly recording: Recording;
  /** Sentences for the user; they also go into the recording's protocol. */
  readonly notes: readonly string[];
}

/** A file, opened. */
export interface NamedSource {
  /** The file's name without folder and ending. */
  readonly name: string;
  /** The file's name, for messages. */
  readonly where: string;
  readonly source: ArraySource;
}

/**
 * Make one recording of files.
 *
 * @param files    In order.
 * @param options  Where things are in each file, and what the files are to one another.
 * @throws         `bad-value`, `unreadable-file`, `shape-mismatch` or `not-finite`, with the file.
 */
export function arrangeRecording(
  files: readonly NamedSource[],
  options: ArrangeOptions,
): ImportedRecording {
  const { each = "part" } = options;
  if (files.length === 0) throw noFiles();
  const blocks = files.map(({ source, where }) => readBlock(source, options, where));
  const dts = files.map(({ source, where }) => stepIn(source, options, where));
  const groups = each === "part" ? blocks : [joinBlocks(blocks, each, files[0].where)];
  const made = groups.map((block, i) => prepare(block, dts[i], options, files[i].where));
  const names = groups.map(
    (_, i) => (made.length === 1 ? options.part : undefined) ?? files[i].name,
  );
  const [{ dt }] = made;
  made.forEach((other, i) => {
    if (Math.abs(other.dt / dt - 1) > 1e-4) throw otherStep(files[i].where, other.dt, dt);
  });
  const notes = made.flatMap((one) => one.notes);
  const { each: _, inputs, observables, ...layout } = options;
  const recording: Recording = {
    dt,
    inputs: inputs ?? channelsOf(groups[0].inputs, "input", groups[0].drive),
    observables: observables ?? channelsOf(groups[0].observables, "observable", groups[0].response),
    parts: made.map(({ part }, i) => ({ name: names[i], ...part })),
    protocol: {
      imported: { files: files.map(({ name }) => name), each, layout: withoutGaps(layout), notes },
    },
  };
  checkRecording(recording, files.map(({ where }) => where).join(", "));
  return { recording, notes };
}

/** Regular steps, no gaps, and drives that hold until the time of their response. */
function prepare(
  block: Block,
  dt: number | undefined,
  options: ArrangeOptions,
  where: string,
): Omit<RegularBlock, "block"> & { readonly part: Omit<RecordingPart, "name"> } {
  const { timeUnit, driveHeld: held, missing = "refuse" } = options;
  const regular = regularise(block, { dt, timeUnit, held }, where);
  const whole = handleMissing(regular.block, missing, where);
  const part = held === "from" ? startAtFirst(whole.block, where) : partOf(whole.block);
  return { part, dt: regular.dt, notes: [...regular.notes, ...whole.notes] };
}

const partOf = ({ drive, response, length }: Block): Omit<RecordingPart, "name"> => ({
  drive,
  response,
  ...(length ? { length } : {}),
});

/**
 * A value held from its time on acts in the step to the next response: the first response is the
 * state before the first step, and the last value of the drive is never answered.
 */
function startAtFirst(
  { drive, response, length }: Block,
  where: string,
): Omit<RecordingPart, "name"> {
  const [sequences, repeats, time, observables] = response.shape;
  if (time < 2) throw tooShort(where);
  const initial: HostArray = {
    shape: [sequences, repeats, observables],
    data: everyRun(response, 0, 1),
  };
  return {
    drive: { shape: [sequences, time - 1, drive.shape[2]], data: everyRun(drive, 0, time - 1) },
    response: {
      shape: [sequences, repeats, time - 1, observables],
      data: everyRun(response, 1, time),
    },
    initial,
    ...(length ? { length: length.map((steps) => Math.max(1, steps - 1)) } : {}),
  };
}

/** Steps from .. to - 1 of every run; time is the last axis but one. */
function everyRun({ shape, data }: HostArray, from: number, to: number): Float64Array {
  const [time, width] = shape.slice(-2);
  const size = (to - from) * width;
  const runs = data.length / (time * width);
  const result = new Float64Array(runs * size);
  for (let run = 0; run < runs; run++) {
    const start = (run * time + from) * width;
    result.set(data.subarray(start, start + size), run * size);
  }
  return result;
}

function stepIn(source: ArraySource, options: ArrangeOptions, where: string): number | undefined {
  if (options.dt !== undefined || !source.names.includes("dt")) return options.dt;
  const { data } = source.get("dt");
  if (data.length === 1 && data[0] > 0 && Number.isFinite(data[0])) return data[0];
  throw fault("bad-value", {
    where,
    what: "the sampling step dt in the file is not a positive number",
    got: data.length === 1 ? `${data[0]}` : `${data.length} numbers`,
    expected: "one number, in seconds",
    fix: "Correct it, or give --dt",
  });
}

function channelsOf(
  found: readonly FoundChannel[] | undefined,
  kind: string,
  { shape }: HostArray,
): readonly Channel[] {
  const width = shape[shape.length - 1];
  if (found?.length === width) return found;
  return Array.from({ length: width }, (_, i) => ({
    name: width === 1 ? kind : `${kind} ${i + 1}`,
    unit: found?.length === 1 ? found[0].unit : "",
  }));
}

/** As JSON would keep it. */
const withoutGaps = (options: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const noFiles = (): Fault =>
  fault("bad-value", {
    where: "data import",
    what: "there is nothing to import",
    got: "no files",
    expected: "at least one file",
    fix: "Name the files to import",
  });

const otherStep = (where: string, got: number, expected: number): Fault =>
  fault("bad-value", {
    where,
    what: "the file was sampled at another step than the first file",
    got: `${got} s`,
    expected: `${expected} s`,
    fix: "Import it apart, or resample all to one step with --dt",
  });

const tooShort = (where: string): Fault =>
  fault("bad-value", {
    where,
    what: "the sequences are too short for drives that hold from their time on",
    got: "one sample",
    expected: "at least two",
    fix: "Import longer sequences",
  });
