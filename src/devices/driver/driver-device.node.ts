// A device behind a driver process, with the limits, the checks and the way back to the safe state.
import { createArray, fault, formatShape, type HostArray } from "../../base/index.ts";
import { checkDrive } from "../check-drive.ts";
import type { Device, DeviceDescription } from "../device.ts";
import { checkReply, countOverloads } from "./check-reply.ts";
import type { DriverProcess } from "./child.node.ts";
import { type DriverDescription, parseDescription } from "./description.ts";
import type { Frame } from "./frame.node.ts";
import { intersectLimits, type LimitSet, limitDrive } from "./limits.ts";
import { type Answer, DriverLink, type Request } from "./link.node.ts";

/** Version of the protocol that this side speaks. */
export const protocolVersion = 1;

/** Options of {@link openDriverDevice}. */
export interface DriverOptions {
  /** Starts a driver process; called again after one was lost. */
  readonly start: () => DriverProcess;
  /** The driver as a user named it, for messages. */
  readonly name: string;
  /** Narrow the device's own limits. */
  readonly limits?: readonly LimitSet[];
  /** How long an answer may take beyond the time that the device needs for its samples, s. Default 10. */
  readonly timeout?: number;
  /** Time between signs of life that are asked for while a command runs, s. Default 1. */
  readonly heartbeat?: number;
  /** What becomes of a response with samples at the end of an observable's range. Default "remark". */
  readonly overload?: "remark" | "refuse";
  /** Ask for the description alone: nothing is sent to the instrument, and no command is allowed. */
  readonly isDry?: boolean;
  /** Something worth a line: limits met, replies dropped, a driver that was lost. */
  readonly onRemark?: (text: string) => void;
}

/** A device that a process serves. */
export interface DriverDevice extends Device {
  /** Go to the safe state and end the process. */
  close(): Promise<void>;
}

/** Time that a driver gets to reach its safe state before its process is ended, s. */
const grace = 5;

/**
 * Start a driver and open the device behind it.
 *
 * The device is put in its safe state before anything else, after every fault and at the end. A
 * driver that hangs, dies or sends what is no frame is ended and started again for that; the command
 * that met it rejects with what the device was last told, and the next one is taken as usual.
 *
 * @throws  `device-failure` if the driver cannot be started, speaks another version, or describes
 *          nothing usable; what {@link intersectLimits} throws.
 */
export async function openDriverDevice(options: DriverOptions): Promise<DriverDevice> {
  const bridge = new DriverBridge(options);
  await bridge.open();
  const { canStep, canSeek } = bridge.description;
  return {
    describe: (signal) => bridge.describe(signal),
    reset: (signal) => bridge.reset(signal),
    run: (drive, signal) => bridge.run(drive, signal),
    ...(canStep ? { step: (input, signal) => bridge.step(input, signal) } : {}),
    ...(canSeek ? { seek: (run) => bridge.seek(run) } : {}),
    stop: () => bridge.stop(),
    close: () => bridge.close(),
  };
}

interface Command extends Omit<Request, "timeout"> {
  /** As it stands in messages: "run [250, 1] (time, inputs)". */
  readonly told: string;
  /** Time that the device needs for it, s. */
  readonly takes?: number;
  readonly signal?: AbortSignal;
}

class DriverBridge {
  readonly #options: DriverOptions;
  #link: DriverLink | undefined;
  #said: DriverDescription | undefined;
  #description: DriverDescription | undefined;
  /** What the inputs hold, once known. */
  #held: Float64Array | undefined;
  #lastTold = "nothing yet";
  #isBusy = false;
  #isClosed = false;
  #duplicates = 0;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  get description(): DriverDescription {
    if (!this.#description)
      throw new Error("internal: the driver was not opened; please report it");
    return this.#description;
  }

  async open(): Promise<void> {
    const failure = await this.#connect();
    if (failure === undefined) return;
    throw fault("device-failure", {
      where: this.#options.name,
      what: "the driver could not be opened; nothing was driven",
      got: failure,
      expected: "a driver that speaks docs/driver-protocol.md, version 1",
      fix: "Run the command by hand to see what it prints, and mend it",
    });
  }

  async describe(signal?: AbortSignal): Promise<DeviceDescription> {
    this.#checkSignal("describe", signal);
    const { hasHeartbeat: _, ...description } = this.description;
    return description;
  }

  async reset(signal?: AbortSignal): Promise<Float64Array> {
    const { resetTime = 0, observables } = this.description;
    const frame = await this.#command({ method: "reset", told: "reset", takes: resetTime, signal });
    this.#held = this.#safeValues();
    return (await this.#take(frame, "initial", [observables.length], "reset")).data;
  }

  async run(drive: HostArray, signal?: AbortSignal): Promise<HostArray> {
    this.#checkSignal("run", signal);
    this.#checkDrive("run", drive);
    const [time] = drive.shape;
    const { dt, observables } = this.description;
    if (time === 0) return createArray([0, observables.length]);
    const limited = this.#limit(drive, undefined, "run");
    const told = `run ${formatShape(drive.shape, ["time", "inputs"])}`;
    const frame = await this.#command({
      ...{ method: "run", told, takes: 2 * time * dt, signal },
      arrays: { drive: limited },
    });
    this.#held = limited.data.slice(-limited.shape[1]);
    return this.#take(frame, "response", [time, observables.length], "run");
  }

  async step(input: ArrayLike<number>, signal?: AbortSignal): Promise<Float64Array> {
    this.#checkSignal("step", signal);
    const data = Float64Array.from(input);
    this.#checkDrive("step", { shape: [1, data.length], data });
    const { dt, observables } = this.description;
    const row = this.#limit({ shape: [1, data.length], data }, this.#held, "step").data;
    const told = `step [${row.join(", ")}]`;
    const arrays = { input: { shape: [row.length], data: row } };
    const frame = await this.#command({ method: "step", told, takes: 2 * dt, arrays, signal });
    this.#held = row.slice();
    return (await this.#take(frame, "output", [observables.length], "step")).data;
  }

  async seek(run: number): Promise<void> {
    await this.#command({ method: "seek", told: `seek ${run}`, params: { run } });
  }

  /** Go to the safe state, whatever is being done. */
  async stop(): Promise<void> {
    if (this.#options.isDry || this.#isClosed) return;
    const failure = this.#link ? await this.#makeSafe(this.#link) : await this.#connect();
    if (failure === undefined) return;
    const lost = `it was last told '${this.#lastTold}'`;
    const story = await this.#abandon(failure);
    if (!this.#link) throw this.#failure("stop", `the device was lost; ${lost}; ${story}`, failure);
    this.#options.onRemark?.(`${this.#options.name}: ${failure}; ${lost}; ${story}`);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.stop();
    } finally {
      this.#isClosed = true;
      await this.#link?.close(grace);
      this.#link = undefined;
    }
  }

  /** Start a driver and put its device in the safe state; says what went wrong. */
  async #connect(): Promise<string | undefined> {
    const { start, heartbeat = 1, isDry = false } = this.#options;
    const link = new DriverLink(start());
    try {
      const failure = (await this.#greet(link)) ?? (isDry ? undefined : await this.#makeSafe(link));
      if (failure === undefined) {
        this.#link = link;
        return undefined;
      }
      await link.close(heartbeat);
      const words = link.lastWords();
      return words === "" ? failure : `${failure}; its last words: ${words.split("\n").pop()}`;
    } catch (error) {
      await link.close(heartbeat);
      throw error;
    }
  }

  /** Everything that is said before the instrument is told anything. */
  async #greet(link: DriverLink): Promise<string | undefined> {
    const { name, limits = [], onRemark } = this.#options;
    const hello = await this.#ask(link, "hello", { version: protocolVersion, host: "twinloom" });
    if (typeof hello === "string") return hello;
    const { version } = (hello.header.result ?? {}) as { readonly version?: unknown };
    if (version !== protocolVersion) return `it speaks version ${version} of the protocol`;
    const described = await this.#ask(link, "describe");
    if (typeof described === "string") return described;
    const said = parseDescription(described.header.result, name);
    if (this.#said && JSON.stringify(said) !== JSON.stringify(this.#said)) {
      return `it now describes another device, ${said.identity}`;
    }
    const description = intersectLimits(said, limits);
    for (const text of widened(said, limits)) onRemark?.(text);
    const inputs = description.inputs.map(({ name, min, max, maxSlew, safe }) => {
      return { name, min, max, maxSlew, safe };
    });
    const limited = await this.#ask(link, "limit", { inputs });
    if (typeof limited === "string") return limited;
    this.#said = said;
    this.#description = description;
    return undefined;
  }

  async #ask(
    link: DriverLink,
    method: string,
    params?: Readonly<Record<string, unknown>>,
  ): Promise<Frame | string> {
    const { timeout = 10 } = this.#options;
    const answer = await link.request({ method, params, timeout });
    return answer.kind === "reply" ? answer.frame : `${method}: ${whyOf(answer)}`;
  }

  /** Tell a driver to go to the safe state; says what went wrong. */
  async #makeSafe(link: DriverLink): Promise<string | undefined> {
    const answer = await this.#ask(link, "stop");
    if (typeof answer === "string") return answer;
    this.#lastTold = "stop";
    this.#held = this.#safeValues();
    return undefined;
  }

  #safeValues(): Float64Array | undefined {
    const safe = this.description.inputs.map((input) => input.safe);
    return safe.every((value) => value !== undefined) ? Float64Array.from(safe) : undefined;
  }

  /** Give one command; on any fault the device is put in its safe state before this rejects. */
  async #command({ told, takes = 0, signal, ...request }: Command): Promise<Frame> {
    const { method } = request;
    const { heartbeat = 1, timeout = 10 } = this.#options;
    this.#checkSignal(method, signal);
    this.#begin(method);
    this.#isBusy = true;
    try {
      const link = await this.#ready(method);
      this.#lastTold = told;
      const onAbort = (): void => void link.request({ method: "stop", timeout });
      signal?.addEventListener("abort", onAbort, { once: true });
      if (this.description.hasHeartbeat) link.startHeartbeat(heartbeat);
      const answer = await link.request({ ...request, timeout: timeout + takes });
      link.stopHeartbeat();
      signal?.removeEventListener("abort", onAbort);
      this.#countDuplicates(link);
      if (answer.kind === "reply" && !signal?.aborted) return answer.frame;
      throw await this.#recover(method, answer, link, signal);
    } finally {
      this.#isBusy = false;
    }
  }

  async #ready(method: string): Promise<DriverLink> {
    if (!this.#link) {
      const told = this.#lastTold;
      const failure = await this.#connect();
      if (failure !== undefined || !this.#link) {
        const what = `the driver could not be started again; the device was last told '${told}'`;
        throw this.#failure(method, what, failure ?? "nothing");
      }
    }
    return this.#link;
  }

  /** The fault that a command ends with, once the device is in its safe state or out of reach. */
  async #recover(
    method: string,
    answer: Answer,
    link: DriverLink,
    signal?: AbortSignal,
  ): Promise<Error> {
    const told = `the device was last told '${this.#lastTold}'`;
    const { done } = link.lifeSign;
    const heard = done === undefined ? "" : `, and had done ${done} samples of it when last asked`;
    const isLost = answer.kind === "broken";
    const failure = isLost ? answer.why : await this.#makeSafe(link);
    const isGivenUp =
      signal?.aborted || (answer.kind === "refusal" && answer.refusal.code === "interrupted");
    const story = failure === undefined ? "it is in its safe state" : await this.#abandon(failure);
    const what = `${told}${heard}; ${story}`;
    if (isGivenUp) return this.#interrupted(method, what);
    return this.#failure(method, what, whyOf(answer));
  }

  /** End a driver that was lost and start another one, which puts the device in its safe state. */
  async #abandon(failure: string): Promise<string> {
    const link = this.#link;
    this.#link = undefined;
    this.#held = undefined;
    await link?.close(Math.min(grace, this.#options.heartbeat ?? 1));
    const again = await this.#connect().catch((error: Error) => error.message);
    return again === undefined
      ? "a new driver process has put it in its safe state"
      : `ITS SAFE STATE IS NOT CERTAIN, for the driver could not be started again (${again || failure}): go to the instrument`;
  }

  /** An array of a reply, or a fault with the device in its safe state. */
  async #take(
    frame: Frame,
    name: string,
    shape: readonly number[],
    method: string,
  ): Promise<HostArray> {
    const array = frame.arrays[name];
    const { observables } = this.description;
    const wrong = checkReply(array, name, shape, observables);
    const overloads = wrong ? [] : countOverloads(array, observables);
    const { overload = "remark", onRemark, name: driver } = this.#options;
    if (!wrong && overloads.length > 0 && overload === "remark") {
      onRemark?.(`${driver}: ${overloads.join("; ")}`);
    }
    const problem = wrong ?? (overload === "refuse" ? overloads[0] : undefined);
    if (problem === undefined) return array;
    const told = this.#lastTold;
    await this.stop();
    const what = `the device was last told '${told}'; it is in its safe state`;
    throw this.#failure(method, what, problem);
  }

  #limit(drive: HostArray, before: Float64Array | undefined, method: string): HostArray {
    const limited = limitDrive(drive, this.description, before);
    if (limited.moved > 0) {
      const { length } = drive.data;
      this.#options.onRemark?.(
        `${this.#options.name}, ${method}: ${limited.moved} of ${length} values were beyond the limits and were moved to what they allow`,
      );
    }
    return limited.drive;
  }

  #countDuplicates(link: DriverLink): void {
    if (link.duplicates === this.#duplicates) return;
    this.#options.onRemark?.(
      `${this.#options.name}: ${link.duplicates} replies came twice so far; the second ones were dropped`,
    );
    this.#duplicates = link.duplicates;
  }

  #begin(method: string): void {
    if (this.#options.isDry || this.#isClosed) {
      const state = this.#isClosed ? "closed" : "opened for a dry run";
      throw this.#failure(method, `the device was ${state}, and is told nothing`, method);
    }
    if (!this.#isBusy) return;
    throw fault("device-failure", {
      where: this.#where(method),
      what: `the device is still busy; it was last told '${this.#lastTold}'`,
      got: `${method} during another command`,
      expected: "one command at a time",
      fix: "Await a command before the next one, or stop the device",
    });
  }

  #checkSignal(method: string, signal: AbortSignal | undefined): void {
    if (!signal?.aborted) return;
    throw this.#interrupted(
      method,
      `it did not begin; the device was last told '${this.#lastTold}'`,
    );
  }

  #checkDrive(method: string, drive: HostArray): void {
    const { inputs } = this.description;
    checkDrive({ where: this.#where(method), lastTold: this.#lastTold, inputs }, drive);
  }

  #interrupted(method: string, what: string): Error {
    return fault("interrupted", {
      where: this.#where(method),
      what: `${method} was given up; ${what}`,
      got: "an abort or a stop",
      expected: "to go on to the end",
      fix: "Reset the device before the next run",
    });
  }

  #failure(method: string, what: string, got: string): Error {
    return fault("device-failure", {
      where: this.#where(method),
      what,
      got,
      expected: `a reply to '${method}'`,
      fix: "Check the instrument and its driver; then the same command may be given again",
    });
  }

  #where(method: string): string {
    return `${this.#description?.identity ?? this.#options.name}, ${method}`;
  }
}

const whyOf = (answer: Answer): string => {
  switch (answer.kind) {
    case "broken":
      return answer.why;
    case "refusal":
      return `the driver's refusal (${answer.refusal.code}): ${answer.refusal.message}`;
    case "reply":
      return "a reply after it was given up";
    default:
      return answer satisfies never;
  }
};

/** Sets that ask for more than the device allows, which they do not get. */
function widened(said: DriverDescription, sets: readonly LimitSet[]): string[] {
  return sets.flatMap(({ source, inputs }) =>
    inputs.flatMap(({ name, min, max, maxSlew }) => {
      const own = said.inputs.find((input) => input.name === name);
      if (!own) return [];
      const isWider =
        (min ?? own.min) < own.min ||
        (max ?? own.max) > own.max ||
        (maxSlew ?? 0) > (own.maxSlew ?? Infinity);
      return isWider
        ? [`${source}: limits of '${name}' go beyond the device's own, which stay in force`]
        : [];
    }),
  );
}
