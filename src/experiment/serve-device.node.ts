// A mock rig: a virtual device, or a twin, behind the driver protocol.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { childStream, createStream } from "../base/index.ts";
import { createTwinDevice } from "../deploy/index.ts";
import { createDevice, type Device, parseFault, serveDevice } from "../devices/index.ts";
import { loadKernelModule } from "../engine/index.ts";
import { readTwin, simulateTwin } from "../twin/index.ts";
import { seedsOf } from "./loop-device.ts";
import { type Plain, parseOverrides } from "./overrides.ts";
import type { VerbContext } from "./verb.ts";

/** What to serve. */
export interface ServeDeviceOptions {
  /** A kind of virtual device, or the folder of a twin. */
  readonly name: string;
  /** "device.sigma=0.3". */
  readonly settings?: readonly string[];
  readonly seed: number;
  /** Faults to rehearse, such as "kill@7". */
  readonly faults?: readonly string[];
  /** Requests and replies. */
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Ends this process at once. */
  readonly die: () => void;
}

/**
 * Serve a device over the driver protocol until the requests end.
 *
 * @throws  `unknown-name` or `bad-value` for a device, an option or a fault that there is not; what
 *          `readTwin` throws.
 */
export async function serveNamed(
  { name, settings = [], seed, faults = [], input, output, die }: ServeDeviceOptions,
  { signal }: VerbContext,
): Promise<void> {
  const injected = faults.map(parseFault);
  const device = existsSync(join(name, "twin.json"))
    ? await twinDevice(name, seed)
    : virtualDevice(name, settings, seed);
  await serveDevice(device, { input, output, faults: injected, die, signal });
}

function virtualDevice(kind: string, settings: readonly string[], seed: number): Device {
  const { device: options = {} } = parseOverrides(settings) as { readonly device?: Plain };
  const seeds = seedsOf(childStream(createStream(seed), "device"), 1, "recording");
  return createDevice({ ...options, kind, seeds });
}

async function twinDevice(folder: string, seed: number): Promise<Device> {
  const kernels = await loadKernelModule();
  const { twin } = await readTwin(folder, {
    simulate: (stored, drive, stream) => simulateTwin(kernels, stored, drive, { stream }),
  });
  const stream = childStream(createStream(seed), "served twin");
  return createTwinDevice(kernels, twin, { stream });
}
