import type { HostArray } from "../base/index.ts";
import { type Recording, type RecordingPart, sizeOfPart } from "../data/index.ts";
import type { DeviceInput } from "./device.ts";

/** One drive of a recording and when its repeats were measured. */
export interface RecordedDrive {
  readonly part: RecordingPart;
  readonly sequence: number;
  /** Valid samples. */
  readonly length: number;
  /** Repeats in the order of their acquisition. */
  readonly repeats: readonly number[];
  /** Place of each of them among all runs of the recording. */
  readonly turns: readonly number[];
}

/** All drives of a recording; parts count as measured one after another. */
export function findRecordedDrives({ parts }: Recording): RecordedDrive[] {
  const drives: RecordedDrive[] = [];
  let before = 0;
  for (const part of parts) {
    const { sequences, repeats: count, time } = sizeOfPart(part);
    for (let sequence = 0; sequence < sequences; sequence++) {
      const turnOf = (repeat: number): number =>
        part.order ? part.order[sequence * count + repeat] : repeat * sequences + sequence;
      const repeats = Array.from({ length: count }, (_, repeat) => repeat);
      repeats.sort((a, b) => turnOf(a) - turnOf(b));
      const turns = repeats.map((repeat) => before + turnOf(repeat));
      drives.push({ part, sequence, length: part.length?.[sequence] ?? time, repeats, turns });
    }
    before += sequences * count;
  }
  return drives;
}

/** How a drive differs from a recorded one. */
export interface Mismatch {
  readonly recorded: RecordedDrive;
  /** Largest difference over the samples that both have, as a share of the input's range. */
  readonly share: number;
  /** Where it is: sample and input. */
  readonly sample: number;
  readonly input: number;
  /** The difference there, device units. */
  readonly difference: number;
  /** Samples of the drive for which nothing was recorded. */
  readonly missing: number;
}

/** Compare a drive [time, inputs] with the beginning of a recorded one. */
export function compareDrive(
  recorded: RecordedDrive,
  drive: HostArray,
  inputs: readonly DeviceInput[],
): Mismatch {
  const { part, sequence, length } = recorded;
  const count = inputs.length;
  const samples = Math.min(length, drive.shape[0]);
  const from = sequence * part.drive.shape[1] * count;
  let [share, at] = [0, 0];
  for (let i = 0; i < samples * count; i++) {
    const { min, max } = inputs[i % count];
    const difference = Math.abs(drive.data[i] - part.drive.data[from + i]) / (max - min || 1);
    if (difference > share) [share, at] = [difference, i];
  }
  return {
    recorded,
    share,
    sample: Math.floor(at / count),
    input: at % count,
    difference: Math.abs(drive.data[at] - part.drive.data[from + at]),
    missing: drive.shape[0] - samples,
  };
}

/** Whether every sample of a drive is within the tolerances of a recorded one, [inputs]. */
export function isWithin(
  { part, sequence, length }: RecordedDrive,
  drive: HostArray,
  tolerances: Float64Array,
): boolean {
  if (drive.shape[0] > length) return false;
  const count = tolerances.length;
  const from = sequence * part.drive.shape[1] * count;
  for (let i = 0; i < drive.data.length; i++) {
    if (Math.abs(drive.data[i] - part.drive.data[from + i]) > tolerances[i % count]) return false;
  }
  return true;
}

/** The closest first; those that are too short last. */
export function byCloseness(a: Mismatch, b: Mismatch): number {
  return Number(a.missing > 0) - Number(b.missing > 0) || a.share - b.share;
}

/** "part 'drive_set', sequence 3, 0.5 Oe away in 'field' at sample 2". */
export function formatMismatch(mismatch: Mismatch, inputs: readonly DeviceInput[]): string {
  const { recorded, sample, input, difference, missing } = mismatch;
  const { name, unit } = inputs[input];
  const place = `part '${recorded.part.name}', sequence ${recorded.sequence}`;
  const distance = `${Number(difference.toPrecision(3))} ${unit} away in '${name}' at sample ${sample}`;
  const end = `which ends ${missing} samples earlier`;
  if (missing === 0) return `${place}, ${distance}`;
  return difference > 0 ? `${place}, ${distance}, ${end}` : `${place}, ${end}`;
}
