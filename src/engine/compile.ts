import { childStream, fault } from "../base/index.ts";
import { gradients } from "./gradient.ts";
import { type Node, topologicalOrder } from "./graph.ts";
import type { NoiseState } from "./interpreter.ts";
import { createKernels, type KernelModule } from "./kernels.ts";
import { type Layout, layOut } from "./layout.ts";
import { type Lowered, lower } from "./lower.ts";
import { createOptimiser } from "./optimiser.ts";
import { formatPlan, type Location, type PlanRecord, planBytes, writePlan } from "./plan.ts";
import type { ParameterSet, Program, ProgramSpec } from "./program.ts";

/** Nothing lies at the first bytes of memory, so that address 0 can mean "none". */
const sharedBase = 64;
const roundUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Memory of a program: where regions and plans begin. */
interface Frame {
  readonly shardBases: readonly number[];
  readonly planAddresses: readonly number[];
  readonly bytes: number;
}

function frameOf(layout: Layout, shards: number, plans: readonly (readonly PlanRecord[])[]): Frame {
  const firstShard = sharedBase + roundUp(layout.regions.shared.size());
  const shardBytes = roundUp(layout.regions.shard.size());
  const shardBases = Array.from({ length: shards }, (_, s) => firstShard + s * shardBytes);
  let next = firstShard + shards * shardBytes;
  const planAddresses = plans.map((plan) => {
    next += roundUp(planBytes(plan));
    return next - roundUp(planBytes(plan));
  });
  return { shardBases, planAddresses, bytes: next };
}

/** Gradients that could not be computed in their place are copied there. */
function gradientCopies(layout: Layout, lowered: Lowered): PlanRecord[] {
  return layout.gradients.flatMap(({ node, location }) => {
    const from = lowered.locations.get(node) as Location;
    if (from === location) return [];
    const [rows, cols] = [node.shape[0], location.ld / 4];
    const fields = { to: location, ldTo: location.ld, from, ldFrom: from.ld, rows, cols };
    return [{ op: "copy", fields: { ...fields, clear: 0, flush: 0 } } as const];
  });
}

function checkBytes(bytes: number): void {
  if (bytes <= 65536 * 65536) return;
  throw fault("out-of-range", {
    where: "engine.compile",
    what: "the plan does not fit into the memory that WebAssembly can address",
    got: `${(bytes / 2 ** 30).toFixed(2)} GiB`,
    expected: "at most 4 GiB",
    fix: "use fewer rows per step, fewer steps, or smaller networks",
  });
}

/**
 * Compile a graph for WebAssembly.
 *
 * @param module  The kernels, see `loadKernelModule`.
 * @param spec    Outputs, loss and parameters; the graph is built for the rows of one shard.
 * @returns       A program with its own memory.
 * @throws        `out-of-range` if it needs more than 4 GiB; `bad-value` if names repeat.
 */
export function compile(module: KernelModule, spec: ProgramSpec): Program {
  const { shards = 1, training } = spec;
  const outputs = Object.entries(spec.outputs);
  const groups = training?.groups ?? [];
  const trained = groups.flatMap((group) => group.parameters);
  const slopes = training ? gradients(training.loss, trained) : [];
  const roots = [...outputs.map(([, { value }]) => value), ...slopes];
  if (training) roots.push(training.loss);
  const layout = layOut(topologicalOrder([...roots, ...trained]), groups, slopes);
  const lowered = lower(roots, layout.regions, layout.placed);
  const plan = [...lowered.plan, ...gradientCopies(layout, lowered)];
  const optimiser = createOptimiser(layout, groups, training?.clipNorm ?? 0, shards);
  const shardBytes = roundUp(layout.regions.shard.size());
  const updatePlan = optimiser.plan(shardBytes);

  const plans = [lowered.prologue, ...Array.from({ length: shards }, () => plan), updatePlan];
  const frame = frameOf(layout, shards, plans);
  checkBytes(frame.bytes);
  const kernels = createKernels(module, { bytes: frame.bytes });
  const address = (location: Location, shard = 0): number =>
    location.offset + (location.region === "shared" ? sharedBase : frame.shardBases[shard]);
  plans.forEach((records, i) => {
    const shard = i >= 1 && i <= shards ? frame.shardBases[i - 1] : frame.shardBases[0];
    writePlan(records, kernels, frame.planAddresses[i], { shared: sharedBase, shard });
  });

  const write = (
    node: Node,
    location: Location,
    shard: number,
    values: ArrayLike<number>,
    from = 0,
    rows = node.shape[0],
    toRow = 0,
  ): void => {
    const cols = node.shape[1];
    const start = (address(location, shard) + toRow * location.ld) >> 2;
    for (let r = 0; r < rows; r++) {
      const row = start + (r * location.ld) / 4;
      for (let c = 0; c < cols; c++) kernels.f32[row + c] = values[from + r * cols + c];
    }
  };
  const readInto = (
    out: Float32Array,
    at: number,
    node: Node,
    location: Location,
    shard: number,
    rows: number,
    fromRow = 0,
  ): void => {
    const cols = node.shape[1];
    const start = (address(location, shard) + fromRow * location.ld) >> 2;
    for (let r = 0; r < rows; r++) {
      const row = start + (r * location.ld) / 4;
      out.set(kernels.f32.subarray(row, row + cols), at + r * cols);
    }
  };
  for (const [node, location] of lowered.locations) {
    if (node.op === "literal") write(node, location, 0, node.attributes.data);
    if (node.op === "constant" && location.region === "shared") {
      write(
        node,
        location,
        0,
        new Float32Array(node.shape[0] * node.shape[1]).fill(node.attributes.value),
      );
    }
  }

  const setInput = (name: string, values: ArrayLike<number>): void => {
    const entry = layout.inputs.get(name);
    if (!entry) throw unknownName("setInput", name, [...layout.inputs.keys()]);
    const { node, location, steps, shared } = entry;
    const copies = shared ? 1 : shards;
    const size = node.shape[0] * node.shape[1];
    if (values.length !== copies * size) {
      throw fault("shape-mismatch", {
        where: "engine.setInput",
        what: `the values of input '${name}' have another size`,
        got: `${values.length} numbers`,
        expected: `${copies * size} numbers: [${steps}, ${(copies * node.shape[0]) / steps}, ${node.shape[1]}] (steps, rows, columns)`,
        fix: "pass every step, row and column of the input",
      });
    }
    const rows = node.shape[0] / steps;
    for (let t = 0; t < steps; t++) {
      for (let s = 0; s < copies; s++) {
        write(node, location, s, values, (t * copies + s) * rows * node.shape[1], rows, t * rows);
      }
    }
  };

  const readSet = (locationOf: (name: string) => Location | undefined): ParameterSet => {
    const set: Record<string, { shape: readonly [number, number]; data: Float32Array }> = {};
    for (const [name, { node }] of layout.parameters) {
      const location = locationOf(name);
      if (!location) continue;
      const data = new Float32Array(node.shape[0] * node.shape[1]);
      readInto(data, 0, node, location, 0, node.shape[0]);
      set[name] = { shape: node.shape, data };
    }
    return set;
  };
  const writeSet = (
    values: ParameterSet,
    locationOf: (name: string) => Location | undefined,
  ): void => {
    for (const [name, { node }] of layout.parameters) {
      const value = values[name];
      const location = locationOf(name);
      if (!value || !location) continue;
      if (value.data.length !== node.shape[0] * node.shape[1]) {
        throw fault("shape-mismatch", {
          where: "engine.setParameters",
          what: `parameter '${name}' has another size`,
          got: `[${value.shape.join(", ")}]`,
          expected: `[${node.shape.join(", ")}]`,
          fix: "use the parameters of a model with the same sizes",
        });
      }
      write(node, location, 0, value.data);
    }
  };
  const readScalar = (node: Node): number => {
    const location = lowered.locations.get(node) as Location;
    let sum = 0;
    for (let s = 0; s < shards; s++) sum += kernels.f32[address(location, s) >> 2];
    return sum / shards;
  };
  const setNoise = (noise: NoiseState): void => {
    for (const [name, location] of lowered.keys) {
      const key = childStream(noise.stream, name);
      kernels.i32[address(location) >> 2] = key.key0;
      kernels.i32[(address(location) >> 2) + 1] = key.key1;
    }
    kernels.i32[address(lowered.clock) >> 2] = noise.iteration;
    kernels.i32[(address(lowered.clock) >> 2) + 1] = noise.firstStep ?? 0;
  };
  const placeOf = (name: string): Location | undefined => layout.parameters.get(name)?.location;
  let updates = 0;
  return {
    bytes: frame.bytes,
    setInput,
    setNoise,
    setParameters: (values) => writeSet(values, placeOf),
    getParameters: () => readSet(placeOf),
    run() {
      kernels.run(frame.planAddresses[0]);
      for (let s = 0; s < shards; s++) kernels.run(frame.planAddresses[1 + s]);
    },
    read(name) {
      const output = spec.outputs[name];
      if (!output) throw unknownName("read", name, Object.keys(spec.outputs));
      const { value, steps = 1 } = output;
      const location = lowered.locations.get(value) as Location;
      const copies = location.region === "shared" ? 1 : shards;
      const rows = value.shape[0] / steps;
      const out = new Float32Array(copies * value.shape[0] * value.shape[1]);
      for (let t = 0; t < steps; t++) {
        for (let s = 0; s < copies; s++) {
          readInto(
            out,
            (t * copies + s) * rows * value.shape[1],
            value,
            location,
            s,
            rows,
            t * rows,
          );
        }
      }
      return out;
    },
    loss: () => (training ? readScalar(training.loss) : Number.NaN),
    update(options) {
      updates += 1;
      optimiser.write(kernels.f32, address, options, updates);
      kernels.run(frame.planAddresses[shards + 1]);
      return optimiser.norm(kernels.f32, address);
    },
    getOptimiser: () => ({
      updates,
      first: readSet((name) => optimiser.first(name)),
      second: readSet((name) => optimiser.second(name)),
    }),
    setOptimiser(state) {
      updates = state.updates;
      writeSet(state.first, (name) => optimiser.first(name));
      writeSet(state.second, (name) => optimiser.second(name));
    },
    toText: () => `${formatPlan(lowered.prologue)}\n${formatPlan(plan)}\n${formatPlan(updatePlan)}`,
  };
}

function unknownName(where: string, name: string, known: readonly string[]): Error {
  return fault("unknown-name", {
    where: `engine.${where}`,
    what: "the program has no such name",
    got: `'${name}'`,
    expected: known.length > 0 ? `one of ${known.join(", ")}` : "no name at all",
    fix: "use a name from the graph that was compiled",
  });
}
