import { closestName, createArray, fault, formatShape, type HostArray } from "../base/index.ts";
import { type OwnContents, type OwnSequence, PART_NAMES } from "./own-task.ts";

const KEYS = ["input", "target", "labels", "length", "part"];

/**
 * The sequences in the arrays of a .npz file.
 *
 * `input` [sequences, time, inputs], and either `target` [sequences, time, outputs], or `labels`
 * [sequences, time] or [sequences] (judged once), classes from 0. `length` [sequences] gives the
 * steps that count where sequences differ; `part` [sequences] is 0 to train, 1 to validate, 2 to
 * test. A single sequence may leave out the first axis, and a single input or output the last.
 *
 * @param where  The file, for messages.
 * @param name   Of the task.
 * @throws       `shape-mismatch`, `unknown-name` or `bad-value`, naming file and array.
 */
export function parseOwnArrays(
  arrays: ReadonlyMap<string, HostArray>,
  where: string,
  name: string,
): OwnContents {
  checkKeys(arrays, where);
  const given = arrays.get("input") as HostArray;
  const input = asSequences(given, where, "input");
  const [sequences, time] = input.shape;
  const lengths = readWhole(arrays, "length", sequences, [1, time], where);
  const parts = readWhole(arrays, "part", sequences, [0, 2], where);
  const target = arrays.get("target");
  const targets = target && asSequences(target, where, "target");
  if (targets && (targets.shape[0] !== sequences || targets.shape[1] !== time)) {
    throw mismatch(where, "target", target, `[${sequences}, ${time}, outputs]`);
  }
  const labels = arrays.get("labels");
  const isOnce = labels !== undefined && given.shape.length === 3 && labels.shape.length === 1;
  const classes = labels && readLabels(labels, isOnce ? [sequences] : [sequences, time], where);
  return {
    where,
    name,
    scored: isOnce ? "sequence" : "each-step",
    sequences: Array.from({ length: sequences }, (_, i): OwnSequence => {
      const steps = lengths?.[i] ?? time;
      return {
        name: `sequence ${i}`,
        input: take(input, i, steps),
        ...(targets ? { target: take(targets, i, steps) } : {}),
        ...(classes
          ? { labels: isOnce ? classes.slice(i, i + 1) : classes.slice(i * time, i * time + steps) }
          : {}),
        ...(parts ? { part: PART_NAMES[parts[i]] } : {}),
      };
    }),
  };
}

function checkKeys(arrays: ReadonlyMap<string, HostArray>, where: string): void {
  const keys = [...arrays.keys()];
  const strange = keys.find((key) => !KEYS.includes(key));
  const meant = strange && closestName(strange, KEYS);
  const isComplete = arrays.has("input") && arrays.has("target") !== arrays.has("labels");
  if (isComplete && strange === undefined) return;
  throw fault("unknown-name", {
    where,
    what: isComplete ? "an array is not part of a task" : "arrays of a task are missing",
    got: keys.map((key) => `'${key}'`).join(", ") || "no array",
    expected: "'input', either 'target' or 'labels', and if need be 'length' and 'part'",
    fix: meant
      ? `Did you mean '${meant}' by '${strange}'? Otherwise rename or leave out what is not listed`
      : "Rename the arrays, or leave out what is not listed",
  });
}

/** [sequences, time, columns] of an array that may lack the first or last axis. */
function asSequences(array: HostArray, where: string, key: string): HostArray {
  const { shape, data } = array;
  const full = { 1: [1, shape[0], 1], 2: [1, shape[0], shape[1]], 3: shape }[shape.length];
  if (full && data.length > 0) return createArray(full, data);
  throw mismatch(where, key, array, "[sequences, time, columns], [time, columns] or [time]");
}

function take(array: HostArray, sequence: number, steps: number): HostArray {
  const [, time, width] = array.shape;
  const from = sequence * time * width;
  return createArray([steps, width], array.data.slice(from, from + steps * width));
}

function readLabels(labels: HostArray, shape: readonly number[], where: string): Int32Array {
  const isLine = shape[0] === 1 && labels.shape.length === 1 && labels.shape[0] === shape[1];
  const fits = labels.shape.length === shape.length && labels.shape.every((n, i) => n === shape[i]);
  if (!fits && !isLine) {
    const fix = "one class for each sequence, or one for each step";
    throw mismatch(where, "labels", labels, formatShape(shape), fix);
  }
  const bad = labels.data.findIndex((value) => !(Number.isInteger(value) && value >= 0));
  if (bad < 0) return Int32Array.from(labels.data);
  throw notWhole(where, "labels", labels.data[bad], bad, "0 or more");
}

/** An array with one whole number for each sequence, if it is there. */
function readWhole(
  arrays: ReadonlyMap<string, HostArray>,
  key: string,
  sequences: number,
  [low, high]: readonly [number, number],
  where: string,
): Int32Array | undefined {
  const array = arrays.get(key);
  if (array === undefined) return undefined;
  if (array.data.length !== sequences) {
    throw mismatch(where, key, array, formatShape([sequences]), "one for each sequence");
  }
  const bad = array.data.findIndex(
    (value) => !(Number.isInteger(value) && value >= low && value <= high),
  );
  if (bad < 0) return Int32Array.from(array.data);
  throw notWhole(where, key, array.data[bad], bad, `${low} to ${high}`);
}

function mismatch(
  where: string,
  key: string,
  array: HostArray | undefined,
  expected: string,
  meaning = "",
): Error {
  return fault("shape-mismatch", {
    where,
    what: `the array '${key}' does not have a shape that fits`,
    got: formatShape(array?.shape ?? []),
    expected: meaning === "" ? expected : `${expected} (${meaning})`,
    fix: "Arrange the axes as sequences, time, columns; docs/tasks.md shows an example",
  });
}

function notWhole(where: string, key: string, value: number, at: number, range: string): Error {
  return fault("bad-value", {
    where,
    what: `'${key}' has a value that is none`,
    got: `${value} at position ${at}`,
    expected: `whole numbers, ${range}`,
    fix: `Correct '${key}'`,
  });
}
