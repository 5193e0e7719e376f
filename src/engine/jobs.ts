// What threads share: jobs of phases of tasks, as kernels/crew.ts reads them.
import { type PlanMemory, type PlanRecord, planBytes, type Region, writePlan } from "./plan.ts";

/** A plan, and the shard whose memory its addresses mean. */
export interface Task {
  readonly plan: readonly PlanRecord[];
  readonly shard: number;
}

/** Phases one after another; the tasks of a phase in any order, by any thread. */
export type Job = readonly (readonly Task[])[];

/** Byte offsets within a crew, see kernels/crew.ts. */
export const crewWords: Readonly<Record<"home" | "here" | "failed" | "message", number>> = {
  home: 64,
  here: 128,
  failed: 192,
  message: 384,
};
/** Latin-1 characters that a failing worker may leave. */
export const messageBytes = 512;
const jobsAt = 256;
const jobBytes = 64;
const phaseBytes = 128;
const [countAt, tasksAt] = [68, 72];

const roundUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Where a crew, its jobs and their plans lie; nothing is written yet. */
export interface JobLayout {
  /** Address of the crew. */
  readonly crew: number;
  /** First byte after everything. */
  readonly end: number;
  write(memory: PlanMemory, baseOf: (shard: number) => Readonly<Record<Region, number>>): void;
}

/**
 * Lay out at most two jobs.
 *
 * @param jobs  Phases without tasks are left out.
 * @param at    Address from which memory is free, a multiple of 64.
 */
export function layOutJobs(jobs: readonly Job[], at: number): JobLayout {
  let end = at + roundUp(crewWords.message + messageBytes);
  const reserve = (bytes: number): number => {
    const address = end;
    end += roundUp(bytes);
    return address;
  };
  const placed = jobs.map((job) => {
    const phases = job.filter((tasks) => tasks.length > 0);
    const address = reserve(phases.length * phaseBytes);
    return {
      address,
      phases: phases.map((tasks, i) => ({
        address: address + i * phaseBytes,
        table: reserve(4 * tasks.length),
        tasks: tasks.map((task) => ({ ...task, address: reserve(planBytes(task.plan)) })),
      })),
    };
  });
  return {
    crew: at,
    end,
    write(memory, baseOf) {
      placed.forEach(({ address, phases }, i) => {
        const entry = at + jobsAt + i * jobBytes;
        memory.i32[(entry + 4) >> 2] = phases.length;
        memory.i32[(entry + 8) >> 2] = address;
        for (const phase of phases) {
          memory.i32[(phase.address + countAt) >> 2] = phase.tasks.length;
          memory.i32[(phase.address + tasksAt) >> 2] = phase.table;
          phase.tasks.forEach((task, k) => {
            memory.i32[(phase.table >> 2) + k] = task.address;
            writePlan(task.plan, memory, task.address, baseOf(task.shard));
          });
        }
      });
    },
  };
}
