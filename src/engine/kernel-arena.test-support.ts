// For tests of the kernels: matrices between guards, and plans written by field names.
import type { Kernels } from "./kernels.ts";
import { recordBytes, records } from "./records.gen.ts";

/** One record by its field names; every field must be given. */
export interface Op {
  readonly op: keyof typeof records;
  readonly fields: Readonly<Record<string, number>>;
}

/** Where a matrix lies, and its logical size. */
export interface Matrix {
  readonly address: number;
  readonly rows: number;
  readonly cols: number;
  /** Bytes from row to row. */
  readonly ld: number;
}
/** The element at [row, col]. */
export type Values = (row: number, col: number) => number;

const floats = new Set(["p", "q", "value", "limit", "gradientScale"]);
const guard = 12345.5;
/** Whole numbers, both ends included. */
export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => i + from);
/** Columns from none to one past two blocks of 8. */
export const widths: readonly number[] = range(0, 17);
/** Rows from none to one past two tiles of 4. */
export const heights: readonly number[] = range(0, 9);
/** Columns with their padding. */
export const blockOf = (cols: number): number => Math.ceil(cols / 8) * 8;
/** Numbers in (-2, 2) without pattern. */
export const mixed =
  (seed: number): Values =>
  (row, col) =>
    2 * Math.sin(12.9898 * row + 78.233 * col + seed + 0.1 * row * col);

/** Memory for one test of the kernels: reserve and fill, run, compare. */
export class Arena {
  readonly kernels: Kernels;
  private next = 0;
  private guards: number[] = [];

  constructor(kernels: Kernels) {
    this.kernels = kernels;
  }

  /** Forget everything that was reserved. */
  clear(): this {
    this.next = 0;
    this.guards = [];
    return this;
  }

  /** Room for floats, between guards. */
  reserve(count: number): number {
    const address = this.next + 32;
    this.next = address + 4 * count;
    for (const at of [address - 32, this.next]) {
      for (let i = 0; i < 8; i++) {
        this.kernels.f32[(at >> 2) + i] = guard;
        this.guards.push((at >> 2) + i);
      }
    }
    this.next += 32;
    return address;
  }

  /** A matrix; without values it is a target full of garbage. `extra` widens its rows by blocks. */
  matrix(rows: number, cols: number, values?: Values, extra = 0): Matrix {
    const width = blockOf(cols) + 8 * extra;
    const address = this.reserve(rows * width);
    const { f32 } = this.kernels;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < width; c++) {
        const at = (address >> 2) + r * width + c;
        f32[at] = values ? (c < cols ? values(r, c) : 0) : Number.NaN;
      }
    }
    return { address, rows, cols, ld: 4 * width };
  }

  /** Unsigned 32-bit words, padded to 8. */
  words(values: number[]): number {
    const address = this.reserve(Math.ceil(values.length / 8) * 8);
    values.forEach((value, i) => {
      this.kernels.u32[(address >> 2) + i] = value;
    });
    return address;
  }

  /** The float at [row, col]. */
  at({ address, ld }: Matrix, row: number, col: number): number {
    return this.kernels.f32[(address + row * ld + 4 * col) >> 2];
  }

  /** Write the records, then `end`; returns the address of the first. */
  plan(ops: readonly Op[]): number {
    const start = this.reserve((ops.length + 1) * (recordBytes / 4));
    const { i32, f32 } = this.kernels;
    ops.forEach(({ op, fields }, index) => {
      const at = (start + index * recordBytes) >> 2;
      i32[at] = records[op].code;
      const names: readonly string[] = records[op].fields;
      const unknown = Object.keys(fields).find((name) => !names.includes(name));
      if (unknown) throw new Error(`${op} has no ${unknown}`);
      names.forEach((name, slot) => {
        if (fields[name] === undefined) throw new Error(`${op} lacks ${name}`);
        (floats.has(name) ? f32 : i32)[at + 1 + slot] = fields[name];
      });
    });
    i32[(start + ops.length * recordBytes) >> 2] = records.end.code;
    return start;
  }

  /** Run the records, and check that no guard was written over. */
  run(...ops: readonly Op[]): void {
    this.kernels.run(this.plan(ops));
    for (const at of this.guards)
      if (this.kernels.f32[at] !== guard) throw new Error(`the guard at byte ${4 * at} is gone`);
  }

  /** The matrix equals `expected` within max(absolute, relative |expected|) and its padding is zero. */
  expect(matrix: Matrix, expected: Values, relative = 1e-6, absolute = 1e-6): void {
    for (let r = 0; r < matrix.rows; r++) {
      for (let c = 0; c < blockOf(matrix.cols); c++) {
        const value = this.at(matrix, r, c);
        const wanted = c < matrix.cols ? expected(r, c) : 0;
        const tolerance = c < matrix.cols ? Math.max(absolute, relative * Math.abs(wanted)) : 0;
        if (Object.is(value, wanted) || Math.abs(value - wanted) <= tolerance) continue;
        const size = `[${matrix.rows}, ${matrix.cols}]`;
        throw new Error(`at [${r}, ${c}] of ${size}: ${value}, expected ${wanted} ± ${tolerance}`);
      }
    }
  }
}
