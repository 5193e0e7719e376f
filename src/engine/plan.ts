import { recordBytes, records } from "./records.gen.ts";

export type RecordName = keyof typeof records;

/** Which part of memory an address belongs to: one copy for all, or one per shard. */
export type Region = "shared" | "shard";

/** Where a matrix lies: padded rows of `ld` bytes, and how far it moves with each loop iteration. */
export interface Location {
  readonly region: Region;
  readonly offset: number;
  readonly ld: number;
  readonly strides: readonly { readonly loop: Loop; readonly bytes: number }[];
}

/** A block of records run `count` times. */
export interface Loop {
  readonly count: number;
  readonly body: PlanRecord[];
}

/** One call of a kernel. A field is a number or an address. */
export interface PlanRecord {
  readonly op: RecordName;
  readonly fields: Readonly<Record<string, number | Location>>;
  readonly loop?: Loop;
}

const floatFields = new Set(["p", "q", "value", "limit", "gradientScale"]);

/** Bytes of a matrix row: columns rounded up to 8 floats. */
export function rowBytes(cols: number): number {
  return Math.ceil(cols / 8) * 32;
}

/** The same matrix, some bytes further on. */
export function moved(location: Location, bytes: number): Location {
  return { ...location, offset: location.offset + bytes };
}

/** The matrix as a loop sees it that moves it by `bytes` per iteration. */
export function stepping(location: Location, loop: Loop, bytes: number): Location {
  return { ...location, strides: [...location.strides, { loop, bytes }] };
}

/** Bytes that the records of a plan take, with those of their loops and their patches. */
export function planBytes(plan: readonly PlanRecord[]): number {
  let bytes = (plan.length + 1) * recordBytes;
  for (const record of plan) {
    if (!record.loop) continue;
    bytes += planBytes(record.loop.body) + 8 * countPatches(record.loop.body, record.loop);
  }
  return bytes;
}

function countPatches(body: readonly PlanRecord[], loop: Loop): number {
  let count = 0;
  for (const record of body) {
    for (const field of Object.values(record.fields)) {
      if (typeof field !== "number") count += field.strides.filter((s) => s.loop === loop).length;
    }
    if (record.loop) count += countPatches(record.loop.body, loop);
  }
  return count;
}

/** Memory into which plans are written. */
export interface PlanMemory {
  readonly i32: Int32Array;
  readonly f32: Float32Array;
}

/**
 * Write a plan's records where the interpreter in WebAssembly will read them.
 *
 * @param at    Byte address of the first record; {@link planBytes} bytes are used.
 * @param base  Byte address of each region.
 */
export function writePlan(
  plan: readonly PlanRecord[],
  memory: PlanMemory,
  at: number,
  base: Readonly<Record<Region, number>>,
): void {
  const patches = new Map<Loop, [slot: number, bytes: number][]>();
  let next = at;
  const reserve = (bytes: number): number => {
    next += bytes;
    return next - bytes;
  };
  const writeBlock = (block: readonly PlanRecord[]): number => {
    const start = reserve((block.length + 1) * recordBytes);
    block.forEach((record, i) => {
      writeRecord(record, start + i * recordBytes);
    });
    memory.i32[(start + block.length * recordBytes) >> 2] = records.end.code;
    return start;
  };
  const writeRecord = (record: PlanRecord, address: number): void => {
    const { code, fields } = records[record.op];
    memory.i32[address >> 2] = code;
    fields.forEach((name, k) => {
      const slot = address + 4 * (k + 1);
      const value = record.fields[name] ?? 0;
      if (typeof value === "number") {
        if (floatFields.has(name)) memory.f32[slot >> 2] = value;
        else memory.i32[slot >> 2] = value;
        return;
      }
      memory.i32[slot >> 2] = base[value.region] + value.offset;
      for (const { loop, bytes } of value.strides) patches.get(loop)?.push([slot, bytes]);
    });
    if (record.loop) writeLoop(record.loop, address);
  };
  const writeLoop = (loop: Loop, address: number): void => {
    patches.set(loop, []);
    const body = writeBlock(loop.body);
    const list = patches.get(loop) ?? [];
    const table = reserve(8 * list.length);
    list.forEach(([slot, bytes], i) => {
      memory.i32[(table + 8 * i) >> 2] = slot;
      memory.i32[(table + 8 * i + 4) >> 2] = bytes;
    });
    [loop.count, body, table, list.length].forEach((value, k) => {
      memory.i32[(address >> 2) + 1 + k] = value;
    });
  };
  writeBlock(plan);
}

/** A plan as text, one kernel call a line. */
export function formatPlan(plan: readonly PlanRecord[], indent = ""): string {
  return plan.map((record) => formatRecord(record, indent)).join("\n");
}

function formatRecord(record: PlanRecord, indent: string): string {
  const fields = Object.entries(record.fields).map(([name, value]) =>
    typeof value === "number" ? `${name}=${value}` : `${name}=${formatLocation(value)}`,
  );
  if (!record.loop) return `${indent}${record.op} ${fields.join(" ")}`;
  const body = formatPlan(record.loop.body, `${indent}  `);
  return `${indent}loop ${record.loop.count} times\n${body}\n${indent}end`;
}

function formatLocation(location: Location): string {
  const mark = location.region === "shared" ? "@" : "%";
  const steps = location.strides.map(({ bytes }) => (bytes < 0 ? `${bytes}` : `+${bytes}`));
  return `${mark}${location.offset}${steps.length > 0 ? `[${steps.join(" ")}]` : ""}`;
}
