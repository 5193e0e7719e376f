// Bare files come with fewer axes than a recording has; the missing ones have length 1.
import { fault, formatShape, type HostArray } from "../base/index.ts";
import type { RecordingPart } from "./recording.ts";

const reshape = (array: HostArray, shape: readonly number[]): HostArray => ({
  shape,
  data: array.data,
});

/**
 * Give the arrays of a bare file the axes of a recording.
 *
 * @param arrays  `drive` [time], [time, inputs] or [sequences, time, inputs]; `response` [time],
 *                [time, observables], [sequences, time, observables] or [sequences, repeats, time,
 *                observables]; `initial`, `length` and `order` as in a part, where present.
 * @param name    Name of the part.
 * @param where   The file's name, for messages.
 * @throws        `shape-mismatch` if the axes cannot be told or do not agree.
 */
export function normaliseAxes(
  arrays: ReadonlyMap<string, HostArray>,
  name: string,
  where: string,
): RecordingPart {
  const drive = expandDrive(arrays.get("drive") as HostArray, where);
  const response = expandResponse(arrays.get("response") as HostArray, where);
  const [sequences, time] = drive.shape;
  if (response.shape[0] !== sequences || response.shape[2] !== time) {
    throw fault("shape-mismatch", {
      where,
      what: "the drive and the response do not belong together",
      got: `drive ${formatShape(drive.shape, ["sequences", "time", "inputs"])} and response ${formatShape(response.shape, ["sequences", "repeats", "time", "observables"])}, after adding axes of length 1`,
      expected: "equal sequences and equal time",
      fix: "Give all axes; repeats of one drive are a response [1, repeats, time, observables]",
    });
  }
  return { name, drive, response, ...optionalArrays((field) => arrays.get(field)) };
}

/** The arrays that a part may lack, from wherever a file keeps them. */
export function optionalArrays(
  get: (field: string) => HostArray | undefined,
): Pick<RecordingPart, "initial" | "length" | "order"> {
  const [initial, length, order] = [get("initial"), get("length"), get("order")];
  return {
    ...(initial ? { initial } : {}),
    ...(length ? { length: Int32Array.from(length.data) } : {}),
    ...(order ? { order: Int32Array.from(order.data) } : {}),
  };
}

function expandDrive(array: HostArray, where: string): HostArray {
  const { shape } = array;
  if (shape.length === 3) return array;
  if (shape.length === 2) {
    checkOrder(shape, "drive", "inputs", where);
    return reshape(array, [1, ...shape]);
  }
  if (shape.length === 1) return reshape(array, [1, shape[0], 1]);
  throw fault("shape-mismatch", {
    where,
    what: "the drive has too few or too many axes",
    got: formatShape(shape),
    expected: "[time], [time, inputs] or [sequences, time, inputs]",
    fix: "Reshape the drive; repeats share one drive, so it has no axis for them",
  });
}

function expandResponse(array: HostArray, where: string): HostArray {
  const { shape } = array;
  if (shape.length === 4) return array;
  if (shape.length === 3) return reshape(array, [shape[0], 1, shape[1], shape[2]]);
  if (shape.length === 2) {
    checkOrder(shape, "response", "observables", where);
    return reshape(array, [1, 1, ...shape]);
  }
  if (shape.length === 1) return reshape(array, [1, 1, shape[0], 1]);
  throw fault("shape-mismatch", {
    where,
    what: "the response has too few or too many axes",
    got: formatShape(shape),
    expected:
      "[time], [time, observables], [sequences, time, observables] or [sequences, repeats, time, observables]",
    fix: "Reshape the response",
  });
}

// [20, 1000] is far more likely 20 sequences than 20 steps of 1000 channels: ask, never guess.
/** Refuse [time, channels] with more channels than steps. */
export function checkOrder(
  shape: readonly number[],
  what: string,
  channels: string,
  where: string,
): void {
  const [time, width] = shape;
  if (width <= time) return;
  const sequences = what === "drive" ? [time, width, 1] : [time, 1, width, 1];
  const steps = what === "drive" ? [1, time, width] : [1, 1, time, width];
  throw fault("shape-mismatch", {
    where,
    what: `it is not clear which axis of the ${what} is time`,
    got: formatShape(shape),
    expected: `[time, ${channels}] with no more ${channels} than steps`,
    fix: `Reshape it to ${formatShape(sequences)} if the axes are sequences and time, or to ${formatShape(steps)} if they are time and ${channels}`,
  });
}
