import { fault, findNonFinite, formatShape, type HostArray, sizeOf } from "../base/index.ts";
import type { DeviceInput } from "./device.ts";

/** Who is driven, for messages. */
export interface DrivenDevice {
  /** Identity and command. */
  readonly where: string;
  /** What the device was last told. */
  readonly lastTold: string;
  readonly inputs: readonly DeviceInput[];
}

/** Refuse a drive that is not [time, inputs] or not finite: `shape-mismatch`, `not-finite`. */
export function checkDrive(device: DrivenDevice, { shape, data }: HostArray): void {
  const { where, lastTold, inputs } = device;
  const names = inputs.map((input) => input.name).join(", ");
  if (shape.length !== 2 || shape[1] !== inputs.length || data.length !== sizeOf(shape)) {
    throw fault("shape-mismatch", {
      where,
      what: `the drive does not fit the inputs; the device was last told '${lastTold}'`,
      got: `${formatShape(shape)} with ${data.length} elements`,
      expected: `[*, ${inputs.length}] (time, inputs: ${names})`,
      fix: "Give one column for each input",
    });
  }
  const position = findNonFinite(data);
  if (position < 0) return;
  const row = Math.floor(position / inputs.length);
  const { name, unit } = inputs[position % inputs.length];
  throw fault("not-finite", {
    where,
    what: `the drive is not finite; the device was last told '${lastTold}'`,
    got: `${data[position]} for '${name}' at sample ${row}`,
    expected: `finite values, unit ${unit}`,
    fix: "Look for a division by zero where the drive was made",
  });
}
