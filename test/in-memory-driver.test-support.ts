// A driver without a process: the same streams and frames, in memory.
import { PassThrough } from "node:stream";
import {
  type Device,
  type DriverProcess,
  type ServeOptions,
  serveDevice,
} from "../src/devices/index.ts";

/** Serve a device to whoever holds the process that is returned. */
export function serveInMemory(
  device: Device,
  options: Pick<ServeOptions, "faults" | "onDrive"> = {},
): DriverProcess {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let end: (how: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = (how) => {
      input.destroy();
      // What was sent before is still read.
      output.end(() => setImmediate(() => resolve(how)));
    };
  });
  const die = (): void => end("signal SIGKILL");
  serveDevice(device, { input, output, die, ...options }).then(() => end("exit code 0"));
  return { input, output, ended, kill: die, lastWords: () => "" };
}
