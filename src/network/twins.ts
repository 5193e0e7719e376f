import { fault } from "../base/index.ts";
import type { ParameterSet } from "../engine/index.ts";
import { createTwinGraph, parametersOf, type Twin, type TwinGraph } from "../twin/index.ts";
import { nodeKindOf } from "./kind.ts";
import type { Network, NetworkShape, NodeKind } from "./network.ts";

/** The twin of all nodes, or the twins by the names that nodes call them. */
export type NodeTwins = Twin | Readonly<Record<string, Twin>>;

/** Steps of the twins by the same names. */
export type NodeGraphs = TwinGraph | Readonly<Record<string, TwinGraph>>;

const isTwin = (twins: NodeTwins): twins is Twin => typeof twins.method === "string";
const isGraph = (graphs: NodeGraphs): graphs is TwinGraph => typeof graphs.step === "function";

/**
 * The twins that nodes ask for, by name.
 *
 * @throws  `unknown-name` for a twin that is not given; `bad-value` for one that is not what the
 *          network knows of it.
 */
export function twinsByName(
  network: NetworkShape,
  given: NodeTwins,
  where: string,
): Readonly<Record<string, Twin>> {
  const names = namesOf(network);
  const twins = byName(names, isTwin(given) ? given : { ...given }, isTwin(given), where);
  const problems = names.flatMap((name) => twinProblems(name, network.kinds[name], twins[name]));
  if (problems.length === 0) return twins;
  throw fault("bad-value", {
    where,
    what: "a twin is not the one that the network was made for",
    got: problems.join("; "),
    expected: "channels, sampling step and scales as the network knows them",
    fix: "Read the twins named in the network's nodes, or make the network anew for these",
  });
}

/** Steps by the names of the twins. @throws  `unknown-name` if one is missing. */
export function graphsByName(
  network: NetworkShape,
  given: NodeGraphs,
): Readonly<Record<string, TwinGraph>> {
  return byName(namesOf(network), given, isGraph(given), "createNetworkGraph");
}

const namesOf = ({ nodes }: NetworkShape): string[] => [...new Set(nodes.map((node) => node.twin))];

function byName<Item extends object>(
  names: readonly string[],
  given: Item | Readonly<Record<string, Item>>,
  isOne: boolean,
  where: string,
): Readonly<Record<string, Item>> {
  const all = isOne && names.length === 1 ? { [names[0]]: given as Item } : {};
  const found = isOne ? all : (given as Readonly<Record<string, Item>>);
  const missing = names.filter((name) => !Object.hasOwn(found, name));
  if (missing.length === 0) return found;
  throw fault("unknown-name", {
    where,
    what: "nodes ask for a twin that was not given",
    got: isOne ? "one twin for all" : `the twins ${quoted(Object.keys(found))}`,
    expected: `twins named ${quoted(names)}`,
    fix: "Give the twins by name: { name: twin, ... }",
  });
}

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");

/** Rounding of a scale that has been through a file. */
const closeEnough = 1e-6;

function twinProblems(name: string, kind: NodeKind, twin: Twin): string[] {
  const own = nodeKindOf(twin);
  const problems: string[] = [];
  const say = (text: string): number => problems.push(`twin '${name}' ${text}`);
  const count = (what: "drive" | "response", word: string): void => {
    const [got, wanted] = [own[what].mean.length, kind[what].mean.length];
    if (got !== wanted) say(`has ${got} ${word}, not ${wanted}`);
  };
  count("drive", "inputs");
  count("response", "observables");
  if (problems.length > 0) return problems;
  if (Math.abs(own.dt / kind.dt - 1) > closeEnough) say(`steps by ${own.dt} s, not ${kind.dt} s`);
  for (const what of ["drive", "response"] as const) {
    const [got, wanted] = [own.units?.[what].join(", "), kind.units?.[what].join(", ")];
    if (wanted !== undefined && got !== wanted) say(`has a ${what} in ${got}, not ${wanted}`);
  }
  const { mean, sd } = kind.response;
  own.response.mean.forEach((value, x) => {
    const isSame =
      Math.abs(value - mean[x]) <= closeEnough * sd[x] &&
      Math.abs(own.response.sd[x] / sd[x] - 1) <= closeEnough;
    if (isSame) return;
    say(`scales observable ${x} as ${value} ± ${own.response.sd[x]}, not ${mean[x]} ± ${sd[x]}`);
  });
  return problems;
}

/**
 * Refuse a network that could drive a twin beyond what was recorded for it.
 *
 * @throws  `bad-value`
 */
export function checkRanges(
  { kinds }: Pick<Network, "kinds">,
  twins: Readonly<Record<string, Twin>>,
  where: string,
): void {
  const problems = Object.entries(twins).flatMap(([name, twin]) => {
    const drive = kinds[name]?.drive;
    if (!drive) return [];
    return twin.limits.flatMap(({ min, max }, i) => {
      const slack = closeEnough * (max - min);
      if (drive.min[i] >= min - slack && drive.max[i] <= max + slack) return [];
      const { name: input, unit } = twin.inputs[i];
      const range = `${drive.min[i]} to ${drive.max[i]} ${unit}`;
      return [`twin '${name}' may be driven by '${input}' at ${range}, recorded ${min} to ${max}`];
    });
  });
  if (problems.length === 0) return;
  throw fault("bad-value", {
    where,
    what: "a drive may leave the range that a twin was recorded in",
    got: problems.join("; "),
    expected: "drives within the recorded range, where the twin can be trusted",
    fix: "Narrow the range of the node's kind, or record the device over a wider one",
  });
}

/** Names of a twin's parameters are kept apart from the network's and from other twins'. */
const prefixOf = (name: string): string => `twin ${name} `;

/** One step of each twin on graph nodes. */
export function createNodeGraphs(
  twins: Readonly<Record<string, Twin>>,
): Readonly<Record<string, TwinGraph>> {
  return Object.fromEntries(
    Object.entries(twins).map(([name, twin]) => [name, createTwinGraph(twin, prefixOf(name))]),
  );
}

/** The weights of all twins under the names of {@link createNodeGraphs}. */
export function twinParameters(twins: Readonly<Record<string, Twin>>): ParameterSet {
  return Object.assign(
    {},
    ...Object.entries(twins).map(([name, twin]) => parametersOf(twin, prefixOf(name))),
  );
}
