import { createCrew } from "./crew.ts";
import { diagnose } from "./diagnose.ts";
import { gradients } from "./gradient.ts";
import { type Node, topologicalOrder } from "./graph.ts";
import { createHost } from "./host.ts";
import { type Job, layOutJobs } from "./jobs.ts";
import { createKernels, type KernelModule } from "./kernels.ts";
import { type Layout, layOut } from "./layout.ts";
import { type Lowered, lower } from "./lower.ts";
import { checkMemory, formatMemory, memoryUses } from "./memory.ts";
import { createOptimiser, type Optimiser } from "./optimiser.ts";
import { formatPlan, type Location, type PlanRecord } from "./plan.ts";
import type { Program, ProgramSpec } from "./program.ts";

/** Nothing lies at the first bytes of memory, so that address 0 can mean "none". */
const sharedBase = 64;
const roundUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** The two jobs of a program. */
const [runJob, updateJob] = [0, 1];

/** A program before it has memory. */
interface Draft {
  readonly spec: ProgramSpec;
  readonly shards: number;
  /** The loss, its derivatives, and the outputs. */
  readonly roots: readonly Node[];
  readonly layout: Layout;
  readonly lowered: Lowered;
  readonly optimiser: Optimiser;
  /** Bytes from one shard's memory to the next. */
  readonly shardBytes: number;
  readonly plan: readonly PlanRecord[];
  readonly jobs: readonly Job[];
}

function draft(spec: ProgramSpec): Draft {
  const { shards = 1, training } = spec;
  const groups = training?.groups ?? [];
  const trained = groups.flatMap((group) => group.parameters);
  const slopes = training ? gradients(training.loss, trained) : [];
  const roots = [...Object.values(spec.outputs).map(({ value }) => value), ...slopes];
  if (training) roots.push(training.loss);
  const layout = layOut(topologicalOrder([...roots, ...trained]), groups, slopes);
  const lowered = lower(roots, layout.regions, layout.placed);
  const plan = [...lowered.plan, ...gradientCopies(layout, lowered)];
  const optimiser = createOptimiser(layout, groups, training?.clipNorm ?? 0, shards);
  const shardBytes = roundUp(layout.regions.shard.size());
  const run: Job = [
    lowered.prologue.map((record) => ({ plan: [record], shard: 0 })),
    Array.from({ length: shards }, (_, shard) => ({ plan, shard })),
  ];
  const jobs = [run, optimiser.job(shardBytes)];
  return {
    spec,
    shards,
    roots: training ? [training.loss, ...roots] : roots,
    layout,
    lowered,
    optimiser,
    shardBytes,
    plan,
    jobs,
  };
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

/** Bytes that a program would need, about: without its plans, and without taking any. */
export function planMemory(spec: ProgramSpec): number {
  const { shards, layout, shardBytes } = draft(spec);
  return layout.regions.shared.size() + shards * shardBytes;
}

/**
 * Compile a graph for WebAssembly.
 *
 * The batch is cut into shards, whose gradients are summed in their order: the bits do not depend on
 * the number of threads.
 *
 * @param module  The kernels, see `loadKernelModule`.
 * @param spec    Outputs, loss and parameters; the graph is built for the rows of one shard.
 * @returns       A program with its own memory and, where they help, its own threads.
 * @throws        `out-of-range` if it needs more than 4 GiB; `bad-value` if names repeat.
 */
export function compile(module: KernelModule, spec: ProgramSpec): Program {
  const made = draft(spec);
  const { shards, layout, optimiser, shardBytes, jobs } = made;
  const firstShard = sharedBase + roundUp(layout.regions.shared.size());
  const placed = layOutJobs(jobs, firstShard + shards * shardBytes);
  const uses = memoryUses(made, placed.end - placed.crew);
  checkMemory(placed.end, uses);

  const kernels = createKernels(module, { bytes: placed.end });
  const baseOf = (shard: number) => ({
    shared: sharedBase,
    shard: firstShard + shard * shardBytes,
  });
  placed.write(kernels, baseOf);
  const address = ({ region, offset }: Location, shard = 0): number =>
    baseOf(shard)[region] + offset;
  const host = createHost(kernels, made, address);
  const crew = createCrew(module, kernels, {
    address: placed.crew,
    threads: spec.threads,
    tasks: shards,
  });
  const placeOf = (name: string): Location | undefined => layout.parameters.get(name)?.location;
  let updates = 0;
  return {
    bytes: placed.end,
    memory: formatMemory(uses),
    setInput: host.setInput,
    setNoise: host.setNoise,
    setParameters: (values) => host.writeSet(values, placeOf),
    getParameters: () => host.readSet(placeOf),
    run: () => crew.perform(runJob),
    read: host.readOutput,
    loss: () => (spec.training ? host.readScalar(spec.training.loss) : Number.NaN),
    update(options) {
      updates += 1;
      optimiser.write(kernels.f32, address, options, updates);
      crew.perform(updateJob);
      return optimiser.norm(kernels.f32, address);
    },
    getOptimiser: () => ({
      updates,
      first: host.readSet((name) => optimiser.first(name)),
      second: host.readSet((name) => optimiser.second(name)),
    }),
    setOptimiser(state) {
      updates = state.updates;
      host.writeSet(state.first, (name) => optimiser.first(name));
      host.writeSet(state.second, (name) => optimiser.second(name));
    },
    diagnose: () => diagnose(made.roots, host.feeds()),
    threads: crew.threads,
    isSettled: crew.isSettled,
    close: crew.close,
    toText: () => formatDraft(made),
  };
}

function formatDraft({ lowered, plan, jobs }: Draft): string {
  const update = jobs[updateJob].flat().flatMap((task) => task.plan);
  return [lowered.prologue, plan, update].map((records) => formatPlan(records)).join("\n");
}
