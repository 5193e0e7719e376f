// Requests to a driver and its numbered replies, over whatever two streams lead to it.
import type { HostArray } from "../../base/index.ts";
import type { DriverProcess } from "./child.node.ts";
import {
  createFrameReader,
  type DriverRefusal,
  type Frame,
  type FrameReader,
  formatFrame,
} from "./frame.node.ts";

/** What becomes of a request. */
export type Answer =
  | { readonly kind: "reply"; readonly frame: Frame }
  | { readonly kind: "refusal"; readonly refusal: DriverRefusal }
  /** The driver cannot be talked to any more, and why. */
  | { readonly kind: "broken"; readonly why: string };

/** A request. */
export interface Request {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly arrays?: Readonly<Record<string, HostArray>>;
  /** How long the answer may take, s. */
  readonly timeout: number;
}

/** How far a driver says it has come with what it was asked. */
export interface SignOfLife {
  /** Samples of the present run that are done. */
  readonly done?: number;
  readonly told?: string;
}

/** Heartbeats that may be missed. */
const missable = 5;
/** Frames up to this size are written in one piece, bytes. */
const joined = 2 ** 16;
/** The slowest transfer that is not taken for a driver that hangs, bytes per second. */
const slowest = 5e6;

/** A connection to one driver process; broken once, it stays broken. */
export class DriverLink {
  readonly #process: DriverProcess;
  readonly #reader: FrameReader;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;
  #broken: string | undefined;
  #pulse: NodeJS.Timeout | undefined;
  #heard = 0;
  #patience = 0;
  /** Replies that came twice and were dropped. */
  duplicates = 0;
  /** What the last heartbeat said. */
  lifeSign: SignOfLife = {};

  constructor(process: DriverProcess) {
    this.#process = process;
    this.#reader = createFrameReader({
      onFrame: (frame) => this.#take(frame),
      onBroken: (got) => this.#break(`it sent ${got}`),
    });
    process.output.on("data", (chunk: Uint8Array) => {
      this.#heard = performance.now();
      this.#reader.push(chunk);
    });
    process.ended.then((how) => {
      const torn = this.#reader.pending;
      const middle = torn > 0 ? `, ${torn} bytes into a frame` : "";
      this.#break(`its process ended: ${how}${middle}`);
    });
  }

  /** Ask, and wait for the answer; never rejects. */
  async request({ method, params, arrays, timeout }: Request): Promise<Answer> {
    if (this.#broken !== undefined) return { kind: "broken", why: this.#broken };
    const id = ++this.#last;
    const pieces = formatFrame({ id, method, ...(params ? { params } : {}) }, arrays);
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    this.#patience = bytes / slowest;
    return new Promise((resolve) => {
      const limit = timeout + this.#patience;
      const timer = setTimeout(
        () => this.#break(`it did not answer '${method}' within ${Number(limit.toPrecision(3))} s`),
        Math.min(limit * 1000, 2 ** 31 - 1),
      );
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#process.input.write(bytes <= joined ? Buffer.concat(pieces) : pieces[0]);
      if (bytes > joined) for (const piece of pieces.slice(1)) this.#process.input.write(piece);
    });
  }

  /** Ask for signs of life every `period` s from now on, and take the driver for dead without them. */
  startHeartbeat(period: number): void {
    this.#heard = performance.now();
    this.#pulse = setInterval(() => {
      const silent = (performance.now() - this.#heard) / 1000;
      if (silent > missable * period + this.#patience) {
        return this.#break(`it gave no sign of life for ${silent.toFixed(1)} s`);
      }
      const timeout = missable * period + this.#patience;
      this.request({ method: "heartbeat", timeout }).then((answer) => {
        if (answer.kind === "reply") this.lifeSign = toSign(answer.frame.header.result);
      });
    }, period * 1000);
  }

  stopHeartbeat(): void {
    clearInterval(this.#pulse);
  }

  /**
   * Let the driver go to its safe state and end; end it if it does not.
   *
   * @param grace  How long it may take, s.
   * @returns      True if it went by itself.
   */
  async close(grace: number): Promise<boolean> {
    this.stopHeartbeat();
    this.#process.input.end();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), grace * 1000);
    });
    const wentItself = await Promise.race([this.#process.ended.then(() => true), late]);
    clearTimeout(timer);
    this.#process.kill();
    await this.#process.ended;
    return wentItself;
  }

  /** End the driver at once. */
  async kill(): Promise<void> {
    this.#break("it was ended");
    this.#process.kill();
    await this.#process.ended;
  }

  /** What the driver wrote to its standard error last. */
  lastWords(): string {
    return this.#process.lastWords();
  }

  #take(frame: Frame): void {
    const { id, error } = frame.header;
    const resolve = this.#waiting.get(id);
    if (!resolve) {
      if (id >= 1 && id <= this.#last) this.duplicates++;
      else this.#break(`it answered request ${id}, and the last one was ${this.#last}`);
      return;
    }
    this.#waiting.delete(id);
    resolve(error ? { kind: "refusal", refusal: error } : { kind: "reply", frame });
  }

  #break(why: string): void {
    this.#broken ??= why;
    this.stopHeartbeat();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resolve of waiting) resolve({ kind: "broken", why: this.#broken });
  }
}

function toSign(result: unknown): SignOfLife {
  const { done, told } = (
    typeof result === "object" && result !== null ? result : {}
  ) as SignOfLife;
  return {
    ...(typeof done === "number" ? { done } : {}),
    ...(typeof told === "string" ? { told } : {}),
  };
}
