import { fault } from "../base/index.ts";
import type { Device, DeviceDescription } from "../devices/index.ts";
import { choicesOf, type Network, type NodeKind, stagesOf } from "../network/index.ts";

/** One device for every node, or a single one that plays all nodes one after another. */
export type NodeDevices = Device | ((node: number) => Device);

/** The devices of a network's nodes, checked. */
export interface PreparedDevices {
  readonly devices: readonly Device[];
  readonly descriptions: readonly DeviceDescription[];
  /** Whether one device plays all nodes. */
  readonly isShared: boolean;
  /** Who runs them, for messages. */
  readonly where: string;
}

/**
 * Ask every device for its description and refuse those that cannot play their node.
 *
 * @param where  Who asks, for messages.
 * @throws       `bad-value` with every reason of the first device that cannot.
 */
export async function prepareDevices(
  network: Network,
  given: NodeDevices,
  where: string,
  signal?: AbortSignal,
): Promise<PreparedDevices> {
  const isShared = typeof given !== "function";
  const devices = network.nodes.map((_, i) => (isShared ? given : given(i)));
  const stages = stagesOf(network);
  if (isShared && stages.some((stage) => stage.isRecurrent)) throw sharedLoop(where);
  const unique = new Map<Device, DeviceDescription>();
  for (const device of devices) {
    if (!unique.has(device)) unique.set(device, await device.describe(signal));
  }
  if (!isShared && unique.size < devices.length)
    throw usedTwice(where, devices.length, unique.size);
  const descriptions = devices.map((device) => unique.get(device) as DeviceDescription);
  network.nodes.forEach((node, i) => {
    const { name, twin } = node;
    const { hold } = choicesOf(network, node);
    const inPieces = stages.some(
      ({ first, count, isRecurrent }) => isRecurrent && i >= first && i < first + count,
    );
    const problems = deviceProblems(descriptions[i], network.kinds[twin], hold, inPieces);
    if (problems.length === 0) return;
    throw fault("bad-value", {
      where: `${where}, node '${name}'`,
      what: `the device '${descriptions[i].identity}' cannot play this node`,
      got: problems.join("; "),
      expected: "a device like the one that its twin was fitted to",
      fix: "Choose another device, or fit a twin to this one",
    });
  });
  return { devices, descriptions, isShared, where };
}

function deviceProblems(
  device: DeviceDescription,
  kind: NodeKind,
  hold: number,
  inPieces: boolean,
): string[] {
  const problems: string[] = [];
  const compare = (what: string, got: number, expected: number): void => {
    if (got !== expected) problems.push(`it has ${got} ${what}, not ${expected}`);
  };
  compare("inputs", device.inputs.length, kind.drive.mean.length);
  compare("observables", device.observables.length, kind.response.mean.length);
  if (Math.abs(device.dt / kind.dt - 1) > 1e-6) {
    problems.push(`its sampling step is ${device.dt} s, not ${kind.dt} s`);
  }
  if (hold % device.samplesPerStep !== 0) {
    problems.push(`it holds a drive for ${device.samplesPerStep} samples, the network for ${hold}`);
  }
  for (const [what, channels, units] of [
    ["input", device.inputs, kind.units?.drive],
    ["observable", device.observables, kind.units?.response],
  ] as const) {
    channels.forEach(({ name, unit }, i) => {
      if (units?.[i] === undefined || units[i] === unit) return;
      problems.push(`${what} '${name}' is in ${unit}, not ${units[i]}`);
    });
  }
  if (!device.canReset) problems.push("it cannot be reset between sequences");
  if (device.recordedOnly) problems.push("it only plays back what was recorded");
  if (inPieces && !device.canStep) problems.push("its couplings form loops, but it cannot step");
  device.inputs.forEach(({ name, unit, min, max }, i) => {
    if (i >= kind.drive.mean.length || (min < kind.drive.max[i] && max > kind.drive.min[i])) return;
    const range = `${kind.drive.min[i]} to ${kind.drive.max[i]}`;
    problems.push(`input '${name}' takes ${min} to ${max} ${unit}, the twin knows ${range}`);
  });
  return problems;
}

const sharedLoop = (where: string): Error =>
  fault("bad-value", {
    where,
    what: "one device in time multiplex cannot form a loop",
    got: "couplings that lead back to the node they come from",
    expected: "nodes that can run one after another",
    fix: "Give a device for every node, or use a chain network",
  });

const usedTwice = (where: string, nodes: number, devices: number): Error =>
  fault("bad-value", {
    where,
    what: "a device stands for several nodes",
    got: `${devices} devices for ${nodes} nodes`,
    expected: "one device for each, so that none is driven by two nodes",
    fix: "Create a device for every node, or pass a single device instead of a function",
  });
