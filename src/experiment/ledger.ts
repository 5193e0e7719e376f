import { type Network, sizesOf, stepsPerUpdate, type TrainOptions } from "../network/index.ts";
import { formatTable, type ReportTable } from "../report/index.ts";
import type { Task } from "../tasks/index.ts";
import { formatSeconds } from "./duration.ts";

/** What was run, in samples. */
export interface Spent {
  /** Samples that devices ran, all devices together. */
  readonly deviceSteps?: number;
  /** Samples that twins ran forward in training and scoring networks, all nodes together. */
  readonly twinSteps?: number;
}

/** What one part of a run took. */
export interface LedgerEntry {
  /** "record", "train cascade". */
  readonly name: string;
  readonly deviceSteps: number;
  /** Time for which devices are driven at their sampling step, one after another, s. */
  readonly deviceSeconds: number;
  readonly twinSteps: number;
  /** Of all threads, virtual devices included. */
  readonly cpuSeconds: number;
}

/** Keeps account of a run while it runs. */
export interface Ledger {
  /** Book what was done since the last booking; entries of one name are added up. */
  readonly add: (name: string, spent: Spent) => void;
  readonly entries: () => readonly LedgerEntry[];
}

/**
 * Open a ledger.
 *
 * @param dt      Sampling step of the device, s; asked when an entry is booked.
 * @param cpu     CPU time of the process so far, s.
 * @param before  Entries of a process that was cut off.
 */
export function createLedger(
  dt: () => number,
  cpu: () => number,
  before: readonly LedgerEntry[] = [],
): Ledger {
  const entries = new Map(before.map((entry) => [entry.name, entry]));
  let last = cpu();
  return {
    add(name, { deviceSteps = 0, twinSteps = 0 }) {
      const now = cpu();
      const old = entries.get(name);
      const steps = (old?.deviceSteps ?? 0) + deviceSteps;
      entries.set(name, {
        name,
        deviceSteps: steps,
        deviceSeconds: steps * dt(),
        twinSteps: (old?.twinSteps ?? 0) + twinSteps,
        cpuSeconds: (old?.cpuSeconds ?? 0) + now - last,
      });
      last = now;
    },
    entries: () => [...entries.values()],
  };
}

const ledgerColumns = ["part", "device-steps", "device time", "twin-steps", "CPU time"];

/** Entries and their sum as a table. */
export function ledgerTable(entries: readonly LedgerEntry[]): ReportTable {
  const sum = (pick: (entry: LedgerEntry) => number): number =>
    entries.reduce((total, entry) => total + pick(entry), 0);
  const all: LedgerEntry = {
    name: "all",
    deviceSteps: sum((entry) => entry.deviceSteps),
    deviceSeconds: sum((entry) => entry.deviceSeconds),
    twinSteps: sum((entry) => entry.twinSteps),
    cpuSeconds: sum((entry) => entry.cpuSeconds),
  };
  return {
    caption:
      "What the run took. Device-steps and twin-steps are samples, all nodes together; those of the twin's fit are not counted. Device time: the samples at the device's sampling step, one device after another, without resets.",
    columns: ledgerColumns,
    rows: [...entries, all].map((entry) => [
      entry.name,
      formatCount(entry.deviceSteps),
      entry.deviceSteps === 0 ? "" : formatSeconds(entry.deviceSeconds),
      formatCount(entry.twinSteps),
      formatSeconds(entry.cpuSeconds),
    ]),
  };
}

/** {@link ledgerTable} for a terminal. */
export function ledgerText(entries: readonly LedgerEntry[]): string {
  return formatTable(ledgerTable(entries).rows, { columns: ledgerColumns }).trimEnd();
}

/** Whole below a million, then as "1.23e6"; nothing for 0. */
const formatCount = (count: number): string => {
  if (count < 1e6) return count === 0 ? "" : String(count);
  return count.toExponential(2).replace("e+", "e");
};

/** What something will take of devices, in words, before it runs. */
export function costText(deviceSteps: number, dt: number): string {
  return `${deviceSteps} device-steps (${formatSeconds(deviceSteps * dt)} of device time)`;
}

const lengthOf = (part: Task["train"]): number =>
  part.reduce((sum, { input }) => sum + input.shape[0], 0);

/**
 * Twin-steps of a training: its updates, and the validations between them.
 *
 * @param nodes    Names of those that are trained together.
 * @param reports  Validations.
 */
export function trainingSteps(
  network: Network,
  nodes: readonly string[],
  task: Task,
  options: TrainOptions,
  iterations: number,
  reports: number,
): number {
  const { batch = 32, paths = 1 } = options;
  const perUpdate = batch * paths * stepsPerUpdate(task, options);
  return samplesOf(network, nodes) * (iterations * perUpdate + reports * lengthOf(task.validation));
}

/** The names of all nodes. */
export const namesOf = ({ nodes }: Network): readonly string[] => nodes.map(({ name }) => name);

/** Samples of some nodes at a task step, all together. */
function samplesOf(network: Network, names: readonly string[]): number {
  const { nodes } = sizesOf(network);
  return nodes.reduce(
    (sum, { hold }, i) => sum + (names.includes(network.nodes[i].name) ? hold : 0),
    0,
  );
}

/** Twin-steps of simulating parts of a task once with the whole network. */
export function simulationSteps(network: Network, ...parts: readonly Task["train"][]): number {
  const steps = parts.reduce((sum, part) => sum + lengthOf(part), 0);
  return samplesOf(network, namesOf(network)) * steps;
}
