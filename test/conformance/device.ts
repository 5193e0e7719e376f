import { describe, expect, test } from "vitest";
import {
  type CheckOptions,
  createBench,
  type Device,
  deviceChecks,
} from "../../src/devices/index.ts";

/**
 * The claims that every device must meet: virtual, playback, mock or real.
 *
 * @param name        For the report.
 * @param makeDevice  Makes a fresh device for every claim.
 */
export function describeDevice(
  name: string,
  makeDevice: () => Device | Promise<Device>,
  options: CheckOptions = {},
): void {
  describe(`${name} keeps the device contract`, () => {
    for (const check of deviceChecks) {
      test(check.name, async ({ skip }) => {
        const bench = await createBench(makeDevice, options);
        const reason = check.exempt?.(bench);
        if (reason !== undefined) skip(reason);
        expect(await check.run(bench)).toBeUndefined();
      });
    }
  });
}
