// Tables with one line for each sample: rows become sequences and repeats by their labels.
import { type Fault, fault, type HostArray } from "../base/index.ts";
import type { Block, SourceArray } from "./layout.ts";
import { unshared } from "./layout-faults.ts";
import { checkUnpacked } from "./unpack.ts";

/** Columns of equal length. */
export interface Rows {
  readonly drive: readonly HostArray[];
  readonly response: readonly HostArray[];
  readonly time?: SourceArray;
  /** Label of the sequence of each row; one sequence where left out. */
  readonly sequence?: Float64Array;
  /** Label of the repeat of each row; one repeat where left out. */
  readonly repeat?: Float64Array;
}

/** Rows of each repeat of each sequence, in the order in which labels first appear. */
type Groups = readonly (readonly (readonly number[])[])[];

/**
 * Sort rows into sequences and repeats.
 *
 * Sequences may differ in length: the shorter ones are padded with their last row, and `length`
 * tells. Times are given relative to the first row of each sequence.
 *
 * @throws  `shape-mismatch` if columns differ in length, or repeats in number or length;
 *          `bad-value` if a label is missing, or repeats do not share their drive or their times.
 */
export function groupRows(rows: Rows, where: string): Block {
  checkColumns(rows, where);
  const groups = groupsOf(rows, where);
  checkGroups(groups, where);
  const length = Int32Array.from(groups, (repeats) => repeats[0].length);
  const time = length.reduce((a, b) => Math.max(a, b));
  const [sequences, repeats] = [groups.length, groups[0].length];
  const widths = [rows.drive.length, rows.response.length];
  const present = rows.drive[0].data.length * (widths[0] + widths[1]);
  const padded = sequences * time * (widths[0] + repeats * widths[1]);
  checkUnpacked(8 * padded, 8 * present, "the table, padded to equal sequences,", where);
  checkShared(rows, groups, where);
  const isRagged = length.some((steps) => steps !== time);
  const firsts = groups.map((all) => [all[0]]);
  return {
    drive: { shape: [sequences, time, widths[0]], data: gather(rows.drive, firsts, time) },
    response: {
      shape: [sequences, repeats, time, widths[1]],
      data: gather(rows.response, groups, time),
    },
    ...(rows.time ? { time: relativeTimes(rows.time, firsts, time) } : {}),
    ...(isRagged ? { length } : {}),
  };
}

function checkColumns({ drive, response, time, sequence, repeat }: Rows, where: string): void {
  const columns = [...drive, ...response, ...(time ? [time] : [])].map(({ data }) => data);
  const all = [...columns, ...[sequence, repeat].filter((labels) => labels !== undefined)];
  const lengths = [...new Set(all.map((data) => data.length))];
  if (lengths.length === 1 && lengths[0] > 0) return;
  throw fault("shape-mismatch", {
    where,
    what: "the columns of the table differ in length",
    got: lengths.join(" and "),
    expected: "one row for each sample",
    fix: "Name columns of one table",
  });
}

function groupsOf({ drive, sequence, repeat }: Rows, where: string): Groups {
  const places = new Map<number, Map<number, number[]>>();
  for (let row = 0; row < drive[0].data.length; row++) {
    const [n, r] = [sequence?.[row] ?? 0, repeat?.[row] ?? 0];
    if (Number.isNaN(n) || Number.isNaN(r)) throw noLabel(row, where);
    const repeats = places.get(n) ?? new Map<number, number[]>();
    if (repeats.size === 0) places.set(n, repeats);
    const rows = repeats.get(r);
    if (rows) rows.push(row);
    else repeats.set(r, [row]);
  }
  return [...places.values()].map((repeats) => [...repeats.values()]);
}

function checkGroups(groups: Groups, where: string): void {
  groups.forEach((repeats, n) => {
    const isWhole = repeats.length === groups[0].length;
    if (isWhole && repeats.every((rows) => rows.length === repeats[0].length)) return;
    throw fault("shape-mismatch", {
      where,
      what: `the repeats of sequence ${n} (from 0) do not fit together`,
      got: `${repeats.length} repeats of ${repeats.map((rows) => rows.length).join(", ")} rows`,
      expected: `${groups[0].length} repeats of equal length, as the first sequence has`,
      fix: "Cut or leave out incomplete repeats, or import them as sequences",
    });
  });
}

function checkShared({ drive, time }: Rows, groups: Groups, where: string): void {
  const column = time?.data;
  groups.forEach((repeats, n) => {
    const [first] = repeats;
    const step = column ? Math.abs(column[first[1] ?? first[0]] - column[first[0]]) : 0;
    for (let r = 1; r < repeats.length; r++) {
      first.forEach((row, t) => {
        const other = repeats[r][t];
        for (const { data } of drive) {
          if (!Object.is(data[row], data[other])) {
            throw unshared(n, r, data[row], data[other], where);
          }
        }
        if (!column) return;
        const apart = column[row] - column[first[0]] - (column[other] - column[repeats[r][0]]);
        if (Math.abs(apart) > 0.01 * step) throw notTogether(n, r, t, apart, where);
      });
    }
  });
}

function gather(columns: readonly HostArray[], groups: Groups, time: number): Float64Array {
  const runs = groups.flat();
  const width = columns.length;
  const data = new Float64Array(runs.length * time * width);
  runs.forEach((rows, run) => {
    for (let t = 0; t < time; t++) {
      const row = rows[Math.min(t, rows.length - 1)];
      for (let i = 0; i < width; i++) data[(run * time + t) * width + i] = columns[i].data[row];
    }
  });
  return data;
}

function relativeTimes(time: SourceArray, firsts: Groups, steps: number): SourceArray {
  const data = gather([time], firsts, steps);
  const starts = firsts.map(([rows]) => time.data[rows[0]]);
  return {
    shape: [firsts.length, steps],
    data: data.map((value, i) => value - starts[Math.floor(i / steps)]),
    unit: time.unit,
  };
}

const noLabel = (row: number, where: string): Fault =>
  fault("bad-value", {
    where,
    what: `sample ${row} (from 0) does not say which sequence and repeat it belongs to`,
    got: "an empty label",
    expected: "a number in every row",
    fix: "Fill in the column that tells sequences or repeats apart",
  });

const notTogether = (n: number, r: number, t: number, apart: number, where: string): Fault =>
  fault("bad-value", {
    where,
    what: `repeats 0 and ${r} of sequence ${n} were not sampled at the same times (step ${t}, from 0)`,
    got: `${apart} apart`,
    expected: "within 1 % of a step",
    fix: "Import them as sequences, or resample them before",
  });
