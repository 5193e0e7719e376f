// How the host reads and writes the matrices of a program.
import { childStream, fault } from "../base/index.ts";
import type { Node } from "./graph.ts";
import type { Feeds, NoiseState } from "./interpreter.ts";
import type { Kernels } from "./kernels.ts";
import type { Layout } from "./layout.ts";
import type { Lowered } from "./lower.ts";
import type { Location } from "./plan.ts";
import type { ParameterSet, ProgramSpec } from "./program.ts";

/** A program's memory as the host sees it: by name, without padding, shards side by side. */
export interface Host {
  /** Byte address in one shard's memory, or in the memory that all share. */
  address(location: Location, shard?: number): number;
  setInput(name: string, values: ArrayLike<number>): void;
  setNoise(noise: NoiseState): void;
  /** The parameters that have a place. */
  readSet(placeOf: (name: string) => Location | undefined): ParameterSet;
  writeSet(values: ParameterSet, placeOf: (name: string) => Location | undefined): void;
  /** Mean over shards of a [1, 1] value. */
  readScalar(node: Node): number;
  readOutput(name: string): Float32Array;
  /** What the last run was fed, shard by shard, for the interpreter. */
  feeds(): Feeds[];
}

/** Rows of a matrix, and where they stand in a dense array of the host. */
interface Block {
  readonly location: Location;
  readonly shard: number;
  readonly cols: number;
  readonly rows: number;
  /** First row within the matrix. */
  readonly row: number;
  /** First element within the host's array. */
  readonly at: number;
}

/**
 * Blocks of a value that is stacked in time, cut into shards: [steps, copies * rows, cols].
 *
 * @param copies  1 for a value that all shards share.
 */
function* blocksOf(
  node: Node,
  location: Location,
  steps: number,
  copies: number,
): Generator<Block> {
  const cols = node.shape[1];
  const rows = node.shape[0] / steps;
  for (let t = 0; t < steps; t++) {
    for (let shard = 0; shard < copies; shard++) {
      yield { location, shard, cols, rows, row: t * rows, at: (t * copies + shard) * rows * cols };
    }
  }
}

/**
 * Access to the memory of a compiled program. Literals and constants are written at once.
 *
 * @param address  Byte address of a location.
 */
export function createHost(
  kernels: Kernels,
  { layout, lowered, spec }: { layout: Layout; lowered: Lowered; spec: ProgramSpec },
  address: Host["address"],
): Host {
  const { f32, i32 } = kernels;
  const shards = spec.shards ?? 1;
  const startOf = ({ location, shard, row }: Block): number =>
    (address(location, shard) + row * location.ld) >> 2;
  const write = (block: Block, values: ArrayLike<number>): void => {
    const { cols, rows, at, location } = block;
    for (let r = 0, to = startOf(block); r < rows; r++, to += location.ld / 4) {
      for (let c = 0; c < cols; c++) f32[to + c] = values[at + r * cols + c];
    }
  };
  const read = (block: Block, out: Float32Array): void => {
    const { cols, rows, at, location } = block;
    for (let r = 0, from = startOf(block); r < rows; r++, from += location.ld / 4) {
      out.set(f32.subarray(from, from + cols), at + r * cols);
    }
  };
  const whole = (node: Node, location: Location): Block => {
    const [rows, cols] = node.shape;
    return { location, shard: 0, cols, rows, row: 0, at: 0 };
  };
  let noise: NoiseState | undefined;
  for (const [node, location] of lowered.locations) {
    if (node.op === "literal") write(whole(node, location), node.attributes.data);
    if (node.op === "constant" && location.region === "shared") {
      const size = node.shape[0] * node.shape[1];
      write(whole(node, location), new Float32Array(size).fill(node.attributes.value));
    }
  }
  return {
    address,
    setInput(name, values) {
      const entry = layout.inputs.get(name);
      if (!entry) throw unknownName("setInput", name, [...layout.inputs.keys()]);
      const { node, location, steps, shared } = entry;
      const copies = shared ? 1 : shards;
      checkInput(name, values.length, node, steps, copies);
      for (const block of blocksOf(node, location, steps, copies)) write(block, values);
    },
    setNoise(state) {
      noise = state;
      for (const [name, location] of lowered.keys) {
        const { key0, key1 } = childStream(state.stream, name);
        i32.set([key0, key1], address(location) >> 2);
      }
      i32.set([state.iteration, state.firstStep ?? 0], address(lowered.clock) >> 2);
    },
    readSet(placeOf) {
      const set: Record<string, { shape: readonly [number, number]; data: Float32Array }> = {};
      for (const [name, { node }] of layout.parameters) {
        const location = placeOf(name);
        if (!location) continue;
        const data = new Float32Array(node.shape[0] * node.shape[1]);
        read(whole(node, location), data);
        set[name] = { shape: node.shape, data };
      }
      return set;
    },
    writeSet(values, placeOf) {
      for (const [name, { node }] of layout.parameters) {
        const value = values[name];
        const location = placeOf(name);
        if (!value || !location) continue;
        checkParameter(name, value, node);
        write(whole(node, location), value.data);
      }
    },
    readScalar(node) {
      const location = lowered.locations.get(node) as Location;
      let sum = 0;
      for (let s = 0; s < shards; s++) sum += f32[address(location, s) >> 2];
      return sum / shards;
    },
    readOutput(name) {
      const output = spec.outputs[name];
      if (!output) throw unknownName("read", name, Object.keys(spec.outputs));
      const { value, steps = 1 } = output;
      const location = lowered.locations.get(value) as Location;
      const copies = location.region === "shared" ? 1 : shards;
      const out = new Float32Array(copies * value.shape[0] * value.shape[1]);
      for (const block of blocksOf(value, location, steps, copies)) read(block, out);
      return out;
    },
    feeds() {
      return Array.from({ length: shards }, (_, shard) => {
        const values: Record<string, Float32Array> = {};
        for (const [name, { node, location }] of [...layout.inputs, ...layout.parameters]) {
          values[name] = new Float32Array(node.shape[0] * node.shape[1]);
          read({ ...whole(node, location), shard }, values[name]);
        }
        return { values, noise };
      });
    },
  };
}

function checkInput(name: string, got: number, node: Node, steps: number, copies: number): void {
  const [rows, cols] = node.shape;
  const size = copies * rows * cols;
  if (got === size) return;
  throw fault("shape-mismatch", {
    where: "engine.setInput",
    what: `the values of input '${name}' have another size`,
    got: `${got} numbers`,
    expected: `${size} numbers: [${steps}, ${(copies * rows) / steps}, ${cols}] (steps, rows, columns)`,
    fix: "pass every step, row and column of the input",
  });
}

function checkParameter(name: string, value: ParameterSet[string], node: Node): void {
  if (value.data.length === node.shape[0] * node.shape[1]) return;
  throw fault("shape-mismatch", {
    where: "engine.setParameters",
    what: `parameter '${name}' has another size`,
    got: `[${value.shape.join(", ")}]`,
    expected: `[${node.shape.join(", ")}]`,
    fix: "use the parameters of a model with the same sizes",
  });
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
