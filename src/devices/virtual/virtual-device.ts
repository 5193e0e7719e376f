import {
  childStream,
  createArray,
  createGenerator,
  createStream,
  fault,
  formatShape,
  type Generator,
  type HostArray,
  type Stream,
} from "../../base/index.ts";
import { checkDrive } from "../check-drive.ts";
import type { Device, DeviceDescription } from "../device.ts";
import { createInstrument, type Instrument, type InstrumentOptions } from "./instrument.ts";
import type { DeviceSeeds, Physics } from "./physics.ts";

/** What a virtual device is made of. */
export interface VirtualDeviceParts {
  readonly physics: Physics;
  /** Imperfections of the readout; by default those of the physics, if any. */
  readonly instrument?: InstrumentOptions;
  /** The disorder seed went into the physics; the other two are used here. */
  readonly seeds: Pick<DeviceSeeds, "thermal" | "instrument">;
}

/**
 * Make a device of a synchronous simulation.
 *
 * It stands at a first reset when it is made. A later reset gives the same initial law and goes on
 * with the thermal stream, so no two repeats share their noise; after a `seek` every run has streams
 * of its own instead. Inputs are clipped at the declared range. A long run yields to the event loop now and then; `stop` and an abort end it there.
 *
 * @throws  `bad-value`, `unknown-name` or `shape-mismatch` for instrument options that do not fit.
 */
export function createVirtualDevice(parts: VirtualDeviceParts): Device {
  return new VirtualDevice(parts);
}

class VirtualDevice implements Device {
  readonly #physics: Physics;
  readonly #description: DeviceDescription;
  readonly #streams: { readonly thermal: Stream; readonly instrument: Stream };
  readonly #thermal: Generator;
  readonly #readout: Generator;
  readonly #instrument: Instrument;
  readonly #input: Float64Array;
  readonly #output: Float64Array;
  #lastTold = "nothing yet";
  #isRunning = false;
  #isStopping = false;
  #samplesSincePause = 0;
  /** The run that the next reset starts, once there was a seek. */
  #nextRun: number | undefined;

  constructor({ physics, instrument = {}, seeds }: VirtualDeviceParts) {
    const { inputs, observables } = physics.description;
    const streamOf = (name: "thermal" | "instrument"): Stream =>
      childStream(createStream(seeds[name]), name);
    this.#physics = physics;
    this.#description = { ...physics.description, canSeek: true };
    this.#streams = { thermal: streamOf("thermal"), instrument: streamOf("instrument") };
    this.#thermal = createGenerator(this.#streams.thermal);
    this.#readout = createGenerator(this.#streams.instrument);
    this.#instrument = createInstrument(
      { ...physics.instrument, ...instrument },
      observables.length,
      this.#readout,
    );
    this.#input = new Float64Array(inputs.length);
    this.#output = new Float64Array(observables.length);
    physics.reset(this.#thermal, this.#output);
  }

  async describe(signal?: AbortSignal): Promise<DeviceDescription> {
    if (signal?.aborted) throw this.#interrupted("describe", "before it began");
    return this.#description;
  }

  async reset(signal?: AbortSignal): Promise<Float64Array> {
    this.#begin("reset", signal);
    this.#lastTold = "reset";
    this.#samplesSincePause++;
    if (this.#nextRun !== undefined) this.#moveTo(this.#nextRun++);
    this.#instrument.renew();
    this.#physics.reset(this.#thermal, this.#output);
    this.#instrument.measure(this.#output);
    return this.#output.slice();
  }

  async run(drive: HostArray, signal?: AbortSignal): Promise<HostArray> {
    this.#begin("run", signal);
    this.#checkDrive("run", drive);
    const [time] = drive.shape;
    const response = createArray([time, this.#output.length]);
    this.#lastTold = `run ${formatShape(drive.shape, ["time", "inputs"])}`;
    this.#isRunning = true;
    try {
      for (let t = 0; t < time; t++) {
        if (this.#samplesSincePause >= this.#physics.samplesPerPause) {
          await this.#pause();
          if (signal?.aborted || this.#isStopping) {
            throw this.#interrupted("run", `after ${t} of ${time} samples`);
          }
        }
        this.#sample(drive.data, t * this.#input.length);
        response.data.set(this.#output, t * this.#output.length);
      }
    } finally {
      this.#isRunning = false;
      this.#isStopping = false;
    }
    return response;
  }

  async step(input: ArrayLike<number>, signal?: AbortSignal): Promise<Float64Array> {
    this.#begin("step", signal);
    const data = Float64Array.from(input);
    this.#checkDrive("step", { shape: [1, data.length], data });
    this.#lastTold = `step [${data.join(", ")}]`;
    this.#sample(data, 0);
    return this.#output.slice();
  }

  async seek(run: number): Promise<void> {
    this.#begin("seek", undefined);
    this.#moveTo(run);
    this.#nextRun = run;
  }

  async stop(): Promise<void> {
    this.#isStopping = this.#isRunning;
    this.#lastTold = "stop";
  }

  #moveTo(run: number): void {
    const { thermal, instrument } = this.#streams;
    const startOf = (stream: Stream) => createGenerator(childStream(stream, run)).save();
    this.#thermal.restore(startOf(thermal));
    this.#readout.restore(startOf(instrument));
    const slow = childStream(instrument, "slow change");
    this.#instrument.seek(run, (n) => createGenerator(childStream(slow, n)));
  }

  #sample(drive: Float64Array, offset: number): void {
    const { inputs } = this.#physics.description;
    for (let i = 0; i < inputs.length; i++) {
      this.#input[i] = Math.min(inputs[i].max, Math.max(inputs[i].min, drive[offset + i]));
    }
    this.#samplesSincePause++;
    this.#physics.step(this.#input, this.#output);
    this.#instrument.measure(this.#output);
  }

  // A timer of 0 ms lets pending events in; it waits for nothing.
  async #pause(): Promise<void> {
    this.#samplesSincePause = 0;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0);
    });
  }

  #begin(command: string, signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw this.#interrupted(command, "before it began");
    if (!this.#isRunning) return;
    throw fault("device-failure", {
      where: this.#where(command),
      what: `the device is still busy; it was last told '${this.#lastTold}'`,
      got: `${command} during a run`,
      expected: "one command at a time",
      fix: "Await the run before the next command, or stop the device",
    });
  }

  #checkDrive(command: string, drive: HostArray): void {
    const { inputs } = this.#physics.description;
    checkDrive({ where: this.#where(command), lastTold: this.#lastTold, inputs }, drive);
  }

  #interrupted(command: string, when: string): Error {
    return fault("interrupted", {
      where: this.#where(command),
      what: `${command} was given up ${when}; the device was last told '${this.#lastTold}'`,
      got: this.#isStopping ? "a stop" : "an abort",
      expected: "to go on to the end",
      fix: "Reset the device before the next run",
    });
  }

  #where(command: string): string {
    return `${this.#physics.description.identity}, ${command}`;
  }
}
