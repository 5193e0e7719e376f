import { childStream, createStream, fault } from "../base/index.ts";
import {
  type CheckResult,
  checkDevice,
  createDevice,
  type Device,
  type DeviceDescription,
  type DeviceListing,
  deviceChecks,
  listDevices,
} from "../devices/index.ts";
import { formatTable } from "../report/index.ts";
import { seedsOf } from "./loop-device.ts";
import { checkBriefly, withDriver } from "./open-driver.node.ts";
import { type Plain, parseOverrides } from "./overrides.ts";
import type { VerbContext } from "./verb.ts";

/** Every kind of device, one line each. */
export function listKinds(): { readonly kinds: readonly DeviceListing[]; readonly text: string } {
  const kinds = listDevices();
  return { kinds, text: formatTable(kinds.map(({ kind, summary }) => [kind, summary])) };
}

/** What a device says of itself, and the options of its kind, where it is virtual. */
export interface DescribedKind {
  readonly description: DeviceDescription & Pick<DeviceListing, "options">;
  readonly text: string;
}

/**
 * Describe a kind of device, or the device behind a driver, which is told nothing else.
 *
 * @throws  `unknown-name` for a kind that is not in the list; what opening the driver throws.
 */
export async function describeKind(
  kind: string,
  context: VerbContext = {},
): Promise<DescribedKind> {
  const said = await withDriver(kind, context, { isDry: true }, async (driven) => {
    const seeds = { disorder: 1, thermal: 1, instrument: 1 };
    return (driven ?? createDevice({ kind, seeds })).describe();
  });
  const options = listDevices().find((listed) => listed.kind === kind)?.options ?? [];
  const channels = [...said.inputs.map(inputRow), ...observableRows(said)];
  const facts = [
    ["sampling step", `${Number(said.dt.toPrecision(4))} s`],
    ["an input is held for at least", `${said.samplesPerStep} samples`],
    ...(said.carrierPeriod ? [["its carrier turns once in", `${said.carrierPeriod} samples`]] : []),
  ];
  const choices = options.map(({ name, initial, meaning }) => [
    name,
    meaning,
    `default ${JSON.stringify(initial)}`,
  ]);
  const text = [channels, facts, choices]
    .filter((rows) => rows.length > 0)
    .map((rows) => formatTable(rows).trimEnd())
    .join("\n\n");
  return { description: { ...said, options }, text };
}

/** Which device to check. */
export interface CheckKindOptions {
  /** A kind of virtual device, a driver file, or the command of a driver. */
  readonly kind: string;
  /** "device.L=6". */
  readonly settings?: readonly string[];
  readonly seed: number;
}

/** How a device stood the checks of the contract. */
export interface CheckedKind {
  readonly identity: string;
  readonly results: readonly CheckResult[];
  readonly text: string;
  /** To be thrown once the results are shown, if a check failed. */
  readonly failure?: Error;
}

/**
 * Check that a device keeps the device contract. One behind a driver is first seen to answer at its
 * safe values, then driven through its range.
 *
 * @throws  `unknown-name` for a kind or an option that there is not; `bad-value` for options of a
 *          device that is not virtual; what opening the driver throws.
 */
export async function checkKind(
  options: CheckKindOptions,
  context: VerbContext,
): Promise<CheckedKind> {
  const { kind, settings = [] } = options;
  return withDriver(kind, context, {}, async (driven) => {
    if (!driven) return checkMade(makerOf(options), { isSeeded: true }, context);
    if (settings.length > 0) throw onlyVirtual(kind, settings);
    await checkBriefly(driven, context);
    return checkMade(() => driven, { isSeeded: false }, context);
  });
}

/** Makes fresh virtual devices, all alike. */
function makerOf({ kind, settings = [], seed }: CheckKindOptions): () => Device {
  const { device: options = {} } = parseOverrides(settings) as { readonly device?: Plain };
  const seeds = seedsOf(childStream(createStream(seed), "device"), 1, "check");
  return () => createDevice({ ...options, kind, seeds });
}

async function checkMade(
  make: () => Device,
  { isSeeded }: { readonly isSeeded: boolean },
  { onProgress }: VerbContext,
): Promise<CheckedKind> {
  const { identity } = await make().describe();
  let done = 0;
  const results = await checkDevice(make, { isSeeded }, () =>
    onProgress?.({ stage: "check", done: ++done, total: deviceChecks.length, unit: "claims" }),
  );
  const rows = results.map(({ outcome, name, why = "" }) => [outcome, name, why]);
  const failed = results.filter(({ outcome }) => outcome === "failed");
  const text = `${identity}\n${formatTable(rows)}`;
  return {
    identity,
    results,
    text,
    ...(failed.length > 0 ? { failure: failedChecks(identity, failed) } : {}),
  };
}

const onlyVirtual = (kind: string, settings: readonly string[]): Error =>
  fault("bad-value", {
    where: "device check",
    what: `the device behind '${kind}' has no options`,
    got: settings.join(" "),
    expected: "settings for virtual devices alone",
    fix: "Leave them out, or give them to the driver in its own command",
  });

const failedChecks = (identity: string, failed: readonly CheckResult[]): Error =>
  fault("device-failure", {
    where: "device check",
    what: `${identity} does not keep the device contract`,
    got: failed.map(({ name, why }) => `'${name}': ${why}`).join("; "),
    expected: "every claim to hold or to be exempt",
    fix: "Mend the device or its driver; src/devices/check.ts says what each claim does",
  });

function inputRow({ name, unit, min, max, maxSlew }: DeviceDescription["inputs"][number]) {
  const slew = maxSlew === undefined ? "" : `, at most ${Number(maxSlew.toPrecision(4))} ${unit}/s`;
  return ["input", name, `${min} to ${max} ${unit}${slew}`];
}

// A spectrum is one row, not sixty.
function observableRows({ observables }: DeviceDescription): string[][] {
  const [first] = observables;
  const isLong = observables.length > 8 && observables.every(({ unit }) => unit === first.unit);
  if (!isLong) return observables.map(({ name, unit }) => ["observable", name, unit]);
  const last = observables[observables.length - 1];
  return [[`${observables.length} observables`, `${first.name} to ${last.name}`, first.unit]];
}
