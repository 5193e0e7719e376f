import {
  createDevice,
  type DeviceDescription,
  type DeviceListing,
  listDevices,
} from "../devices/index.ts";
import { formatTable } from "../report/index.ts";

/** Every kind of device, one line each. */
export function listKinds(): { readonly kinds: readonly DeviceListing[]; readonly text: string } {
  const kinds = listDevices();
  return { kinds, text: formatTable(kinds.map(({ kind, summary }) => [kind, summary])) };
}

/** What a kind of device says of itself, and its options. */
export interface DescribedKind {
  readonly description: DeviceDescription & Pick<DeviceListing, "options">;
  readonly text: string;
}

/**
 * Describe a kind of device.
 *
 * @throws  `unknown-name` for a kind that is not in the list.
 */
export async function describeKind(kind: string): Promise<DescribedKind> {
  const device = createDevice({ kind, seeds: { disorder: 1, thermal: 1, instrument: 1 } });
  const said = await device.describe();
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
