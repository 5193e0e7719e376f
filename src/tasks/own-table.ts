import { createArray, fault, type HostArray } from "../base/index.ts";
import { type CsvColumn, parseCsv } from "../data/index.ts";
import type { OwnContents, OwnSequence } from "./own-task.ts";

/** A table of a task: one sequence. */
export interface OwnTable {
  /** File name, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The part to which the table's folder belongs. */
  readonly part?: OwnSequence["part"];
}

/**
 * The sequences in tables, one for each, a line for each step.
 *
 * Columns whose names begin with `input` and `target` are inputs and targets, in the order of the
 * file; `label` is the class, from 0. A sequence is judged once if its class is the same throughout,
 * in every table.
 *
 * @param where  The folder or file, for messages.
 * @param name   Of the task.
 * @throws       `unreadable-file`; `shape-mismatch` or `bad-value`, naming the table.
 */
export function parseOwnTables(
  tables: readonly OwnTable[],
  where: string,
  name: string,
): OwnContents {
  const read = tables.map((table) => readTable(table));
  for (const { sequence, heads } of read) {
    if (heads === read[0].heads) continue;
    throw fault("shape-mismatch", {
      where: sequence.name,
      what: "the table does not have the columns of the others",
      got: heads,
      expected: `${read[0].heads}, as in ${read[0].sequence.name}`,
      fix: "Give every table the same columns in the same order",
    });
  }
  const isOnce =
    read.length > 1 &&
    read.every(({ sequence: { labels } }) => labels?.every((label) => label === labels[0]));
  const sequences = read.map(({ sequence }) =>
    isOnce ? { ...sequence, labels: sequence.labels?.slice(0, 1) } : sequence,
  );
  return { where, name, scored: isOnce ? "sequence" : "each-step", sequences };
}

function readTable({ name, bytes, part }: OwnTable): {
  readonly sequence: OwnSequence;
  readonly heads: string;
} {
  const columns = parseCsv(bytes, name);
  const beginning = (word: string): CsvColumn[] =>
    columns.filter((column) => column.name.toLowerCase().startsWith(word));
  const [inputs, targets, labels] = ["input", "target", "label"].map(beginning);
  const heads = columns.map((column) => `'${column.name}'`).join(", ");
  if (inputs.length === 0 || targets.length > 0 === labels.length > 0 || labels.length > 1) {
    throw fault("unknown-name", {
      where: name,
      what: "the columns are not those of a task",
      got: heads,
      expected: "columns named input..., and either target... or one named label",
      fix: "Name the columns in the first line of the table",
    });
  }
  const sequence = {
    name,
    input: sideBySide(inputs),
    ...(targets.length > 0 ? { target: sideBySide(targets) } : {}),
    ...(labels.length > 0 ? { labels: readClasses(labels[0], name) } : {}),
    ...(part ? { part } : {}),
  };
  return { sequence, heads };
}

/** [time, columns] */
function sideBySide(columns: readonly CsvColumn[]): HostArray {
  const result = createArray([columns[0].values.length, columns.length]);
  columns.forEach(({ values }, c) => {
    for (let t = 0; t < values.length; t++) result.data[t * columns.length + c] = values[t];
  });
  return result;
}

function readClasses({ name, values }: CsvColumn, where: string): Int32Array {
  const bad = values.findIndex((value) => !(Number.isInteger(value) && value >= 0));
  if (bad < 0) return Int32Array.from(values);
  throw fault("bad-value", {
    where,
    what: `the column '${name}' has a value that is no class`,
    got: `${values[bad]} at step ${bad}`,
    expected: "whole numbers from 0",
    fix: "Number the classes from 0",
  });
}
