import { fault, findNonFinite } from "../base/index.ts";
import { constraintProblems, projectNetwork, violations } from "./constraints.ts";
import { largestChange } from "./limits.ts";
import {
  choicesOf,
  type Network,
  type NetworkEdge,
  type NetworkShape,
  type NodeKind,
  weightShapes,
} from "./network.ts";
import { depthsOf, reachedFrom } from "./stages.ts";

/**
 * Refuse a network that could not run, with every fault in one message.
 *
 * @param network  Any network, from a file or from code.
 * @param where    The file or function in which it came up, for messages.
 * @throws         `bad-value`
 */
export function checkNetwork(network: Network, where: string): void {
  const problems = findNetworkProblems(network);
  if (problems.length === 0) return;
  const count = problems.length;
  throw fault("bad-value", {
    where,
    what: `the network has ${count === 1 ? "a fault" : `${count} faults`}`,
    got: problems.map((problem, i) => (count === 1 ? problem : `(${i + 1}) ${problem}`)).join("; "),
    expected: "nodes that can be reached, loops with a delay, and sizes that agree",
    fix: count === 1 ? "Mend it where it is named" : "Mend each where it is named",
  });
}

/**
 * A network whose weights keep its constraints; all else is checked.
 *
 * @throws  `bad-value` as {@link checkNetwork} does, but not for weights that a constraint moves.
 */
export function withConstraintsKept(network: Network, where: string): Network {
  checkNetwork({ ...network, constraints: undefined }, where);
  const projected = projectNetwork(network);
  checkNetwork(projected, where);
  return projected;
}

/**
 * Everything that is wrong with a network, in words that say where.
 *
 * @returns  Empty if it can run. Weights are looked at only where the graph itself is sound.
 */
export function findNetworkProblems(network: Network): readonly string[] {
  const structure = findShapeProblems(network);
  if (structure.length > 0) return structure;
  return [
    ...loopProblems(network),
    ...orderProblems(network),
    ...reachProblems(network),
    ...pulseProblems(network),
    ...weightProblems(network),
  ];
}

/** What is wrong with sizes, names and edges, without which nothing else can be said. */
export function findShapeProblems(network: NetworkShape): readonly string[] {
  return [...sizeProblems(network), ...nodeProblems(network), ...edgeProblems(network)];
}

const isCount = (value: number, least = 1): boolean => Number.isInteger(value) && value >= least;

function sizeProblems(network: NetworkShape): string[] {
  const problems: string[] = [];
  const count = (name: "hold" | "taskInputs" | "outputs"): void => {
    if (!isCount(network[name]))
      problems.push(`${name} is ${network[name]}, not a whole number from 1`);
  };
  count("hold");
  count("taskInputs");
  count("outputs");
  const { mean, sd } = network.outputScales;
  if (mean.length !== network.outputs || sd.length !== network.outputs) {
    problems.push(
      `outputScales has ${mean.length} means and ${sd.length} deviations for ${network.outputs} outputs`,
    );
  } else if (!sd.every((value) => value > 0))
    problems.push("outputScales has a deviation that is not positive");
  for (const [name, kind] of Object.entries(network.kinds))
    problems.push(...kindProblems(name, kind));
  return [...problems, ...constraintProblems(network)];
}

function kindProblems(name: string, kind: NodeKind): string[] {
  const { drive, response, dt } = kind;
  const problems: string[] = [];
  const say = (text: string): number => problems.push(`twin '${name}': ${text}`);
  if (!(dt > 0)) say(`dt is ${dt} s`);
  if (drive.mean.length === 0 || response.mean.length === 0)
    say("it has no input or no observable");
  const lengths = [drive.sd, drive.min, drive.max].map((values) => values.length);
  if (lengths.some((length) => length !== drive.mean.length)) {
    say(`its drive has ${drive.mean.length} means but ${lengths.join(", ")} sd, min, max`);
    return problems;
  }
  if (response.sd.length !== response.mean.length) {
    say(`its response has ${response.mean.length} means but ${response.sd.length} deviations`);
  }
  for (const problem of converterProblems(kind)) say(problem);
  if (![...drive.sd, ...response.sd].every((sd) => sd > 0)) say("a deviation is not positive");
  drive.mean.forEach((mean, i) => {
    const [low, high] = [drive.min[i], drive.max[i]];
    if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
      say(`input ${i} has the range ${low} to ${high}`);
    } else if (!(mean >= low && mean <= high)) {
      say(`input ${i} has its mean ${mean} outside its range ${low} to ${high}`);
    }
  });
  return problems;
}

function converterProblems({ converters = {} }: NodeKind): string[] {
  const { driveBits, responseBits, responseRange, slew } = converters;
  const problems: string[] = [];
  for (const [name, bits] of Object.entries({ driveBits, responseBits })) {
    if (bits !== undefined && !(isCount(bits) && bits <= 24)) {
      problems.push(`${name} is ${bits}, not a whole number from 1 to 24`);
    }
  }
  if (responseRange !== undefined && !(responseRange > 0))
    problems.push(`responseRange is ${responseRange}`);
  if (slew !== undefined && !(slew > 0 && slew <= 1))
    problems.push(`slew is ${slew}, not a share above 0`);
  if (problems.length === 0 && largestChange(converters) === 0)
    problems.push(`its slew of ${slew} is less than a step of its ${driveBits} bits`);
  return problems;
}

function nodeProblems({ nodes, kinds }: NetworkShape): string[] {
  if (nodes.length === 0) return ["there are no nodes"];
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const { name, twin, hold } of nodes) {
    if (seen.has(name)) problems.push(`two nodes are named '${name}'`);
    seen.add(name);
    if (!Object.hasOwn(kinds, twin))
      problems.push(`node '${name}' asks for the unknown twin '${twin}'`);
    if (hold !== undefined && !isCount(hold))
      problems.push(
        `node '${name}' holds its drive for ${hold} samples, not a whole number from 1`,
      );
  }
  return problems;
}

function edgeProblems({ nodes, edges, live }: NetworkShape): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const edge of edges) {
    if (
      !isCount(edge.from, 0) ||
      !isCount(edge.to, 0) ||
      Math.max(edge.from, edge.to) >= nodes.length
    ) {
      problems.push(`edge ${edge.from} to ${edge.to} leaves the ${nodes.length} nodes`);
      continue;
    }
    const text = nameEdge(nodes, edge);
    if (!isCount(edge.delay, 0)) problems.push(`${text} has the delay ${edge.delay}`);
    else if (live && edge.delay < 1) {
      problems.push(`${text} has delay 0 in a live network, where responses come after the drive`);
    }
    const key = `${edge.from} ${edge.to} ${edge.delay}`;
    if (seen.has(key)) problems.push(`${text} with delay ${edge.delay} is there twice`);
    seen.add(key);
  }
  return problems;
}

function nameEdge(nodes: Network["nodes"], { from, to }: NetworkEdge): string {
  return `the edge from '${nodes[from].name}' to '${nodes[to].name}'`;
}

/** Live loops have a delay, or their edges were named already; recorded nodes cannot loop at all. */
function loopProblems({ nodes, edges, live }: Network): string[] {
  if (live) return [];
  const depth = depthsOf(nodes.length, edges);
  return edges
    .filter(({ from, to }) => depth[from] === depth[to])
    .map((edge) => `${nameEdge(nodes, edge)} closes a loop, but recorded nodes run one by one`);
}

function orderProblems({ nodes, edges }: Network): string[] {
  const depth = depthsOf(nodes.length, edges);
  return nodes.flatMap(({ name }, i) =>
    i > 0 && depth[i] < depth[i - 1]
      ? [`node '${name}' stands after '${nodes[i - 1].name}' but feeds it; list nodes in stages`]
      : [],
  );
}

function reachProblems({ nodes, edges }: Network): string[] {
  const starts = nodes.flatMap(({ seesInput }, i) => (seesInput ? [i] : []));
  const reached = reachedFrom(starts, edges);
  return nodes.flatMap(({ name }, i) =>
    reached.has(i) ? [] : [`node '${name}' is not connected: no path leads to it from the input`],
  );
}

/** Nodes of a live network take a task step together: equally long, unless devices wait. */
function pulseProblems(network: Network): string[] {
  const { nodes, kinds, live, waits } = network;
  if (!live || waits) return [];
  const lengths = nodes.map((node) => kinds[node.twin].dt * choicesOf(network, node).hold);
  const other = lengths.findIndex((length) => Math.abs(length / lengths[0] - 1) > 1e-6);
  if (other < 0) return [];
  return [
    `a task step lasts ${lengths[0]} s on node '${nodes[0].name}' but ${lengths[other]} s on ` +
      `'${nodes[other].name}'; choose their \`hold\`, or say that devices wait (\`waits\`)`,
  ];
}

function weightProblems(network: Network): string[] {
  const problems: string[] = [];
  const shapes = weightShapes(network);
  for (const [name, [rows, cols]] of Object.entries(shapes)) {
    const weights = network.weights[name];
    if (!weights) {
      problems.push(`the weights '${name}' [${rows}, ${cols}] are missing`);
      continue;
    }
    const [gotRows, gotCols] = weights.shape;
    if (gotRows !== rows || gotCols !== cols || weights.data.length !== rows * cols) {
      const got = `[${gotRows}, ${gotCols}] with ${weights.data.length} numbers`;
      problems.push(`the weights '${name}' are ${got}, not [${rows}, ${cols}]`);
    } else if (findNonFinite(weights.data) >= 0) {
      const at = findNonFinite(weights.data);
      problems.push(
        `'${name}' has ${weights.data[at]} at [${Math.floor(at / cols)}, ${at % cols}]`,
      );
    }
  }
  if (problems.length === 0 && network.constraints) problems.push(...violations(network));
  for (const name of Object.keys(network.weights)) {
    if (!Object.hasOwn(shapes, name))
      problems.push(`there are weights '${name}' that nothing uses`);
  }
  return problems;
}
