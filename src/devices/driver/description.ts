// What a driver says of its device, checked before any of it is believed.
import { z } from "zod";
import { fault } from "../../base/index.ts";
import type { DeviceDescription, DeviceInput } from "../device.ts";

/** An input of a device behind a driver. */
export interface DrivenInput extends DeviceInput {
  /** Value to which `stop` and `reset` bring it, where the driver declares one. */
  readonly safe?: number;
}

/** What a driver says of its device. */
export interface DriverDescription extends DeviceDescription {
  readonly inputs: readonly DrivenInput[];
  /** False if it cannot answer `heartbeat` while it is running a drive. */
  readonly hasHeartbeat: boolean;
}

const finite = z.number();
const channel = {
  name: z.string().min(1),
  unit: z.string().min(1),
  maxSlew: finite.positive().optional(),
};

const descriptionRule = z.object({
  identity: z.string().min(1),
  inputs: z
    .array(z.object({ ...channel, min: finite, max: finite, safe: finite.optional() }))
    .min(1),
  observables: z
    .array(z.object({ ...channel, min: finite.optional(), max: finite.optional() }))
    .min(1),
  dt: finite.positive(),
  samplesPerStep: z.int().min(1).default(1),
  carrierPeriod: finite.gt(1).optional(),
  canReset: z.boolean(),
  canStep: z.boolean(),
  canSeek: z.boolean().default(false),
  resetTime: finite.min(0).optional(),
  recordedOnly: z.boolean().default(false),
  hasHeartbeat: z.boolean().default(true),
});

/**
 * Check what a driver said of its device.
 *
 * @param said   The result of `describe`.
 * @param where  The driver, for messages.
 * @throws       `device-failure` with everything that is wrong.
 */
export function parseDescription(said: unknown, where: string): DriverDescription {
  const checked = descriptionRule.safeParse(said);
  const problems = checked.success
    ? checked.data.inputs
        .filter(({ min, max }) => !(min < max))
        .map(({ name, min, max }) => `inputs.${name}: ${min} to ${max} is no range`)
    : checked.error.issues.map(({ path, message }) => {
        const text = message.replace(/^Invalid input: /, "");
        return `${path.join(".") || "description"}: ${text}`;
      });
  if (checked.success && problems.length === 0) return checked.data;
  throw fault("device-failure", {
    where,
    what: "the driver's description of its device cannot be used",
    got: problems.join("; "),
    expected: "a description as in docs/driver-protocol.md",
    fix: "Mend what the driver declares; nothing was driven",
  });
}
