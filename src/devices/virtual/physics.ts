import type { Generator } from "../../base/index.ts";
import type { DeviceDescription } from "../device.ts";
import type { InstrumentOptions } from "./instrument.ts";

/**
 * The physics of a virtual device: a small synchronous object without readout noise, which
 * {@link createVirtualDevice} makes into a device.
 */
export interface Physics {
  readonly description: DeviceDescription;
  /** Samples that take roughly 20 ms to compute; the device yields to the event loop so often. */
  readonly samplesPerPause: number;
  /** Readout calibrated on a real device; options that the caller gives replace these. */
  readonly instrument?: InstrumentOptions;
  /**
   * Go to the initial law and start (or go on) drawing thermal noise from `noise`.
   *
   * @param noise  Thermal noise for this and all later samples, until the next reset.
   * @param out    Receives the observables there, [observables].
   */
  reset(noise: Generator, out: Float64Array): void;
  /**
   * Hold an input for one sampling step.
   *
   * @param input  [inputs], within the declared range.
   * @param out    Receives the observables at the end of the step, [observables].
   */
  step(input: Float64Array, out: Float64Array): void;
}

/** Three seeds that never share a draw, each a whole number from 0. */
export interface DeviceSeeds {
  /** Which sample was fabricated. */
  readonly disorder: number;
  /** Which thermal run. */
  readonly thermal: number;
  /** Which draw of readout noise and slow change. */
  readonly instrument: number;
}
