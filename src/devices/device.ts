import type { HostArray } from "../base/index.ts";
import type { Channel } from "../data/index.ts";

/** An input of a device; a device always states its safe range. */
export interface DeviceInput extends Channel {
  readonly min: number;
  readonly max: number;
}

/** What a device says of itself. Code asks for these properties, never for a kind of device. */
export interface DeviceDescription {
  /** Kind and sample, e.g. "nano-ring-array, disorder 7". */
  readonly identity: string;
  readonly inputs: readonly DeviceInput[];
  readonly observables: readonly Channel[];
  /** Sampling step, s. */
  readonly dt: number;
  /** Samples for which one input value is held at least (a field cycle of 16 samples, say). */
  readonly samplesPerStep: number;
  /** Period of a built-in carrier in samples, phase 0 at the reset. */
  readonly carrierPeriod?: number;
  readonly canReset: boolean;
  readonly canStep: boolean;
  /** True if its noise follows from a run's number, so that `seek` brings any run back. */
  readonly canSeek?: boolean;
  /** How long a reset takes, s, where that is known. */
  readonly resetTime?: number;
  /** True if the device only plays back what was recorded. */
  readonly recordedOnly: boolean;
}

/**
 * A device on the bench, or a simulator that behaves like one.
 *
 * Every call is asynchronous because hardware is slow, and rejects with a fault that says what the
 * device was last told. A reset gives the declared initial law, not the same noise.
 */
export interface Device {
  describe(signal?: AbortSignal): Promise<DeviceDescription>;
  /** Return to the initial law. Resolves to the observables measured there, [observables]. */
  reset(signal?: AbortSignal): Promise<Float64Array>;
  /** Apply a drive [time, inputs] from the present state; response [time, observables]. */
  run(drive: HostArray, signal?: AbortSignal): Promise<HostArray>;
  /** Hold one input [inputs] for one sampling step; observables at its end. Where `canStep`. */
  step?(input: ArrayLike<number>, signal?: AbortSignal): Promise<Float64Array>;
  /**
   * Be at run number `run`, from 0: the noise from here on, and the slow change from the next reset
   * on, depend on the device's seeds and that number alone, not on what was done before. Without
   * another seek every later reset starts the next run. The physical state stays as it is until
   * the reset. Where `canSeek`; a real device has none, for no run of it comes back.
   */
  seek?(run: number): Promise<void>;
  /** Go to the declared safe state. */
  stop(): Promise<void>;
  /** Stop, and let go of the process or the connection behind the device. Where there is one. */
  close?(): Promise<void>;
}
