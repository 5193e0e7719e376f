// Times that came with the samples: is the step regular, and if not, onto which grid?
import { type Fault, fault, type HostArray, quantile } from "../base/index.ts";
import type { Block, SourceArray } from "./layout.ts";
import { checkUnpacked } from "./unpack.ts";

/**
 * When a value of the drive was in force: until its time (the step that ends there, as in a
 * recording), from its time on, or neither, as it varied continuously.
 */
export type DriveHeld = "until" | "from" | "no";

/** A block without times, and the step that they had. */
export interface RegularBlock {
  readonly block: Block;
  /** Sampling step, s. */
  readonly dt: number;
  /** What was done to the samples, if anything. */
  readonly notes: readonly string[];
}

/** Deviations below this share of a step are those of printed numbers. */
const roundingShare = 1e-3;
/** Between samples further apart than this many steps nothing is invented. */
const longestBridge = 2;

const secondsPer: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
  ps: 1e-12,
  min: 60,
  h: 3600,
};

/**
 * Find the sampling step, and bring samples at irregular times onto a regular grid.
 *
 * The grid of a sequence starts at its first sample. The response is interpolated linearly; the
 * drive takes the value in force, or is interpolated where it varied continuously. Between samples
 * more than two steps apart, samples are missing (NaN).
 *
 * @param options  `dt` in s (default: the median step); `timeUnit` (default: of the file, else s);
 *                 `held` (default "until").
 * @throws         `bad-value` if there are no times and no dt, or times do not grow.
 */
export function regularise(
  block: Block,
  options: { readonly dt?: number; readonly timeUnit?: string; readonly held?: DriveHeld },
  where: string,
): RegularBlock {
  const { time, ...rest } = block;
  if (time === undefined) {
    if (options.dt === undefined) throw noStep(where);
    return { block: rest, dt: options.dt, notes: [] };
  }
  const times = toSeconds(time, options.timeUnit, where);
  const lengths = rest.length ?? new Int32Array(time.shape[0]).fill(time.shape[1]);
  const steps = stepsOf(times, time.shape[1], lengths, where);
  const usual = quantile(steps, 0.5);
  const dt = options.dt ?? usual;
  const [least, most] = extremes(steps);
  const deviation = Math.max(Math.abs(least - dt), Math.abs(most - dt));
  if (deviation <= roundingShare * dt) {
    return { block: rest, dt: options.dt ?? meanOf(steps), notes: [] };
  }
  const held = options.held ?? "until";
  const bridge = longestBridge * Math.max(dt, usual) * (1 + roundingShare);
  const resampled = onGrid(rest, { times, lengths, dt, held, bridge }, where);
  const share = `${short((100 * deviation) / dt)} %`;
  const note = `${where}: the time step is not ${short(dt)} s throughout but ${short(least)} to ${short(most)} s, at most ${short(deviation)} s (${share}) from it; resampled to ${short(dt)} s, the response by linear interpolation, the drive ${driveWords[held]}`;
  return { block: resampled, dt, notes: [note] };
}

const driveWords: { readonly [H in DriveHeld]: string } = {
  until: "by the value held until the next time of the file",
  from: "by the value held since the previous time of the file",
  no: "by linear interpolation",
};

function toSeconds(time: SourceArray, unit: string | undefined, where: string): Float64Array {
  const name = unit ?? (time.unit || "s");
  const factor = Object.hasOwn(secondsPer, name) ? secondsPer[name] : undefined;
  if (factor !== undefined) return time.data.map((value) => value * factor);
  throw fault("bad-value", {
    where,
    what: "the unit of the times is not known",
    got: `'${name}'`,
    expected: Object.keys(secondsPer).join(", "),
    fix: "Name it with --time-unit",
  });
}

/** Differences between neighbours of all sequences. */
function stepsOf(
  times: Float64Array,
  columns: number,
  lengths: Int32Array,
  where: string,
): Float64Array {
  const steps = new Float64Array(lengths.reduce((sum, length) => sum + length - 1, 0));
  if (steps.length === 0) throw noStep(where);
  let to = 0;
  lengths.forEach((length, n) => {
    for (let t = 1; t < length; t++) {
      const at = n * columns + t;
      const step = times[at] - times[at - 1];
      if (!(step > 0 && Number.isFinite(step))) throw notGrowing(n, t, times, at, where);
      steps[to++] = step;
    }
  });
  return steps;
}

interface Grid {
  /** [sequences, time], s. */
  readonly times: Float64Array;
  readonly lengths: Int32Array;
  readonly dt: number;
  readonly held: DriveHeld;
  /** Longest distance over which samples are interpolated, s. */
  readonly bridge: number;
}

function onGrid(block: Block, grid: Grid, where: string): Block {
  const { drive, response } = block;
  const [sequences, columns] = drive.shape;
  const counts = Int32Array.from(grid.lengths, (length, n) => {
    const span = grid.times[n * columns + length - 1] - grid.times[n * columns];
    return Math.min(Math.floor(span / grid.dt + roundingShare) + 1, 2 ** 31 - 1);
  });
  const time = counts.reduce((a, b) => Math.max(a, b));
  const growth = time / columns;
  const present = 8 * (drive.data.length + response.data.length);
  checkUnpacked(growth * present, present, "the recording on a regular grid", where);
  const places = Array.from({ length: sequences }, (_, n) => placesOf(grid, n, columns, counts[n]));
  const resample = (array: HostArray, runs: number, isHeld: boolean): HostArray => {
    const shape = array.shape.map((length, axis) =>
      axis === array.shape.length - 2 ? time : length,
    );
    return { shape, data: interpolate(array, places, runs, time, isHeld ? grid.held : "no") };
  };
  const isRagged = counts.some((count) => count !== time);
  return {
    ...block,
    drive: resample(drive, 1, true),
    response: resample(response, response.shape[1], false),
    length: isRagged ? counts : undefined,
  };
}

/** For each step of the grid: the sample before it, and how far it lies on the way to the next. */
interface Places {
  readonly before: Int32Array;
  /** From 0 to 1; NaN where the next sample is too far away. */
  readonly way: Float64Array;
}

function placesOf(grid: Grid, n: number, columns: number, count: number): Places {
  const { dt, bridge } = grid;
  const length = grid.lengths[n];
  const times = grid.times.subarray(n * columns, n * columns + length);
  const before = new Int32Array(count);
  const way = new Float64Array(count);
  let k = 0;
  for (let j = 0; j < count; j++) {
    const at = times[0] + j * dt;
    while (k < length - 1 && times[k + 1] <= at + roundingShare * dt) k++;
    before[j] = k;
    const distance = at - times[k];
    if (k === length - 1 || distance <= roundingShare * dt) continue;
    const gap = times[k + 1] - times[k];
    way[j] = gap > bridge ? Number.NaN : distance / gap;
  }
  return { before, way };
}

function interpolate(
  { shape, data }: HostArray,
  places: readonly Places[],
  runs: number,
  time: number,
  held: DriveHeld,
): Float64Array {
  const [columns, width] = shape.slice(-2);
  const result = new Float64Array(places.length * runs * time * width);
  places.forEach(({ before, way }, n) => {
    for (let run = n * runs; run < (n + 1) * runs; run++) {
      for (let t = 0; t < time; t++) {
        // After the end of a short sequence its last sample is repeated.
        const j = Math.min(t, before.length - 1);
        const from = (run * columns + before[j]) * width;
        const w = heldWay(way[j], held);
        for (let i = 0; i < width; i++) {
          const value = data[from + i];
          const next = w === 0 ? value : data[from + width + i];
          result[(run * time + t) * width + i] = w === 1 ? next : value + w * (next - value);
        }
      }
    }
  });
  return result;
}

function heldWay(way: number, held: DriveHeld): number {
  if (held === "no" || way === 0 || Number.isNaN(way)) return way;
  return held === "until" ? 1 : 0;
}

function extremes(values: Float64Array): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

const meanOf = (values: Float64Array): number =>
  Number((values.reduce((sum, value) => sum + value, 0) / values.length).toPrecision(12));

const short = (value: number): string => String(Number(value.toPrecision(4)));

const noStep = (where: string): Fault =>
  fault("bad-value", {
    where,
    what: "the sampling step dt is not known",
    got: "neither times nor a step",
    expected: "times of at least two samples, a scalar dt, or a step as an option",
    fix: "Add --time with the name of the times, or --dt in seconds",
  });

const notGrowing = (n: number, t: number, times: Float64Array, at: number, where: string): Fault =>
  fault("bad-value", {
    where,
    what: `the times of sequence ${n} do not grow at step ${t} (from 0)`,
    got: `${times[at]} s after ${times[at - 1]} s`,
    expected: "a later time, a finite number",
    fix: "Sort the samples; name the column of sequences if there are several in one table",
  });
