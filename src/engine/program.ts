import type { Fault } from "../base/index.ts";
import type { Node, Shape } from "./graph.ts";
import type { NoiseState } from "./interpreter.ts";

/** Weights by name, row-major and without padding. */
export type ParameterSet = Readonly<
  Record<string, { readonly shape: Shape; readonly data: Float32Array }>
>;

/** Parameters that share an optimiser setting. */
export interface ParameterGroup {
  readonly parameters: readonly Node[];
  /** Factor on the learning rate (default 1). */
  readonly rate?: number;
  /** Decoupled weight decay per update, times the learning rate (default 0). */
  readonly weightDecay?: number;
}

/** What a program computes. The graph is built for the rows of one shard. */
export interface ProgramSpec {
  /** Values to read after a run. `steps`: matrices stacked in time (default 1). */
  readonly outputs: Readonly<Record<string, { readonly value: Node; readonly steps?: number }>>;
  /** Scalar loss [1, 1], a mean over the rows of one shard; the program's is the mean over shards. */
  readonly training?: {
    readonly loss: Node;
    readonly groups: readonly ParameterGroup[];
    /** Largest global norm of the gradient; 0 for none (default 0). */
    readonly clipNorm?: number;
  };
  /** Pieces into which the batch is cut (default 1). Results do not depend on who computes them. */
  readonly shards?: number;
  /** Threads that share the shards; without it, as many as measure faster. Never changes a bit. */
  readonly threads?: number;
}

/** Adam, D. Kingma and J. Ba 2015. */
export interface UpdateOptions {
  readonly learningRate: number;
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

/** First and second moments and the number of updates: all that a checkpoint needs. */
export interface OptimiserState {
  readonly updates: number;
  readonly first: ParameterSet;
  readonly second: ParameterSet;
}

/** A compiled graph in its own memory. Call `close` when done: it may have started threads. */
export interface Program {
  /** Bytes of memory in use. */
  readonly bytes: number;
  /** What they are used for, in words. */
  readonly memory: string;
  /** Values [steps, shards * rows, cols] (or [steps, rows, cols] if shared), row-major. */
  setInput(name: string, values: ArrayLike<number>): void;
  /** Write parameters by name; names that the program does not have are ignored. */
  setParameters(parameters: ParameterSet): void;
  /** Every parameter that the program has. */
  getParameters(): ParameterSet;
  setNoise(noise: NoiseState): void;
  /** Compute outputs, and the loss and its gradient where there is training. */
  run(): void;
  /** Elements of an output, [steps, shards * rows, cols] row-major. */
  read(name: string): Float32Array;
  /** The loss of the last run, mean over shards. */
  loss(): number;
  /**
   * One Adam step with the gradient of the last run; returns the gradient's global norm. Where that
   * is not finite, no weight changes.
   */
  update(options: UpdateOptions): number;
  getOptimiser(): OptimiserState;
  setOptimiser(state: OptimiserState): void;
  /**
   * Where the last run's numbers first stopped being finite: a fault that names operation, step,
   * shard and row; undefined if they did not. As slow as the interpreter.
   */
  diagnose(): Fault | undefined;
  /** Threads that took part in the last run. */
  threads(): number;
  /** Whether the number of threads will stay: it is measured during the first runs. */
  isSettled(): boolean;
  /** Send its other threads home; what runs after this runs on the caller's alone. */
  close(): void;
  /** The plan as readable text. */
  toText(): string;
}
