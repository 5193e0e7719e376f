// The driver's side of the protocol for any device of ours: a mock rig.
import { createArray, formatShape, type HostArray, isFault } from "../../base/index.ts";
import type { Device } from "../device.ts";
import type { DrivenInput, DriverDescription } from "./description.ts";
import { protocolVersion } from "./driver-device.node.ts";
import { createFrameReader, type Frame, formatFrame } from "./frame.node.ts";
import type { InjectedFault } from "./injected-faults.ts";
import { type InputLimit, intersectLimits, slewSlack } from "./limits.ts";

/** Options of {@link serveDevice}. */
export interface ServeOptions {
  /** Where requests come from; its end sends the device to its safe state. */
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Ends the service as the end of the input does. */
  readonly signal?: AbortSignal;
  readonly faults?: readonly InjectedFault[];
  /** Ends the process at once, for faults that do. */
  readonly die?: () => void;
  /** Told of every drive [time, inputs] just before it reaches the device. */
  readonly onDrive?: (drive: HostArray) => void;
}

/**
 * Serve a device over the driver protocol until the input ends.
 *
 * Values beyond the limits are refused, not moved: the other side has moved them already. Where an
 * input has a `maxSlew`, what it holds is brought to a drive's first value in steps that it allows.
 */
export async function serveDevice(device: Device, options: ServeOptions): Promise<void> {
  const { inputs, ...rest } = await device.describe();
  const declared = {
    ...{ ...rest, hasHeartbeat: true },
    inputs: inputs.map((input) => ({ ...input, safe: safeOf(input) })),
  };
  await new DeviceServer(device, declared, options).done;
}

const untold = "nothing yet";

/** Zero, or the end of the range that is nearest to it. */
const safeOf = ({ min, max }: DrivenInput): number => Math.min(max, Math.max(min, 0));

interface Reply {
  readonly result?: unknown;
  readonly arrays?: Readonly<Record<string, HostArray>>;
}

class DeviceServer {
  readonly done: Promise<void>;
  readonly #device: Device;
  readonly #options: ServeOptions;
  #description: DriverDescription;
  #held: Float64Array;
  #told = untold;
  #giveUp = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #lastId = 0;
  #measured = 0;
  #isHung = false;
  #isEnding = false;

  constructor(device: Device, description: DriverDescription, options: ServeOptions) {
    this.#device = device;
    this.#description = description;
    this.#options = options;
    this.#held = this.#safe();
    this.done = new Promise((resolve) => {
      const end = (): void => {
        this.#giveUp.abort();
        if (this.#isHung || this.#isEnding) return;
        this.#isEnding = true;
        // A device that was told nothing is left alone.
        const leave = async (): Promise<void> => {
          if (this.#told !== untold) await device.stop();
        };
        this.#work = this.#work.then(leave).then(resolve);
      };
      const reader = createFrameReader({ onFrame: (frame) => this.#hear(frame), onBroken: end });
      options.input.on("data", (chunk: Uint8Array) => reader.push(chunk)).once("end", end);
      options.signal?.addEventListener("abort", end, { once: true });
    });
  }

  #hear(frame: Frame): void {
    const { id, method } = frame.header;
    // A request that comes twice is carried out once.
    if (this.#isHung || id <= this.#lastId) return;
    this.#lastId = id;
    if (method === "heartbeat") {
      this.#send(id, { result: { told: this.#told } });
      return;
    }
    if (method === "stop") this.#giveUp.abort();
    this.#work = this.#work.then(() => this.#serve(frame));
  }

  async #serve(frame: Frame): Promise<void> {
    const { id, method = "" } = frame.header;
    if (this.#isHung) return;
    const isMeasured = ["reset", "run", "step"].includes(method);
    const injected = isMeasured
      ? this.#options.faults?.find(({ at }) => at === this.#measured + 1)
      : undefined;
    if (isMeasured) this.#measured++;
    if (injected?.kind === "hang") {
      this.#isHung = true;
      // Something to wait for, or the process would end with its input.
      setInterval(() => undefined, 60_000);
      return;
    }
    try {
      if (injected?.kind === "kill") return await this.#dieHalfway(frame);
      const reply = await this.#answer(frame);
      this.#send(id, injected ? spoil(reply, injected, this.#description) : reply, injected);
    } catch (error) {
      const code = isFault(error) ? error.code : "device-failure";
      const message = error instanceof Error ? error.message : String(error);
      await this.#device.stop();
      this.#held = this.#safe();
      this.#write(formatFrame({ id, error: { code, message, told: this.#told, isSafe: true } }));
    }
  }

  async #answer({ header, arrays }: Frame): Promise<Reply> {
    const { method, params = {} } = header;
    switch (method) {
      case "hello":
        return { result: { version: protocolVersion, driver: "twinloom device serve" } };
      case "describe":
        return { result: this.#description };
      case "limit": {
        const inputs = params.inputs as readonly InputLimit[];
        this.#description = intersectLimits(this.#description, [{ source: "limit", inputs }]);
        this.#held = this.#safe();
        return { result: { inputs: this.#description.inputs } };
      }
      case "stop":
        this.#told = "stop";
        await this.#device.stop();
        this.#held = this.#safe();
        this.#giveUp = new AbortController();
        return { result: { held: [...this.#held] } };
      case "reset":
        return this.#reset();
      case "run":
        return this.#run(arrays.drive);
      case "step":
        return this.#step(arrays.input);
      case "seek":
        await this.#device.seek?.(Number(params.run));
        return { result: {} };
      default:
        throw new Error(`there is no command '${method}' in version ${protocolVersion}`);
    }
  }

  async #reset(): Promise<Reply> {
    this.#told = "reset";
    const data = await this.#device.reset(this.#giveUp.signal);
    this.#held = this.#safe();
    return { arrays: { initial: createArray([data.length], data) } };
  }

  async #run(drive: HostArray): Promise<Reply> {
    this.#check(drive);
    await this.#approach(drive.data.slice(0, this.#held.length));
    this.#told = `run ${formatShape(drive.shape)}`;
    return { arrays: { response: await this.#drive(drive) } };
  }

  async #step({ data }: HostArray): Promise<Reply> {
    const drive = createArray([1, data.length], data);
    this.#check(drive);
    await this.#approach(data);
    this.#told = `step [${data.join(", ")}]`;
    this.#options.onDrive?.(drive);
    const output = (await this.#device.step?.(data, this.#giveUp.signal)) ?? new Float64Array(0);
    this.#held = data.slice();
    return { arrays: { output: createArray([output.length], output) } };
  }

  async #drive(drive: HostArray): Promise<HostArray> {
    if (drive.shape[0] === 0) return this.#device.run(drive, this.#giveUp.signal);
    this.#options.onDrive?.(drive);
    const response = await this.#device.run(drive, this.#giveUp.signal);
    this.#held = drive.data.slice(-this.#held.length);
    return response;
  }

  /** From what the inputs hold to just before `target`, in steps that their slew allows. */
  async #approach(target: Float64Array): Promise<void> {
    const { inputs, dt } = this.#description;
    const from = this.#held;
    const steps = inputs.map(({ maxSlew = Infinity }, i) =>
      Math.ceil(Math.abs(target[i] - from[i]) / (maxSlew * dt * slewSlack)),
    );
    const count = Math.max(...steps) - 1;
    if (!(count > 0)) return;
    const ramp = createArray([count, inputs.length]);
    for (let t = 0; t < count; t++) {
      inputs.forEach((_, i) => {
        ramp.data[t * inputs.length + i] =
          from[i] + ((target[i] - from[i]) * (t + 1)) / (count + 1);
      });
    }
    await this.#drive(ramp);
  }

  /** Refuse what lies beyond the limits, before anything of it is driven. */
  #check({ shape, data }: HostArray): void {
    const { inputs, dt } = this.#description;
    const columns = inputs.length;
    if (shape.length !== 2 || shape[1] !== columns)
      throw new Error(`a drive ${formatShape(shape)}`);
    for (let at = 0; at < data.length; at++) {
      const { name, unit, min, max, maxSlew = Infinity } = inputs[at % columns];
      const slew = at < columns ? 0 : Math.abs(data[at] - data[at - columns]) / dt;
      if (data[at] >= min && data[at] <= max && slew <= maxSlew * slewSlack) continue;
      const what = slew > maxSlew ? `${slew} ${unit}/s` : `${data[at]} ${unit}`;
      throw new Error(
        `${what} for '${name}' at sample ${Math.floor(at / columns)} is beyond its limits`,
      );
    }
  }

  async #dieHalfway({ header, arrays }: Frame): Promise<void> {
    if (header.method === "run") {
      const [time, inputs] = arrays.drive.shape;
      const half = Math.floor(time / 2);
      await this.#run(createArray([half, inputs], arrays.drive.data.slice(0, half * inputs)));
    }
    this.#die();
  }

  #die(): void {
    this.#isHung = true;
    this.#options.die?.();
  }

  #safe(): Float64Array {
    return Float64Array.from(this.#description.inputs, ({ safe = 0 }) => safe);
  }

  #send(id: number, { result = {}, arrays }: Reply, injected?: InjectedFault): void {
    const pieces = formatFrame({ id, result }, arrays);
    switch (injected?.kind) {
      case "truncate": {
        const whole = Buffer.concat(pieces);
        this.#options.output.write(whole.subarray(0, whole.length / 2), () => this.#die());
        this.#isHung = true;
        return;
      }
      case "corrupt":
        this.#write([flipped(Buffer.concat(pieces))]);
        return;
      case "duplicate":
        this.#write([...pieces, ...pieces]);
        return;
      default:
        this.#write(pieces);
    }
  }

  #write(pieces: readonly Uint8Array[]): void {
    const { output } = this.#options;
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    if (bytes <= 2 ** 16) output.write(Buffer.concat(pieces));
    else for (const piece of pieces) output.write(piece);
  }
}

/** A frame with one bit of its payload turned. */
function flipped(whole: Uint8Array): Uint8Array {
  whole[whole.length - 6] ^= 4;
  return whole;
}

/** A reply as a faulty instrument would give it. */
function spoil(reply: Reply, { kind }: InjectedFault, { observables }: DriverDescription): Reply {
  const [entry] = Object.entries(reply.arrays ?? {});
  if (!entry) return reply;
  const [name, { shape, data }] = entry;
  const changed = data.slice();
  const spoilt = (array: HostArray): Reply => ({ ...reply, arrays: { [name]: array } });
  if (kind === "nan") {
    changed[data.length >> 1] = Number.NaN;
    return spoilt({ shape, data: changed });
  }
  if (kind === "shape") {
    const [first, ...others] = shape;
    const less = data.length - data.length / first;
    return spoilt({ shape: [first - 1, ...others], data: changed.slice(0, less) });
  }
  if (kind !== "clip") return reply;
  const middle = data.toSorted()[data.length >> 1];
  return spoilt({
    shape,
    data: changed.map((value, i) =>
      value >= middle ? (observables[i % observables.length].max ?? middle) : value,
    ),
  });
}
