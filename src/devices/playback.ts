import { createArray, fault, formatShape, type HostArray } from "../base/index.ts";
import { checkRecording, type Recording } from "../data/index.ts";
import { checkDrive } from "./check-drive.ts";
import type { Device, DeviceDescription, DeviceInput } from "./device.ts";
import { choiceRule, formatValue, type OptionRules, readOptions } from "./options.ts";
import {
  byCloseness,
  compareDrive,
  findRecordedDrives,
  formatMismatch,
  isWithin,
  type RecordedDrive,
} from "./recorded-drives.ts";

/** Options of {@link createPlaybackDevice}. */
export interface PlaybackOptions {
  /**
   * How far a drive may be from a recorded one at any sample, device units: one number, or one for
   * each input. Default 0: exactly.
   */
  readonly tolerance?: number | readonly number[];
  /** What follows the last repeat of a drive: "refuse" (default), or the first repeat "again". */
  readonly afterLast?: "refuse" | "again";
}

const isTolerance = (value: unknown): boolean =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

const playbackOptions: OptionRules<PlaybackOptions> = {
  tolerance: {
    initial: 0,
    meaning: "how far a drive may be from a recorded one at any sample, device units",
    expected: "a number of at least 0, or a list of one for each input",
    accepts: (value) => (Array.isArray(value) ? value.every(isTolerance) : isTolerance(value)),
  },
  afterLast: choiceRule("refuse", ["refuse", "again"], "what follows the last repeat of a drive"),
};

/**
 * A device that answers with what another one did: it plays back a recording.
 *
 * It takes only drives that were recorded, whole or from their beginning, and answers with their
 * repeats in the order in which these were measured; of several recorded drives within the tolerance
 * with the closest that has a repeat left. Where the recording has initial states the device can be
 * reset, and must be before every run. A reset cannot know which drive will follow: it gives the
 * initial state of the earliest run not yet played, which is the right one as long as drives come in
 * the recorded order, and otherwise that of another run.
 *
 * @param recording  Of any device.
 * @param options    `tolerance` and `afterLast`.
 * @returns          A device that cannot step. `run` throws `bad-value` for a drive that was not
 *                   recorded, naming the closest, or whose repeats are all played.
 * @throws           `bad-value` or `shape-mismatch` for options that do not fit; what
 *                   `checkRecording` throws.
 */
export function createPlaybackDevice(recording: Recording, options: PlaybackOptions = {}): Device {
  checkRecording(recording, "createPlaybackDevice");
  const checked = readOptions("createPlaybackDevice", playbackOptions, options);
  const { inputs } = recording;
  const tolerances = toInputs(checked.tolerance, inputs.length);
  return new PlaybackDevice(recording, tolerances, checked.afterLast === "again");
}

class PlaybackDevice implements Device {
  readonly #recording: Recording;
  readonly #description: DeviceDescription;
  readonly #drives: readonly RecordedDrive[];
  /** How many runs each drive has been played in. */
  readonly #played: Int32Array;
  readonly #tolerances: Float64Array;
  readonly #isEndless: boolean;
  #lastTold = "nothing yet";
  #isAtReset = true;

  constructor(recording: Recording, tolerances: Float64Array, isEndless: boolean) {
    this.#recording = recording;
    this.#description = describe(recording);
    this.#drives = findRecordedDrives(recording);
    this.#played = new Int32Array(this.#drives.length);
    this.#tolerances = tolerances;
    this.#isEndless = isEndless;
  }

  async describe(signal?: AbortSignal): Promise<DeviceDescription> {
    this.#checkSignal("describe", signal);
    return this.#description;
  }

  async reset(signal?: AbortSignal): Promise<Float64Array> {
    this.#checkSignal("reset", signal);
    const next = this.#earliest();
    const { initial } = this.#drives[next].part;
    if (!this.#description.canReset || !initial) throw this.#withoutReset();
    this.#lastTold = "reset";
    this.#isAtReset = true;
    const size = this.#recording.observables.length;
    const row = this.#rowOf(next);
    return initial.data.slice(row * size, (row + 1) * size);
  }

  async run(drive: HostArray, signal?: AbortSignal): Promise<HostArray> {
    this.#checkSignal("run", signal);
    const { inputs, canReset } = this.#description;
    checkDrive({ where: this.#where("run"), lastTold: this.#lastTold, inputs }, drive);
    const [time] = drive.shape;
    const size = this.#recording.observables.length;
    if (time === 0) return createArray([0, size]);
    if (canReset && !this.#isAtReset) throw this.#notAtReset();
    const chosen = this.#choose(drive);
    const { response } = this.#drives[chosen].part;
    const from = this.#rowOf(chosen) * response.shape[2] * size;
    this.#played[chosen]++;
    this.#lastTold = `run ${formatShape(drive.shape, ["time", "inputs"])}`;
    this.#isAtReset = false;
    return createArray([time, size], response.data.slice(from, from + time * size));
  }

  async stop(): Promise<void> {
    this.#lastTold = "stop";
  }

  /** Row of (sequence, repeat) that a drive plays next, where its repeats go round and round. */
  #rowOf(drive: number): number {
    const { sequence, repeats } = this.#drives[drive];
    return sequence * repeats.length + repeats[this.#played[drive] % repeats.length];
  }

  /** The drive whose next run comes first among all runs, as if the recording were endless. */
  #earliest(): number {
    const runs = this.#drives.reduce((sum, { repeats }) => sum + repeats.length, 0);
    const turns = this.#drives.map(({ turns }, i) => {
      const round = Math.floor(this.#played[i] / turns.length);
      return turns[this.#played[i] % turns.length] + runs * round;
    });
    return turns.reduce((first, turn, i) => (turn < turns[first] ? i : first), 0);
  }

  #choose(drive: HostArray): number {
    const { inputs } = this.#description;
    const matching = [...this.#drives.keys()]
      .filter((i) => isWithin(this.#drives[i], drive, this.#tolerances))
      .map((i) => ({ i, ...compareDrive(this.#drives[i], drive, inputs) }))
      .sort(byCloseness);
    if (matching.length === 0) throw this.#notRecorded(drive);
    const roundsOf = ({ i, recorded }: { i: number; recorded: RecordedDrive }): number =>
      Math.floor(this.#played[i] / recorded.repeats.length);
    const first = matching.reduce((a, b) => (roundsOf(b) < roundsOf(a) ? b : a));
    if (!this.#isEndless && roundsOf(first) > 0) throw this.#allPlayed(matching);
    return first.i;
  }

  #checkSignal(command: string, signal: AbortSignal | undefined): void {
    if (!signal?.aborted) return;
    throw fault("interrupted", {
      where: this.#where(command),
      what: `${command} was given up before it began; the device was last told '${this.#lastTold}'`,
      got: "an abort",
      expected: "to go on to the end",
      fix: "Give the command again when it is wanted",
    });
  }

  #notRecorded(drive: HostArray): Error {
    const { inputs } = this.#description;
    const closest = this.#drives.map((recorded) => compareDrive(recorded, drive, inputs));
    const within = inputs.map(({ unit }, i) => `${this.#tolerances[i]} ${unit}`).join(", ");
    return fault("bad-value", {
      where: this.#where("run"),
      what: `this drive was not recorded; the device was last told '${this.#lastTold}'`,
      got: `${formatShape(drive.shape, ["time", "inputs"])}, closest to ${formatMismatch(closest.sort(byCloseness)[0], inputs)}`,
      expected: `one of ${closest.length} recorded drives or its beginning, within ${within}`,
      fix: "Use the drives of the recording, or a tolerance that covers the difference",
    });
  }

  #allPlayed(matching: readonly { readonly recorded: RecordedDrive }[]): Error {
    const total = matching.reduce((sum, { recorded }) => sum + recorded.repeats.length, 0);
    const { part, sequence } = matching[0].recorded;
    return fault("bad-value", {
      where: this.#where("run"),
      what: `every repeat of this drive has been played; the device was last told '${this.#lastTold}'`,
      got: `run ${total + 1} of part '${part.name}', sequence ${sequence}`,
      expected: `at most ${total}`,
      fix: 'Record more repeats, or choose afterLast: "again" to play the same ones once more',
    });
  }

  #notAtReset(): Error {
    return fault("bad-value", {
      where: this.#where("run"),
      what: `every recorded run starts at a reset; the device was last told '${this.#lastTold}'`,
      got: "a run that goes on from another one",
      expected: "a reset before the run",
      fix: "Reset the device before every run",
    });
  }

  #withoutReset(): Error {
    return fault("device-failure", {
      where: this.#where("reset"),
      what: `the recording holds no initial states; the device was last told '${this.#lastTold}'`,
      got: "reset",
      expected: "run alone, as canReset says",
      fix: "Run without a reset: every run plays its drive from the beginning",
    });
  }

  #where(command: string): string {
    return `${this.#description.identity}, ${command}`;
  }
}

function describe(recording: Recording): DeviceDescription {
  const { dt, inputs, observables, parts, carrierPeriod, device = {} } = recording;
  const { identity, samplesPerStep } = device;
  const isHold = Number.isInteger(samplesPerStep) && Number(samplesPerStep) >= 1;
  return {
    identity: `playback of ${typeof identity === "string" ? identity : "a recording"}`,
    inputs: inputs.map((channel, i): DeviceInput => {
      const extent = extentOf(recording, i);
      return { ...channel, min: channel.min ?? extent.min, max: channel.max ?? extent.max };
    }),
    observables,
    dt,
    samplesPerStep: isHold ? Number(samplesPerStep) : 1,
    ...(carrierPeriod === undefined ? {} : { carrierPeriod }),
    canReset: parts.every(({ initial }) => initial !== undefined),
    canStep: false,
    recordedOnly: true,
  };
}

/** Lowest and highest value of an input in all drives. */
function extentOf(
  { inputs, parts }: Recording,
  input: number,
): { readonly min: number; readonly max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const { drive } of parts) {
    for (let i = input; i < drive.data.length; i += inputs.length) {
      min = Math.min(min, drive.data[i]);
      max = Math.max(max, drive.data[i]);
    }
  }
  return { min, max };
}

function toInputs(tolerance: number | readonly number[], inputs: number): Float64Array {
  if (typeof tolerance === "number") return new Float64Array(inputs).fill(tolerance);
  if (tolerance.length === inputs) return Float64Array.from(tolerance);
  throw fault("shape-mismatch", {
    where: "createPlaybackDevice",
    what: "the option 'tolerance' does not fit the inputs",
    got: `${tolerance.length} values, ${formatValue(tolerance)}`,
    expected: `one number, or ${inputs}`,
    fix: "Give one tolerance for each input, in its unit",
  });
}
