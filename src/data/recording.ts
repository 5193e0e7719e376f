import type { HostArray } from "../base/index.ts";

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
